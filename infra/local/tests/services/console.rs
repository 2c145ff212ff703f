use super::{dead_letter, reqwest_client, sdk, start};
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message};
use axum::http::StatusCode;
use orderly_local::{
    console::{self, Console, Link},
    services::{Listener, Services, warehouse_hook::WarehouseHook},
};
use serde_json::Value;
use std::sync::Arc;

/// The console of some services; yields its address.
async fn serve(services: &Services, warehouse: Option<WarehouseHook>) -> String {
    let link = Link { label: "API".to_owned(), url: "http://127.0.0.1:3000".to_owned() };
    let console = Console { services: services.clone(), warehouse, links: vec![link], exports: Arc::default() };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = axum::serve(listener, console::router(console));
    tokio::spawn(async move { server.await });
    format!("http://{address}")
}

async fn page(url: String) -> String {
    let answer = reqwest_client().get(url).header("accept", "text/html").send().await.unwrap();
    assert_eq!(answer.status(), 200);
    answer.text().await.unwrap()
}

async fn data(url: String) -> Value {
    reqwest_client().get(url).send().await.unwrap().json().await.unwrap()
}

/// Sends a mail with markup in place of a customer's name.
async fn send_mail(services: &Services) -> String {
    let part = |text: &str| Content::builder().data(text).build().unwrap();
    let html = part("<h1>Thanks, Ann</h1><script>alert(1)</script>");
    let body = Body::builder().html(html).text(part("Thanks, Ann <b>")).build();
    let message = Message::builder().subject(part("Your order <1>")).body(body).build();
    let client = aws_sdk_sesv2::Client::new(&sdk(services));
    let request = client.send_email().from_email_address("shop@example.com");
    let request = request.destination(Destination::builder().to_addresses("ann@example.com").build());
    let sent = request.content(EmailContent::builder().simple(message).build()).send().await.unwrap();
    sent.message_id.unwrap()
}

#[tokio::test]
async fn every_page_shows_what_there_is() {
    let services = start().await;
    let hook = WarehouseHook::start(Listener::bind(0).await.unwrap());
    let address = serve(&services, Some(hook.clone())).await;
    for path in ["/", "/mail", "/queues", "/queues/DeadLetters", "/warehouse"] {
        page(format!("{address}{path}")).await;
    }
    send_mail(&services).await;
    dead_letter(&services, r#"{"v":1,"order":"ord_1"}"#).await;
    reqwest_client().post(hook.url()).body(r#"{"picklist":"ful_1"}"#).send().await.unwrap();

    let overview = page(format!("{address}/")).await;
    for part in ["http://127.0.0.1:3000", "Your order &#60;1&#62;", "SES.SendEmail", "Work"] {
        assert!(overview.contains(part), "{part}: {overview}");
    }
    assert!(page(format!("{address}/warehouse")).await.contains("picklist"));
    let data = data(format!("{address}/index.json")).await;
    assert_eq!(data["queues"][0]["name"], "Work");
    assert_eq!(data["queues"][0]["dead"], 1);
    assert_eq!(data["meter"]["requests"]["SES.SendEmail"], 1);
}

#[tokio::test]
async fn a_mail_is_shown_without_its_scripts_running() {
    let services = start().await;
    let address = serve(&services, None).await;
    let id = send_mail(&services).await;
    assert_eq!(data(format!("{address}/mail.json")).await[0]["to"][0], "ann@example.com");
    assert_eq!(data(format!("{address}/mail/{id}.json")).await["subject"], "Your order <1>");
    let html = page(format!("{address}/mail/{id}")).await;
    assert!(html.contains("sandbox=") && !html.contains("<script>"), "{html}");
    assert!(page(format!("{address}/mail/{id}?view=text")).await.contains("Thanks, Ann &#60;b&#62;"));
    assert!(page(format!("{address}/mail/{id}?view=source")).await.contains("Subject: Your order"));

    let frame = reqwest_client().get(format!("{address}/mail/{id}/html")).send().await.unwrap();
    let policy = frame.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("sandbox"));
    assert!(!policy.contains("allow-scripts") && !policy.contains("allow-same-origin"));
    let missing = reqwest_client().get(format!("{address}/mail/nothing")).send().await.unwrap();
    assert_eq!(missing.status(), 404);
}

#[tokio::test]
async fn dead_letters_are_sent_back_by_the_button() {
    let services = start().await;
    let address = serve(&services, None).await;
    dead_letter(&services, r#"{"v":1,"order":"ord_1"}"#).await;
    let letters = format!("{address}/queues/DeadLetters");
    let html = page(letters.clone()).await;
    assert!(html.contains("ord_1") && html.contains("failed in Work"), "{html}");
    assert_eq!(data(format!("{letters}.json")).await[0]["body"], r#"{"v":1,"order":"ord_1"}"#);

    let press = || reqwest_client().post(format!("{letters}/redrive"));
    let foreign = press().header("sec-fetch-site", "cross-site").send().await.unwrap();
    assert_eq!(foreign.status(), StatusCode::FORBIDDEN);
    let done = press().header("sec-fetch-site", "same-origin").send().await.unwrap();
    assert_eq!(done.url().query(), Some("moved=1"));
    assert!(done.text().await.unwrap().contains("1 message was sent back to Work"));
    assert_eq!(services.sqs().depth("Work").await.unwrap().visible, 1);
    let again: Value = press().header("accept", "application/json").send().await.unwrap().json().await.unwrap();
    assert_eq!(again["moved"], 0);
}

#[tokio::test]
async fn a_queue_in_work_is_not_disturbed() {
    let services = start().await;
    let address = serve(&services, None).await;
    let answer = reqwest_client().get(format!("{address}/queues/Work")).send().await.unwrap();
    assert_eq!(answer.status(), 404);
    assert!(answer.text().await.unwrap().contains("Work is no dead-letter queue."));
}
