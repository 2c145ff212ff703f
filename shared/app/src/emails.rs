//! E-mails: claimed before they are sent, recorded afterward.
//!
//! The mail service cannot recognize a repetition. So each e-mail is claimed by a conditional write, which only one
//! delivery of its message can win. Removing the duty then records that it was sent. If a process dies between the two,
//! nobody knows whether the customer got it: after the claim's lease it is sent again, and the claim counts the
//! attempt. An e-mail may arrive twice only then, and when the mail service's answer is lost.

use crate::Error;
use domain::{
    duty::{Duty, EmailKind, ItemName},
    email_claim::EmailClaim,
    fulfillment::Fulfillment,
    history::{Event, Stamp},
    ids::OrderId,
    order_state::OrderState,
    outbox::OwesMail,
    returns::Return,
    safeguards::Safeguard,
};
use jiff::Timestamp;
use store::{ItemKey, Record, Store, Stored, StoredOrder, retry_on_conflict};

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

/// Claims the right to send, and reads what the e-mail needs. None if it was sent already.
pub async fn claim_email(store: &Store, email: &OwedEmail, now: Timestamp) -> Result<Option<StoredOrder>, Error> {
    retry_on_conflict(async || {
        let Some(order) = store.order(&email.order).await? else { return Ok(None) };
        if !email.is_owed(&order) && !Safeguard::EmailOwedCondition.is_off() {
            return Ok(None);
        }
        let mut write = store.write(now);
        let key = email.claim();
        match order.email_claims.get(&key.item) {
            None => write.create(key, EmailClaim::first(now)),
            Some(claim) if claim.value.is_held(now) && !Safeguard::EmailClaim.is_off() => {
                return Err(Error::Outside("another delivery of this message is sending it".into()));
            }
            Some(claim) => {
                let again = claim.value.again(now);
                tracing::warn!(order = %email.order, kind = %email.kind, attempt = again.attempts, "an e-mail is sent again");
                write.replace(claim, again);
            }
        }
        write.commit().await?;
        Ok(Some(order))
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

/// Records the outcome of an e-mail in the item that owed it. `order` is the order as read at the claim.
pub async fn record_email(
    store: &Store,
    email: &OwedEmail,
    order: &StoredOrder,
    what: Event,
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
    what: Event,
    now: Timestamp,
) -> Result<(), Error> {
    retry_on_conflict(async || {
        let read = match read.take() {
            None => store.load::<T>(&ItemKey::new(&email.order, email.item.clone())).await?,
            read => read,
        };
        let Some(read) = read else { return Ok(()) };
        let mut write = store.write(now);
        write.replace(&read, read.value.clone().mail_dealt_with(&email.kind, what, &Stamp::orderly(now)));
        Ok(write.commit().await?)
    })
    .await
}
