use super::{TEMPLATE, sdk, start, start_with};
use aws_sdk_sesv2::{
    Client,
    error::ProvideErrorMetadata as _,
    primitives::Blob,
    types::{Body, Content, Destination, EmailContent, Message, MessageTag, RawMessage},
};
use std::{io::Write as _, os::unix::fs::PermissionsExt as _};

fn part(text: &str) -> Content {
    Content::builder().data(text).build().unwrap()
}

fn to(address: &str) -> Destination {
    Destination::builder().to_addresses(address).build()
}

fn simple(subject: &str) -> EmailContent {
    let body = Body::builder().html(part("<p>Hello</p>")).text(part("Hello")).build();
    EmailContent::builder().simple(Message::builder().subject(part(subject)).body(body).build()).build()
}

#[tokio::test]
async fn mails_are_kept_newest_first_and_survive_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let services = start_with(TEMPLATE, Some(directory.path().to_owned())).await.unwrap();
    let client = Client::new(&sdk(&services));
    for subject in ["first", "second"] {
        let request = client.send_email().from_email_address("Shop <shop@example.com>");
        let request = request.destination(to("ann@example.com")).reply_to_addresses("help@example.com");
        let sent = request.content(simple(subject)).send().await.unwrap();
        let mail = services.mailbox().get(sent.message_id().unwrap()).unwrap();
        assert_eq!(mail.to, ["ann@example.com"]);
        assert_eq!(mail.reply_to, ["help@example.com"]);
        assert_eq!(mail.html.as_deref(), Some("<p>Hello</p>"));
        assert_eq!(mail.text.as_deref(), Some("Hello"));
    }
    assert_eq!(services.meter().requests["SES.SendEmail"], 2);
    services.shutdown().await;

    // A crash may leave a partial mail. The next one must not be appended to it.
    let kept = directory.path().join("mail.jsonl");
    assert_eq!(std::fs::metadata(&kept).unwrap().permissions().mode() & 0o777, 0o600);
    let mut file = std::fs::OpenOptions::new().append(true).open(&kept).unwrap();
    file.write_all(br#"{"id": "half"#).unwrap();
    for expected in [vec!["second", "first"], vec!["third", "second", "first"]] {
        let services = start_with(TEMPLATE, Some(directory.path().to_owned())).await.unwrap();
        let subjects: Vec<_> = services.mailbox().list().into_iter().map(|mail| mail.subject).collect();
        assert_eq!(subjects, expected);
        let request = Client::new(&sdk(&services)).send_email().from_email_address("shop@example.com");
        request.destination(to("ann@example.com")).content(simple("third")).send().await.unwrap();
        services.shutdown().await;
    }
    std::fs::write(&kept, "{}\n").unwrap();
    let error = start_with(TEMPLATE, Some(directory.path().to_owned())).await.unwrap_err();
    assert!(error.to_string().contains("mail.jsonl, line 1"), "{error}");
}

#[tokio::test]
async fn a_raw_message_is_read() {
    let services = start().await;
    let client = Client::new(&sdk(&services));
    let message = "From: Shop <shop@example.com>\r\nTo: Ann <ann@example.com>\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n\
                   MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHello\r\n";
    let raw = RawMessage::builder().data(Blob::new(message)).build().unwrap();
    let content = EmailContent::builder().raw(raw).build();
    client.send_email().content(content).send().await.unwrap();
    let mail = services.mailbox().list().remove(0);
    assert_eq!(mail.from, "Shop <shop@example.com>");
    assert_eq!(mail.to, ["Ann <ann@example.com>"]);
    assert_eq!(mail.subject, "Grüße");
    assert_eq!(mail.text.as_deref().map(str::trim), Some("Hello"));
    assert_eq!(mail.html, None);
    assert_eq!(mail.raw.as_deref(), Some(message));
}

#[tokio::test]
async fn a_mail_to_nobody_is_refused() {
    let services = start().await;
    let client = Client::new(&sdk(&services));
    let request = client.send_email().from_email_address("shop@example.com").content(simple("x"));
    let error = request.send().await.unwrap_err();
    assert_eq!(error.code(), Some("BadRequestException"));
    assert!(services.mailbox().list().is_empty());
}

const WITH_EVENTS: &str = "
Resources:
  Key: { Type: AWS::SecretsManager::Secret }
  Told: { Type: AWS::SQS::Queue }
  Policy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      PolicyDocument:
        Statement:
          - Effect: Allow
            Principal: { Service: events.amazonaws.com }
            Action: sqs:SendMessage
            Resource: !GetAtt Told.Arn
            Condition: { ArnEquals: { aws:SourceArn: !GetAtt Rule.Arn } }
  Set: { Type: AWS::SES::ConfigurationSet }
  Events:
    Type: AWS::SES::ConfigurationSetEventDestination
    Properties:
      ConfigurationSetName: !Ref Set
      EventDestination:
        Enabled: true
        MatchingEventTypes: [bounce, complaint, delivery]
        EventBridgeDestination: { EventBusArn: 'arn:aws:events:us-east-1:000000000000:event-bus/default' }
  Rule:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: { source: [aws.ses] }
      Targets:
        - Id: it
          Arn: !GetAtt Told.Arn
          InputTransformer:
            InputPathsMap: { event: $.detail-type, tags: $.detail.mail.tags }
            InputTemplate: '[<event>,<tags>]'
";

#[tokio::test]
async fn what_becomes_of_a_mail_is_told_by_its_configuration_set() {
    let services = start_with(WITH_EVENTS, None).await.unwrap();
    let client = Client::new(&sdk(&services));
    let send = async |address: &str, set: Option<&str>| {
        let request = client.send_email().from_email_address("shop@example.com").destination(to(address));
        let tag = MessageTag::builder().name("order").value("ord__1").build().unwrap();
        let request = request.content(simple("x")).email_tags(tag).set_configuration_set_name(set.map(str::to_owned));
        request.send().await
    };
    for (address, expected) in [
        ("ann@example.com", &["Email Delivered"][..]),
        ("bounce@simulator.amazonses.com", &["Email Bounced"]),
        ("Bounce+label@simulator.amazonses.com", &["Email Bounced"]),
        ("suppressionlist@simulator.amazonses.com", &["Email Bounced"]),
        ("complaint@simulator.amazonses.com", &["Email Complaint Received", "Email Delivered"]),
        ("ooto@simulator.amazonses.com", &["Email Bounced", "Email Delivered"]),
        ("bounce@example.com", &["Email Delivered"]),
    ] {
        send(address, Some("Set")).await.unwrap();
        let told = services.sqs().receive("Told", 10, std::time::Duration::from_secs(1)).await.unwrap();
        let mut events = Vec::new();
        for message in told {
            let [event, tags]: [serde_json::Value; 2] = serde_json::from_str(&message.body).unwrap();
            assert_eq!((&tags["order"][0], &tags["ses:configuration-set"][0]), (&"ord__1".into(), &"Set".into()));
            events.push(event.as_str().unwrap().to_owned());
            services.sqs().delete_batch("Told", &[message.receipt_handle]).await.unwrap();
        }
        events.sort();
        assert_eq!(events, expected, "{address}");
    }
    send("ann@example.com", None).await.unwrap();
    assert!(services.sqs().receive("Told", 10, std::time::Duration::ZERO).await.unwrap().is_empty());
    assert_eq!(send("ann@example.com", Some("Other")).await.unwrap_err().code(), Some("NotFoundException"));
    let tag = MessageTag::builder().name("order").value("ord#1").build().unwrap();
    let request = client.send_email().from_email_address("shop@example.com").destination(to("ann@example.com"));
    let error = request.content(simple("x")).email_tags(tag).send().await.unwrap_err();
    assert_eq!(error.code(), Some("BadRequestException"));
}
