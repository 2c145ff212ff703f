//! Permissions of the small template's `clerk`, whose role allows five things.

use super::{sdk, sdk_of, start};
use aws_sdk_dynamodb::{
    error::{ProvideErrorMetadata, SdkError},
    types::{AttributeValue, Put, TransactWriteItem, Update},
};
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message};
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use orderly_local::services::Services;
use std::fmt::Debug;

const USER: &str = "arn:aws:sts::000000000000:assumed-role/ClerkRole/clerk";

fn key(order: &str) -> [(String, AttributeValue); 2] {
    [("order_id", order), ("item", "state")].map(|(name, value)| (name.to_owned(), AttributeValue::S(value.to_owned())))
}

/// Status, code and message of a refusal.
fn refused<T: Debug, E: ProvideErrorMetadata + Debug>(result: Result<T, SdkError<E>>) -> (u16, String, String) {
    let error = result.unwrap_err();
    let status = error.raw_response().unwrap().status().as_u16();
    (status, error.code().unwrap().to_owned(), error.message().unwrap().to_owned())
}

fn expected(status: u16, code: &str, action: &str, resource: &str) -> (u16, String, String) {
    let message = format!(
        "User: {USER} is not authorized to perform: {action} on resource: {resource} because no identity-based policy \
         allows the {action} action"
    );
    (status, code.to_owned(), message)
}

fn queue(services: &Services, name: &str) -> String {
    services.sqs().url(name)
}

#[tokio::test]
async fn a_role_is_held_to_its_tables_and_indexes() {
    let services = start().await;
    let client = aws_sdk_dynamodb::Client::new(&sdk_of("clerk", &services));
    let put = client.put_item().table_name("Orders").set_item(Some(key("ord_1").into()));
    put.send().await.unwrap();
    let query = |index: Option<&str>, attribute: &str| {
        let query = client.query().table_name("Orders").set_index_name(index.map(str::to_owned));
        let query = query.key_condition_expression("#k = :v").expression_attribute_names("#k", attribute);
        query.expression_attribute_values(":v", AttributeValue::S("x".to_owned())).send()
    };
    query(Some("due"), "due_class").await.unwrap();
    let table = "arn:aws:dynamodb:us-east-1:000000000000:table/Orders";
    assert_eq!(refused(query(None, "order_id").await), expected(400, "AccessDeniedException", "dynamodb:Query", table));
    let get = client.get_item().table_name("Orders").set_key(Some(key("ord_1").into()));
    assert_eq!(refused(get.send().await), expected(400, "AccessDeniedException", "dynamodb:GetItem", table));
}

#[tokio::test]
async fn a_transaction_with_one_forbidden_part_is_refused_whole() {
    let services = start().await;
    let client = aws_sdk_dynamodb::Client::new(&sdk_of("clerk", &services));
    let put = Put::builder().table_name("Orders").set_item(Some(key("ord_1").into())).build().unwrap();
    let put = TransactWriteItem::builder().put(put).build();
    let update =
        Update::builder().table_name("Orders").set_key(Some(key("ord_2").into())).update_expression("SET a = b");
    let update = TransactWriteItem::builder().update(update.build().unwrap()).build();
    let both = client.transact_write_items().transact_items(put.clone()).transact_items(update).send().await;
    let table = "arn:aws:dynamodb:us-east-1:000000000000:table/Orders";
    assert_eq!(refused(both), expected(400, "AccessDeniedException", "dynamodb:UpdateItem", table));

    let developer = aws_sdk_dynamodb::Client::new(&sdk(&services));
    let scan = async || developer.scan().table_name("Orders").send().await.unwrap().count();
    assert_eq!(scan().await, 0);
    client.transact_write_items().transact_items(put).send().await.unwrap();
    assert_eq!(scan().await, 1);
}

#[tokio::test]
async fn sending_is_one_permission_for_single_messages_and_batches() {
    let services = start().await;
    let client = aws_sdk_sqs::Client::new(&sdk_of("clerk", &services));
    let single = |name: &str| client.send_message().queue_url(queue(&services, name)).message_body("x").send();
    let batch = |name: &str| {
        let entry = SendMessageBatchRequestEntry::builder().id("0").message_body("x").build().unwrap();
        client.send_message_batch().queue_url(queue(&services, name)).entries(entry).send()
    };
    single("Work").await.unwrap();
    batch("Work").await.unwrap();
    let dead_letters = "arn:aws:sqs:us-east-1:000000000000:DeadLetters";
    let expected = expected(403, "AccessDenied", "sqs:SendMessage", dead_letters);
    assert_eq!(refused(single("DeadLetters").await), expected);
    assert_eq!(refused(batch("DeadLetters").await), expected);
}

#[tokio::test]
async fn secrets_and_senders() {
    let services = start().await;
    let client = aws_sdk_secretsmanager::Client::new(&sdk_of("clerk", &services));
    client.get_secret_value().secret_id("Key").send().await.unwrap();
    let unset = "arn:aws:secretsmanager:us-east-1:000000000000:secret:Unset-local0";
    assert_eq!(
        refused(client.get_secret_value().secret_id(unset).send().await),
        expected(400, "AccessDeniedException", "secretsmanager:GetSecretValue", unset)
    );

    let client = aws_sdk_sesv2::Client::new(&sdk_of("clerk", &services));
    let send = |from: &str| {
        let text = Content::builder().data("x").build().unwrap();
        let body = Body::builder().text(text.clone()).build();
        let content = EmailContent::builder().simple(Message::builder().subject(text).body(body).build()).build();
        let send = client.send_email().from_email_address(from).content(content);
        send.destination(Destination::builder().to_addresses("a@example.com").build()).send()
    };
    send("Shop <shop@example.com>").await.unwrap();
    let identity = "arn:aws:ses:us-east-1:000000000000:identity/other@example.com";
    let message = format!("User `{USER}' is not authorized to perform `ses:SendEmail' on resource `{identity}'");
    assert_eq!(refused(send("other@example.com").await), (403, "AccessDeniedException".to_owned(), message));
    assert_eq!(services.mailbox().list().len(), 1);
}

#[tokio::test]
async fn refusals_are_kept_once_and_say_where_to_allow() {
    let services = start().await;
    let client = aws_sdk_sqs::Client::new(&sdk_of("clerk", &services));
    for _ in 0..2 {
        client.receive_message().queue_url(queue(&services, "Work")).send().await.unwrap_err();
    }
    let refusals: Vec<_> = services.refusals().iter().map(ToString::to_string).collect();
    let work = "arn:aws:sqs:us-east-1:000000000000:Work";
    assert_eq!(
        refusals,
        [format!(
            "clerk may not sqs:ReceiveMessage on {work}: if that is its job, allow it in ClerkRole in template.yaml"
        )]
    );
}

#[tokio::test]
async fn a_key_that_is_no_functions_may_do_everything() {
    let services = start().await;
    for key in ["test", "ClerkFunction", "clerk2"] {
        let client = aws_sdk_dynamodb::Client::new(&sdk_of(key, &services));
        client.scan().table_name("Orders").send().await.unwrap();
    }
    assert!(services.refusals().is_empty());
}
