//! Everything that waits for a person or does not go on by itself, in one list.

mod waiting;

use crate::App;
use api::{Caller, Error, Request, Response, next_cursor};
use app::channels;
use domain::{
    attention::AttentionReason,
    duty::{ItemName, STUCK_AFTER},
    email_claim::EmailClaim,
    fulfillment::Fulfillment,
    ids::{ChannelId, OrderId, ParcelId, PaymentId, ProviderName, UnreadId},
    ledger::Dispute,
    mail_report::MailReport,
    money::{Amount, Currency},
    order_state::{Hold, HoldReason, OrderState},
    parcel_state::ParcelState,
    payment_record::PaymentRecord,
    settings::Role,
    statement::Statement,
};
use jiff::Timestamp;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use store::{DueClass, ItemKey, Record, Unmatched};

/// One thing that needs attention.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AttentionItem {
    /// Why it is listed. `holds`, `parcels`, `emails` and `payment` tell more.
    pub why: AttentionReason,
    /// Since when it waits.
    #[cfg_attr(feature = "schema", schemars(with = "domain::schema::Moment"))]
    pub since: Timestamp,
    /// The order that it is about. Absent for a payment that names none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderId>,
    /// The channel's own order id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The item of the order: `state`, `fulfillment#01`, `return#01`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// What an order on hold waits for, and the way on.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub holds: BTreeMap<HoldReason, Hold>,
    /// Since when the data of the order's customer is to be erased. It is when the order needs the customer no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<domain::schema::Moment>"))]
    pub erasure_asked_at: Option<Timestamp>,
    /// Disputes that wait for an answer, the most urgent first. `GET /orders/{order_id}/disputes/{dispute}/evidence` gathers it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub disputes: Vec<DisputeToAnswer>,
    /// The parcels of a fulfillment that did not arrive, and where they are, as far as anybody has told.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "BTreeMap<String, ParcelState>"))]
    pub parcels: BTreeMap<ParcelId, ParcelState>,
    /// The e-mails of an order that did not reach its customer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub emails: Vec<UnreachedEmail>,
    /// A payment without an order, with what of it is captured, or a payment or payout about which the books and its provider's list
    /// differ. `GET /operations/unmatched-payments` and `GET /operations/differences` tell more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment: Option<PaymentId>,
    /// The currency of `captured`. Absent if this is about no payment, or about one without an amount.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    /// What of the payment is captured, in minor units. Absent if `currency` is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub captured: Option<Amount>,
    /// The payment provider with whose list the books of a day could not be compared. Absent if this is about no provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<ProviderName>,
    /// The channel whose shop cannot be reached. `GET /channels/{channel}/connection` tells why. Absent if this is about no channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<ChannelId>,
    /// A payment provider's webhook that was not understood. `GET /operations/unread-webhooks` tells more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhook: Option<UnreadId>,
}

/// A dispute that waits for an answer.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DisputeToAnswer {
    /// The provider's id of the dispute.
    pub dispute: String,
    /// The disputed payment.
    pub payment: PaymentId,
    #[serde(flatten)]
    pub told: Dispute,
}

impl DisputeToAnswer {
    fn of(state: &OrderState) -> Vec<Self> {
        let view = |(payment, dispute, told): (&PaymentId, &str, &Dispute)| Self {
            dispute: dispute.to_owned(),
            payment: payment.clone(),
            told: told.clone(),
        };
        state.disputes_to_answer().into_iter().map(view).collect()
    }
}

/// An e-mail that did not reach its customer.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UnreachedEmail {
    /// Which e-mail, with its parcel, revision or refund if it has one: `payment-confirmed`, `shipped:P1`.
    pub kind: String,
    /// The item of the order that it is about: `state`, `fulfillment#01`, `return#01`.
    pub item: String,
    /// What became of it.
    pub reports: Vec<MailReport>,
}

/// A page of what needs attention, the longest waiting first.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Attention {
    /// How many there are of each kind, on all pages, whatever is asked for. All that orders wait for counts as `on_hold`.
    pub counts: BTreeMap<AttentionReason, usize>,
    /// Those of this page, the longest waiting first.
    pub items: Vec<AttentionItem>,
    /// Ask with `cursor` for what follows; null on the last page.
    pub next_cursor: Option<String>,
}

/// What an entry is about.
enum About {
    Item(ItemKey),
    /// E-mails of one order: a dead address is one thing to decide, however many e-mails went there.
    Emails(OrderId, Vec<ItemKey>),
    Payment(PaymentId),
    Webhook(UnreadId),
    /// A comparison of the books with a provider's list.
    Provider(ProviderName),
    Channel(ChannelId),
    Difference(PaymentId),
}

impl About {
    fn name(&self) -> String {
        match self {
            Self::Item(key) => format!("{}/{}", key.order, key.item),
            Self::Emails(order, _) => format!("{order}/emails"),
            Self::Payment(payment) => payment.to_string(),
            Self::Webhook(webhook) => webhook.to_string(),
            Self::Provider(provider) => provider.to_string(),
            Self::Channel(channel) => format!("channel/{channel}"),
            Self::Difference(payment) => format!("{payment}/difference"),
        }
    }
}

struct Entry {
    why: AttentionReason,
    since: Timestamp,
    about: About,
}

impl Entry {
    /// Its place in the list. A cursor is one.
    fn place(&self) -> String {
        format!("{:014}#{}", self.since.as_millisecond(), self.about.name())
    }
}

pub(crate) async fn list(app: &App, caller: &Caller, request: &Request) -> Result<Response, Error> {
    let (wanted, limit, after) =
        (request.query_param::<AttentionReason>("why")?, request.limit()?, request.cursor_of_anything()?);
    let entries = entries(app, caller).await?;
    let mut counts = BTreeMap::new();
    for entry in &entries {
        *counts.entry(entry.why).or_default() += 1;
    }
    let entries = match wanted {
        Some(wanted) => waiting::only(app, entries, wanted).await?,
        None => entries,
    };
    let mut places: Vec<(String, Entry)> = entries
        .into_iter()
        .map(|entry| (entry.place(), entry))
        .filter(|(place, _)| after.as_ref().is_none_or(|after| place > after))
        .collect();
    places.sort_by(|(a, _), (b, _)| a.cmp(b));
    let has_more = places.len() > limit;
    places.truncate(limit);
    let next = places.last().filter(|_| has_more).map(|(place, _)| place.clone());
    let page: Vec<Entry> = places.into_iter().map(|(_, entry)| entry).collect();
    let items = described(app, page).await?;
    Ok(Response::json(200, &Attention { counts, items, next_cursor: next_cursor(next) }))
}

/// Everything that waits for the caller, from indexes that hold only keys. Payments that no order has taken are for operators.
/// Of orders the warehouse is told what concerns its own fulfillments: holds tell of money, and e-mails of customers.
async fn entries(app: &App, caller: &Caller) -> Result<Vec<Entry>, Error> {
    let mut found = of_orders(app).await?;
    if caller.role == Role::Warehouse {
        return at_work(app, caller, found).await;
    }
    if caller.role == Role::Operator {
        found.extend(of_payments(app).await?);
    }
    Ok(found)
}

/// The entries that are about fulfillments at the caller's locations.
async fn at_work(app: &App, caller: &Caller, entries: Vec<Entry>) -> Result<Vec<Entry>, Error> {
    let is_work =
        |entry: &Entry| matches!(&entry.about, About::Item(key) if matches!(key.item, ItemName::Fulfillment(_)));
    let mut work: Vec<Entry> = entries.into_iter().filter(is_work).collect();
    if !caller.is_bound() {
        return Ok(work);
    }
    let key = |entry: &Entry| match &entry.about {
        About::Item(key) => Some(key.clone()),
        _ => None,
    };
    let scope = caller.scope();
    let read = readable::<Fulfillment>(app, work.iter().filter_map(key).collect()).await?;
    let own: BTreeSet<ItemKey> = read.filter(|(_, of)| scope.sees_fulfillment(of)).map(|(key, _)| key).collect();
    work.retain(|entry| key(entry).is_some_and(|key| own.contains(&key)));
    Ok(work)
}

async fn of_orders(app: &App) -> Result<Vec<Entry>, Error> {
    let now = app.clock.now();
    let mut found = Vec::new();
    for due in app.store.due(DueClass::Owed, now - STUCK_AFTER).await? {
        found.push(Entry { why: AttentionReason::WorkOverdue, since: due.since, about: About::Item(due.key) });
    }
    let mut emails: BTreeMap<OrderId, (Timestamp, Vec<ItemKey>)> = BTreeMap::new();
    for due in app.store.due(DueClass::Waiting, now).await? {
        let why = match due.key.item {
            ItemName::State => AttentionReason::OnHold,
            ItemName::Email(..) => {
                // The longest waiting comes first.
                let of_order = emails.entry(due.key.order.clone()).or_insert((due.since, Vec::new()));
                of_order.1.push(due.key);
                continue;
            }
            _ => AttentionReason::ParcelNotArrived,
        };
        found.push(Entry { why, since: due.since, about: About::Item(due.key) });
    }
    found.extend(emails.into_iter().map(|(order, (since, keys))| Entry {
        why: AttentionReason::MailNotDelivered,
        since,
        about: About::Emails(order, keys),
    }));
    Ok(found)
}

async fn of_payments(app: &App) -> Result<Vec<Entry>, Error> {
    let (now, mut found) = (app.clock.now(), Vec::new());
    let about =
        |why, entry: store::UnmatchedEntry| Entry { why, since: entry.since, about: About::Payment(entry.payment) };
    for class in [Unmatched::AwaitsOrder, Unmatched::NamesNoOrder] {
        found.extend(
            app.store.unmatched(class).await?.into_iter().map(|entry| about(AttentionReason::PaymentUnmatched, entry)),
        );
    }
    let overdue = app.store.unmatched(Unmatched::OwesRefund).await?.into_iter();
    let overdue = overdue.filter(|entry| now.duration_since(entry.since) > STUCK_AFTER);
    found.extend(overdue.map(|entry| about(AttentionReason::WorkOverdue, entry)));
    let unread = app.store.unread_webhooks().await?.into_iter();
    let why = AttentionReason::WebhookUnread;
    found.extend(unread.map(|(webhook, since)| Entry { why, since, about: About::Webhook(webhook) }));
    let why = AttentionReason::BooksDiffer;
    let differing = app.store.differing().await?.into_iter();
    found.extend(differing.map(|(payment, since)| Entry { why, since, about: About::Difference(payment) }));
    let owed = app.store.comparisons().await?.into_iter();
    let why = AttentionReason::WorkOverdue;
    let overdue = owed.filter(|(_, since)| now.duration_since(*since) > STUCK_AFTER);
    found.extend(overdue.map(|(provider, since)| Entry { why, since, about: About::Provider(provider) }));
    for (_, watch) in channels::watched(&app.store).await? {
        let about = || About::Channel(watch.channel.clone());
        found.extend(watch.waits_for_person(now).map(|(why, since)| Entry { why, since, about: about() }));
    }
    Ok(found)
}

/// The entries of a page, with what their records say.
async fn described(app: &App, page: Vec<Entry>) -> Result<Vec<AttentionItem>, Error> {
    let (mut states, mut parcels, mut claims, mut payments) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut statements = Vec::new();
    for entry in &page {
        match &entry.about {
            About::Item(key) if key.item == ItemName::State => states.push(key.clone()),
            About::Item(key) if matches!(key.item, ItemName::Fulfillment(_)) => parcels.push(key.clone()),
            About::Item(_) | About::Webhook(_) | About::Provider(_) | About::Channel(_) => {}
            About::Difference(payment) => statements.push(payment.clone()),
            About::Emails(order, keys) => {
                states.push(ItemKey::state(order));
                claims.extend(keys.iter().cloned());
            }
            About::Payment(payment) => payments.push(payment.clone()),
        }
    }
    let states: BTreeMap<ItemKey, OrderState> = readable(app, states).await?.collect();
    let parcels = readable(app, parcels).await?;
    let mut parcels: BTreeMap<ItemKey, _> = parcels.map(|(key, of)| (key, not_arrived(&of))).collect();
    let mut payments: BTreeMap<PaymentId, PaymentRecord> = readable(app, payments).await?.collect();
    let mut statements: BTreeMap<PaymentId, Statement> = readable(app, statements).await?.collect();
    let mut emails: BTreeMap<OrderId, Vec<UnreachedEmail>> = BTreeMap::new();
    for (key, claim) in readable::<EmailClaim>(app, claims).await? {
        emails.entry(key.order.clone()).or_default().extend(unreached(&key, &claim));
    }
    let now = app.clock.now();
    let item = |Entry { why, since, about }: Entry| {
        let bare = AttentionItem {
            why,
            since,
            order: None,
            reference: None,
            item: None,
            holds: BTreeMap::new(),
            erasure_asked_at: None,
            disputes: Vec::new(),
            parcels: BTreeMap::new(),
            emails: Vec::new(),
            payment: None,
            currency: None,
            captured: None,
            provider: None,
            channel: None,
            webhook: None,
        };
        match about {
            About::Item(key) => {
                let state = states.get(&key);
                AttentionItem {
                    why: state.filter(|_| why == AttentionReason::OnHold).map_or(why, |of| waiting::first(of, now)),
                    reference: state.map(|state| state.reference.clone()),
                    erasure_asked_at: state.and_then(OrderState::awaits_erasure_since),
                    holds: state.map(|state| state.holds.clone()).unwrap_or_default(),
                    disputes: state.map(DisputeToAnswer::of).unwrap_or_default(),
                    parcels: parcels.remove(&key).unwrap_or_default(),
                    item: Some(key.item.to_string()),
                    order: Some(key.order),
                    ..bare
                }
            }
            About::Emails(order, _) => AttentionItem {
                reference: states.get(&ItemKey::state(&order)).map(|state| state.reference.clone()),
                emails: emails.remove(&order).unwrap_or_default(),
                order: Some(order),
                ..bare
            },
            About::Provider(provider) => AttentionItem { provider: Some(provider), ..bare },
            About::Channel(channel) => AttentionItem { channel: Some(channel), ..bare },
            About::Difference(payment) => {
                let order = statements.remove(&payment).and_then(|statement| statement.order);
                AttentionItem { payment: Some(payment), order, ..bare }
            }
            About::Webhook(webhook) => AttentionItem { webhook: Some(webhook), ..bare },
            About::Payment(payment) => {
                let record = payments.remove(&payment).unwrap_or_default();
                let ledger = record.ledger();
                let currency = ledger.currency();
                AttentionItem {
                    captured: currency.map(|currency| ledger.captured(currency)),
                    currency,
                    order: record.order,
                    payment: Some(payment),
                    ..bare
                }
            }
        }
    };
    Ok(page.into_iter().map(item).collect())
}

/// Those of the records that can be read. The list must not fail for one that cannot.
async fn readable<T: Record>(app: &App, keys: Vec<T::Key>) -> Result<impl Iterator<Item = (T::Key, T)>, Error> {
    let found = app.store.load_all::<T>(keys).await?.into_iter();
    Ok(found.filter_map(|(key, read)| Some((key, read.ok()?.value))))
}

fn not_arrived(fulfillment: &Fulfillment) -> BTreeMap<ParcelId, ParcelState> {
    let parcels = fulfillment.parcels.iter().filter(|parcel| parcel.awaits_decision_since().is_some());
    parcels.map(|parcel| (parcel.id, parcel.state())).collect()
}

fn unreached(key: &ItemKey, claim: &EmailClaim) -> Option<UnreachedEmail> {
    let ItemName::Email(item, kind) = &key.item else { return None };
    let reports = claim.reports.keys().copied().collect();
    Some(UnreachedEmail { kind: kind.to_string(), item: item.to_string(), reports })
}
