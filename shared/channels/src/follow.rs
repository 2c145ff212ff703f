//! Following a shop: its orders are taken over, one by one or all that changed.

use crate::Shop;
use app::{
    Error,
    channels::{self as shops, TakenOver},
    place::Conditions,
    stock_sync,
};
use domain::{
    channel_order::ChannelOrder,
    ids::Sku,
    settings::{Channel, Connection},
    shop_watch::ShopWatch,
};
use jiff::{SignedDuration, Timestamp};
use runtime::Clock;
use std::collections::BTreeSet;
use store::Store;

/// What it takes to take orders over.
#[derive(Debug, Clone, Copy)]
pub struct Follower<'a> {
    pub store: &'a Store,
    pub clock: &'a Clock,
    /// The merchant's choices for new orders.
    pub conditions: &'a Conditions,
}

impl Follower<'_> {
    /// Takes over an order as its shop knows it now.
    pub async fn take_over(&self, of: (&Channel, &Connection), told: &ChannelOrder) -> Result<TakenOver, Error> {
        let channel = &of.0.id;
        let taken = shops::take_over(self.store, of, told, self.conditions, self.clock.now()).await?;
        match &taken {
            TakenOver::Ignored => tracing::info!(%channel, order = told.id, "ignored: it is no order to be sent"),
            TakenOver::Known(_) => {}
            TakenOver::Noted(order) => {
                tracing::info!(%channel, %order, "an order of a shop is taken over");
                self.compare_stock(of, told).await;
            }
            // An alarm counts these.
            TakenOver::Unfit(why) => {
                tracing::error!(unread_webhooks = 1, %channel, order = told.id, why, "an order cannot be stored");
            }
        }
        Ok(taken)
    }

    /// A shop counts at other moments than Orderly does: when an order is paid, and not when it is placed. So what it has is compared
    /// each time that one of its orders changes, even if nothing changes here.
    async fn compare_stock(&self, (channel, connection): (&Channel, &Connection), told: &ChannelOrder) {
        if connection.stock.is_some() {
            let skus: BTreeSet<Sku> = told.lines.iter().filter_map(|line| line.sku.as_ref()?.parse().ok()).collect();
            stock_sync::compare(self.store, &channel.id, skus).await;
        }
    }

    /// Takes over what changed at a shop since the last time, whatever its webhooks have told. Orders come in the order of their changes,
    /// and how far that is gets noted after each page, so a shop that fails in between goes on from there.
    ///
    /// Returns whether all was taken over in the time.
    pub async fn take_over_changes(
        &self,
        shop: &Shop,
        of: (&Channel, &Connection),
        watch: &ShopWatch,
        at_most: SignedDuration,
    ) -> Result<bool, Error> {
        let (channel, connection) = of;
        let (began, since) = (self.clock.now(), watch.asks_since());
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
                if let Err(error) = self.take_over(of, told).await {
                    failed = Err(error);
                    break;
                }
                until = until.max(Some(told.changed_at));
            }
            next = page.next;
            let is_over = next.is_none() && failed.is_ok();
            let now = self.clock.now();
            // All that changed before this run began is taken over when it is over.
            let until = if is_over { Some(began) } else { until };
            let rule = |watch: ShopWatch| watch.taken_over(until, now);
            shops::note_watch(self.store, &channel.id, connection, rule, now).await?;
            failed?;
            if is_over || now.duration_since(began) >= at_most {
                return Ok(is_over);
            }
        }
    }
}
