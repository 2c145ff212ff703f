//! Forms that anybody may send.

use super::*;

#[tokio::test]
async fn a_form_says_what_mollie_knows_of_the_payment_that_it_names() {
    let (webhook, calls) = beside(200, &paid()).await;
    let Said::Facts(reported) = said(&webhook, &form(&format!("id={PAYMENT}"))).await.unwrap() else {
        panic!("no facts")
    };
    let [ReportedEvent { named, event }] = reported.as_slice() else { panic!("{reported:?}") };
    assert_eq!(named.order, Some(OrderId::derive(&"web".parse().unwrap(), "1001")));
    assert_eq!((event.payment.to_string(), &event.fact), (format!("mollie_{PAYMENT}"), &MoneyFact::Captured(3300)));
    assert_eq!(paths(&calls), [format!("GET /v2/payments/{PAYMENT}?embed=captures,refunds,chargebacks")]);
}

#[tokio::test]
async fn a_form_is_understood_without_a_signing_secret() {
    let (webhook, _) = with(None, answer(200, &paid())).await;
    assert_eq!(facts(said(&webhook, &form(&format!("id={PAYMENT}"))).await.unwrap()), [MoneyFact::Captured(3300)]);
}

#[tokio::test]
async fn whatever_a_stranger_adds_to_a_form_is_not_kept() {
    let (webhook, _) = beside(200, &paid()).await;
    let parts = webhook.verify(&form(&format!("status=paid&id={PAYMENT}&amount=1")), now()).await.unwrap();
    assert_eq!(parts, [format!("id={PAYMENT}").into_bytes()]);
}

#[tokio::test]
async fn an_unknown_payment_is_nothing_and_is_answered_like_a_known_one() {
    let (webhook, _) = beside(404, &unknown_payment()).await;
    let said = said(&webhook, &form("id=tr_madeup")).await.unwrap();
    assert_eq!(said, Said::Nothing("an unknown payment".to_owned()));
}

#[tokio::test]
async fn what_is_no_payment_is_nothing_and_never_asked_for() {
    for (id, kind) in [("ord_1", "ord"), ("sub_1", "sub"), ("pl_1", "pl"), ("", "unknown"), ("tr_1/refunds", "unknown")]
    {
        let (webhook, calls) = beside(200, &paid()).await;
        assert_eq!(said(&webhook, &form(&format!("id={id}"))).await.unwrap(), Said::Nothing(kind.to_owned()));
        assert!(paths(&calls).is_empty(), "{id}");
    }
}

#[tokio::test]
async fn a_body_that_is_no_form_of_mollie_s_is_not_genuine() {
    let webhook = alone(None, false);
    for body in ["", "testByMollie=1", "id=tr_1&id=tr_2", r#"{"id":"tr_1"}"#, "tr_1"] {
        let refused = refusal(webhook.verify(&form(body), now()).await);
        assert_eq!(refused, (401, "bad-signature".to_owned()), "{body}");
    }
    let long = format!("id=tr_1&x={}", "x".repeat(2_000));
    assert_eq!(refusal(webhook.verify(&form(&long), now()).await).0, 413);
}

#[tokio::test]
async fn while_mollie_cannot_tell_the_webhook_fails_so_that_mollie_calls_again() {
    for (status, body) in [(401, json!({})), (403, json!({})), (429, json!({})), (500, json!({})), (404, json!({}))] {
        let (webhook, _) = beside(status, &body).await;
        let outcome = said(&webhook, &form(&format!("id={PAYMENT}"))).await;
        assert!(matches!(&outcome, Err(Error::App(app::Error::Outside(_)))), "{status}: {outcome:?}");
        assert_eq!(outcome.unwrap_err().into_response("request").status, 500);
    }
    let outcome = said(&alone(None, false), &form(&format!("id={PAYMENT}"))).await;
    assert!(matches!(outcome, Err(Error::App(app::Error::Outside(_)))));
}

#[tokio::test]
async fn what_was_kept_says_later_what_is_so_then() {
    let (webhook, _) = beside(200, &payment(&json!({"status": "of a later version"}))).await;
    let part = webhook.verify(&form(&format!("id={PAYMENT}")), now()).await.unwrap().remove(0);
    let refused = refusal(webhook.understand(&part, now()).await);
    assert_eq!(refused, (422, "malformed-event".to_owned()), "it is kept");
    let (later, _) = beside(200, &paid()).await;
    let days = now() + SignedDuration::from_hours(24 * 30);
    assert_eq!(facts(later.understand(&part, days).await.unwrap()), [MoneyFact::Captured(3300)]);
}

#[tokio::test]
async fn a_key_of_the_other_mode_is_our_fault() {
    let mut live = paid();
    live["mode"] = "live".into();
    let (webhook, _) = beside(200, &live).await;
    match said(&webhook, &form(&format!("id={PAYMENT}"))).await {
        Err(Error::Internal(why)) => assert!(why.contains("MOLLIE_LIVE"), "{why}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn made_up_payments_become_no_flood_of_requests_to_mollie() {
    for (status, body) in [(404, unknown_payment()), (500, error(500, "", "", None))] {
        let (webhook, calls) = beside(status, &body).await;
        let mut refused = Vec::new();
        for number in 0..500 {
            if let Err(Error::Problem(problem)) = said(&webhook, &form(&format!("id=tr_{number}"))).await {
                refused.push(problem.status);
            }
        }
        let asked = paths(&calls).len();
        assert!(asked <= 20 && refused.len() == 500 - asked, "{asked}");
        assert!(refused.iter().all(|status| *status == 503), "Mollie calls again after it");
        // What Mollie signed is not refused.
        let signed = signed_with(&event("payment.paid", &json!({"id": PAYMENT})).to_string(), SECRET);
        assert!(webhook.verify(&signed, now()).await.is_ok());
        let later = now() + SignedDuration::from_secs(10);
        assert!(webhook.verify(&form(&format!("id={PAYMENT}")), later).await.is_ok());
    }
}
