//! Evidence in words: English, since banks of all countries read it.

use super::{GatheredEvidence, SentParcel};
use crate::{duty::EmailKind, history::Event};
use jiff::Timestamp;

/// `2026-11-29 10:00 UTC`.
pub(super) fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// What an event says to a bank. None: it is nobody's business there. Every event is decided here.
pub(super) fn event(what: Event) -> Option<&'static str> {
    Some(match what {
        Event::Placed => "The customer placed the order.",
        Event::PaymentAuthorized => "The payment was authorized.",
        Event::PaymentCaptured => "The payment was captured.",
        Event::Paid => "The order was paid in full.",
        Event::Edited => "The order was changed before it was sent.",
        Event::Cancelled => "The order, or this part of it, was cancelled.",
        Event::RestCancelled => "What had not been sent was cancelled.",
        Event::RefundPending => "A refund was begun.",
        Event::RefundSucceeded => "A refund went to the customer.",
        Event::DisputeInquiry => "The customer's bank asked about the payment.",
        Event::DisputeOpened => "The customer disputed the payment.",
        Event::Packed => "The goods were packed.",
        Event::HandedOver => "The goods were handed to the carrier.",
        Event::Delivered => "The goods were delivered.",
        Event::ReceivedBack => "A parcel came back to the shop.",
        Event::Completed => "Everything was delivered.",
        Event::Requested => "A return was asked for.",
        Event::Approved => "The return was approved.",
        Event::Declined => "The return was declined.",
        Event::Received => "Returned goods came back.",
        Event::Emailed => "An e-mail was sent to the customer.",
        Event::InvoiceIssued => "An invoice was issued.",
        Event::CreditNoteIssued => "A credit note was issued.",
        Event::InvoiceRequested
        | Event::ChangedAtChannel
        | Event::ToldToChannel
        | Event::NotTakenByChannel
        | Event::Deducted
        | Event::Dispatched
        | Event::Rerouted
        | Event::PutBack
        | Event::Expired
        | Event::Held
        | Event::Released
        | Event::PaymentPending
        | Event::PaymentPromised
        | Event::Secured
        | Event::CaptureIntended
        | Event::CaptureFailed
        | Event::CaptureRetried
        | Event::VoidIntended
        | Event::PaymentFailed
        | Event::PaymentVoided
        | Event::PaymentAssigned
        | Event::PaymentUnassigned
        | Event::PaymentDismissed
        | Event::AuthorizationReleased
        | Event::PaymentsAsked
        | Event::Overpaid
        | Event::ShortPaymentAccepted
        | Event::RefundedInTotal
        | Event::RefundIntended
        | Event::RefundRequested
        | Event::RefundBlocked
        | Event::RefundCovered
        | Event::RefundFailed
        | Event::RefundRetried
        | Event::DisputeInquiryClosed
        | Event::DisputeWon
        | Event::DisputeLost
        | Event::DisputeAnswered
        | Event::EvidenceIntended
        | Event::EvidenceSubmitted
        | Event::EvidenceFailed
        | Event::EvidenceRetried
        | Event::EvidenceMissed
        | Event::AnsweredElsewhere
        | Event::Created
        | Event::Picking
        | Event::Picked
        | Event::ParcelReported
        | Event::TrackingCorrected
        | Event::NotFollowed
        | Event::LabelOrdered
        | Event::LabelBought
        | Event::LabelFailed
        | Event::LabelGivenUp
        | Event::LabelVoided
        | Event::LabelNotVoided
        | Event::ParcelResolved
        | Event::Inspected
        | Event::ReturnInspected
        | Event::Credited
        | Event::RefundToApprove
        | Event::RefundApproved
        | Event::DataExported
        | Event::ErasureRequested
        | Event::Erased
        | Event::NotEmailed
        | Event::EmailRefused
        | Event::EmailDelivered
        | Event::EmailBounced
        | Event::EmailSuppressed
        | Event::EmailComplained
        | Event::EmailRejected
        | Event::EmailOwedAgain
        | Event::EmailDismissed => return None,
    })
}

/// What an e-mail told.
pub(super) fn email(kind: &EmailKind) -> String {
    match kind {
        EmailKind::PaymentConfirmed => "confirmation of the order and its payment".to_owned(),
        EmailKind::OrderCancelled => "notice that the order was cancelled".to_owned(),
        EmailKind::RestCancelled => "notice that the rest of the order was cancelled".to_owned(),
        EmailKind::OrderEdited(_) => "notice that the order was changed".to_owned(),
        EmailKind::Shipped(parcel) => format!("notice that parcel {parcel} was sent"),
        EmailKind::Delivered(parcel) => format!("notice that parcel {parcel} was delivered"),
        EmailKind::ParcelTrouble(parcel, state) => format!("notice about parcel {parcel}: {state}"),
        EmailKind::TrackingCorrected(parcel, _) => format!("corrected tracking of parcel {parcel}"),
        EmailKind::ReturnReceived => "notice that a return was received".to_owned(),
        EmailKind::RefundSent(_) => "notice that money was refunded".to_owned(),
    }
}

/// What was ordered, a line for each.
pub fn items(evidence: &GatheredEvidence) -> String {
    let currency = evidence.order_currency;
    let line = |item: &super::EvidenceItem| {
        format!("{} × {} ({}), {}", item.quantity, item.title, item.sku, currency.format(item.total))
    };
    evidence.items.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// All that is known beside what was ordered and who ordered it, in sections.
pub fn story(evidence: &GatheredEvidence) -> String {
    let currency = evidence.order_currency;
    let receipts = evidence.receipts.iter();
    let receipts = receipts.map(|of| format!("{}: {}", of.payment, of.currency.format(of.captured)));
    let emails = evidence.emails.iter().map(|email| {
        let delivered = email.delivered_at.map(|at| format!(", delivered {}", moment(at))).unwrap_or_default();
        format!("{} {}{delivered}", moment(email.sent_at), email.what)
    });
    let refunds = evidence.refunds.iter().map(|refund| {
        let how = if refund.succeeded { "done" } else { "on its way" };
        format!("{}: {}, {how}", refund.refund, currency.format(refund.amount))
    });
    let sections = [
        ("", evidence.own_words.iter().map(ToString::to_string).collect()),
        ("Parcels", evidence.parcels.iter().map(parcel).collect::<Vec<_>>()),
        ("E-mails to the customer", emails.collect()),
        ("Payments", receipts.collect()),
        ("Refunds", refunds.collect()),
        ("What happened", evidence.timeline.clone()),
    ];
    sections.into_iter().filter(|(_, lines)| !lines.is_empty()).map(section).collect::<Vec<_>>().join("\n\n")
}

fn section((title, lines): (&str, Vec<String>)) -> String {
    if title.is_empty() { lines.join("\n") } else { format!("{title}:\n{}", lines.join("\n")) }
}

fn parcel(parcel: &SentParcel) -> String {
    let SentParcel { parcel: id, carrier, tracking_number, handed_over_at, .. } = parcel;
    let sent = format!("{id}: {carrier} {tracking_number}, handed over {}", moment(*handed_over_at));
    let delivered = match (parcel.delivered_at, &parcel.delivery_told_by) {
        (Some(at), Some(by)) => format!(", delivered {} (told by {by})", moment(at)),
        (Some(at), None) => format!(", delivered {}", moment(at)),
        (None, _) => String::new(),
    };
    let tracked = parcel.tracking_url.as_ref().map(|url| format!(", {url}")).unwrap_or_default();
    format!("{sent}{delivered}{tracked}: {}", parcel.contents.join(", "))
}

/// Everything as one text.
pub(super) fn whole(evidence: &GatheredEvidence) -> String {
    let amount = evidence.currency.format(evidence.amount);
    let reason = evidence.case.reason.as_deref().map(|reason| format!(" ({reason})")).unwrap_or_default();
    let head = vec![
        format!("Dispute {} of {amount}{reason}, payment {}", evidence.dispute, evidence.payment),
        format!("Order {}, placed {}", evidence.reference, moment(evidence.placed_at)),
    ];
    let phone = evidence.customer_phone.as_ref().map(|phone| format!(", {phone}")).unwrap_or_default();
    let customer = vec![format!("{}, {}{phone}", evidence.customer_name, evidence.customer_email)];
    let total = format!("Total: {}", evidence.order_currency.format(evidence.total));
    let sections = [
        ("", head),
        ("Customer", customer),
        ("Billing address", evidence.billing_address.clone().unwrap_or_default()),
        ("Shipping address", evidence.shipping_address.clone()),
        ("Ordered", vec![items(evidence), total]),
    ];
    let known = sections.into_iter().filter(|(_, lines)| !lines.is_empty()).map(section);
    known.chain(std::iter::once(story(evidence))).collect::<Vec<_>>().join("\n\n")
}
