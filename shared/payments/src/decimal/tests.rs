use super::*;

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
