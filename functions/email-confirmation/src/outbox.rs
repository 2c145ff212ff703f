//! Sending through SES.

use crate::mail::Rendered;
use aws_sdk_sesv2::{
    Client,
    config::{Builder, retry::RetryConfig, timeout::TimeoutConfig},
    error::{BuildError, DisplayErrorContext, SdkError},
    types::{Body, Content, Destination, EmailContent, Message, MessageTag},
};
use std::time::Duration;

/// <https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html>: the errors that mean something here.
const THROTTLED: &str = "SES: TooManyRequestsException";
const BAD_REQUEST: &str = "SES: BadRequestException";

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// The shop's outgoing mail.
#[derive(Debug)]
pub struct Outbox {
    client: Client,
    from: String,
}

/// An e-mail that did not go out.
#[derive(Debug)]
pub(crate) enum NotSent {
    /// SES will not send to this address, now or later.
    Refused(String),
    /// SES did not take it, or never got it: trying again cannot double it.
    Surely(String),
    /// No answer came: it may be on its way.
    Perhaps(String),
}

/// SES may take seconds over a mail. Giving up sooner would leave open whether it went out.
const TIMEOUT: Duration = Duration::from_secs(20);
/// How long to wait when SES takes no more this second; it says so before it takes anything.
const PAUSES: [Duration; 4] =
    [Duration::from_millis(300), Duration::from_millis(600), Duration::from_millis(1200), Duration::from_millis(2400)];

impl Outbox {
    /// The SDK's own retries are off: after a lost answer they would send twice without anybody knowing.
    pub fn new(config: &runtime::SdkConfig, from: String) -> Self {
        let timeouts = TimeoutConfig::builder().connect_timeout(CONNECT_TIMEOUT).operation_attempt_timeout(TIMEOUT);
        let config = Builder::from(config).retry_config(RetryConfig::disabled()).timeout_config(timeouts.build());
        Self { client: Client::from_conf(config.build()), from }
    }

    /// Sends, and waits a little where SES is asked too often. SES's events (a bounce, a complaint) repeat the tags.
    pub(crate) async fn send(&self, to: &str, mail: &Rendered, tags: &[(&str, String)]) -> Result<(), NotSent> {
        for pause in PAUSES {
            match self.try_to_send(to, mail, tags).await {
                Err(NotSent::Surely(why)) if why == THROTTLED => tokio::time::sleep(pause).await,
                outcome => return outcome,
            }
        }
        self.try_to_send(to, mail, tags).await
    }

    async fn try_to_send(&self, to: &str, mail: &Rendered, tags: &[(&str, String)]) -> Result<(), NotSent> {
        let content = content(mail).map_err(|e| NotSent::Surely(e.to_string()))?;
        let tags = tags.iter().map(|(name, value)| tag(name, value)).collect::<Result<Vec<_>, _>>();
        let tags = tags.map_err(|e| NotSent::Surely(e.to_string()))?;
        let send = self.client.send_email().from_email_address(&self.from);
        let send = send
            .destination(Destination::builder().to_addresses(to).build())
            .content(content)
            .set_email_tags(Some(tags));
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
                Err(match why.as_str() {
                    BAD_REQUEST => NotSent::Refused(why),
                    _ if surely => NotSent::Surely(why),
                    _ => NotSent::Perhaps(why),
                })
            }
        }
    }
}

/// A tag's value may hold letters, digits, `_` and `-` only.
fn tag(name: &str, value: &str) -> Result<MessageTag, BuildError> {
    let value = value.replace(|c: char| !c.is_ascii_alphanumeric() && c != '-', "_");
    MessageTag::builder().name(name).value(value).build()
}

fn content(mail: &Rendered) -> Result<EmailContent, BuildError> {
    let utf8 = |text: &str| Content::builder().data(text).charset("UTF-8").build();
    let body = Body::builder().html(utf8(&mail.html)?).text(utf8(&mail.text)?).build();
    let message = Message::builder().subject(utf8(&mail.subject)?).body(body).build();
    Ok(EmailContent::builder().simple(message).build())
}
