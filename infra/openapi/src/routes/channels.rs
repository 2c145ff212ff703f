//! `channel-webhook` and `channel-setup`.

use crate::{
    examples,
    route::Prose,
    schemas::{Cursor, ShopEvent},
};
use api::Code;
use channel_setup::{Connected, ConnectionView, Listings};
use channel_webhook::Heard;
use domain::settings::Channel;

pub fn webhook() -> Vec<Prose> {
    vec![
        Prose::new::<Heard>(
            "POST /webhooks/channels/{channel}",
            "receiveShopEvent",
            "Receive what a shop tells",
            (200, "The order that it is about is fetched within seconds, or it is of no concern."),
        )
        .about(
            "For shops, not for clients. They may tell something twice, late, out of order, or never: the order is fetched as it is, \
             and each shop is asked for what changed every five minutes.",
        )
        .signed::<ShopEvent>(&[Some(("X-WC-Webhook-Signature", "WooCommerce: the HMAC of the body in base64."))])
        .example(examples::shop_event())
        .fails(Code::BadSignature)
        .fails_if(Code::NotFound, "the channel is connected to no shop"),
    ]
}

pub fn setup() -> Vec<Prose> {
    vec![
        Prose::new::<Connected>(
            "POST /channels/{channel}/connect",
            "connectChannel",
            "Connect a channel to a shop",
            (200, "The channel is connected. `findings` tells what was tried at the shop."),
        )
        .about(
            "Its keys are tried, and kept as a secret. From now on the shop's new orders are taken over, whatever there is in stock, \
             and the shop hears of their parcels. Orders that were placed there before stay there. Connect it again to change its \
             address or its keys.",
        )
        .example(examples::connect_shop())
        .fails(Code::NoShops)
        .fails(Code::ShopUnfit),
        Prose::new::<Channel>(
            "POST /channels/{channel}/disconnect",
            "disconnectChannel",
            "Let go of a channel's shop",
            (200, "The channel, without a shop."),
        )
        .about("Its keys are forgotten. Orders that were taken over stay, and the shop hears no more of them."),
        Prose::new::<ConnectionView>(
            "GET /channels/{channel}/connection",
            "getConnection",
            "How a channel's shop is followed",
            (200, "Its shop, how far its orders are taken over, and why it cannot be followed now, if so."),
        ),
        Prose::new::<Channel>(
            "PUT /channels/{channel}/stock",
            "putStockSync",
            "Tell a channel's shop how many units it may sell",
            (200, "The channel. What its shop says is compared now, and mended."),
        )
        .about(
            "The shop is told each change of what is available, whoever made it, within seconds: fewer units first. Everything is \
             compared every hour. The shop's numbers are overwritten, so look at `GET /channels/{channel}/listings` before. The same call \
             is the answer to `stock_differs` in `GET /operations/attention`. The shop is told nothing of a SKU that no location keeps.",
        )
        .example(examples::put_stock_sync()),
        Prose::new::<Channel>(
            "DELETE /channels/{channel}/stock",
            "stopStockSync",
            "Stop telling a channel's shop of stock",
            (200, "The channel. Its shop keeps the numbers that it has."),
        ),
        Prose::new::<Listings>(
            "GET /channels/{channel}/listings",
            "listListings",
            "Show what a channel's shop sells, and what it is to say of it",
            (200, "A page of its listings, as the shop has them now."),
        )
        .about(
            "The shop is asked. If it is not told of stock yet, this shows what it would be told of everything that is available.",
        )
        .query::<Cursor>("cursor", "The `next_cursor` of the page before.")
        .fails_if(Code::ShopUnfit, "the shop does not answer"),
    ]
}
