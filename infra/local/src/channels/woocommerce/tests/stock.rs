//! What orders do to the stock, and what the API does to both.

use super::*;
use crate::channels::woocommerce::{Outcome, RefundAct, Units, Unsold};

fn status(bench: &Bench, id: u64) -> String {
    bench.shop().order(id).unwrap()["status"].as_str().unwrap().to_owned()
}

#[test]
fn what_a_status_does_to_the_stock_depends_on_how_it_is_paid() {
    let bench = Bench::new();
    let shop = bench.shop();
    for (payment, outcome, expected, left, for_sale) in [
        ("card", Outcome::Accepted, "processing", 48, 48),
        ("cod", Outcome::Accepted, "processing", 46, 46),
        ("bacs", Outcome::Accepted, "on-hold", 44, 44),
        ("card", Outcome::Pending, "pending", 44, 42),
        ("card", Outcome::Failed, "failed", 44, 42),
        ("card", Outcome::Draft, "checkout-draft", 44, 42),
    ] {
        let mut cart = checkout("MUG-BLUE", 2, payment);
        cart.outcome = outcome;
        let id = shop.check_out(cart).unwrap();
        assert_eq!((status(&bench, id).as_str(), shop.stock("MUG-BLUE")), (expected, Some(left)));
        let summary = shop.summary();
        assert_eq!(summary["products"][0]["for_sale"], for_sale, "{expected}");
        let paid = shop.order(id).unwrap()["date_paid"].is_string();
        assert_eq!(paid, payment == "card" && outcome == Outcome::Accepted, "{payment} {outcome:?}");
    }
}

#[test]
fn two_customers_cannot_buy_the_last_one() {
    let bench = Bench::new();
    bench.buy("CUP-KINTSUGI", 1);
    let why = bench.shop().check_out(checkout("CUP-KINTSUGI", 1, "card")).unwrap_err();
    assert!(matches!(why, Unsold::SoldOut { left: 0, .. }), "{why:?}");
    let many = serde_json::from_value(json!({
        "lines": [{ "sku": "SCARF-RED", "quantity": 7 }, { "sku": "SCARF-BLUE", "quantity": 6 }],
    }));
    let why = bench.shop().check_out(many.unwrap()).unwrap_err();
    assert!(matches!(why, Unsold::SoldOut { left: 12, .. }), "they share their parent's stock: {why:?}");
    for (cart, expected) in [
        (checkout("SHIRT", 1, "card"), Unsold::NoProduct("SHIRT".to_owned())),
        (checkout("MUG-BLUE", 0, "card"), Unsold::Quantity),
        (super::super::Checkout::default(), Unsold::Empty),
    ] {
        assert_eq!(bench.shop().check_out(cart), Err(expected));
    }
}

#[tokio::test]
async fn orders_by_the_api_sell_what_is_not_there() {
    let bench = Bench::new();
    let wanted = json!({ "status": "processing", "line_items": [{ "sku": "CUP-KINTSUGI", "quantity": 3 }] });
    assert_eq!(bench.post("orders", wanted).await.status, 201);
    assert_eq!(bench.shop().stock("CUP-KINTSUGI"), Some(-2));
    let cup = bench.get("products/17").await.body;
    assert_eq!((&cup["stock_quantity"], &cup["stock_status"]), (&json!(-2), &json!("outofstock")));
}

#[test]
fn a_cancelled_order_puts_back_what_no_refund_put_back() {
    let bench = Bench::new();
    let shop = bench.shop();
    let id = bench.buy("MUG-BLUE", 5);
    let line = shop.order(id).unwrap()["line_items"][0]["id"].as_u64().unwrap();
    let units = |quantity| vec![Units { line, quantity }];
    shop.refund(id, RefundAct { lines: units(2), restock: true, ..RefundAct::default() }).unwrap();
    assert_eq!(shop.stock("MUG-BLUE"), Some(47));
    shop.refund(id, RefundAct { lines: units(1), restock: false, ..RefundAct::default() }).unwrap();
    assert_eq!(shop.stock("MUG-BLUE"), Some(47));
    shop.cancel(id).unwrap();
    assert_eq!(shop.stock("MUG-BLUE"), Some(50), "all but the two that were back");
    shop.cancel(id).unwrap();
    assert_eq!(shop.stock("MUG-BLUE"), Some(50), "only once");
}

#[test]
fn what_is_refunded_wholly_gets_that_status_and_keeps_the_goods() {
    let bench = Bench::new();
    let shop = bench.shop();
    let id = bench.buy("MUG-BLUE", 1);
    shop.refund(id, RefundAct { amount: Some("5.00".to_owned()), ..RefundAct::default() }).unwrap();
    assert_eq!(status(&bench, id), "processing");
    shop.refund(id, RefundAct::default()).unwrap();
    assert_eq!((status(&bench, id).as_str(), shop.stock("MUG-BLUE")), ("refunded", Some(49)));
    let totals: Vec<Value> =
        shop.order(id).unwrap()["refunds"].as_array().unwrap().iter().map(|one| one["total"].clone()).collect();
    assert_eq!(totals, ["-5.00", "-15.65"], "14.50 and 6.15 for the shipping");
    let other = bench.buy("MUG-BLUE", 1);
    shop.mark(other, "refunded").unwrap();
    assert_eq!(shop.order(other).unwrap()["refunds"][0]["reason"], "Order fully refunded.");
}

#[test]
fn an_edited_line_moves_the_stock_and_the_total() {
    let bench = Bench::new();
    let shop = bench.shop();
    let cart = json!({ "lines": [{ "sku": "MUG-BLUE", "quantity": 3 }, { "sku": "SHIRT-M", "quantity": 1 }] });
    let id = shop.check_out(serde_json::from_value(cart).unwrap()).unwrap();
    let line = |at: usize| shop.order(id).unwrap()["line_items"][at]["id"].as_u64().unwrap();
    let (mugs, shirt) = (line(0), line(1));
    assert_eq!(shop.order(id).unwrap()["total"], "69.65");
    shop.edit(id, Units { line: mugs, quantity: 1 }).unwrap();
    assert_eq!((shop.stock("MUG-BLUE"), &shop.order(id).unwrap()["total"]), (Some(49), &json!("40.65")));
    shop.edit(id, Units { line: shirt, quantity: 0 }).unwrap();
    assert_eq!((shop.stock("SHIRT-M"), &shop.order(id).unwrap()["total"]), (Some(7), &json!("20.65")));
    assert_eq!(shop.order(id).unwrap()["line_items"].as_array().unwrap().len(), 1, "a removed line is gone");
    assert!(shop.edit(id, Units { line: shirt, quantity: 1 }).is_err());
}

#[tokio::test]
async fn a_quantity_that_is_set_overwrites_what_was_sold_meanwhile() {
    let bench = Bench::new();
    bench.buy("MUG-BLUE", 1);
    assert_eq!(bench.put("products/10", json!({ "stock_quantity": 50 })).await.body["stock_quantity"], 50);
    assert_eq!(bench.shop().stock("MUG-BLUE"), Some(50));
    let uncounted = bench.put("products/18", json!({ "stock_quantity": 5 })).await;
    assert_eq!((uncounted.status, &uncounted.body["stock_quantity"]), (200, &Value::Null), "nobody says so");
    let shared = bench.put("products/21/variations/22", json!({ "stock_quantity": 3 })).await;
    assert_eq!((shared.status, &shared.body["stock_quantity"]), (200, &json!(12)), "nor here");
    assert_eq!(bench.shop().pushed().len(), 1);
    let managed = bench.put("products/18", json!({ "manage_stock": true, "stock_quantity": 5 })).await;
    assert_eq!(managed.body["stock_quantity"], 5);
}

#[test]
fn unpaid_orders_hold_their_goods_for_an_hour() {
    let bench = Bench::new();
    let shop = bench.shop();
    let mut cart = checkout("CUP-KINTSUGI", 1, "card");
    cart.outcome = Outcome::Pending;
    let id = shop.check_out(cart).unwrap();
    bench.pass(3599);
    assert!(shop.check_out(checkout("CUP-KINTSUGI", 1, "card")).is_err());
    assert_eq!(shop.cancel_unpaid(), 0);
    bench.pass(1);
    assert_eq!((shop.cancel_unpaid(), status(&bench, id).as_str()), (1, "cancelled"));
    bench.buy("CUP-KINTSUGI", 1);
}

#[test]
fn a_product_that_is_gone_leaves_its_lines_behind() {
    let bench = Bench::new();
    let id = bench.buy("MUG-BLUE", 1);
    assert!(bench.shop().remove_product("MUG-BLUE") && !bench.shop().remove_product("MUG-BLUE"));
    let line = bench.shop().order(id).unwrap()["line_items"][0].clone();
    assert_eq!(
        (&line["product_id"], &line["sku"], &line["name"]),
        (&json!(0), &Value::Null, &json!("Enamel mug, blue"))
    );
    bench.shop().cancel(id).unwrap();
}

#[test]
fn goods_for_elsewhere_cost_what_that_place_taxes() {
    let bench = Bench::new();
    let total = |country: &str, lines: Value| {
        let customer = json!({ "first_name": "A", "country": country, "email": "a@example.com" });
        let cart = json!({ "lines": lines, "customer": customer });
        let id = bench.shop().check_out(serde_json::from_value(cart).unwrap()).unwrap();
        let order = bench.shop().order(id).unwrap();
        (order["total"].as_str().unwrap().to_owned(), order["tax_lines"].as_array().unwrap().len())
    };
    let mug = json!([{ "sku": "MUG-BLUE", "quantity": 1 }]);
    assert_eq!(total("FI", mug.clone()), ("20.65".to_owned(), 1));
    assert_eq!(total("DE", mug.clone()), ("19.58".to_owned(), 1), "13.75 and 5.83");
    assert_eq!(total("US", mug), ("16.45".to_owned(), 0));
    let both = json!([{ "sku": "MUG-BLUE", "quantity": 1 }, { "sku": "TEA-EARLGREY", "quantity": 2 }]);
    assert_eq!(total("FI", both), ("44.45".to_owned(), 2), "tea has a rate of its own");
    assert_eq!(total("FI", json!([{ "sku": "GIFT-25", "quantity": 1 }])), ("25.00".to_owned(), 0), "nothing is sent");
}
