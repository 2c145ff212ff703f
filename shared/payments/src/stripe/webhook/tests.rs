#![allow(clippy::unwrap_used)]

mod hostile_events;
mod secrets;

use super::*;
use crate::{
    stripe::description,
    testing::{is_made_of, listed},
    webhook::ReportedEvent,
};
use domain::{
    ids::{ChannelId, OrderId},
    ledger::{Case, DisputeStatus, MoneyEvent, MoneyFact, RefundStatus},
    payment_record::Named,
};
use proptest::prelude::*;
use runtime::ConfigError;
use serde_json::{Value, json};
use std::{
    future::ready,
    sync::{
        Arc, LazyLock, Mutex,
        atomic::{AtomicI64, AtomicUsize, Ordering},
    },
};

const SECRET: &str = "whsec_test";
const INTENT: &str = "pi_1PgafyB7WZ01zgkWSjxsAJo3";
const CHARGE: &str = "ch_1PgafuB7WZ01zgkWXYmPNZs8";

/// One of Stripe's own fixtures, by the type of the event.
macro_rules! fixture {
    ($kind:literal) => {
        serde_json::from_str::<Value>(include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../tests/payloads/stripe-",
            $kind,
            ".json"
        )))
        .unwrap()
    };
}
use fixture;

fn now() -> Timestamp {
    Timestamp::from_second(1_764_000_000).unwrap()
}

fn stripe(livemode: bool) -> Webhook {
    with_secrets(SECRET, livemode)
}

fn with_secrets(secrets: &str, livemode: bool) -> Webhook {
    Webhook::new(Secret::fixed("STRIPE_WEBHOOK_SECRET", secrets), livemode)
}

fn signed(body: &str, secret: &str, at: Timestamp) -> Request {
    signed_bytes(body.as_bytes().to_vec(), secret, at)
}

fn signed_bytes(body: Vec<u8>, secret: &str, at: Timestamp) -> Request {
    let signature = signature::sign(&body, &SigningSecret::new(secret).unwrap(), at);
    Request { headers: [(HEADER.to_owned(), signature)].into(), body, ..Request::default() }
}

/// The facts that a request reports at `at`.
fn all_at(webhook: &Webhook, request: &Request, at: Timestamp) -> Result<Vec<ReportedEvent>, Error> {
    static RUNTIME: LazyLock<tokio::runtime::Runtime> = LazyLock::new(|| tokio::runtime::Runtime::new().unwrap());
    RUNTIME.block_on(async {
        let mut all = Vec::new();
        for genuine in webhook.verify(request, at).await? {
            match webhook.understand(&genuine, at).await? {
                Said::Facts(facts) => all.extend(facts),
                Said::Nothing(_) => {}
            }
        }
        Ok(all)
    })
}

/// The fact that a request reports at `at`; at most one.
fn read_at(webhook: &Webhook, request: &Request, at: Timestamp) -> Result<Option<ReportedEvent>, Error> {
    let mut events = all_at(webhook, request, at)?;
    assert!(events.len() <= 1, "{events:?}");
    Ok(events.pop())
}

/// All facts of a signed event.
fn facts(event: &Value) -> Vec<MoneyFact> {
    let request = signed(&event.to_string(), SECRET, now());
    all_at(&stripe(false), &request, now()).unwrap().into_iter().map(|reported| reported.event.fact).collect()
}

/// The fact that a signed event reports.
fn normalize(event: &Value) -> Result<Option<ReportedEvent>, Error> {
    read_at(&stripe(false), &signed(&event.to_string(), SECRET, now()), now())
}

fn incoming(event: &Value) -> ReportedEvent {
    normalize(event).unwrap().unwrap()
}

fn payment(id: &str) -> domain::ids::PaymentId {
    format!("stripe_{id}").parse().unwrap()
}

/// The status and name of a refusal.
fn refusal<T: std::fmt::Debug>(outcome: Result<T, Error>) -> (u16, String) {
    match outcome {
        Err(Error::Problem(problem)) => (problem.status, problem.kind.replace("urn:orderly:problem:", "")),
        other => panic!("a refusal was expected: {other:?}"),
    }
}

/// The event with some fields of its object replaced.
fn with(mut event: Value, fields: &Value) -> Value {
    for (name, value) in fields.as_object().unwrap() {
        event["data"]["object"][name] = value.clone();
    }
    event
}

fn event(kind: &str, object: &Value) -> Value {
    json!({"id": "evt_1", "object": "event", "type": kind, "created": 1_764_000_000, "livemode": false, "data": {"object": object}})
}

fn intent(fields: &Value) -> Value {
    with(event("", &json!({"id": INTENT, "object": "payment_intent", "currency": "eur"})), fields)["data"]["object"]
        .clone()
}

#[test]
fn stripe_s_own_payment_intents_are_understood() {
    use MoneyFact::{Authorized, Captured, Failed, Voided};
    let declined = json!({"last_payment_error": {"code": "card_declined", "message": "Ada's card"}});
    let week = Timestamp::from_second(1_234_567_890 + 7 * 86_400).ok();
    let table = [
        (with(fixture!("payment_intent.succeeded"), &json!({"amount_received": 1099})), Captured(1099)),
        (
            with(fixture!("payment_intent.amount_capturable_updated"), &json!({"amount_capturable": 1099})),
            Authorized { amount: 1099, until: week, several: false },
        ),
        (fixture!("payment_intent.amount_capturable_updated"), Authorized { amount: 0, until: week, several: false }),
        (with(fixture!("payment_intent.payment_failed"), &declined), Failed("card_declined".into())),
        (fixture!("payment_intent.payment_failed"), Failed("unknown".into())),
        (fixture!("payment_intent.canceled"), Voided),
    ];
    for (event, fact) in table {
        let ReportedEvent { named, event } = incoming(&event);
        assert_eq!((named, event.payment), (Named::default(), payment(INTENT)));
        assert_eq!(
            (event.event.as_str(), event.at),
            ("evt_1Pgc76B7WZ01zgkWwyRHS12y", Timestamp::from_second(1_234_567_890).unwrap())
        );
        assert_eq!((event.currency.unwrap().as_str(), event.fact), ("USD", fact));
    }
}

#[test]
fn stripe_s_own_charges_refunds_and_disputes_are_understood() {
    let captured = json!({"captured": true, "amount_captured": 100, "amount_refunded": 40});
    let refunded = with(fixture!("charge.refunded"), &captured);
    let refund =
        |status| MoneyFact::Refund { ours: None, id: "re_1Pgc72B7WZ01zgkWqPvrRrPE".into(), amount: 100, status };
    let dispute = MoneyFact::Dispute {
        id: "dp_1Pgc71B7WZ01zgkWMevJiAUx".into(),
        amount: 1000,
        status: DisputeStatus::Inquiry,
        case: Case {
            due_by: Timestamp::from_second(1_723_679_999).ok(),
            answered: false,
            reason: Some("general".to_owned()),
        },
    };
    let table = [
        (refunded, MoneyFact::RefundedInTotal(40)),
        (fixture!("refund.updated"), refund(RefundStatus::Succeeded)),
        (fixture!("charge.dispute.created"), dispute),
    ];
    for (event, fact) in table {
        let of_charge = incoming(&event);
        assert_eq!((of_charge.event.payment, &of_charge.event.fact), (payment(CHARGE), &fact));
        let of_intent = incoming(&with(event, &json!({"payment_intent": INTENT})));
        assert_eq!(of_intent.event.payment, payment(INTENT), "the intent is what the order knows");
        let expanded = json!({"payment_intent": {"id": INTENT}, "charge": {"id": CHARGE}});
        assert_eq!(incoming(&with(fixture!("refund.updated"), &expanded)).event.payment, payment(INTENT));
    }
}

#[test]
fn an_authorization_that_a_partial_capture_released_is_no_refund() {
    use MoneyFact::{Captured, RefundedInTotal, Released};
    let charge = |fields: Value| {
        let charge = json!({"id": CHARGE, "payment_intent": INTENT, "amount": 3300, "currency": "eur"});
        facts(&with(event("charge.refunded", &charge), &fields))
    };
    let of = |captured: i64, refunded: i64| {
        charge(json!({"captured": true, "amount_captured": captured, "amount_refunded": refunded}))
    };
    assert_eq!(of(2900, 400), [Released(400), RefundedInTotal(0)]);
    assert_eq!(of(2900, 1850), [Released(400), RefundedInTotal(1450)]);
    assert_eq!(of(2900, 3300), [Released(400), RefundedInTotal(2900)]);
    assert_eq!(of(2900, 0), [Released(400), RefundedInTotal(0)], "never less than nothing");
    assert_eq!(of(3300, 400), [RefundedInTotal(400)]);
    assert_eq!(of(3500, 400), [RefundedInTotal(400)], "more was captured than authorized");
    let older = charge(json!({"captured": true, "amount_refunded": 400}));
    assert_eq!(older, [RefundedInTotal(400)], "an old version of the API has no amount_captured");
    let expired = charge(json!({"captured": false, "amount_captured": 0, "amount_refunded": 3300}));
    assert_eq!(expired, [Released(3300)]);

    let intent = |fields: Value| facts(&event("payment_intent.succeeded", &intent(&fields)));
    let part = json!({"amount": 3300, "amount_received": 2900, "amount_capturable": 0});
    assert_eq!(intent(part), [Captured(2900), Released(400)]);
    assert_eq!(intent(json!({"amount": 3300, "amount_received": 3300, "amount_capturable": 0})), [Captured(3300)]);
    assert_eq!(intent(json!({"amount": 3300, "amount_received": 3500, "amount_capturable": 0})), [Captured(3500)]);
    let more_may_come = json!({"amount": 3300, "amount_received": 2900, "amount_capturable": 400});
    assert_eq!(intent(more_may_come), [Captured(2900)]);

    for (reason, is_refund) in [("expired_uncaptured_charge", false), ("partial_capture", false), ("duplicate", true)] {
        let refund = json!({"id": "re_1", "payment_intent": INTENT, "amount": 400, "currency": "eur", "status": "succeeded", "reason": reason});
        assert_eq!(facts(&event("refund.created", &refund)).len(), usize::from(is_refund), "{reason}");
    }
}

#[test]
fn money_that_takes_days_is_pending_whichever_event_tells_it() {
    let debit = json!({"amount": 2900, "payment_method_types": ["card", "sepa_debit"]});
    let until = Some(now() + jiff::SignedDuration::from_hours(24 * 21));
    let session = json!({"payment_intent": INTENT, "payment_status": "unpaid", "payment_method_types": ["sepa_debit"]});
    for event in [event("payment_intent.processing", &intent(&debit)), event("checkout.session.completed", &session)] {
        assert_eq!(facts(&event), [MoneyFact::Pending { until }], "{event}");
    }
    let card = event("payment_intent.processing", &intent(&json!({"payment_method_types": ["card"]})));
    assert_eq!(facts(&card), [MoneyFact::Pending { until: None }]);
    let slip = |action: &str| intent(&json!({"next_action": {"type": action, action: {"expires_at": 1_764_500_000}}}));
    let until = Timestamp::from_second(1_764_500_000 + 4 * 86_400).ok();
    let shown = event("payment_intent.requires_action", &slip("konbini_display_details"));
    assert_eq!(facts(&shown), [MoneyFact::Pending { until }]);
    let asked = event("payment_intent.requires_action", &slip("use_stripe_sdk"));
    assert_eq!(facts(&asked), [], "3-D Secure is not done yet");
}

#[test]
fn a_dispute_and_a_refund_keep_their_own_currency_and_time() {
    let dispute = json!({"id": "dp_1", "payment_intent": INTENT, "amount": 3200, "currency": "usd", "status": "lost"});
    let refund = json!({"id": "re_1", "payment_intent": INTENT, "amount": 500, "currency": "mga", "status": "pending"});
    for (kind, object, currency, step) in
        [("charge.dispute.created", dispute, "USD", 1), ("refund.created", refund, "MGA", 100)]
    {
        let told = incoming(&event(kind, &object)).event;
        assert_eq!((told.currency, told.step, told.at), (currency.parse().ok(), step, now()), "{kind}");
    }
}

#[test]
fn a_checkout_session_tells_what_its_payment_status_says() {
    let session = |kind: &str, fields: &Value| {
        let mut event = with(fixture!("checkout.session.completed"), &json!({"amount_total": 2000, "currency": "eur"}));
        event["type"] = json!(kind);
        normalize(&with(event, fields)).unwrap().map(|incoming| incoming.event.fact)
    };
    let (completed, succeeded) = ("checkout.session.completed", "checkout.session.async_payment_succeeded");
    let (paid, unpaid) = (json!({"payment_status": "paid"}), json!({"payment_status": "unpaid"}));
    assert_eq!(session(completed, &paid), Some(MoneyFact::Captured(2000)));
    assert_eq!(session(completed, &unpaid), Some(MoneyFact::Pending { until: None }));
    assert_eq!(session(completed, &json!({"payment_status": "no_payment_required"})), None);
    assert_eq!(session(completed, &json!({"payment_status": "paid", "payment_intent": null})), None, "a subscription");
    assert_eq!(session(succeeded, &paid), Some(MoneyFact::Captured(2000)));
    let failed = session("checkout.session.async_payment_failed", &unpaid);
    assert_eq!(failed, Some(MoneyFact::Failed("async_payment_failed".into())));
}

#[test]
fn every_refund_event_and_status_is_understood() {
    let kinds = ["refund.created", "refund.updated", "refund.failed", "charge.refund.updated"];
    let statuses = [
        ("pending", RefundStatus::Pending),
        ("requires_action", RefundStatus::Pending),
        ("succeeded", RefundStatus::Succeeded),
        ("failed", RefundStatus::Failed),
        ("canceled", RefundStatus::Failed),
    ];
    for kind in kinds {
        for (name, status) in statuses {
            let object =
                json!({"id": "re_1", "payment_intent": INTENT, "amount": 50, "currency": "eur", "status": name});
            let fact = incoming(&event(kind, &object)).event.fact;
            assert_eq!(fact, MoneyFact::Refund { ours: None, id: "re_1".into(), amount: 50, status }, "{kind} {name}");
        }
    }
}

#[test]
fn a_refund_that_orderly_asked_for_is_known_by_its_metadata() {
    let ours = |metadata: Value| {
        let object = json!({"id": "re_1", "charge": CHARGE, "amount": 50, "currency": "eur", "status": "succeeded", "metadata": metadata});
        match incoming(&event("refund.updated", &object)).event.fact {
            MoneyFact::Refund { ours, .. } => ours.map(|ours| (ours.id.to_string(), ours.attempt)),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(ours(json!({"orderly_refund": "return-01.2", "orderly_attempt": "3"})), Some(("return-01.2".into(), 3)));
    let others = [
        json!({}),
        json!(null),
        json!({"orderly_refund": "cancel"}),
        json!({"orderly_refund": "a b", "orderly_attempt": "1"}),
        json!({"orderly_refund": "cancel", "orderly_attempt": "first"}),
        json!({"orderly_refund": 7, "orderly_attempt": 1}),
    ];
    for metadata in others {
        assert_eq!(ours(metadata.clone()), None, "{metadata}");
    }
}

#[test]
fn a_refund_out_of_a_customer_s_balance_is_no_order_s() {
    let object = json!({"id": "re_1", "amount": 50, "currency": "eur", "status": "succeeded"});
    assert_eq!(normalize(&event("refund.updated", &object)).unwrap(), None);
}

#[test]
fn amounts_are_counted_as_iso_4217_does() {
    let table =
        [("isk", 50_000, 500, 1), ("ugx", 700, 7, 1), ("mga", 5, 500, 100), ("jpy", 500, 500, 1), ("kwd", 20, 20, 10)];
    for (currency, told, amount, step) in table {
        let object = intent(&json!({"currency": currency, "amount_received": told}));
        let event = incoming(&event("payment_intent.succeeded", &object)).event;
        assert_eq!((event.fact, event.step), (MoneyFact::Captured(amount), step), "{told} {currency}");
    }
}

#[test]
fn every_dispute_event_and_status_is_understood() {
    let kinds = ["created", "updated", "closed", "funds_withdrawn", "funds_reinstated"];
    let statuses = [
        ("needs_response", DisputeStatus::Open),
        ("under_review", DisputeStatus::Open),
        ("warning_needs_response", DisputeStatus::Inquiry),
        ("warning_under_review", DisputeStatus::Inquiry),
        ("warning_closed", DisputeStatus::InquiryClosed),
        ("won", DisputeStatus::Won),
        ("prevented", DisputeStatus::Won),
        ("lost", DisputeStatus::Lost),
    ];
    for kind in kinds {
        for (name, status) in statuses {
            let object =
                json!({"id": "dp_1", "payment_intent": INTENT, "amount": 50, "currency": "eur", "status": name});
            let case = Case { answered: name.ends_with("under_review"), ..Case::default() };
            let fact = incoming(&event(&format!("charge.dispute.{kind}"), &object)).event.fact;
            assert_eq!(fact, MoneyFact::Dispute { id: "dp_1".into(), amount: 50, status, case }, "{kind} {name}");
        }
    }
}

#[test]
fn the_order_and_the_channel_are_read_from_what_the_merchant_s_server_wrote_on_the_payment() {
    let web: ChannelId = "web".parse().unwrap();
    let id = OrderId::derive(&web, "1001");
    let of = |fields: Value| {
        let fields = with(json!({"data": {"object": {"amount_received": 1}}}), &fields)["data"]["object"].clone();
        incoming(&event("payment_intent.succeeded", &intent(&fields))).named
    };
    let both = Named { order: Some(id.clone()), channel: Some(web.clone()) };
    assert_eq!(of(json!({"metadata": {"order_id": id}})), Named::from(id));
    assert_eq!(of(json!({"metadata": {"order_id": "1001", "channel": "web"}})), both);
    assert_eq!(of(json!({"metadata": {"channel": "web"}})), Named { order: None, channel: Some(web) });
    let others = [
        json!({}),
        json!({"metadata": {"order_id": "1001"}}),
        json!({"metadata": {"order_id": "ord_ not one"}}),
        json!({"metadata": {"order_id": "1001", "channel": "a b"}}),
        json!({"metadata": {"order_id": 1001}}),
        json!({"metadata": [], "client_reference_id": "x/y"}),
    ];
    for fields in others {
        assert_eq!(of(fields.clone()), Named::default(), "{fields}");
    }
}

#[test]
fn a_reference_of_a_checkout_names_an_order_only_where_the_merchant_says_so() {
    let id = OrderId::derive(&"web".parse().unwrap(), "1001");
    let session = |fields: &Value| {
        let session = json!({"payment_intent": INTENT, "payment_status": "paid", "amount_total": 5, "currency": "eur"});
        with(event("checkout.session.completed", &session), fields).to_string()
    };
    let read = |client_references: bool, fields: &Value| {
        let webhook = stripe(false).with(Sources { client_references, ..Sources::default() });
        read_at(&webhook, &signed(&session(fields), SECRET, now()), now()).unwrap().unwrap().named.order
    };
    let table = [
        (json!({"client_reference_id": id}), None, Some(&id)),
        (json!({"client_reference_id": "1001", "metadata": {"channel": "web"}}), None, Some(&id)),
        (json!({"client_reference_id": "typed", "metadata": {"order_id": id}}), Some(&id), Some(&id)),
        (json!({"client_reference_id": null}), None, None),
    ];
    for (fields, off, on) in table {
        assert_eq!((read(false, &fields).as_ref(), read(true, &fields).as_ref()), (off, on), "{fields}");
    }
}

#[test]
fn events_of_connected_accounts_count_only_if_they_are_named() {
    let of = |account: &Value| {
        let mut event = event("payment_intent.canceled", &intent(&json!({})));
        event["account"] = account.clone();
        signed(&event.to_string(), SECRET, now())
    };
    let named = stripe(false).with(Sources { accounts: vec!["acct_ours".to_owned()], ..Sources::default() });
    let table = [
        (json!(null), true, true),
        (json!("acct_ours"), false, true),
        (json!("acct_theirs"), false, false),
        (json!(""), false, false),
    ];
    for (account, by_default, with_list) in table {
        let counts = |webhook: &Webhook| read_at(webhook, &of(&account), now()).unwrap().is_some();
        assert_eq!((counts(&stripe(false)), counts(&named)), (by_default, with_list), "{account}");
    }
    assert_eq!(accounts(" acct_1, ,acct_2 ").unwrap(), ["acct_1", "acct_2"]);
    assert_eq!(accounts("").unwrap(), Vec::<String>::new());
    assert!(accounts("acct_1,pi_2").unwrap_err().to_string().contains("\"pi_2\""));
    assert!(flag("STRIPE_CLIENT_REFERENCES", "yes").unwrap_err().to_string().contains("true or false"));
}

#[test]
fn events_of_other_kinds_say_nothing() {
    for kind in ["customer.created", "payment_intent.created", "charge.succeeded", "invoice.paid", "", "refund"] {
        assert_eq!(normalize(&event(kind, &json!({"id": "x"}))).unwrap(), None, "{kind}");
    }
}

#[test]
fn an_authorization_that_may_be_captured_in_parts_says_so_and_what_is_captured_of_it() {
    use MoneyFact::{Authorized, Captured, Released, Voided};
    let charge = |captured: bool, status: &str| {
        let details = json!({"card": {"capture_before": 1_764_600_000, "multicapture": {"status": status}}});
        let fields = json!({"captured": captured, "amount": 3300, "payment_method_details": details});
        with(event("charge.succeeded", &json!({"id": CHARGE, "payment_intent": INTENT, "currency": "eur"})), &fields)
    };
    let until = Timestamp::from_second(1_764_600_000).ok();
    assert_eq!(facts(&charge(false, "available")), [Authorized { amount: 3300, until, several: true }]);
    assert_eq!(incoming(&charge(false, "available")).event.payment, payment(INTENT));
    assert_eq!(facts(&charge(false, "unavailable")), [], "the intent tells it");
    assert_eq!(facts(&charge(true, "available")), []);

    let part = json!({"amount": 3300, "amount_received": 1000, "amount_capturable": 2300});
    let updated = event("payment_intent.amount_capturable_updated", &intent(&part));
    assert_eq!(facts(&updated), [Captured(1000)], "when the rest ends, the charge has told");
    let canceled = event("payment_intent.canceled", &intent(&part));
    assert_eq!(facts(&canceled), [Captured(1000), Released(2300), Voided]);
    // Its sums mix what was refunded with what was given up. The refund itself tells.
    let sums = json!({"amount_captured": 1000, "amount_refunded": 400});
    let mut refunded = with(charge(true, "available"), &sums);
    refunded["type"] = json!("charge.refunded");
    assert_eq!(facts(&refunded), []);
}

#[test]
fn a_genuine_event_without_what_its_kind_must_have_is_refused_with_the_field() {
    let good = json!({
        "id": "x_1", "payment_intent": INTENT, "charge": CHARGE, "currency": "eur", "status": "succeeded", "amount": 5,
        "amount_capturable": 5, "amount_refunded": 5, "amount_total": 5, "payment_status": "paid",
    });
    let captured = with(event("", &good), &json!({"amount_received": 5}))["data"]["object"].clone();
    let table = [
        ("payment_intent.succeeded", vec!["id", "amount_received"]),
        ("payment_intent.amount_capturable_updated", vec!["id", "amount_capturable"]),
        ("payment_intent.payment_failed", vec!["id"]),
        ("payment_intent.canceled", vec!["id"]),
        ("checkout.session.completed", vec!["amount_total"]),
        ("charge.refunded", vec!["amount_refunded"]),
        ("refund.updated", vec!["id", "amount", "status"]),
        ("charge.dispute.created", vec!["id", "amount", "status"]),
    ];
    let malformed = (422, "malformed-event".to_owned());
    for (kind, fields) in table {
        let good = if kind == "payment_intent.succeeded" { &captured } else { &good };
        assert!(normalize(&event(kind, good)).unwrap().is_some(), "{kind}");
        for field in fields {
            for value in [json!(null), json!({}), json!(-5), json!(1.5), json!("a b\n")] {
                let object = with(event(kind, good), &json!({field: value}))["data"]["object"].clone();
                if field == "status" && value.is_string() {
                    continue; // any text is valid
                }
                assert_eq!(refusal(normalize(&event(kind, &object))), malformed, "{kind} {field} {value}");
            }
        }
        let object = with(event(kind, good), &json!({"currency": "doubloon"}))["data"]["object"].clone();
        assert_eq!(refusal(normalize(&event(kind, &object))), malformed, "{kind}");
        for field in ["id", "created"] {
            let mut event = event(kind, good);
            event[field] = json!(null);
            assert_eq!(refusal(normalize(&event)), malformed, "{kind} without {field}");
        }
    }
    let lost = json!({"amount": 5, "currency": "eur", "status": "lost", "id": "x"});
    assert_eq!(refusal(normalize(&event("charge.dispute.created", &lost))), malformed, "a dispute of no payment");
    assert_eq!(refusal(normalize(&json!({"livemode": false}))), malformed, "no kind");
}

#[test]
fn the_example_of_an_event_is_one_that_the_webhook_records() {
    let example = description();
    let request = signed(&example.example.to_string(), SECRET, now());
    let ReportedEvent { named: Named { order, .. }, event } = read_at(&stripe(true), &request, now()).unwrap().unwrap();
    assert!(order.is_some());
    assert_eq!(event.payment, example.payment);
    assert_eq!(example.signature.unwrap().0, HEADER);
}

#[test]
fn the_answer_says_what_became_of_the_event() {
    let table = [
        (vec![], "ignored"),
        (vec![Outcome::Known, Outcome::Recorded], "recorded"),
        (vec![Outcome::Known], "known"),
        (vec![Outcome::Unmatched], "unmatched"),
        (vec![Outcome::Recorded, Outcome::Kept], "kept"),
    ];
    for (outcomes, body) in table {
        let answer = stripe(false).answer(&outcomes);
        assert_eq!((answer.status, answer.content_type()), (200, "application/json"));
        assert_eq!(answer.body, json!({ "outcome": body }).to_string().into_bytes());
    }
}

#[test]
fn a_failure_keeps_a_word_of_stripe_s_and_nothing_about_the_customer() {
    let error = json!({"last_payment_error": {"code": "card_declined\nada@example.com", "message": "Ada"}});
    let fact = incoming(&event("payment_intent.payment_failed", &intent(&error))).event.fact;
    assert_eq!(fact, MoneyFact::Failed("card_declinedadaexamplecom".into()));
}

#[test]
fn the_table_of_events_has_what_the_code_reads_and_each_is_read() {
    let is_name = |text: &str| is_made_of(text, |byte| byte.is_ascii_lowercase(), '.');
    let object = json!({
        "payment_intent": INTENT, "payment_status": "paid",
        "next_action": { "display_bank_transfer_instructions": {} },
        "captured": false, "payment_method_details": { "card": { "multicapture": { "status": "available" } } },
    });
    for kind in listed(&description().events, &[include_str!("../events.rs")], is_name) {
        assert!(!matches!(normalize(&event(kind, &object)), Ok(None)), "{kind} says nothing");
    }
}
