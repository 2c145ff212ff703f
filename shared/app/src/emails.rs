//! E-mails: claimed before they are sent, recorded afterward.
//!
//! The mail service cannot recognize a repetition. So each e-mail is claimed by a conditional write, which only one
//! delivery of its message can win. Removing the duty then records that it was sent. If a process dies between the two,
//! nobody knows whether the customer got it: after the claim's lease it is sent again, and the claim counts the
//! attempt. An e-mail may arrive twice only then, and when the mail service's answer is lost.
//!
//! What became of it is told later, and is kept in the claim. An e-mail that did not arrive waits for a person there
//! (its entry in the index of what is due), until it is sent again or dismissed.

use crate::{Error, Scope};
use domain::{
    Rejection,
    duty::{Duty, EmailKind, ItemName},
    email_claim::EmailClaim,
    fulfillment::Fulfillment,
    history::{Event, Stamp},
    ids::OrderId,
    mail_report::{MailReport, MailTags, Told},
    order::Order,
    order_state::OrderState,
    outbox::OwesMail,
    problem::Code,
    returns::Return,
    safeguards::Safeguard,
};
use jiff::Timestamp;
use store::{ItemKey, Record, Store, Stored, StoredOrder, Write, retry_on_conflict};

/// An e-mail that an item owes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwedEmail {
    pub order: OrderId,
    pub item: ItemName,
    pub kind: EmailKind,
}

impl OwedEmail {
    fn duty(&self) -> Duty {
        Duty::Email(self.kind.clone())
    }

    fn claim(&self) -> ItemKey {
        ItemKey::new(&self.order, ItemName::Email(Box::new(self.item.clone()), self.kind.clone()))
    }

    fn is_owed(&self, read: &StoredOrder) -> bool {
        let order = &read.order;
        let owed = match &self.item {
            ItemName::State => Some(&order.state.owed),
            ItemName::Fulfillment(id) => order.fulfillments.get(id).map(|fulfillment| &fulfillment.owed),
            ItemName::Return(id) => order.returns.get(id).map(|returned| &returned.owed),
            ItemName::Placed | ItemName::Forming | ItemName::Email(..) => None,
        };
        owed.is_some_and(|owed| owed.contains(&self.duty()))
    }
}

/// An e-mail that nobody else sends now.
#[derive(Debug, Clone)]
pub struct Claimed {
    /// The order as read at the claim.
    pub order: StoredOrder,
    pub tags: MailTags,
}

/// Claims the right to send, and reads what the e-mail needs. None if it was sent already.
pub async fn claim_email(store: &Store, email: &OwedEmail, now: Timestamp) -> Result<Option<Claimed>, Error> {
    retry_on_conflict(async || {
        let Some(order) = store.order(&email.order).await? else { return Ok(None) };
        if !email.is_owed(&order) && !Safeguard::EmailOwedCondition.is_off() {
            return Ok(None);
        }
        let mut write = store.write(now);
        let key = email.claim();
        let mut attempt = 1;
        match order.email_claims.get(&key.item) {
            None => write.create(key, EmailClaim::first(now)),
            Some(claim) if claim.value.is_held(now) && !Safeguard::EmailClaim.is_off() => {
                return Err(Error::Outside("another delivery of this message is sending it".into()));
            }
            Some(claim) => {
                let again = claim.value.again(now);
                attempt = again.attempts;
                tracing::warn!(order = %email.order, kind = %email.kind, attempt, "an e-mail is sent again");
                write.replace(claim, again);
            }
        }
        write.commit().await?;
        let OwedEmail { order: id, item, kind } = email.clone();
        Ok(Some(Claimed { order, tags: MailTags { order: id, item, kind, attempt } }))
    })
    .await
}

/// Lets the next delivery send at once, because this one certainly did not.
pub async fn release_claim(store: &Store, email: &OwedEmail, now: Timestamp) -> Result<(), Error> {
    retry_on_conflict(async || {
        let Some(claim) = store.load::<EmailClaim>(&email.claim()).await? else { return Ok(()) };
        let mut write = store.write(now);
        write.replace(&claim, claim.value.released());
        Ok(write.commit().await?)
    })
    .await
}

/// How sending an e-mail ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sending {
    /// The mail service has taken it.
    Taken,
    /// The mail service takes no mail to an address of this form. A person has to correct it.
    Refused,
    /// It was not sent: nobody is to be written to ([`Order::writes_no_emails`]).
    Needless,
}

/// Records how sending ended, in the item that owed the e-mail. `order` is the order as read at the claim.
pub async fn record_email(
    store: &Store,
    email: &OwedEmail,
    order: &StoredOrder,
    what: Sending,
    now: Timestamp,
) -> Result<(), Error> {
    match &email.item {
        // While the confirmation was sent, fulfillment-dispatch wrote the state, so the state from the claim is out of
        // date.
        ItemName::State => record_in::<OrderState>(store, email, None, what, now).await,
        ItemName::Fulfillment(id) => {
            let read = order.order.fulfillments.get(id).map(|value| order.stored(email.item.clone(), value.clone()));
            record_in::<Fulfillment>(store, email, read, what, now).await
        }
        ItemName::Return(id) => {
            let read = order.order.returns.get(id).map(|value| order.stored(email.item.clone(), value.clone()));
            record_in::<Return>(store, email, read, what, now).await
        }
        ItemName::Placed | ItemName::Forming | ItemName::Email(..) => Ok(()),
    }
}

/// Removes the duty from the item as it was `read`. If that version is out of date, reads the item again.
async fn record_in<T: Record<Key = ItemKey> + OwesMail>(
    store: &Store,
    email: &OwedEmail,
    mut read: Option<Stored<T>>,
    what: Sending,
    now: Timestamp,
) -> Result<(), Error> {
    let event = match what {
        Sending::Taken => Event::Emailed,
        Sending::Refused => Event::EmailRefused,
        Sending::Needless => Event::NotEmailed,
    };
    retry_on_conflict(async || {
        let read = match read.take() {
            None => store.load::<T>(&ItemKey::new(&email.order, email.item.clone())).await?,
            read => read,
        };
        let Some(read) = read else { return Ok(()) };
        let mut write = store.write(now);
        write.replace(&read, read.value.clone().mail_dealt_with(&email.kind, event, &Stamp::orderly(now)));
        if what == Sending::Refused
            && let Some(claim) = store.load::<EmailClaim>(&email.claim()).await?
        {
            let attempt = claim.value.attempts;
            let refused = Told { report: MailReport::Refused, attempt, at: now, reason: String::new() };
            write.replace(&claim, claim.value.clone().report(&refused));
        }
        Ok(write.commit().await?)
    })
    .await
}

/// Records what the mail service tells of an e-mail. Returns since when a person is waited for, if one is.
pub async fn record_report(
    store: &Store,
    email: &OwedEmail,
    told: &Told,
    now: Timestamp,
) -> Result<Option<Timestamp>, Error> {
    retry_on_conflict(async || {
        let claim = store.load::<EmailClaim>(&email.claim()).await?;
        // The claim is there before anything is sent.
        let Some(claim) = claim else {
            tracing::warn!(order = %email.order, kind = %email.kind, "a report is about an e-mail that nobody sent");
            return Ok(None);
        };
        let next = claim.value.clone().report(told);
        let unreached = next.unreached_since();
        let mut write = store.write(now);
        write.replace(&claim, next);
        write.commit().await?;
        Ok(unreached)
    })
    .await
}

/// Sends again the e-mails of an order that did not reach its customer, to the address that it has now.
pub async fn send_again(store: &Store, id: &OrderId, stamp: &Stamp) -> Result<StoredOrder, Error> {
    retry_on_conflict(async || {
        let read = Scope::Everything.order(store, id).await?;
        let (mut order, mut write) = (read.order.clone(), store.write(stamp.at));
        if owe_unreached(&mut write, &read, &mut order, stamp) == 0 {
            let why = "no e-mail of this order waits for a decision: each has arrived, is on its way, or was dismissed";
            return Err(Rejection::new(Code::NothingToRetry, why).into());
        }
        write.change(&read, &order.into());
        Ok::<_, Error>(write.commit().await?)
    })
    .await?;
    Scope::Everything.order(store, id).await
}

/// Ends the wait for e-mails of an order that did not reach its customer. Ending it again changes nothing.
pub async fn dismiss_unreached(store: &Store, id: &OrderId, reason: &str, stamp: &Stamp) -> Result<StoredOrder, Error> {
    retry_on_conflict(async || {
        let read = Scope::Everything.order(store, id).await?;
        // An erased order takes no more words of people, who may name the customer.
        let reason = if read.order.state.is_erased() { "" } else { reason };
        let mut write = store.write(stamp.at);
        for (_, _, claim) in unreached(&read) {
            write.replace(claim, claim.value.clone().dismissed(reason, stamp));
        }
        Ok::<_, Error>(write.commit().await?)
    })
    .await?;
    Scope::Everything.order(store, id).await
}

/// Adds to a write of an order that its e-mails that did not arrive are sent again. Returns how many those are.
pub(crate) fn owe_unreached(write: &mut Write<'_>, read: &StoredOrder, order: &mut Order, stamp: &Stamp) -> usize {
    let mut count = 0;
    for (item, kind, claim) in unreached(read) {
        order.owe_mail_again(item, kind);
        write.replace(claim, claim.value.clone().sent_again(stamp));
        count += 1;
    }
    count
}

/// The e-mails of an order that a person is waited for: the item that owed each, its kind and its claim.
fn unreached(read: &StoredOrder) -> impl Iterator<Item = (&ItemName, &EmailKind, &Stored<EmailClaim>)> {
    /// With the items that owe them, they must fit one transaction. What is left waits for the next decision.
    const AT_ONCE: usize = 40;
    let waiting = read.email_claims.iter().filter(|(_, claim)| claim.value.unreached_since().is_some());
    waiting
        .filter_map(|(name, claim)| match name {
            ItemName::Email(item, kind) => Some((item.as_ref(), kind, claim)),
            _ => None,
        })
        .take(AT_ONCE)
}
