//! Sends every customer e-mail, each once per kind and item that owes it (see [`app::emails`]).

mod compose;
pub mod mail;
pub mod outbox;

use app::{
    Error,
    emails::{self, OwedEmail},
};
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use domain::{
    contact::{EmailAddress, InvalidEmail, InvalidUrl},
    duty::{Duty, Subject},
    history::Event,
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

pub async fn handle(app: &App, event: SqsEvent) -> SqsBatchResponse {
    process(event, async |message: Message| send(app, message).await).await
}

async fn send(app: &App, message: Message) -> Result<(), Error> {
    let (Subject::OrderItem(order, item), Duty::Email(kind)) = (message.subject, message.duty) else {
        return Err(Error::Defect("this duty belongs to another function".into()));
    };
    let email = OwedEmail { order, item, kind };
    let Some(read) = emails::claim_email(&app.store, &email, app.clock.now()).await? else { return Ok(()) };
    if read.order.state.is_erased() {
        return emails::record_email(&app.store, &email, &read, Event::NotEmailed, app.clock.now()).await;
    }
    let locations = app.store.locations().await?;
    let mail = compose::compose(&read.order, &email.item, &email.kind, &locations, app.clock.now())?;
    let language = Language::of(read.order.placed.customer.locale.as_deref(), app.shop.language);
    let mail = mail.render(&app.shop, language).map_err(|e| Error::Defect(e.to_string()))?;
    let tags = [("order", email.order.to_string()), ("item", email.item.to_string()), ("kind", email.kind.to_string())];
    let outcome = app.outbox.send(&read.order.placed.customer.email, &mail, &tags).await;
    let now = app.clock.now();
    match outcome {
        Ok(()) => emails::record_email(&app.store, &email, &read, Event::Emailed, now).await,
        // Trying again would only fill the dead letters: the timeline tells people that nothing reached the customer.
        Err(NotSent::Refused(why)) => {
            tracing::error!(order = %email.order, kind = %email.kind, why, "SES refuses the customer's address");
            emails::record_email(&app.store, &email, &read, Event::EmailRefused, now).await
        }
        Err(NotSent::Surely(why)) => {
            emails::release_claim(&app.store, &email, now).await?;
            Err(Error::Outside(why))
        }
        Err(NotSent::Perhaps(why)) => Err(Error::Outside(why)),
    }
}
