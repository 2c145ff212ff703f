//! What e-mails say in English, as written in the United States.

use super::{
    Cancelled, ConfirmedMoney, Contact, Delivered, Digest, Frame, Goods, Messages, OrderCancelled, OrderEdited,
    ParcelTrouble, PaymentConfirmed, RefundSent, ReturnReceived, Shipped, Steps, TrackingCorrected,
};
use crate::mail::{
    Parcel, RefundedFor, Trouble,
    dates::Calendar,
    money::{Numbers, Unit},
    sentence::{name, plain, strong},
};
use domain::{
    attention::{AttentionReason, WaitingFor},
    order_state::HoldReason,
    postal::CountryNames,
};

pub(crate) static ENGLISH: Messages = Messages {
    tag: "en",
    countries: CountryNames::ENGLISH,
    numbers: Numbers {
        decimal: ".",
        group: ",",
        symbols: &[("EUR", "€"), ("GBP", "£"), ("JPY", "¥"), ("USD", "$")],
        money: |number, unit| match unit {
            Unit::Symbol(symbol) => format!("{symbol}{number}"),
            Unit::Code(code) => format!("{code}\u{a0}{number}"),
        },
    },
    calendar: Calendar {
        weekdays: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
        months: [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ],
        day: |weekday, month, day| format!("{weekday}, {month}\u{a0}{day}"),
        with_year: |day, year| format!("{day},\u{a0}{year}"),
        range: |first, last| format!("{first} – {last}"),
    },
    frame: Frame {
        greeting: |customer| match customer {
            Some(customer) => plain("Hello ") + name(customer) + ",",
            None => plain("Hello,"),
        },
        questions: "Questions? Contact us:",
        reason: |order, shop| format!("You receive this because of order {order} at {shop}."),
    },
    contact: Contact { email: "E-mail", phone: "Telephone", help_page: "Help page" },
    goods: Goods {
        subtotal: "Subtotal",
        discounts: "Discounts",
        tax: "Tax",
        tax_included: "Tax (included)",
        ordered: "What you ordered",
        sku: |sku| format!("SKU {sku}"),
        quantity: |quantity| format!("Qty {quantity}"),
        shipping: "Shipping",
        ships_to: "Ships to",
    },
    steps: Steps {
        confirmed: "Confirmed",
        shipped: "Shipped",
        delivered: "Delivered",
        requested: "Requested",
        received: "Received",
        refunded: "Refunded",
    },
    payment_confirmed: PaymentConfirmed {
        subject: |order| format!("Order {order} is confirmed"),
        title: "Your order is confirmed",
        paid: ConfirmedMoney {
            preheader: |paid, arrival| {
                let paid = format!("Your payment of {paid} has arrived.");
                arrival.map_or(paid.clone(), |days| format!("{paid} Estimated arrival: {days}."))
            },
            opening: |paid, order| {
                plain(format!(
                    "Thank you for your order. Your payment of {paid} has arrived, and we are getting order "
                )) + strong(order)
                    + " ready to ship."
            },
            opening_without_goods: |paid, order| {
                plain(format!("Thank you for your order. Your payment of {paid} for order "))
                    + strong(order)
                    + " has arrived."
            },
            total: "Total paid",
        },
        authorized: ConfirmedMoney {
            preheader: |amount, arrival| {
                let later = format!("You are charged {amount} when we send it.");
                arrival.map_or(later.clone(), |days| format!("{later} Estimated arrival: {days}."))
            },
            opening: |amount, order| {
                plain("Thank you for your order. We are getting order ")
                    + strong(order)
                    + format!(
                        " ready to ship. Your payment of {amount} is reserved, and you are charged when we send your order."
                    )
            },
            opening_without_goods: |amount, order| {
                plain("Thank you for your order ")
                    + strong(order)
                    + format!(". Your payment of {amount} is reserved, and you are charged later.")
            },
            total: "Total",
        },
        arrival: "Estimated arrival",
        arrival_unknown: "We will write to you as soon as we know",
        backordered: "On backorder",
        partly_backordered: |waiting, quantity| format!("{waiting} of {quantity} on backorder"),
        allowed_for: |backordered| format!("{backordered}; the estimated arrival allows for it"),
    },
    shipped: Shipped {
        subject: |order| format!("Order {order} is on its way"),
        subject_of_part: |parcel, order| format!("{} of order {order} is on its way", part(parcel)),
        preheader: |carrier, number, arrival| {
            let parcel = format!("{carrier} {number}.");
            arrival.map_or(parcel.clone(), |days| format!("{parcel} Estimated delivery: {days}."))
        },
        title: "Your parcel is on its way",
        opening: |order| plain("Order ") + strong(order) + " is on its way to you.",
        opening_of_part: |parcel, order| {
            strong(part(parcel))
                + " of order "
                + strong(order)
                + " is on its way to you. Each part comes with an e-mail of its own."
        },
        arrival: "Estimated delivery",
        tracking_number: |carrier| format!("{carrier} tracking number"),
        track: "Track your parcel",
        contents: "What is in this parcel",
    },
    delivered: Delivered {
        subject: |order| format!("Order {order} has arrived"),
        subject_of_part: |parcel, order| format!("{} of order {order} has arrived", part(parcel)),
        preheader: |day| format!("Delivered on {day}. Is everything as it should be?"),
        title: "Your parcel has arrived",
        opening: |order, day| plain("Order ") + strong(order) + format!(" was delivered on {day}."),
        opening_of_part: |parcel, order, day| {
            strong(part(parcel)) + " of order " + strong(order) + format!(" was delivered on {day}.")
        },
        question: "Is everything as it should be?",
        answer: "If something is missing, damaged or not what you expected, tell us and we will put it right.",
        contents: "What was in this parcel",
    },
    order_edited: OrderEdited {
        subject: |order| format!("Order {order} has changed"),
        preheader: |total| format!("Your order is now {total}."),
        title: "Your order has changed",
        opening: |order| plain("We have changed order ") + strong(order) + ". This is your order as it is now.",
        payment: "Your payment",
        unchanged: "Nothing changes for your payment",
        refunded: |amount| format!("We are refunding {amount}, and will write to you once it is sent"),
        due: |amount| format!("{amount} more is due. Your order goes on once it is paid"),
        total: "Total",
    },
    tracking_corrected: TrackingCorrected {
        subject: |order| format!("New tracking number for order {order}"),
        preheader: |carrier, number| format!("{carrier} {number}."),
        title: "Your parcel has another tracking number",
        opening: |order| {
            plain("The tracking number that we sent you for order ")
                + strong(order)
                + " was wrong. This is the right one. Your parcel is on its way all the same."
        },
    },
    parcel_trouble: ParcelTrouble {
        subject: |trouble, order| match trouble {
            Trouble::AttemptFailed => format!("Your parcel of order {order} could not be delivered yet"),
            Trouble::AwaitingPickup => format!("Your parcel of order {order} is ready to be picked up"),
            Trouble::Delayed => format!("Your parcel of order {order} is delayed"),
            Trouble::Damaged => format!("Your parcel of order {order} was damaged on its way"),
            Trouble::Returned => format!("Your parcel of order {order} is coming back to us"),
            Trouble::Lost => format!("Your parcel of order {order} was lost on its way"),
        },
        title: |trouble| match trouble {
            Trouble::AttemptFailed => "Your parcel could not be delivered yet",
            Trouble::AwaitingPickup => "Your parcel is ready to be picked up",
            Trouble::Delayed => "Your parcel is delayed",
            Trouble::Damaged => "Your parcel was damaged on its way",
            Trouble::Returned => "Your parcel is coming back to us",
            Trouble::Lost => "Your parcel was lost on its way",
        },
        opening: |trouble, order| {
            let what = match trouble {
                Trouble::AttemptFailed => " could not be delivered, because nobody was there to take it.",
                Trouble::AwaitingPickup => " is waiting for you at a shop, a post office or a locker near you.",
                Trouble::Delayed => " is taking longer than planned. We are sorry about that.",
                Trouble::Damaged => " was damaged on its way and cannot be delivered. We are sorry about that.",
                Trouble::Returned => " could not be delivered and is coming back to us.",
                Trouble::Lost => " was lost on its way. We are sorry about that.",
            };
            plain("A parcel of order ") + strong(order) + what
        },
        question: "What happens next",
        next: |trouble| match trouble {
            Trouble::AttemptFailed => {
                "The carrier tries again, or leaves it where you can pick it up. If it left a notice, that says what you can do; so \
                 does the carrier's page."
            }
            Trouble::AwaitingPickup => {
                "Please get it soon: the carrier keeps it for a few days only, and then sends it back to us. Its page says where it \
                 is and until when. You may need the notice or code that it sent you, and your ID."
            }
            Trouble::Delayed => {
                "It is still on its way, and you need not do anything. We will write to you if that changes."
            }
            Trouble::Damaged | Trouble::Lost => {
                "We will send you the goods again, or refund them. You need not do anything: we will write to you as soon as \
                 that is done."
            }
            Trouble::Returned => {
                "We will send you the goods again, or refund them, and write to you as soon as that is done. If your address \
                 has changed, please tell us."
            }
        },
    },
    order_cancelled: OrderCancelled {
        whole: Cancelled {
            subject: |order| format!("Order {order} is canceled"),
            title: "Your order is canceled",
            opening: |order| plain("Order ") + strong(order) + " is canceled, and nothing will be shipped.",
            goods: "What was canceled",
        },
        rest: Cancelled {
            subject: |order| format!("The rest of order {order} is canceled"),
            title: "The rest of your order is canceled",
            opening: |order| {
                plain("What had not left of order ")
                    + strong(order)
                    + " is canceled. What is on its way still comes to you."
            },
            goods: "What will not come",
        },
        payment: "Your payment",
        uncharged: "You have not been charged",
        refunding: |now| format!("We are refunding {now}"),
        refunding_rest: |now, before| format!("We are refunding {now}; {before} went back to you before"),
        refunded: |before| format!("{before} went back to you before"),
        to_be_settled: "We are looking into your payment, and will write to you about it",
        way_back: "It goes back the way you paid. We will write to you once it is sent.",
    },
    return_received: ReturnReceived {
        subject: |order| format!("Your return from order {order} is here"),
        preheader: "We are inspecting it and will write to you about your refund.",
        title: "Your return is here",
        opening: |order| {
            plain("We have received what you sent back from order ")
                + strong(order)
                + ". We are inspecting it and will write to you once your refund is sent."
        },
        received: "What we have received",
    },
    refund_sent: RefundSent {
        subject: |total, order| format!("Your refund of {total} for order {order}"),
        preheader: |total| format!("{total} is on its way back to you. Banks usually take 5 to 10 business days."),
        title: "Your refund is sent",
        opening: |total, order| plain(format!("We have refunded {total} for order ")) + strong(order) + ".",
        when: "When to expect it",
        soon: "Within 5 to 10 business days",
        way_back: "It goes back the way you paid. How soon you see it is up to your bank.",
        refunded: "What is refunded",
        cause: |cause| match cause {
            RefundedFor::Cancellation => "Your cancelled order",
            RefundedFor::Unsent => "What we could not send",
            RefundedFor::Edit => "The change of your order",
            RefundedFor::Surplus => "What you paid beyond the total",
            RefundedFor::Return => "Your return",
            RefundedFor::Undelivered => "A parcel that did not arrive",
            RefundedFor::Other => "A refund by the shop",
        },
        deduction: "Deduction",
        total: "Total refunded",
    },
    digest: Digest {
        subject: |count, shop| format!("{shop}: {count} waiting for you"),
        opening: "These wait for a person:",
        waiting: |why| match why {
            WaitingFor::Hold(hold) => match hold {
                HoldReason::AmountsDiffer => "Orders whose amounts differ from their channel's total",
                HoldReason::AuthorizationEnds => "Orders whose authorized payment ends soon",
                HoldReason::AwaitingPayment => "Orders that wait for the rest of their payment",
                HoldReason::AwaitingReturnItems => "Orders that wait for goods to come back",
                HoldReason::CaptureFailed => "Payments that could not be captured",
                HoldReason::ChangedAtChannel => "Orders that were changed at their channel too late",
                HoldReason::ContactMissing => "Orders without an e-mail address",
                HoldReason::HighRiskOfFraud => "Orders held as possible fraud",
                HoldReason::IncorrectAddress => "Orders held for a wrong address",
                HoldReason::InventoryOutOfStock => "Orders that wait for stock",
                HoldReason::OutcomeMissing => "Refunds and captures whose outcome no provider has told",
                HoldReason::Overpaid => "Orders that were overpaid",
                HoldReason::PaymentDisputed => "Orders whose payment is disputed",
                HoldReason::PaymentOverdue => "Orders on account that are not paid in time",
                HoldReason::PaymentRefunded => "Orders whose payment was refunded before they left",
                HoldReason::RefundFailed => "Refunds that failed",
                HoldReason::RefundToApprove => "Refunds that wait for approval",
                HoldReason::UnclearAtChannel => "Orders whose channel tells something unclear",
                HoldReason::UnknownDeliveryDate => "Orders without a delivery date",
                HoldReason::UnknownSku => "Orders with an unknown SKU",
                HoldReason::Other => "Orders held for another reason",
            },
            WaitingFor::Other(reason) => match reason {
                AttentionReason::WorkOverdue => "Orders and refunds that do not go on",
                AttentionReason::OnHold => "Orders on hold",
                AttentionReason::ParcelNotArrived => "Parcels that did not arrive",
                AttentionReason::MailNotDelivered => "Orders whose e-mails did not arrive",
                AttentionReason::EvidenceDue => "Disputes that must be answered within three days",
                AttentionReason::ErasureLate => "Customers whose data should be erased by now",
                AttentionReason::PaymentUnmatched => "Payments without an order",
                AttentionReason::RefundByHand => "Refunds that you have to transfer yourself",
                AttentionReason::WebhookUnread => "Messages of payment providers that were not understood",
                AttentionReason::ChannelFault => "Shops that cannot be reached",
                AttentionReason::StockDiffers => "Shops whose stock differs too much",
                AttentionReason::BooksDiffer => "Payments whose books differ from the provider's list",
            },
        },
        since: |moment| format!("the first since {moment}"),
        and_more: |count| format!(", and {count} more"),
        more: "GET /operations/attention tells more, and what the ways on are.",
    },
};

fn part(Parcel { number, total }: Parcel) -> String {
    total.map_or_else(|| format!("Part {number}"), |total| format!("Part {number} of {total}"))
}
