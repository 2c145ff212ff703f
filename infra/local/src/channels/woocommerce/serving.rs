//! The shop at an address, and the shop without one.

use super::{
    api, desk, page,
    postman::{self, Delivery},
    shop::{Shop, ShopConfig},
    store::Store,
};
use crate::files::KeepError;
use axum::{Router, extract::Request, response::Response};
use std::sync::Arc;
use tower::ServiceExt as _;

impl Shop {
    /// Opens a shop that posts its webhooks. It must be called within a runtime.
    pub fn start(config: ShopConfig) -> Result<Self, KeepError> {
        let shop = Self::open(config)?;
        shop.postman.start(Arc::clone(&shop.store));
        Ok(shop)
    }

    /// Its API, the desk where tests say what happens, and the page for people.
    pub fn router(&self) -> Router {
        let api = |store: Arc<Store>| {
            Router::new().fallback(move |request: Request| {
                let store = Arc::clone(&store);
                async move { api::answer(&store, request).await }
            })
        };
        let routers = [api(Arc::clone(&self.store)), desk::router(self.clone()), page::router(self.clone())];
        routers.into_iter().fold(Router::new(), Router::merge)
    }
}

/// A shop without an address. It answers callers in this process, who also deliver its webhooks.
#[derive(Debug, Clone)]
pub struct Embedded {
    shop: Shop,
    router: Router,
}

/// A shop without an address, in memory. `config.clock` is the simulation's; what is random comes from the thread's generator.
pub fn embedded(config: ShopConfig) -> Result<Embedded, KeepError> {
    let shop = Shop::open(ShopConfig { data_dir: None, ..config })?;
    Ok(Embedded { router: shop.router(), shop })
}

impl Embedded {
    /// Answers a request to the shop. One to an `https` address counts as encrypted.
    pub async fn answer(&self, request: Request) -> Response {
        let Ok(answer) = self.router.clone().oneshot(request).await;
        answer
    }

    pub fn shop(&self) -> &Shop {
        &self.shop
    }

    /// How many webhooks wait. They stand in the shop's order, which the caller need not keep.
    pub fn waiting(&self) -> usize {
        self.shop.store.read(|known, _| known.due.len())
    }

    /// Takes the webhook that waits at a position, the first at 0, and makes it up of what the shop knows now. The caller may deliver, double,
    /// delay or lose it, and says what came of it by [`Embedded::is_answered`]. None: none waits there, or it is about a webhook that is gone.
    pub fn take(&self, position: usize) -> Option<Delivery> {
        postman::take(&self.shop.store, position)
    }

    /// Hears what the receiver answered; None: nothing. After seven failures in a row the shop disables the webhook, and tells nobody.
    pub fn is_answered(&self, delivery: &Delivery, status: Option<u16>) {
        postman::is_answered(&self.shop.store, delivery, status);
    }
}
