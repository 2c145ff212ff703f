//! Labels of an order's parcels.

use super::Order;
use crate::{
    Rejection,
    fulfillment::{Fulfillment, HandOver, LabelOrder, Leaving},
    history::Stamp,
    ids::{FulfillmentId, ParcelId},
    placed_order::Address,
    problem::Code,
};

impl Order {
    /// Orders a label for a packed parcel. `from`: where it leaves, if that is known.
    pub fn order_label(
        self,
        id: FulfillmentId,
        label: &LabelOrder,
        from: Option<&Address>,
        stamp: &Stamp,
    ) -> Result<Self, Rejection> {
        if self.fulfillment(id)?.has_ordered(label)? {
            return Ok(self);
        }
        let location = &self.fulfillment(id)?.location;
        let from = from.ok_or_else(|| {
            let why = format!("location {location} has no address; an operator sets it with PUT /locations/{location}");
            Rejection::new(Code::NoSender, why)
        })?;
        if from.is_across_border(&self.placed.shipping_address) {
            let why = format!(
                "from {} to {} the parcel needs customs papers, which Orderly does not make; buy its label at the carrier, \
                 and tell carrier and tracking_number when it leaves",
                from.country, self.placed.shipping_address.country
            );
            return Err(Rejection::new(Code::AcrossBorder, why));
        }
        self.work(id, |fulfillment| fulfillment.order_label(label, stamp))
    }

    /// Gives up the label of a parcel. A hold does not keep it.
    pub fn give_up_label(self, id: FulfillmentId, parcel: ParcelId, stamp: &Stamp) -> Result<Self, Rejection> {
        self.labelled(id, |fulfillment| fulfillment.give_up_label(parcel, stamp))
    }

    /// Records how far a label has come. Money that has moved has moved, whatever the order waits for.
    pub fn labelled(
        mut self,
        id: FulfillmentId,
        step: impl FnOnce(Fulfillment) -> Result<Fulfillment, Rejection>,
    ) -> Result<Self, Rejection> {
        let next = step(self.fulfillment(id)?.clone())?;
        self.fulfillments.insert(id, next);
        Ok(self)
    }

    /// How parcels leave: as it is told, or with the labels that were bought for them.
    pub fn leaving(&self, id: FulfillmentId, leaving: &[Leaving]) -> Result<Vec<HandOver>, Rejection> {
        let fulfillment = self.fulfillment(id)?;
        leaving.iter().map(|leaving| fulfillment.leaving(leaving)).collect()
    }
}
