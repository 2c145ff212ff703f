//! The same requests as a real shop was asked (WooCommerce 11.0.1), and what it answered then.

use super::*;
use std::path::Path;

fn recorded(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/payloads").join(name);
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// Without what is another one in each shop: ids, moments, keys and addresses.
fn comparable(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let is_own = |name: &str| {
                name == "id"
                    || name.starts_with("date_")
                    || ["_links", "order_key", "payment_url", "version"].contains(&name)
            };
            fields
                .into_iter()
                .filter(|(name, _)| !is_own(name))
                .map(|(name, value)| (name, comparable(value)))
                .collect()
        }
        Value::Array(all) => all.into_iter().map(comparable).collect(),
        other => other,
    }
}

/// Each field's name, however deep, of objects and of the first element of lists.
fn names(value: &Value, path: &str, all: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                all.push(format!("{path}.{name}"));
                names(value, &format!("{path}.{name}"), all);
            }
        }
        Value::Array(elements) => elements.iter().take(1).for_each(|element| names(element, &format!("{path}[]"), all)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn shape(value: &Value) -> Vec<String> {
    let mut all = Vec::new();
    names(value, "", &mut all);
    all.sort();
    all
}

fn ada() -> Value {
    json!({
        "first_name": "Ada", "last_name": "Lovelace", "address_1": "Mannerheimintie 1", "address_2": "A 5",
        "city": "Helsinki", "postcode": "00100", "country": "FI", "phone": "+358401234567",
    })
}

/// The recorded order: two products, one of them a variation, a coupon, a fee, and cash on delivery.
async fn order(bench: &Bench) -> Answered {
    let mut billing = ada();
    billing["email"] = json!("ada@example.com");
    let wanted = json!({
        "payment_method": "cod", "payment_method_title": "Cash on delivery", "set_paid": true, "transaction_id": "txn_1",
        "customer_note": "Leave at the door", "billing": billing, "shipping": ada(),
        "line_items": [{ "product_id": 10, "quantity": 3 }, { "product_id": 11, "variation_id": 13, "quantity": 1 }],
        "shipping_lines": [{ "method_id": "flat_rate", "method_title": "Flat rate", "total": "4.90" }],
        "fee_lines": [{ "name": "Gift wrap", "total": "2.00", "tax_status": "taxable" }],
        "coupon_lines": [{ "code": "tenoff" }], "meta_data": [{ "key": "_gift", "value": "1" }],
    });
    bench.post("orders", wanted).await
}

#[tokio::test]
async fn an_order_comes_to_what_the_real_shop_made_of_it() {
    let bench = Bench::new();
    let made = order(&bench).await;
    assert_eq!((made.status, &made.body["status"]), (201, &json!("completed")), "{}", made.text);
    let mut expected = recorded("woocommerce-order-v11-tax-included-coupon-fee-variation.json");
    let mut made = made.body;
    // The real shop's own plugins have noted something, too.
    expected["meta_data"].as_array_mut().unwrap().retain(|meta| meta["key"] == "_gift");
    assert_eq!(shape(&made), shape(&expected));
    (expected["number"], made["number"]) = (Value::Null, Value::Null);
    // The coupon's own id is in a text.
    assert_eq!(comparable(made), comparable(expected));
}

#[tokio::test]
async fn times_are_told_twice_without_their_zones() {
    let bench = Bench::new();
    let made = order(&bench).await.body;
    assert_eq!(made["date_created"], "2026-11-27T13:43:44", "in Helsinki");
    assert_eq!(made["date_created_gmt"], "2026-11-27T11:43:44");
    assert_eq!(bench.get("orders").await.body[0]["date_paid_gmt"], "2026-11-27T11:43:44");
}

#[tokio::test]
async fn a_refund_of_a_part_is_what_the_real_shop_answered() {
    let bench = Bench::new();
    let made = order(&bench).await.body;
    let (id, line) = (made["id"].as_u64().unwrap(), &made["line_items"][0]["id"]);
    let tax = json!([{ "id": 1, "refund_total": 2.65 }]);
    let wanted = json!({
        "amount": "13.05", "reason": "one back", "api_refund": false,
        "line_items": [{ "id": line, "quantity": 1, "refund_total": 10.40, "refund_tax": tax }],
    });
    let refunded = bench.post(&format!("orders/{id}/refunds"), wanted).await;
    assert_eq!(refunded.status, 201, "{}", refunded.text);
    let mut expected = comparable(recorded("woocommerce-v11-refund-response.json"));
    let (value, shown) = (line.to_string(), &mut expected["line_items"][0]["meta_data"][0]);
    (shown["value"], shown["display_value"]) = (json!(value), json!(value));
    assert_eq!(comparable(refunded.body), expected);
    let after = bench.get(&format!("orders/{id}")).await.body;
    assert_eq!((&after["status"], &after["total"]), (&json!("completed"), &json!("65.81")), "it stays as it is");
    let told = comparable(after["refunds"].clone());
    assert_eq!(told, json!([{ "reason": "one back", "total": "-13.05", "total_tax": "-2.65" }]));
    let noted = comparable(after["line_items"][0]["meta_data"].clone());
    assert_eq!((&noted[0]["key"], &noted[0]["value"]), (&json!("_reduced_stock"), &json!("2")));
    assert_eq!((&noted[1]["key"], &noted[1]["value"]), (&json!("_restock_refunded_items"), &json!("1")));
    let listed = bench.get(&format!("orders/{id}/refunds")).await.body;
    assert_eq!(listed[0]["line_items"][0]["quantity"], -1);
}

#[tokio::test]
async fn products_have_the_shape_of_the_real_shop_s() {
    let bench = Bench::new();
    for (path, file) in [
        ("products/10", "woocommerce-v11-product-simple.json"),
        ("products/11", "woocommerce-v11-product-variable.json"),
        ("products/11/variations/13", "woocommerce-v11-variation.json"),
    ] {
        let (shown, mut expected) = (bench.get(path).await.body, recorded(file));
        assert_eq!(shape(&shown), shape(&expected), "{path}");
        // What was sold there, and what else there is.
        let mut shown = shown;
        for own in ["stock_quantity", "total_sales", "related_ids"] {
            expected.as_object_mut().unwrap().remove(own);
            shown.as_object_mut().unwrap().remove(own);
        }
        assert_eq!(comparable(shown), comparable(expected), "{path}");
    }
}

#[tokio::test]
async fn a_batch_says_of_each_item_what_became_of_it() {
    let bench = Bench::new();
    let wanted = json!({ "update": [{ "id": 13, "stock_quantity": 3 }, { "id": 10, "stock_quantity": 47 }] });
    let answered = bench.post("products/batch", wanted).await;
    let expected = recorded("woocommerce-v11-products-batch-mixed-result.json");
    assert_eq!(answered.status, 200);
    assert_eq!(answered.body["update"][0], expected["update"][0]);
    let done = &answered.body["update"][1];
    assert_eq!((&done["id"], &done["stock_quantity"]), (&json!(10), &json!(47)));
    assert_eq!(bench.shop().stock("SHIRT-M"), Some(7), "variations have a batch of their own");
    let wanted = json!({ "update": [{ "id": 13, "stock_quantity": 3 }, { "id": 10, "stock_quantity": 1 }] });
    let answered = bench.post("products/11/variations/batch", wanted).await;
    assert_eq!(answered.body["update"][0]["stock_quantity"], 3);
    assert_eq!(answered.body["update"][1]["error"]["code"], "woocommerce_rest_product_variation_invalid_id");
    let many: Vec<Value> = (0..101).map(|_| json!({ "id": 10 })).collect();
    let answered = bench.post("products/batch", json!({ "update": many })).await;
    let code = "woocommerce_rest_request_entity_too_large";
    assert_eq!((answered.status, &answered.body["code"]), (413, &json!(code)));
}

#[tokio::test]
async fn a_parcel_is_noted_as_the_real_shop_noted_it() {
    let bench = Bench::new();
    let id = bench.buy("MUG-BLUE", 2);
    let line = bench.shop().order(id).unwrap()["line_items"][0]["id"].clone();
    let path = format!("orders/{id}/fulfillments");
    let wanted = json!({
        "status": "fulfilled", "is_fulfilled": true,
        "meta_data": [
            { "key": "_items", "value": [{ "item_id": line, "qty": 5 }] },
            { "key": "_tracking_number", "value": "00340434161094042557" },
            { "key": "_shipment_provider", "value": "dhl" },
            { "key": "_tracking_url", "value": "https://example.com/t/00340434161094042557" },
        ],
    });
    let code = |answered: &Answered| answered.body["code"].clone();
    let off = bench.post(&path, wanted.clone()).await;
    assert_eq!((off.status, code(&off)), (404, json!("rest_no_route")), "the feature is off");
    bench.shop().change_settings(|settings| settings.fulfillments = true);
    let made = bench.post(&format!("{path}?notify_customer=true"), wanted).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let expected = recorded("woocommerce-v11-fulfillment-response.json");
    assert_eq!(shape(&made.body), shape(&expected));
    assert_eq!(
        made.body["meta_data"][4],
        json!({ "id": 6, "key": "_date_fulfilled", "value": "2026-11-27T11:43:44Z" })
    );
    assert_eq!(made.body["entity_id"], id.to_string());
    let parcels = bench.shop().parcels(id);
    assert_eq!((parcels[0].items[0].1, parcels[0].notified), (5, true), "nobody compares it with what was bought");
    assert_eq!(bench.shop().order(id).unwrap()["status"], "processing", "the status stays");
    assert_eq!(bench.get(&path).await.body[0]["id"], made.body["id"]);
    let nothing = bench.post(&path, json!({ "meta_data": [] })).await;
    assert_eq!(nothing.status, 400);
}
