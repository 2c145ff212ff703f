//! A channel's shop.

use crate::{
    seam::{Credentials, Listing, ListingPage, Obeyed, OrderPage, Probe, Pushed, Refund, Shipment, Shipped},
    woocommerce,
};
use app::Error;
use domain::{
    channel_order::ChannelOrder,
    settings::{ChannelKind, Connection},
};
use jiff::Timestamp;
use runtime::{Aws, Clock};

/// The shop that runs a channel.
#[derive(Debug)]
pub struct Shop(Api);

#[derive(Debug)]
enum Api {
    WooCommerce(woocommerce::Api),
}

impl Shop {
    pub fn new(connection: &Connection, credentials: Credentials, aws: &Aws, clock: &Clock) -> Self {
        let url = connection.url.as_str();
        Self(match connection.kind {
            ChannelKind::WooCommerce => Api::WooCommerce(woocommerce::Api::new(aws, clock, url, credentials)),
        })
    }

    /// An order, with what was paid back of it. None: the shop has none with this id, or none any more. One that cannot be read is a
    /// [defect](Error::Defect).
    pub async fn order(&self, id: &str) -> Result<Option<ChannelOrder>, Error> {
        match &self.0 {
            Api::WooCommerce(api) => api.order(id).await,
        }
    }

    /// Orders that changed at that time, to the second, or later. An order that changes meanwhile is told again, as it is then.
    ///
    /// `page`: the last page's [`next`](OrderPage::next). No order is skipped between two pages. Shops write the time of a change
    /// before others can see it, so ask for a few minutes again.
    pub async fn changed_orders(&self, since: Timestamp, page: Option<&str>) -> Result<OrderPage, Error> {
        match &self.0 {
            Api::WooCommerce(api) => api.changed_orders(since, page).await,
        }
    }

    /// Tells of a parcel, which the shop tells its customer of. It looks first whether the shop knows the parcel, so after an error it is to
    /// be told again.
    pub async fn ship(&self, order: &str, shipment: &Shipment) -> Result<Shipped, Error> {
        match &self.0 {
            Api::WooCommerce(api) => api.ship(order, shipment).await,
        }
    }

    /// Cancels an order. What its customer has paid stays where it is.
    pub async fn cancel(&self, order: &str) -> Result<Obeyed, Error> {
        match &self.0 {
            Api::WooCommerce(api) => api.cancel(order).await,
        }
    }

    /// Has money given back through the shop's payment provider. **It moves money each time that it is called**: after an error nobody knows
    /// whether it did, until the order has the refund.
    pub async fn refund(&self, order: &str, refund: &Refund) -> Result<Obeyed, Error> {
        match &self.0 {
            Api::WooCommerce(api) => api.refund(order, refund).await,
        }
    }

    /// Makes the shop post to `delivery_url` what becomes of orders, signed with `secret`. Whatever else it posts elsewhere stays. Yields what
    /// was mended, in words; nothing, if everything was right.
    pub async fn repair_webhooks(&self, delivery_url: &str, secret: &str) -> Result<Vec<String>, Error> {
        match &self.0 {
            Api::WooCommerce(api) => api.repair_webhooks(delivery_url, secret).await,
        }
    }

    /// What is sold there. `page`: the last page's [`next`](ListingPage::next).
    pub async fn listings(&self, page: Option<&str>) -> Result<ListingPage, Error> {
        match &self.0 {
            Api::WooCommerce(api) => api.listings(page).await,
        }
    }

    /// What is sold there under these SKUs. There may be several of one, and one may differ in case.
    pub async fn find(&self, skus: &[&str]) -> Result<Vec<Listing>, Error> {
        match &self.0 {
            Api::WooCommerce(api) => api.find(skus).await,
        }
    }

    /// Tells how many are left of a [`Listing`]. The last number counts, whatever the shop sold since.
    pub async fn set_stock(&self, listing: &str, quantity: i64) -> Result<Pushed, Error> {
        match &self.0 {
            Api::WooCommerce(api) => api.set_stock(listing, quantity).await,
        }
    }

    /// Tries what the channel needs of the shop. Nothing is changed there.
    pub async fn probe(&self) -> Probe {
        match &self.0 {
            Api::WooCommerce(api) => api.probe().await,
        }
    }
}
