#![allow(clippy::unwrap_used)]

use super::*;
use serde_json::json;

fn at() -> Timestamp {
    Timestamp::from_second(1_764_000_000).unwrap()
}

fn days_of(object: &Value) -> Option<i64> {
    until(object, at()).map(|until| until.duration_since(at()).as_hours() / 24)
}

#[test]
fn money_is_waited_for_as_long_as_its_slowest_method_takes() {
    let table = [
        (json!(["sepa_debit"]), Some(21)),
        (json!(["card", "us_bank_account"]), Some(7)),
        (json!(["bacs_debit", "card", "acss_debit"]), Some(12)),
        (json!(["au_becs_debit"]), Some(7)),
        (json!(["customer_balance"]), Some(14)),
        (json!(["boleto", "oxxo"]), Some(7)),
        (json!(["card", "klarna"]), None),
        (json!([]), None),
        (json!(null), None),
        (json!("sepa_debit"), None),
        (json!([7, {}]), None),
    ];
    for (types, days) in table {
        assert_eq!(days_of(&json!({"payment_method_types": types.clone()})), days, "{types}");
    }
}

#[test]
fn an_authorization_ends_when_its_charge_says_so_or_after_a_week() {
    let told = at() + SignedDuration::from_hours(114);
    let charge = json!({"payment_method_details": {"card": {"capture_before": told.as_second()}}});
    assert_eq!(capture_before(&charge, at()), Some(told));
    let week = Some(at() + SignedDuration::from_hours(7 * 24));
    assert_eq!(capture_before(&json!("ch_1"), at()), week);
}

#[test]
fn the_method_that_was_used_counts_if_it_is_known() {
    let used = |method: &str| {
        json!({
            "payment_method_types": ["sepa_debit", "us_bank_account", "card"],
            "latest_charge": {"payment_method_details": {"type": method}},
        })
    };
    assert_eq!(days_of(&used("us_bank_account")), Some(7));
    assert_eq!(days_of(&used("card")), None);
}

#[test]
fn a_slip_is_waited_for_until_its_own_end_and_some_days_for_the_money() {
    let end = at() + SignedDuration::from_hours(24 * 10);
    for (action, field) in [
        ("boleto_display_details", "expires_at"),
        ("oxxo_display_details", "expires_after"),
        ("konbini_display_details", "expires_at"),
        ("multibanco_display_details", "expires_at"),
    ] {
        let shown = json!({"next_action": {"type": action, action: {field: end.as_second()}}});
        assert_eq!((is_shown(&shown), days_of(&shown)), (true, Some(14)), "{action}");
    }
    let transfer = json!({"next_action": {"display_bank_transfer_instructions": {"amount_remaining": 5}}});
    assert_eq!((is_shown(&transfer), days_of(&transfer)), (true, Some(14)));
    for other in [
        json!({"next_action": {"redirect_to_url": {"url": "https://example.com"}}}),
        json!({"next_action": null}),
        json!({}),
    ] {
        assert!(!is_shown(&other), "{other}");
    }
    let set = |days: Value| json!({"payment_method_types": ["boleto"], "payment_method_options": {"boleto": {"expires_after_days": days}}});
    for (days, expected) in [(json!(30), 34), (json!(0), 4), (json!(-1), 7), (json!(i64::MAX), 7), (json!("x"), 7)] {
        assert_eq!(days_of(&set(days.clone())), Some(expected), "{days}");
    }
}
