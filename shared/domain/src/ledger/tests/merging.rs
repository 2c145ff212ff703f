//! Facts of any kind, in any order, twice.

use super::*;
use proptest::prelude::*;

/// What a provider may report of the payment `n`. A refund's id, payment and amount never change. The events of one
/// payment arrive in any order, and may contradict each other in everything else, the currency included.
fn facts_of(n: usize) -> impl Strategy<Value = MoneyEvent> {
    let status = prop_oneof![Just(RefundStatus::Pending), Just(RefundStatus::Succeeded), Just(RefundStatus::Failed)];
    let dispute_status = prop_oneof![
        Just(DisputeStatus::Inquiry),
        Just(DisputeStatus::InquiryClosed),
        Just(DisputeStatus::Open),
        Just(DisputeStatus::Won),
        Just(DisputeStatus::Lost)
    ];
    let promise = prop::option::of(9..20_i64)
        .prop_map(|until| MoneyFact::Pending { until: until.and_then(|second| Timestamp::from_second(second).ok()) });
    let fact = prop_oneof![
        promise,
        (0..200_i64, prop::option::of(9..20_i64)).prop_map(|(amount, until)| MoneyFact::Promised {
            amount,
            until: until.and_then(|second| Timestamp::from_second(second).ok()),
        }),
        Just(MoneyFact::Voided),
        (20..60_i64).prop_map(MoneyFact::Released),
        (0..200_i64).prop_map(MoneyFact::authorized),
        (0..200_i64).prop_map(MoneyFact::Captured),
        (0..3_i64, any::<bool>()).prop_map(|(m, succeeds)| MoneyFact::CapturePart {
            id: format!("cp_{m}"),
            amount: 30 * m,
            status: if succeeds { PartStatus::Succeeded } else { PartStatus::Failed },
        }),
        (1..3_i64, any::<bool>()).prop_map(|(m, last)| MoneyFact::CapturedAs {
            id: format!("ca_{m}"),
            amount: 30 * m,
            last
        }),
        (0..200_i64).prop_map(MoneyFact::RefundedInTotal),
        "[a-c]".prop_map(MoneyFact::Failed),
        (1..4_i64, status.clone()).prop_map(move |(m, status)| refund(&format!("re_{n}_{m}"), 20 * m, status)),
        (1..3_u32, status).prop_map(move |(attempt, status)| {
            let ours = Some(OurRefund { id: format!("return-{n}").parse().unwrap(), attempt });
            MoneyFact::Refund { ours, id: format!("re_{n}_ours_{attempt}"), amount: 50, status }
        }),
        (0..200_i64, dispute_status, case()).prop_map(move |(amount, status, case)| MoneyFact::Dispute {
            id: format!("dp_{n}"),
            amount,
            status,
            case,
        }),
    ];
    let currency = prop_oneof![Just(None), Just(Some("EUR")), Just(Some("USD"))];
    (fact, 0..9_i64, currency).prop_map(move |(fact, second, currency)| MoneyEvent {
        currency: currency.and_then(|code| code.parse().ok()),
        step: if currency.is_some() { step_of(n) } else { 1 },
        ..event(&format!("pi_{n}"), second, fact)
    })
}

/// What is told of a dispute beside its status.
fn case() -> impl Strategy<Value = Case> {
    let due_by = prop::option::of((20..30_i64).prop_map(crate::fixtures::at));
    let reason = prop::option::of("[a-b]");
    (due_by, any::<bool>(), reason).prop_map(|(due_by, answered, reason)| Case { due_by, answered, reason })
}

/// The first payment's provider moves only whole tens.
fn step_of(n: usize) -> Amount {
    if n == 0 { 10 } else { 1 }
}

fn facts() -> impl Strategy<Value = MoneyEvent> {
    (0..3_usize).prop_flat_map(facts_of)
}

/// A ledger that knows Orderly's own refunds before the provider reports them.
fn with_own_refunds() -> Ledger {
    let mut ledger = Ledger::default();
    for n in 0..3 {
        let payment = format!("acme_pi_{n}").parse().unwrap();
        let new = Refund { payment, amount: 50, attempt: 2, came_back: 0, state: RequestState::Intended };
        ledger.refunds.insert(format!("return-{n}").parse().unwrap(), new);
    }
    ledger
}

proptest! {
    #[test]
    fn the_order_of_arrival_and_repetitions_do_not_matter(
        (facts, shuffled) in prop::collection::vec(facts(), 0..14).prop_flat_map(|facts| {
            let doubled: Vec<_> = facts.iter().chain(&facts).cloned().collect();
            (Just(facts), Just(doubled).prop_shuffle())
        })
    ) {
        let (one, other) = (told(with_own_refunds(), &facts), told(with_own_refunds(), &shuffled));
        prop_assert_eq!(one.status(100, eur()), other.status(100, eur()));
        prop_assert_eq!(one, other);
    }

    #[test]
    fn what_is_intended_is_never_more_than_what_each_payment_still_had(
        facts in prop::collection::vec(facts(), 0..10),
        asked in prop::collection::vec((0..150_i64, any::<bool>()), 0..6),
    ) {
        let mut ledger = told(Ledger::default(), &facts);
        let refunded = |ledger: &Ledger| -> Vec<(Amount, Amount)> {
            let each = ledger.payments.iter();
            each.map(|(id, payment)| (ledger.refunded_of(id, payment, Refund::counts), payment.captured)).collect()
        };
        let heard = refunded(&ledger);
        for (n, (amount, fails)) in asked.into_iter().enumerate() {
            let name = format!("return-{n}");
            let room = refundable(&ledger);
            let intended = ledger.intend_refund(&name, amount, eur());
            // Only one payment moves in tens, so less than ten of it can be left.
            // What is kept of one refund comes with a later one.
            prop_assert!((amount.min(room) - 9..=room.min(amount + 9)).contains(&intended), "{} of {}", intended, room);
            for refund in ledger.refunds.values().filter(|refund| refund.attempt > 0) {
                let known = ledger.payments.get(&refund.payment).map_or(1, |payment| payment.step);
                prop_assert_eq!(refund.amount % known, 0, "{:?}", refund);
            }
            if let Some(refund) = ledger.refunds.get_mut(name.as_str()).filter(|_| fails) {
                refund.state = RequestState::Failed { reason: "declined".into(), refused: false };
                ledger.retry_failed(eur());
            }
        }
        for ((now, captured), (heard, _)) in refunded(&ledger).into_iter().zip(heard) {
            prop_assert!(now <= captured.max(heard), "{} of {}", now, captured);
        }
    }
}
