//! What an order charges.

use super::*;
use domain::money::decimal;
use proptest::{collection::vec, prelude::*};

#[test]
fn amounts_have_their_tax_in_them_if_the_shop_s_prices_have() {
    for (included, mug, wrap, shipping) in
        [(true, (4_350, 3_915, 795), 251, 615), (false, (3_466, 3_120, 795), 200, 490)]
    {
        let order = changed(&[("/prices_include_tax", json!(included))]);
        let line = &order.lines[0];
        assert_eq!((line.subtotal, line.total, line.tax), mug);
        assert_eq!((order.fees[0].total, order.shipping[0].total), (wrap, shipping));
        assert!(adds_up(&order));
    }
    assert!(
        adds_up(&read(&without("/prices_include_tax"), &[]).unwrap()),
        "an order that does not say so adds up, too"
    );
}

#[test]
fn the_price_of_a_unit_is_never_read() {
    let before = changed(&[]);
    assert_eq!(changed(&[("/line_items/0/price", json!(9_999.0)), ("/line_items/1/price", json!("x"))]), before);
    let coupons = json!([{"code": "x", "discount": "999.00", "discount_tax": "9.00"}]);
    assert_eq!(
        changed(&[("/coupon_lines", coupons), ("/discount_total", json!("999.00"))]),
        before,
        "totals have it in them"
    );
}

#[test]
fn an_amount_that_nobody_can_pay_is_the_nearest_and_a_doubt() {
    let yen = json!({
        "id": 41, "status": "processing", "currency": "JPY", "prices_include_tax": false, "date_created_gmt": "2026-11-27T11:43:44",
        "total": "1819.75", "line_items": [
            {"id": 1, "product_id": 10, "quantity": 1, "subtotal": "1654.00", "total": "1654.00", "total_tax": "165.40", "taxes": []},
        ], "shipping_lines": [{"method_title": "Post", "total": "0.35", "total_tax": "0.00"}],
    });
    let order = read(&yen, &[]).unwrap();
    assert_eq!(
        (order.total, order.lines[0].total, order.lines[0].tax, order.shipping[0].total),
        (1_820, 1_654, 165, 0)
    );
    assert_eq!(
        order.doubts,
        [
            "total makes 1819.75 JPY, which nobody can pay: 1820 JPY is the nearest.",
            "It has a way of shipping, but no address to ship to.",
            "line_items[0].total_tax makes 165.4 JPY, which nobody can pay: 165 JPY is the nearest.",
            "shipping_lines[0].total makes 0.35 JPY, which nobody can pay: 0 JPY is the nearest.",
        ]
    );
}

#[test]
fn a_price_with_its_tax_is_added_before_it_is_rounded() {
    let order = changed(&[
        ("/currency", json!("JPY")),
        ("/line_items/0/total", json!("909.09")),
        ("/line_items/0/total_tax", json!("90.91")),
    ]);
    assert_eq!((order.lines[0].total, order.lines[0].tax), (1_000, 91));
    assert!(!order.doubts.iter().any(|doubt| doubt.starts_with("line_items[0].total ")), "{:?}", order.doubts);
}

#[test]
fn amounts_may_be_numbers_and_empty_ones_are_0() {
    let order = changed(&[
        ("/total", json!(65.81)),
        ("/fee_lines/0/total", json!("")),
        ("/fee_lines/0/total_tax", json!(null)),
        ("/line_items/0/subtotal", json!("")),
    ]);
    assert_eq!((order.total, order.fees[0].total, order.fees[0].tax), (6_581, 0, 0));
    assert_eq!(order.lines[0].subtotal, order.lines[0].total);
}

#[test]
fn a_fee_may_be_a_discount() {
    let order = changed(&[
        ("/fee_lines/0/total", json!("-2.00")),
        ("/fee_lines/0/total_tax", json!("-0.51")),
        ("/total", json!("60.79")),
    ]);
    assert_eq!((order.fees[0].total, order.fees[0].tax), (-251, -51));
    assert!(adds_up(&order));
}

#[test]
fn a_line_has_a_rate_if_it_has_one_tax_whose_rate_is_known() {
    let rates = |rates: &[(u32, Value)]| {
        let line = |(id, percent): &(u32, Value)| json!({"rate_id": id, "rate_percent": percent});
        json!(rates.iter().map(line).collect::<Vec<_>>())
    };
    let both = rates(&[(1, json!(25.5)), (2, json!(10))]);
    for (lines, taxes, rate) in [
        (both.clone(), json!([{"id": 1, "total": "7.95"}]), Some(2_550)),
        (both.clone(), json!([{"id": 2, "total": "7.95"}]), Some(1_000)),
        (both.clone(), json!([{"id": 1, "total": ""}, {"id": 2, "total": "7.95"}]), Some(1_000)),
        (both.clone(), json!([{"id": 1, "total": "1"}, {"id": 2, "total": "7.95"}]), None),
        (both.clone(), json!([{"id": 3, "total": "7.95"}]), None),
        (both.clone(), json!([]), None),
        (both, json!(null), None),
        (rates(&[(1, json!("19"))]), json!([{"id": 1, "total": "7.95"}]), Some(1_900)),
        (rates(&[(1, json!(8.875))]), json!([{"id": 1, "total": "7.95"}]), None),
        (rates(&[(1, json!(null))]), json!([{"id": 1, "total": "7.95"}]), None),
        (rates(&[(1, json!(-5))]), json!([{"id": 1, "total": "7.95"}]), None),
        (rates(&[(1, json!(1_000))]), json!([{"id": 1, "total": "7.95"}]), None),
        (rates(&[(1, json!(0))]), json!([{"id": 1, "total": "0"}]), Some(0)),
    ] {
        let order = changed(&[("/tax_lines", lines.clone()), ("/line_items/0/taxes", taxes.clone())]);
        assert_eq!(order.lines[0].tax_rate, rate, "{lines} {taxes}");
    }
}

#[test]
fn units_that_are_not_whole_are_a_doubt() {
    for (quantity, units, doubts) in [
        (json!(3), 3, 0),
        (json!("3"), 3, 0),
        (json!("3.00"), 3, 0),
        (json!(3.0), 3, 0),
        (json!(1.5), 1, 1),
        (json!("2.5"), 2, 1),
        (json!(0), 0, 0),
    ] {
        let order = changed(&[("/line_items/0/quantity", quantity.clone())]);
        assert_eq!((order.lines[0].quantity, order.doubts.len()), (units, doubts), "{quantity}");
    }
}

#[test]
fn nobody_reads_hundreds_of_doubts() {
    let line = json!({"id": 1, "product_id": 1, "quantity": 1.5, "total": "0.001", "total_tax": "0.001"});
    let order = changed(&[("/line_items", json!(vec![line; 500]))]);
    assert_eq!((order.lines.len(), order.doubts.len()), (500, 21));
    assert_eq!(order.doubts[20], "There is more of the like: 1480.");
}

/// Net and tax in cents, as WooCommerce writes them.
fn written(net: i64, tax: i64) -> Value {
    json!({"id": 1, "product_id": 1, "quantity": 1, "total": decimal(net, 2), "total_tax": decimal(tax, 2), "taxes": []})
}

proptest! {
    #[test]
    fn what_adds_up_at_the_shop_adds_up_here(
        lines in vec((0_i64..10_000_000, 0_i64..2_000_000), 0..30),
        fees in vec((-100_000_i64..100_000, -20_000_i64..20_000), 0..4),
        included: bool,
    ) {
        let total: i64 = lines.iter().chain(&fees).map(|(net, tax)| net + tax).sum();
        let all = |amounts: &[(i64, i64)]| json!(amounts.iter().map(|(net, tax)| written(*net, *tax)).collect::<Vec<_>>());
        let order = changed(&[
            ("/line_items", all(&lines)),
            ("/fee_lines", all(&fees)),
            ("/shipping_lines", json!([])),
            ("/prices_include_tax", json!(included)),
            ("/total", json!(decimal(total, 2))),
        ]);
        prop_assert_eq!(order.sum(), Some(total));
        prop_assert_eq!(order.total, total);
        prop_assert!(order.doubts.is_empty());
    }
}
