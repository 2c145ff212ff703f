#![allow(clippy::unwrap_used)]

use super::*;
use domain::money::decimal;
use proptest::prelude::*;

#[test]
fn a_decimal_number_is_read_exactly() {
    let table = [
        ("30.00", 2, Some(3000)),
        ("30", 2, Some(3000)),
        ("30.0", 2, Some(3000)),
        ("0.01", 2, Some(1)),
        (".50", 2, Some(50)),
        ("0030.00", 2, Some(3000)),
        ("30.000", 2, Some(3000)),
        ("30.001", 2, None),
        ("1000", 0, Some(1000)),
        ("1000.00", 0, Some(1000)),
        ("1000.50", 0, None),
        ("1.005", 3, Some(1005)),
        ("0.29", 2, Some(29)), // 28.999999999999996 as a float
        ("92233720368547758.07", 2, Some(i64::MAX)),
        ("92233720368547758.08", 2, None),
        ("99999999999999999999999999999999", 0, None),
        ("000000000000000000000000000000001", 0, None),
        ("", 2, None),
        (".", 2, None),
        ("5.", 2, None),
        ("-1.00", 2, None),
        ("+1.00", 2, None),
        ("1,00", 2, None),
        ("1.0.0", 2, None),
        ("1e2", 2, None),
        ("0x10", 2, None),
        (" 1.00", 2, None),
        ("1.00 ", 2, None),
        ("١.٠٠", 2, None),
        ("NaN", 2, None),
    ];
    for (text, decimals, units) in table {
        assert_eq!(parse(text, decimals), units, "{text:?} with {decimals}");
    }
}

#[test]
fn an_amount_is_written_with_all_its_decimals() {
    for (units, decimals, text) in
        [(3000, 2, "30.00"), (1, 2, "0.01"), (0, 2, "0.00"), (1000, 0, "1000"), (1005, 3, "1.005")]
    {
        assert_eq!(decimal(units, decimals), text);
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(units in 0..=i64::MAX, decimals in 0_u32..4) {
        prop_assert_eq!(parse(&decimal(units, decimals), decimals), Some(units));
    }

    #[test]
    fn any_text_is_read_or_refused(text in ".{0,40}", decimals in 0_u32..4) {
        prop_assert!(parse(&text, decimals).is_none_or(|units| units >= 0));
    }
}

#[test]
fn a_sum_is_rounded_once_half_away_from_zero() {
    let table: [(&[&str], u32, Option<Amount>); 9] = [
        (&["0.02", "0.06", "0.30", ""], 2, Some(38)),
        (&["0.004", "0.004"], 2, Some(1)),
        (&["0.005"], 2, Some(1)),
        (&["-0.005", ".10"], 2, Some(10)),
        (&["-.115"], 2, Some(-12)),
        (&["-10.65", "-0.21"], 2, Some(-1086)),
        (&["1.5"], 0, Some(2)),
        (&[], 2, Some(0)),
        (&["0.01", "1,00"], 2, None),
    ];
    for (texts, decimals, expected) in table {
        assert_eq!(rounded_sum(texts.iter().copied(), decimals), expected, "{texts:?}");
    }
}
