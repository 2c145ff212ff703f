#![allow(clippy::unwrap_used)]

use super::*;
use crate::fixtures::{FULFILLMENT, PARCEL, at, shipped, stamp};
use crate::parcel_state::Teller;
use ParcelState::{
    AttemptFailed, AwaitingPickup, Damaged, Delayed, Delivered, Exception, InTransit, Lost, OutForDelivery, Overdue,
    Packed, Refused, Returned,
};
use proptest::prelude::*;

fn sent() -> Parcel {
    shipped().fulfillments[&FULFILLMENT].parcels[0].clone()
}

fn told(reports: &[(ParcelState, i64)]) -> Parcel {
    let mut parcel = sent();
    for (state, second) in reports {
        parcel.merge(*state, Report { at: at(*second), reason: String::new() });
    }
    parcel
}

#[test]
fn a_parcel_is_where_the_latest_valid_report_says() {
    let table: &[(&[(ParcelState, i64)], ParcelState)] = &[
        (&[], InTransit),
        (&[(Lost, 10)], Lost),
        (&[(Delivered, 10)], Delivered),
        // Found again, and found by the customer.
        (&[(Lost, 10), (InTransit, 11)], InTransit),
        (&[(Lost, 10), (Delivered, 11)], Delivered),
        // A late report of a loss does not undo a delivery, whichever time it names.
        (&[(Delivered, 10), (Lost, 9)], Delivered),
        (&[(Delivered, 10), (Lost, 11)], Delivered),
        (&[(Delivered, 10), (Returned, 11)], Delivered),
        // The later time wins, however late it is told.
        (&[(Refused, 12), (Delayed, 10)], Refused),
        (&[(Refused, 12), (Returned, 14), (Damaged, 13)], Returned),
        // What came back may be lost on the way, and is not merely delayed.
        (&[(Returned, 10), (Lost, 11)], Lost),
        (&[(Returned, 10), (Delayed, 11)], Returned),
        (&[(Returned, 10), (InTransit, 11)], Returned),
        (&[(Overdue, 10), (Delayed, 11)], Delayed),
        (&[(Lost, 10), (Overdue, 11)], Lost),
        // The last days: tried twice, kept at a shop, and sent back when nobody came.
        (&[(OutForDelivery, 10), (AttemptFailed, 11)], AttemptFailed),
        (&[(AttemptFailed, 11), (OutForDelivery, 12)], OutForDelivery),
        (&[(AttemptFailed, 11), (AwaitingPickup, 12)], AwaitingPickup),
        (&[(AwaitingPickup, 12), (Returned, 20)], Returned),
        (&[(AwaitingPickup, 12), (Delivered, 20)], Delivered),
        // A carrier's problem may be over. That nothing more is heard of it is nothing new.
        (&[(Exception, 10), (InTransit, 11)], InTransit),
        (&[(Exception, 10), (Overdue, 11)], Exception),
        (&[(Returned, 10), (OutForDelivery, 11)], Returned),
    ];
    for (reports, expected) in table {
        assert_eq!(told(reports).state(), *expected, "{reports:?}");
        let backward: Vec<_> = reports.iter().rev().copied().collect();
        assert_eq!(told(&backward).state(), *expected, "{reports:?}, told backward");
    }
    assert_eq!(Parcel { shipment: None, ..sent() }.state(), Packed);
}

#[test]
fn only_time_tells_that_a_parcel_is_overdue_and_nobody_tells_that_it_is_packed() {
    for state in ParcelState::ALL {
        assert_eq!(state.may_be_told_by(Teller::Reporter), !matches!(state, Overdue | Packed), "{state}");
        assert_eq!(state.may_be_told_by(Teller::Clock), *state == Overdue, "{state}");
    }
}

#[test]
fn a_parcel_is_overdue_when_nothing_was_heard_for_long_enough() {
    let (after, second) = (SignedDuration::from_secs(100), |n| at(7 + n));
    let table: &[(Parcel, i64, bool)] = &[
        (sent(), 99, false),
        (sent(), 100, true),
        (told(&[(Delayed, 50)]), 142, false),
        (told(&[(Delayed, 50)]), 143, true),
        (told(&[(Delivered, 50)]), 999, false),
        (told(&[(Lost, 50)]), 999, false),
        (told(&[(Overdue, 200)]), 999, false),
        (Parcel { shipment: None, ..sent() }, 999, false),
    ];
    for (parcel, now, expected) in table {
        assert_eq!(parcel.is_overdue(after, second(*now)), *expected, "{:?} {now}", parcel.reports);
    }
    let resolved = Resolution::new(Remedy::WriteOff, "gift", &stamp(9));
    assert!(!Parcel { resolution: Some(resolved), ..sent() }.is_overdue(after, second(999)));
    assert_eq!(sent().id, PARCEL);
}

fn report() -> impl Strategy<Value = (ParcelState, i64)> {
    (prop::sample::select(&ParcelState::ALL[1..]), 0..9_i64)
}

proptest! {
    #[test]
    fn reports_may_come_in_any_order_and_twice(
        (reports, shuffled) in prop::collection::vec(report(), 0..9)
            .prop_flat_map(|reports| (Just(reports.clone()), Just(reports).prop_shuffle()))
    ) {
        let (once, other) = (told(&reports), told(&shuffled));
        prop_assert_eq!(&once, &other);
        let twice: Vec<_> = shuffled.iter().chain(&reports).copied().collect();
        prop_assert_eq!(&told(&twice), &once);
        let was_delivered = reports.iter().any(|(state, _)| *state == Delivered);
        prop_assert_eq!(once.state() == Delivered, was_delivered);
    }
}
