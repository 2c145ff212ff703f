//! How long money may be on its way, by payment method: <https://docs.stripe.com/payments/payment-methods#payment-notification>.

use super::fields::second;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// A payment method that tells success or failure only after days.
struct Method {
    /// Stripe's name of the type.
    name: &'static str,
    /// The most days until Stripe knows. Its guides count business days, so weekends and a bank holiday are added.
    days: i64,
    /// The field of `next_action` that Stripe shows the customer what to pay with, and the field in it that says until
    /// when: <https://docs.stripe.com/api/payment_intents/object#payment_intent_object-next_action>.
    shown: Option<(&'static str, &'static str)>,
}

const fn debit(name: &'static str, days: i64) -> Method {
    Method { name, days, shown: None }
}

/// A slip that the customer takes to a bank or a shop. Stripe's default of its validity, and some days for the money.
const fn slip(name: &'static str, valid: i64, action: &'static str, until: &'static str) -> Method {
    Method { name, days: valid + SLIP_SETTLES, shown: Some((action, until)) }
}

/// A slip that was paid on its last day is told within two business days.
const SLIP_SETTLES: i64 = 4;

/// The longest validity of a slip that Stripe allows.
const MAX_DAYS: i64 = 60;

const METHODS: [Method; 11] = [
    debit("sepa_debit", 21),     // up to 14 business days: /payments/sepa-debit
    debit("us_bank_account", 7), // up to 4: /payments/ach-direct-debit
    debit("bacs_debit", 12),     // up to 7 with a new mandate: /payments/payment-methods/bacs-debit
    debit("acss_debit", 10),     // up to 5: /payments/acss-debit
    debit("au_becs_debit", 7),   // up to 3: /payments/au-becs-debit
    debit("nz_bank_account", 7), // up to 3: /payments/nz-bank-account
    slip("boleto", 3, "boleto_display_details", "expires_at"), // /payments/boleto
    slip("oxxo", 3, "oxxo_display_details", "expires_after"), // /payments/oxxo
    slip("konbini", 3, "konbini_display_details", "expires_at"), // /payments/konbini
    slip("multibanco", 7, "multibanco_display_details", "expires_at"), // /payments/multibanco
    // The customer transfers when they like; two weeks are ours: /payments/bank-transfers
    Method { name: "customer_balance", days: 14, shown: Some(("display_bank_transfer_instructions", "")) },
];

/// Until when the money of an intent or a session is on its way at the latest, if it has been since `at`. None: none of
/// its methods takes days.
pub(super) fn until(object: &Value, at: Timestamp) -> Option<Timestamp> {
    if let Some((method, end)) = shown(object) {
        return end.and_then(|end| after(end, SLIP_SETTLES)).or_else(|| after(at, method.days));
    }
    // The method that was used, if it is known; otherwise the slowest that was offered.
    let used = object["latest_charge"]["payment_method_details"]["type"].as_str();
    let offered = object["payment_method_types"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let names: Vec<&str> = used.map_or_else(|| offered.collect(), |used| vec![used]);
    let days = METHODS.iter().filter(|method| names.contains(&method.name)).map(|method| days(object, method)).max();
    after(at, days?)
}

/// Whether the customer has been shown what to pay with: their part of the checkout is done.
pub(super) fn is_shown(object: &Value) -> bool {
    shown(object).is_some()
}

fn shown(object: &Value) -> Option<(&'static Method, Option<Timestamp>)> {
    let action = &object["next_action"];
    METHODS.iter().find_map(|method| {
        let (field, until) = method.shown?;
        (!action[field].is_null()).then(|| (method, second(&action[field][until])))
    })
}

/// The days of a method. A merchant may have set another validity for its slips.
fn days(object: &Value, method: &Method) -> i64 {
    let valid = object["payment_method_options"][method.name]["expires_after_days"].as_i64();
    valid.filter(|days| (0..=MAX_DAYS).contains(days)).map_or(method.days, |days| days + SLIP_SETTLES)
}

/// How long an authorization of a card lasts that its customer gave online. It is told only where the charge is shown:
/// <https://docs.stripe.com/payments/place-a-hold-on-a-payment-method#auth-capture-limitations>.
const AUTHORIZED_DAYS: i64 = 7;

/// Until when what was authorized at `at` can be captured.
pub(super) fn capture_before(charge: &Value, at: Timestamp) -> Option<Timestamp> {
    let told = second(&charge["payment_method_details"]["card"]["capture_before"]);
    told.or_else(|| after(at, AUTHORIZED_DAYS))
}

fn after(at: Timestamp, days: i64) -> Option<Timestamp> {
    at.checked_add(SignedDuration::from_hours(24 * days)).ok()
}

#[cfg(test)]
mod tests;
