//! What the shop can do: the list of its routes, which everybody may read.

use super::{asked::Asked, reply::Reply};
use crate::channels::woocommerce::store::Store;
use serde_json::{Map, Value, json};

const BOTH: &[&str] = &["GET", "POST"];
const ONE: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE"];
const BATCH: &[&str] = &["POST", "PUT", "PATCH"];

const ROUTES: [(&str, &[&str]); 15] = [
    ("/wc/v3", &["GET"]),
    ("/wc/v3/orders", BOTH),
    ("/wc/v3/orders/(?P<id>[\\d]+)", ONE),
    ("/wc/v3/orders/(?P<order_id>[\\d]+)/notes", BOTH),
    ("/wc/v3/orders/(?P<order_id>[\\d]+)/notes/(?P<id>[\\d]+)", &["GET", "DELETE"]),
    ("/wc/v3/orders/(?P<order_id>[\\d]+)/refunds", BOTH),
    ("/wc/v3/orders/(?P<order_id>[\\d]+)/refunds/(?P<id>[\\d]+)", &["GET", "DELETE"]),
    ("/wc/v3/products", BOTH),
    ("/wc/v3/products/(?P<id>[\\d]+)", ONE),
    ("/wc/v3/products/batch", BATCH),
    ("/wc/v3/products/(?P<product_id>[\\d]+)/variations", BOTH),
    ("/wc/v3/products/(?P<product_id>[\\d]+)/variations/(?P<id>[\\d]+)", ONE),
    ("/wc/v3/products/(?P<product_id>[\\d]+)/variations/batch", BATCH),
    ("/wc/v3/webhooks", BOTH),
    ("/wc/v3/webhooks/(?P<id>[\\d]+)", ONE),
];
/// Those that are there only with the feature flag.
const FULFILLMENTS: [(&str, &[&str]); 2] = [
    ("/wc/v3/orders/(?P<order_id>[\\d]+)/fulfillments", BOTH),
    ("/wc/v3/orders/(?P<order_id>[\\d]+)/fulfillments/(?P<fulfillment_id>[\\d]+)", ONE),
];

/// The index, if that is asked for.
pub(super) fn answer(store: &Store, asked: &Asked) -> Option<Reply> {
    if asked.method != "GET" {
        return None;
    }
    let (has_fulfillments, zone) =
        store.read(|known, _| (known.settings.fulfillments, known.settings.time_zone.clone()));
    let more = FULFILLMENTS.iter().filter(|_| has_fulfillments);
    let route = |(route, methods): &(&str, &[&str])| {
        let about = json!({ "namespace": "wc/v3", "methods": methods, "endpoints": [{ "methods": methods }] });
        ((*route).to_owned(), about)
    };
    let routes: Map<String, Value> = ROUTES.iter().chain(more).map(route).collect();
    match asked.path.as_str() {
        "/wp-json" => Some(Reply::ok(json!({
            "name": "Demo shop", "description": "", "url": store.url, "home": store.url, "timezone_string": zone,
            "namespaces": ["oembed/1.0", "wc/v1", "wc/v2", "wc/v3", "wc/store/v1", "wp/v2"], "authentication": {},
            "routes": routes,
        }))),
        "/wp-json/wc/v3" => Some(Reply::ok(json!({ "namespace": "wc/v3", "routes": routes }))),
        _ => None,
    }
}
