//! Who may ask, what is found, and what is refused.

use super::*;
use crate::channels::woocommerce::{Fault, NewProduct};
use crate::outside::hmac;

/// A request over a connection that is not encrypted, signed over this text.
async fn signed(bench: &Bench, secret: &str, nonce: &str, timestamp: i64, tamper: &str) -> Answered {
    let key = local_credentials().key;
    let params = format!(
        "oauth_consumer_key%3D{key}%26oauth_nonce%3D{nonce}%26oauth_signature_method%3DHMAC-SHA256%26oauth_timestamp%3D\
         {timestamp}%26sku%3DMUG-BLUE%252CSHIRT-M"
    );
    let text = format!("GET&http%3A%2F%2F127.0.0.1%3A3004%2Fwp-json%2Fwc%2Fv3%2Fproducts&{params}");
    let signature = BASE64_STANDARD.encode(hmac(format!("{secret}&").as_bytes(), &[text.as_bytes()]));
    let query: String = form_urlencoded::Serializer::new(String::new())
        .append_pair("sku", "MUG-BLUE,SHIRT-M")
        .append_pair("oauth_consumer_key", &key)
        .append_pair("oauth_timestamp", &timestamp.to_string())
        .append_pair("oauth_nonce", nonce)
        .append_pair("oauth_signature_method", "HMAC-SHA256")
        .append_pair("oauth_signature", &signature)
        .finish();
    let url = format!("http://127.0.0.1:3004/wp-json/wc/v3/products?{query}{tamper}");
    bench.send("GET", &url, &[], &Value::Null).await
}

#[tokio::test]
async fn over_plain_http_only_signed_requests_are_answered() {
    let bench = Bench::new();
    let credentials = local_credentials();
    let (secret, now) = (credentials.secret.as_str(), NOW);
    assert_eq!(signed(&bench, secret, "one", now, "").await.status, 200);
    for (answered, why) in [
        (signed(&bench, "cs_other", "two", now, "").await, "Invalid signature - provided signature does not match."),
        (signed(&bench, secret, "two", now, "&page=2").await, "Invalid signature - provided signature does not match."),
        (signed(&bench, secret, "one", now, "").await, "Invalid nonce - nonce has already been used."),
        (signed(&bench, secret, "two", now - 901, "").await, "Invalid timestamp."),
        (signed(&bench, secret, "two", now + 901, "").await, "Invalid timestamp."),
    ] {
        assert_eq!((answered.status, answered.body["message"].as_str()), (401, Some(why)));
        assert_eq!(answered.body["code"], "woocommerce_rest_authentication_error");
        assert_eq!(answered.body["data"]["status"], 401);
    }
    let basic = BASE64_STANDARD.encode(format!("{}:{}", credentials.key, credentials.secret));
    let headers = [("authorization", format!("Basic {basic}"))];
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let url = "http://127.0.0.1:3004/wp-json/wc/v3/orders";
    let refused = bench.send("GET", url, &headers, &Value::Null).await;
    assert_eq!((refused.status, &refused.body["code"]), (401, &json!("woocommerce_rest_cannot_view")));
    let proxied: Vec<(&str, &str)> = headers.into_iter().chain([("x-forwarded-proto", "https")]).collect();
    assert_eq!(bench.send("GET", url, &proxied, &Value::Null).await.status, 200);
    let parts = bench.send("GET", &format!("{url}?oauth_nonce=1"), &[], &Value::Null).await;
    assert_eq!(parts.body["code"], "woocommerce_rest_authentication_missing_parameter");
    assert!(parts.body["message"].as_str().unwrap().starts_with("Missing OAuth parameters oauth_consumer_key, "));
}

#[tokio::test]
async fn a_nonce_is_forgotten_when_another_one_has_its_second() {
    let bench = Bench::new();
    let secret = local_credentials().secret;
    for nonce in ["one", "two", "one"] {
        assert_eq!(signed(&bench, &secret, nonce, NOW, "").await.status, 200, "{nonce}");
    }
}

#[tokio::test]
async fn a_key_and_a_host_may_stand_in_the_way() {
    let bench = Bench::new();
    bench.shop().change_settings(|settings| settings.read_only = true);
    let refused = bench.put("products/10", json!({ "stock_quantity": 1 })).await;
    let why = "The API key provided does not have write permissions.";
    assert_eq!((refused.status, refused.body["message"].as_str()), (401, Some(why)));
    assert_eq!(bench.get("orders").await.status, 200);
    bench.shop().change_settings(|settings| (settings.read_only, settings.blocks_put) = (false, true));
    let refused = bench.put("products/10", json!({ "stock_quantity": 1 })).await;
    assert_eq!((refused.status, &refused.body), (405, &Value::Null), "it is the host's page");
    assert_eq!(bench.post("products/10", json!({ "stock_quantity": 1 })).await.status, 200, "POST edits as well");
    bench.shop().change_settings(|settings| settings.strips_authorization = true);
    assert_eq!(bench.get("orders").await.status, 401);
}

#[tokio::test]
async fn lists_come_in_pages_and_say_how_many_there_are() {
    let bench = Bench::new();
    let ids: Vec<u64> = (0..5)
        .map(|_| {
            bench.pass(10);
            bench.buy("TIN-SMALL", 1)
        })
        .collect();
    let page = async |query: &str| bench.get(&format!("orders?{query}")).await;
    let found = |answered: &Answered| -> Vec<u64> {
        answered.body.as_array().unwrap().iter().map(|order| order["id"].as_u64().unwrap()).collect()
    };
    let second = page("per_page=2&page=2&orderby=modified&order=asc").await;
    assert_eq!(found(&second), ids[2..4]);
    assert_eq!((header_of(&second, "x-wp-total"), header_of(&second, "x-wp-totalpages")), ("5", "3"));
    let links: Vec<_> = second.headers.get_all("link").iter().map(|link| link.to_str().unwrap()).collect();
    let base = "<https://shop.example/wp-json/wc/v3/orders?per_page=2&orderby=modified&order=asc";
    assert_eq!(links, [format!("{base}&page=1>; rel=\"prev\""), format!("{base}&page=3>; rel=\"next\"")]);
    let beyond = page("per_page=2&page=9").await;
    assert_eq!((beyond.status, &beyond.body), (200, &json!([])));
    assert_eq!(found(&page("").await), ids.iter().rev().copied().collect::<Vec<_>>(), "the newest first");
    for (query, code, message) in [
        ("per_page=101", "rest_out_of_bounds", "per_page must be between 1 (inclusive) and 100 (inclusive)"),
        ("page=0", "rest_out_of_bounds", "page must be greater than or equal to 1"),
        ("orderby=total", "rest_not_in_enum", "orderby is not one of date, id, include, title, slug, and modified."),
        ("per_page=x", "rest_invalid_type", "per_page is not of type integer."),
        ("modified_after=yesterday", "rest_invalid_date", "Invalid date."),
    ] {
        let refused = page(query).await;
        let name = query.split('=').next().unwrap();
        assert_eq!((refused.status, &refused.body["code"]), (400, &json!("rest_invalid_param")), "{query}");
        assert_eq!(refused.body["data"]["params"][name], message);
        assert_eq!(refused.body["data"]["details"][name]["code"], code);
    }
    let few = page("per_page=1&_fields=id,billing.email").await;
    assert_eq!(few.body, json!([{ "id": ids[4], "billing": { "email": "ada@example.com" } }]));
}

#[tokio::test]
async fn a_time_without_its_zone_is_the_shop_s_own_unless_the_request_says_otherwise() {
    let bench = Bench::new();
    let first = bench.buy("TIN-SMALL", 1);
    bench.pass(60);
    let second = bench.buy("TIN-SMALL", 1);
    let found = async |after: &str| {
        let path = format!("orders?order=asc&orderby=modified&modified_after={after}");
        let all = bench.get(&path).await.body;
        all.as_array().unwrap().iter().map(|order| order["id"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    // It is 11:43:44 in GMT, and 13:43:44 in Helsinki.
    for (after, expected) in [
        ("2026-11-27T11:43:43&dates_are_gmt=true", vec![first, second]),
        ("2026-11-27T11:43:44&dates_are_gmt=true", vec![second]),
        ("2026-11-27T11:43:44Z", vec![second]),
        ("2026-11-27T11:44:44&dates_are_gmt=true", vec![]),
        ("2026-11-27T13:43:44", vec![second]),
        // Whoever forgets the flag sees hours too much, and hears nothing of it.
        ("2026-11-27T11:44:44", vec![first, second]),
    ] {
        assert_eq!(found(after).await, expected, "{after}");
    }
}

#[tokio::test]
async fn drafts_and_what_is_in_the_trash_are_in_no_list_of_any_status() {
    let bench = Bench::new();
    let mut draft = checkout("TIN-SMALL", 1, "card");
    draft.outcome = crate::channels::woocommerce::Outcome::Draft;
    let draft = bench.shop().check_out(draft).unwrap();
    let (kept, thrown) = (bench.buy("TIN-SMALL", 1), bench.buy("TIN-SMALL", 1));
    bench.shop().trash(thrown).unwrap();
    let found = async |query: &str| {
        let all = bench.get(&format!("orders?{query}")).await.body;
        all.as_array().unwrap().iter().map(|order| order["id"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(found("status=any").await, [kept]);
    assert_eq!(found("status=trash,checkout-draft").await, [thrown, draft]);
    assert_eq!(bench.get(&format!("orders/{thrown}")).await.body["status"], "trash", "by its id it is found");
    let unknown = bench.get("orders?status=awaiting-pickup").await;
    assert_eq!((unknown.status, &unknown.body["code"]), (400, &json!("rest_invalid_param")));
    bench.shop().change_settings(|settings| settings.statuses = vec!["awaiting-pickup".to_owned()]);
    bench.shop().mark(kept, "awaiting-pickup").unwrap();
    assert_eq!(found("status[]=awaiting-pickup").await, [kept]);
    assert_eq!(found("").await, [kept], "a plugin's status is any status");
}

#[tokio::test]
async fn products_and_variations_are_found_by_their_skus() {
    let bench = Bench::new();
    let found = bench.get("products?sku=MUG-BLUE,SHIRT-M,NOTHING&orderby=id&order=asc").await.body;
    let of = |at: usize| (found[at]["id"].clone(), found[at]["type"].clone(), found[at]["parent_id"].clone());
    assert_eq!(found.as_array().unwrap().len(), 2);
    assert_eq!(of(0), (json!(10), json!("simple"), json!(0)));
    assert_eq!(of(1), (json!(13), json!("variation"), json!(11)));
    let all = bench.get("products?per_page=100").await;
    assert_eq!(header_of(&all, "x-wp-total"), "9", "variations are not among products otherwise");
    let variations = bench.get("products/21/variations").await.body;
    assert_eq!((&variations[0]["manage_stock"], &variations[0]["stock_quantity"]), (&json!("parent"), &json!(12)));
}

#[tokio::test]
async fn errors_are_in_wordpress_s_words() {
    let bench = Bench::new();
    let id = bench.buy("MUG-BLUE", 1);
    for (method, path, body, status, code) in [
        ("GET", "orders/999", json!(null), 404, "woocommerce_rest_shop_order_invalid_id"),
        ("PUT", "orders/999", json!({}), 400, "woocommerce_rest_shop_order_invalid_id"),
        ("GET", "products/999", json!(null), 404, "woocommerce_rest_product_invalid_id"),
        ("PUT", "products/999", json!({}), 400, "woocommerce_rest_product_invalid_id"),
        ("PUT", "products/13", json!({ "stock_quantity": 1 }), 404, "woocommerce_rest_invalid_product_id"),
        ("GET", "orders/999/notes", json!(null), 404, "woocommerce_rest_shop_order_invalid_id"),
        ("POST", "orders/999/notes", json!({ "note": "x" }), 404, "woocommerce_rest_order_invalid_id"),
        ("GET", "webhooks/9", json!(null), 404, "woocommerce_rest_shop_webhook_invalid_id"),
        ("GET", "coupons", json!(null), 404, "rest_no_route"),
        ("POST", "orders", json!({ "status": "sent" }), 400, "rest_invalid_param"),
        ("POST", "orders", json!({ "line_items": [{}] }), 400, "woocommerce_rest_required_product_reference"),
        ("PUT", "products/10", json!({ "stock_quantity": "many" }), 400, "rest_invalid_param"),
        ("POST", "webhooks", json!({}), 400, "rest_missing_callback_param"),
    ] {
        let refused = bench.ask(method, path, &body).await;
        assert_eq!((refused.status, refused.body["code"].as_str()), (status, Some(code)), "{method} {path}");
        assert_eq!(refused.body["data"]["status"], status);
    }
    let too_much = bench.post(&format!("orders/{id}/refunds"), json!({ "amount": "1000", "api_refund": false })).await;
    let expected = json!({
        "code": "woocommerce_rest_cannot_create_order_refund", "message": "Invalid refund amount.", "data": 500,
    });
    assert_eq!((too_much.status, too_much.body), (500, expected), "it is permanent, though it is a 500");
    let unknown = bench.post("orders/999/refunds", json!({ "amount": "1" })).await;
    assert_eq!((unknown.status, &unknown.body["data"]), (500, &json!(404)));
    let broken = bench.send("POST", "https://shop.example/wp-json/wc/v3/orders", &[], &json!([])).await;
    assert_eq!(broken.status, 401, "a list is no body, but nobody asks");
}

#[tokio::test]
async fn everybody_may_read_what_the_shop_can_do() {
    let bench = Bench::new();
    let index = async || bench.send("GET", "http://shop.example/wp-json/", &[], &Value::Null).await.body;
    let before = index().await;
    assert!(before["namespaces"].as_array().unwrap().contains(&json!("wc/v3")), "{before}");
    let route = "/wc/v3/orders/(?P<order_id>[\\d]+)/fulfillments";
    assert_eq!(before["routes"][route], Value::Null);
    bench.shop().change_settings(|settings| settings.fulfillments = true);
    assert_eq!(index().await["routes"][route]["methods"], json!(["GET", "POST"]));
}

#[tokio::test]
async fn what_goes_wrong_is_said_beforehand() {
    let bench = Bench::new();
    let shop = bench.shop();
    let set = async |quantity: i64| bench.put("products/10", json!({ "stock_quantity": quantity })).await;
    shop.fail("PUT /products", Fault::Refused(503));
    shop.fail("", Fault::Refused(429));
    let refused = set(1).await;
    assert_eq!((refused.status, header_of(&refused, "retry-after"), shop.stock("MUG-BLUE")), (503, "2", Some(50)));
    assert_eq!(bench.get("orders").await.status, 429);
    shop.fail("PUT", Fault::Lost(502));
    assert_eq!((set(2).await.status, shop.stock("MUG-BLUE")), (502, Some(2)), "it has taken effect");
    shop.fail("PUT", Fault::Page);
    let page = set(3).await;
    assert_eq!((page.status, &page.body, shop.stock("MUG-BLUE")), (200, &Value::Null, Some(2)));
    shop.fail("PUT", Fault::Warning);
    let warned = set(4).await;
    assert_eq!((warned.status, &warned.body, shop.stock("MUG-BLUE")), (200, &Value::Null, Some(4)));
    assert!(warned.text.ends_with('}'), "the answer stands behind the warning");
    tokio::time::pause();
    shop.fail("", Fault::Silent);
    assert_eq!((set(5).await.status, shop.stock("MUG-BLUE")), (504, Some(5)));
    let pushed: Vec<i64> = shop.pushed().iter().map(|pushed| pushed.quantity).collect();
    assert_eq!(pushed, [2, 4, 5]);
}

#[tokio::test]
async fn amounts_have_the_shop_s_decimals_whatever_the_currency_has() {
    let bench = Bench::new();
    bench.shop().change_settings(|settings| {
        settings.currency = "JPY".to_owned();
        settings.prices_include_tax = false;
    });
    let product = NewProduct {
        sku: "YEN".to_owned(),
        name: "Yen".to_owned(),
        price: "1450".to_owned(),
        stock: None,
        tax: crate::channels::woocommerce::TaxClass::Standard,
        is_virtual: true,
    };
    bench.shop().add_product(product);
    let id = bench.buy("YEN", 1);
    let order = bench.get(&format!("orders/{id}")).await.body;
    assert_eq!((&order["currency"], &order["total"]), (&json!("JPY"), &json!("1819.75")));
    assert_eq!((&order["currency_symbol"], &order["shipping"]["country"]), (&json!("¥"), &json!("")));
}
