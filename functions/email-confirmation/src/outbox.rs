//! Sending through SES.

mod refusal;

use crate::mail::Rendered;
use aws_sdk_sesv2::{
    Client,
    config::{Builder, retry::RetryConfig, timeout::TimeoutConfig},
    error::{BuildError, DisplayErrorContext, ProvideErrorMetadata as _, SdkError},
    operation::send_email::SendEmailError,
    types::{Body, Content, Destination, EmailContent, Message, MessageTag},
};
use domain::contact::EmailAddress;
use std::time::Duration;

/// The SES error that is waited out: <https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html>.
const THROTTLED: &str = "SES: TooManyRequestsException";

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// The shop's outgoing mail.
#[derive(Debug)]
pub struct Outbox {
    client: Client,
    from: EmailAddress,
    /// The configuration set, whose events tell what becomes of each e-mail.
    configuration: String,
}

/// An e-mail that did not go out.
#[derive(Debug)]
pub(crate) enum NotSent {
    /// SES takes no mail to an address of this form, whoever sends it and whenever. Every other refusal may end: a sender that is
    /// not verified yet, an account that is paused.
    Refused(String),
    /// SES did not take it, or never got it. Trying again cannot send it twice.
    Surely(String),
    /// No answer came. It may be on its way.
    Perhaps(String),
}

/// SES may take seconds per mail. With a shorter time-out, more outcomes would be unknown.
const TIMEOUT: Duration = Duration::from_secs(20);
/// The waits when SES accepts no more this second. It says so before it accepts anything.
const PAUSES: [Duration; 4] =
    [Duration::from_millis(300), Duration::from_millis(600), Duration::from_millis(1200), Duration::from_millis(2400)];

impl Outbox {
    /// The SDK's own retries are off: after a lost answer they would send twice without anybody knowing.
    pub fn new(config: &runtime::SdkConfig, from: EmailAddress, configuration: String) -> Self {
        let timeouts = TimeoutConfig::builder().connect_timeout(CONNECT_TIMEOUT).operation_attempt_timeout(TIMEOUT);
        let config = Builder::from(config).retry_config(RetryConfig::disabled()).timeout_config(timeouts.build());
        Self { client: Client::from_conf(config.build()), from, configuration }
    }

    /// Sends, and waits a little when SES is called too often. SES's events (a bounce, a complaint) repeat the tags.
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
        let tag = |(name, value): &(&str, String)| MessageTag::builder().name(*name).value(value).build();
        let tags = tags.iter().map(tag).collect::<Result<Vec<_>, _>>();
        let tags = tags.map_err(|e| NotSent::Surely(e.to_string()))?;
        let send = self.client.send_email().from_email_address(self.from.as_str());
        let send = send
            .destination(Destination::builder().to_addresses(to).build())
            .content(content)
            .set_email_tags(Some(tags));
        let send = send.configuration_set_name(&self.configuration);
        send.send().await.map(drop).map_err(|error| not_sent(&error))
    }
}

fn not_sent(error: &SdkError<SendEmailError>) -> NotSent {
    let surely = match error {
        SdkError::ConstructionFailure(_) => true,
        SdkError::DispatchFailure(failure) => failure.is_user(),
        SdkError::ServiceError(answer) => answer.raw().status().is_client_error(),
        _ => false,
    };
    let Some(answer) = error.as_service_error() else {
        let why = format!("SES: {}", DisplayErrorContext(error));
        return if surely { NotSent::Surely(why) } else { NotSent::Perhaps(why) };
    };
    // SES repeats the address in some of its messages, so only the kind of error is reported.
    let why = format!("SES: {}", answer.meta().code().unwrap_or("unknown"));
    match answer {
        SendEmailError::BadRequestException(_) => match refusal::of_address(answer.message().unwrap_or_default()) {
            Some(what) => NotSent::Refused(format!("{why}, {what}")),
            None => NotSent::Surely(why),
        },
        _ if surely => NotSent::Surely(why),
        _ => NotSent::Perhaps(why),
    }
}

fn content(mail: &Rendered) -> Result<EmailContent, BuildError> {
    let utf8 = |text: &str| Content::builder().data(text).charset("UTF-8").build();
    let body = Body::builder().html(utf8(&mail.html)?).text(utf8(&mail.text)?).build();
    let message = Message::builder().subject(utf8(&mail.subject)?).body(body).build();
    Ok(EmailContent::builder().simple(message).build())
}
