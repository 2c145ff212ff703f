//! Tests of the local AWS services through the functions' clients, and of the services beside them.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod access;
mod console;
mod dynamodb;
mod mail;
mod secrets;
mod sqs;
mod stripe;
mod warehouse_hook;

use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_sdk_dynamodb::config::{BehaviorVersion, Region};
use aws_types::SdkConfig;
use orderly_local::{
    services::{Listener, Services, ServicesConfig, ServicesError},
    template::{Context, System},
};
use std::{
    collections::BTreeMap,
    path::PathBuf,
    time::{Duration, Instant},
};

const TEMPLATE: &str = include_str!("template.yaml");

/// The services of the small template, in memory and on a free port.
async fn start() -> Services {
    start_with(TEMPLATE, None).await.unwrap()
}

async fn start_with(template: &str, data_dir: Option<PathBuf>) -> Result<Services, ServicesError> {
    let listener = Listener::bind(0).await.unwrap();
    let context = Context { endpoint: listener.endpoint() };
    let system = System::parse(template, &BTreeMap::new(), &context).unwrap();
    let secrets = BTreeMap::from([("Key".to_owned(), "s3cret".to_owned())]);
    let config =
        ServicesConfig { data_dir, secrets, ttl_sweep: Some(Duration::from_millis(50)), ..ServicesConfig::default() };
    Services::start(listener, &system, config).await
}

/// Waits until `check` yields a value; thirty seconds at most, for a busy machine.
async fn eventually<T>(what: &str, mut check: impl AsyncFnMut() -> Option<T>) -> T {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(30) {
        if let Some(found) = check().await {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("not in time: {what}");
}

/// Makes a message a dead letter through the queue's redrive policy, as on AWS.
async fn dead_letter(services: &Services, body: &str) {
    let sqs = services.sqs();
    sqs.send("Work", body).await.unwrap();
    let received = sqs.receive("Work", 10, Duration::from_secs(1)).await.unwrap();
    assert_eq!(received.len(), 1);
    sqs.change_visibility("Work", &received[0].receipt_handle, Duration::ZERO).await.unwrap();
    eventually("the message is a dead letter", async || {
        assert!(sqs.receive("Work", 10, Duration::ZERO).await.unwrap().is_empty());
        (sqs.depth("DeadLetters").await.unwrap().visible > 0).then_some(())
    })
    .await;
}

/// The functions' access to the services, without any function's access key.
fn sdk(services: &Services) -> SdkConfig {
    sdk_of("local", services)
}

fn sdk_of(access_key: &str, services: &Services) -> SdkConfig {
    let credentials = Credentials::new(access_key, "local", None, None, "test");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static(orderly_local::template::REGION))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url(services.endpoint())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build()
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let services = start().await;
    let port: u16 = services.endpoint().rsplit(':').next().unwrap().parse().unwrap();
    let error = Listener::bind(port).await.unwrap_err();
    assert_eq!(error.to_string(), format!("port {port} is in use by another program: stop it, or choose another port"));
}

#[tokio::test]
async fn what_is_not_offered_is_named() {
    let services = start().await;
    let client = reqwest_client();
    let request = client.post(services.endpoint()).header("x-amz-target", "AWSKMS.Encrypt");
    let answer = request.body("{}").send().await.unwrap();
    assert_eq!(answer.status(), 400);
    assert!(answer.text().await.unwrap().contains("does not offer AWSKMS.Encrypt"));
    let answer = client.get(format!("{}/v2/email/identities", services.endpoint())).send().await.unwrap();
    assert!(answer.text().await.unwrap().contains("does not offer GET /v2/email/identities"));
    let request = client.post(services.endpoint()).header("x-amz-target", "DynamoDB_20120810.ExportTable");
    let answer = request.body("{}").send().await.unwrap();
    assert!(answer.text().await.unwrap().contains("does not offer DynamoDB_20120810.ExportTable"));
}

#[tokio::test]
async fn a_value_for_no_secret_is_an_error() {
    let listener = Listener::bind(0).await.unwrap();
    let context = Context { endpoint: listener.endpoint() };
    let system = System::parse(TEMPLATE, &BTreeMap::new(), &context).unwrap();
    let secrets = BTreeMap::from([("Kye".to_owned(), "s3cret".to_owned())]);
    let config = ServicesConfig { secrets, ..ServicesConfig::default() };
    let error = Services::start(listener, &system, config).await.unwrap_err();
    assert_eq!(error.to_string(), "the template declares no secret `Kye`");
}

fn reqwest_client() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::new()
}
