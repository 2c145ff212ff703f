//! What the events say about an order's money. Each type of event is one kind of fact, in absolute values.

use super::{
    NAME,
    fields::{Fields, malformed},
};
use crate::{
    naming,
    webhook::{ReportedEvent, Said},
};
use api::{Code, Error, Problem};
use domain::{
    ids::{ChannelId, OrderId, PaymentId, RefundId},
    ledger::{Case, DisputeStatus, MoneyEvent, MoneyFact, OurRefund, PartStatus, RefundStatus},
    money::Currency,
    payment_record::Named,
};
use jiff::Timestamp;
use serde_json::Value;
use webhooks::TOLERANCE;

pub(super) const REFUND_STATUSES: [(&str, RefundStatus); 3] =
    [("pending", RefundStatus::Pending), ("succeeded", RefundStatus::Succeeded), ("failed", RefundStatus::Failed)];
pub(super) const CAPTURE_STATUSES: [(&str, PartStatus); 2] =
    [("succeeded", PartStatus::Succeeded), ("failed", PartStatus::Failed)];
pub(super) const DISPUTE_STATUSES: [(&str, DisputeStatus); 5] = [
    ("inquiry", DisputeStatus::Inquiry),
    ("inquiry_closed", DisputeStatus::InquiryClosed),
    ("open", DisputeStatus::Open),
    ("won", DisputeStatus::Won),
    ("lost", DisputeStatus::Lost),
];

/// So much of the names of an event, and of a type that is not known, is shown.
const MAX_NAME: usize = 128;

/// Whether a body is about real money. None: it does not say so in a way that can be understood.
pub(super) fn mode(body: &[u8]) -> Option<bool> {
    let event: Value = serde_json::from_slice(body).ok()?;
    match Fields::of_event(&event).and_then(Fields::data) {
        Ok(data) => data.live().ok(),
        Err(_) => None,
    }
}

/// What the event says. `id` is what its sender calls it.
pub(super) fn read(id: &str, body: &[u8], now: Timestamp) -> Result<Said, Error> {
    let not_json = |e| Problem::new(Code::NotJson, format!("the body is not valid JSON: {e}"));
    let event: Value = serde_json::from_slice(body).map_err(not_json)?;
    let event = Fields::of_event(&event)?;
    let kind = event.kind()?;
    let Some(read) = reader(kind) else { return Ok(Said::Nothing(name(kind))) };
    let at = event.moment(now.saturating_add(TOLERANCE).unwrap_or(now))?;
    let data = event.data()?;
    data.live()?;
    let payment = PaymentId { provider: provider()?, id: data.id("payment")? };
    let named = named(data)?;
    let Told { currency, fact } = read(data)?;
    let event = MoneyEvent { payment, at, event: name(id), currency, step: 1, fact };
    Ok(Said::Facts(vec![ReportedEvent { named, event }]))
}

/// A fact and its currency. An event without an amount need not tell one.
struct Told {
    currency: Option<Currency>,
    fact: MoneyFact,
}

type Reader = fn(Fields<'_>) -> Result<Told, Error>;

/// How the data of a type are read. None: the type is not one of the contract.
fn reader(kind: &str) -> Option<Reader> {
    Some(match kind {
        "payment.pending" => |data| without_amount(data, MoneyFact::Pending { until: data.until()? }),
        "payment.authorized" => |data| with_amount(data, authorized(data)?),
        "payment.captured" => |data| with_amount(data, MoneyFact::Captured(data.amount()?)),
        "payment.failed" => {
            |data| without_amount(data, MoneyFact::Failed(data.code()?.unwrap_or("unknown").to_owned()))
        }
        "payment.voided" => |data| without_amount(data, MoneyFact::Voided),
        "payment.released" => |data| with_amount(data, MoneyFact::Released(data.amount()?)),
        "payment.refunded" => |data| with_amount(data, MoneyFact::RefundedInTotal(data.amount()?)),
        "refund.updated" => |data| with_amount(data, refund(data)?),
        "dispute.updated" => |data| with_amount(data, dispute(data)?),
        "capture.updated" => |data| with_amount(data, capture(data)?),
        _ => return None,
    })
}

fn with_amount(data: Fields<'_>, fact: MoneyFact) -> Result<Told, Error> {
    Ok(Told { currency: Some(data.currency()?), fact })
}

fn without_amount(data: Fields<'_>, fact: MoneyFact) -> Result<Told, Error> {
    Ok(Told { currency: data.optional_currency()?, fact })
}

fn authorized(data: Fields<'_>) -> Result<MoneyFact, Error> {
    Ok(MoneyFact::Authorized { amount: data.amount()?, until: data.until()?, several: data.several_captures()? })
}

fn refund(data: Fields<'_>) -> Result<MoneyFact, Error> {
    Ok(MoneyFact::Refund {
        ours: ours(data)?,
        id: data.id("refund")?.into(),
        amount: data.amount()?,
        status: data.word("status", &REFUND_STATUSES)?,
    })
}

/// The attempt of Orderly's that a refund answers.
fn ours(data: Fields<'_>) -> Result<Option<OurRefund>, Error> {
    let id: Option<RefundId> =
        data.given("orderly_refund", "the name that Orderly gave to the refund, such as return-01")?;
    match (id, data.attempt()?) {
        (Some(id), Some(attempt)) => Ok(Some(OurRefund { id, attempt })),
        (None, None) => Ok(None),
        // Another attempt may have been made since, so the name alone does not say which one this is.
        _ => {
            Err(malformed("data.orderly_refund and data.attempt must be there both, as Orderly told them, or neither"))
        }
    }
}

fn dispute(data: Fields<'_>) -> Result<MoneyFact, Error> {
    Ok(MoneyFact::Dispute {
        id: data.id("dispute")?.into(),
        amount: data.amount()?,
        status: data.word("status", &DISPUTE_STATUSES)?,
        case: Case { due_by: data.due_by()?, answered: data.answered()?, reason: data.reason()?.map(str::to_owned) },
    })
}

fn capture(data: Fields<'_>) -> Result<MoneyFact, Error> {
    Ok(MoneyFact::CapturePart {
        id: data.id("capture")?.into(),
        amount: data.amount()?,
        status: data.word("status", &CAPTURE_STATUSES)?,
    })
}

/// The order that the payment is for: Orderly's id of it or, with a channel, the channel's own.
fn named(data: Fields<'_>) -> Result<Named, Error> {
    let expected = "the id of a channel: 1 to 32 letters, digits, _ and -";
    let channel: Option<ChannelId> = data.given("channel", expected)?;
    let order = match (&channel, data.order_id()?) {
        (Some(channel), Some(order)) => Some(OrderId::derive(channel, order)),
        (None, Some(order)) => Some(naming::order(order).ok_or_else(|| {
            malformed(
                "data.order_id is not Orderly's own id of an order (ord_…); \
                 with a channel's id of it, data.channel must name the channel",
            )
        })?),
        (_, None) => None,
    };
    Ok(Named { order, channel })
}

fn provider() -> Result<domain::ids::ProviderName, Error> {
    NAME.parse().map_err(|_| Error::Internal("the name of Standard Webhooks is no provider's".to_owned()))
}

/// A name that somebody else chose, cut down to what fits a timeline and a log.
fn name(text: &str) -> String {
    text.chars().filter(char::is_ascii_graphic).take(MAX_NAME).collect()
}

#[cfg(test)]
mod tests;
