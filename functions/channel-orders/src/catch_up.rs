//! What changed at a shop since the last time, whatever its webhooks have told, and whether these still come.

use crate::App;
use app::{Error, channels as shops, stock_sync};
use channels::Shop;
use domain::{
    ids::ChannelId,
    settings::{Channel, Connection},
    shop_watch::ShopWatch,
};
use jiff::SignedDuration;

/// The time for one shop. The function has a minute; the rest is taken over the next time.
const AT_MOST: SignedDuration = SignedDuration::from_secs(40);

pub(crate) async fn catch_up(app: &App, channel: &ChannelId) -> Result<(), Error> {
    let Some((channel, connection)) = shops::connected(&app.store, channel).await? else { return Ok(()) };
    let of = (&channel, &connection);
    let watch = shops::watch(&app.store, &channel.id, &connection).await?.value;
    let done = match app.shops.of(&channel.id, &connection).await {
        Ok(shop) => {
            // Without webhooks everything comes a few minutes later, so this is no reason not to go on.
            if let Err(error) = keep_told(app, &shop, of, &watch).await {
                tracing::warn!(channel = %channel.id, %error, "the webhooks of the shop cannot be looked after");
            }
            app.follower().take_over_changes(&shop, of, &watch, AT_MOST).await.map(drop)
        }
        Err(error) => Err(Error::Outside(error.to_string())),
    };
    let now = app.clock.now();
    match done {
        Ok(()) => shops::note_watch(&app.store, &channel.id, &connection, |watch| watch.asked(None, now), now).await?,
        Err(Error::Outside(why)) => return shops::note_fault(&app.store, of, &why, now).await,
        Err(error) => return Err(error),
    }
    if watch.fault.is_some() && connection.stock.is_some() {
        stock_sync::ask_for_check(&app.store, &channel.id).await;
    }
    Ok(())
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
