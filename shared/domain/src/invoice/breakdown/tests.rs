#![allow(clippy::unwrap_used)]

use super::*;
use crate::{invoice::RowKind, tax::Taxation};
use proptest::prelude::*;

fn row(kind: RowKind, quantity: i64, unit_price: Amount, gross: Amount, tax: Amount, rate: u16) -> Row {
    let taxation = Taxation { rate: Some(rate), ..Taxation::default() };
    Row { kind, line: None, sku: None, title: None, quantity, unit_price, gross, tax, taxation }
}

fn line(quantity: i64, unit_price: Amount, gross: Amount, tax: Amount) -> Row {
    row(RowKind::Line, quantity, unit_price, gross, tax, 1900)
}

fn of(rows: &[Row], tax_included: bool) -> Breakdown {
    Breakdown::of(rows, tax_included, "EUR".parse().unwrap()).unwrap()
}

#[test]
fn a_gross_price_has_its_net_with_four_decimals() {
    let breakdown = of(&[line(3, 1000, 3000, 479), row(RowKind::Shipping, 0, 0, 490, 78, 1900)], true);
    let nets: Vec<_> = breakdown.rows.iter().map(|row| (row.quantity, row.unit_price, row.discount, row.net)).collect();
    assert_eq!(nets, [(3, 84033, 0, 2521), (0, 0, 0, 412)], "34.90 has 29.33 of net, of which 25.21 are the lines'");
    assert_eq!((breakdown.net(), breakdown.tax(), breakdown.rounding), (2933, 557, 0));
    assert_eq!((breakdown.lines(), breakdown.charges(), breakdown.allowances()), (2521, 412, 0));
}

#[test]
fn a_net_price_is_its_own_and_what_the_shop_rounded_is_the_rounding() {
    // 19 % of 0.13 are 0.0247, which the shop rounds to 0.02 on each of ten lines: 0.20 instead of 0.25.
    let rows: Vec<Row> = (0..10).map(|_| line(1, 13, 15, 2)).collect();
    let breakdown = of(&rows, false);
    assert!(breakdown.rows.iter().all(|row| (row.unit_price, row.net, row.discount) == (1300, 13, 0)));
    assert_eq!((breakdown.net(), breakdown.tax(), breakdown.rounding), (130, 25, -5));
}

#[test]
fn a_total_that_no_net_and_tax_come_to_is_rounded_by_a_cent() {
    let breakdown = of(&[line(1, 3, 3, 0)], true);
    assert_eq!((breakdown.net(), breakdown.tax(), breakdown.rounding), (3, 1, -1));
}

#[test]
fn a_discount_is_what_units_and_price_have_beyond_the_net() {
    let breakdown = of(&[line(2, 1190, 2142, 342)], true);
    assert_eq!(breakdown.rows, [NetRow { quantity: 2, unit_price: 100_000, discount: 200, net: 1800 }]);
    let free = of(&[line(1, 1190, 0, 0), line(1, 1190, 1190, 190)], true);
    assert_eq!(free.rows[0], NetRow { quantity: 1, unit_price: 100_000, discount: 1000, net: 0 });
}

#[test]
fn without_lines_the_charges_are_lines() {
    let goodwill = of(&[row(RowKind::Adjustment, 0, 0, 500, 80, 1900)], true);
    assert_eq!(goodwill.rows, [NetRow { quantity: 1, unit_price: 42000, discount: 0, net: 420 }]);
    let mixed = of(&[line(1, 1190, 1190, 190), row(RowKind::Adjustment, 0, 0, -119, -19, 1900)], true);
    assert_eq!((mixed.rows[1].quantity, mixed.rows[1].net, mixed.allowances(), mixed.lines()), (0, -100, 100, 1000));
}

#[test]
fn yen_have_no_decimals_and_dinars_too_many() {
    let rows = [row(RowKind::Line, 3, 1100, 3300, 300, 1000)];
    let yen = Breakdown::of(&rows, true, "JPY".parse().unwrap()).unwrap();
    assert_eq!((yen.rows[0].unit_price, yen.net(), yen.tax()), (10_000_000, 3000, 300));
    let dinars = "KWD".parse().unwrap();
    assert_eq!(Breakdown::of(&rows, true, dinars), Err(vec![Unbroken::Currency(dinars)]));
}

#[test]
fn what_is_unknown_or_does_not_fit_is_named() {
    let eur = "EUR".parse().unwrap();
    let mut rows = [line(1, 1190, 1190, 190), line(1, 100, 100, 0)];
    rows[1].taxation.rate = Some(0);
    assert_eq!(Breakdown::of(&rows, true, eur), Err(vec![Unbroken::NoCategory(1)]));
    let unfit = Unbroken::TaxUnfit { rate: 1900, told: 250, computed: 190 };
    assert_eq!(Breakdown::of(&[line(1, 1000, 1250, 250)], false, eur), Err(vec![unfit]));
}

#[test]
fn reasons_of_one_case_stand_together() {
    let mut rows = [line(1, 100, 100, 0), line(1, 100, 100, 0), line(1, 100, 100, 0)];
    for (row, word) in rows.iter_mut().zip(["books", "bread", "books"]) {
        row.taxation = Taxation { rate: None, category: Some(TaxCategory::Exempt), exemption: Some(word.into()) };
    }
    assert_eq!(
        of(&rows, true).taxes.iter().map(|sum| sum.exemption.as_deref()).collect::<Vec<_>>(),
        [Some("books; bread")]
    );
}

/// A row of units, discounted, or a change of the price without units; taxed as a shop does it, line by line.
fn any_row(tax_included: bool) -> impl Strategy<Value = Row> {
    let rates = prop::sample::select(vec![0_u16, 250, 500, 550, 700, 1000, 1900, 2100, 2550, 2700]);
    (0..40_i64, 0..99_999_i64, 0..=100_i64, rates, any::<bool>()).prop_map(
        move |(quantity, price, percent, rate, turned)| {
            let asked = ratio(price * quantity.max(1), percent, 100) * if turned { -1 } else { 1 };
            let whole = 10_000 + if tax_included { i64::from(rate) } else { 0 };
            let tax = ratio(asked, rate.into(), whole);
            let gross = if tax_included { asked } else { asked + tax };
            let kind = if quantity == 0 { RowKind::Adjustment } else { RowKind::Line };
            let quantity = if turned { -quantity } else { quantity };
            let mut row = row(kind, quantity, if quantity == 0 { 0 } else { price }, gross, tax, rate);
            row.taxation.category = (rate == 0).then_some(TaxCategory::ZeroRated);
            row
        },
    )
}

proptest! {
    #[test]
    fn the_sums_of_the_standard_hold_and_the_total_is_exact(
        (tax_included, rows) in any::<bool>()
            .prop_flat_map(|included| (Just(included), prop::collection::vec(any_row(included), 1..60))),
    ) {
        let breakdown = of(&rows, tax_included);
        let total: Amount = rows.iter().map(|row| row.gross).sum();
        prop_assert_eq!(breakdown.net() + breakdown.tax() + breakdown.rounding, total, "BR-CO-15, -16");
        let (lines, charges, allowances) = (breakdown.lines(), breakdown.charges(), breakdown.allowances());
        prop_assert_eq!(lines + charges - allowances, breakdown.net(), "BR-CO-13");
        prop_assert!(breakdown.rows.iter().any(|row| row.quantity != 0), "BR-16");
        for sum in &breakdown.taxes {
            prop_assert_eq!(sum.tax, ratio(sum.net, sum.rate.into(), 10_000), "BR-CO-17");
            let of_sum = |row: &Row| (row.taxation.category(), row.taxation.rate) == (Some(sum.category), Some(sum.rate));
            let nets = rows.iter().zip(&breakdown.rows).filter(|(row, _)| of_sum(row)).map(|(_, net)| net.net);
            prop_assert_eq!(nets.sum::<Amount>(), sum.net, "BR-S-08");
        }
        for (row, net) in rows.iter().zip(&breakdown.rows) {
            prop_assert!(net.unit_price >= 0, "BR-27");
            if net.quantity != 0 {
                prop_assert_eq!(ratio(net.unit_price, net.quantity, 100) - net.discount, net.net);
            }
            if row.quantity != 0 {
                prop_assert!(net.quantity == row.quantity || net.quantity == 0 || net.quantity.abs() == 1);
            }
            prop_assert!((row.gross - net.net).abs() <= row.gross.abs(), "a net is a part of its gross");
        }
        let most = if tax_included { breakdown.taxes.len() } else { rows.len() };
        prop_assert!(breakdown.rounding.unsigned_abs() <= most as u64, "{}", breakdown.rounding);
    }

    #[test]
    fn a_credit_note_of_everything_takes_back_what_its_invoice_said(
        rows in prop::collection::vec(any_row(true), 1..20),
    ) {
        let turned: Vec<Row> = rows.iter().cloned().map(|row| Row {
            quantity: -row.quantity, gross: -row.gross, tax: -row.tax, ..row
        }).collect();
        let (said, back) = (of(&rows, true), of(&turned, true));
        prop_assert_eq!((said.net(), said.tax(), said.rounding), (-back.net(), -back.tax(), -back.rounding));
    }
}
