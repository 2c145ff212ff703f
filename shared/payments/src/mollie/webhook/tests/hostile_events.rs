//! Genuine events with anything in them.

use super::*;
use proptest::prelude::*;
use std::sync::LazyLock;

static RUNTIME: LazyLock<tokio::runtime::Runtime> = LazyLock::new(|| tokio::runtime::Runtime::new().unwrap());

/// A Mollie that knows one payment.
static WEBHOOK: LazyLock<Webhook> = LazyLock::new(|| RUNTIME.block_on(beside(200, &paid())).0);

fn events() -> Vec<Value> {
    vec![
        event("payment.paid", &json!({"resource": "payment", "id": PAYMENT, "mode": "test"})),
        event("refund.failed", &json!({"resource": "refund", "id": "re_1", "paymentId": PAYMENT, "mode": "test"})),
        event("chargeback.received", &json!({"resource": "chargeback", "id": "chb_1", "paymentId": PAYMENT})),
        event("payment-link.paid", &json!({"resource": "payment-link", "id": "pl_1"})),
    ]
}

/// Reads an event that Mollie has signed. It must be what Mollie knows of the payment, or a refusal with a reason.
fn judge(body: &[u8]) -> Result<(), String> {
    let signature = signature::sign(body, &SigningSecret::new(SECRET).unwrap());
    let request =
        Request { headers: [(HEADER.to_owned(), signature)].into(), body: body.to_vec(), ..Request::default() };
    match RUNTIME.block_on(said(&WEBHOOK, &request)) {
        Ok(Said::Nothing(_)) => Ok(()),
        Ok(Said::Facts(reported)) if reported.iter().all(|reported| fits_a_ledger(&reported.event)) => Ok(()),
        Err(Error::Problem(problem)) if matches!(problem.status, 400 | 413 | 422) && !problem.detail.is_empty() => {
            Ok(())
        }
        // It names another payment than the one that this Mollie has.
        Err(Error::App(app::Error::Outside(why))) if why.contains("not the payment") => Ok(()),
        other => Err(format!("{other:?}").chars().take(1_000).collect()),
    }
}

#[test]
fn an_event_with_any_one_value_hostile_is_understood_or_refused() {
    for event in events() {
        for body in hostile::each_edit(&event) {
            judge(&body).unwrap();
        }
    }
}

proptest! {
    #[test]
    fn a_hostile_event_is_understood_or_refused(body in hostile::json(events())) {
        let judged = judge(&body);
        prop_assert!(judged.is_ok(), "{judged:?}");
    }

    #[test]
    fn a_hostile_form_asks_mollie_for_nothing_but_a_payment(body in prop_oneof![
        any::<Vec<u8>>(),
        "id=[ -~]{0,40}".prop_map(String::into_bytes),
        "id=tr_[a-zA-Z0-9/?#%.]{0,40}".prop_map(String::into_bytes),
    ]) {
        let parts = RUNTIME.block_on(alone(None, false).verify(&Request { body, ..Request::default() }, now()));
        for part in parts.unwrap_or_default() {
            let text = String::from_utf8(part).unwrap();
            let id = text.strip_prefix("id=").unwrap();
            prop_assert!(id.len() <= 67 && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'), "{}", id);
        }
    }
}
