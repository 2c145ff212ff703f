//! Tells the shops of channels how many units there are of what they sell.

mod check;
mod tell;

use app::{Error, channels as shops, place::Conditions};
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use channels::{Follower, Shops};
use domain::{
    duty::{Duty, Subject},
    ids::{ChannelId, Sku},
    settings::{Channel, Connection},
    shop_watch::ShopWatch,
    stock_sync::StockSync,
};
use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};
use runtime::{Clock, process_together};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};
use store::{Message, Store};
use tokio::time::sleep;

/// The time for the shops of one batch. The function has a minute, and a shop may take some of it for its last answer.
const AT_MOST: SignedDuration = SignedDuration::from_secs(30);
/// The pause before a shop that failed is asked once more.
const HICCUP: Duration = Duration::from_secs(1);

/// What the function works with.
pub struct App {
    pub store: Store,
    pub clock: Clock,
    pub shops: Shops,
    /// The merchant's choices for new orders: before a shop is told that it has more than it says, its orders are taken over.
    pub conditions: Conditions,
}

pub async fn handle(app: &App, event: SqsEvent) -> SqsBatchResponse {
    process_together(event, async |messages| Box::pin(work_off(app, messages)).await).await
}

/// Several SKUs of a shop are told together, and the shops at once: one that is slow takes nobody's time but its own. Returns the
/// messages that failed.
async fn work_off(app: &App, messages: Vec<Message>) -> Vec<(Message, Error)> {
    let (mut work, mut failed) = (BTreeMap::<&ChannelId, Work>::new(), Vec::new());
    for message in &messages {
        match (&message.duty, &message.subject) {
            (Duty::ChannelStock | Duty::ChannelRestock, Subject::Listing(channel, sku)) => {
                work.entry(channel).or_default().skus.insert(sku.clone());
            }
            (Duty::ChannelStockCheck, Subject::Channel(channel)) => work.entry(channel).or_default().is_checked = true,
            _ => failed.push((message.clone(), Error::Defect("this duty belongs to another function".into()))),
        }
    }
    let done = work.into_iter().map(async |(channel, work)| (channel, with_shop(app, channel, &work).await));
    for (channel, outcome) in join_all(done).await {
        let fails = |message: &&Message| match (&message.subject, &outcome) {
            (Subject::Listing(of, sku), Ok(left)) => of == channel && left.contains(sku),
            // Whoever asked for a comparison asks again each minute.
            (Subject::Listing(of, _) | Subject::Channel(of), Err(_)) => of == channel,
            _ => false,
        };
        let why = || match &outcome {
            Ok(_) => "the shop could not be told of it this time".to_owned(),
            Err(error) => error.to_string(),
        };
        failed.extend(messages.iter().filter(fails).map(|message| (message.clone(), Error::Outside(why()))));
    }
    failed
}

/// What is to be done for a shop.
#[derive(Debug, Default)]
struct Work {
    skus: BTreeSet<Sku>,
    /// Whether everything is compared.
    is_checked: bool,
}

/// A shop that is told of stock, as the channel's settings say.
struct Synced<'a> {
    shop: channels::Shop,
    of: (&'a Channel, &'a Connection),
    sync: &'a StockSync,
    watch: ShopWatch,
    /// When the work has to end.
    until: Timestamp,
}

/// Does the work for the shop of a channel, if it is told of stock and can be reached. What it is not told now it is told when it can be reached
/// again: then everything is compared. Returns what is to be told again.
async fn with_shop(app: &App, channel: &ChannelId, work: &Work) -> Result<BTreeSet<Sku>, Error> {
    let nothing = BTreeSet::new();
    let Some((channel, connection)) = shops::connected(&app.store, channel).await? else { return Ok(nothing) };
    let Some(sync) = &connection.stock else { return Ok(nothing) };
    let watch = shops::watch(&app.store, &channel.id, &connection).await?.value;
    if watch.fault.is_some() {
        return Ok(nothing);
    }
    let (of, until) = ((&channel, &connection), app.clock.now() + AT_MOST);
    let done = match app.shops.of(&channel.id, &connection).await {
        Ok(shop) => {
            let synced = Synced { shop, of, sync, watch, until };
            // One failure may be a hiccup, and a fault costs a comparison of everything.
            match Box::pin(do_work(app, &synced, work)).await {
                Err(Error::Outside(_)) => {
                    sleep(HICCUP).await;
                    Box::pin(do_work(app, &synced, work)).await
                }
                done => done,
            }
        }
        Err(error) => Err(error),
    };
    match done {
        Err(Error::Outside(why)) => {
            shops::note_fault(&app.store, of, &why, app.clock.now()).await?;
            Ok(nothing)
        }
        done => done,
    }
}

async fn do_work(app: &App, synced: &Synced<'_>, work: &Work) -> Result<BTreeSet<Sku>, Error> {
    let left = if work.skus.is_empty() { BTreeSet::new() } else { tell::tell(app, synced, &work.skus).await? };
    if work.is_checked {
        check::check(app, synced).await?;
    }
    Ok(left)
}

impl App {
    fn follower(&self) -> Follower<'_> {
        Follower { store: &self.store, clock: &self.clock, conditions: &self.conditions }
    }
}
