use super::{sdk, start};
use aws_sdk_secretsmanager::Client;

#[tokio::test]
async fn values_are_found_by_arn_and_by_name_and_can_be_replaced() {
    let services = start().await;
    let client = Client::new(&sdk(&services));
    let first = client.get_secret_value().secret_id("Key").send().await.unwrap();
    assert_eq!(first.secret_string(), Some("s3cret"));
    client.put_secret_value().secret_id("Key").secret_string("newer").send().await.unwrap();
    let second = client.get_secret_value().secret_id(first.arn().unwrap()).send().await.unwrap();
    assert_eq!(second.secret_string(), Some("newer"));
    assert_ne!(first.version_id(), second.version_id());
    assert_eq!(services.secrets().get("Key").as_deref(), Some("newer"));
}

#[tokio::test]
async fn a_secret_without_value_is_not_found() {
    let services = start().await;
    let client = Client::new(&sdk(&services));
    for name in ["Unset", "Nothing"] {
        let error = client.get_secret_value().secret_id(name).send().await.unwrap_err();
        assert!(error.into_service_error().is_resource_not_found_exception());
    }
    assert!(services.secrets().set("Unset", "now"));
    assert!(!services.secrets().set("Nothing", "now"));
    let value = client.get_secret_value().secret_id("Unset").send().await.unwrap();
    assert_eq!(value.secret_string(), Some("now"));
}
