//! The beginning of an order's life, by a client that openapi-generator has generated of docs/openapi.json for Rust: an order
//! is placed, refused, paid, picked, listed, refunded, and read. `.ci/clients` runs it:
//!
//!     life API PAYMENT_PROVIDER STOREFRONT_KEY WAREHOUSE_KEY OPERATOR_KEY

use orderly::{
    apis::{
        Error,
        configuration::Configuration,
        operations_api::{list_attention, list_keys, list_unmatched_payments},
        orders_api::{list_orders, place_order, read_order, refund_order, search_orders},
        stock_api::read_stock,
        warehouse_api::{list_fulfillments, start_picking},
    },
    models::{Allocation, FindOrders, OrderAnswer, OrderView, PlaceOrder, Problem, Refund, RefundOrder},
};
use serde::Serialize;
use serde_json::{Value, json};
use std::{env, fs, time::Duration};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [api, provider, storefront, warehouse, operator] = arguments.as_slice() else { panic!("see above") };
    let client = |key: Option<&String>| Configuration {
        base_path: api.clone(),
        bearer_access_token: key.cloned(),
        ..Configuration::new()
    };
    let (storefront, warehouse, operator) = (client(Some(storefront)), client(Some(warehouse)), client(Some(operator)));

    let placed = place_order(&storefront, order("rs-1", 2), None).await.unwrap();
    assert_eq!(place_order(&storefront, order("rs-1", 2), None).await.unwrap().id, placed.id);

    // Every kind of refusal is of its status, and a problem.
    let other = place_order(&storefront, order("rs-1", 1), None).await.unwrap_err();
    is_problem(told(other, 409), "reference-reused");
    let wrong = place_order(&storefront, order("rs-2", 0), None).await.unwrap_err();
    let wrong = told(wrong, 422);
    assert!(wrong.errors.as_ref().unwrap().iter().any(|error| error.field == "lines[0].quantity"), "{wrong:?}");
    is_problem(wrong, "invalid");
    let missing = read_order(&storefront, &format!("ord_{}", "a".repeat(26))).await.unwrap_err();
    is_problem(told(missing, 404), "not-found");
    let keys = list_keys(&storefront).await.unwrap_err();
    is_problem(told(keys, 403), "forbidden");
    let nobody = list_keys(&client(None)).await.unwrap_err();
    let nobody = told(nobody, 401);
    assert_eq!(nobody.message.as_deref(), Some("Unauthorized"));

    let paid = json!({ "order_id": placed.id, "amount": 3390, "currency": "EUR" });
    let paid = operator.client.post(format!("{provider}/pay")).json(&paid).send().await.unwrap();
    assert!(paid.status().is_success());
    let view = until(&operator, &placed.id, |now| !now.fulfillment_details.is_empty()).await;
    assert_eq!(view.captured, 3390);
    assert!(matches!(view.stock.as_slice(), [Allocation::AllocationDispatched(_)]), "{:?}", view.stock);

    let work = list_fulfillments(&warehouse, "main", None, None, None).await.unwrap();
    assert!(work.fulfillments.iter().any(|part| part.order == placed.id));
    start_picking(&warehouse, &placed.id, "01").await.unwrap();
    let unknown = start_picking(&warehouse, &placed.id, "02").await.unwrap_err();
    is_problem(told(unknown, 404), "not-found");

    let stain = RefundOrder { amount: Some(Some(500)), ..RefundOrder::new("a stain".to_owned()) };
    refund_order(&operator, &placed.id, "rs-stain", stain).await.unwrap();
    let above = RefundOrder { amount: Some(Some(9_999)), ..RefundOrder::new("all".to_owned()) };
    let above = refund_order(&operator, &placed.id, "rs-all", above).await.unwrap_err();
    is_problem(told(above, 409), "more-than-left");
    // The provider tells how much has gone back before it tells of which refund.
    let succeeded = |refund: &Refund| matches!(refund, Refund::RefundSucceeded(_));
    until(&operator, &placed.id, |now| now.refunded == 500 && now.refunds.values().all(succeeded)).await;

    let (mut seen, mut cursor) = (Vec::new(), None);
    loop {
        let page = list_orders(&operator, None, None, None, None, Some(1), cursor.as_deref()).await.unwrap();
        seen.extend(page.orders.into_iter().map(id_of));
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert!(seen.contains(&placed.id), "{seen:?}");
    let by: FindOrders = serde_json::from_value(json!({ "by": "email", "value": "ada@example.com" })).unwrap();
    assert!(!search_orders(&operator, by).await.unwrap().orders.is_empty());
    read_stock(&storefront, "MUG-BLUE").await.unwrap();
    list_attention(&operator, None, None, None).await.unwrap();
    list_unmatched_payments(&operator).await.unwrap();
    list_keys(&operator).await.unwrap();
    println!("   placed, refused, paid, begun, refunded, listed: by the generated types alone");
}

fn order(reference: &str, quantity: i64) -> PlaceOrder {
    let mut order: Value = serde_json::from_str(&fs::read_to_string(".ci/order.json").unwrap()).unwrap();
    let (unit, shipping) = (&order["lines"][0]["unit_price"], &order["shipping"]["price"]);
    let total = quantity * unit.as_i64().unwrap() + shipping.as_i64().unwrap();
    order["reference"] = reference.into();
    order["lines"][0]["quantity"] = quantity.into();
    order["total"] = total.into();
    serde_json::from_value(order).unwrap()
}

/// The problem of a refusal, which has this status. The generated error types try one status after the other, and all of them
/// hold a problem.
fn told<E: Serialize + std::fmt::Debug>(error: Error<E>, status: u16) -> Problem {
    let Error::ResponseError(answer) = error else { panic!("{error:?}") };
    assert_eq!(answer.status.as_u16(), status, "{}", answer.content);
    serde_json::from_value(serde_json::to_value(answer.entity).unwrap()).unwrap()
}

fn is_problem(problem: Problem, name: &str) {
    assert_eq!(problem.r#type, Some(format!("urn:orderly:problem:{name}")));
    assert!(problem.status.is_some() && problem.title.is_some() && problem.detail.is_some(), "{problem:?}");
}

fn id_of(listed: impl Serialize) -> String {
    serde_json::to_value(listed).unwrap()["id"].as_str().unwrap_or_default().to_owned()
}

async fn until(operator: &Configuration, id: &str, is_there: impl Fn(&OrderView) -> bool) -> OrderView {
    for _ in 0..300 {
        let OrderAnswer::OrderView(now) = read_order(operator, id).await.unwrap() else {
            panic!("an operator sees all")
        };
        if is_there(&now) {
            return *now;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{id} does not come on")
}
