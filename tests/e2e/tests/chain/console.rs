//! The console as a browser meets it: signing in and out, what forms do, what each role sees, and what other sites cannot do.

mod browser;
mod stations;

use crate::{
    laws,
    shop::{CUSTOMER, EMAIL, Placed, order},
    world::World,
};
use browser::Browser;
use jiff::Timestamp;
use orderly_local::client::Client;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::time::Duration;

/// Somebody with a new key, who has signed in.
async fn person(world: &World, wanted: &Value) -> Browser {
    let made = world.operator.post("/keys", wanted).await.unwrap();
    Browser::signed_in(world, made["key"].as_str().unwrap()).await
}

async fn anna(world: &World) -> Browser {
    person(world, &json!({ "name": "Anna", "role": "customer_service", "refund_limit": { "EUR": 5000 } })).await
}

fn page_of(order: &Placed) -> String {
    format!("/console/orders/{}", order.id)
}

/// What the timeline says that somebody did.
fn done_by(order: &Value, who: &str) -> Vec<String> {
    let entries = order["timeline"].as_array().unwrap().iter().filter(|entry| entry["by"] == who);
    entries.map(|entry| entry["what"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_person_signs_in_and_out_and_the_browser_never_keeps_the_api_key() {
    let world = World::start().await;
    let mut browser = Browser::new(&world);
    let asked = browser.get("/console/orders?status=open").await;
    assert_eq!((asked.status, asked.leads_to()), (303, "/console/sign-in?to=%2Fconsole%2Forders%3Fstatus%3Dopen"));
    let form = browser.get(asked.leads_to()).await;
    assert!(form.status == 200 && form.html.contains(r#"value="/console/orders?status=open""#), "{}", form.html);

    let key = &world.shop.service_key;
    let sent = [("key", key.as_str()), ("to", "/console/orders?status=open")];
    let signed_in = browser.post("/console/sign-in", &sent).await;
    assert_eq!((signed_in.status, signed_in.leads_to()), (303, "/console/orders?status=open"));
    let cookie = signed_in.cookie("__Host-session");
    for flag in ["; Path=/", "; Secure", "; HttpOnly", "; SameSite=Strict", "; Max-Age=43"] {
        assert!(cookie.contains(flag), "{cookie} has no {flag}");
    }
    assert!(!cookie.contains(key.as_str()) && !cookie.contains("Domain"), "{cookie}");

    let page = browser.get("/console/orders?status=open").await;
    assert_eq!(page.status, 200);
    assert_eq!(page.header("cache-control"), "no-store");
    let policy = page.header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'") && !policy.contains("unsafe") && !policy.contains('*'),
        "{policy}"
    );
    for inline in ["<style", "style=", " onclick=", "javascript:", "<script>"] {
        assert!(!page.html.contains(inline), "{inline}");
    }

    // Elsewhere the key of the session does what the API key does. Once it is over, it does nothing.
    let session = browser.cookies["__Host-session"].clone();
    let client = Client::new(world.stack.api_url(), &session);
    let me = client.get("/sessions/current").await.unwrap();
    assert_eq!((&me["name"], &me["is_session"]), (&json!("customer service"), &json!(true)));
    assert_eq!(me["refund_limit"], json!({ "EUR": 5000 }));
    let again = client.ask(client.request(Method::POST, "/sessions")).await.unwrap();
    assert_eq!(again.status, StatusCode::FORBIDDEN, "a session opens no other");
    let out = browser.post("/console/sign-out", &[]).await;
    assert_eq!((out.status, out.leads_to()), (303, "/console/sign-in?why=out"));
    assert!(!browser.cookies.contains_key("__Host-session"));
    let over = client.ask(client.request(Method::GET, "/sessions/current")).await.unwrap();
    assert_eq!(over.status, StatusCode::UNAUTHORIZED, "{over:?}");
    laws::hold(&world).await;
}

#[tokio::test]
async fn who_has_no_good_key_does_not_get_in() {
    let world = World::start().await;
    let mut browser = Browser::new(&world);
    for (key, why) in [
        ("", "not known"),
        ("ok_unknown", "not known"),
        ("nonsense\r\nX-Evil: 1", "not known"),
        ("<script>", "not known"),
        (&world.shop.storefront_key, "which is a program"),
    ] {
        let answer = browser.post("/console/sign-in", &[("key", key), ("to", "/console")]).await;
        assert_eq!(answer.status, 403, "{key}");
        assert!(answer.html.contains(why) && !browser.cookies.contains_key("__Host-session"), "{key}: {}", answer.html);
    }
    // Nobody is led away from the console by a link to its sign-in.
    let key = world.shop.service_key.clone();
    for to in [
        "https://evil.example",
        "//evil.example",
        "/console//evil.example",
        "/console\\evil",
        "/orders",
        "javascript:1",
    ] {
        let answer = browser.post("/console/sign-in", &[("key", &key), ("to", to)]).await;
        assert_eq!((answer.status, answer.leads_to()), (303, "/console"), "{to}");
    }
    browser.cookies.insert("__Host-session".to_owned(), "os_forged".to_owned());
    assert_eq!(browser.get("/console").await.leads_to(), "/console/sign-in?to=%2Fconsole&why=over");
    laws::hold(&world).await;
}

#[tokio::test]
async fn a_form_of_another_site_does_nothing() {
    let world = World::start().await;
    let order = world.place_and_pay("1", &[("MUG-BLUE", 1)]).await;
    let mut browser = anna(&world).await;
    let before = world.scan("OrdersTable").await;
    let path = format!("{}/cancel", page_of(&order));
    let host = world.stack.api_url().trim_start_matches("http://").to_owned();
    let own = format!("http://{host}");
    let other = [("origin", "https://evil.example")];
    for headers in [
        &[("sec-fetch-site", "cross-site")][..],
        &[("sec-fetch-site", "same-site")],
        &[("sec-fetch-site", "none")],
        &[("sec-fetch-site", "cross-site"), ("origin", &own)],
        &[("origin", "null")],
        &other,
        &[],
    ] {
        let answer = browser.send(Method::POST, &path, Some(&[("reason", "evil")]), headers).await;
        assert_eq!(answer.status, 403, "{headers:?}");
        assert!(answer.html.contains("another site"), "{}", answer.html);
    }
    assert_eq!(world.scan("OrdersTable").await, before);
    // An older browser tells its origin only.
    let answer = browser.send(Method::POST, &path, Some(&[("reason", "mine")]), &[("origin", &own)]).await;
    assert_eq!(answer.status, 303);
    assert_eq!(world.read(&order).await["status"], "cancelled");

    // A link of another site brings no cookie: the page loads itself once more, and asks nobody to sign in.
    let mut stranger = Browser::new(&world);
    let answer = stranger.send(Method::GET, "/console/orders", None, &[("sec-fetch-site", "cross-site")]).await;
    assert!(answer.status == 200 && answer.html.contains(r#"http-equiv="refresh""#), "{}", answer.html);
    world.until_settled().await;
    laws::hold(&world).await;
}

#[tokio::test]
async fn no_page_that_is_only_looked_at_writes() {
    let world = World::start().await;
    let order = world.place_and_pay("1", &[("MUG-BLUE", 1)]).await;
    let mut browser = Browser::signed_in(&world, world.stack.operator_key()).await;
    browser.get("/console").await;
    let tables =
        ["OrdersTable", "StockTable", "PaymentsTable", "CatalogTable", "SettingsTable", "SearchTable", "BooksTable"];
    let read = async || {
        let mut all = Vec::new();
        for table in tables {
            all.push(world.scan(table).await);
        }
        all
    };
    let before = read().await;
    let (order, pick) = (page_of(&order), format!("/console/pick/{}", order.id));
    for path in [
        "/console",
        "/console/orders",
        "/console/orders?status=open",
        "/console/stock?sku=MUG-BLUE",
        &order,
        "/console/sign-in",
        &format!("{order}/cancel"),
        &format!("{order}/release/other"),
        "/console/sign-out",
        "/console/find",
        "/console/language",
        "/console/stock/receive",
        "/console/nowhere",
        "/console/papers/x/fulfillments/01/picklist.pdf",
        "/console/orders/ord_none",
        "/console/pick",
        "/console/pick/bat_none",
        &format!("{pick}/01"),
        &format!("{pick}/01/confirm"),
        "/console/pick/make",
        &format!("{}/01", pick.replace("pick", "pack")),
        "/console/scanner",
    ] {
        let answer = browser.get(path).await;
        assert!(matches!(answer.status, 200 | 303 | 404), "{path}: {}", answer.status);
    }
    assert_eq!(read().await, before);
    assert!(browser.cookies.contains_key("__Host-session"), "looking signs nobody out");
    laws::hold(&world).await;
}

#[tokio::test]
async fn each_action_reaches_the_api_and_the_timeline_names_the_person() {
    let world = World::start().await;
    let mut anna = anna(&world).await;
    let mut pia = person(&world, &json!({ "name": "Pia", "role": "warehouse", "locations": ["main"] })).await;
    let order = world.place_and_pay("1", &[("MUG-BLUE", 3)]).await;
    let at = page_of(&order);
    let does = async |who: &mut Browser, what: &str, fields: &[(&str, &str)]| {
        let answer = who.post(&format!("{at}/{what}"), fields).await;
        assert_eq!(
            (answer.status, answer.leads_to()),
            (303, format!("{at}?done=yes").as_str()),
            "{what}: {}",
            answer.html
        );
    };
    does(&mut anna, "hold", &[("reason", "incorrect_address"), ("note", "which house?")]).await;
    let held = anna.get(&at).await;
    assert!(held.html.contains("Address to be checked") && held.html.contains("which house?"), "{}", held.html);
    assert!(anna.get("/console").await.html.contains("which house?"));
    does(&mut anna, "release/incorrect_address", &[]).await;
    does(&mut anna, "edit", &[("left-0", "2"), ("reason", "two are enough")]).await;
    does(&mut anna, "invoice", &[]).await;
    world.until_settled().await;
    world.ship(&order, "01").await;

    does(&mut anna, "return", &[("key", "r1"), ("units-0", "1"), ("reason", "unwanted")]).await;
    does(&mut anna, "returns/01/decline", &[("reason", "worn")]).await;
    does(&mut anna, "return", &[("key", "r2"), ("units-0", "1"), ("reason", "defective")]).await;
    does(&mut anna, "returns/02/approve", &[]).await;
    does(&mut pia, "returns/02/receive", &[("location", "main"), ("received-0", "1")]).await;
    does(&mut pia, "returns/02/inspect", &[("units-0", "1"), ("disposition-0", "restocked")]).await;
    world.until_settled().await;
    // Sent twice by mistake, it is paid once.
    let refund = [("key", "goodwill"), ("amount", "1,50"), ("reason", "it came late")];
    does(&mut anna, "refund", &refund).await;
    does(&mut anna, "refund", &refund).await;
    world.until_reconciled().await;
    let read = world.read(&order).await;
    assert_eq!((&read["refunded"], &read["given_by_service"]), (&json!(1450 + 1450 + 150), &json!(150)));
    assert_eq!(
        done_by(&read, "customer_service:Anna"),
        [
            "held",
            "released",
            "edited",
            "invoice-requested",
            "requested",
            "declined",
            "requested",
            "approved",
            "refund-requested"
        ]
    );
    assert_eq!(done_by(&read, "warehouse:Pia"), ["received", "inspected"]);
    assert!(anna.get(&at).await.html.contains("Anna (Customer service)"));

    let other = world.place_and_pay("2", &[("TIN-SMALL", 1)]).await;
    let answer = anna.post(&format!("{}/cancel", page_of(&other)), &[("reason", "ordered twice")]).await;
    assert_eq!(answer.status, 303);
    let cancelled = done_by(&world.read(&other).await, "customer_service:Anna");
    assert_eq!(cancelled, ["cancelled", "cancelled"], "the order and its fulfillment");
    let stock =
        [("sku", "MUG-BLUE"), ("location", "main"), ("quantity", "50"), ("reason", "delivery 77"), ("key", "d77")];
    let before = world.bucket("MUG-BLUE", "main", "on_hand").await;
    for _ in 0..2 {
        assert_eq!(pia.post("/console/stock/receive", &stock).await.leads_to(), "/console/stock?sku=MUG-BLUE&done=yes");
    }
    assert_eq!(world.bucket("MUG-BLUE", "main", "on_hand").await, before + 50);
    let count = [("sku", "MUG-BLUE"), ("location", "main"), ("quantity", "7"), ("reason", "count"), ("key", "c1")];
    assert_eq!(pia.post("/console/stock/count", &count).await.status, 303);
    assert!(pia.get("/console/stock?sku=MUG-BLUE").await.html.contains("Pia (Warehouse)"));
    world.until_settled().await;
    laws::hold(&world).await;
}

#[tokio::test]
async fn what_is_not_possible_says_why_beside_the_form_and_keeps_what_was_typed() {
    let world = World::start().await;
    let mut anna = anna(&world).await;
    let order = world.place_and_pay("1", &[("MUG-BLUE", 4)]).await;
    let at = page_of(&order);
    for (what, fields, status, said) in [
        ("refund", &[("key", "k"), ("amount", "50.01"), ("reason", "a stain")][..], 409, "50.00 EUR"),
        ("refund", &[("key", "k"), ("amount", "much"), ("reason", "a stain")], 422, "must be an amount such as 12.50"),
        ("refund", &[("key", "k"), ("amount", "1.00"), ("reason", "")], 422, "reason"),
        ("refund", &[("amount", "1.00"), ("reason", "a stain")], 422, "Idempotency-Key"),
        ("edit", &[("left-0", "-1"), ("reason", "fewer")], 422, "whole number"),
        ("edit", &[("left-0", "9"), ("reason", "more")], 409, "units"),
        ("return", &[("key", "k"), ("units-0", ""), ("reason", "style")], 422, "Nothing is chosen"),
        ("hold", &[("reason", "boredom"), ("note", "x")], 422, "reason"),
        ("emails-retry", &[], 409, "e-mail"),
    ] {
        let answer = anna.post(&format!("{at}/{what}"), fields).await;
        assert_eq!(answer.status, status, "{what} {fields:?}: {}", answer.html);
        assert!(answer.html.contains(said), "{what} {fields:?}: {}", answer.html);
        if let Some((_, typed)) = fields.iter().find(|(name, typed)| *name == "amount" && !typed.is_empty()) {
            assert!(answer.html.contains(&format!("value=\"{typed}\"")), "{}", answer.html);
        }
    }
    assert_eq!(world.read(&order).await["refunded"], 0);
    let answer = anna.post(&format!("{at}/nonsense"), &[]).await;
    assert_eq!(answer.status, 404);
    let large = "x".repeat(200_000);
    assert_eq!(anna.post(&format!("{at}/cancel"), &[("reason", large.as_str())]).await.status, 413);
    laws::hold(&world).await;
}

#[tokio::test]
async fn each_role_sees_what_is_its_own() {
    let world = World::start().await;
    let order = world.place_and_pay("1001", &[("MUG-BLUE", 2)]).await;
    let at = page_of(&order);
    let mut pia = person(&world, &json!({ "name": "Pia", "role": "warehouse", "locations": ["main"] })).await;
    let mut sam = person(&world, &json!({ "name": "Sam", "role": "warehouse", "locations": ["store"] })).await;
    let mut anna = anna(&world).await;
    let mut dora = person(&world, &json!({ "name": "Dora", "role": "customer_service" })).await;
    let mut boss = Browser::signed_in(&world, world.stack.operator_key()).await;

    let work = pia.get(&at).await;
    assert!(work.status == 200 && work.html.contains("MUG-BLUE") && work.html.contains(CUSTOMER), "{}", work.html);
    for secret in ["€", "EUR", "33.90", EMAIL, "Refund", "Cancel the order", "Paid", "payment"] {
        let main = work.html.split("<main").nth(1).unwrap();
        assert!(!main.replace("Paid</li>", "").contains(secret), "the warehouse sees {secret}: {main}");
    }
    for path in ["/console", "/console/orders"] {
        let page = pia.get(path).await;
        assert!(
            page.status == 200 && !page.html.contains('€') && !page.html.contains(CUSTOMER),
            "{path}: {}",
            page.html
        );
    }
    // Another location's order does not exist, and nobody is looked up by name.
    assert_eq!(sam.get(&at).await.status, 404);
    let found = pia.post("/console/find", &[("value", CUSTOMER), ("by", "name")]).await;
    assert!(found.status == 200 && !found.html.contains(&order.id), "{}", found.html);
    assert_eq!(pia.post("/console/find", &[("value", "1001")]).await.leads_to(), at);
    assert_eq!(pia.post(&format!("{at}/cancel"), &[("reason", "mine?")]).await.status, 403);

    let of_anna = anna.get(&at).await;
    assert!(of_anna.html.contains("€33.90") && of_anna.html.contains(EMAIL) && of_anna.html.contains("id=\"refund\""));
    assert!(!of_anna.html.contains("/console/stock"), "customer service reads no stock");
    assert_eq!(anna.get("/console/stock?sku=MUG-BLUE").await.status, 403);
    assert!(!dora.get(&at).await.html.contains("id=\"refund\""), "a key without a limit refunds nothing");
    for (by, value) in
        [("email", EMAIL), ("name", CUSTOMER), ("", "1001"), ("", EMAIL), ("", "Quarrington"), ("sku", "MUG-BLUE")]
    {
        let found = anna.post("/console/find", &[("value", value), ("by", by)]).await;
        assert_eq!((found.status, found.leads_to()), (303, at.as_str()), "{by} {value}: {}", found.html);
    }
    // What is about money is the operator's to release.
    let hold = json!({ "reason": "overpaid" });
    world.operator.post(&format!("/orders/{}/holds", order.id), &hold).await.unwrap();
    let release = format!("{at}/release/overpaid");
    assert!(!anna.get(&at).await.html.contains(&release));
    assert_eq!(anna.post(&release, &[]).await.status, 403);
    assert!(boss.get(&at).await.html.contains(&release));
    assert_eq!(boss.post(&release, &[]).await.status, 303);
    laws::hold(&world).await;
}

#[tokio::test]
async fn what_customers_write_is_text_and_each_reads_their_language() {
    const EVIL: &str = "<img src=x onerror=alert(1)>\"'&amp;</title>";
    let world = World::start().await;
    let mut body = order(&format!("R{EVIL}"), &[("MUG-BLUE", 1)]);
    body["customer"]["name"] = json!(EVIL);
    body["lines"][0]["title"] = json!(EVIL);
    body["shipping_address"]["name"] = json!(EVIL);
    body["shipping"]["method"] = json!(EVIL);
    let placed = world.storefront.post("/orders", &body).await.unwrap();
    let order = Placed { id: placed["id"].as_str().unwrap().to_owned(), total: placed["total"].as_i64().unwrap() };
    let mut anna = anna(&world).await;
    let note = [("reason", "other"), ("note", EVIL)];
    assert_eq!(anna.post(&format!("{}/hold", page_of(&order)), &note).await.status, 303);
    let searched = anna.post("/console/find", &[("value", EVIL)]).await;
    for page in
        [anna.get(&page_of(&order)).await, anna.get("/console").await, anna.get("/console/orders").await, searched]
    {
        assert!(!page.html.contains("<img"), "{}", page.html);
        assert_eq!(page.html.matches("</title>").count(), usize::from(page.status == 200), "{}", page.html);
    }
    let german = anna.send(Method::GET, &page_of(&order), None, &[("accept-language", "de-AT,en;q=0.5")]).await;
    assert!(
        german.html.contains(r#"<html lang="de">"#) && german.html.contains("Noch nicht bezahlt"),
        "{}",
        german.html
    );
    let chosen = anna.post("/console/language", &[("language", "de"), ("to", &page_of(&order))]).await;
    assert_eq!(chosen.leads_to(), page_of(&order));
    assert!(anna.get("/console/orders").await.html.contains("Bestellungen"));
    laws::hold(&world).await;
}

#[tokio::test]
async fn a_session_ends_with_its_key_and_leads_back_to_where_one_was() {
    let world = World::start().await;
    let ends = Timestamp::now() + Duration::from_secs(6);
    let wanted = json!({ "name": "temporary", "role": "operator", "expires_at": ends.to_string() });
    let mut short = person(&world, &wanted).await;
    assert_eq!(short.get("/console/orders").await.status, 200);
    let made = world.operator.post("/keys", &json!({ "name": "gone", "role": "operator" })).await.unwrap();
    let mut gone = Browser::signed_in(&world, made["key"].as_str().unwrap()).await;
    let id = made["id"].as_str().unwrap();
    let keys = world.operator.get("/keys").await.unwrap();
    let own = keys["keys"].as_array().unwrap().iter().find(|key| key["id"] == id).unwrap();
    assert_eq!(own["sessions"].as_array().unwrap().len(), 1, "who has signed in is listed");
    assert!(!keys.to_string().contains(&gone.cookies["__Host-session"]), "the key of a session is shown once");
    // What ends with the day makes nothing that lasts.
    let session = Client::new(world.stack.api_url(), &gone.cookies["__Host-session"]);
    let wanted = json!({ "name": "lasting", "role": "operator" });
    let made = session.ask(session.request(Method::POST, "/keys").json(&wanted)).await.unwrap();
    assert_eq!(made.status, StatusCode::FORBIDDEN, "{made:?}");
    world.operator.delete(&format!("/keys/{id}")).await.unwrap();
    // At once, though API Gateway still knows the authorizer's word: the pages ask who it is.
    let over = gone.get("/console/orders?status=open").await;
    assert_eq!(over.leads_to(), "/console/sign-in?to=%2Fconsole%2Forders%3Fstatus%3Dopen&why=over");
    assert!(!gone.cookies.contains_key("__Host-session"));
    assert!(gone.get(over.leads_to()).await.html.contains("Your session is over"));
    let keys = world.operator.get("/keys").await.unwrap();
    let own = keys["keys"].as_array().unwrap().iter().find(|key| key["id"] == id).unwrap();
    assert!(own["revoked_at"].is_string() && own["sessions"].is_null(), "nobody is signed in any more: {own}");

    while Timestamp::now() < ends {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let order = world.place("1", &[("MUG-BLUE", 1)]).await;
    let answer = short.post(&format!("{}/cancel", page_of(&order)), &[("reason", "late")]).await;
    let back = format!("/console/sign-in?to=%2Fconsole%2Forders%2F{}&why=unsent", order.id);
    assert_eq!((answer.status, answer.leads_to()), (303, back.as_str()));
    assert_eq!(world.read(&order).await["status"], "pending");
    laws::hold(&world).await;
}

#[tokio::test]
async fn assets_are_kept_for_ever_and_pages_travel_compressed() {
    let world = World::start().await;
    let mut browser = Browser::new(&world);
    let page = browser.get("/console/sign-in").await;
    let assets: Vec<&str> = page.html.split('"').filter(|part| part.starts_with("/console/assets/")).collect();
    assert_eq!(assets.len(), 3, "{}", page.html);
    for asset in assets {
        let plain = browser.get(asset).await;
        assert_eq!(
            (plain.status, plain.header("cache-control")),
            (200, "public, max-age=31536000, immutable"),
            "{asset}"
        );
        let packed = browser.send(Method::GET, asset, None, &[("accept-encoding", "br, gzip")]).await;
        assert_eq!(packed.header("content-encoding"), "gzip", "{asset}");
        assert!(packed.bytes.starts_with(&[0x1f, 0x8b]) && packed.bytes.len() < plain.bytes.len(), "{asset}");
    }
    assert_eq!(browser.get("/console/assets/console.000000000000.css").await.status, 404);
    let packed = browser.send(Method::GET, "/console/sign-in", None, &[("accept-encoding", "gzip")]).await;
    assert!(packed.bytes.starts_with(&[0x1f, 0x8b]) && packed.bytes.len() < page.bytes.len());
    // The API does not know the console's cookie.
    let mut anna = anna(&world).await;
    assert_eq!(anna.get("/orders").await.status, 401);
    laws::hold(&world).await;
}
