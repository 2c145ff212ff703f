#![allow(clippy::unwrap_used)]

mod hostile_events;
mod orders;
mod vectors;

pub(in crate::paypal) use vectors::{Asked, Vectors, chain_of};

use super::*;
use crate::{
    paypal::description,
    testing::{is_made_of, listed},
    webhook::ReportedEvent,
};
use domain::{
    ids::{ChannelId, OrderId},
    ledger::{Case, DisputeStatus, MoneyFact, OurRefund, PartStatus, RefundStatus},
    payment_record::Named,
};
use serde_json::{Value, json};
use std::sync::LazyLock;

/// A body of PayPal's, by the end of its file's name.
macro_rules! fixture {
    ($name:literal) => {
        serde_json::from_str::<Value>(include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../tests/payloads/paypal-",
            $name,
            ".json"
        )))
        .unwrap()
    };
}
use fixture;

const CAPTURE: &str = "12A34567BC123456S";
const AUTHORIZATION: &str = "8PP38301D7923932J";

static RUNTIME: LazyLock<tokio::runtime::Runtime> = LazyLock::new(|| tokio::runtime::Runtime::new().unwrap());

/// What a genuine body says.
fn understood(body: &[u8]) -> Result<Said, Error> {
    let (webhook, _) = Vectors::read().webhook(Mode::Live);
    RUNTIME.block_on(webhook.understand(body, Timestamp::UNIX_EPOCH))
}

fn reported(event: &Value) -> Vec<ReportedEvent> {
    match understood(event.to_string().as_bytes()).unwrap() {
        Said::Facts(facts) => facts,
        Said::Nothing(kind) => panic!("{kind} says nothing"),
    }
}

/// The payments that an event is about, by PayPal's ids, and what it says of each.
fn facts(event: &Value) -> Vec<(String, MoneyFact)> {
    let reported = reported(event).into_iter();
    reported.map(|reported| (reported.event.payment.id.to_string(), reported.event.fact)).collect()
}

/// The name and the words of a refusal.
fn problem(event: &Value) -> (String, String) {
    match understood(event.to_string().as_bytes()) {
        Err(Error::Problem(problem)) => (problem.kind.replace("urn:orderly:problem:", ""), problem.detail),
        other => panic!("a refusal was expected: {other:?}"),
    }
}

/// The event with some fields of its resource replaced.
fn with(mut event: Value, fields: &Value) -> Value {
    for (name, value) in fields.as_object().unwrap() {
        event["resource"][name] = value.clone();
    }
    event
}

fn event(kind: &str, resource: &Value) -> Value {
    json!({"id": "WH-1", "event_type": kind, "create_time": "2026-11-28T10:00:00Z", "resource": resource})
}

fn money(value: &str, currency: &str) -> Value {
    json!({"value": value, "currency_code": currency})
}

fn capture(status: &str, fields: &Value) -> Value {
    let kind = match status {
        "PENDING" | "DECLINED" => status,
        _ => "COMPLETED",
    };
    let resource = json!({"id": CAPTURE, "status": status, "amount": money("30.00", "USD"), "custom_id": "web/1001"});
    with(event(&format!("PAYMENT.CAPTURE.{kind}"), &resource), fields)
}

fn authorization(kind: &str, status: &str) -> Value {
    let resource = json!({
        "id": AUTHORIZATION, "status": status, "amount": money("2.51", "USD"), "expiration_time": "2018-09-13T19:21:11Z",
    });
    event(kind, &resource)
}

fn refund(kind: &str, status: &str, fields: &Value) -> Value {
    let resource = json!({
        "id": "1Y107995YT783435V", "status": status, "amount": money("0.99", "USD"),
        "links": [{"rel": "up", "href": format!("https://api.paypal.com/v2/payments/captures/{CAPTURE}")}],
    });
    with(event(kind, &resource), fields)
}

fn dispute(stage: &str, status: &str, outcome: Option<&str>) -> Value {
    let resource = json!({
        "dispute_id": "PP-D-1", "dispute_amount": money("3.00", "USD"), "dispute_life_cycle_stage": stage, "status": status,
        "dispute_outcome": outcome.map(|code| json!({"outcome_code": code})),
        "disputed_transactions": [{"seller_transaction_id": CAPTURE, "custom": "web/1001"}],
    });
    event("CUSTOMER.DISPUTE.UPDATED", &resource)
}

fn one(payment: &str, fact: MoneyFact) -> Vec<(String, MoneyFact)> {
    vec![(payment.to_owned(), fact)]
}

#[test]
fn paypal_s_own_events_are_understood() {
    use MoneyFact::{Captured, Dispute, Failed, Pending, RefundedInTotal, Voided};
    let refund =
        MoneyFact::Refund { ours: None, id: "1Y107995YT783435V".into(), amount: 99, status: RefundStatus::Succeeded };
    let dispute = |id: &str, amount, status| Dispute { id: id.into(), amount, status, case: Case::default() };
    let told = |id: &str, status, due_by: Option<&str>| {
        let reason = Some("MERCHANDISE_OR_SERVICE_NOT_RECEIVED".to_owned());
        let due_by = due_by.map(|time| time.parse().unwrap());
        Dispute { id: id.into(), amount: 300, status, case: Case { due_by, answered: false, reason } }
    };
    let table = [
        (fixture!("PAYMENT.CAPTURE.COMPLETED.sim-capture-completed"), one(CAPTURE, Captured(3000))),
        (
            fixture!("PAYMENT.CAPTURE.REFUNDED.sim-capture-refunded"),
            [one("0JF852973C016714D", refund), one("0JF852973C016714D", RefundedInTotal(198))].concat(),
        ),
        (fixture!("PAYMENT.CAPTURE.PENDING"), one("02T21492PP3782704", Pending { until: None })),
        (fixture!("PAYMENT.CAPTURE.DENIED"), one("76C42869PD241332K", Failed("DECLINED".into()))),
        (
            fixture!("PAYMENT.CAPTURE.REVERSED"),
            one("4L335234718889942", dispute("09E71677NS257044M", 251, DisputeStatus::Lost)),
        ),
        (fixture!("PAYMENT.AUTHORIZATION.VOIDED"), one(AUTHORIZATION, Voided)),
        (
            fixture!("CUSTOMER.DISPUTE.CREATED"),
            one("00D10444LD479031K", told("PP-000-042-663-135", DisputeStatus::Inquiry, None)),
        ),
        (
            fixture!("CUSTOMER.DISPUTE.RESOLVED"),
            one("00D10444LD479031K", told("PP-000-042-663-135", DisputeStatus::Won, Some("2018-07-06T13:55:58Z"))),
        ),
    ];
    for (event, expected) in table {
        assert_eq!(facts(&event), expected, "{}", event["event_type"]);
    }
    let [refund, _] = reported(&fixture!("PAYMENT.CAPTURE.REFUNDED.sim-capture-refunded")).try_into().unwrap();
    assert_eq!(refund.event.payment.to_string(), "paypal_0JF852973C016714D");
    assert_eq!(refund.event.event, "WH-1GE84257G0350133W-6RW800890C634293G");
    assert_eq!(refund.event.at, "2018-08-15T19:14:04.543Z".parse().unwrap());
    assert_eq!(refund.event.currency.unwrap().as_str(), "USD");
}

#[test]
fn a_dispute_has_the_time_at_which_it_changed() {
    let [resolved] = reported(&fixture!("CUSTOMER.DISPUTE.RESOLVED")).try_into().unwrap();
    assert_eq!(resolved.event.at, "2018-06-21T13:55:58Z".parse().unwrap());
    let mut undated = fixture!("CUSTOMER.DISPUTE.RESOLVED");
    undated["resource"]["update_time"] = Value::Null;
    assert_eq!(reported(&undated)[0].event.at, "2018-06-21T13:57:08Z".parse().unwrap());
}

#[test]
fn a_capture_says_what_became_of_it_and_of_its_authorization() {
    use MoneyFact::{CapturePart, Captured, CapturedAs, Failed, Pending};
    let related = json!({"supplementary_data": {"related_ids": {"authorization_id": AUTHORIZATION}}});
    let linked = json!({"links": [{"rel": "up", "href": "https://api.paypal.com/v2/payments/authorizations/8PP38301D7923932J"}]});
    let captured_as = || CapturedAs { id: CAPTURE.into(), amount: 3000, last: false };
    let part = || CapturePart { id: CAPTURE.into(), amount: 3000, status: PartStatus::Failed };
    let table = [
        ("COMPLETED", Captured(3000), Some(captured_as())),
        ("PARTIALLY_REFUNDED", Captured(3000), Some(captured_as())),
        ("REFUNDED", Captured(3000), Some(captured_as())),
        ("PENDING", Pending { until: None }, None),
        ("DECLINED", Failed("DECLINED".into()), Some(part())),
        ("FAILED", Failed("FAILED".into()), Some(part())),
    ];
    for (status, own, of_authorization) in table {
        assert_eq!(facts(&capture(status, &json!({}))), one(CAPTURE, own.clone()), "{status}");
        for authorized in [&related, &linked] {
            let expected = one(CAPTURE, own.clone()).into_iter();
            let expected = expected.chain(of_authorization.clone().map(|fact| (AUTHORIZATION.to_owned(), fact)));
            assert_eq!(facts(&capture(status, authorized)), expected.collect::<Vec<_>>(), "{status}");
        }
    }
    let reason = json!({"status_details": {"reason": "PENDING_REVIEW Ada Lovelace"}});
    assert_eq!(facts(&capture("DECLINED", &reason)), one(CAPTURE, Failed("PENDING_REVIEWAdaLovelace".into())));
}

#[test]
fn an_authorization_says_how_much_it_holds_and_until_when() {
    let until = "2018-09-13T19:21:11Z".parse().ok();
    let created = "PAYMENT.AUTHORIZATION.CREATED";
    let table = [
        (created, "CREATED", MoneyFact::Authorized { amount: 251, until, several: true }),
        (created, "CAPTURED", MoneyFact::Authorized { amount: 251, until, several: true }),
        (created, "PARTIALLY_CAPTURED", MoneyFact::Authorized { amount: 251, until, several: true }),
        (created, "PENDING", MoneyFact::Pending { until: None }),
        (created, "DENIED", MoneyFact::Failed("DENIED".into())),
        (created, "VOIDED", MoneyFact::Voided),
        ("PAYMENT.AUTHORIZATION.VOIDED", "VOIDED", MoneyFact::Voided),
        ("PAYMENT.AUTHORIZATION.VOIDED", "CREATED", MoneyFact::Voided),
    ];
    for (kind, status, expected) in table {
        assert_eq!(facts(&authorization(kind, status)), one(AUTHORIZATION, expected), "{kind} {status}");
    }
    let endless = with(authorization(created, "CREATED"), &json!({"expiration_time": null}));
    let fact = MoneyFact::Authorized { amount: 251, until: None, several: true };
    assert_eq!(facts(&endless), one(AUTHORIZATION, fact));
}

#[test]
fn a_refund_is_known_as_orderly_s_by_what_orderly_wrote_on_it() {
    let order = OrderId::derive(&"web".parse().unwrap(), "1001");
    let ours = OurRefund { id: "return-01".parse().unwrap(), attempt: 2 };
    let fact = |ours, status| MoneyFact::Refund { ours, id: "1Y107995YT783435V".into(), amount: 99, status };
    let (kind, written) = ("PAYMENT.CAPTURE.REFUNDED", json!({"custom_id": format!("{order},return-01,2")}));
    let [own] = reported(&refund(kind, "COMPLETED", &written)).try_into().unwrap();
    assert_eq!(own.event.fact, fact(Some(ours), RefundStatus::Succeeded));
    assert_eq!(own.named, Named::from(order));
    let [foreign] = reported(&refund(kind, "COMPLETED", &json!({"custom_id": "web/1001"}))).try_into().unwrap();
    assert_eq!(foreign.event.fact, fact(None, RefundStatus::Succeeded));
    assert_eq!(foreign.named.channel, "web".parse().ok());
    let table = [
        (kind, "PENDING", RefundStatus::Pending),
        ("PAYMENT.REFUND.PENDING", "PENDING", RefundStatus::Pending),
        ("PAYMENT.REFUND.FAILED", "FAILED", RefundStatus::Failed),
        ("PAYMENT.REFUND.FAILED", "CANCELLED", RefundStatus::Failed),
    ];
    for (kind, status, expected) in table {
        // A sum that counts what is not done would stay if it fails.
        let total = json!({"seller_payable_breakdown": {"total_refunded_amount": money("9.99", "USD")}});
        assert_eq!(facts(&refund(kind, status, &total)), one(CAPTURE, fact(None, expected)), "{kind} {status}");
    }
}

#[test]
fn what_paypal_takes_back_is_a_dispute_of_its_own() {
    let table =
        [("COMPLETED", DisputeStatus::Lost), ("PENDING", DisputeStatus::Open), ("CANCELLED", DisputeStatus::Won)];
    for (status, expected) in table {
        let dispute =
            MoneyFact::Dispute { id: "1Y107995YT783435V".into(), amount: 99, status: expected, case: Case::default() };
        assert_eq!(facts(&refund("PAYMENT.CAPTURE.REVERSED", status, &json!({}))), one(CAPTURE, dispute), "{status}");
    }
}

#[test]
fn a_dispute_goes_from_talk_to_a_decision() {
    use DisputeStatus::{Inquiry, InquiryClosed, Lost, Open, Won};
    let (inquiry, claim) = ("INQUIRY", "CHARGEBACK");
    let table = [
        (inquiry, "OPEN", None, Inquiry),
        (inquiry, "WAITING_FOR_SELLER_RESPONSE", None, Inquiry),
        (claim, "OPEN", None, Open),
        (claim, "UNDER_REVIEW", None, Open),
        ("PRE_ARBITRATION", "WAITING_FOR_BUYER_RESPONSE", None, Open),
        ("ARBITRATION", "OTHER", None, Open),
        ("A_NEW_STAGE", "OPEN", None, Open),
        (claim, "RESOLVED", Some("RESOLVED_BUYER_FAVOUR"), Lost),
        (claim, "RESOLVED", Some("ACCEPTED"), Lost),
        (claim, "RESOLVED", Some("RESOLVED_SELLER_FAVOUR"), Won),
        (claim, "RESOLVED", Some("RESOLVED_WITH_PAYOUT"), Won),
        (claim, "RESOLVED", Some("CANCELED_BY_BUYER"), Won),
        (claim, "RESOLVED", Some("DENIED"), Won),
        (claim, "RESOLVED", Some("NONE"), InquiryClosed),
        (inquiry, "RESOLVED", Some("RESOLVED_BUYER_FAVOUR"), InquiryClosed),
        (inquiry, "RESOLVED", Some("CANCELED_BY_BUYER"), InquiryClosed),
    ];
    for (stage, status, outcome, expected) in table {
        let answered = matches!(status, "UNDER_REVIEW" | "WAITING_FOR_BUYER_RESPONSE");
        let case = Case { answered, ..Case::default() };
        let fact = MoneyFact::Dispute { id: "PP-D-1".into(), amount: 300, status: expected, case };
        assert_eq!(facts(&dispute(stage, status, outcome)), one(CAPTURE, fact), "{stage} {status} {outcome:?}");
    }
    for outcome in [None, Some("A_NEW_ONE")] {
        let (kind, why) = problem(&dispute(claim, "RESOLVED", outcome));
        assert_eq!((kind.as_str(), why.contains("outcome_code")), ("malformed-event", true), "nobody guesses who won");
    }
}

#[test]
fn a_dispute_of_several_payments_is_told_of_each() {
    let several = json!({"disputed_transactions": [
        {"seller_transaction_id": "A1", "gross_amount": money("1.00", "USD"), "custom": "web/1"},
        {"seller_transaction_id": "B2", "custom": "web/2"},
    ]});
    let told = reported(&with(dispute("CHARGEBACK", "OPEN", None), &several));
    let fact =
        |amount| MoneyFact::Dispute { id: "PP-D-1".into(), amount, status: DisputeStatus::Open, case: Case::default() };
    let said: Vec<_> = told.iter().map(|told| (told.event.payment.id.as_str(), told.event.fact.clone())).collect();
    assert_eq!(said, [("A1", fact(100)), ("B2", fact(300))]);
    let web: ChannelId = "web".parse().unwrap();
    let orders: Vec<_> = told.iter().map(|told| told.named.order.clone().unwrap()).collect();
    assert_eq!(orders, ["1", "2"].map(|id| OrderId::derive(&web, id)));
}

#[test]
fn what_says_nothing_about_an_order_s_money_is_named() {
    for kind in [
        "CHECKOUT.ORDER.APPROVED",
        "CHECKOUT.ORDER.COMPLETED",
        "CHECKOUT.PAYMENT-APPROVAL.REVERSED",
        "PAYMENT.SALE.COMPLETED",
        "BILLING.SUBSCRIPTION.ACTIVATED",
        "SOMETHING.NEW",
    ] {
        assert_eq!(understood(json!({"event_type": kind}).to_string().as_bytes()).unwrap(), Said::Nothing(kind.into()));
    }
}

#[test]
fn amounts_are_read_in_paypal_s_decimals() {
    let table = [
        ("49.90", "EUR", Some((4990, 1))),
        ("500", "JPY", Some((500, 1))),
        ("500", "HUF", Some((50_000, 100))),
        ("500.00", "TWD", Some((50_000, 100))),
        ("500.50", "HUF", None),
        ("1.001", "EUR", None),
        ("-1.00", "EUR", None),
        ("10000000000000.00", "EUR", Some((1_000_000_000_000_000, 1))),
        ("10000000000000.01", "EUR", None),
        ("1.00", "eur", None),
        ("1.00", "XXX", None),
    ];
    for (value, currency, expected) in table {
        let event = capture("COMPLETED", &json!({"amount": money(value, currency)}));
        match expected {
            Some((amount, step)) => {
                let [told] = reported(&event).try_into().unwrap();
                assert_eq!(
                    (told.event.fact, told.event.step),
                    (MoneyFact::Captured(amount), step),
                    "{value} {currency}"
                );
            }
            None => assert!(problem(&event).1.contains("amount"), "{value} {currency}"),
        }
    }
    for number in [
        json!({"value": 30, "currency_code": "USD"}),
        json!({"value": 30.0, "currency_code": "USD"}),
        json!("30.00 USD"),
    ] {
        assert_eq!(problem(&capture("COMPLETED", &json!({"amount": number}))).0, "malformed-event");
    }
}

#[test]
fn a_field_that_is_missing_or_malformed_is_named() {
    let up = |href: &str| json!({"links": [{"rel": "up", "href": href}]});
    let refunded = |fields: &Value| refund("PAYMENT.CAPTURE.REFUNDED", "COMPLETED", fields);
    let table = [
        (capture("COMPLETED", &json!({"id": null})), "id"),
        (capture("COMPLETED", &json!({"id": "a b"})), "id"),
        (capture("COMPLETED", &json!({"status": "SOMETHING"})), "status"),
        (capture("COMPLETED", &json!({"status": null})), "status"),
        (capture("COMPLETED", &json!({"amount": {"total": "30.00", "currency": "USD"}})), "amount"),
        (authorization("PAYMENT.AUTHORIZATION.CREATED", "authorized"), "status"),
        (
            with(authorization("PAYMENT.AUTHORIZATION.CREATED", "CREATED"), &json!({"expiration_time": "soon"})),
            "expiration_time",
        ),
        (refunded(&json!({"links": []})), "link to its capture"),
        (refunded(&up("https://api.paypal.com/v2/checkout/orders/1AB")), "link to its capture"),
        (refunded(&up("https://api.paypal.com/v2/payments/captures/1AB/refund")), "link to its capture"),
        (refunded(&up("https://api.paypal.com/x/v2/payments/captures/1AB")), "link to its capture"),
        (refunded(&up("https://api.paypal.com/v2/payments/captures/1AB?x")), "link to its capture"),
        (refunded(&up("/v2/payments/captures/1AB")), "link to its capture"),
        (
            refunded(&json!({"links": [{"rel": "self", "href": "https://a/v2/payments/captures/1"}]})),
            "link to its capture",
        ),
        (refunded(&json!({"status": "DONE"})), "status"),
        (
            refunded(&json!({"seller_payable_breakdown": {"total_refunded_amount": money("1.00", "EUR")}})),
            "total_refunded_amount",
        ),
        (with(dispute("INQUIRY", "OPEN", None), &json!({"disputed_transactions": []})), "disputed_transactions"),
        (with(dispute("INQUIRY", "OPEN", None), &json!({"disputed_transactions": [{}]})), "seller_transaction_id"),
        (with(dispute("INQUIRY", "OPEN", None), &json!({"dispute_amount": null})), "dispute_amount"),
        (json!({"event_type": 1}), "event_type"),
        (json!([]), "event_type"),
    ];
    for (event, field) in table {
        let (kind, why) = problem(&event);
        assert_eq!(kind, "malformed-event");
        assert!(why.contains(field), "{why} does not name {field}");
    }
    for field in ["create_time", "id"] {
        let mut event = capture("COMPLETED", &json!({}));
        event[field] = json!("?");
        assert!(problem(&event).1.contains(field));
    }
    for garbage in ["", "not json", "{", "{}}"] {
        match understood(garbage.as_bytes()) {
            Err(Error::Problem(problem)) => assert!(problem.kind.ends_with("not-json")),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn the_example_of_the_description_is_recorded() {
    let description = description();
    let [told] = reported(&description.example).try_into().unwrap();
    assert_eq!((told.event.payment, told.event.fact), (description.payment, MoneyFact::Captured(4990)));
    assert_eq!(told.named.order, Some(OrderId::derive(&"web".parse().unwrap(), "1001")));
}

#[test]
fn an_unusable_setting_is_named() {
    let vectors = Vectors::read();
    for id in ["", "WEBHOOK_ID", "1JE4 291", "a|b", &"1".repeat(51)] {
        let refused = Webhook::new(id, vectors.certificates(Mode::Live).0).unwrap_err();
        assert!(refused.to_string().contains("PAYPAL_WEBHOOK_ID"), "{id}");
    }
    assert!(flag("PAYPAL_LIVE", "yes").unwrap_err().to_string().contains("PAYPAL_LIVE"));
}

#[test]
fn an_event_of_the_other_environment_or_a_body_that_is_too_long_is_refused() {
    let vectors = Vectors::read();
    let request = vectors.case("valid").request();
    let status = |webhook: &Webhook, request: &Request| {
        RUNTIME.block_on(webhook.verify(request, vectors.now)).unwrap_err().into_response("request").status
    };
    assert_eq!(status(&vectors.webhook(Mode::Sandbox).0, &request), 400);
    let long = Request { body: vec![b' '; MAX_BODY + 1], ..request };
    assert_eq!(status(&vectors.webhook(Mode::Live).0, &long), 413);
}

#[test]
fn the_table_of_events_has_what_the_code_reads_and_each_is_read() {
    let is_name = |text: &str| is_made_of(text, |byte| byte.is_ascii_uppercase(), '.');
    for kind in listed(&description().events, &[include_str!("../events.rs")], is_name) {
        let said = understood(event(kind, &json!({})).to_string().as_bytes());
        assert!(!matches!(said, Ok(Said::Nothing(_))), "{kind} says nothing");
    }
}
