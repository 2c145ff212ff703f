//! The customers' data: what is held of a person, and its erasure.

use crate::{Error, FieldError, Refusal, Scope, orders, search::find_orders};
use domain::{
    contact::EmailAddress,
    history::Stamp,
    ids::{OrderId, PaymentId},
    order::Order,
    payment_record::PaymentRecord,
    search::{ANY_TIME, Wanted},
    statement::Statement,
};
use jiff::Timestamp;
use store::{Page, Store, StoredOrder, retry_on_conflict};

/// Whose data it is about: everybody who ordered under an address, or the customer of one order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Person {
    Email(EmailAddress),
    OfOrder(OrderId),
}

/// The person's orders. Each request takes some of them.
async fn orders_of(store: &Store, person: &Person, cursor: Option<String>) -> Result<Page<OrderId>, Error> {
    /// Each is written, so a request ends in time.
    const SOME: usize = 25;
    match person {
        Person::OfOrder(order) if orders::exists(store, order).await? => {
            Ok(Page { items: vec![order.clone()], next: None })
        }
        Person::OfOrder(order) => {
            Err(Refusal::invalid(vec![FieldError::new("value", format!("there is no order {order}"))]).into())
        }
        Person::Email(email) => {
            let channels: Vec<_> = store.channels().await?.into_iter().map(|channel| channel.id).collect();
            let wanted = Wanted::Email(email.clone());
            let page = find_orders(store, &wanted, &channels, &ANY_TIME, cursor, SOME).await?;
            Ok(Page { items: page.items.into_iter().map(|found| found.id).collect(), next: page.next })
        }
    }
}

/// Everything that is held of a person, order by order. Each order's timeline tells that it was given out.
pub async fn export(
    store: &Store,
    person: &Person,
    cursor: Option<String>,
    stamp: &Stamp,
) -> Result<Page<StoredOrder>, Error> {
    let page = change_each(store, person, cursor, stamp, |order| order.note_export(stamp)).await?;
    tracing::info!(by = %stamp.by, orders = page.items.len(), "a person's data was exported");
    Ok(page)
}

/// Notes on each order of a person that the customer's data is to be erased. `reconcile` does it within two minutes, or as
/// soon as the order needs the customer no more.
pub async fn ask_for_erasure(
    store: &Store,
    person: &Person,
    cursor: Option<String>,
    stamp: &Stamp,
) -> Result<Page<StoredOrder>, Error> {
    let page = change_each(store, person, cursor, stamp, |order| order.ask_for_erasure(stamp)).await?;
    tracing::info!(by = %stamp.by, orders = page.items.len(), "the erasure of a person's data was asked for");
    Ok(page)
}

async fn change_each(
    store: &Store,
    person: &Person,
    cursor: Option<String>,
    stamp: &Stamp,
    rule: impl Fn(Order) -> Order,
) -> Result<Page<StoredOrder>, Error> {
    let page = orders_of(store, person, cursor).await?;
    let mut items = Vec::with_capacity(page.items.len());
    for order in page.items {
        let rule = |order: Order| Ok(((), rule(order).into()));
        items.push(orders::change(store, &order, &Scope::Everything, stamp.at, rule).await?.1);
    }
    Ok(Page { items, next: page.next })
}

/// Erases the customer's data of an order, unless the order still needs it. Returns whether it was erased now. What people
/// noted about its e-mails and payments goes in the same transaction.
pub async fn erase(store: &Store, id: &OrderId, now: Timestamp) -> Result<bool, Error> {
    let stamp = Stamp::orderly(now);
    let is_erased = retry_on_conflict(async || {
        let Some(read) = store.order(id).await? else { return Ok::<_, Error>(false) };
        let erased = read.order.clone().erase(&stamp);
        if erased == read.order {
            return Ok(false);
        }
        let payments: Vec<PaymentId> = erased.state.ledger.payments.keys().cloned().collect();
        let statements = store.load_all::<Statement>(payments.iter().cloned()).await?;
        let payments = store.load_all::<PaymentRecord>(payments).await?;
        let mut write = store.write(now);
        write.change(&read, &erased.into());
        for claim in read.email_claims.values() {
            write.replace(claim, claim.value.clone().without_words());
        }
        for (_, payment) in payments {
            let payment = payment?;
            write.replace(&payment, payment.value.clone().without_words());
        }
        for (_, statement) in statements {
            let statement = statement?;
            write.replace(&statement, statement.value.clone().without_words());
        }
        write.commit().await?;
        Ok(true)
    })
    .await?;
    if is_erased {
        tracing::info!(order = %id, "the customer's data was erased");
    }
    Ok(is_erased)
}
