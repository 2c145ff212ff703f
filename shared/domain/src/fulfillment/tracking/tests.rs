use super::*;
use crate::{
    duty::EmailKind,
    fixtures::{FULFILLMENT, PARCEL, at, shipped, stamp},
    order::Order,
};
use ParcelState::{AttemptFailed, AwaitingPickup, Delivered, InTransit, Lost, OutForDelivery, Refused, Returned};
use proptest::prelude::*;

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;
/// The second at which the parcel of [`shipped`] left.
const LEFT: i64 = 7;

fn sent() -> Fulfillment {
    shipped().fulfillments[&FULFILLMENT].clone()
}

fn moment(state: ParcelState, second: i64) -> (ParcelState, Report) {
    (state, Report { at: at(second), reason: state.to_string() })
}

fn told(moments: &[(ParcelState, i64)]) -> Fulfillment {
    let moments: Vec<_> = moments.iter().map(|(state, second)| moment(*state, *second)).collect();
    sent().told_by_carrier(PARCEL, &moments, &stamp(9 * DAY)).unwrap()
}

fn answered(of: Fulfillment, second: i64, refused: Option<&str>) -> Fulfillment {
    let answer = Followed { by: "easypost".into(), asked_at: at(second), refused: refused.map(Into::into) };
    of.asked_about(PARCEL, &answer, &stamp(second)).unwrap().asked_about_all()
}

fn owes(of: &Fulfillment) -> bool {
    of.owed.contains(&Duty::Tracking)
}

#[test]
fn a_parcel_that_left_is_asked_about_at_once_and_again_when_it_is_silent() {
    let first = sent().ask_about_parcels(ASKED_AFTER, at(LEFT));
    assert!(owes(&first), "nobody follows it yet");
    let followed = answered(first, LEFT, None);
    assert!(!owes(&followed));
    let asks_at = |of: &Fulfillment, second| owes(&of.clone().ask_about_parcels(ASKED_AFTER, at(second)));
    assert!(!asks_at(&followed, LEFT + 2 * DAY - 1));
    assert!(asks_at(&followed, LEFT + 2 * DAY));
    let heard = followed.told_by_carrier(PARCEL, &[moment(InTransit, DAY + LEFT)], &stamp(DAY + 9)).unwrap();
    assert!(!asks_at(&heard, LEFT + 3 * DAY - 1), "it was heard of since");
    assert!(asks_at(&heard, LEFT + 3 * DAY));
    assert!(
        !asks_at(&answered(heard.clone(), LEFT + 3 * DAY, None), LEFT + 4 * DAY),
        "asked without an answer that is new"
    );
    assert!(asks_at(&answered(heard.clone(), LEFT + 3 * DAY, Some("unknown number")), LEFT + 5 * DAY), "refused");
    assert!(!asks_at(&heard, LEFT + 60 * DAY), "its number may be another parcel's by now");
    let delivered = heard.told_by_carrier(PARCEL, &[moment(Delivered, 2 * DAY)], &stamp(2 * DAY)).unwrap();
    assert!(!asks_at(&delivered, 30 * DAY));
}

#[test]
fn a_corrected_number_is_followed_anew() {
    let followed = answered(sent().ask_about_parcels(ASKED_AFTER, at(LEFT)), LEFT, Some("unknown number"));
    let mut right = followed.parcels[0].shipment.clone().unwrap().tracking();
    right.tracking_number = "RIGHT-1".parse().unwrap();
    let corrected = followed.correct_tracking(PARCEL, &right, &stamp(DAY)).unwrap();
    assert_eq!(corrected.parcels[0].followed, None);
    assert!(owes(&corrected.clone().ask_about_parcels(ASKED_AFTER, at(DAY))));
    let numbered = |number: &str| corrected.parcels_numbered(&number.parse().unwrap(), "");
    assert_eq!(numbered("right 1"), [PARCEL]);
    assert_eq!(numbered(&sent().parcels[0].shipment.as_ref().unwrap().tracking_number), [], "that is another parcel's");
}

#[test]
fn people_see_once_why_a_parcel_is_not_followed() {
    let refused = answered(answered(sent(), 10, Some("unknown carrier")), 20, Some("unknown carrier"));
    let notes: Vec<_> = refused.history.iter().filter(|entry| entry.what == Event::NotFollowed).collect();
    assert_eq!(notes.len(), 1);
    assert_eq!(notes[0].note, "parcel P1 unknown carrier");
    assert_eq!(refused.parcels[0].followed.as_ref().unwrap().asked_at, at(20));
}

#[test]
fn what_a_carrier_tells_moves_a_parcel_and_its_customer_hears_what_is_still_true() {
    let mails = |of: &Fulfillment| {
        let mails = of.owed.iter().filter(|duty| !matches!(duty, Duty::Email(EmailKind::Shipped(_))));
        mails.cloned().collect::<Vec<_>>()
    };
    let tried = told(&[(InTransit, HOUR), (OutForDelivery, DAY), (AttemptFailed, DAY + HOUR)]);
    assert_eq!(tried.parcels[0].state(), AttemptFailed);
    assert_eq!(mails(&tried), [Duty::Email(EmailKind::ParcelTrouble(PARCEL, AttemptFailed))]);
    let kept = told(&[(AttemptFailed, DAY), (AwaitingPickup, DAY + HOUR)]);
    assert_eq!(mails(&kept), [Duty::Email(EmailKind::ParcelTrouble(PARCEL, AwaitingPickup))]);
    let all = told(&[(InTransit, HOUR), (AttemptFailed, DAY), (AwaitingPickup, 2 * DAY), (Delivered, 3 * DAY)]);
    assert_eq!(mails(&all), [Duty::Email(EmailKind::Delivered(PARCEL))], "the rest is over");
    assert_eq!(all.parcels[0].delivered_at, Some(at(3 * DAY)));
}

#[test]
fn a_parcel_that_is_scanned_again_and_again_is_noted_once_a_day() {
    let notes = |moments: &[(ParcelState, i64)]| told(moments).history.len() - sent().history.len();
    assert_eq!(notes(&[(AttemptFailed, DAY), (AttemptFailed, DAY + HOUR)]), 1, "a clock that is wrong tells it again");
    assert_eq!(notes(&[(InTransit, HOUR), (InTransit, 2 * HOUR), (InTransit, 3 * HOUR)]), 0, "it was on its way");
    assert_eq!(notes(&[(InTransit, DAY + LEFT), (InTransit, DAY + HOUR), (InTransit, 2 * DAY + LEFT)]), 2);
    assert_eq!(
        notes(&[(OutForDelivery, HOUR), (InTransit, 2 * HOUR), (OutForDelivery, 3 * HOUR)]),
        3,
        "these are changes"
    );
    assert_eq!(notes(&[(Delivered, DAY), (InTransit, 5 * DAY), (Returned, 6 * DAY)]), 1, "nothing leads away from it");
}

#[test]
fn what_happened_long_before_or_after_is_about_another_parcel_with_its_number() {
    for second in [LEFT - 15 * DAY, LEFT + 121 * DAY] {
        assert_eq!(told(&[(Delivered, second)]), sent(), "{second}");
    }
    for second in [LEFT - 2 * DAY, LEFT + 119 * DAY] {
        assert_eq!(told(&[(Delivered, second)]).parcels[0].state(), Delivered, "{second}");
    }
    assert_eq!(told(&[(Lost, LEFT - 13 * DAY)]).parcels[0].state(), Lost, "a label's number was scanned");
    assert_eq!(told(&[(Delivered, LEFT - 4 * DAY)]), sent(), "it cannot have arrived so long before it left");
}

#[test]
fn a_parcel_that_went_back_is_delivered_to_its_sender_only() {
    let back = told(&[(Returned, DAY)]);
    let arrived = back.told_by_carrier(PARCEL, &[moment(Delivered, 3 * DAY)], &stamp(3 * DAY)).unwrap();
    assert_eq!((arrived.parcels[0].state(), arrived.parcels[0].delivered_at), (Returned, None));
    let by_a_person = arrived.deliver(PARCEL, &stamp(4 * DAY)).unwrap();
    assert_eq!(by_a_person.parcels[0].state(), Delivered, "who has seen it knows better");
}

#[test]
fn a_refused_parcel_that_comes_back_is_told_to_its_customer_once() {
    let refused = told(&[(Refused, DAY)]);
    let mail = EmailKind::ParcelTrouble(PARCEL, Refused);
    assert!(refused.owed.contains(&Duty::Email(mail.clone())));
    let mut mailed = refused;
    mailed.owed.clear();
    mailed.history.push(stamp(DAY).entry(Event::Emailed, mail.to_string()));
    let back = mailed.told_by_carrier(PARCEL, &[moment(Returned, 3 * DAY)], &stamp(3 * DAY)).unwrap();
    assert_eq!((back.parcels[0].state(), back.owed.len()), (Returned, 0));
}

#[test]
fn nothing_of_a_carriers_words_is_left_of_an_erased_parcel() {
    let mut told = answered(told(&[(Lost, DAY)]), DAY, Some("left with Mr. Smith"));
    told.parcels[0].forget_words();
    crate::history::without_words(&mut told.history);
    let text = format!("{told:?}");
    assert!(!text.contains("Smith") && !text.contains("parcel P1 lost lost"), "{text}");
}

#[test]
fn an_order_takes_what_is_told_of_its_numbers_only() {
    let own = sent().parcels[0].shipment.as_ref().unwrap().tracking_number.parse().unwrap();
    let lost = [moment(Lost, DAY)];
    let order = shipped().told_by_carrier((&own, "DHL Express"), &lost, &stamp(DAY)).unwrap().unwrap();
    assert_eq!(order.fulfillments[&FULFILLMENT].parcels[0].state(), Lost);
    assert_eq!(order.clone().told_by_carrier((&own, ""), &lost, &stamp(2 * DAY)).unwrap(), Some(order), "again");
    let told = |number: &TrackingNumber, carrier: &str| -> Option<Order> {
        shipped().told_by_carrier((number, carrier), &lost, &stamp(DAY)).unwrap()
    };
    assert_eq!(told(&"OTHER".parse().unwrap(), "DHL Express"), None);
    assert_eq!(told(&own, "FedEx"), None, "another carrier uses the number too");
    assert!(told(&own, "A carrier that is not known here").is_some());
}

fn carriers_word() -> impl Strategy<Value = (ParcelState, i64)> {
    (
        prop::sample::select(&[InTransit, OutForDelivery, AttemptFailed, AwaitingPickup, Lost, Delivered][..]),
        8..20 * DAY,
    )
}

proptest! {
    /// Services send the whole history each time, and some of it never. (A return is left out: a delivery that was told before it stands.)
    #[test]
    fn whatever_part_of_it_was_told_before_the_whole_leads_to_the_same_state(
        mut all in prop::collection::vec(carriers_word(), 0..8),
        known in prop::collection::vec(any::<bool>(), 8),
    ) {
        all.sort_by_key(|(_, second)| *second);
        all.dedup_by_key(|(_, second)| *second);
        let part: Vec<_> = all.iter().zip(known).filter(|(_, known)| *known).map(|(told, _)| *told).collect();
        let as_reports = |moments: &[(ParcelState, i64)]| moments.iter().map(|(state, s)| moment(*state, *s)).collect::<Vec<_>>();
        let tell = |of: Fulfillment, moments: &[(ParcelState, i64)]| {
            of.told_by_carrier(PARCEL, &as_reports(moments), &stamp(21 * DAY)).unwrap()
        };
        let (once, later) = (tell(sent(), &all), tell(tell(sent(), &part), &all));
        prop_assert_eq!(once.parcels[0].state(), later.parcels[0].state());
        prop_assert_eq!(once.parcels[0].delivered_at, later.parcels[0].delivered_at);
        let again = tell(later.clone(), &all);
        prop_assert_eq!(again.parcels[0].state(), later.parcels[0].state());
    }
}
