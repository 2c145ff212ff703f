#![allow(clippy::unwrap_used)]

use super::*;
use crate::fixtures::shop::{bought, told};
use proptest::prelude::*;

fn taken(told: &ChannelOrder) -> Taken {
    told.taken(&"woo".parse().unwrap(), &"DE".parse().unwrap()).unwrap()
}

#[test]
fn amounts_stay_what_the_channel_counted() {
    // Three at 34.66 before a coupon, 31.20 after it: a unit costs no whole number of cents.
    let mut order = told(vec![bought("56", 3, 4350, 3915), bought("57", 1, 2000, 1800)]);
    order.lines[0].subtotal = 3466;
    order.lines[0].total = 3120;
    order.fees = vec![Charge { title: "Gift wrap".into(), subtotal: 251, total: 251, tax: 51, tax_rate: Some(2550) }];
    order.shipping = vec![
        Charge { title: "Flat rate".into(), subtotal: 615, total: 500, tax: 101, tax_rate: Some(2550) },
        Charge { title: "Insurance".into(), subtotal: 100, total: 100, tax: 20, tax_rate: Some(2550) },
    ];
    order.total = 3120 + 1800 + 251 + 600;
    let Taken { placed, doubts } = taken(&order);
    assert_eq!(doubts, BTreeMap::new());
    let totals = placed.totals().unwrap();
    assert_eq!((totals.total, totals.lines.as_slice(), totals.shipping), (5771, [3120, 1800, 251].as_slice(), 600));
    assert_eq!(totals.subtotal, 3466 + 2000 + 251, "3 × 11.56 would be 34.68");
    assert_eq!(placed.shipping.method.as_str(), "Flat rate + Insurance");
    assert!(!placed.lines[2].stocked, "nobody picks a fee");
}

#[test]
fn a_fee_below_zero_is_a_discount_and_a_rounding_is_a_line_of_its_own() {
    let mut order = told(vec![bought("1", 1, 1000, 1000)]);
    order.fees = vec![Charge { title: "Loyal".into(), subtotal: -200, total: -200, tax: 0, tax_rate: None }];
    order.total = 801;
    let Taken { placed, doubts } = taken(&order);
    assert_eq!((placed.totals().unwrap().total, placed.lines.len()), (801, 2));
    assert_eq!(placed.lines[1].title.as_str(), "Difference to the total");
    assert_eq!(doubts, BTreeMap::new(), "a cent is a rounding");
}

#[test]
fn what_does_not_fit_is_held_with_what_to_do() {
    let reasons = |change: &dyn Fn(&mut ChannelOrder)| {
        let mut order = told(vec![bought("1", 2, 1000, 1000)]);
        change(&mut order);
        let Taken { placed, doubts } = taken(&order);
        assert_eq!(placed.totals().map(|totals| totals.total), Some(placed.total), "{placed:?}");
        doubts.into_keys().map(HoldReason::as_str).collect::<Vec<_>>()
    };
    assert_eq!(reasons(&|_| ()), [] as [&str; 0]);
    assert_eq!(reasons(&|order| order.lines[0].sku = None), ["unknown_sku"]);
    assert_eq!(reasons(&|order| order.lines[0].sku = Some("=1+1".into())), ["unknown_sku"]);
    assert_eq!(reasons(&|order| order.customer.email = None), ["contact_missing"]);
    assert_eq!(reasons(&|order| order.customer.email = Some("at the till".into())), ["contact_missing"]);
    assert_eq!(reasons(&|order| order.ships_to = None), ["incorrect_address"]);
    assert_eq!(reasons(&|order| order.ships_to.as_mut().unwrap().line1.clear()), ["incorrect_address"]);
    assert_eq!(reasons(&|order| order.total = 900), ["amounts_differ"]);
    assert_eq!(reasons(&|order| order.total = 1100), ["amounts_differ"]);
    assert_eq!(reasons(&|order| order.stage = Stage::Unknown("on-loan".into())), ["unclear_at_channel"]);
    assert_eq!(reasons(&|order| order.doubts.push("1819.75 JPY".into())), ["unclear_at_channel"]);
    let digital = |order: &mut ChannelOrder| {
        order.lines[0].stocked = false;
        (order.ships_to, order.lines[0].sku) = (None, None);
    };
    assert_eq!(reasons(&digital), [] as [&str; 0], "nothing is sent, so nothing is missing");
}

#[test]
fn texts_are_cut_and_cleaned_instead_of_refused() {
    let mut order = told(vec![bought("1", 1, 100, 100)]);
    order.lines[0].title = format!("{}\u{7}", "x".repeat(300));
    order.customer.name = " \u{0} ".into();
    order.ships_to.as_mut().unwrap().country = "uk".to_uppercase();
    let Taken { placed, .. } = taken(&order);
    assert_eq!(placed.lines[0].title.chars().count(), 200);
    assert_eq!((placed.customer.name.as_str(), placed.shipping_address.country.as_str()), ("Ada Lovelace", "GB"));
}

proptest! {
    #[test]
    fn every_order_comes_to_the_total_of_its_channel(
        lines in prop::collection::vec((0..5_u32, -500..9_999_i64, -500..9_999_i64, -9..999_i64), 0..5),
        fees in prop::collection::vec((-5_000..5_000_i64, -90..900_i64), 0..3),
        shipping in prop::collection::vec((0..900_i64, 0..900_i64, 0..90_i64), 0..3),
        tax_included: bool,
        total in -100..30_000_i64,
    ) {
        let mut order = told(Vec::new());
        for (n, (quantity, subtotal, net, tax)) in lines.into_iter().enumerate() {
            order.lines.push(Bought { tax, ..bought(&n.to_string(), quantity, subtotal, net) });
        }
        let fee = |(total, tax)| Charge { title: "Fee".into(), subtotal: total, total, tax, tax_rate: None };
        order.fees = fees.into_iter().map(fee).collect();
        let charge = |(subtotal, total, tax)| Charge { title: String::new(), subtotal, total, tax, tax_rate: None };
        order.shipping = shipping.into_iter().map(charge).collect();
        (order.tax_included, order.total) = (tax_included, total);
        let Taken { placed, .. } = taken(&order);
        prop_assert!(!placed.lines.is_empty());
        prop_assert_eq!(placed.total, total.max(0));
        prop_assert_eq!(placed.totals().unwrap().total, placed.total);
        let ids: Vec<u16> = placed.lines.iter().map(|line| line.id).collect();
        prop_assert_eq!(ids, (0..).take(placed.lines.len()).collect::<Vec<u16>>());
    }
}
