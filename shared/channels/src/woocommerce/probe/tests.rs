use crate::{
    Probe, Shop,
    testing::{Calls, Reply, Seen, asked, error, json, page, payload, shop, shop_at, shop_saying, text},
};
use serde_json::{Value, json as value};

/// A shop where everything is as it should be.
fn healthy(seen: &Seen) -> Reply {
    match seen.what().as_str() {
        "GET /orders" | "GET /products" | "GET /webhooks" => page(&[], 1),
        "GET /orders/0/fulfillments" => error(404, "woocommerce_rest_order_invalid_id"),
        "POST /orders/0/notes" => error(400, "rest_missing_callback_param"),
        "PUT /products/0" => error(400, "woocommerce_rest_product_invalid_id"),
        "DELETE /products/0" => error(404, "woocommerce_rest_product_invalid_id"),
        "GET /system_status" => json(&value!({
            "environment": {"version": "11.0.1", "wp_version": "7.1"}, "settings": {"currency": "EUR", "number_of_decimals": 2},
        })),
        "GET /settings/products/woocommerce_manage_stock" => {
            json(&value!({"id": "woocommerce_manage_stock", "value": "yes"}))
        }
        other => panic!("{other}"),
    }
}

/// The same with another answer to one request.
async fn but(what: &'static str, reply: Reply) -> (Shop, Calls) {
    shop(move |seen| if seen.what() == what { reply.clone() } else { healthy(seen) }).await
}

/// What is wrong, and whether it is in the way of connecting.
fn faults(probe: &Probe) -> Vec<(&str, &str, bool)> {
    let fault =
        probe.findings.iter().filter_map(|found| Some((found.what.as_str(), found.fault.as_deref()?, found.is_needed)));
    fault.filter(|(what, ..)| *what != "an encrypted connection").collect()
}

#[tokio::test]
async fn a_shop_where_everything_works_has_no_faults_but_that_it_is_at_hand() {
    let (shop, calls) = shop(healthy).await;
    let probe = shop.probe().await;
    assert_eq!(faults(&probe), []);
    let what: Vec<&str> = probe.findings.iter().map(|found| found.what.as_str()).collect();
    let all = [
        "an encrypted connection",
        "reading orders",
        "POST: notes and webhooks",
        "PUT: stock and completed orders",
        "DELETE: nothing that Orderly does",
        "reading products",
        "reading webhooks",
        "WooCommerce 11.0.1 on WordPress 7.1",
        "the currency EUR",
        "counting stock",
        "fulfillments",
    ];
    assert_eq!(what, all);
    assert!(probe.findings[0].fault.as_ref().unwrap().contains("plain HTTP") && !probe.findings[0].is_needed);
    assert!(
        asked(&calls).iter().filter(|what| !what.starts_with("GET")).all(|what| what.contains("/0")),
        "nothing is changed"
    );
}

#[tokio::test]
async fn what_does_not_work_says_what_to_do() {
    let status = |version: &str, currency: &str, decimals: Value| {
        json(
            &value!({"environment": {"version": version}, "settings": {"currency": currency, "number_of_decimals": decimals}}),
        )
    };
    for (what, reply, found, part, is_needed) in [
        (
            "POST /orders/0/notes",
            error(401, "woocommerce_rest_authentication_error"),
            "POST: notes and webhooks",
            "the key needs Read/Write",
            true,
        ),
        (
            "PUT /products/0",
            text(405, "<html>Not Allowed</html>"),
            "PUT: stock and completed orders",
            "has to let PUT pass",
            true,
        ),
        (
            "PUT /products/0",
            text(403, "<html>Forbidden</html>"),
            "PUT: stock and completed orders",
            "the key needs Read/Write",
            true,
        ),
        ("PUT /products/0", error(404, "rest_no_route"), "PUT: stock and completed orders", "404 rest_no_route", true),
        ("PUT /products/0", error(405, "x"), "PUT: stock and completed orders", "405 x", true),
        ("DELETE /products/0", text(501, ""), "DELETE: nothing that Orderly does", "has to let DELETE pass", false),
        ("GET /products", error(403, "rest_forbidden"), "reading products", "403 rest_forbidden", true),
        ("GET /webhooks", error(401, "woocommerce_rest_cannot_view"), "reading webhooks", "shop manager", false),
        (
            "GET /system_status",
            error(401, "woocommerce_rest_cannot_view"),
            "versions and currency",
            "shop manager",
            false,
        ),
        ("GET /system_status", status("5.7.2", "EUR", value!(2)), "WooCommerce 5.7.2", "5.8 is the first", true),
        ("GET /system_status", status("", "EUR", value!(2)), "WooCommerce ", "cannot be read", true),
        ("GET /system_status", status("10.0", "XYZ", value!(2)), "the currency XYZ", "does not know", true),
        (
            "GET /system_status",
            status("10.0", "JPY", value!(2)),
            "the currency JPY",
            "with 2 decimals, and JPY has 0",
            false,
        ),
        ("GET /system_status", status("10.0", "EUR", value!("4")), "the currency EUR", "with 4 decimals", false),
        (
            "GET /settings/products/woocommerce_manage_stock",
            json(&value!({"value": "no"})),
            "counting stock",
            "Enable stock management",
            false,
        ),
        (
            "GET /settings/products/woocommerce_manage_stock",
            error(404, "rest_setting_setting_invalid"),
            "counting stock",
            "404",
            false,
        ),
        ("GET /orders/0/fulfillments", error(404, "rest_no_route"), "fulfillments", "by a note", false),
    ] {
        let probe = but(what, reply).await.0.probe().await;
        match faults(&probe)[..] {
            [(named, fault, needed)] => {
                assert_eq!((named, needed), (found, is_needed));
                assert!(fault.contains(part) && !fault.contains("Sorry"), "{fault}");
            }
            ref other => panic!("{what}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn enough_decimals_are_no_fault() {
    for (currency, decimals) in [("KWD", 2), ("EUR", 0), ("JPY", 0)] {
        let status = value!({"environment": {"version": "9.1"}, "settings": {"currency": currency, "number_of_decimals": decimals}});
        assert_eq!(faults(&but("GET /system_status", json(&status)).await.0.probe().await), []);
    }
}

#[tokio::test]
async fn where_nothing_can_be_read_nothing_else_is_tried() {
    for (reply, part) in [
        (error(401, "woocommerce_rest_cannot_view"), "HTTP_AUTHORIZATION"),
        (error(404, "rest_no_route"), "no WooCommerce"),
        (text(503, "<html>"), "maintenance is in the way"),
        (text(200, "<br />\n<b>Warning</b>: x"), "WP_DEBUG_DISPLAY"),
        (text(500, ""), "500 with nothing"),
    ] {
        let probe = shop_saying(reply).await.probe().await;
        let faults = faults(&probe);
        assert_eq!((probe.findings.len(), faults.len()), (2, 1));
        assert!(faults[0].1.contains(part) && faults[0].2, "{faults:?}");
    }
    assert!(faults(&shop_at("http://127.0.0.1:1").probe().await)[0].2);
}

#[tokio::test]
async fn plain_permalinks_are_found_out() {
    let plain = |seen: &Seen| match seen.asks("rest_route") {
        Some("/wc/v3/orders") => page(&[serde_json::from_str(payload!("woocommerce-order-created")).unwrap()], 1),
        Some(other) => panic!("{other}"),
        None => text(404, "<html>Nothing found</html>"),
    };
    let (shop, calls) = shop(plain).await;
    let probe = shop.probe().await;
    assert_eq!(faults(&probe).len(), 1);
    assert!(faults(&probe)[0].1.contains("Settings, Permalinks"), "{probe:?}");
    assert_eq!(asked(&calls), ["GET /orders", "GET /"]);
}
