//! What changed at a shop since the last time, whatever its webhooks have told. Orders come in the order of their changes, and how far
//! that is gets noted after each page, so a shop that fails in between goes on from there.

use crate::{App, take_over};
use app::{Error, channels as shops};
use channels::Shop;
use domain::{
    ids::ChannelId,
    settings::{Channel, Connection},
    shop_watch::ShopWatch,
};
use jiff::{SignedDuration, Timestamp};

/// The time for one shop. The function has a minute; the rest is taken over the next time.
const AT_MOST: SignedDuration = SignedDuration::from_secs(40);

pub(crate) async fn catch_up(app: &App, channel: &ChannelId) -> Result<(), Error> {
    let Some((channel, connection)) = shops::connected(&app.store, channel).await? else { return Ok(()) };
    let of = (&channel, &connection);
    let watch = shops::watch(&app.store, &channel.id, &connection).await?.value;
    let shop = match app.shops.of(&channel.id, &connection).await {
        Ok(shop) => shop,
        Err(error) => return note_fault(app, of, &error).await,
    };
    let told = keep_told(app, &shop, of, &watch).await;
    match orders(app, &shop, of, &watch).await.and(told) {
        Ok(()) => Ok(()),
        Err(Error::Outside(why)) => note_fault(app, of, &Error::Outside(why)).await,
        Err(error) => Err(error),
    }
}

/// Notes that a shop cannot be followed now. It is asked every minute then, and a person hears of it if it lasts.
pub(crate) async fn note_fault(
    app: &App,
    (channel, connection): (&Channel, &Connection),
    error: &Error,
) -> Result<(), Error> {
    let (now, why) = (app.clock.now(), error.to_string());
    tracing::warn!(channel = %channel.id, why, "the shop cannot be followed now");
    let rule = |watch: ShopWatch| watch.asked(None, Some(why.clone()), now);
    shops::note_watch(&app.store, &channel.id, connection, rule, now).await
}

/// Makes the shop tell what changes. Some shops give up webhooks after a few failures, and tell nobody.
async fn keep_told(
    app: &App,
    shop: &Shop,
    (channel, connection): (&Channel, &Connection),
    watch: &ShopWatch,
) -> Result<(), Error> {
    let now = app.clock.now();
    let Some(url) = app.webhooks_url.as_ref().filter(|_| watch.looks_at_webhooks(now)) else { return Ok(()) };
    let url = format!("{}/{}", url.trim_end_matches('/'), channel.id);
    let secret = app.shops.webhook_secret(&channel.id).await?;
    for mended in shop.repair_webhooks(&url, &secret).await? {
        tracing::warn!(channel = %channel.id, mended, "a webhook of the shop was mended");
    }
    let rule = |watch: ShopWatch| ShopWatch { webhooks_at: Some(now), ..watch };
    shops::note_watch(&app.store, &channel.id, connection, rule, now).await
}

async fn orders(app: &App, shop: &Shop, of: (&Channel, &Connection), watch: &ShopWatch) -> Result<(), Error> {
    let (channel, connection) = of;
    let (began, since) = (app.clock.now(), watch.asks_since());
    let mut next: Option<String> = None;
    loop {
        let page = shop.changed_orders(since, next.as_deref()).await?;
        for unread in &page.unread {
            // An alarm counts these. It is read again when it changes.
            tracing::error!(unread_webhooks = 1, channel = %channel.id, order = unread.id, why = unread.why, "an order cannot be read");
        }
        let mut until: Option<Timestamp> = None;
        let mut failed = Ok(());
        for told in &page.orders {
            if let Err(error) = take_over(app, of, told).await {
                failed = Err(error);
                break;
            }
            until = until.max(Some(told.changed_at));
        }
        next = page.next;
        let is_over = next.is_none() && failed.is_ok();
        let now = app.clock.now();
        // All that changed before this run began is taken over when it is over.
        let until = if is_over { Some(began) } else { until };
        let rule = |watch: ShopWatch| watch.asked(until, None, now);
        shops::note_watch(&app.store, &channel.id, connection, rule, now).await?;
        failed?;
        if is_over || now.duration_since(began) >= AT_MOST {
            return Ok(());
        }
    }
}
