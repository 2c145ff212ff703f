//! `operations`.

use crate::{
    examples,
    route::Prose,
    schemas::{Cursor, Day, Limit, Year},
};
use api::view::OrderView;
use domain::{
    attention::AttentionReason,
    ids::ScannedCode,
    problem::Code,
    settings::{Channel, Location, Seller},
};
use operations::{
    Attention, Channels, Differences, DifferingPayment, EmptiedLocation, EndedSession, Erasures, FoundProduct,
    InvoicePage, Keys, LedgerFormat, LedgerPage, Locations, Me, NewKey, NewSession, Payouts, PersonData, ProductView,
    RefundsByHand, RefundsFile, RevokedKey, Sellers, Shelves, StatementReport, TrialBalance, UnmatchedPayment,
    UnmatchedPayments, UnreadWebhooks,
};

pub fn routes() -> Vec<Prose> {
    to_look_at().into_iter().chain(of_providers()).chain(people()).chain(settings()).chain(keys()).collect()
}

fn to_look_at() -> Vec<Prose> {
    vec![
        Prose::new::<Attention>(
            "GET /operations/attention",
            "listAttention",
            "Show what needs a person",
            (200, "What does not go on by itself, the longest waiting first, and how many there are of each kind."),
        )
        .about(
            "Orders on hold, overdue work, parcels and e-mails that did not arrive, and payments that no order has taken (those for \
             operators alone). The note of a hold says what the way on is. The warehouse sees what concerns its own fulfillments.",
        )
        .query::<AttentionReason>("why", "Only what needs attention for this reason.")
        .query::<Limit>("limit", "How many entries a page has at most.")
        .query::<Cursor>("cursor", "The `next_cursor` of the page before."),
        Prose::new::<OrderView>(
            "POST /orders/{order_id}/emails/retry",
            "sendEmailsAgain",
            "Send again the e-mails that did not arrive",
            (200, "The order; its e-mails follow."),
        )
        .about(
            "Those that bounced, were suppressed or were refused. They go to the address that the order has now. (A new address, by \
             an edit of the order, sends them again by itself.) An address that has bounced for good is on the suppression list \
             of SES, and has to be taken off it there first.",
        )
        .fails(Code::NothingToRetry),
        Prose::new::<OrderView>(
            "POST /orders/{order_id}/emails/dismiss",
            "dismissEmails",
            "Wait no longer for e-mails that did not arrive",
            (200, "The order, with no e-mail that waits."),
        )
        .about("For customers who were told otherwise. Dismissing them again changes nothing.")
        .example(examples::dismiss_emails()),
        Prose::new::<Shelves>(
            "GET /operations/shelves",
            "listShelves",
            "Show the shelves to look at",
            (200, "Places that a picker found short, closed until they are counted, and places with a deficit."),
        )
        .about(
            "Where fewer units are than are promised, the youngest promises are listed. They are found among the newest few \
             thousand active orders.",
        ),
        Prose::new::<UnmatchedPayments>(
            "GET /operations/unmatched-payments",
            "listUnmatchedPayments",
            "Show payments without an order",
            (200, "Payments that no order is known for. They are matched when their order appears."),
        )
        .about(
            "A payment waits here if its order was refused (422) and never came again, if it names no order, or if its refund \
             has failed. Assign it, refund it, or dismiss it.",
        ),
        Prose::new::<UnmatchedPayment>(
            "POST /operations/unmatched-payments/{payment}/assign",
            "assignPayment",
            "Say which order a payment is for",
            (200, "The payment. Its order takes the money within a minute."),
        )
        .example(examples::assign_payment())
        .fails(Code::PaymentTaken)
        .fails(Code::PaymentGivenBack),
        Prose::new::<UnmatchedPayment>(
            "POST /operations/unmatched-payments/{payment}/unassign",
            "unassignPayment",
            "Take back which order a payment is for",
            (200, "The payment, which is for no order now."),
        )
        .about("Only until the order has taken the money, which happens within a minute. After that, refund it there.")
        .fails(Code::PaymentTaken),
        Prose::new::<UnmatchedPayment>(
            "POST /operations/unmatched-payments/{payment}/refund",
            "refundPayment",
            "Refund a payment that no order takes",
            (200, "The payment, with its refund, which goes out within moments."),
        )
        .about(
            "All that is left of it goes back. From then on no order takes it. Asked again it changes nothing, unless a refund \
             has failed or more is left by now: then that is refunded.",
        )
        .fails(Code::PaymentTaken)
        .fails(Code::NothingToRefund),
        Prose::new::<UnmatchedPayment>(
            "POST /operations/unmatched-payments/{payment}/dismiss",
            "dismissPayment",
            "Say that a payment is for no order",
            (200, "The payment. It is listed again only when another event of it comes."),
        )
        .fails(Code::PaymentTaken),
    ]
}

fn of_providers() -> Vec<Prose> {
    vec![
        Prose::new::<RefundsByHand>(
            "GET /operations/refunds-by-hand",
            "listRefundsByHand",
            "Show the refunds that people have to make",
            (200, "Refunds of money that no provider moved."),
        )
        .about(
            "Of bank transfers, invoices, cash, gift cards: whatever `POST /orders/{order_id}/payments` entered. Send the money, and tell \
             it with `POST /orders/{order_id}/refunds/{refund}/outcome`.",
        ),
        Prose::new::<RefundsFile>(
            "POST /operations/refunds-by-hand/export",
            "exportRefundsByHand",
            "Write the refunds by hand on a file for the bank",
            (200, "SEPA credit transfers (pain.001.001.09), and what is none."),
        )
        .about(
            "A refund is on one file only, so that the bank does not pay it twice. If the answer was lost, `GET \
             /operations/refunds-by-hand` tells the `exported_at` with which the same file is given again. The statement that shows the \
             transfers tells that they are done.",
        )
        .example(examples::export_refunds())
        .fails_if(Code::NotFound, "no refund that waits was exported at that moment"),
        Prose::new::<StatementReport>(
            "POST /operations/statements",
            "importStatement",
            "Read a statement of the bank",
            (200, "Each entry, and what became of it."),
        )
        .about(
            "Reads CAMT.053, MT940 or CSV, in a body of 4,500,000 bytes at most. An entry that names an order and has its amount is entered as its payment; an entry that may pay one \
             of several is proposed, and a person enters it with `POST /orders/{order_id}/payments` and its `entry`. Transfers of refunds by hand are \
             recognized, also those that come back. The same statement, or one with some of the same days, may be sent again: an entry is taken once. \
             Nothing else of it is kept.",
        )
        .example(examples::import_statement()),
        Prose::new::<UnreadWebhooks>(
            "GET /operations/unread-webhooks",
            "listUnreadWebhooks",
            "Show webhooks that were not understood",
            (200, "Genuine messages of payment providers that this version does not understand."),
        )
        .about(
            "Each is kept for 30 days, since it may hold a customer's data. Update Orderly or tell its developers, and then read \
             it again.",
        ),
        Prose::new::<LedgerPage>(
            "GET /ledger",
            "listLedger",
            "Export the movements of money",
            (200, "A row for each movement, in the order in which they were written down."),
        )
        .about(
            "For the bookkeeper: what was captured, refunded, and taken or given back for disputes, with its provider and order; and, \
             where the provider's list tells, fees and payouts. A \
             row never changes, and never gets another place. Days are in UTC, and a row belongs to the day on which Orderly \
             wrote it down.",
        )
        .query::<Day>("from", "The first day. Without it, `to` alone; without both, today.")
        .query::<Day>("to", "The last day. Without it, today. At most a year after `from`.")
        .query::<LedgerFormat>("format", "In which form. `json` if absent.")
        .query::<Limit>("limit", "How many rows a page has at most.")
        .query::<Cursor>("cursor", "The `next_cursor` of the page before.")
        .forms(&["application/jsonl", "text/csv"]),
        Prose::new::<TrialBalance>(
            "GET /ledger/balance",
            "showTrialBalance",
            "Show what each day comes to",
            (200, "The sums by day, provider and currency."),
        )
        .query::<Day>("from", "The first day. Without it, `to` alone; without both, today.")
        .query::<Day>("to", "The last day. Without it, today. At most 31 days with 50,000 rows."),
        Prose::new::<Payouts>(
            "GET /ledger/payouts",
            "listPayouts",
            "Show what the providers have paid out",
            (200, "Each payout with the sum of its entries, where the provider's list tells."),
        )
        .query::<Day>("from", "The first day. Without it, `to` alone; without both, today.")
        .query::<Day>("to", "The last day. Without it, today. At most 31 days."),
        Prose::new::<Differences>(
            "GET /operations/differences",
            "listDifferences",
            "Show where the books and the providers' lists differ",
            (200, "Payments and payouts about which somebody has to find out what is right."),
        )
        .about(
            "Each day (UTC) is compared with the provider's own list four hours after its end. What no webhook told is taken in \
             first. What still differs waits here until the books agree, or until somebody settles it.",
        ),
        Prose::new::<DifferingPayment>(
            "POST /operations/differences/{payment}/settle",
            "settleDifference",
            "Say that a difference is dealt with",
            (200, "The payment, with what was found out. It opens again if the amounts change."),
        )
        .about("Nothing of the books changes.")
        .example(examples::settle_difference()),
    ]
}

fn people() -> Vec<Prose> {
    vec![
        Prose::new::<PersonData>(
            "POST /customers/export",
            "exportPerson",
            "Export what is held of a person",
            (200, "All there is about the person's orders. Each order's timeline notes that it was given out."),
        )
        .about(
            "By the e-mail address that the person ordered under, or by one order. What mail services, payment providers and              warehouses hold, they export themselves.",
        )
        .example(examples::person()),
        Prose::new::<Erasures>(
            "POST /customers/erase",
            "erasePerson",
            "Erase a person's data",
            (202, "The person's orders, and what each still needs its customer for."),
        )
        .about(
            "Of each order the name, the addresses, the contact, what people wrote, and what the customer is found by go; goods,              money, moments and the country stay. It happens within two minutes, or as soon as the order needs its customer no              more: finished, nothing on its way, no open return, refund, dispute or hold. `GET /operations/attention` lists what              waits. Asking again changes nothing.",
        )
        .example(examples::person()),
    ]
}

fn settings() -> Vec<Prose> {
    vec![
        Prose::new::<ProductView>("PUT /products/{sku+}", "putProduct", "Set a product", (200, "The product."))
            .about("Its codes stay as they were if `codes` is absent. A code that it has no more is free for other products.")
            .example(examples::put_product())
            .fails(Code::CodeTaken),
        Prose::new::<FoundProduct>(
            "GET /products",
            "findProduct",
            "Find the product of a barcode",
            (200, "The product, and for how many units the code stands."),
        )
        .about("A UPC-A, the same number as an EAN-13, and as a GTIN-14 with zeros before it are one code.")
        .required_query::<ScannedCode>("code", "What was scanned.")
        .fails_if(Code::NotFound, "no product has the code"),
        Prose::new::<ProductView>("GET /products/{sku+}", "readProduct", "Read a product", (200, "The product.")),
        Prose::new::<Location>("PUT /locations/{location}", "putLocation", "Set a location", (200, "The location."))
            .about("Functions that run already may know the old location for some seconds. Whether it is closed stays as it was.")
            .example(examples::put_location()),
        Prose::new::<Location>(
            "POST /locations/{location}/close",
            "closeLocation",
            "Close a location for new work",
            (200, "The location."),
        )
        .about(
            "Nothing new is promised from it or routed to it. What was promised from it before stays promised, and leaves \
             from it unless it is emptied.",
        )
        .example(examples::close_location()),
        Prose::new::<Location>(
            "POST /locations/{location}/reopen",
            "reopenLocation",
            "Open a location again",
            (200, "The location. Orders that wait for stock find it within some minutes."),
        ),
        Prose::new::<EmptiedLocation>(
            "POST /locations/{location}/empty",
            "emptyLocation",
            "Take the work away from a closed location",
            (200, "What was taken away, and what is left."),
        )
        .about(
            "Fulfillments that nobody has begun are cancelled, and their goods are routed again, to other locations. What no \
             other location has waits for stock. At most 50 orders at a time: ask again while `left` is above 0.",
        )
        .fails(Code::LocationOpen),
        Prose::new::<Locations>("GET /locations", "listLocations", "List the locations", (200, "All locations.")),
        Prose::new::<Channel>("PUT /channels/{channel}", "putChannel", "Set a channel", (200, "The channel."))
            .example(examples::put_channel()),
        Prose::new::<Channels>("GET /channels", "listChannels", "List the channels", (200, "All channels.")),
        Prose::new::<Seller>("PUT /sellers/{seller}", "putSeller", "Set a seller", (200, "The seller."))
            .about(
                "A legal entity that sells: channels name it, and its invoices and credit notes are numbered without gaps, from 1 each \
                 year. What is issued keeps the seller as it was. Change `prefix` only with the year.",
            )
            .example(examples::put_seller()),
        Prose::new::<Sellers>("GET /sellers", "listSellers", "List the sellers", (200, "All sellers.")),
        Prose::new::<InvoicePage>(
            "GET /sellers/{seller}/invoices",
            "listInvoices",
            "List a seller's invoices and credit notes",
            (200, "A page of them, by number."),
        )
        .query::<Year>("year", "Of which year. The present one at the seller's seat if absent.")
        .query::<Limit>("limit", "How many documents a page has at most.")
        .query::<Cursor>("cursor", "The `next_cursor` of the page before."),
    ]
}

fn keys() -> Vec<Prose> {
    vec![
        Prose::new::<NewKey>(
            "POST /keys",
            "createKey",
            "Make an API key",
            (201, "The key, which is shown this once: only its hash is kept."),
        )
        .about(
            "A storefront's key is for one `channel`. A warehouse key may be bound to `locations`: \
             `{\"name\": \"packing table\", \"role\": \"warehouse\", \"locations\": [\"main\"]}`. A key of customer service may give back \
             nothing unless it has a `refund_limit`: \
             `{\"name\": \"Anna\", \"role\": \"customer_service\", \"refund_limit\": {\"EUR\": 5000}}`. The name stands in the timeline of \
             what is done with the key. A key is never changed: make another one, and revoke it. The key of a session \
             makes none, since an API key would outlive it.",
        )
        .example(examples::create_key()),
        Prose::new::<Keys>(
            "GET /keys",
            "listKeys",
            "List the API keys",
            (200, "All keys, by the ids of their hashes."),
        )
        .about(
            "`last_used_on` is a day in UTC. It is noted with the first request of a day, and may be a day early for a key whose last \
             request came in the first minute of a day.",
        ),
        Prose::new::<RevokedKey>(
            "DELETE /keys/{key}",
            "revokeKey",
            "Revoke an API key",
            (200, "The key stops working within a minute."),
        ),
        Prose::new::<NewSession>(
            "POST /sessions",
            "openSession",
            "Open a session of an API key",
            (201, "The session's key, which is shown this once: only its hash is kept."),
        )
        .about(
            "For people, who work with it for the rest of their day instead of with the API key: what it may do and the name in \
             the timeline are the same. It ends after 12 hours, or when the API key expires or is revoked. An API key has 20 \
             sessions at most; one more ends that which would end first. The key of a session opens no other.",
        ),
        Prose::new::<Me>(
            "GET /sessions/current",
            "readSession",
            "Show who calls",
            (200, "The name, the role and the restrictions of the API key, whether it was sent itself or the key of a session."),
        ),
        Prose::new::<EndedSession>(
            "DELETE /sessions/current",
            "endSession",
            "End the session that calls",
            (200, "The session's key stops working within a minute."),
        )
        .fails_if(Code::NotFound, "an API key was sent, and not the key of a session"),
    ]
}
