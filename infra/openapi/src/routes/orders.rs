//! `order-intake`.

use crate::{
    examples,
    route::Prose,
    schemas::{Cursor, Limit, StatusName},
};
use api::{Code, view::OrderView};
use domain::{ids::ChannelId, schema::Moment};
use order_intake::{Accepted, EvidenceView, FoundOrders, InvoiceView, OrderAnswer, OrderPage};

pub fn routes() -> Vec<Prose> {
    orders().into_iter().chain(changes()).chain(money()).chain(told()).collect()
}

fn orders() -> Vec<Prose> {
    vec![
        Prose::new::<Accepted>(
            "POST /orders",
            "placeOrder",
            "Place an order",
            (201, "The order is stored and its stock reserved."),
        )
        .about(
            "Stores the order and reserves its stock, both or neither. The same order posted again gets the same \
             answer. While it is unpaid, its stock is kept until `reserved_until`.",
        )
        .key("Stands for `reference`, if the body has none.")
        .example(examples::place_order())
        .fails(Code::OutOfStock)
        .fails(Code::ReferenceReused)
        .fails(Code::PaymentOfAnotherOrder)
        .fails(Code::PaymentGivenBack)
        .fails(Code::TooManySplits),
        Prose::new::<OrderPage>("GET /orders", "listOrders", "List orders", (200, "A page, newest first."))
            .about(
                "A storefront sees its own channel's orders only. The warehouse sees no money, and with a key that is bound to \
                 locations only orders with a fulfillment there.",
            )
            .query::<StatusName>("status", "Orders of this status only.")
            .query::<ChannelId>("channel", "Orders of this channel only.")
            .query::<Moment>("placed_from", "Orders that were placed at this moment or later.")
            .query::<Moment>("placed_before", "Orders that were placed before this moment.")
            .query::<Limit>("limit", "How many orders a page has at most.")
            .query::<Cursor>("cursor", "The `next_cursor` of the page before."),
        Prose::new::<FoundOrders>(
            "POST /orders/search",
            "searchOrders",
            "Find orders",
            (200, "A page, newest first; what was found by a name is sorted by name."),
        )
        .about(
            "By a reference, an e-mail address, a phone number, the beginning of a name, a SKU or a tracking number. What is known              of a person is in the body, since logs keep addresses. A storefront finds its own channel's orders only, and the              warehouse looks no customers up. An order is found at once by its SKUs and tracking numbers, and within a second by              its customer. An order whose customer's data was erased is not found by it any more.",
        )
        .example(examples::find_orders()),
        Prose::new::<OrderAnswer>(
            "GET /orders/{order_id}",
            "readOrder",
            "Read an order",
            (200, "Everything about it, with its timeline; for the warehouse, what its work needs."),
        )
        .about(
            "The warehouse sees the recipient, the goods, the parcels and the returns: no prices, payments or refunds, and no e-mail \
             address. With a key that is bound to locations it sees those of these locations, and returns that are approved and may \
             come there; other orders are not found.",
        ),
    ]
}

/// What people change of an order beside its money.
fn changes() -> Vec<Prose> {
    vec![
        Prose::new::<OrderView>(
            "POST /orders/{order_id}/cancel",
            "cancelOrder",
            "Cancel an order",
            (200, "The order, cancelled."),
        )
        .about(
            "Allowed until a parcel has left. Releases the stock, refunds what was captured, and gives up what is only authorized. \
             Cancelling again changes nothing.",
        )
        .example(examples::cancel_order())
        .fails_if(
            Code::AlreadyHandedOver,
            "part of the order is with the carrier: ask for a return of that, and cancel the rest",
        )
        .fails(Code::AlreadyCompleted)
        .fails(Code::AlreadyExpired)
        .fails_if(Code::CaptureUnderWay, "part of the order has left, and its money is being captured; try again in a minute"),
        Prose::new::<OrderView>(
            "POST /orders/{order_id}/edit",
            "editOrder",
            "Change an order before it leaves",
            (200, "The order, changed."),
        )
        .about(
            "Takes units or lines away, or changes an address, the contact or the shipping, until the warehouse begins to pick. \
             What was paid for the units is refunded; what other shipping costs more is asked for. The warehouse's webhook \
             hears of it. Editing again in the same way changes nothing.",
        )
        .example(examples::edit_order())
        .fails_if(
            Code::AboveRefundLimit,
            "the shipping becomes cheaper by more than the `refund_limit` of this customer service key allows",
        )
        .fails(Code::OnlyLess)
        .fails(Code::AlreadyPicking)
        .fails(Code::AlreadyRefunded)
        .fails(Code::CaptureUnderWay)
        .fails(Code::DiscountTooLarge)
        .fails(Code::TaxTooLarge)
        .fails(Code::TaxUnfit)
        .fails(Code::NotActive)
        .fails_if(Code::UnknownLine, "the order has no such line"),
        Prose::new::<OrderView>(
            "POST /orders/{order_id}/holds",
            "holdOrder",
            "Hold an order",
            (200, "The order, on hold."),
        )
        .about("Nothing of it is dispatched, picked, packed or handed over until the hold is released.")
        .example(examples::hold_order())
        .fails(Code::NotActive)
        .fails(Code::NotForPeople),
        Prose::new::<OrderView>(
            "DELETE /orders/{order_id}/holds/{reason}",
            "releaseOrder",
            "Release a hold",
            (200, "The order without this hold."),
        )
        .about(
            "Customer service may not release what is about money: `awaiting_payment`, `overpaid`, `payment_disputed`, \
             `payment_refunded` and `refund_failed`.",
        )
        .fails(Code::NoSuchHold),
    ]
}

/// Money that people decide about.
fn money() -> Vec<Prose> {
    vec![
        Prose::new::<OrderView>(
            "POST /orders/{order_id}/accept-payment",
            "acceptPayment",
            "Accept a payment that is too small",
            (200, "The order, which goes on."),
        )
        .about(
            "An order that got only a part of its money waits on hold. This accepts the part as enough: the difference is \
             written off, and the order opens.",
        )
        .example(examples::accept_payment())
        .fails(Code::NothingToAccept),
        Prose::new::<OrderView>(
            "POST /orders/{order_id}/capture",
            "captureOrder",
            "Capture authorized money",
            (200, "The order; the capture follows."),
        )
        .about(
            "Captures what the customer has only authorized: all that is due, or `amount` of it. A payment is captured once, so the \
             rest of its authorization is given up. Its outcome is in `captures`. Asking again for what is under way changes nothing. \
             Where the shop captures when it sends (`Capture` in the template), this is needed only to capture earlier, or again after a \
             failure.",
        )
        .example(examples::capture_order())
        .fails(Code::NothingToCapture)
        .fails_if(Code::MoreThanLeft, "`amount` is more than what is due, or than what is authorized"),
        Prose::new::<OrderView>(
            "POST /orders/{order_id}/refunds",
            "refundOrder",
            "Refund any amount",
            (201, "The order; the refund follows."),
        )
        .about(
            "Refunds an amount, the price of units, or a part of the shipping price, beside returns and cancellations. Never \
             more than is left of what was captured, and with a key of customer service never more than its `refund_limit`.",
        )
        .required_key("The same key refunds once. Send the same one when you try again.")
        .example(examples::refund_order())
        .fails(Code::MoreThanLeft)
        .fails(Code::AboveRefundLimit)
        .fails(Code::TooManyRefunds)
        .fails(Code::AlreadyRefunded)
        .fails_if(Code::UnknownLine, "the order has no such line")
        .fails_if(Code::KeyReused, "the key was used for another refund"),
        Prose::new::<OrderView>(
            "POST /orders/{order_id}/refunds/retry",
            "retryRefunds",
            "Try failed refunds again",
            (200, "The order; its refunds follow."),
        )
        .about("Each failed refund is asked for once more, under a new idempotency key at the provider.")
        .fails(Code::NothingToRetry),
        Prose::new::<OrderView>(
            "POST /orders/{order_id}/invoices",
            "requestInvoice",
            "Have an order invoiced",
            (202, "The order; its invoice is issued within seconds, and then in `invoices`."),
        )
        .about(
            "Where `Invoice` is `when-told`, or before its time. The channel must have a `seller`. Asking again changes nothing. Credit \
             notes follow by themselves, whenever the order charges less than its documents say.",
        )
        .fails_if(Code::WrongStatus, "the order does not go on, or charges nothing")
        .fails(Code::NoSeller),
        Prose::new::<InvoiceView>(
            "GET /orders/{order_id}/invoices/{number}",
            "readInvoice",
            "Read an invoice or a credit note",
            (200, "The document, as it was issued."),
        )
        .about("It never changes: what is corrected is another document. `…/documents/invoice.pdf` has it as PDF."),
        Prose::new::<EvidenceView>(
            "GET /orders/{order_id}/disputes/{dispute}/evidence",
            "readEvidence",
            "Gather the evidence for a dispute",
            (200, "What the order has to say, and what is missing."),
        )
        .about(
            "What was ordered, who ordered it, what was sent and delivered, which e-mails arrived, what went back, and what happened, \
             in words without the notes of people. It is gathered anew each time. `text` is all of it, to copy.",
        ),
        Prose::new::<OrderView>(
            "POST /orders/{order_id}/disputes/{dispute}/evidence",
            "answerDispute",
            "Answer a dispute",
            (200, "The order; the evidence follows."),
        )
        .about(
            "Gives the provider what the order has to say, with `text` of your own. A bank takes evidence once. Its way is in \
             `evidence` of the order; asking again in the same way changes nothing. Where the provider takes evidence only from people, \
             the problem says where and has the `text` to copy; send `at_provider` once you have.",
        )
        .example(examples::answer_dispute())
        .fails(Code::NothingToAnswer)
        .fails(Code::AnsweredByHand),
    ]
}

/// What people tell of an order's money.
fn told() -> Vec<Prose> {
    vec![
        Prose::new::<OrderView>(
            "POST /orders/{order_id}/payments",
            "enterPayment",
            "Enter a payment that no provider tells of",
            (201, "The order, with the payment."),
        )
        .about(
            "A bank transfer, cash, cash on delivery, an invoice, a gift card. `received` money counts at once, and goes to a payment \
             by the same method that was waited for, if there is one. `expected` money is waited for until `on`, and the stock is kept. \
             `on_account` lets the order go on unpaid; who is late with it holds the order (`payment_overdue`). A storefront may only \
             tell of `expected` money. Its refunds are made by people: `GET /operations/refunds-by-hand` lists them.",
        )
        .required_key("The same key enters one payment. Send the same one when you try again.")
        .example(examples::enter_payment())
        .fails(Code::TooManyPayments)
        .fails_if(Code::NotActive, "the order is cancelled, so that nothing is expected for it")
        .fails_if(Code::PaymentTaken, "another order has taken the statement's entry")
        .fails_if(Code::KeyReused, "the key was used for another payment, or that payment was withdrawn"),
        Prose::new::<OrderView>(
            "DELETE /orders/{order_id}/payments/{payment}",
            "withdrawPayment",
            "Take back a payment that was entered by mistake",
            (200, "The order, without the payment's money."),
        )
        .about("Only of payments that people enter. The books keep both: what was entered, and that it was taken back.")
        .fails_if(Code::PaymentGivenBack, "some of the payment goes back to the customer, or has gone"),
        Prose::new::<OrderView>(
            "POST /orders/{order_id}/captures/{capture}/outcome",
            "tellCaptureOutcome",
            "Tell what came of a capture or a void",
            (200, "The order, with the outcome."),
        )
        .about(
            "For a capture whose provider has not told what came of it (the order's hold is `outcome_missing`): look there, and tell it here.",
        )
        .example(examples::tell_outcome())
        .fails(Code::OutcomeKnown),
        Prose::new::<OrderView>(
            "POST /orders/{order_id}/refunds/{refund}/outcome",
            "tellRefundOutcome",
            "Tell what came of a refund",
            (200, "The order, with the outcome."),
        )
        .about(
            "For refunds that people make (of bank transfers, cash, invoices), and for those whose provider has not told what came of \
             them (the order's hold is `outcome_missing`). A refund by hand that has gone out and come back `failed` after all.",
        )
        .example(examples::tell_outcome())
        .fails(Code::OutcomeKnown),
    ]
}
