//! `stock`.

use crate::{examples, route::Prose};
use api::{Code, view::LevelView};
use stock::StockView;

pub fn routes() -> Vec<Prose> {
    vec![
        Prose::new::<LevelView>("POST /stock", "moveStock", "Receive or adjust stock", (201, "The level after it."))
            .about("A movement with a reason, kept for good.")
            .required_key(
                "The same key moves once. Send the same one when you try again: a repeated receipt would count twice.",
            )
            .example(examples::move_stock())
            .fails(Code::NotEnoughStock)
            .fails(Code::NotReceived)
            .fails(Code::NotWrittenOff)
            .fails_if(Code::KeyReused, "the key was used for another movement"),
        Prose::new::<LevelView>("PUT /stock", "countStock", "Set what was counted", (200, "The level after it."))
            .about(
                "What was counted is what is there, also if more is promised: nothing is then sold until the `deficit` is gone. \
                 A place that a picker found short is open again. Counting the same again changes nothing.",
            )
            .key("The same key counts once.")
            .example(examples::count_stock())
            .fails_if(Code::KeyReused, "the key was used for another count")
            .fails_if(Code::Discontinued, "`backorder` is true, and no more units of the product will come"),
        Prose::new::<StockView>(
            "GET /stock/{sku+}",
            "readStock",
            "Show the stock of a SKU",
            (200, "Its levels at all locations, and its newest movements by hand."),
        ),
    ]
}
