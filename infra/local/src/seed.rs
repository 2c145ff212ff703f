//! Seeds a small demo shop: a channel and its seller, two locations, a few products with their stock, and API keys.

use crate::{
    client::{Client, ClientError},
    files::{self, KeepError},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::path::Path;

/// The demo shop's only channel.
pub const CHANNEL: &str = "web";
/// Who sells there, and issues the invoices.
pub const SELLER: &str = "demo";
/// The location with most of the stock. It has a warehouse system that is notified by webhook.
pub const MAIN: &str = "main";
/// A store in town, with a lower priority than the warehouse.
pub const STORE: &str = "store";

const FILE: &str = "shop.json";

/// A product of the demo shop.
#[derive(Debug, Clone, Copy)]
pub struct Product {
    pub sku: &'static str,
    pub title: &'static str,
    /// In cents of a euro, tax included.
    pub price: i64,
    pub weight_g: u32,
    /// Its bin at [`MAIN`].
    pub bin: &'static str,
    /// Units at [`MAIN`] and at [`STORE`].
    pub stock: [i64; 2],
    /// Whether it may be sold before it is in stock.
    pub backorder: bool,
}

/// The shop's products.
pub const PRODUCTS: [Product; 6] = [
    product("MUG-BLUE", "Enamel mug, blue", 1450, 320, "A-02-1", [120, 12]),
    product("TEA-EARLGREY", "Earl Grey, loose leaf, 250 g", 1190, 280, "A-01-3", [80, 20]),
    product("POT-CAST", "Cast-iron teapot, 0.8 l", 5900, 1_900, "C-04-2", [9, 0]),
    product("TIN-SMALL", "Tea tin, small", 790, 110, "B-03-4", [200, 40]),
    // One unit each, to try two customers competing for it.
    product("CUP-KINTSUGI", "Tea bowl, repaired with gold, one of a kind", 14_800, 410, "D-01-1", [1, 0]),
    Product { backorder: true, ..product("WHISK-BAMBOO", "Bamboo whisk, hand made", 2400, 40, "B-01-2", [3, 0]) },
];

const fn product(
    sku: &'static str,
    title: &'static str,
    price: i64,
    weight_g: u32,
    bin: &'static str,
    stock: [i64; 2],
) -> Product {
    Product { sku, title, price, weight_g, bin, stock, backorder: false }
}

/// The seeded shop's API keys. The API shows a key once, so they are kept in the data directory.
#[derive(Clone, Serialize, Deserialize)]
pub struct Shop {
    /// Places and reads orders of [`CHANNEL`].
    pub storefront_key: String,
    pub warehouse_key: String,
    /// May refund 50.00 EUR of an order. Absent in a shop that an earlier version made.
    #[serde(default)]
    pub service_key: String,
}

/// Why the demo shop could not be made.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    #[error("cannot seed the demo shop: {0}")]
    Api(#[from] ClientError),
    #[error("cannot seed the demo shop: the API made a key without showing it")]
    NoKey,
    #[error(transparent)]
    File(#[from] KeepError),
}

/// Makes the shop, unless `data_dir` says that it exists: later changes by people stay. Only the address of the
/// warehouse's webhook is updated, because it moves with the ports.
pub async fn seed(operator: &Client, warehouse_url: &str, data_dir: Option<&Path>) -> Result<Shop, SeedError> {
    let path = data_dir.map(|directory| directory.join(FILE));
    let known: Option<Shop> = path.as_deref().map(files::read_json).transpose()?.flatten();
    if let Some(mut shop) = known {
        follow_webhook(operator, warehouse_url).await?;
        if shop.service_key.is_empty() {
            shop.service_key = service_key(operator).await?;
            keep(path.as_deref(), &shop)?;
        }
        return Ok(shop);
    }
    let address = json!({
        "name": "Orderly Demo Shop", "line1": "Lange Straße 1", "postal_code": "10115", "city": "Berlin", "country": "DE",
    });
    let seller = json!({ "address": address, "vat_id": "DE123456789", "prefix": "RE-", "email": "shop@example.com" });
    operator.put(&format!("/sellers/{SELLER}"), &seller).await?;
    operator.put(&format!("/channels/{CHANNEL}"), &json!({ "name": "Web shop", "seller": SELLER })).await?;
    let berlin = json!({ "time_zone": "Europe/Berlin", "calendar": "DE-BE" });
    let main = json!({
        "name": "Warehouse", "priority": 1, "schedule": berlin, "address": address, "webhook_url": warehouse_url,
    });
    operator.put(&format!("/locations/{MAIN}"), &main).await?;
    let store = json!({ "name": "Store in town", "priority": 2, "schedule": berlin });
    operator.put(&format!("/locations/{STORE}"), &store).await?;
    for product in &PRODUCTS {
        stock(operator, product).await?;
    }
    let shop = Shop {
        storefront_key: key(operator, json!({ "name": "web shop", "role": "storefront", "channel": CHANNEL })).await?,
        warehouse_key: key(operator, json!({ "name": "warehouse", "role": "warehouse" })).await?,
        service_key: service_key(operator).await?,
    };
    keep(path.as_deref(), &shop)?;
    Ok(shop)
}

fn keep(path: Option<&Path>, shop: &Shop) -> Result<(), KeepError> {
    path.map_or(Ok(()), |path| files::write_json(path, shop))
}

async fn service_key(operator: &Client) -> Result<String, SeedError> {
    let limit = json!({ "EUR": 5_000 });
    key(operator, json!({ "name": "customer service", "role": "customer_service", "refund_limit": limit })).await
}

async fn stock(operator: &Client, product: &Product) -> Result<(), ClientError> {
    let Product { sku, title, weight_g, bin, backorder, .. } = product;
    let master = json!({ "title": title, "weight_g": weight_g, "bins": { MAIN: bin, STORE: "shelf" } });
    operator.put(&format!("/products/{sku}"), &master).await?;
    for (location, on_hand) in [MAIN, STORE].into_iter().zip(product.stock) {
        let backorder = *backorder && location == MAIN;
        let count = json!({
            "sku": sku, "location": location, "on_hand": on_hand, "backorder": backorder, "reason": "demo shop",
        });
        operator.put("/stock", &count).await?;
    }
    Ok(())
}

async fn key(operator: &Client, wanted: Value) -> Result<String, SeedError> {
    let made = operator.post("/keys", &wanted).await?;
    made["key"].as_str().map(str::to_owned).ok_or(SeedError::NoKey)
}

async fn follow_webhook(operator: &Client, warehouse_url: &str) -> Result<(), ClientError> {
    let locations = operator.get("/locations").await?;
    let main = locations["locations"].as_array().into_iter().flatten().find(|location| location["id"] == MAIN);
    let Some(mut main) = main.cloned() else { return Ok(()) };
    let is_ours = main["webhook_url"].as_str().is_some_and(|url| url.starts_with("http://127.0.0.1:"));
    if is_ours && main["webhook_url"] != warehouse_url {
        main["webhook_url"] = warehouse_url.into();
        if let Some(fields) = main.as_object_mut() {
            fields.remove("id"); // the path holds it
            fields.remove("changed"); // Orderly writes it
        }
        operator.put(&format!("/locations/{MAIN}"), &main).await?;
    }
    Ok(())
}
