//! What each event says about money.

use super::*;
use crate::testing::listed;
use domain::{
    ids::OrderId,
    ledger::{Case, DisputeStatus, OurRefund, PartStatus, RefundStatus},
    payment_record::Named,
};
use jiff::SignedDuration;

const ORDER: &str = "ord_7pn7eajnquvjilq3ggx3th55aq";

fn part(id: &str, amount: i64, status: PartStatus) -> MoneyFact {
    MoneyFact::CapturePart { id: id.into(), amount, status }
}

fn refund(ours: Option<OurRefund>, status: RefundStatus) -> MoneyFact {
    MoneyFact::Refund { ours, id: OPERATION.into(), amount: 1000, status }
}

fn dispute(status: DisputeStatus, case: Case) -> MoneyFact {
    MoneyFact::Dispute { id: OPERATION.into(), amount: 1000, status, case }
}

#[test]
fn adyen_s_own_examples_are_understood() {
    let due_by = "2021-07-31T01:03:07Z".parse().ok();
    let case = Case { due_by, answered: false, reason: Some("4853".to_owned()) };
    let table = [
        (fixture!("AUTHORISATION"), OPERATION, MoneyFact::authorized(1000)),
        (fixture!("CAPTURE"), PAYMENT, part(OPERATION, 1000, PartStatus::Succeeded)),
        (fixture!("CAPTURE_FAILED"), PAYMENT, part(OPERATION, 1000, PartStatus::Failed)),
        (fixture!("REFUND"), PAYMENT, refund(None, RefundStatus::Failed)),
        (fixture!("REFUND_FAILED"), PAYMENT, refund(None, RefundStatus::Failed)),
        (fixture!("CHARGEBACK"), PAYMENT, dispute(DisputeStatus::Open, case)),
    ];
    for (item, id, fact) in table {
        let told = reported(&manual(), &item);
        let [ReportedEvent { named, event }] = told.as_slice() else { panic!("{told:?}") };
        assert_eq!((named, &event.payment, &event.fact), (&Named::default(), &payment(id), &fact));
        assert_eq!(event.at, "2021-01-01T00:00:00Z".parse().unwrap());
        assert_eq!(event.event, format!("{}-{OPERATION}", item["eventCode"].as_str().unwrap()));
        assert_eq!((event.currency, event.step), ("EUR".parse().ok(), 1));
    }
}

#[test]
fn an_authorization_is_a_capture_too_where_adyen_captures_by_itself() {
    let authorized = item("AUTHORISATION", &json!({"originalReference": null}));
    let until = "2025-11-24T16:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_hours(240);
    let authorization = MoneyFact::Authorized { amount: 1000, until: Some(until), several: false };
    let captured = || part(OPERATION, 1000, PartStatus::Succeeded);
    assert_eq!(facts(&manual(), &authorized), std::slice::from_ref(&authorization));
    assert_eq!(facts(&adyen(Captures::automatic()), &authorized), [authorization, captured()]);

    let mixed = adyen(Captures::manual().except(["ideal"]));
    let ideal = with(authorized, &json!({"paymentMethod": "ideal"}));
    assert_eq!(facts(&mixed, &ideal), [MoneyFact::authorized(1000), captured()]);
    assert_eq!(facts(&adyen(Captures::automatic().except(["ideal"])), &ideal), [MoneyFact::authorized(1000)]);
}

#[test]
fn an_authorization_may_be_captured_in_parts_where_the_settings_name_its_method() {
    let parts = adyen(Captures::manual().in_parts(["klarna"]));
    for kind in ["AUTHORISATION", "AUTHORISATION_ADJUSTMENT"] {
        for (method, expected) in [("klarna", true), ("visa", false)] {
            let told = facts(&parts, &item(kind, &json!({"paymentMethod": method})));
            let [MoneyFact::Authorized { several, .. }] = told[..] else { panic!("{told:?}") };
            assert_eq!(several, expected, "{kind} {method}");
        }
    }
}

#[test]
fn adyen_s_own_capture_is_one_whichever_event_tells_of_it() {
    let automatic = adyen(Captures::automatic());
    let of_payment = |amount, status| vec![part(PAYMENT, amount, status)];
    assert_eq!(facts(&automatic, &item("CAPTURE", &json!({}))), of_payment(1000, PartStatus::Succeeded));
    assert_eq!(facts(&automatic, &item("CAPTURE_FAILED", &json!({}))), of_payment(1000, PartStatus::Failed));
    let refused = facts(&automatic, &item("CAPTURE", &json!({"success": "false"})));
    assert_eq!(
        refused,
        [part(OPERATION, 1000, PartStatus::Failed)],
        "somebody's own request failed; the capture stands"
    );
    for kind in ["CANCELLATION", "TECHNICAL_CANCEL", "EXPIRE"] {
        let given_up = [MoneyFact::Voided, part(PAYMENT, 1000, PartStatus::Failed)];
        assert_eq!(facts(&automatic, &item(kind, &json!({}))), given_up, "{kind}");
    }
}

#[test]
fn every_event_says_what_happened_and_its_failure_the_contrary() {
    use MoneyFact::{Failed, Voided};
    let not_voided = || part(OPERATION, 0, PartStatus::Failed);
    let cancel = json!({"modification.action": "cancel"});
    let refunded = json!({"modification.action": "refund"});
    let table = [
        ("AUTHORISATION", "false", json!({"reason": "Refused"}), Some(Failed("refused".into()))),
        ("AUTHORISATION", "false", json!({"reason": "Ada's card"}), Some(Failed("unknown".into()))),
        ("AUTHORISATION", "false", json!({}), Some(Failed("unknown".into()))),
        ("AUTHORISATION", "true", json!({"amount": {"currency": "EUR", "value": 0}}), None),
        ("PENDING", "true", json!({}), Some(MoneyFact::Pending { until: None })),
        ("OFFER_CLOSED", "true", json!({}), Some(Failed("offer_closed".into()))),
        ("OFFER_CLOSED", "false", json!({}), None),
        ("AUTHORISATION_ADJUSTMENT", "true", json!({"paymentMethod": "x"}), Some(MoneyFact::authorized(1000))),
        ("AUTHORISATION_ADJUSTMENT", "false", json!({}), None),
        ("CAPTURE", "true", json!({}), Some(part(OPERATION, 1000, PartStatus::Succeeded))),
        ("CAPTURE", "false", json!({}), Some(part(OPERATION, 1000, PartStatus::Failed))),
        ("CAPTURE_FAILED", "true", json!({}), Some(part(OPERATION, 1000, PartStatus::Failed))),
        ("CAPTURE_FAILED", "false", json!({}), None),
        ("CANCELLATION", "true", json!({}), Some(Voided)),
        ("CANCELLATION", "false", json!({}), Some(not_voided())),
        ("TECHNICAL_CANCEL", "true", json!({}), Some(Voided)),
        ("TECHNICAL_CANCEL", "false", json!({}), Some(not_voided())),
        ("EXPIRE", "true", json!({}), Some(Voided)),
        ("EXPIRE", "false", json!({}), None),
        ("CANCEL_OR_REFUND", "true", json!({"additionalData": cancel}), Some(Voided)),
        ("CANCEL_OR_REFUND", "false", json!({"additionalData": cancel}), Some(not_voided())),
        ("CANCEL_OR_REFUND", "true", json!({"additionalData": refunded}), Some(refund(None, RefundStatus::Succeeded))),
        ("CANCEL_OR_REFUND", "false", json!({"additionalData": refunded}), Some(refund(None, RefundStatus::Failed))),
        ("CANCEL_OR_REFUND", "false", json!({}), None),
        ("REFUND", "true", json!({}), Some(refund(None, RefundStatus::Succeeded))),
        ("REFUND", "false", json!({}), Some(refund(None, RefundStatus::Failed))),
        ("POSTPONED_REFUND", "true", json!({}), Some(refund(None, RefundStatus::Pending))),
        ("REFUND_FAILED", "true", json!({}), Some(refund(None, RefundStatus::Failed))),
        ("REFUND_FAILED", "false", json!({}), None),
        ("REFUNDED_REVERSED", "true", json!({}), Some(refund(None, RefundStatus::Failed))),
        ("REFUND", "true", json!({"success": true}), Some(refund(None, RefundStatus::Succeeded))),
    ];
    for (kind, success, fields, expected) in table {
        let item = with(item(kind, &json!({"success": success})), &fields);
        let told = match said(&manual(), &item).unwrap() {
            Said::Facts(told) => told,
            Said::Nothing(named) => {
                assert_eq!(named, kind);
                Vec::new()
            }
        };
        let facts: Vec<MoneyFact> = told.iter().map(|reported| reported.event.fact.clone()).collect();
        assert_eq!(facts, expected.into_iter().collect::<Vec<_>>(), "{kind} {success} {fields}");
        let own = matches!(kind, "AUTHORISATION" | "PENDING" | "OFFER_CLOSED");
        let id = payment(if own { OPERATION } else { PAYMENT });
        assert!(told.iter().all(|reported| reported.event.payment == id), "{kind}");
    }
}

#[test]
fn every_stage_of_a_dispute_says_who_has_the_money() {
    use DisputeStatus::{Inquiry, Lost, Open, Won};
    let table = [
        ("REQUEST_FOR_INFORMATION", "", Some(Inquiry)),
        ("NOTIFICATION_OF_CHARGEBACK", "Undefended", Some(Open)),
        ("DISPUTE_OPENED_WITH_CHARGEBACK", "", Some(Open)),
        ("CHARGEBACK", "Pending", Some(Open)),
        ("CHARGEBACK", "", Some(Open)),
        ("CHARGEBACK", "Lost", Some(Lost)),
        ("CHARGEBACK", "Accepted", Some(Lost)),
        ("CHARGEBACK_REVERSED", "Pending", Some(Won)),
        ("SECOND_CHARGEBACK", "Lost", Some(Lost)),
        ("ISSUER_RESPONSE_TIMEFRAME_EXPIRED", "Won", Some(Won)),
        ("DISPUTE_DEFENSE_PERIOD_ENDED", "Lost", Some(Lost)),
        ("DISPUTE_DEFENSE_PERIOD_ENDED", "Undefended", Some(Lost)),
        ("DISPUTE_DEFENSE_PERIOD_ENDED", "", Some(Lost)),
        ("DISPUTE_DEFENSE_PERIOD_ENDED", "Expired", None),
        ("PREARBITRATION_OPEN", "", Some(Open)),
        ("PREARBITRATION_DECLINED", "", Some(Open)),
        ("PREARBITRATION_ACCEPTED", "", Some(Lost)),
        ("PREARBITRATION_WON", "", Some(Won)),
        ("PREARBITRATION_LOST", "", Some(Lost)),
        ("PREARBITRATION_ISSUER_WITHDRAWN", "", Some(Won)),
        ("SCHEME_ARBITRATION", "", Some(Open)),
        ("SCHEME_ARBITRATION_WON", "", Some(Won)),
        ("SCHEME_ARBITRATION_LOST", "", Some(Lost)),
        ("INFORMATION_SUPPLIED", "Pending", None),
        ("ISSUER_COMMENTS", "", None),
        ("NOTIFICATION_OF_FRAUD", "", None),
    ];
    for (kind, stage, status) in table {
        let item = item(kind, &json!({"additionalData": {"disputeStatus": stage}}));
        match (said(&manual(), &item).unwrap(), status) {
            (Said::Facts(told), Some(status)) => {
                assert_eq!(told.len(), 1);
                let case = Case { answered: matches!(stage, "Pending" | "Responded"), ..Case::default() };
                assert_eq!(
                    (&told[0].event.payment, &told[0].event.fact),
                    (&payment(PAYMENT), &dispute(status, case)),
                    "{kind}"
                );
            }
            (Said::Nothing(named), None) => assert_eq!(named, kind),
            other => panic!("{kind} {stage}: {other:?}"),
        }
    }
}

#[test]
fn a_stage_without_its_payment_is_kept_with_the_setting_that_is_missing() {
    for kind in ["CHARGEBACK_REVERSED", "SECOND_CHARGEBACK", "PREARBITRATION_LOST", "DISPUTE_DEFENSE_PERIOD_ENDED"] {
        let (status, name, detail) = refusal(said(&manual(), &item(kind, &json!({"originalReference": null}))));
        assert_eq!((status, name.as_str()), (422, "malformed-event"));
        assert!(detail.contains("originalReference") && detail.contains("Risk"), "{detail}");
    }
}

#[test]
fn an_expiry_may_name_its_payment_in_either_field() {
    let only = item("EXPIRE", &json!({"originalReference": "", "pspReference": PAYMENT}));
    for item in [item("EXPIRE", &json!({})), only] {
        assert_eq!(reported(&manual(), &item)[0].event.payment, payment(PAYMENT));
    }
}

#[test]
fn a_refund_that_orderly_asked_for_is_known_by_its_reference() {
    let ours = OurRefund { id: "return-01".parse().unwrap(), attempt: 2 };
    for (reference, order) in [(format!("{ORDER}/return-01/2"), Some(ORDER)), (format!(".{PAYMENT}/return-01/2"), None)]
    {
        for (kind, status) in [("REFUND", RefundStatus::Succeeded), ("REFUND_FAILED", RefundStatus::Failed)] {
            let told = reported(&manual(), &item(kind, &json!({"merchantReference": reference})));
            assert_eq!(told[0].event.fact, refund(Some(ours.clone()), status));
            let named = Named { order: order.map(|order| order.parse().unwrap()), channel: None };
            assert_eq!(told[0].named, named, "{reference}");
        }
    }
}

#[test]
fn an_event_names_the_order_that_the_merchant_wrote_on_it() {
    let web: domain::ids::ChannelId = "web".parse().unwrap();
    let table = [
        (ORDER, Named::from(ORDER.parse::<OrderId>().unwrap())),
        ("web/1001", Named { order: Some(OrderId::derive(&web, "1001")), channel: Some(web) }),
        ("1001", Named::default()),
    ];
    for (reference, named) in table {
        for kind in ["AUTHORISATION", "CAPTURE", "CHARGEBACK"] {
            let told = reported(&manual(), &item(kind, &json!({"merchantReference": reference})));
            assert_eq!(told[0].named, named, "{kind} {reference}");
        }
    }
}

#[test]
fn amounts_are_counted_in_our_units() {
    let table = [
        ("EUR", json!(1000), 1000, 1),
        ("EUR", json!("1000"), 1000, 1),
        ("JPY", json!(1000), 1000, 1),
        ("ISK", json!(100_000), 1000, 1),
        ("CLP", json!(100_000), 1000, 1),
        ("IDR", json!(10), 1000, 100),
        ("KWD", json!(12_345), 12_345, 1),
    ];
    for (currency, value, amount, step) in table {
        let told = reported(&manual(), &item("CAPTURE", &json!({"amount": {"currency": currency, "value": value}})));
        assert_eq!(told[0].event.fact, part(OPERATION, amount, PartStatus::Succeeded), "{value} {currency}");
        assert_eq!((told[0].event.currency, told[0].event.step), (currency.parse().ok(), step));
    }
}

#[test]
fn an_event_that_says_nothing_about_money_is_counted_by_its_name() {
    for kind in ["REPORT_AVAILABLE", "RECURRING_CONTRACT", "ORDER_CLOSED", "REFUND_WITH_DATA", "NEW_EVENT"] {
        let bare = json!({"eventCode": kind, "merchantAccountCode": ACCOUNT, "pspReference": "a:b.csv"});
        assert_eq!(said(&manual(), &bare).unwrap(), Said::Nothing(kind.to_owned()));
    }
    let other = item("CAPTURE", &json!({"merchantAccountCode": "OTHER"}));
    assert_eq!(said(&manual(), &other).unwrap(), Said::Nothing("of another merchant account".to_owned()));
}

#[test]
fn a_field_that_is_missing_or_malformed_is_named() {
    let table = [
        ("CAPTURE", json!({"pspReference": null}), "pspReference"),
        ("CAPTURE", json!({"pspReference": "a b"}), "pspReference"),
        ("CAPTURE", json!({"originalReference": null}), "originalReference"),
        ("CAPTURE", json!({"originalReference": "a:b"}), "originalReference"),
        ("CAPTURE", json!({"success": null}), "success"),
        ("CAPTURE", json!({"success": "TRUE"}), "success"),
        ("CAPTURE", json!({"eventDate": null}), "eventDate"),
        ("CAPTURE", json!({"eventDate": "yesterday"}), "eventDate"),
        ("CAPTURE", json!({"amount": null}), "amount"),
        ("CAPTURE", json!({"amount": {"currency": "EUR"}}), "amount.value"),
        ("CAPTURE", json!({"amount": {"currency": "EUR", "value": -1}}), "amount.value"),
        ("CAPTURE", json!({"amount": {"currency": "EUR", "value": 1.5}}), "amount.value"),
        ("CAPTURE", json!({"amount": {"currency": "EUR", "value": "-1"}}), "amount.value"),
        ("CAPTURE", json!({"amount": {"currency": "EUR", "value": "1e3"}}), "amount.value"),
        ("CAPTURE", json!({"amount": {"currency": "EUR", "value": ""}}), "amount.value"),
        ("CAPTURE", json!({"amount": {"currency": "EUR", "value": 1_000_000_000_000_001_i64}}), "amount.value"),
        ("CAPTURE", json!({"amount": {"currency": "IDR", "value": i64::MAX}}), "amount.value"),
        ("CAPTURE", json!({"amount": {"currency": "eur", "value": 1}}), "amount.currency"),
        ("CAPTURE", json!({"amount": {"currency": "XXX", "value": 1}}), "amount.currency"),
        ("CAPTURE", json!({"merchantAccountCode": null}), "merchantAccountCode"),
        ("CAPTURE", json!({"eventCode": null}), "eventCode"),
        ("CANCEL_OR_REFUND", json!({}), "modification.action"),
        ("CANCEL_OR_REFUND", json!({"additionalData": {"modification.action": "x"}}), "modification.action"),
    ];
    for (kind, fields, field) in table {
        let (status, name, detail) = refusal(said(&manual(), &with(item(kind, &json!({})), &fields)));
        assert_eq!((status, name.as_str()), (422, "malformed-event"), "{fields}");
        assert!(detail.contains(field), "{fields}: {detail}");
    }
    let garbage = block_on(manual().understand(b"garbage", now()));
    assert_eq!(refusal(garbage).1, "not-json");
}

/// Nothing is escaped where the signed fields are joined, so a colon can be moved from one into another under the same
/// signature. It must not make another event of it.
#[test]
fn a_colon_moved_between_signed_fields_makes_no_other_fact() {
    let own = signed_item(item("CAPTURE", &json!({"merchantReference": "a:b"})), KEY);
    let moved = [
        json!({"merchantAccountCode": format!("{ACCOUNT}:a"), "merchantReference": "b"}),
        json!({
            "originalReference": format!("{PAYMENT}:{ACCOUNT}"), "merchantAccountCode": "a", "merchantReference": "b",
        }),
        json!({
            "pspReference": format!("{OPERATION}:{PAYMENT}"), "originalReference": ACCOUNT, "merchantAccountCode": "a",
            "merchantReference": "b",
        }),
    ];
    for fields in moved {
        let request = delivery(&[with(own.clone(), &fields)]);
        let genuine = block_on(manual().verify(&request, now())).unwrap();
        let said = block_on(manual().understand(&genuine[0], now())).unwrap();
        assert_eq!(said, Said::Nothing("of another merchant account".to_owned()), "{fields}");
    }
}

#[test]
fn the_table_of_events_has_what_the_code_reads_and_each_is_read() {
    let is_name = |text: &str| text.len() > 5 && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    let sources = [include_str!("../../events.rs"), include_str!("../../disputes.rs")];
    for kind in listed(&description().events, &sources, is_name) {
        let said = said(&manual(), &item(kind, &json!({})));
        assert!(!matches!(said, Ok(Said::Nothing(_))), "{kind} says nothing");
    }
}
