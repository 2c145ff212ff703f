use super::{TEMPLATE, sdk, start, start_with};
use aws_sdk_sesv2::{
    Client,
    error::ProvideErrorMetadata as _,
    primitives::Blob,
    types::{Body, Content, Destination, EmailContent, Message, RawMessage},
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
