//! Sends every customer e-mail, each once per kind and item that owes it (see [`app::emails`]).

mod compose;
pub mod mail;
pub mod outbox;

use app::{
    Error, digest,
    emails::{self, Claimed, OwedEmail, Sending},
};
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use domain::{
    contact::{EmailAddress, InvalidEmail, InvalidUrl},
    duty::{Duty, Subject},
};
use mail::{Language, Shop, language::UnknownLanguage};
use outbox::{NotSent, Outbox};
use runtime::{Clock, ConfigError, optional, process, variable};
use store::{Message, Store};

/// What the function works with.
pub struct App {
    pub store: Store,
    pub clock: Clock,
    pub outbox: Outbox,
    pub shop: Shop,
    /// Who is told what waits for people.
    pub merchant: EmailAddress,
}

/// The shop as the template's parameters describe it.
pub fn shop() -> Result<Shop, ConfigError> {
    let wrong = |unknown: UnknownLanguage| ConfigError::Invalid { name: "SHOP_LANGUAGE", problem: unknown.to_string() };
    let no_page = |invalid: InvalidUrl| ConfigError::Invalid { name: "CONTACT_URL", problem: invalid.to_string() };
    Ok(Shop {
        name: variable("SHOP_NAME")?,
        email: variable("CONTACT_EMAIL")?,
        phone: optional("CONTACT_PHONE"),
        help_page: optional("CONTACT_URL").map(|url| url.parse()).transpose().map_err(no_page)?,
        language: variable("SHOP_LANGUAGE")?.parse().map_err(wrong)?,
    })
}

/// The address that mails come from. One that SES would refuse must not look like a customer's that it refuses.
pub fn sender() -> Result<EmailAddress, ConfigError> {
    let wrong = |invalid: InvalidEmail| ConfigError::Invalid { name: "MAIL_FROM", problem: invalid.to_string() };
    variable("MAIL_FROM")?.parse().map_err(wrong)
}

/// The address that the merchant is told at.
pub fn merchant() -> Result<EmailAddress, ConfigError> {
    let wrong = |invalid: InvalidEmail| ConfigError::Invalid { name: "ATTENTION_EMAIL", problem: invalid.to_string() };
    variable("ATTENTION_EMAIL")?.parse().map_err(wrong)
}

/// The configuration set that mails go out under.
pub fn configuration() -> Result<String, ConfigError> {
    variable("MAIL_CONFIGURATION")
}

pub async fn handle(app: &App, event: SqsEvent) -> SqsBatchResponse {
    process(event, async |message: Message| send(app, message).await).await
}

async fn send(app: &App, message: Message) -> Result<(), Error> {
    match (message.subject, message.duty) {
        (Subject::OrderItem(order, item), Duty::Email(kind)) => send_email(app, OwedEmail { order, item, kind }).await,
        (Subject::Digest, Duty::Digest) => send_digest(app).await,
        _ => Err(Error::Defect("this duty belongs to another function".into())),
    }
}

/// Tells the merchant what waits for people.
async fn send_digest(app: &App) -> Result<(), Error> {
    let Some(census) = digest::claim(&app.store, app.clock.now()).await? else { return Ok(()) };
    let outcome = app.outbox.send(app.merchant.as_str(), &mail::digest::render(&census, &app.shop), &[]).await;
    let now = app.clock.now();
    match outcome {
        Ok(()) => digest::record(&app.store, now).await,
        // Also an address that SES takes no mail to: the operator who runs the stack sees the alarm, and mends the parameter.
        Err(NotSent::Surely(why) | NotSent::Refused(why)) => {
            digest::release(&app.store, now).await?;
            Err(Error::Outside(why))
        }
        Err(NotSent::Perhaps(why)) => Err(Error::Outside(why)),
    }
}

async fn send_email(app: &App, email: OwedEmail) -> Result<(), Error> {
    let claimed = emails::claim_email(&app.store, &email, app.clock.now()).await?;
    let Some(Claimed { order: read, tags }) = claimed else { return Ok(()) };
    if read.order.writes_no_emails() {
        return emails::record_email(&app.store, &email, &read, Sending::Needless, app.clock.now()).await;
    }
    let locations = app.store.locations().await?;
    let mail = compose::compose(&read.order, &email.item, &email.kind, &locations, app.clock.now())?;
    let language = Language::of(read.order.placed.customer.locale.as_deref(), app.shop.language);
    let mail = mail.render(&app.shop, language).map_err(|e| Error::Defect(e.to_string()))?;
    let outcome = app.outbox.send(&read.order.placed.customer.email, &mail, &tags.pairs()).await;
    let now = app.clock.now();
    match outcome {
        Ok(()) => emails::record_email(&app.store, &email, &read, Sending::Taken, now).await,
        // Trying again would only fill the dead letters: a person has to correct the address.
        Err(NotSent::Refused(why)) => {
            tracing::warn!(order = %email.order, kind = %email.kind, why, "SES refuses the customer's address");
            emails::record_email(&app.store, &email, &read, Sending::Refused, now).await
        }
        Err(NotSent::Surely(why)) => {
            emails::release_claim(&app.store, &email, now).await?;
            Err(Error::Outside(why))
        }
        Err(NotSent::Perhaps(why)) => Err(Error::Outside(why)),
    }
}
