use super::*;
use crate::{
    fixtures::{FULFILLMENT, PARCEL, at, leaving, packed, stamp},
    fulfillment::{Offer, Parcel},
    money::Amount,
};
use proptest::prelude::*;

const L1: LabelId = LabelId::nth(1);

fn table() -> Fulfillment {
    let mut of = packed().fulfillments[&FULFILLMENT].clone();
    of.parcels.iter_mut().for_each(|parcel| parcel.dimensions_mm = Some([300, 200, 100]));
    of
}

fn order(key: &str) -> LabelOrder {
    let wish = LabelWish::default();
    LabelOrder { parcel: PARCEL, by: Some("acme".to_owned()), wish, key: key.to_owned() }
}

fn ordered() -> Fulfillment {
    table().order_label(&order("k"), &stamp(10)).unwrap()
}

fn offer(price: Amount, service: &str) -> Offer {
    Offer {
        id: format!("rate-{service}"),
        carrier: "Post".to_owned(),
        service: service.to_owned(),
        price,
        currency: "EUR".parse().unwrap(),
        days: Some(2),
    }
}

fn offered() -> Offered {
    Offered { shipment: "shp_1".to_owned(), taken: offer(590, "Parcel"), others: Vec::new() }
}

fn sent() -> Fulfillment {
    ordered().label_sent(L1, &offered(), at(11)).unwrap()
}

fn told(number: &str) -> Bought {
    Bought {
        at: at(12),
        carrier: "Post".into(),
        tracking_number: Some(number.into()),
        tracking_url: None,
        document: "https://labels.example/1.pdf".to_owned(),
    }
}

fn bought() -> Fulfillment {
    sent().label_bought(L1, "shp_1", &told("N1"), &stamp(12)).unwrap()
}

/// The parcel leaves with its label.
fn with_label(of: &Fulfillment) -> HandOver {
    of.leaving(&Leaving { parcel: PARCEL, carrier: None, tracking_number: None, tracking_url: None }).unwrap()
}

fn owes(of: &Fulfillment) -> bool {
    of.owed.contains(&Duty::Label)
}

#[test]
fn a_label_is_owed_until_it_is_known_what_came_of_it() {
    assert!(!owes(&table()));
    for open in [ordered(), sent(), sent().label_unknown(L1, "504", at(12)).unwrap()] {
        assert!(owes(&open), "{:?}", open.labels);
    }
    let closed = bought();
    assert!(!owes(&closed));
    assert_eq!(closed.labels[0].purchase, RequestState::Succeeded { provider_id: "shp_1".to_owned() });
    let note = &closed.history.last().unwrap().note;
    assert_eq!(note, "L1 for parcel P1, Post N1, Parcel 5.90 EUR");
    assert!(!owes(&ordered().label_not_offered(L1, "no money", &stamp(12)).unwrap()));
}

#[test]
fn one_label_at_most_is_wanted_for_a_parcel() {
    let again = |of: Fulfillment| of.order_label(&order("other"), &stamp(20));
    for busy in [ordered(), sent(), bought()] {
        assert_eq!(again(busy.clone()).unwrap_err().code, "label-exists");
        assert_eq!(busy.clone().order_label(&order("k"), &stamp(20)).unwrap(), busy, "the same order again");
    }
    let failed = ordered().label_not_offered(L1, "no money", &stamp(12)).unwrap();
    assert_eq!(again(failed).unwrap().labels.len(), 2);
    let given_up = bought().give_up_label(PARCEL, &stamp(13)).unwrap();
    assert_eq!(again(given_up).unwrap().labels.len(), 2);
}

#[test]
fn no_label_is_ordered_for_what_cannot_leave_with_it() {
    let refused = |of: Fulfillment, order: &LabelOrder| of.order_label(order, &stamp(20)).unwrap_err().code;
    let other = LabelOrder { parcel: ParcelId::nth(9), ..order("k") };
    assert_eq!(refused(table(), &other), "unknown-parcel");
    let other = LabelOrder { wish: LabelWish { within_days: Some(1), ..LabelWish::default() }, ..order("k") };
    assert_eq!(refused(ordered(), &other), "key-reused");
    let nobody = LabelOrder { by: None, ..order("k") };
    assert_eq!(refused(table(), &nobody), "no-label-service");
    assert_eq!(ordered().order_label(&nobody, &stamp(20)).unwrap(), ordered(), "it was ordered before");
    let mut bare = table();
    bare.parcels[0].dimensions_mm = None;
    assert_eq!(refused(bare, &order("k")), "no-dimensions");
    let (left, _) = table().hand_over(&[leaving(PARCEL)], &stamp(15)).unwrap();
    assert_eq!(refused(left, &order("k")), "already-handed-over");
    assert_eq!(refused(table().cancel(&stamp(15)), &order("k")), "wrong-status");
}

#[test]
fn a_parcel_leaves_with_its_label_unless_another_number_is_told() {
    let of = bought();
    let (left, _) = of.clone().hand_over(&[with_label(&of)], &stamp(15)).unwrap();
    assert_eq!(left.parcels[0].shipment.as_ref().unwrap().tracking_number.as_str(), "N1");
    assert_eq!(left.labels[0].void, None);
    assert_eq!(with_label(&left), with_label(&of), "a repetition is told the same way");
    assert_eq!(left.give_up_label(PARCEL, &stamp(16)).unwrap_err().code, "already-handed-over");

    let (other, _) = of.hand_over(&[leaving(PARCEL)], &stamp(15)).unwrap();
    assert!(other.labels[0].is_to_be_voided() && owes(&other), "{:?}", other.labels);

    let none = Leaving { parcel: PARCEL, carrier: None, tracking_number: None, tracking_url: None };
    assert_eq!(sent().leaving(&none).unwrap_err().code, "no-label");
}

#[test]
fn a_corrected_number_does_not_give_up_the_label_that_the_parcel_left_with() {
    let of = bought();
    let (left, _) = of.clone().hand_over(&[with_label(&of)], &stamp(15)).unwrap();
    let new = Tracking { carrier: "Post".into(), tracking_number: "N2".into(), tracking_url: None };
    let mut corrected = left.correct_tracking(PARCEL, &new, &stamp(16)).unwrap();
    corrected.give_up_unused_labels();
    assert_eq!(corrected.labels[0].void, None);
}

#[test]
fn a_cancelled_fulfillment_gives_its_labels_up() {
    let early = ordered().cancel(&stamp(20));
    assert!(matches!(early.labels[0].purchase, RequestState::Failed { refused: false, .. }), "it was not bought");
    assert!(!owes(&early));

    let late = bought().cancel(&stamp(20));
    assert!(owes(&late));
    let voided = late.label_voided(L1, None, &stamp(21)).unwrap();
    assert!(!owes(&voided));
    assert_eq!(voided.history.last().unwrap().what, Event::LabelVoided);
    assert_eq!(voided.clone().label_voided(L1, Some("too late"), &stamp(22)).unwrap(), voided, "it is known");
}

#[test]
fn a_label_that_is_bought_after_its_order_was_cancelled_goes_back() {
    let cancelled = sent().cancel(&stamp(20));
    assert!(owes(&cancelled), "nobody knows yet whether it was bought");
    assert!(!cancelled.labels[0].is_to_be_voided());
    let bought = cancelled.clone().label_bought(L1, "shp_1", &told("N1"), &stamp(21)).unwrap();
    assert!(bought.labels[0].is_to_be_voided() && owes(&bought));
    assert_eq!(bought.status, FulfillmentStatus::Cancelled);
    let not = cancelled.label_refused(L1, "no money", &stamp(21)).unwrap();
    assert!(!owes(&not), "there is nothing to give back");
}

#[test]
fn a_service_that_does_not_take_a_label_back_is_noted() {
    let refused = bought().cancel(&stamp(20)).label_voided(L1, Some("it was scanned"), &stamp(21)).unwrap();
    assert!(!owes(&refused));
    let last = refused.history.last().unwrap();
    assert_eq!((last.what, last.note.as_str()), (Event::LabelNotVoided, "L1 of parcel P1: it was scanned"));
}

/// The order's other parcel, of two.
const P2: ParcelId = ParcelId::nth(2);

/// Two parcels, each with a label that was bought.
fn two_labels() -> Fulfillment {
    let mut of = bought();
    of.parcels.push(Parcel { id: P2, key: "other".to_owned(), ..of.parcels[0].clone() });
    let ordered = of.order_label(&LabelOrder { parcel: P2, ..order("k2") }, &stamp(13)).unwrap();
    let l2 = LabelId::nth(2);
    ordered.label_sent(l2, &offered(), at(14)).unwrap().label_bought(l2, "shp_2", &told("N2"), &stamp(15)).unwrap()
}

/// A parcel leaves with this number.
fn with(parcel: ParcelId, number: &str) -> HandOver {
    HandOver { tracking_number: number.into(), ..leaving(parcel) }
}

#[test]
fn a_label_that_any_parcel_left_with_stays_however_its_number_is_written() {
    for (first, second) in [("n-1", "N 2"), ("N2", "N1"), ("42010115N1", "N2")] {
        let (left, _) = two_labels().hand_over(&[with(PARCEL, first), with(P2, second)], &stamp(20)).unwrap();
        assert!(left.labels.iter().all(|label| label.void.is_none()), "{first} {second}: {:?}", left.labels);
        assert!(!owes(&left));
    }
}

#[test]
fn a_label_under_way_is_decided_about_when_it_is_known() {
    let unknown = sent().label_unknown(L1, "504", at(12)).unwrap();
    let (left, _) = unknown.hand_over(&[with(PARCEL, "N1")], &stamp(15)).unwrap();
    assert!(left.labels[0].is_wanted() && owes(&left) && !left.needs(&left.labels[0]));
    let its_own = left.clone().label_bought(L1, "shp_1", &told("N1"), &stamp(16)).unwrap();
    assert_eq!(its_own.labels[0].void, None, "the packer had printed it at the service");
    let another = left.label_bought(L1, "shp_1", &told("N7"), &stamp(16)).unwrap();
    assert!(another.labels[0].is_to_be_voided());
}

#[test]
fn a_parcel_that_left_with_a_label_that_was_given_up_keeps_it() {
    let given_up = sent().give_up_label(PARCEL, &stamp(12)).unwrap();
    let (left, _) = given_up.hand_over(&[with(PARCEL, "N1")], &stamp(15)).unwrap();
    let bought = left.label_bought(L1, "shp_1", &told("N1"), &stamp(16)).unwrap();
    assert_eq!(bought.labels[0].void, None);
}

#[test]
fn a_label_that_turns_out_to_be_bought_after_another_one_was_ordered_goes_back() {
    let failed = sent().label_refused(L1, "no money", &stamp(12)).unwrap();
    let both = failed.order_label(&order("other"), &stamp(13)).unwrap();
    let late = both.label_bought(L1, "shp_1", &told("N1"), &stamp(14)).unwrap();
    assert!(late.labels[0].is_to_be_voided() && late.labels[1].is_wanted(), "{:?}", late.labels);
}

#[test]
fn what_was_found_before_the_purchase_does_not_end_the_purchase() {
    let sent = sent();
    assert_eq!(sent.clone().label_not_offered(L1, "no offers", &stamp(12)).unwrap(), sent, "another worker was faster");
    assert_eq!(ordered().label_refused(L1, "no", &stamp(12)).unwrap(), ordered(), "nobody was asked");
}

#[test]
fn one_of_two_who_looked_in_vain_asks_again() {
    let unknown = sent().label_unknown(L1, "504", at(12)).unwrap();
    let was = unknown.labels[0].purchase.clone();
    let first = unknown.clone().label_sent_again(L1, &was, at(200)).unwrap();
    assert_ne!(first.labels[0].purchase, was);
    assert_eq!(first.clone().label_sent_again(L1, &was, at(201)).unwrap(), first);
    let given_up = unknown.give_up_label(PARCEL, &stamp(190)).unwrap();
    assert_eq!(given_up.clone().label_sent_again(L1, &was, at(200)).unwrap(), given_up);
}

#[test]
fn a_letter_without_a_number_leaves_with_what_is_told() {
    let letter = Bought { tracking_number: None, ..told("N1") };
    let of = sent().label_bought(L1, "shp_1", &letter, &stamp(12)).unwrap();
    let none = Leaving { parcel: PARCEL, carrier: None, tracking_number: None, tracking_url: None };
    assert_eq!(of.leaving(&none).unwrap_err().code, "no-label");
    let (left, _) = of.hand_over(&[leaving(PARCEL)], &stamp(15)).unwrap();
    assert_eq!(left.labels[0].void, None, "its parcel has left, with nothing else to know it by");
}

#[test]
fn what_cannot_leave_is_refused_for_that_and_not_for_its_label() {
    let none = Leaving { parcel: PARCEL, carrier: None, tracking_number: None, tracking_url: None };
    let unknown = Leaving { parcel: ParcelId::nth(9), ..none.clone() };
    assert_eq!(table().leaving(&unknown).unwrap_err().code, "unknown-parcel");
    assert_eq!(bought().cancel(&stamp(20)).leaving(&none).unwrap_err().code, "wrong-status");
}

#[test]
fn labels_of_parcels_that_are_cancelled_with_the_rest_go_back() {
    let (left, _) = two_labels().hand_over(&[with(PARCEL, "N1")], &stamp(20)).unwrap();
    let rest = left.cancel_unsent(&stamp(21));
    assert_eq!(rest.parcels.len(), 1);
    assert!(rest.labels[0].void.is_none() && rest.labels[1].is_to_be_voided() && owes(&rest), "{:?}", rest.labels);
}

#[test]
fn what_is_of_no_use_any_more_tells_little() {
    let mut of = sent();
    of.labels[0].offered.as_mut().unwrap().others = vec![offer(990, "Express")];
    let back = of.label_bought(L1, "shp_1", &told("N1"), &stamp(12)).unwrap().cancel(&stamp(20));
    assert!(back.labels[0].offered.as_ref().unwrap().others.is_empty());
    assert_eq!(back.labels[0].bought.as_ref().unwrap().document, "");
}

#[test]
fn the_cheapest_offer_that_is_wanted_is_taken_and_the_quickest_of_equals() {
    let euro = "EUR".parse().unwrap();
    let quick = Offer { days: Some(1), ..offer(590, "Quick") };
    let dollar = Offer { currency: "USD".parse().unwrap(), ..offer(1, "Foreign") };
    let offers = vec![offer(990, "Express"), offer(590, "Parcel"), quick.clone(), dollar.clone()];
    let any = LabelWish::default().choose("shp_1", offers.clone(), euro).unwrap();
    assert_eq!(any.taken, quick);
    assert_eq!(any.others.len(), 3);
    let named = LabelWish { service: Some("ex-press".into()), ..LabelWish::default() };
    assert_eq!(named.choose("shp_1", offers.clone(), euro).unwrap().taken.price, 990);
    let soon = LabelWish { within_days: Some(1), ..LabelWish::default() };
    assert_eq!(soon.choose("shp_1", offers.clone(), euro).unwrap().taken, quick);
    let only_foreign = LabelWish::default().choose("shp_1", vec![dollar], euro).unwrap();
    assert_eq!(only_foreign.taken.service, "Foreign");
    let nobody = LabelWish { carrier: Some("Nobody".into()), ..LabelWish::default() };
    let why = nobody.choose("shp_1", offers, euro).unwrap_err();
    assert!(why.contains("Post Quick (5.90 EUR, days: 1)"), "{why}");
    assert!(nobody.choose("shp_1", Vec::new(), euro).unwrap_err().contains("no carrier offers"));
}

proptest! {
    #[test]
    fn whatever_happens_one_label_at_most_is_wanted_and_what_is_bought_leaves_or_goes_back(
        steps in prop::collection::vec(0..10_u8, 1..16),
    ) {
        let mut of = table();
        for (n, step) in steps.into_iter().enumerate() {
            let now = stamp(20 + i64::try_from(n).unwrap());
            let last = of.labels.last().map_or(L1, |label| label.id);
            let one = of.labels.get(n % of.labels.len().max(1)).map_or(L1, |label| label.id);
            let number = format!("N{n}");
            let next = match step {
                0 => of.clone().order_label(&order(&number), &now),
                1 => of.clone().label_sent(last, &offered(), now.at),
                2 => of.clone().label_unknown(last, "504", now.at),
                3 if of.labels.iter().any(|label| label.id == one && label.offered.is_some()) => {
                    of.clone().label_bought(one, "shp", &told(&number), &now)
                }
                4 => of.clone().label_refused(one, "no", &now),
                5 => of.clone().give_up_label(PARCEL, &now),
                6 => of.clone().hand_over(&[leaving(PARCEL)], &now).map(|(of, _)| of),
                7 => of.leaving(&Leaving { parcel: PARCEL, carrier: None, tracking_number: None, tracking_url: None })
                    .and_then(|leaving| of.clone().hand_over(&[leaving], &now)).map(|(of, _)| of),
                8 => Ok(of.clone().cancel(&now)),
                9 => of.clone().label_not_offered(last, "nothing fits", &now),
                _ => continue,
            };
            of = next.unwrap_or(of);
            prop_assert!(of.labels.iter().filter(|label| label.is_wanted()).count() <= 1);
            prop_assert_eq!(owes(&of), of.labels.iter().any(Label::is_owed));
            let left_with = of.parcels[0].shipment.as_ref().map(|shipment| &shipment.tracking_number);
            for label in &of.labels {
                let Some(bought) = &label.bought else { continue };
                let may_leave = left_with.is_none() && of.status.is_work();
                let is_used = left_with == bought.tracking_number.as_ref();
                prop_assert!(label.void.is_some() || may_leave || is_used, "{:?}", of);
            }
        }
    }
}
