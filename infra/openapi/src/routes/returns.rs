//! `returns`.

use crate::{examples, route::Prose};
use api::{Code, view::ReturnView};

const AS_IT_IS_NOW: (u16, &str) = (200, "The return as it is now.");
const WRONG_STATUS: (Code, &str) = (Code::WrongStatus, "the return's status does not allow it");
const UNKNOWN_LINE: (Code, &str) = (Code::UnknownLine, "the return has no such line");

pub fn routes() -> Vec<Prose> {
    vec![
        Prose::new::<ReturnView>(
            "POST /orders/{order_id}/returns",
            "requestReturn",
            "Ask for a return",
            (201, "The return, to be approved."),
        )
        .about("Units that were shipped and that no other return takes back.")
        .key("The same key asks once.")
        .example(examples::request_return())
        .fails(Code::NotReturnable)
        .fails_if(Code::UnknownLine, "the order has no such line")
        .fails(Code::LineTwice)
        .fails_if(Code::KeyReused, "the key was used for another return"),
        Prose::new::<ReturnView>(
            "POST /orders/{order_id}/returns/{return}/approve",
            "approveReturn",
            "Approve a return",
            AS_IT_IS_NOW,
        )
        .about("Approving again changes nothing.")
        .fails_as([WRONG_STATUS]),
        Prose::new::<ReturnView>(
            "POST /orders/{order_id}/returns/{return}/decline",
            "declineReturn",
            "Decline a return",
            AS_IT_IS_NOW,
        )
        .about("Its units may be asked for again.")
        .example(examples::decline_return())
        .fails_as([WRONG_STATUS]),
        Prose::new::<ReturnView>(
            "POST /orders/{order_id}/returns/{return}/receive",
            "receiveReturn",
            "Receive what came back",
            AS_IT_IS_NOW,
        )
        .about("Counts are totals: telling them twice is harmless.")
        .example(examples::receive_return())
        .fails_as([WRONG_STATUS, UNKNOWN_LINE])
        .fails(Code::WrongCount),
        Prose::new::<ReturnView>(
            "POST /orders/{order_id}/returns/{return}/inspect",
            "inspectReturn",
            "Inspect what came back",
            (200, "The return, finished; its refund follows."),
        )
        .about(
            "Gives each received unit a disposition. What is good goes back into stock, and what came is refunded at \
             what the customer paid for it, with the price of shipping once all of the order came back. `refund` names \
             another amount. The warehouse, which is shown no money, gives a reason with any amount, and more than what is due means \
             all of it. A refund above the merchant's limit waits for an operator, and so does one of an order that has \
             a refund made at the provider that counts for no return.",
        )
        .example(examples::inspect_return())
        .fails_as([WRONG_STATUS, UNKNOWN_LINE])
        .fails(Code::NotAllInspected)
        .fails_if(Code::MoreThanLeft, "`refund` is more than what is due")
        .fails(Code::NoReason),
        Prose::new::<ReturnView>(
            "POST /orders/{order_id}/returns/{return}/refund",
            "decideReturnRefund",
            "Decide the refund of a return",
            (200, "The return; its refund follows."),
        )
        .about(
            "Approves the refund of a return that waits for it (`to_approve`), or another amount. `refunds` names refunds that \
             were made at the provider for this return: they count for it, so that nothing is paid twice. They may be named \
             before the inspection too. With a key of customer service no more than its `refund_limit` goes back.",
        )
        .example(examples::decide_refund())
        .fails_as([WRONG_STATUS])
        .fails_if(Code::MoreThanLeft, "`refund` is more than what is due")
        .fails(Code::NoReason)
        .fails(Code::AboveRefundLimit)
        .fails(Code::UnknownRefund),
    ]
}
