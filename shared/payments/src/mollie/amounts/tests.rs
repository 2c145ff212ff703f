#![allow(clippy::unwrap_used)]

use super::*;
use proptest::prelude::*;

fn read(value: &Value, currency: &str) -> Option<Amount> {
    money(&json!({ "amount": { "value": value, "currency": currency } }), "amount").ok().map(|money| money.amount)
}

#[test]
fn a_decimal_is_read_exactly_with_the_decimals_of_its_currency() {
    let table = [
        ("10.00", "EUR", Some(1000)),
        ("0.01", "EUR", Some(1)),
        ("0.00", "EUR", Some(0)),
        ("10", "EUR", Some(1000)),
        ("10.5", "EUR", Some(1050)),
        ("10.500", "EUR", Some(1050)),
        ("10.005", "EUR", None),
        ("0.29", "USD", Some(29)), // as a float it would be 28.999…
        ("500", "JPY", Some(500)),
        ("500.00", "JPY", Some(500)),
        ("500.50", "JPY", None),
        ("500", "ISK", Some(500)),
        ("1234.50", "HUF", Some(123_450)),
        ("1.005", "KWD", Some(1005)),
        ("10000000000000.00", "EUR", Some(MAX_AMOUNT)),
        ("10000000000000.01", "EUR", None),
        ("99999999999999999999999999999999", "EUR", None),
    ];
    for (text, currency, amount) in table {
        assert_eq!(read(&json!(text), currency), amount, "{text} {currency}");
    }
}

#[test]
fn what_is_no_plain_decimal_is_refused() {
    for text in ["", ".", "1.", ".5", "-1.00", "+1.00", "1e2", "1,00", " 1.00", "1.00 ", "1.0.0", "0x1", "NaN", "１.00"]
    {
        assert_eq!(read(&json!(text), "EUR"), None, "{text:?}");
    }
    assert_eq!(read(&json!("0".repeat(40)), "EUR"), None);
    for value in [json!(10), json!(10.5), json!(null), json!(["1.00"]), json!({})] {
        assert_eq!(read(&value, "EUR"), None, "{value}");
    }
    for currency in ["eur", "XXX", "", "EURO"] {
        assert_eq!(read(&json!("1.00"), currency), None, "{currency:?}");
    }
    assert_eq!(optional(&json!({ "amount": null }), "amount").unwrap(), None);
    assert!(money(&json!({}), "amount").unwrap_err().to_string().contains("amount"), "the field is named");
}

#[test]
fn an_amount_is_written_with_exactly_the_decimals_of_its_currency() {
    let table =
        [(1000, "EUR", "10.00"), (5, "EUR", "0.05"), (0, "EUR", "0.00"), (500, "JPY", "500"), (1005, "KWD", "1.005")];
    for (amount, currency, value) in table {
        assert_eq!(written(amount, currency.parse().unwrap()), json!({ "currency": currency, "value": value }));
    }
}

proptest! {
    #[test]
    fn an_amount_that_is_written_is_read_again(amount in 0..=MAX_AMOUNT, currency in prop::sample::select(vec!["EUR", "JPY", "KWD"])) {
        let object = json!({ "amount": written(amount, currency.parse().unwrap()) });
        prop_assert_eq!(money(&object, "amount").unwrap(), Money { amount, currency: currency.parse().unwrap() });
    }
}
