//! Sending through SES.

use crate::mail::Rendered;
use aws_sdk_sesv2::{
    Client,
    config::{Builder, retry::RetryConfig},
    error::{BuildError, DisplayErrorContext, SdkError},
    types::{Body, Content, Destination, EmailContent, Message},
};

/// The shop's outgoing mail.
#[derive(Debug)]
pub struct Outbox {
    client: Client,
    from: String,
}

/// An e-mail that did not go out.
#[derive(Debug)]
pub(crate) enum NotSent {
    /// SES refused it, or never got it: trying again cannot double it.
    Surely(String),
    /// No answer came: it may be on its way.
    Perhaps(String),
}

impl Outbox {
    /// The SDK's own retries are off: after a lost answer they would send twice without anybody knowing.
    pub fn new(config: &orderly::runtime::SdkConfig, from: String) -> Self {
        let config = Builder::from(config).retry_config(RetryConfig::disabled()).build();
        Self { client: Client::from_conf(config), from }
    }

    pub(crate) async fn send(&self, to: &str, mail: &Rendered) -> Result<(), NotSent> {
        let content = content(mail).map_err(|e| NotSent::Surely(e.to_string()))?;
        let send = self.client.send_email().from_email_address(&self.from);
        let send = send.destination(Destination::builder().to_addresses(to).build()).content(content);
        match send.send().await {
            Ok(_) => Ok(()),
            Err(error) => {
                let surely = match &error {
                    SdkError::ConstructionFailure(_) => true,
                    SdkError::DispatchFailure(failure) => failure.is_user(),
                    SdkError::ServiceError(answer) => answer.raw().status().is_client_error(),
                    _ => false,
                };
                // SES repeats the address in some of its messages: only the kind of error is told.
                let code = error.as_service_error().map(|e| e.meta().code().unwrap_or("unknown").to_owned());
                let why = match code {
                    Some(code) => format!("SES: {code}"),
                    None => format!("SES: {}", DisplayErrorContext(error)),
                };
                Err(if surely { NotSent::Surely(why) } else { NotSent::Perhaps(why) })
            }
        }
    }
}

fn content(mail: &Rendered) -> Result<EmailContent, BuildError> {
    let utf8 = |text: &str| Content::builder().data(text).charset("UTF-8").build();
    let body = Body::builder().html(utf8(&mail.html)?).text(utf8(&mail.text)?).build();
    let message = Message::builder().subject(utf8(&mail.subject)?).body(body).build();
    Ok(EmailContent::builder().simple(message).build())
}
