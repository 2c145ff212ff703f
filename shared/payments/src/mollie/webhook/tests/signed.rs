//! Events that Mollie signs, and the secrets that they are signed with.

use super::*;

#[tokio::test]
async fn events_about_a_payment_say_what_mollie_knows_of_it() {
    let own = |id: &str| json!({"resource": "x", "id": id, "paymentId": PAYMENT, "mode": "test"});
    let payment = json!({"resource": "payment", "id": PAYMENT, "mode": "test", "status": "of an earlier moment"});
    let table = [
        ("payment.authorized", payment.clone()),
        ("payment.canceled", payment.clone()),
        ("payment.expired", payment.clone()),
        ("payment.failed", payment.clone()),
        ("payment.paid", payment.clone()),
        ("payment.pending", payment),
        ("refund.queued", own("re_4qqhO89gsT")),
        ("refund.pending", own("re_4qqhO89gsT")),
        ("refund.processing", own("re_4qqhO89gsT")),
        ("refund.refunded", own("re_4qqhO89gsT")),
        ("refund.failed", own("re_4qqhO89gsT")),
        ("refund.canceled", own("re_4qqhO89gsT")),
        ("capture.succeeded", own("cpt_vytxeTZskVKR7C7WgdSP3d")),
        ("capture.failed", own("cpt_vytxeTZskVKR7C7WgdSP3d")),
        ("chargeback.received", own("chb_xFzwUN4ci8HAmSGUACS4J")),
        ("chargeback.reversed", own("chb_xFzwUN4ci8HAmSGUACS4J")),
        // Of a later version.
        ("dispute.created", own("dsp_1")),
    ];
    for (kind, entity) in table {
        let (webhook, calls) = beside(200, &paid()).await;
        let request = signed_with(&event(kind, &entity).to_string(), SECRET);
        assert_eq!(facts(said(&webhook, &request).await.unwrap()), [MoneyFact::Captured(3300)], "{kind}");
        assert_eq!(paths(&calls).len(), 1);
    }
}

#[tokio::test]
async fn the_short_payload_of_a_payment_s_event_is_enough() {
    let (webhook, _) = beside(200, &paid()).await;
    let short = json!({"resource": "event", "id": "event_1", "type": "payment.paid", "entityId": PAYMENT});
    let said = said(&webhook, &signed_with(&short.to_string(), SECRET)).await.unwrap();
    assert_eq!(facts(said), [MoneyFact::Captured(3300)]);
}

#[tokio::test]
async fn an_event_that_names_no_payment_is_nothing_or_kept_if_it_should_name_one() {
    let real = include_str!(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/payloads/mollie-webhook-event-payment-link.paid.json"
    ));
    let webhook = alone(Some(secret(SECRET)), false);
    let nothing = |kind: &str| Said::Nothing(kind.to_owned());
    assert_eq!(said(&webhook, &signed_with(real, SECRET)).await.unwrap(), nothing("payment-link.paid"));
    for kind in
        ["sales-invoice.paid", "balance-transaction.created", "payout.completed", "profile.blocked", "hook.ping"]
    {
        let body = event(kind, &json!({"id": "x_1"})).to_string();
        assert_eq!(said(&webhook, &signed_with(&body, SECRET)).await.unwrap(), nothing(kind));
    }
    let kept = [
        (json!({"type": "refund.refunded", "entityId": "re_1"}), "malformed-event"),
        (json!({"type": "capture.failed", "entityId": "cpt_1"}), "malformed-event"),
        (json!({"type": "chargeback.received"}), "malformed-event"),
        (json!({"type": "payment.paid", "entityId": "tr_../x"}), "malformed-event"),
        (json!({"entityId": PAYMENT}), "malformed-event"),
        (json!({"type": 7}), "malformed-event"),
        (json!([]), "malformed-event"),
    ];
    for (body, problem) in kept {
        let refused = refusal(said(&webhook, &signed_with(&body.to_string(), SECRET)).await);
        assert_eq!(refused.1, problem, "{body}");
    }
    for body in ["", "garbage", "[", "\u{feff}{}"] {
        assert_eq!(refusal(said(&webhook, &signed_with(body, SECRET)).await).1, "not-json", "{body:?}");
    }
}

#[tokio::test]
async fn a_signed_event_of_an_unknown_payment_is_nothing() {
    let (webhook, _) = beside(404, &unknown_payment()).await;
    let request = signed_with(&event("payment.paid", &json!({"id": PAYMENT})).to_string(), SECRET);
    assert_eq!(said(&webhook, &request).await.unwrap(), Said::Nothing("an unknown payment".to_owned()));
}

#[tokio::test]
async fn a_wrong_signature_is_never_taken_for_a_classic_webhook() {
    let (webhook, calls) = beside(200, &paid()).await;
    let bodies = [format!("id={PAYMENT}"), event("payment.paid", &json!({"id": PAYMENT})).to_string()];
    for body in bodies {
        for header in
            ["", "sha256=", "sha256=00", "garbage", &signature::sign(b"other", &SigningSecret::new(SECRET).unwrap())]
        {
            let request = Request { headers: [(HEADER.to_owned(), header.to_owned())].into(), ..form(&body) };
            assert_eq!(refusal(webhook.verify(&request, now()).await), (401, "bad-signature".to_owned()), "{header}");
        }
        let other = signed_with(&body, "whsec_other");
        assert_eq!(refusal(webhook.verify(&other, now()).await), (401, "bad-signature".to_owned()));
    }
    assert!(paths(&calls).is_empty(), "Mollie is not asked");
}

#[tokio::test]
async fn without_a_signing_secret_nothing_that_is_signed_is_taken() {
    let request = signed_with(&event("payment.paid", &json!({"id": PAYMENT})).to_string(), SECRET);
    assert_eq!(refusal(alone(None, false).verify(&request, now()).await), (401, "bad-signature".to_owned()));
    for text in ["", " \n "] {
        match alone(Some(secret(text)), false).verify(&request, now()).await {
            Err(Error::Internal(problem)) => assert!(problem.contains("MOLLIE_WEBHOOK_SECRET"), "{problem}"),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_form_reads_no_secret() {
    let unreadable = Secret::from_source("MOLLIE_WEBHOOK_SECRET", &Clock::system(), || {
        std::future::ready(Err(ConfigError::Secret {
            name: "MOLLIE_WEBHOOK_SECRET",
            problem: "it was read".to_owned(),
        }))
    });
    let (webhook, _) = with(Some(unreadable), answer(200, &paid())).await;
    assert!(said(&webhook, &form(&format!("id={PAYMENT}"))).await.is_ok());
    match webhook.verify(&signed_with("{}", SECRET), now()).await {
        Err(error @ Error::Internal(_)) => assert_eq!(error.into_response("request").status, 500),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn while_a_secret_is_rolled_both_are_taken() {
    let webhook = alone(Some(secret(" whsec_new \n\nwhsec_old\n")), false);
    for own in ["whsec_new", "whsec_old"] {
        assert!(webhook.verify(&signed_with("{}", own), now()).await.is_ok(), "{own}");
    }
    assert_eq!(refusal(webhook.verify(&signed_with("{}", "whsec_new \n\nwhsec_old"), now()).await).0, 401);
}

#[tokio::test]
async fn an_event_of_the_other_mode_is_refused() {
    let of =
        |mode: &str| signed_with(&event("payment.paid", &json!({"id": PAYMENT, "mode": mode})).to_string(), SECRET);
    for (live, mode, taken) in
        [(true, "live", true), (true, "test", false), (false, "test", true), (false, "live", false)]
    {
        let verified = alone(Some(secret(SECRET)), live).verify(&of(mode), now()).await;
        if taken {
            assert!(verified.is_ok(), "{live} {mode}");
        } else {
            assert_eq!(refusal(verified), (400, "wrong-mode".to_owned()), "{live} {mode}");
        }
    }
}

#[tokio::test]
async fn an_event_that_is_too_long_is_refused() {
    let long = signed_with(&" ".repeat(MAX_BODY + 1), SECRET);
    assert_eq!(refusal(alone(Some(secret(SECRET)), false).verify(&long, now()).await).0, 413);
}
