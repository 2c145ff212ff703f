//! Sends every customer e-mail, each once per order and kind.
//!
//! SES cannot tell a repetition, so each e-mail is claimed before it is sent, by a conditional write that only one
//! delivery of its message can win. What the duty's removal then records is that it was sent. When a process dies
//! between the two, nobody knows whether the customer has it: after the claim's lease it is sent again, and
//! the record counts that as another attempt. That is the one case in which an e-mail may come twice.

mod compose;
pub mod mail;
pub mod outbox;

use api::email;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use domain::{
    duty::{Duty, EmailKind, ItemName, Owed},
    fulfillment::Fulfillment,
    history::{Actor, Entry},
    order_state::OrderState,
    returns::Return,
};
use jiff::SignedDuration;
use mail::{Link, Shop};
use outbox::{NotSent, Outbox};
use runtime::{Clock, ConfigError, RecordError, optional, process, variable};
use store::{Aggregate, EmailRecord, Message, Order, Store, Stored, retry_on_conflict};

/// What the function works with.
pub struct App {
    pub store: Store,
    pub clock: Clock,
    pub outbox: Outbox,
    pub shop: Shop,
}

/// How long a claim keeps others from sending: longer than the function may run.
const LEASE: SignedDuration = SignedDuration::from_secs(60);

/// The shop as the template's parameters describe it.
pub fn shop() -> Result<Shop, ConfigError> {
    Ok(Shop {
        name: variable("SHOP_NAME")?,
        email: variable("CONTACT_EMAIL")?,
        phone: optional("CONTACT_PHONE"),
        help_page: optional("CONTACT_URL").as_deref().and_then(Link::parse),
    })
}

/// The address that mails come from. One that SES would refuse must not look like a customer's that it refuses.
pub fn sender() -> Result<String, ConfigError> {
    let wrong = |problem: &str| ConfigError::Invalid { name: "MAIL_FROM", problem: problem.to_owned() };
    email(&variable("MAIL_FROM")?).map_err(wrong)
}

pub async fn handle(app: &App, event: SqsEvent) -> SqsBatchResponse {
    process(event, async |message: Message| send(app, &message).await).await
}

async fn send(app: &App, message: &Message) -> Result<(), RecordError> {
    let Duty::Email(kind) = &message.duty else {
        return Err(RecordError::Poison("this duty belongs to another function".into()));
    };
    let Some(order) = retry_on_conflict(async || claim(app, message, kind).await).await? else { return Ok(()) };
    let mail = compose::compose(&order, &message.item, kind, &app.store.locations().await?, app.clock.now())?;
    let mail = mail.render(&app.shop).map_err(|e| RecordError::Poison(e.to_string()))?;
    let tags = [("order", message.order.to_string()), ("item", message.item.to_string()), ("kind", kind.to_string())];
    match app.outbox.send(&order.placed().customer.email, &mail, &tags).await {
        Ok(()) => done(app, message, order, "emailed").await,
        // Trying again would only fill the dead letters: the timeline tells people that nothing reached the customer.
        Err(NotSent::Refused(why)) => {
            tracing::error!(order = %message.order, kind = %kind, why, "SES refuses the customer's address");
            done(app, message, order, "email-refused").await
        }
        Err(NotSent::Surely(why)) => {
            retry_on_conflict(async || give_back(app, message, kind).await).await?;
            Err(RecordError::Outside(why))
        }
        Err(NotSent::Perhaps(why)) => Err(RecordError::Outside(why)),
    }
}

/// Wins the right to send, and reads what there is to say. None if it is sent already.
async fn claim(app: &App, message: &Message, kind: &EmailKind) -> Result<Option<Order>, RecordError> {
    let Some(order) = app.store.order(&message.order).await?.filter(|order| owes(order, message)) else {
        return Ok(None);
    };
    let now = app.clock.now();
    let mut write = app.store.write(now);
    let name = claim_of(message, kind);
    match order.emails.get(&name) {
        None => write.create(&order.id, name, EmailRecord { claimed_at: Some(now), attempts: 1 }),
        Some(claim) if claim.value.claimed_at.is_some_and(|at| now.duration_since(at) < LEASE) => {
            return Err(RecordError::Outside("another delivery of this message is sending it".into()));
        }
        Some(claim) => {
            let again = EmailRecord { claimed_at: Some(now), attempts: claim.value.attempts + 1 };
            tracing::warn!(order = %order.id, kind = %kind, attempt = again.attempts, "an e-mail is sent again");
            write.replace(claim, again);
        }
    }
    write.commit().await?;
    Ok(Some(order))
}

fn claim_of(message: &Message, kind: &EmailKind) -> ItemName {
    ItemName::Email(Box::new(message.item.clone()), kind.clone())
}

fn owes(order: &Order, message: &Message) -> bool {
    match &message.item {
        ItemName::State => order.state.owes(&message.duty),
        ItemName::Fulfillment(id) => order.fulfillments.get(id).is_some_and(|read| read.owes(&message.duty)),
        ItemName::Return(id) => order.returns.get(id).is_some_and(|read| read.owes(&message.duty)),
        ItemName::Placed | ItemName::Email(..) => false,
    }
}

/// Lets the next delivery send at once: this one surely did not.
async fn give_back(app: &App, message: &Message, kind: &EmailKind) -> Result<(), RecordError> {
    let claim = app.store.load::<EmailRecord>(&message.order, &claim_of(message, kind)).await?;
    let Some(claim) = claim else { return Ok(()) };
    let mut write = app.store.write(app.clock.now());
    write.replace(&claim, EmailRecord { claimed_at: None, attempts: claim.value.attempts.saturating_sub(1) });
    write.commit().await?;
    Ok(())
}

/// Records what became of it, in the item that owed it.
async fn done(app: &App, message: &Message, mut order: Order, what: &str) -> Result<(), RecordError> {
    match &message.item {
        // While the confirmation was sent, fulfillment-dispatch wrote the state: what was read then is old by now.
        ItemName::State => {
            pay::<OrderState>(app, message, None, what, |state| (&mut state.owed, &mut state.history)).await
        }
        ItemName::Fulfillment(id) => {
            let read = order.fulfillments.remove(id);
            pay::<Fulfillment>(app, message, read, what, |value| (&mut value.owed, &mut value.history)).await
        }
        ItemName::Return(id) => {
            let read = order.returns.remove(id);
            pay::<Return>(app, message, read, what, |value| (&mut value.owed, &mut value.history)).await
        }
        ItemName::Placed | ItemName::Email(..) => Ok(()),
    }
}

/// Removes the duty from the item as it was `read`, or, where that is too old, as it is now.
async fn pay<T: Aggregate>(
    app: &App,
    message: &Message,
    mut read: Option<Stored<T>>,
    what: &str,
    parts: impl Fn(&mut T) -> (&mut Owed, &mut Vec<Entry>),
) -> Result<(), RecordError> {
    retry_on_conflict(async || {
        let read = match read.take() {
            None => app.store.load::<T>(&message.order, &message.item).await?,
            read => read,
        };
        let Some(read) = read else { return Ok(()) };
        let mut next = read.value.clone();
        let now = app.clock.now();
        let (owed, history) = parts(&mut next);
        let was_owed = owed.remove(&message.duty);
        let kind = message.duty.to_string();
        let kind = kind.strip_prefix("email:").unwrap_or(&kind);
        // A cancellation drops the duty while the mail is being sent: the timeline tells of that mail all the same.
        if was_owed || !history.iter().any(|entry| entry.what == what && entry.note == kind) {
            history.push(Entry::new(now, &Actor::orderly(), what, kind));
        }
        let mut write = app.store.write(now);
        write.replace(&read, next);
        write.commit().await?;
        Ok(())
    })
    .await
}
