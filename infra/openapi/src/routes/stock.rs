//! `stock`.

use crate::{examples, route::Route};
use domain::{
    settings::Role::{Storefront, Warehouse},
    stock::StockLevel,
};
use stock::{
    StockView,
    request::{CountStock, MoveStock},
};

pub fn routes() -> Vec<Route> {
    vec![
        Route::new::<StockLevel>("POST /stock", "moveStock", "Receive or adjust stock", (201, "The level after it."))
            .about("A movement with a reason, kept for good.")
            .roles(&[Warehouse])
            .key("The same key moves once.")
            .takes::<MoveStock>(examples::move_stock())
            .problem(409, "not-enough-stock", "`available` would become negative")
            .problem(409, "not-received", "what is received must be above 0")
            .problem(409, "not-written-off", "what is written off must be above 0")
            .problem(409, "key-reused", "the key was used for another movement"),
        Route::new::<StockLevel>("PUT /stock", "countStock", "Set what was counted", (200, "The level after it."))
            .about("Counting the same again changes nothing.")
            .roles(&[Warehouse])
            .key("The same key counts once.")
            .takes::<CountStock>(examples::count_stock())
            .problem(409, "not-enough-stock", "`available` would become negative"),
        Route::new::<StockView>(
            "GET /stock/{sku}",
            "readStock",
            "Show the stock of a SKU",
            (200, "Its levels at all locations, and its newest movements by hand."),
        )
        .roles(&[Storefront, Warehouse]),
    ]
}
