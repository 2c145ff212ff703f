//! `operations`.

use crate::{examples, route::Route};
use domain::settings::{
    Channel, Location, Product,
    Role::{Storefront, Warehouse},
};
use operations::{
    Channels, Keys, Locations, NewKey, RevokedKey, StuckItems, UnmatchedPayment, UnmatchedPayments,
    request::{AssignPayment, CreateKey, PutChannel, PutLocation, PutProduct},
};

pub fn routes() -> Vec<Route> {
    vec![
        Route::new::<StuckItems>(
            "GET /operations/stuck",
            "listStuck",
            "Show what is stuck",
            (200, "What does not go on by itself, and why."),
        )
        .roles(&[Warehouse]),
        Route::new::<UnmatchedPayments>(
            "GET /operations/unmatched-payments",
            "listUnmatchedPayments",
            "Show payments without an order",
            (200, "Payments that no order is known for. They are matched when their order appears."),
        ),
        Route::new::<UnmatchedPayment>(
            "POST /operations/unmatched-payments/{payment}/assign",
            "assignPayment",
            "Say which order a payment is for",
            (200, "The payment. Its order takes the money within a minute."),
        )
        .takes::<AssignPayment>(examples::assign_payment()),
        Route::new::<UnmatchedPayment>(
            "POST /operations/unmatched-payments/{payment}/dismiss",
            "dismissPayment",
            "Say that a payment is for no order",
            (200, "The payment. It is listed again only when another event of it comes."),
        ),
        Route::new::<Product>("PUT /products/{sku}", "putProduct", "Set a product", (200, "The product."))
            .roles(&[Warehouse])
            .takes::<PutProduct>(examples::put_product()),
        Route::new::<Product>("GET /products/{sku}", "readProduct", "Read a product", (200, "The product."))
            .roles(&[Storefront, Warehouse]),
        Route::new::<Location>("PUT /locations/{location}", "putLocation", "Set a location", (200, "The location."))
            .about("Functions that run already may know the old location for some seconds.")
            .takes::<PutLocation>(examples::put_location()),
        Route::new::<Locations>("GET /locations", "listLocations", "List the locations", (200, "All locations."))
            .roles(&[Warehouse]),
        Route::new::<Channel>("PUT /channels/{channel}", "putChannel", "Set a channel", (200, "The channel."))
            .takes::<PutChannel>(examples::put_channel()),
        Route::new::<Channels>("GET /channels", "listChannels", "List the channels", (200, "All channels.")),
        Route::new::<NewKey>(
            "POST /keys",
            "createKey",
            "Make an API key",
            (201, "The key, which is shown this once: only its hash is kept."),
        )
        .takes::<CreateKey>(examples::create_key()),
        Route::new::<Keys>(
            "GET /keys",
            "listKeys",
            "List the API keys",
            (200, "All keys, by the ids of their hashes."),
        ),
        Route::new::<RevokedKey>(
            "DELETE /keys/{key}",
            "revokeKey",
            "Revoke an API key",
            (200, "The key stops working within a minute."),
        ),
    ]
}
