mod amounts;
mod hostile_orders;

use super::*;
use crate::testing::{adds_up, payload};
use domain::channel_order::{Bought, ChannelRefund, Charge};
use serde_json::json;

pub(crate) fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// Recorded: prices with tax, a coupon, a fee, shipping, a variation.
pub(crate) fn recorded() -> Value {
    parsed(payload!("woocommerce-order-v11-tax-included-coupon-fee-variation"))
}

/// The same with some fields set, at pointers.
pub(crate) fn with(changes: &[(&str, Value)]) -> Value {
    let mut order = recorded();
    for (pointer, value) in changes {
        let (parent, field) = pointer.rsplit_once('/').unwrap();
        let parent = order.pointer_mut(parent).unwrap();
        match field.parse::<usize>() {
            Ok(n) if parent.is_array() => parent[n] = value.clone(),
            _ => parent[field] = value.clone(),
        }
    }
    order
}

fn without(pointer: &str) -> Value {
    let mut order = recorded();
    let (parent, field) = pointer.rsplit_once('/').unwrap();
    order.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(field).unwrap();
    order
}

fn changed(changes: &[(&str, Value)]) -> ChannelOrder {
    read(&with(changes), &[]).unwrap()
}

#[test]
fn every_recorded_order_is_read_without_a_doubt_and_adds_up() {
    for text in [
        payload!("woocommerce-order-v11-tax-included-coupon-fee-variation"),
        payload!("woocommerce-order-v11-after-partial-refund"),
        payload!("woocommerce-v11-hook-order.created.body"),
        payload!("woocommerce-order-created"),
    ] {
        let order = read(&parsed(text), &[]).unwrap();
        assert!(adds_up(&order), "{:?} is not {}", order.sum(), order.total);
        assert_eq!(order.doubts, [""; 0]);
    }
}

#[test]
fn a_recorded_order_is_read_whole() {
    let order = read(&recorded(), &[parsed(payload!("woocommerce-v11-refund-response"))]).unwrap();
    let address = PostalAddress {
        name: "Ada Lovelace".into(),
        company: String::new(),
        line1: "Mannerheimintie 1".into(),
        line2: "A 5".into(),
        city: "Helsinki".into(),
        postal_code: "00100".into(),
        region: String::new(),
        country: "FI".into(),
    };
    let mug = Bought {
        id: "56".into(),
        listing: "10".into(),
        sku: Some("MUG-BLUE".into()),
        title: "Enamel mug, blue".into(),
        quantity: 3,
        subtotal: 4_350,
        total: 3_915,
        tax: 795,
        tax_rate: Some(2_550),
        stocked: true,
    };
    let shirt = Bought {
        id: "57".into(),
        listing: "11-13".into(),
        sku: Some("SHIRT-M".into()),
        title: "Shirt - M".into(),
        quantity: 1,
        subtotal: 2_000,
        total: 1_800,
        tax: 366,
        tax_rate: Some(2_550),
        stocked: true,
    };
    let charge =
        |title: &str, total, tax| Charge { title: title.into(), subtotal: total, total, tax, tax_rate: Some(2_550) };
    let expected = ChannelOrder {
        id: "41".into(),
        number: "41".into(),
        placed_at: "2026-11-27T11:43:44Z".parse().unwrap(),
        changed_at: "2026-11-27T11:43:45Z".parse().unwrap(),
        stage: Stage::Accepted,
        is_test: false,
        currency: "EUR".parse().unwrap(),
        customer: Buyer {
            name: "Ada Lovelace".into(),
            email: Some("ada@example.com".into()),
            phone: Some("+358401234567".into()),
            locale: None,
        },
        ships_to: Some(address.clone()),
        bills_to: Some(address),
        lines: vec![mug, shirt],
        fees: vec![charge("Gift wrap", 251, 51)],
        shipping: vec![charge("Flat rate", 615, 125)],
        tax_included: true,
        total: 6_581,
        payment: Some(ChannelPayment {
            standing: PaymentStanding::Received,
            method: "Cash on delivery".into(),
            amount: 6_581,
            at: Some("2026-11-27T11:43:45Z".parse().unwrap()),
        }),
        refunds: vec![ChannelRefund {
            is_paid: false,
            id: "42".into(),
            at: "2026-11-27T11:43:45Z".parse().unwrap(),
            amount: 1_305,
            reason: "one back".into(),
            lines: vec![("56".into(), 1)],
        }],
        doubts: vec![],
    };
    assert_eq!(order, expected);
}

#[test]
fn an_old_order_without_rates_and_with_html_in_a_title_is_read() {
    let order = read(&parsed(payload!("woocommerce-order-created")), &[]).unwrap();
    assert!(!order.tax_included);
    assert_eq!(order.lines[1].title, "Ship Your Idea – Color: Black, Size: M Test");
    assert_eq!((order.lines[1].listing.as_str(), order.lines[0].sku.as_deref()), ("22-23", None));
    assert_eq!((order.lines[0].total, order.lines[0].tax, order.lines[0].tax_rate), (600, 45, None));
    assert_eq!(order.placed_at, "2017-03-22T19:28:02Z".parse().unwrap(), "the site's own time is three hours earlier");
}

#[test]
fn a_status_and_the_time_of_payment_say_how_far_an_order_is() {
    use PaymentStanding::{Expected, OnAccount, Received};
    use Stage::{Accepted, Cancelled, Draft, Refunded, Unpaid};
    let other = |status: &str| Stage::Unknown(status.into());
    for (status, unpaid, paid) in [
        ("checkout-draft", (Draft, None), (Draft, None)),
        ("auto-draft", (Draft, None), (Draft, None)),
        ("pending", (Unpaid, None), (Unpaid, Some(Received))),
        ("on-hold", (Unpaid, Some(Expected)), (Unpaid, Some(Received))),
        ("wc-on-hold", (Unpaid, Some(Expected)), (Unpaid, Some(Received))),
        ("processing", (Accepted, Some(OnAccount)), (Accepted, Some(Received))),
        ("completed", (Accepted, Some(OnAccount)), (Accepted, Some(Received))),
        ("cancelled", (Cancelled, None), (Cancelled, Some(Received))),
        ("failed", (Cancelled, None), (Cancelled, Some(Received))),
        ("refunded", (Refunded, None), (Refunded, Some(Received))),
        ("trash", (Cancelled, None), (Cancelled, Some(Received))),
        ("ready-to-ship", (other("ready-to-ship"), None), (other("ready-to-ship"), Some(Received))),
        ("<b>Ada</b>", (other("bAdab"), None), (other("bAdab"), Some(Received))),
        ("", (other(""), None), (other(""), Some(Received))),
    ] {
        for (at, expected) in [(Value::Null, unpaid), (json!("2026-11-27T11:43:45"), paid)] {
            let order = changed(&[("/status", json!(status)), ("/date_paid_gmt", at)]);
            let standing = order.payment.map(|payment| payment.standing);
            assert_eq!((order.stage, standing), expected, "{status}");
        }
    }
}

#[test]
fn an_order_that_is_held_at_the_shop_although_it_is_paid_is_for_a_person() {
    assert_eq!(
        changed(&[("/status", json!("on-hold"))]).doubts,
        ["It is on-hold although it is paid: somebody looks it over at the shop."]
    );
    assert!(changed(&[("/status", json!("on-hold")), ("/date_paid_gmt", json!(null))]).doubts.is_empty());
}

#[test]
fn a_payment_has_the_name_that_customers_know() {
    let method = |title: Value, name: &str| {
        let order = changed(&[("/payment_method_title", title), ("/payment_method", json!(name))]);
        order.payment.unwrap().method
    };
    assert_eq!(method(json!("Bank transfer"), "bacs"), "Bank transfer");
    assert_eq!(method(json!(""), "bacs"), "bacs");
    assert_eq!(method(json!(null), ""), "");
}

#[test]
fn people_are_named_by_their_names_or_their_company() {
    for (first, last, company, name, kept) in [
        ("Ada", "Lovelace", "", "Ada Lovelace", ""),
        (" Ada ", "Lovelace", "Engines Ltd", "Ada Lovelace", "Engines Ltd"),
        ("", "Lovelace", "Engines Ltd", "Lovelace", "Engines Ltd"),
        ("", "", "Engines Ltd", "Engines Ltd", ""),
        ("", "", "", "", ""),
    ] {
        let set = |at: &str| {
            [("first_name", first), ("last_name", last), ("company", company)]
                .map(|(field, value)| (format!("/{at}/{field}"), json!(value)))
        };
        let changes = [set("billing"), set("shipping")].concat();
        let order = changed(&changes.iter().map(|(at, value)| (at.as_str(), value.clone())).collect::<Vec<_>>());
        for address in [order.ships_to.unwrap(), order.bills_to.unwrap()] {
            assert_eq!((address.name.as_str(), address.company.as_str()), (name, kept));
        }
        assert_eq!(order.customer.name, name);
    }
}

#[test]
fn what_is_absent_is_none_and_not_empty() {
    let order = changed(&[
        ("/billing/email", json!("")),
        ("/billing/phone", json!("  ")),
        ("/shipping/phone", json!("")),
        ("/line_items/0/sku", json!("")),
        ("/line_items/1/sku", json!(null)),
        ("/number", json!("")),
    ]);
    assert_eq!((order.customer.email, order.customer.phone), (None, None));
    assert_eq!((&order.lines[0].sku, &order.lines[1].sku), (&None, &None));
    assert_eq!(order.number, "41");
    let order = changed(&[("/billing", json!(null)), ("/shipping/phone", json!("1"))]);
    assert_eq!((order.bills_to, order.customer.phone.as_deref()), (None, Some("1")));
    assert_eq!(order.customer.name, "Ada Lovelace", "who it is shipped to");
    assert_eq!(changed(&[("/number", json!("WEB-2026/17"))]).number, "WEB-2026/17");
    assert_eq!(changed(&[("/number", json!(17))]).number, "17");
}

#[test]
fn an_empty_address_means_that_nothing_is_sent() {
    let empty = json!({"first_name": "", "last_name": "", "company": "", "address_1": "", "address_2": "", "city": "", "state": "",
        "postcode": "", "country": "", "phone": ""});
    let of_the_shop = json!({"first_name": "", "last_name": "", "city": "", "state": "18", "country": "FI"});
    for address in [empty, of_the_shop, json!({}), json!(null), json!([])] {
        let order = changed(&[("/shipping", address.clone()), ("/shipping_lines", json!([]))]);
        assert_eq!((order.ships_to, order.doubts.len()), (None, 0), "{address}");
        assert!(order.bills_to.is_some());
        let order = changed(&[("/shipping", address)]);
        assert_eq!(order.doubts, ["It has a way of shipping, but no address to ship to."]);
    }
}

#[test]
fn what_customers_come_for_is_not_sent_whatever_address_is_told() {
    let way =
        |id: &str| json!({"method_id": id, "method_title": "x", "total": "0.00", "total_tax": "0.00", "taxes": []});
    for (ways, is_sent) in [
        (vec!["local_pickup"], false),
        (vec!["pickup_location"], false),
        (vec!["flat_rate"], true),
        (vec!["local_pickup", "flat_rate"], true),
        (vec![], true),
    ] {
        let lines: Vec<Value> = ways.iter().map(|id| way(id)).collect();
        let order = changed(&[("/shipping_lines", json!(lines))]);
        assert_eq!((order.ships_to.is_some(), order.doubts.len()), (is_sent, 0), "{ways:?}");
    }
}

#[test]
fn what_is_downloaded_comes_from_no_stock() {
    let virtual_only = [("/needs_processing", json!(false)), ("/shipping_lines", json!([]))];
    let stocked =
        |changes: &[(&str, Value)]| changed(changes).lines.iter().map(|line| line.stocked).collect::<Vec<_>>();
    let no_meta = [("/line_items/0/meta_data", json!([])), ("/line_items/1/meta_data", json!([]))];
    assert_eq!(stocked(&no_meta), [true, true], "the order does not tell of a product");
    assert_eq!(stocked(&[&virtual_only[..], &no_meta].concat()), [false, false]);
    assert_eq!(stocked(&virtual_only), [true, true], "WooCommerce has taken them off its stock");
    assert_eq!(stocked(&[&virtual_only[..1], &no_meta].concat()), [true, true], "something is shipped");
}

#[test]
fn a_product_that_is_gone_has_no_listing() {
    let order = changed(&[("/line_items/0/product_id", json!(0)), ("/line_items/1/product_id", json!(0))]);
    assert_eq!((order.lines[0].listing.as_str(), order.lines[1].listing.as_str()), ("", ""));
}

#[test]
fn an_order_that_lacks_what_it_is_made_of_is_not_read_and_says_why() {
    for (order, why) in [
        (without("/id"), "it has no id"),
        (without("/currency"), "its currency  is not known"),
        (with(&[("/currency", json!("eur"))]), "its currency eur is not known"),
        (with(&[("/currency", json!("<BTC>"))]), "its currency BTC is not known"),
        (without("/total"), "total is missing"),
        (with(&[("/total", json!("a lot"))]), "total is no amount"),
        (with(&[("/total", json!("9000000000000000"))]), "total is no amount"),
        (with(&[("/total", json!("9100000000000"))]), ""),
        (with(&[("/currency", json!("KWD")), ("/total", json!("9100000000000"))]), "total is too large"),
        (without("/line_items"), "line_items is missing"),
        (with(&[("/line_items", json!({"1": {}}))]), "line_items is missing"),
        (without("/line_items/0/id"), "line_items[0].id is missing"),
        (without("/line_items/1/total"), "line_items[1].total is missing"),
        (with(&[("/line_items/1/total_tax", json!("x"))]), "line_items[1].total_tax is no amount"),
        (without("/line_items/0/quantity"), "line_items[0].quantity is missing or malformed"),
        (with(&[("/line_items/0/quantity", json!(-1))]), "line_items[0].quantity is missing or malformed"),
        (
            with(&[("/line_items/0/quantity", json!(5_000_000_000_i64))]),
            "line_items[0].quantity is missing or malformed",
        ),
        (with(&[("/fee_lines/0/total", json!("x"))]), "fee_lines[0].total is no amount"),
        (without("/shipping_lines/0/total"), "shipping_lines[0].total is missing"),
        (
            with(&[("/date_created_gmt", json!(null)), ("/date_modified_gmt", json!(""))]),
            "neither date_created_gmt nor date_modified_gmt is a time",
        ),
        (json!({}), "it has no id"),
        (json!([]), "it has no id"),
        (json!("Ada"), "it has no id"),
    ] {
        assert_eq!(read(&order, &[]).err().as_deref().unwrap_or_default(), why);
    }
}

#[test]
fn an_order_without_one_of_its_times_has_the_other() {
    let order = changed(&[("/date_created_gmt", json!(null))]);
    assert_eq!(order.placed_at, order.changed_at);
    assert_eq!(changed(&[("/date_modified_gmt", json!("soon"))]).changed_at.to_string(), "2026-11-27T11:43:44Z");
}

#[test]
fn refunds_are_read_in_their_order_with_the_units_that_they_take_back() {
    let refund = |id: u64, at: &str, lines: Value| json!({"id": id, "date_created_gmt": at, "amount": "10.00", "reason": "", "line_items": lines});
    let line = |quantity: Value, item: Value| json!({"id": 62, "quantity": quantity, "meta_data": [{"key": "x", "value": "1"}, {"key": "_refunded_item_id", "value": item}]});
    let refunds = [
        refund(43, "2026-11-28T10:00:00", json!([line(json!(-2), json!("56")), line(json!("-1"), json!(57))])),
        refund(42, "2026-11-27T10:00:00", json!([line(json!(0), json!("56"))])),
        parsed(payload!("woocommerce-order-refund-resource")),
    ];
    let order = read(&recorded(), &refunds).unwrap();
    assert_eq!(order.doubts, [""; 0]);
    let read: Vec<_> =
        order.refunds.iter().map(|refund| (refund.id.as_str(), refund.amount, refund.lines.as_slice())).collect();
    let both = [("56".to_owned(), 2), ("57".to_owned(), 1)];
    assert_eq!(read, [("726", 1_000, &[][..]), ("42", 1_000, &[]), ("43", 1_000, &both)]);
}

#[test]
fn a_refund_that_does_not_say_what_it_takes_back_is_a_doubt_and_one_without_an_amount_is_not_read() {
    let refund = |amount: Value, quantity: Value| json!({"id": 42, "date_created_gmt": "2026-11-27T10:00:00", "amount": amount, "line_items": [{"quantity": quantity, "meta_data": []}]});
    let order = read(&recorded(), &[refund(json!("-5.00"), json!(-1))]).unwrap();
    assert_eq!((order.refunds[0].amount, order.refunds[0].lines.len()), (500, 0), "some versions write it below 0");
    assert_eq!(order.doubts, ["refunds[0].line_items[0].meta_data does not say which line it takes back."]);
    for (amount, quantity, why) in [
        (json!("x"), json!(-1), "refunds[0].amount is no amount"),
        (json!("5"), json!(1), "refunds[0].line_items[0].quantity is missing or malformed"),
    ] {
        assert_eq!(read(&recorded(), &[refund(amount, quantity)]).unwrap_err(), why);
    }
    let without_time = json!({"id": 42, "amount": "5.00"});
    assert_eq!(read(&recorded(), &[without_time]).unwrap_err(), "refunds[0].date_created_gmt is no time");
}
