#![allow(clippy::unwrap_used)]

use super::*;
use api::{Caller, Error, FieldError, Request, Role, decode};
use domain::{ids::ChannelId, money::MAX_AMOUNT, placed_order::PlacedOrder};
use jiff::Timestamp;
use payments::Provider;
use proptest::prelude::*;
use serde_json::{Value, json};

/// 2 × 19.50 less 1.00, and 12.00; less 2.00; plus 4.90 for shipping: 52.90, of which 8.45 are tax.
fn body() -> Value {
    json!({
        "reference": "1001",
        "channel": "web",
        "currency": "EUR",
        "customer": {"name": " Ada Lovelace ", "email": "ada@example.com", "phone": "+44 1", "locale": "en-GB"},
        "shipping_address": {
            "name": "Ada Lovelace", "company": "Engines", "line1": "1 Main St", "line2": "Flat 2", "city": "London",
            "postal_code": "N1 9GU", "region": "Greater London", "country": "GB",
        },
        "billing_address": {"name": "Ada Lovelace", "line1": "1 Main St", "city": "London", "country": "GB"},
        "lines": [
            {"sku": "TEE-M", "title": "T-shirt", "quantity": 2, "unit_price": 1950, "discount": 100, "tax": 607},
            {"sku": "MUG", "title": "Mug", "quantity": 1, "unit_price": 1200, "tax": 160},
        ],
        "shipping": {"method": "Standard", "price": 490, "tax": 78},
        "discount": {"code": "SUMMER", "amount": 200},
        "tax_included": true,
        "total": 5290,
        "payment": {"provider": "stripe", "id": "pi_3MtwBw"},
    })
}

fn minimal() -> Value {
    json!({
        "reference": "1001",
        "currency": "JPY",
        "customer": {"name": "Ada", "email": "ada@example.com"},
        "shipping_address": {"name": "Ada", "line1": "1 Main St", "city": "London", "country": "GB"},
        "lines": [{"sku": "MUG", "title": "Mug", "quantity": 1, "unit_price": 1200, "tax": 120}],
        "shipping": {"method": "Standard"},
        "total": 1320,
    })
}

fn web() -> ChannelId {
    "web".parse().unwrap()
}

fn read(body: &Value, channel: Option<&ChannelId>, key: Option<&str>) -> Result<PlacedOrder, Vec<FieldError>> {
    problems(place(body, channel, key, &[Provider::Stripe]))
}

/// The order that a storefront of this channel, or an operator, places where these providers are in use.
fn place(
    body: &Value,
    channel: Option<&ChannelId>,
    key: Option<&str>,
    in_use: &[Provider],
) -> Result<PlacedOrder, Error> {
    let role = if channel.is_some() { Role::Storefront } else { Role::Operator };
    let request = Request {
        caller: Some(Caller { channel: channel.cloned(), ..Caller::new(role, "shop") }),
        headers: key.map(|key| ("idempotency-key".to_owned(), key.to_owned())).into_iter().collect(),
        ..Request::default()
    };
    let order: PlaceOrder = decode(body, &request)?;
    order.require_payable(in_use)?;
    Ok(order.placed(Timestamp::from_second(1_764_000_000).unwrap()))
}

fn problems<T>(outcome: Result<T, Error>) -> Result<T, Vec<FieldError>> {
    outcome.map_err(|error| match error {
        Error::Problem(problem) => {
            assert_eq!(problem.status, 422);
            problem.errors
        }
        other => panic!("{other}"),
    })
}

fn wrong_fields(body: &Value) -> Vec<String> {
    read(body, Some(&web()), None).unwrap_err().into_iter().map(|error| error.field).collect()
}

/// The body with another value at a path like `lines[0].sku`.
fn with(mut body: Value, path: &str, value: Value) -> Value {
    let pointer = format!("/{}", path.replace(['[', '.'], "/").replace(']', ""));
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    body.pointer_mut(parent).unwrap().as_object_mut().unwrap().insert(name.to_owned(), value);
    body
}

#[test]
fn a_full_order_is_read_as_it_was_written() {
    let placed = read(&body(), Some(&web()), None).unwrap();
    assert_eq!((placed.reference.as_str(), placed.channel.as_str(), placed.total), ("1001", "web", 5290));
    assert_eq!(placed.customer.name, "Ada Lovelace", "trimmed");
    assert_eq!(placed.shipping_address.region.as_deref(), Some("Greater London"));
    assert_eq!(placed.billing_address.unwrap().postal_code, None);
    assert_eq!((placed.lines[0].discount, placed.lines[0].tax, placed.lines[1].discount), (100, 607, 0));
    assert_eq!(placed.discount.unwrap().code.as_deref(), Some("SUMMER"));
    assert_eq!(placed.payment.unwrap().to_string(), "stripe_pi_3MtwBw");
}

#[test]
fn a_total_that_no_provider_in_use_can_move_is_refused_with_the_smallest_amount() {
    let dinar = "KWD".parse().unwrap();
    let in_use = |providers: &[Provider], total: i64| {
        let mut body = with(minimal(), "currency", json!("KWD"));
        body["lines"] = json!([{"sku": "MUG", "title": "Mug", "quantity": 1, "unit_price": total}]);
        body["shipping"] = json!({"method": "Standard"});
        body["total"] = json!(total);
        problems(place(&body, Some(&web()), Some("1"), providers)).map(|placed| placed.total)
    };
    for provider in Provider::ALL {
        let step = provider.units(dinar).step();
        assert_eq!(in_use(&[*provider], 5 * step), Ok(5 * step));
        if step > 1 {
            let errors = in_use(&[*provider], 5 * step + 1).unwrap_err();
            assert_eq!(errors[0].field, "total");
            assert!(errors[0].detail.contains(&format!("multiples of {}", dinar.format(step))), "{errors:?}");
        }
    }
    assert_eq!(in_use(&[], 1001), Ok(1001), "without a provider any amount can be paid");
}

#[test]
fn a_payment_is_at_a_provider_in_use() {
    let errors = problems(place(&body(), Some(&web()), None, &[])).unwrap_err();
    assert_eq!(errors.iter().map(|error| error.field.as_str()).collect::<Vec<_>>(), ["payment.provider"]);
}

#[test]
fn what_may_be_left_out_may_also_be_null() {
    let read = |body: &Value| read(body, Some(&web()), None);
    let placed = read(&minimal()).unwrap();
    assert_eq!((placed.shipping.price, placed.tax_included, placed.discount.as_ref()), (0, false, None));
    let optional = ["channel", "billing_address", "discount", "tax_included", "payment"];
    let body = optional.iter().fold(minimal(), |body, path| with(body, path, json!(null)));
    assert_eq!(read(&body), Ok(placed));
}

#[test]
fn what_is_left_out_may_also_be_an_empty_text() {
    let read = |body: &Value| read(body, Some(&web()), None);
    let of_address = ["company", "line2", "postal_code", "region"].map(|name| format!("shipping_address.{name}"));
    let others = ["channel", "customer.phone", "customer.locale"].map(str::to_owned);
    for path in of_address.iter().chain(&others) {
        let absent = read(&with(minimal(), path, json!(null)));
        assert!(absent.is_ok(), "{path}");
        for empty in ["", "  ", "\n"] {
            assert_eq!(read(&with(minimal(), path, json!(empty))), absent, "{path}");
        }
    }
}

#[test]
fn what_shops_really_send_is_taken() {
    let placed = |path: &str, value: Value| read(&with(body(), path, value), Some(&web()), None).unwrap();
    assert_eq!(placed("customer.email", json!(" ada@bücher.example ")).customer.email, "ada@xn--bcher-kva.example");
    let address = |path: &str, value| placed(path, value).shipping_address;
    assert_eq!(address("shipping_address.line1", json!("Flat 3\r\nHigh Street")).line1, "Flat 3 High Street");
    let singapore = with(with(body(), "shipping_address.city", json!(null)), "shipping_address.country", json!("SG"));
    assert_eq!(read(&singapore, Some(&web()), None).unwrap().shipping_address.city, None);
}

#[test]
fn an_included_tax_above_its_price_is_named() {
    let wrong = with(with(body(), "lines[0].tax", json!(500_000)), "shipping.tax", json!(491));
    assert_eq!(wrong_fields(&wrong), ["lines[0].tax", "shipping.tax"]);
}

#[test]
fn every_field_that_is_missing_is_named() {
    let required = [
        "reference",
        "currency",
        "customer",
        "customer.name",
        "customer.email",
        "shipping_address",
        "shipping_address.name",
        "shipping_address.line1",
        "shipping_address.city",
        "shipping_address.country",
        "lines",
        "lines[0].sku",
        "lines[0].title",
        "lines[1].quantity",
        "lines[1].unit_price",
        "shipping",
        "shipping.method",
        "discount.amount",
        "total",
        "payment.provider",
        "payment.id",
    ];
    for path in required {
        let errors = read(&with(body(), path, json!(null)), Some(&web()), None).unwrap_err();
        assert_eq!(errors.len(), 1, "{path}");
        assert_eq!(errors[0].field, path);
        assert!(errors[0].detail.starts_with("is required"), "{path}: {}", errors[0].detail);
    }
    let mut all = wrong_fields(&json!({}));
    all.sort();
    let expected = ["currency", "customer", "lines", "reference", "shipping", "shipping_address", "total"];
    assert_eq!(all, expected, "all at once");
}

#[test]
fn every_field_that_is_wrong_is_named_by_its_path() {
    let long = |n: usize| json!("x".repeat(n));
    let table = [
        ("reference", vec![json!(1001), json!(""), json!("  "), long(101), json!("a\u{0}b")]),
        ("channel", vec![json!("market"), json!("a b"), json!(7), long(33)]),
        ("currency", vec![json!("eur"), json!("EURO"), json!("XXX"), json!(978)]),
        ("customer", vec![json!("Ada"), json!([])]),
        ("customer.name", vec![json!(1), json!(""), long(201), json!("a\u{0}b")]),
        ("customer.email", vec![json!("ada"), json!("a@b"), json!("a@b.co\r\nBcc: x@y.zz"), long(255), json!({})]),
        ("customer.phone", vec![long(41), json!(44)]),
        ("customer.locale", vec![long(36)]),
        ("shipping_address", vec![json!("1 Main St"), json!(1)]),
        ("shipping_address.name", vec![long(201)]),
        ("shipping_address.company", vec![long(201), json!("\u{200b}")]),
        ("shipping_address.line1", vec![long(201), json!("\t"), json!("\u{3164}")]),
        ("shipping_address.line2", vec![long(201)]),
        ("shipping_address.city", vec![long(201), json!(["London"]), json!("")]),
        ("shipping_address.postal_code", vec![long(21), json!(12345)]),
        ("shipping_address.region", vec![long(101)]),
        ("shipping_address.country", vec![json!("gb"), json!("GBR"), json!("G1"), json!(""), json!("UK"), json!("ZZ")]),
        ("billing_address", vec![json!("same"), json!(true)]),
        ("billing_address.country", vec![json!("Germany")]),
        ("lines", vec![json!([]), json!({}), json!("TEE"), json!(vec![json!({}); 501])]),
        ("lines[0].sku", vec![json!("a?b"), json!("/a"), json!(""), long(65), json!(12)]),
        ("lines[0].title", vec![json!(""), long(201)]),
        ("lines[1].quantity", vec![json!(0), json!(-1), json!(1.5), json!("1"), json!(100_001), json!(1e9)]),
        ("lines[1].unit_price", vec![json!(-1), json!(19.5), json!("1200"), json!(MAX_AMOUNT + 1), json!(u64::MAX)]),
        ("lines[0].discount", vec![json!(-1), json!("1")]),
        ("lines[0].tax", vec![json!(-1), json!(true)]),
        ("shipping", vec![json!("Standard")]),
        ("shipping.method", vec![long(61), json!("")]),
        ("shipping.price", vec![json!(-490), json!(4.9)]),
        ("shipping.tax", vec![json!(-1)]),
        ("discount", vec![json!(200)]),
        ("discount.code", vec![long(61)]),
        ("discount.amount", vec![json!(-1), json!("200")]),
        ("tax_included", vec![json!("yes"), json!(1)]),
        ("total", vec![json!(-1), json!(52.9), json!("5290"), json!(MAX_AMOUNT + 1)]),
        ("payment", vec![json!("pi_3MtwBw")]),
        ("payment.provider", vec![json!("paypal"), json!("")]),
        ("payment.id", vec![json!(""), json!("pi 3"), long(129), json!(3)]),
        ("totla", vec![json!(1)]),
        ("lines[1].qty", vec![json!(1)]),
        ("customer.e-mail", vec![json!("a@b.co")]),
    ];
    for (path, values) in table {
        for value in values {
            assert_eq!(wrong_fields(&with(body(), path, value.clone())), [path], "{value}");
        }
    }
}

#[test]
fn many_wrong_fields_are_named_at_once() {
    let wrong = ["currency", "customer.email", "lines[0].sku", "lines[1].quantity", "shipping.price", "total"];
    let body = wrong.iter().fold(body(), |body, path| with(body, path, json!("?")));
    assert_eq!(wrong_fields(&body), wrong);
}

#[test]
fn a_total_that_does_not_add_up_tells_both_numbers() {
    let errors = read(&with(body(), "total", json!(5291)), Some(&web()), None).unwrap_err();
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].field, "total");
    let detail = "is 52.91 EUR, but the order adds up to 52.90 EUR (lines 51.00 EUR, discounts -3.00 EUR, shipping \
                  4.90 EUR, tax 8.45 EUR included)";
    assert_eq!(errors[0].detail, detail);
    let errors = read(&with(minimal(), "total", json!(1200)), Some(&web()), None).unwrap_err();
    assert!(errors[0].detail.contains("is 1200 JPY, but the order adds up to 1320 JPY"), "{}", errors[0].detail);
}

#[test]
fn tax_is_added_unless_it_is_included() {
    let added = with(with(body(), "tax_included", json!(false)), "total", json!(5290 + 845));
    assert_eq!(read(&added, Some(&web()), None).unwrap().total, 6135);
}

#[test]
fn discounts_larger_than_their_price_and_sums_too_large_to_hold_are_refused() {
    let table = [
        ("lines[1].discount", json!(1201)),
        ("discount.amount", json!(5491)), // the lines and the shipping
        ("lines[0].unit_price", json!(MAX_AMOUNT)),
    ];
    for (path, value) in table {
        let body = with(with(body(), path, value), "lines[0].quantity", json!(100_000));
        let body = if path == "discount.amount" { with(body, "lines[0].quantity", json!(2)) } else { body };
        assert_eq!(wrong_fields(&body), ["lines"], "{path}");
    }
}

#[test]
fn the_idempotency_key_stands_for_a_missing_reference_only() {
    let none = with(body(), "reference", json!(null));
    assert_eq!(read(&none, Some(&web()), Some("key-1")).unwrap().reference, "key-1");
    assert_eq!(read(&body(), Some(&web()), Some("key-1")).unwrap().reference, "1001");
    assert!(read(&none, Some(&web()), None).unwrap_err()[0].detail.contains("Idempotency-Key"));
}

#[test]
fn the_channel_is_the_key_s_own_or_named_by_a_key_that_has_none() {
    let of = |named: Value, own: Option<&ChannelId>| {
        let outcome = read(&with(body(), "channel", named), own, None);
        outcome.map(|placed| placed.channel.to_string()).map_err(|errors| errors[0].field.clone())
    };
    let wrong = || Err("channel".to_owned());
    assert_eq!(of(json!(null), Some(&web())), Ok("web".to_owned()));
    assert_eq!(of(json!("web"), Some(&web())), Ok("web".to_owned()));
    assert_eq!(of(json!("market"), Some(&web())), wrong());
    assert_eq!(of(json!("market"), None), Ok("market".to_owned()));
    assert_eq!(of(json!(null), None), wrong());
}

#[test]
fn cancelling_and_holding_ask_for_a_reason() {
    let fields = |errors: Vec<FieldError>| errors.into_iter().map(|error| error.field).collect::<Vec<_>>();
    assert_eq!(decode::<CancelOrder>(&json!({"reason": " late "}), &Request::default()).unwrap().reason, "late");
    for bad in [json!({}), json!({"reason": ""}), json!({"reason": "x".repeat(201)}), json!({"reason": 7})] {
        assert_eq!(
            fields(problems(decode::<CancelOrder>(&bad, &Request::default())).unwrap_err()),
            ["reason"],
            "{bad}"
        );
    }
    for reason in HoldReason::ALL {
        assert_eq!(
            decode::<HoldOrder>(&json!({"reason": reason.as_str()}), &Request::default()).unwrap().reason,
            *reason
        );
    }
    let bad = json!({"reason": "mood", "note": "\u{0}", "until": "tomorrow"});
    assert_eq!(
        fields(problems(decode::<HoldOrder>(&bad, &Request::default())).unwrap_err()),
        ["reason", "note", "until"]
    );
}

/// Any JSON, with the names of an order's fields more often than others.
fn garbage() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
        prop_oneof![Just("EUR"), Just("web"), Just("a@b.co"), Just("TEE-M"), Just("stripe")].prop_map(Value::from),
    ];
    let name = prop_oneof![
        4 => prop::sample::select(vec![
            "reference", "channel", "currency", "customer", "name", "email", "shipping_address", "line1", "city", "country",
            "lines", "sku", "title", "quantity", "unit_price", "discount", "tax", "shipping", "method", "price", "amount",
            "total", "payment", "provider", "id", "tax_included",
        ]).prop_map(str::to_owned),
        1 => ".{0,6}",
    ];
    leaf.prop_recursive(5, 80, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(name.clone(), inner, 0..10).prop_map(|map| map.into_iter().collect()),
        ]
    })
}

/// A path of [`body`], to put garbage at.
fn somewhere() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "reference",
        "currency",
        "customer",
        "customer.email",
        "shipping_address",
        "shipping_address.country",
        "lines",
        "lines[0].sku",
        "lines[0].quantity",
        "lines[1].unit_price",
        "lines[1].discount",
        "shipping",
        "shipping.price",
        "discount",
        "discount.amount",
        "tax_included",
        "total",
        "payment",
        "payment.id",
        "what",
    ])
}

proptest! {
    #[test]
    fn garbage_is_refused_with_what_is_wrong_in_it(body in garbage()) {
        let errors = read(&body, Some(&web()), None).unwrap_err();
        prop_assert!(!errors.is_empty());
        prop_assert!(errors.iter().all(|error| !error.field.is_empty() && !error.detail.is_empty()));
    }

    #[test]
    fn an_order_with_garbage_in_it_is_refused_or_still_adds_up(path in somewhere(), value in garbage()) {
        match read(&with(body(), path, value), Some(&web()), Some("key")) {
            Ok(placed) => {
                prop_assert_eq!(placed.totals().map(|totals| totals.total), Some(placed.total));
                let kept = serde_json::to_vec(&placed).unwrap();
                prop_assert_eq!(serde_json::from_slice::<PlacedOrder>(&kept).unwrap(), placed);
            }
            Err(errors) => prop_assert!(!errors.is_empty()),
        }
    }
}
