//! Every minute: sends again what is owed, expires unpaid reservations, looks for stock for orders that wait for
//! it, matches payments to orders that have appeared since, tells of parcels that nothing is heard of, notes batches that are
//! over, and counts what is stuck.
//!
//! While all goes well, it only ends unpaid reservations, finds stock for backorders, and finds parcels that nothing is heard
//! of and batches whose orders were all cancelled. Each step is bounded, and takes its turn with what there is: what it does
//! not get to, the next minutes do, and an item that fails keeps no other back.

mod backlog;
mod pace;

use app::{
    Error, batches, channels, comparison, customers, digest, payments,
    reconcile::{self, Watch},
    stock_sync,
};
use backlog::{Backlog, LIMIT, Share};
use domain::{
    attention::{AttentionReason, Census, WaitingFor},
    digest::DigestPace,
    duty::{ItemName, OWED_GRACE, STUCK_AFTER},
    history::Stamp,
    ids::{ChannelId, LocationId, OrderId, PaymentId, ProviderName, UnreadId},
    order_state::{ERASURE_IS_LATE_AFTER, EVIDENCE_WARNING},
    safeguards::Safeguard,
};
use futures::StreamExt as _;
use jiff::{SignedDuration, Timestamp};
use runtime::{Clock, ConfigError};
use serde::Serialize;
use std::collections::BTreeSet;
use store::{DueClass, DueItem, Store, Unmatched, UnmatchedEntry};

/// What the function works with.
pub struct App {
    pub store: Store,
    pub clock: Clock,
    /// How long after it left a parcel is overdue that nothing was heard of. None: never.
    pub parcel_overdue: Option<SignedDuration>,
    /// How long nothing is heard of a parcel before its tracking service is asked. None: no service is.
    pub parcel_asked_about: Option<SignedDuration>,
    /// How long after an order was placed its customer's data is erased. None: only when somebody asks for it.
    pub retention: Option<SignedDuration>,
    /// How often the merchant is told by e-mail what waits for people.
    pub digests: DigestPace,
    /// The payment providers whose lists the books are compared with.
    pub providers: Vec<ProviderName>,
    pub backlogs: Backlogs,
}

/// How far the runs have come, by class.
#[derive(Debug, Default)]
pub struct Backlogs {
    owed: Backlog,
    unpaid: Backlog,
    waiting: Backlog,
}

/// Reads `ATTENTION_MAILS`.
pub fn digests(pace: &str) -> Result<DigestPace, ConfigError> {
    pace.parse().map_err(|problem| ConfigError::Invalid { name: "ATTENTION_MAILS", problem })
}

/// Reads `PAYMENT_PROVIDERS` and `COMPARED_PROVIDERS`: names, separated by commas. The books are compared with the lists of those
/// that both name.
pub fn providers(in_use: &str, compared: &str) -> Result<Vec<ProviderName>, ConfigError> {
    let names = |variable, text: &str| {
        let wrong = |name: &str| ConfigError::Invalid { name: variable, problem: format!("{name:?} is no name") };
        let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
        names.map(|name| name.parse().map_err(|_| wrong(name))).collect::<Result<Vec<ProviderName>, ConfigError>>()
    };
    let compared = names("COMPARED_PROVIDERS", compared)?;
    let in_use = names("PAYMENT_PROVIDERS", in_use)?;
    Ok(in_use.into_iter().filter(|name| compared.contains(name)).collect())
}

/// Reads a number of days from the environment variable `name`. Zero is never.
pub fn days(name: &'static str, text: &str) -> Result<Option<SignedDuration>, ConfigError> {
    let problem = || "must be a whole number of days; 0 for never".to_owned();
    let days: u16 = text.parse().map_err(|_| ConfigError::Invalid { name, problem: problem() })?;
    Ok((days > 0).then(|| SignedDuration::from_hours(24 * i64::from(days))))
}

/// What one run did.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    pub sent_again: usize,
    /// Shops that are asked for what changed.
    pub shops_asked: usize,
    pub expired: usize,
    pub waiting: usize,
    pub matched: usize,
    /// Fulfillments with a parcel that has become overdue, or that its tracking service is asked about.
    pub silent: usize,
    /// Orders whose customer's data was erased.
    pub erased: usize,
    /// Batches whose end nobody had noted.
    pub batches_ended: usize,
    /// Fulfillments with a parcel that did not arrive, while nobody has decided what is done about it.
    pub unresolved: usize,
    /// Items that have owed work for so long that a person should look.
    pub stuck: usize,
    /// What has waited for a person for more than a day.
    pub needs_attention: usize,
}

/// What waits for a person for longer is an alarm.
const ATTENTION_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// Items that are worked on at once.
const AT_ONCE: usize = 16;

/// A step or an item that fails does not keep the others from being done; the first failure is told at the end.
pub async fn handle(app: &App) -> Result<Report, Error> {
    let now = app.clock.now();
    let mut failure = None;
    let mut take = |step: Step| {
        if let Err(error) = step.outcome {
            failure.get_or_insert(error);
        }
        step.done
    };
    let is_stuck = |since: &Timestamp| now.duration_since(*since) > STUCK_AFTER;
    let mut for_people: Vec<Waits> = Vec::new();
    let (comparisons, compared) = compare_books(app, now).await;
    let (stuck, sent_again, refunds) = match overdue(app, now).await {
        Ok((overdue, refunds)) => {
            let why = AttentionReason::WorkOverdue;
            let items = overdue.counted.iter().map(|due| Waits::new(why, &due.key.order, due.since));
            let payments = refunds.iter().map(|refund| Waits::new(why, &refund.payment, refund.since));
            let all = items.chain(payments).chain(comparisons);
            let all: Vec<Waits> = all.filter(|waits| is_stuck(&waits.since)).collect();
            // What the alarm's metric filter reads: told first, whatever becomes of the rest.
            tracing::info!(stuck_orders = all.len(), "counted");
            let stuck = all.len();
            for_people.extend(all);
            (stuck, send_again(app, overdue, now).await, send_refunds_again(app, refunds, now).await)
        }
        Err(error) => (0, Step::failed(error), Step::default()),
    };
    let (unresolved, waiting, erased) = match app.backlogs.waiting.share(&app.store, DueClass::Waiting, now).await {
        Ok(waiting) => {
            let is_order = |due: &DueItem| due.key.item == ItemName::State;
            let orders = waiting.turn.into_iter().filter(is_order).collect();
            let others: Vec<DueItem> = waiting.counted.into_iter().filter(|due| !is_order(due)).collect();
            let (mails, parcels): (Vec<_>, Vec<_>) =
                others.into_iter().partition(|due| matches!(due.key.item, ItemName::Email(..)));
            let (held, step, to_erase) = look_at_waiting(app, orders, now).await;
            let of = |why: AttentionReason, due: &DueItem| Waits::new(why, &due.key.order, due.since);
            for_people.extend(held);
            for_people.extend(parcels.iter().map(|due| of(AttentionReason::ParcelNotArrived, due)));
            for_people.extend(by_order(mails).iter().map(|due| of(AttentionReason::MailNotDelivered, due)));
            (parcels.len(), step, erase(app, to_erase, now).await)
        }
        Err(error) => (0, Step::failed(error), Step::default()),
    };
    let (unmatched, matched) = match_payments(app, now).await;
    for_people.extend(unmatched);
    let (unread, looked) = unread_webhooks(app).await;
    for_people.extend(unread);
    let (differing, read) = differences(app).await;
    for_people.extend(differing);
    let (faults, asked) = ask_shops(app, now).await;
    for_people.extend(faults);
    let needs_attention = older_than_a_day(&for_people, now);
    tracing::info!(needs_attention, unresolved_parcels = unresolved, "counted");
    let census = Census::of(for_people.into_iter().map(|Waits { why, what, since }| (why, what, since)));
    tell(&census, now);
    let told = tell_merchant(app, &census, now).await;
    let report = Report {
        stuck,
        unresolved,
        needs_attention,
        sent_again: take(sent_again) + take(refunds) + take(compared) + take(told),
        shops_asked: take(asked),
        expired: take(expire(app, now).await),
        waiting: take(waiting),
        matched: take(matched) + take(looked) + take(read),
        silent: take(watch_parcels(app, now).await),
        erased: take(erased) + take(erase_old(app, now).await),
        batches_ended: take(end_batches(app, now).await),
    };
    tracing::info!(
        sent_again = report.sent_again,
        expired = report.expired,
        waiting = report.waiting,
        matched = report.matched,
        silent = report.silent,
        erased = report.erased,
        batches_ended = report.batches_ended,
        "reconciled"
    );
    failure.map_or(Ok(report), Err)
}

/// Something that waits for a person: why, which order or payment, and since when.
struct Waits {
    why: WaitingFor,
    what: String,
    since: Timestamp,
}

impl Waits {
    fn new(why: AttentionReason, what: &impl ToString, since: Timestamp) -> Self {
        Self { why: WaitingFor::Other(why), what: what.to_string(), since }
    }
}

/// E-mails that did not arrive, one for each order: a dead address is one thing to decide. The longest waiting comes first.
fn by_order(mut mails: Vec<DueItem>) -> Vec<DueItem> {
    let mut seen = BTreeSet::new();
    mails.retain(|due| seen.insert(due.key.order.clone()));
    mails
}

/// How many orders and payments have waited for a person for more than a day. Stuck work has an alarm of its own.
fn older_than_a_day(waiting: &[Waits], now: Timestamp) -> usize {
    let is_old = |waits: &&Waits| {
        waits.why != WaitingFor::Other(AttentionReason::WorkOverdue)
            && now.duration_since(waits.since) > ATTENTION_AFTER
    };
    waiting.iter().filter(is_old).map(|waits| &waits.what).collect::<BTreeSet<_>>().len()
}

/// Writes a line for each reason, which two metric filters read. Nothing is written, and nothing is billed, for what nobody
/// waits for.
fn tell(census: &Census, now: Timestamp) {
    for (why, waiting) in census.iter() {
        let hours = now.duration_since(waiting.oldest).as_secs() / 3_600;
        tracing::info!(waiting_for = %why, waiting = waiting.count, waiting_hours = hours, "waits for a person");
    }
}

/// Tells the merchant by e-mail, if it is time. What is owed is sent again like any work.
async fn tell_merchant(app: &App, census: &Census, now: Timestamp) -> Step {
    if app.digests == DigestPace::Off {
        return Step::default();
    }
    match digest::look(&app.store, census, app.digests, now).await {
        Ok(owed_since) => {
            let is_turn = owed_since.is_some_and(|since| pace::is_turn(since, now));
            if owed_since.is_some_and(|since| now.duration_since(since) > STUCK_AFTER) {
                tracing::error!(since = ?owed_since, "the e-mail about what waits for people does not go out");
            }
            let is_sent = is_turn && !Safeguard::ReconcileSendsAgain.is_off();
            Step { done: if is_sent { digest::remind(&app.store).await } else { 0 }, ..Step::default() }
        }
        Err(error) => Step::failed(error),
    }
}

/// What has owed work for longer than its message takes: items of orders, and refunds of payments that no order takes.
async fn overdue(app: &App, now: Timestamp) -> Result<(Share, Vec<UnmatchedEntry>), Error> {
    let before = now - OWED_GRACE;
    let overdue = app.backlogs.owed.share(&app.store, DueClass::Owed, before).await?;
    let mut refunds = app.store.unmatched(Unmatched::OwesRefund).await?;
    refunds.retain(|refund| refund.since < before);
    Ok((overdue, refunds))
}

/// How far a step came, and the first thing that went wrong.
struct Step {
    done: usize,
    outcome: Result<(), Error>,
}

impl Default for Step {
    fn default() -> Self {
        Self { done: 0, outcome: Ok(()) }
    }
}

impl Step {
    fn failed(error: impl Into<Error>) -> Self {
        Self { outcome: Err(error.into()), ..Self::default() }
    }

    fn add(&mut self, outcome: Result<usize, Error>) {
        match outcome {
            Ok(done) => self.done += done,
            Err(error) => {
                tracing::error!(%error, "one item failed");
                if self.outcome.is_ok() {
                    self.outcome = Err(error);
                }
            }
        }
    }
}

/// Works on each item, some at once.
async fn each<T>(items: Vec<T>, work: impl AsyncFn(T) -> Result<usize, Error>) -> Step {
    let work = &work;
    let outcomes = futures::stream::iter(items).map(async |item| work(item).await);
    let mut outcomes = std::pin::pin!(outcomes.buffer_unordered(AT_ONCE));
    let mut step = Step::default();
    while let Some(outcome) = outcomes.next().await {
        step.add(outcome);
    }
    step
}

async fn send_again(app: &App, overdue: Share, now: Timestamp) -> Step {
    let is_all = overdue.is_all();
    let mut turn = overdue.turn;
    // With more than a run can do, taking turns is pace enough.
    if is_all {
        turn.retain(|due| pace::is_turn(due.since, now));
    }
    if Safeguard::ReconcileSendsAgain.is_off() {
        turn.clear();
    }
    each(turn, async |due| reconcile::remind(&app.store, &due.key, now).await).await
}

async fn send_refunds_again(app: &App, mut refunds: Vec<UnmatchedEntry>, now: Timestamp) -> Step {
    refunds.retain(|refund| pace::is_turn(refund.since, now));
    let turn = if Safeguard::ReconcileSendsAgain.is_off() { Vec::new() } else { pace::share(refunds, LIMIT, now) };
    each(turn, async |refund| reconcile::remind_of_refund(&app.store, &refund.payment).await).await
}

async fn expire(app: &App, now: Timestamp) -> Step {
    let unpaid = match app.backlogs.unpaid.share(&app.store, DueClass::Unpaid, now).await {
        Ok(unpaid) => {
            let mut turn = unpaid.turn;
            turn.retain(|due| !safeguard(due).is_off());
            turn
        }
        Err(error) => return Step::failed(error),
    };
    each(unpaid, async |due| reconcile::end_reservation(&app.store, &due.key, now).await.map(|()| 1)).await
}

fn safeguard(due: &DueItem) -> Safeguard {
    if due.key.item == ItemName::Forming { Safeguard::FormingIsUndone } else { Safeguard::ReconcileExpires }
}

/// Orders that wait for stock are given to stock-deduction, the oldest first, which serves them if it can. Returns what people are
/// waited for, and the orders whose customer's data is to be erased.
async fn look_at_waiting(app: &App, waiting: Vec<DueItem>, now: Timestamp) -> (Vec<Waits>, Step, Vec<OrderId>) {
    let orders = waiting.into_iter().map(|due| due.key.order).collect();
    match reconcile::look_at_waiting(&app.store, orders, now).await {
        Ok(found) => {
            let mut step = Step { done: found.for_stock, ..Step::default() };
            for error in found.unreadable {
                step.add(Err(error));
            }
            let held = found.for_people.into_iter();
            let held = held.map(|(order, reason, since)| Waits {
                why: WaitingFor::Hold(reason),
                what: order.to_string(),
                since,
            });
            let late = found.to_erase.iter().filter(|(_, since)| now.duration_since(*since) > ERASURE_IS_LATE_AFTER);
            let late = late
                .map(|(order, since)| Waits::new(AttentionReason::ErasureLate, order, *since + ERASURE_IS_LATE_AFTER));
            let by_hand =
                found.to_refund.iter().map(|(order, since)| Waits::new(AttentionReason::RefundByHand, order, *since));
            let urgent = found.to_answer.iter().map(|(order, due_by)| (order, *due_by - EVIDENCE_WARNING));
            let urgent = urgent.filter(|(_, since)| *since <= now);
            let urgent = urgent.map(|(order, since)| Waits::new(AttentionReason::EvidenceDue, order, since));
            let for_people = held.chain(late).chain(by_hand).chain(urgent).collect();
            (for_people, step, found.to_erase.into_iter().map(|(order, _)| order).collect())
        }
        Err(error) => (Vec::new(), Step::failed(error), Vec::new()),
    }
}

/// Looks through the orders that are active for longer than a parcel may be silent: each channel once an hour. The list of
/// active orders is there anyway, so a parcel on its way costs no write more for being watched.
async fn watch_parcels(app: &App, now: Timestamp) -> Step {
    let Some(after) = app.parcel_overdue.into_iter().chain(app.parcel_asked_about).min() else {
        return Step::default();
    };
    let channels = match app.store.channels().await {
        Ok(channels) => channels,
        Err(error) => return Step::failed(error),
    };
    let mut step = Step::default();
    for channel in pace::hourly(channels, now) {
        step.add(watch_parcels_of(app, &channel.id, after, now).await);
    }
    step
}

async fn watch_parcels_of(
    app: &App,
    channel: &ChannelId,
    after: SignedDuration,
    now: Timestamp,
) -> Result<usize, Error> {
    let active = app.store.active_since_before(channel, now - after).await?;
    let (sent, unreadable) = reconcile::with_a_carrier(&app.store, pace::part(active, LIMIT, pace::hour(now))).await?;
    let watch = Watch { overdue: app.parcel_overdue, asked: app.parcel_asked_about };
    let step = each(sent, async |order| reconcile::watch_parcels(&app.store, &order, &watch, now).await).await;
    unreadable.into_iter().next().map_or(Ok(()), Err).and(step.outcome).map(|()| step.done)
}

/// Notes the ends of batches that nobody has noted. They are read as over all the same, so this only keeps the index of those
/// that are not over small.
async fn end_batches(app: &App, now: Timestamp) -> Step {
    /// Locations that one run looks at: one Query for each while nothing is picked there in batches.
    const LOCATIONS: usize = 100;
    if Safeguard::BatchesAreEnded.is_off() {
        return Step::default();
    }
    let locations: Vec<LocationId> = match app.store.locations().await {
        Ok(locations) => locations.iter().map(|location| location.id.clone()).collect(),
        Err(error) => return Step::failed(error),
    };
    let (mut over, mut step) = (Vec::new(), Step::default());
    for location in pace::share(locations, LOCATIONS, now) {
        match batches::over(&app.store, &location).await {
            Ok(found) => over.extend(found),
            Err(error) => step.add(Err(error)),
        }
    }
    let stamp = Stamp::orderly(now);
    let ended = each(over, async |batch| batches::end_when_done(&app.store, &batch, &stamp).await.map(|()| 1)).await;
    step.add(ended.outcome.map(|()| ended.done));
    step
}

/// Erases the customers' data of these orders, where nobody needs it any more.
async fn erase(app: &App, orders: Vec<OrderId>, now: Timestamp) -> Step {
    each(orders, async |order| customers::erase(&app.store, &order, now).await.map(usize::from)).await
}

/// Erases the customers' data of orders that are kept for longer than the merchant wants: each channel once an hour. An order
/// that still needs its customer is looked at again in another hour.
async fn erase_old(app: &App, now: Timestamp) -> Step {
    /// So many are looked at, of which each hour takes another part.
    const LOOKED_AT: usize = 5 * LIMIT;
    let Some(retention) = app.retention else { return Step::default() };
    let channels = match app.store.channels().await {
        Ok(channels) => channels,
        Err(error) => return Step::failed(error),
    };
    let mut step = Step::default();
    for channel in pace::hourly(channels, now) {
        match app.store.closed_before(&channel.id, now - retention, LOOKED_AT).await {
            Ok(old) => {
                let of_channel = erase(app, pace::part(old, LIMIT, pace::hour(now)), now).await;
                step.add(of_channel.outcome.map(|()| of_channel.done));
            }
            Err(error) => step.add(Err(error.into())),
        }
    }
    step
}

/// Begins to compare the books of each day that is over with the providers' lists, and sends again what is owed of that. Returns
/// the comparisons that are under way, and since when their steps are owed.
async fn compare_books(app: &App, now: Timestamp) -> (Vec<Waits>, Step) {
    let under_way = match comparison::begin(&app.store, &app.providers, now).await {
        Ok(under_way) => under_way,
        Err(error) => return (Vec::new(), Step::failed(error)),
    };
    let waits =
        |(provider, since): &(ProviderName, Timestamp)| Waits::new(AttentionReason::WorkOverdue, provider, *since);
    let waiting = under_way.iter().map(waits).collect();
    let is_turn = |since| pace::is_turn(since, now) && !Safeguard::ReconcileSendsAgain.is_off();
    let turn = under_way.into_iter().filter(|(_, since)| is_turn(*since)).collect();
    (waiting, each(turn, async |(provider, _)| Ok(comparison::remind(&app.store, &provider).await)).await)
}

/// Has connected shops asked for what changed, each every few minutes, and their numbers compared with the stock. Returns those that wait
/// for a person.
async fn ask_shops(app: &App, now: Timestamp) -> (Vec<Waits>, Step) {
    let watched = match channels::watched(&app.store).await {
        Ok(watched) => watched,
        Err(error) => return (Vec::new(), Step::failed(error)),
    };
    let mut waiting = Vec::new();
    for (_, watch) in &watched {
        waiting.extend(watch.waits_for_person(now).map(|(why, since)| Waits::new(why, &watch.channel, since)));
    }
    let checks = match channels::stock_checks_due(&app.store, &watched, now).await {
        Ok(due) => each(due, async |channel| Ok(stock_sync::ask_for_check(&app.store, &channel).await)).await,
        Err(error) => Step::failed(error),
    };
    let watches = watched.into_iter().map(|(_, watch)| watch);
    let mut due: Vec<ChannelId> = watches.filter(|watch| watch.is_due(now)).map(|watch| watch.channel).collect();
    if Safeguard::ShopsAreAsked.is_off() {
        due.clear();
    }
    let mut asked = each(due, async |channel| Ok(channels::ask_for_changes(&app.store, &channel).await)).await;
    asked.add(checks.outcome.map(|()| checks.done));
    (waiting, asked)
}

/// What differs from a provider's list.
async fn differences(app: &App) -> (Vec<Waits>, Step) {
    match app.store.differing().await {
        Ok(differing) => {
            let waits =
                |(about, since): &(PaymentId, Timestamp)| Waits::new(AttentionReason::BooksDiffer, about, *since);
            (differing.iter().map(waits).collect(), Step::default())
        }
        Err(error) => (Vec::new(), Step::failed(error)),
    }
}

/// The webhooks that were not understood.
async fn unread_webhooks(app: &App) -> (Vec<Waits>, Step) {
    match app.store.unread_webhooks().await {
        Ok(unread) => {
            let waits =
                |(webhook, since): &(UnreadId, Timestamp)| Waits::new(AttentionReason::WebhookUnread, webhook, *since);
            (unread.iter().map(waits).collect(), Step::default())
        }
        Err(error) => (Vec::new(), Step::failed(error)),
    }
}

/// Matches payments to orders that have appeared. Returns the payments that wait.
async fn match_payments(app: &App, now: Timestamp) -> (Vec<Waits>, Step) {
    let both = async {
        let mut awaiting = app.store.unmatched(Unmatched::AwaitsOrder).await?;
        let nameless = app.store.unmatched(Unmatched::NamesNoOrder).await?;
        let waits = |entry: &UnmatchedEntry| Waits::new(AttentionReason::PaymentUnmatched, &entry.payment, entry.since);
        let waiting: Vec<Waits> = awaiting.iter().chain(&nameless).map(waits).collect();
        awaiting.extend(app.store.unmatched(Unmatched::AwaitsOrderWithoutMoney).await?);
        Ok::<_, Error>((awaiting, waiting))
    };
    let (awaiting, waiting) = match both.await {
        Ok(both) => both,
        Err(error) => return (Vec::new(), Step::failed(error)),
    };
    if Safeguard::ReconcileMatchesPayments.is_off() {
        return (waiting, Step::default());
    }
    let match_one =
        async |entry: UnmatchedEntry| payments::match_payment(&app.store, &entry.payment, now).await.map(usize::from);
    (waiting, each(pace::share(awaiting, LIMIT, now), match_one).await)
}
