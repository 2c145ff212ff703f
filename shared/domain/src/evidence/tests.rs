#![allow(clippy::unwrap_used)]

use super::*;
use crate::{
    fixtures::{at, completed, event, packed, shipped, with_state},
    history::Stamp,
    ledger::{MoneyEvent, MoneyFact},
    mail_report::Told,
    outbox::OwesMail as _,
};

fn dispute() -> ProviderId {
    "dp_1".parse().unwrap()
}

fn disputed(order: Order) -> Order {
    let case = Case { due_by: Some(at(1_000_000)), answered: false, reason: Some("not_received".to_owned()) };
    let fact = MoneyFact::Dispute { id: dispute().into(), amount: 3700, status: DisputeStatus::Open, case };
    let told = MoneyEvent { at: at(1_000), ..event("stripe_pi_1", fact) };
    with_state(order, |state| state.record(&told, at(1_000)))
}

fn gathered(order: &Order) -> GatheredEvidence {
    order.evidence(&dispute(), &BTreeMap::new()).unwrap()
}

#[test]
fn what_was_ordered_sent_and_delivered_is_gathered_with_who_told_it() {
    let mut order = disputed(completed());
    let stamp = Stamp::orderly(at(500));
    order.state = order.state.mail_dealt_with(&EmailKind::PaymentConfirmed, Event::Emailed, &stamp);
    let name = ItemName::Email(Box::new(ItemName::State), EmailKind::PaymentConfirmed);
    let arrived = Told { report: MailReport::Delivered, attempt: 1, at: at(501), reason: String::new() };
    let claims = [(name, EmailClaim::first(at(499)).report(&arrived))].into();
    let evidence = order.evidence(&dispute(), &claims).unwrap();

    assert_eq!(evidence.case.reason.as_deref(), Some("not_received"));
    assert_eq!((evidence.customer_name.as_str(), evidence.shipping_address.len()), ("Ada", 5));
    let items: Vec<_> = evidence.items.iter().map(|item| (item.title.as_str(), item.quantity, item.total)).collect();
    assert_eq!(items, [("TEE", 2, 3000), ("MUG", 1, 700)]);
    let [parcel] = evidence.parcels.as_slice() else { panic!("{:?}", evidence.parcels) };
    assert!(parcel.delivered_at.is_some() && parcel.delivery_told_by.as_deref() == Some("operator:test"), "{parcel:?}");
    let [email] = evidence.emails.as_slice() else { panic!("{:?}", evidence.emails) };
    assert_eq!((email.sent_at, email.delivered_at), (at(500), Some(at(501))));
    assert_eq!(evidence.receipts.iter().map(|receipt| receipt.captured).sum::<Amount>(), 3700);
    assert_eq!(evidence.missing, ["a billing address: the order has only the shipping address"]);
    for said in ["not_received", "ada@example.com", "2 × TEE (TEE), 30.00 EUR", &parcel.tracking_number, "told by"] {
        assert!(evidence.text.contains(said), "{said} is missing in:\n{}", evidence.text);
    }
}

#[test]
fn what_is_missing_is_said() {
    let table = [
        (packed(), "a parcel: nothing of the order has been handed to a carrier"),
        (shipped(), "the delivery of parcel P1: nobody has told it"),
        (completed(), "an e-mail: none was sent to the customer"),
    ];
    for (order, missing) in table {
        let evidence = gathered(&disputed(order));
        assert!(evidence.missing.iter().any(|said| said == missing), "{missing}: {:?}", evidence.missing);
    }
    let unknown: ProviderId = "dp_2".parse().unwrap();
    assert_eq!(disputed(completed()).evidence(&unknown, &BTreeMap::new()).unwrap_err().code, Code::NotFound);
}

#[test]
fn no_note_of_a_person_is_shown_to_a_bank() {
    let order = with_state(disputed(completed()), |mut state| {
        let stamp = crate::fixtures::stamp(1_500);
        state.add_entry(&stamp, Event::Edited, "she is a nuisance");
        state
    });
    let evidence = gathered(&order);
    assert!(evidence.text.contains("The order was changed") && !evidence.text.contains("nuisance"));
}
