use super::*;
use crate::testing::{
    Reply, Seen, asked, credentials, error, json, now, outside, page, payload, shop, shop_at, shop_saying, text,
};
use serde_json::json as value;

/// What is said of an order that the shop answers so about.
async fn said(reply: Reply) -> String {
    outside(shop_saying(reply).await.order("41").await)
}

fn api(url: &str) -> Api {
    Api::new(&Aws::beside("http://127.0.0.1:1"), &Clock::new(now), url, credentials())
}

#[tokio::test]
async fn over_plain_http_a_request_is_signed_and_each_with_another_nonce() {
    let seen = |seen: &Seen| json(&value!({ "id": 41, "seen": seen.headers.get("authorization").is_some() }));
    let (shop, calls) = shop(seen).await;
    for _ in 0..2 {
        shop.order("41").await.unwrap_err();
    }
    assert_eq!(asked(&calls), ["GET /orders/41", "GET /orders/41"]);
    for seen in calls.lock().unwrap().iter() {
        assert!(seen.headers.get("authorization").is_none());
        assert_eq!(
            (seen.headers["user-agent"].as_bytes(), seen.headers["accept"].as_bytes()),
            (&b"Orderly"[..], &b"application/json"[..])
        );
        assert!(seen.query.is_empty());
    }
    let api = api("http://127.0.0.1:1");
    let one = || api.query(&Method::GET, "http://127.0.0.1:1/x", &[("page", "2")]).unwrap();
    let (first, second) = (one(), one());
    assert!(first.starts_with("page=2&oauth_consumer_key=ck_1&oauth_nonce="), "{first}");
    assert!(first.contains("&oauth_timestamp=1796040000&oauth_signature=") && !first.contains("cs_2"), "{first}");
    assert_ne!(first, second);
}

#[test]
fn over_tls_key_and_secret_are_sent_in_a_header() {
    let api = api("https://shop.example/");
    assert_eq!(api.basic(), "Basic Y2tfMTpjc18y");
    assert_eq!(api.query(&Method::GET, "https://shop.example/x", &[("sku", "A,B")]).unwrap(), "sku=A%2CB");
    assert!(!format!("{:?}", api.credentials).contains("cs_2"));
}

#[test]
fn the_address_of_a_shop_is_read_with_its_folder_and_without_a_slash_at_its_end() {
    for (url, base) in [
        ("https://shop.example", "https://shop.example"),
        ("https://shop.example/", "https://shop.example"),
        ("https://shop.example/de/", "https://shop.example/de"),
        ("https://shop.example/?lang=de", "https://shop.example"),
    ] {
        assert_eq!(api(url).url, base);
    }
}

#[tokio::test]
async fn what_is_no_json_may_be_otherwise_later_and_none_of_it_is_told() {
    let order = payload!("woocommerce-v11-hook-order.created.body");
    let warned = format!("<br />\n<b>Warning</b>:  foo() in /var/www/ada.php on line 3<br />\n{order}");
    for (status, body, part) in [
        (200, "<!DOCTYPE html><title>Ada Lovelace</title>", "200 with a web page instead of JSON"),
        (503, "<html>Briefly unavailable for scheduled maintenance.</html>", "503 with a web page"),
        (404, "<html>Not Found</html>", "404 with a web page"),
        (200, &warned, "set WP_DEBUG_DISPLAY to false"),
        (200, "", "with nothing"),
        (200, "0", "is not the order"),
        (200, &order[..200], "with no JSON"),
        (200, "Error establishing a database connection, Ada", "with no JSON"),
        (502, "", "502 with nothing"),
        (403, "<html>Ada, you are blocked</html>", "something before WooCommerce refuses"),
        (401, "", "something before WooCommerce refuses"),
    ] {
        let why = said(text(status, body)).await;
        assert!(why.contains(part), "{status} {body}: {why}");
        assert!(!why.contains("Ada") && !why.contains("Lovelace"), "{why}");
    }
}

#[tokio::test]
async fn what_stands_before_the_json_of_some_shops_does_not_matter() {
    for before in ["\u{feff}", "\n\n  ", "\r\n\u{feff}"] {
        let body = format!("{before}{}", payload!("woocommerce-v11-hook-order.created.body"));
        let body = body.replacen("\"id\":14", "\"id\":41", 1);
        assert_eq!(shop_saying(text(200, &body)).await.order("41").await.unwrap().unwrap().id, "41");
    }
}

#[tokio::test]
async fn errors_are_told_by_woocommerce_s_names_of_them_and_never_by_its_sentences() {
    for (reply, part) in [
        (
            error(401, "woocommerce_rest_authentication_error"),
            "look at the channel's key and secret in `ChannelSecrets`",
        ),
        (error(401, "woocommerce_rest_cannot_view"), "401 woocommerce_rest_cannot_view"),
        (error(403, "rest_forbidden"), "refuses the credentials of its channel (403 rest_forbidden)"),
        (error(429, "too_many_requests"), "the shop is busy (429 too_many_requests)"),
        (error(503, "maintenance"), "the shop fails (503 maintenance)"),
        (error(500, "internal_server_error"), "the shop fails (500 internal_server_error)"),
        (error(500, "woocommerce_rest_cannot_read"), "refuses the request: 500 woocommerce_rest_cannot_read"),
        (error(404, "rest_no_route"), "refuses the request: 404 rest_no_route"),
        (error(400, "rest_invalid_param"), "400 rest_invalid_param"),
        (error(400, "<b>Ada Lovelace</b>"), "400 bAdaLovelaceb"),
    ] {
        let why = said(reply).await;
        assert!(why.contains(part) && !why.contains("Sorry"), "{why}");
    }
}

#[tokio::test]
async fn an_error_inside_of_a_success_is_one() {
    for (body, part) in [
        (value!({"code": "rest_forbidden", "message": "Ada", "data": {"status": 403}}), "403 rest_forbidden"),
        (value!({"code": "rest_no_route", "message": "Ada", "data": {"status": "404"}}), "404 rest_no_route"),
        (value!({"code": 0, "message": "Ada", "data": {"status": 400}}), "400 0"),
        (value!({"code": "boom", "message": "Ada", "data": null}), "500 boom"),
        (value!({"code": "boom", "message": "Ada", "data": 500}), "500 boom"),
        (value!({"code": "boom", "message": "Ada", "data": {"status": 200}}), "500 boom"),
    ] {
        let why = said(json(&body)).await;
        assert!(why.contains(part) && !why.contains("Ada"), "{why}");
    }
    let gone = value!({"code": "woocommerce_rest_shop_order_invalid_id", "message": "", "data": {"status": 404}});
    assert_eq!(shop_saying(json(&gone)).await.order("41").await.unwrap(), None);
}

#[tokio::test]
async fn a_shop_that_has_moved_is_not_followed_and_says_where_to() {
    for (to, part) in [
        ("https://www.shop.example/wp-json/wc/v3/orders/41?consumer=1", "redirects to https://www.shop.example:"),
        ("/de/", "redirects to another address"),
        ("https://ada lovelace/", "redirects to another address"),
    ] {
        let moved = Reply { headers: vec![("location", to.to_owned())], ..text(301, "") };
        let why = said(moved).await;
        assert!(why.contains(part), "{why}");
    }
}

#[tokio::test]
async fn an_answer_that_is_too_long_says_so() {
    let long = format!("{{\"id\":41,\"meta_data\":\"{}\"}}", "x".repeat(MAX_BODY));
    assert!(said(text(200, &long)).await.contains("with more than is read"));
}

#[tokio::test]
async fn a_shop_that_does_not_answer_may_do_so_later() {
    let why = outside(shop_at("http://127.0.0.1:1").order("41").await);
    assert!(why.starts_with("the shop: ") && !why.contains("cs_2") && !why.contains("oauth"), "{why}");
}

#[tokio::test]
async fn a_list_that_is_none_may_be_one_later() {
    for body in [value!({}), value!(null), value!("x"), value!(1)] {
        let shop = shop_saying(json(&body)).await;
        assert!(outside(shop.changed_orders(now(), None).await).contains("something else than a list"));
        assert!(outside(shop.listings(None).await).contains("something else than a list"));
        assert!(outside(shop.repair_webhooks("https://api.example/w", "s").await).contains("no list"));
    }
    let (shop, _) = shop(|_| page(&[], 1)).await;
    assert_eq!(shop.changed_orders(now(), None).await.unwrap().orders, []);
}
