//! `returns`.

use crate::{examples, route::Route};
use api::view::ReturnView;
use domain::settings::Role::{Storefront, Warehouse};
use returns::request::{DeclineReturn, InspectReturn, ReceiveReturn, RequestReturn};

const AS_IT_IS_NOW: (u16, &str) = (200, "The return as it is now.");
const WRONG_STATUS: (u16, &str, &str) = (409, "wrong-status", "the return's status does not allow it");
const UNKNOWN_LINE: (u16, &str, &str) = (409, "unknown-line", "the return has no such line");

pub fn routes() -> Vec<Route> {
    vec![
        Route::new::<ReturnView>(
            "POST /orders/{order_id}/returns",
            "requestReturn",
            "Ask for a return",
            (201, "The return, to be approved."),
        )
        .about("Units that were shipped and that no other return takes back.")
        .roles(&[Storefront])
        .key("The same key asks once.")
        .takes::<RequestReturn>(examples::request_return())
        .problem(409, "not-returnable", "more is asked for than was shipped and is not in a return yet")
        .problem(409, "unknown-line", "the order has no such line")
        .problem(409, "line-twice", "a line is named twice")
        .problem(409, "key-reused", "the key was used for another return"),
        Route::new::<ReturnView>(
            "POST /orders/{order_id}/returns/{return}/approve",
            "approveReturn",
            "Approve a return",
            AS_IT_IS_NOW,
        )
        .about("Approving again changes nothing.")
        .problems([WRONG_STATUS]),
        Route::new::<ReturnView>(
            "POST /orders/{order_id}/returns/{return}/decline",
            "declineReturn",
            "Decline a return",
            AS_IT_IS_NOW,
        )
        .about("Its units may be asked for again.")
        .takes::<DeclineReturn>(examples::decline_return())
        .problems([WRONG_STATUS]),
        Route::new::<ReturnView>(
            "POST /orders/{order_id}/returns/{return}/receive",
            "receiveReturn",
            "Receive what came back",
            AS_IT_IS_NOW,
        )
        .about("Counts are totals: telling them twice is harmless.")
        .roles(&[Warehouse])
        .takes::<ReceiveReturn>(examples::receive_return())
        .problems([WRONG_STATUS, UNKNOWN_LINE])
        .problem(409, "wrong-count", "more than was announced, or less than was received before"),
        Route::new::<ReturnView>(
            "POST /orders/{order_id}/returns/{return}/inspect",
            "inspectReturn",
            "Inspect what came back",
            (200, "The return, finished; its refund follows."),
        )
        .about(
            "Gives each received unit a disposition. What is good goes back into stock, and what came is refunded at \
             what the customer paid for it.",
        )
        .roles(&[Warehouse])
        .takes::<InspectReturn>(examples::inspect_return())
        .problems([WRONG_STATUS, UNKNOWN_LINE])
        .problem(409, "not-all-inspected", "a received unit has no disposition, or one that did not come has"),
    ]
}
