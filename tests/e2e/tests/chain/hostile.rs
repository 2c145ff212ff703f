//! Tests with the requests of broken programs and attackers. No answer is a server error, each names the error, and the
//! books still add up.

use crate::{
    access::{fields, of_order},
    binaries::workspace,
    laws,
    world::World,
};
use orderly_local::client::Answer;
use proptest::{strategy::Strategy, strategy::ValueTree, test_runner::TestRunner};
use reqwest::{Method, StatusCode};
use serde_json::Value;
use std::fs;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// How many documents are made from each route's example.
const DOCUMENTS: usize = 30;

/// The routes that take a JSON body, with an example of it, as docs/openapi.json describes them.
fn routes_with_bodies() -> Vec<(Method, String, Value)> {
    let described: Value = serde_json::from_slice(&fs::read(workspace().join("docs/openapi.json")).unwrap()).unwrap();
    let mut routes = Vec::new();
    for (path, methods) in described["paths"].as_object().unwrap() {
        for (method, route) in methods.as_object().unwrap() {
            let example = &route["requestBody"]["content"]["application/json"]["example"];
            if !example.is_null() {
                routes.push((method.to_uppercase().parse().unwrap(), path.clone(), example.clone()));
            }
        }
    }
    assert!(routes.len() > 15, "docs/openapi.json has examples of {} bodies only", routes.len());
    routes
}

/// An order that has been handed over and has a return, so that every path finds something.
async fn order_with_everything(world: &World) -> String {
    let order = world.place_and_pay("1", &[("MUG-BLUE", 2)]).await;
    world.ship(&order, "01").await;
    world.send_back(&order, 0, 1).await;
    order.id
}

fn judge(what: &str, answer: &Answer) {
    let Answer { status, content_type, body } = answer;
    assert!(!status.is_server_error(), "{what}: {answer:?}");
    if status.is_client_error() {
        // API Gateway refuses some of them, in its own words.
        let told = body["message"].is_string() || content_type == "application/problem+json";
        assert!(told, "{what}: {answer:?}");
        let fields = fields(answer);
        assert!(fields.iter().all(|field| !field.is_empty()), "{what}: {answer:?}");
        assert!(*status != StatusCode::UNPROCESSABLE_ENTITY || !fields.is_empty(), "{what}: {answer:?}");
    }
}

#[tokio::test]
async fn damaged_documents_are_refused_or_do_what_they_say() {
    let world = World::start().await;
    let order = order_with_everything(&world).await;
    let mut runner = TestRunner::deterministic();
    for (method, path, example) in routes_with_bodies() {
        let documents = hostile::json(vec![example]);
        for _ in 0..DOCUMENTS {
            let bytes = documents.new_tree(&mut runner).unwrap().current();
            let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(2_000)]).into_owned();
            let request = world.operator.request(method.clone(), &of_order(&path, &order));
            let answer = world.operator.ask(request.header("content-type", "application/json").body(bytes)).await;
            judge(&format!("{method} {path} {shown}"), &answer.unwrap());
        }
    }
    world.until_reconciled().await;
    laws::hold(&world).await;
}

#[tokio::test]
async fn bodies_beyond_every_limit_and_of_every_kind_are_refused() {
    let world = World::start().await;
    let order = order_with_everything(&world).await;
    // API Gateway accepts 10 MB, Lambda 6 MB, and a function the size that its bodies may need.
    let sizes = [11_000_000, 10_000_000, 7_000_000, 5_000_000, 300_000];
    for (method, path, example) in routes_with_bodies() {
        for size in sizes {
            let request = world.operator.request(method.clone(), &of_order(&path, &order));
            let body = request.header("content-type", "application/json").body(vec![b' '; size]);
            let answer = world.operator.ask(body).await.unwrap();
            judge(&format!("{method} {path}: {size} bytes"), &answer);
            // A webhook without a signature may be refused for that first.
            let unsigned = path.starts_with("/webhooks") && answer.status == StatusCode::UNAUTHORIZED;
            // A bank's file is long, and this is none.
            let is_file = path == "/operations/statements" && size == 300_000;
            let as_expected =
                if is_file { StatusCode::BAD_REQUEST } else { StatusCode::PAYLOAD_TOO_LARGE } == answer.status;
            assert!(unsigned || as_expected, "{method} {path}: {answer:?}");
        }
        for kind in ["text/xml", "multipart/form-data; boundary=x", "application/json; charset=utf-16", "\u{e9}", ""] {
            let request = world.operator.request(method.clone(), &of_order(&path, &order)).header("content-type", kind);
            let answer = world.operator.ask(request.body(example.to_string())).await.unwrap();
            judge(&format!("{method} {path} as {kind:?}"), &answer);
        }
    }
    world.until_reconciled().await;
    laws::hold(&world).await;
}

/// Sends one request as raw bytes; yields the status of the answer.
async fn raw(world: &World, head: &[u8]) -> u16 {
    let address = world.stack.api_url().trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(&address).await.unwrap();
    stream.write_all(head).await.unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await; // a reset after the answer does not matter
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
    status.unwrap_or_else(|| panic!("{}: {answer:?}", String::from_utf8_lossy(head)))
}

#[tokio::test]
async fn tricks_with_paths_and_headers_open_nothing_and_break_nothing() {
    let world = World::start().await;
    let key = world.stack.operator_key().to_owned();
    let long = format!("/orders/{}", "x".repeat(20_000));
    let long_query = format!("/orders?cursor={}", "9".repeat(20_000));
    let targets: [&[u8]; 33] = [
        b"/orders/../keys",
        b"/orders/%2e%2e/keys",
        b"/orders/..%2fkeys",
        b"/orders/.",
        b"//keys",
        b"/keys//",
        b"/keys/",
        b"/KEYS",
        b"/keys;a=b",
        b"/keys%00",
        b"/keys%20",
        b"/orders/%00",
        b"/orders/%ff%fe",
        b"/orders/%c0%ae%c0%ae/keys",
        b"/orders/%",
        b"/orders/%zz",
        b"/orders/a%2fcancel",
        b"/orders/a%23b",
        b"/orders/a%3fb=c",
        b"/orders/\x80",
        b"/orders/a\\..\\keys",
        b"/orders?limit=%ff",
        b"/orders?limit=1&limit=2",
        b"/orders?limit",
        b"/orders?=&&=;",
        b"/orders?cursor=%00",
        b"/orders?channel=%F0%9F%91%8D",
        b"/orders?channel=web,web",
        b"/products/%3Cscript%3E",
        b"*",
        b"http://elsewhere.example/keys",
        long.as_bytes(),
        long_query.as_bytes(),
    ];
    let host = b"host: localhost\r\nconnection: close\r\n";
    for target in targets {
        for method in ["GET", "POST", "DELETE", "TRACE", "CONNECT", "GE T"] {
            let line = [method.as_bytes(), b" ", target, b" HTTP/1.1\r\n", host].concat();
            let shown = format!("{method} {}", String::from_utf8_lossy(&target[..target.len().min(80)]));
            let unknown = raw(&world, &[&line, b"\r\n".as_slice()].concat()).await;
            assert!((400..500).contains(&unknown), "without a key, {shown}: {unknown}");
            let authorization = format!("authorization: Bearer {key}\r\n\r\n");
            let known = raw(&world, &[&line, authorization.as_bytes()].concat()).await;
            assert!((200..500).contains(&known), "{shown}: {known}");
        }
    }
    let many = "x: y\r\n".repeat(150);
    let headers = [
        "authorization: Bearer \u{e9}\r\n",
        "authorization: Bearer\r\n",
        "authorization:\r\n",
        &format!("authorization: Bearer {key}\r\nauthorization: Bearer x\r\n"),
        &format!("authorization: Bearer {key}, Bearer x\r\n"),
        &format!("authorization: Bearer {key}\r\nhost: evil example\r\n"),
        &format!("authorization: Bearer {key}\r\nidempotency-key: {}\r\n", "k".repeat(9_000)),
        &format!("authorization: Bearer {key}\r\nx-amzn-trace-id: Root=%\u{1f4a5}\r\n"),
        &format!("authorization: Bearer {key}\r\ncontent-length: -1\r\n"),
        &format!("authorization: Bearer {key}\r\ncontent-length: 1\r\ncontent-length: 2\r\n"),
        &format!("authorization: Bearer {key}\r\ncookie: {}\r\n", "a=b; ".repeat(500)),
        &format!("authorization: Bearer {key}\r\n{many}"),
    ];
    for header in headers {
        for start in ["GET /orders", "PUT /stock", "GET /nothing"] {
            let head = [start.as_bytes(), b" HTTP/1.1\r\n", host, header.as_bytes(), b"\r\n"].concat();
            let status = raw(&world, &head).await;
            assert!((200..500).contains(&status), "{start} with {}: {status}", &header[..header.len().min(80)]);
        }
    }
    // Nothing has changed.
    world.operator.get("/keys").await.unwrap();
    laws::hold(&world).await;
}
