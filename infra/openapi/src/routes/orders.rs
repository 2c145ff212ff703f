//! `order-intake`.

use crate::{
    examples,
    route::Route,
    schemas::{Cursor, Limit, StatusName},
};
use api::view::OrderView;
use domain::{
    ids::ChannelId,
    settings::Role::{Storefront, Warehouse},
};
use order_intake::{
    Accepted, OrderPage,
    request::{CancelOrder, HoldOrder, PlaceOrder},
};

pub fn routes() -> Vec<Route> {
    vec![
        Route::new::<Accepted>(
            "POST /orders",
            "placeOrder",
            "Place an order",
            (201, "The order is stored and its stock reserved."),
        )
        .about(
            "Stores the order and reserves its stock, both or neither. The same order posted again gets the same \
             answer. While it is unpaid, its stock is kept until `reserved_until`.",
        )
        .roles(&[Storefront])
        .key("Stands for `reference`, if the body has none.")
        .takes::<PlaceOrder>(examples::place_order())
        .problem(
            409,
            "out-of-stock",
            "`short` lists, for each line that is short, `line`, `sku`, `asked` and `available`",
        )
        .problem(
            409,
            "reference-reused",
            "this channel has an order of that reference with other content; see `order_id`",
        )
        .problem(409, "payment-of-another-order", "the payment pays for another order")
        .problem(422, "too-many-splits", "its lines would come from too many locations for one order"),
        Route::new::<OrderPage>("GET /orders", "listOrders", "List orders", (200, "A page, newest first."))
            .about("A storefront sees its own channel's orders only.")
            .roles(&[Storefront, Warehouse])
            .query::<StatusName>("status", "Orders of this status only.")
            .query::<ChannelId>("channel", "Orders of this channel only.")
            .query::<Limit>("limit", "How many orders a page has at most.")
            .query::<Cursor>("cursor", "The `next_cursor` of the page before."),
        Route::new::<OrderView>(
            "GET /orders/{order_id}",
            "readOrder",
            "Read an order",
            (200, "Everything about it, with its timeline."),
        )
        .roles(&[Storefront, Warehouse]),
        Route::new::<OrderView>(
            "POST /orders/{order_id}/cancel",
            "cancelOrder",
            "Cancel an order",
            (200, "The order, cancelled."),
        )
        .about(
            "Allowed until a parcel has left. Releases the stock and refunds what was captured. Cancelling again \
             changes nothing.",
        )
        .roles(&[Storefront])
        .takes::<CancelOrder>(examples::cancel_order())
        .problem(
            409,
            "already-handed-over",
            "part of the order is with the carrier: ask for a return of that, and cancel the rest",
        )
        .problem(409, "already-completed", "the order has been delivered; ask for a return instead")
        .problem(409, "already-expired", "the order expired unpaid and holds nothing"),
        Route::new::<OrderView>(
            "POST /orders/{order_id}/holds",
            "holdOrder",
            "Hold an order",
            (200, "The order, on hold."),
        )
        .about("Nothing of it is dispatched, picked, packed or handed over until the hold is released.")
        .takes::<HoldOrder>(examples::hold_order())
        .problem(409, "not-active", "the order is neither pending nor open")
        .problem(409, "not-for-people", "Orderly alone holds an order for its stock"),
        Route::new::<OrderView>(
            "DELETE /orders/{order_id}/holds/{reason}",
            "releaseOrder",
            "Release a hold",
            (200, "The order without this hold."),
        )
        .problem(409, "no-such-hold", "the order is not held for this reason"),
        Route::new::<OrderView>(
            "POST /orders/{order_id}/refunds/retry",
            "retryRefunds",
            "Try failed refunds again",
            (200, "The order; its refunds follow."),
        )
        .about("Each failed refund is asked for once more, under a new idempotency key at the provider.")
        .problem(409, "nothing-to-retry", "no refund of this order has failed"),
    ]
}
