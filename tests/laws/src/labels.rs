//! Laws of labels: each is money.

use crate::{Books, items::all};
use domain::{
    duty::Duty,
    fulfillment::{Fulfillment, Label},
    ids::ParcelId,
};
use std::collections::BTreeSet;

pub(crate) fn one_label_at_most_is_wanted(books: &Books, broken: &mut Vec<String>) {
    for (order, fulfillment) in all::<Fulfillment>(&books.orders, "fulfillment#", &mut Vec::new()) {
        let mut seen: BTreeSet<ParcelId> = BTreeSet::new();
        for label in fulfillment.labels.iter().filter(|label| label.is_wanted()) {
            if !seen.insert(label.parcel) {
                broken.push(format!("order {order}: parcel {} has two labels", label.parcel));
            }
        }
        if fulfillment.labels.iter().any(Label::is_owed) != fulfillment.owed.contains(&Duty::Label) {
            broken.push(format!("order {order}: its labels are not what it owes"));
        }
    }
}

/// What was bought is on the packing table, has left with its parcel, or goes back.
pub(crate) fn a_label_is_used_or_goes_back(books: &Books, broken: &mut Vec<String>) {
    for (order, fulfillment) in all::<Fulfillment>(&books.orders, "fulfillment#", &mut Vec::new()) {
        for label in fulfillment.labels.iter().filter(|label| label.void.is_none()) {
            let Some(bought) = &label.bought else { continue };
            let is_used = fulfillment.has_left_with(label) || fulfillment.needs(label);
            if !is_used {
                broken.push(format!("order {order}: nobody uses label {} of {}", label.id, bought.carrier));
            }
        }
    }
}
