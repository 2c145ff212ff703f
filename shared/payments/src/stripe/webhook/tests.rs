#![allow(clippy::unwrap_used)]

use super::*;
use crate::stripe::description;
use domain::{
    ids::{ChannelId, OrderId},
    ledger::{DisputeStatus, MoneyEvent, MoneyFact, RefundStatus},
    money::MAX_AMOUNT,
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
        serde_json::from_str::<Value>(include_str!(concat!("../../../../../tests/payloads/stripe-", $kind, ".json")))
            .unwrap()
    };
}

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
    RUNTIME.block_on(webhook.read(request, at))
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
    let table = [
        (with(fixture!("payment_intent.succeeded"), &json!({"amount_received": 1099})), Captured(1099)),
        (
            with(fixture!("payment_intent.amount_capturable_updated"), &json!({"amount_capturable": 1099})),
            Authorized(1099),
        ),
        (fixture!("payment_intent.amount_capturable_updated"), Authorized(0)),
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
    let dispute =
        MoneyFact::Dispute { id: "dp_1Pgc71B7WZ01zgkWMevJiAUx".into(), amount: 1000, status: DisputeStatus::Inquiry };
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
            let fact = incoming(&event(&format!("charge.dispute.{kind}"), &object)).event.fact;
            assert_eq!(fact, MoneyFact::Dispute { id: "dp_1".into(), amount: 50, status }, "{kind} {name}");
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
fn a_genuine_event_without_what_its_kind_must_have_is_refused_with_the_field() {
    let good = json!({
        "id": "x_1", "payment_intent": INTENT, "charge": CHARGE, "currency": "eur", "status": "succeeded", "amount": 5,
        "amount_received": 5, "amount_capturable": 5, "amount_refunded": 5, "amount_total": 5, "payment_status": "paid",
    });
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
        assert!(normalize(&event(kind, &good)).unwrap().is_some(), "{kind}");
        for field in fields {
            for value in [json!(null), json!({}), json!(-5), json!(1.5), json!("a b\n")] {
                let object = with(event(kind, &good), &json!({field: value}))["data"]["object"].clone();
                if field == "status" && value.is_string() {
                    continue; // any text is valid
                }
                assert_eq!(refusal(normalize(&event(kind, &object))), malformed, "{kind} {field} {value}");
            }
        }
        let object = with(event(kind, &good), &json!({"currency": "doubloon"}))["data"]["object"].clone();
        assert_eq!(refusal(normalize(&event(kind, &object))), malformed, "{kind}");
        for field in ["id", "created"] {
            let mut event = event(kind, &good);
            event[field] = json!(null);
            assert_eq!(refusal(normalize(&event)), malformed, "{kind} without {field}");
        }
    }
    let lost = json!({"amount": 5, "currency": "eur", "status": "lost", "id": "x"});
    assert_eq!(refusal(normalize(&event("charge.dispute.created", &lost))), malformed, "a dispute of no payment");
    assert_eq!(refusal(normalize(&json!({"livemode": false}))), malformed, "no kind");
}

#[test]
fn only_what_stripe_signed_for_this_endpoint_and_mode_is_taken() {
    let (live, test) = (stripe(true), stripe(false));
    let body = fixture!("payment_intent.succeeded").to_string();
    let verify = |stripe: &Webhook, request: &Request| read_at(stripe, request, now()).map(drop);
    let good = signed(&body, SECRET, now());
    verify(&test, &good).unwrap();

    let bad_signature = (401, "bad-signature".to_owned());
    let refused = [
        signed(&body, "whsec_other", now()),
        signed(&body, SECRET, now() - jiff::SignedDuration::from_mins(6)),
        Request { body: body.replace("1099", "1").into_bytes(), ..good.clone() },
        Request { headers: [].into(), ..good.clone() },
        Request { headers: [(HEADER.to_owned(), "t=1,v1=ab".to_owned())].into(), ..good.clone() },
    ];
    for request in refused {
        assert_eq!(refusal(verify(&test, &request)), bad_signature, "{:?}", request.headers);
    }
    assert_eq!(refusal(verify(&live, &good)), (400, "wrong-mode".to_owned()));
    let modeless = signed(&json!({"type": "x"}).to_string(), SECRET, now());
    for stripe in [&live, &test] {
        assert_eq!(refusal(verify(stripe, &modeless)), (400, "wrong-mode".to_owned()), "no mode is no mode");
    }
    for garbage in ["", "garbage", "[", "{\"livemode\":false"] {
        assert_eq!(refusal(verify(&test, &signed(garbage, SECRET, now()))), (400, "not-json".to_owned()), "{garbage}");
    }
}

#[test]
fn while_a_secret_is_rolled_both_are_taken_and_an_unusable_setting_is_named() {
    let both = with_secrets(" whsec_new \n\nwhsec_old\n", false);
    let body = fixture!("payment_intent.succeeded").to_string();
    for secret in ["whsec_new", "whsec_old"] {
        assert!(read_at(&both, &signed(&body, secret, now()), now()).is_ok(), "{secret}");
    }
    for secrets in ["", " \n "] {
        match read_at(&with_secrets(secrets, false), &signed(&body, SECRET, now()), now()) {
            Err(Error::Internal(problem)) => assert!(problem.contains("STRIPE_WEBHOOK_SECRET"), "{problem}"),
            other => panic!("{other:?}"),
        }
    }
    assert!(flag("STRIPE_LIVEMODE", "yes").unwrap_err().to_string().contains("STRIPE_LIVEMODE"));
    assert!(!format!("{both:?}").contains("whsec"), "a secret is never printed");
}

/// A Secrets Manager that gives these answers in turn, and a count of its requests.
fn rolled(seconds: &Arc<AtomicI64>, answers: Vec<Result<&'static str, &'static str>>) -> (Webhook, Arc<AtomicUsize>) {
    let time = Arc::clone(seconds);
    let clock = Clock::new(move || now() + jiff::SignedDuration::from_secs(time.load(Ordering::Relaxed)));
    let (answers, readings) = (Arc::new(Mutex::new(answers.into_iter())), Arc::new(AtomicUsize::new(0)));
    let counter = Arc::clone(&readings);
    let secret = Secret::from_source("STRIPE_WEBHOOK_SECRET", &clock, move || {
        counter.fetch_add(1, Ordering::Relaxed);
        let answer = answers.lock().unwrap().next().unwrap_or(Err("asked too often"));
        let wrong = |problem: &str| ConfigError::Secret { name: "STRIPE_WEBHOOK_SECRET", problem: problem.to_owned() };
        ready(answer.map(str::to_owned).map_err(wrong))
    });
    (Webhook::new(secret, false), readings)
}

#[test]
fn a_secret_that_was_rolled_is_read_again_and_a_flood_of_bad_signatures_reads_it_once() {
    let seconds = Arc::new(AtomicI64::new(0));
    let (webhook, readings) = rolled(&seconds, vec![Ok("whsec_old"), Ok("whsec_new")]);
    let body = fixture!("payment_intent.succeeded").to_string();
    let read = |secret: &str| read_at(&webhook, &signed(&body, secret, now()), now());
    let bad_signature = (401, "bad-signature".to_owned());

    let unsigned = Request { headers: [].into(), ..signed(&body, "whsec_old", now()) };
    assert_eq!(refusal(read_at(&webhook, &unsigned, now())), bad_signature);
    assert_eq!(readings.load(Ordering::Relaxed), 0, "what is not signed needs no secret");
    assert!(read("whsec_old").is_ok());
    assert_eq!(refusal(read("whsec_new")), bad_signature, "the secret has just been read");
    seconds.store(30, Ordering::Relaxed);
    assert!(read("whsec_new").is_ok());
    for _ in 0..50 {
        assert_eq!(refusal(read("whsec_forged")), bad_signature);
    }
    assert_eq!(readings.load(Ordering::Relaxed), 2);
}

#[test]
fn a_secret_that_cannot_be_read_is_our_fault_and_the_provider_tries_again() {
    let seconds = Arc::new(AtomicI64::new(0));
    let (webhook, _) = rolled(&seconds, vec![Err("down"), Ok("whsec_old"), Err("down")]);
    let body = fixture!("payment_intent.succeeded").to_string();
    let read = |secret: &str| read_at(&webhook, &signed(&body, secret, now()), now());
    let is_ours = |outcome| match outcome {
        Err(error @ Error::Internal(_)) => assert_eq!(error.into_response("request").status, 500),
        other => panic!("{other:?}"),
    };
    is_ours(read("whsec_old"));
    seconds.store(10, Ordering::Relaxed);
    assert!(read("whsec_old").is_ok());
    seconds.store(30, Ordering::Relaxed);
    is_ours(read("whsec_new"));
    assert!(read("whsec_old").is_ok(), "what is known still does");
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
        (vec![Recorded::Recorded], "recorded"),
        (vec![Recorded::Known], "known"),
        (vec![Recorded::Unmatched], "unmatched"),
    ];
    for (recorded, body) in table {
        let answer = stripe(false).answer(&recorded);
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

/// Events with the fields that are read, one for each kind of fact.
fn events_of_an_order() -> Vec<Value> {
    let metadata = json!({"order_id": "1001", "channel": "web", "orderly_refund": "cancel", "orderly_attempt": "1"});
    let events = [
        ("payment_intent.succeeded", json!({"id": INTENT, "amount_received": 1099, "currency": "eur"})),
        ("payment_intent.succeeded", json!({"id": INTENT, "amount_received": 5, "currency": "mga"})),
        (
            "payment_intent.succeeded",
            json!({"id": INTENT, "amount": 9, "amount_received": 5, "amount_capturable": 0, "currency": "eur"}),
        ),
        (
            "payment_intent.processing",
            json!({"id": INTENT, "payment_method_types": ["boleto"], "payment_method_options": {"boleto": {"expires_after_days": 3}}}),
        ),
        (
            "payment_intent.requires_action",
            json!({"id": INTENT, "next_action": {"oxxo_display_details": {"expires_after": 1_764_000_000}}}),
        ),
        ("payment_intent.amount_capturable_updated", json!({"id": INTENT, "amount_capturable": 9, "currency": "isk"})),
        ("payment_intent.payment_failed", json!({"id": INTENT, "last_payment_error": {"code": "card_declined"}})),
        ("payment_intent.canceled", json!({"id": INTENT, "metadata": {"order_id": "ord_7pn7eajnquvjilq3ggx3th55aq"}})),
        (
            "checkout.session.completed",
            json!({"payment_intent": INTENT, "payment_status": "paid", "amount_total": 5, "currency": "eur", "client_reference_id": "1"}),
        ),
        ("charge.refunded", json!({"payment_intent": {"id": INTENT}, "amount_refunded": 5, "currency": "eur"})),
        (
            "charge.refunded",
            json!({"payment_intent": INTENT, "captured": true, "amount": 9, "amount_captured": 6, "amount_refunded": 5, "currency": "eur"}),
        ),
        (
            "refund.updated",
            json!({"id": "re_1", "charge": CHARGE, "amount": 5, "currency": "eur", "status": "succeeded", "metadata": metadata}),
        ),
        (
            "charge.dispute.created",
            json!({"id": "dp_1", "charge": CHARGE, "amount": 5, "currency": "eur", "status": "lost"}),
        ),
    ];
    events.iter().map(|(kind, object)| event(kind, object)).collect()
}

/// Stripe's own events.
fn fixtures() -> Vec<Value> {
    vec![
        fixture!("payment_intent.succeeded"),
        fixture!("payment_intent.amount_capturable_updated"),
        fixture!("payment_intent.payment_failed"),
        fixture!("payment_intent.canceled"),
        fixture!("checkout.session.completed"),
        fixture!("charge.refunded"),
        fixture!("refund.updated"),
        fixture!("charge.dispute.created"),
    ]
}

/// Only Stripe can sign, but a fault of Stripe's or a leaked secret must not put a poisoned fact into a ledger.
pub(in crate::stripe) fn fits_a_ledger(event: &MoneyEvent) -> bool {
    let amount = match &event.fact {
        MoneyFact::Pending { .. } | MoneyFact::Failed(_) | MoneyFact::Voided => 0,
        MoneyFact::Authorized(amount)
        | MoneyFact::Captured(amount)
        | MoneyFact::RefundedInTotal(amount)
        | MoneyFact::Refund { amount, .. }
        | MoneyFact::Released(amount)
        | MoneyFact::Dispute { amount, .. } => *amount,
    };
    // An order's item has room for hundreds of these.
    (0..=MAX_AMOUNT).contains(&amount) && serde_json::to_string(event).unwrap().len() <= 1_500
}

/// Reads an event that Stripe has signed. It must be a fact that fits a ledger, or a refusal with a reason.
fn judge(body: Vec<u8>) -> Result<(), String> {
    match all_at(&stripe(false), &signed_bytes(body, SECRET, now()), now()) {
        Ok(events) if events.iter().all(|reported| fits_a_ledger(&reported.event)) => {
            let kept = |event: &MoneyEvent| serde_json::from_slice(&serde_json::to_vec(event).unwrap()).ok();
            let changed = events.iter().find(|reported| kept(&reported.event).as_ref() != Some(&reported.event));
            changed.map_or(Ok(()), |changed| Err(format!("{changed:?} is kept otherwise")))
        }
        Err(Error::Problem(problem)) if matches!(problem.status, 400 | 413 | 422) && !problem.detail.is_empty() => {
            Ok(())
        }
        other => Err(format!("{other:?}").chars().take(1_000).collect()),
    }
}

#[test]
fn an_event_with_any_one_value_hostile_is_a_fact_that_fits_a_ledger_or_refused() {
    for event in events_of_an_order() {
        for body in hostile::each_edit(&event) {
            judge(body).unwrap();
        }
    }
}

proptest! {
    #[test]
    fn a_hostile_event_is_a_fact_that_fits_a_ledger_or_refused(body in hostile::json([fixtures(), events_of_an_order()].concat())) {
        let judged = judge(body);
        prop_assert!(judged.is_ok(), "{judged:?}");
    }
}
