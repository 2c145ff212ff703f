//! The measured shop: a channel, a warehouse, products; and its ordinary orders.

use crate::error::BenchError;
use orderly_local::client::Client;
use serde_json::{Value, json};

pub const CHANNEL: &str = "web";
pub const LOCATION: &str = "main";
/// Out of stock at first, but sold nevertheless.
pub const BACKORDERED: &str = "SKU-BACKORDERED";
/// More than any run sells, so it never runs out.
const PLENTY: u64 = 100_000_000;
const SHIPPING: i64 = 490;

/// The API keys of the shop.
pub struct Keys {
    pub storefront: String,
    pub warehouse: String,
}

/// Makes the shop. `webhook` is the address of the warehouse's system.
pub async fn open(operator: &Client, skus: usize, webhook: Option<&str>) -> Result<Keys, BenchError> {
    operator.put(&format!("/channels/{CHANNEL}"), &json!({ "name": "Web shop" })).await?;
    let mut location = json!({ "name": "Warehouse", "priority": 1, "schedule": { "time_zone": "Europe/Berlin" } });
    if let Some(webhook) = webhook {
        location["webhook_url"] = webhook.into();
    }
    operator.put(&format!("/locations/{LOCATION}"), &location).await?;
    for number in 0..skus {
        product(operator, &sku(number), PLENTY, false).await?;
    }
    product(operator, BACKORDERED, 0, true).await?;
    let storefront = json!({ "name": "web shop", "role": "storefront", "channel": CHANNEL });
    Ok(Keys {
        storefront: key(operator, &storefront).await?,
        warehouse: key(operator, &json!({ "name": "warehouse", "role": "warehouse" })).await?,
    })
}

/// A product with its stock.
pub async fn product(operator: &Client, sku: &str, on_hand: u64, backorder: bool) -> Result<(), BenchError> {
    let master = json!({ "title": title(sku), "weight_g": 320, "bins": { LOCATION: "A-02-1" } });
    operator.put(&format!("/products/{sku}"), &master).await?;
    let count = json!({
        "sku": sku, "location": LOCATION, "on_hand": on_hand, "backorder": backorder, "reason": "benchmark",
    });
    operator.put("/stock", &count).await?;
    Ok(())
}

async fn key(operator: &Client, wanted: &Value) -> Result<String, BenchError> {
    let made = operator.post("/keys", wanted).await?;
    made["key"]
        .as_str()
        .map(str::to_owned)
        .ok_or_else(|| BenchError::Odd("a key is made without showing it".to_owned()))
}

/// The name of the n-th product.
pub fn sku(number: usize) -> String {
    format!("SKU-{number:05}")
}

fn title(sku: &str) -> String {
    format!("Enamel mug, blue, {sku}")
}

/// An order as a customer in Germany would place it: SKUs and quantities.
pub fn order(reference: &str, lines: &[(String, i64)]) -> Value {
    const PRICE: i64 = 1450;
    let line = |(sku, quantity): &(String, i64)| {
        let tax = (PRICE * quantity * 19 + 59) / 119;
        json!({ "sku": sku, "title": title(sku), "quantity": quantity, "unit_price": PRICE, "tax": tax })
    };
    let goods: i64 = lines.iter().map(|(_, quantity)| PRICE * quantity).sum();
    json!({
        "reference": reference,
        "currency": "EUR",
        "customer": {
            "name": "Wilhelmina Quarrington", "email": "wilhelmina.q@example.net", "phone": "+49 30 5550199",
        },
        "shipping_address": {
            "name": "Wilhelmina Quarrington", "line1": "Lindenallee 47b", "city": "Bad Freienwalde",
            "postal_code": "16259", "country": "DE",
        },
        "lines": lines.iter().map(line).collect::<Vec<_>>(),
        "shipping": { "method": "Standard", "price": SHIPPING, "tax": 78 },
        "tax_included": true,
        "total": goods + SHIPPING,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_add_up() {
        let order = order("1", &[(sku(3), 2), (sku(7), 1)]);
        let lines = order["lines"].as_array().map(Vec::as_slice).unwrap_or_default();
        assert_eq!(lines.len(), 2);
        let goods: i64 = lines
            .iter()
            .map(|line| line["quantity"].as_i64().unwrap_or_default() * line["unit_price"].as_i64().unwrap_or_default())
            .sum();
        assert_eq!(order["total"], goods + 490);
        assert_eq!((&lines[0]["sku"], &lines[0]["quantity"]), (&json!("SKU-00003"), &json!(2)));
    }
}
