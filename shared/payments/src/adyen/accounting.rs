//! The rows of the Payments accounting report: <https://docs.adyen.com/reporting/invoice-reconciliation/payment-accounting-report>.
//!
//! What a row says, a webhook says too. So a row becomes that webhook's item: its facts then have the same names, and count once,
//! whoever tells of them. Only the report tells what Adyen kept of a payment.

use super::{units, zones::zone};
use crate::{
    decimal,
    listing::{Listed, fits},
};
use app::Error;
use csv::{ReaderBuilder, StringRecord};
use domain::{
    books::MovementKind,
    ids::ProviderId,
    money::{Currency, parse_decimal},
    statement::Entry,
};
use jiff::{Timestamp, civil::DateTime};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const ACCOUNT: &str = "Merchant Account";
const PAYMENT: &str = "Psp Reference";
const REFERENCE: &str = "Merchant Reference";
const METHOD: &str = "Payment Method";
const BOOKED: &str = "Booking Date";
const ZONE: &str = "TimeZone";
const RECORD: &str = "Record Type";
const OPERATION: &str = "Modification Psp Reference";
const OPERATION_REFERENCE: &str = "Modification Merchant Reference";
const CURRENCY: &str = "Payment Currency";
const AUTHORISED: &str = "Authorised (PC)";
const CAPTURED: &str = "Captured (PC)";
/// What a bank takes and gives back goes past the registers of authorized and captured money: only this has it in the payment's
/// currency.
const ORIGINAL: &str = "Original Amount";
/// What is paid out is in this currency, and so are the fees that Adyen keeps of it.
const SETTLED_IN: &str = "Settlement Currency";
/// They are the whole fee together, positive if Adyen keeps it. Fees for processing are in the monthly invoice instead.
const FEES: [&str; 4] = ["Commission (SC)", "Markup (SC)", "Scheme Fees (SC)", "Interchange (SC)"];

const COLUMNS: [&str; 18] = [
    ACCOUNT,
    PAYMENT,
    REFERENCE,
    METHOD,
    BOOKED,
    ZONE,
    RECORD,
    OPERATION,
    OPERATION_REFERENCE,
    CURRENCY,
    AUTHORISED,
    CAPTURED,
    ORIGINAL,
    SETTLED_IN,
    FEES[0],
    FEES[1],
    FEES[2],
    FEES[3],
];

/// The record types that say something about an order's money, the event that says the same, and where the amount is. Adyen tells of
/// a capture and a refund when they are sent to the bank; that it has settled them (`Settled`, `Refunded`) moves nothing more.
const RECORDS: [(&str, &str, &str); 11] = [
    ("Authorised", "AUTHORISATION", AUTHORISED),
    ("Cancelled", "CANCELLATION", AUTHORISED),
    ("Expired", "EXPIRE", AUTHORISED),
    ("SentForSettle", "CAPTURE", CAPTURED),
    ("CaptureFailed", "CAPTURE_FAILED", CAPTURED),
    ("SentForRefund", "REFUND", CAPTURED),
    ("RefundFailed", "REFUND_FAILED", CAPTURED),
    ("RefundedReversed", "REFUNDED_REVERSED", CAPTURED),
    ("Chargeback", "CHARGEBACK", ORIGINAL),
    ("ChargebackReversed", "CHARGEBACK_REVERSED", ORIGINAL),
    ("SecondChargeback", "SECOND_CHARGEBACK", ORIGINAL),
];

/// What Adyen writes on what it does by itself.
const BY_ITSELF: &str = "<auto>";

/// Before what is paid out changes, these tell of the fees that will be kept of it. They are told again then.
const FORECASTS: &str = "SentFor";

/// What a report says of an account's payments.
#[derive(Debug, Default)]
pub(super) struct Accounted {
    /// As items of webhooks.
    pub(super) items: Vec<Value>,
    /// By their ids.
    pub(super) fees: BTreeMap<ProviderId, Listed>,
}

pub(super) fn read(report: &str, account: &str) -> Result<Accounted, Error> {
    let report = report.trim_start_matches('\u{feff}');
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(report.as_bytes());
    let columns = Columns::of(reader.headers().map_err(|_| unreadable("its first row"))?)?;
    let mut accounted = Accounted::default();
    for (number, record) in (2..).zip(reader.records()) {
        let record = record.map_err(|_| unreadable(&format!("row {number}")))?;
        let row = Row { columns: &columns, record: &record, number };
        if row.text(ACCOUNT) == account {
            accounted.items.extend(row.item()?);
            row.fee()?.into_iter().for_each(|fee| accounted.add(fee));
        }
    }
    Ok(accounted)
}

impl Accounted {
    /// Rows of one moment that say the same of one operation are one fee.
    fn add(&mut self, fee: Listed) {
        let amount = fee.entry.amount;
        self.fees.entry(fee.id.clone()).and_modify(|known| known.entry.amount += amount).or_insert(fee);
    }
}

/// The error says no field's value: it might be a customer's.
fn unreadable(what: &str) -> Error {
    Error::Outside(format!("Adyen's report cannot be read: {what}"))
}

/// Where the columns are. Their order, and others beside them, are the merchant's choice.
struct Columns(BTreeMap<&'static str, usize>);

impl Columns {
    fn of(names: &StringRecord) -> Result<Self, Error> {
        let place = |wanted: &'static str| {
            let place = names.iter().position(|name| name.trim() == wanted).ok_or_else(|| {
                let why =
                    format!("it has no column {wanted:?}; add it in the Customer Area (Reports, Payment accounting)");
                unreadable(&why)
            });
            place.map(|place| (wanted, place))
        };
        COLUMNS.into_iter().map(place).collect::<Result<_, _>>().map(Self)
    }
}

struct Row<'r> {
    columns: &'r Columns,
    record: &'r StringRecord,
    /// The names of the columns are the first.
    number: usize,
}

impl Row<'_> {
    fn text(&self, column: &str) -> &str {
        self.columns.0.get(column).and_then(|place| self.record.get(*place)).unwrap_or_default().trim()
    }

    fn wrong(&self, column: &str) -> Error {
        unreadable(&format!("the {column} in row {}", self.number))
    }

    /// None: it says nothing about an order's money.
    fn item(&self) -> Result<Option<Value>, Error> {
        let known = RECORDS.iter().find(|(record, ..)| *record == self.text(RECORD));
        let Some((_, event, register)) = known else { return Ok(None) };
        let (payment, operation) = (self.text(PAYMENT), self.text(OPERATION));
        let own = match (*event, operation) {
            // The payment itself, or its end, which may come without a reference of its own.
            ("AUTHORISATION", _) | ("CANCELLATION" | "EXPIRE", "") => payment,
            _ => operation,
        };
        let written = Some(self.text(OPERATION_REFERENCE)).filter(|text| !text.is_empty() && *text != BY_ITSELF);
        Ok(Some(json!({
            "additionalData": {},
            "amount": self.amount(register)?,
            "eventCode": event,
            "eventDate": self.moment()?.to_string(),
            "merchantReference": written.unwrap_or(self.text(REFERENCE)),
            "originalReference": payment,
            "paymentMethod": self.text(METHOD),
            "pspReference": own,
            "success": "true",
        })))
    }

    /// What Adyen keeps, or gives back of it.
    fn fee(&self) -> Result<Option<Listed>, Error> {
        let record = self.text(RECORD);
        if record.starts_with(FORECASTS) || FEES.iter().all(|column| self.text(column).is_empty()) {
            return Ok(None);
        }
        let currency: Currency = self.text(SETTLED_IN).parse().map_err(|_| self.wrong(SETTLED_IN))?;
        let fee = decimal::rounded_sum(FEES.map(|column| self.text(column)), currency.exponent());
        let amount = -fee.filter(|fee| fits(*fee)).ok_or_else(|| self.wrong("fees"))?;
        if amount == 0 {
            return Ok(None);
        }
        let (at, payment, operation) = (self.moment()?, self.text(PAYMENT), self.text(OPERATION));
        let own = if operation.is_empty() { payment } else { operation };
        let named = |text: &str, column| text.parse().map_err(|_| self.wrong(column));
        Ok(Some(Listed {
            about: named(payment, PAYMENT)?,
            id: named(&format!("{own}-{record}-{}", at.as_second()), OPERATION)?,
            entry: Entry { at, kind: MovementKind::Fee, amount, currency, fee: None },
        }))
    }

    /// The amount as an item has it. A register says by its sign where the money goes, as the record's type does too.
    fn amount(&self, register: &str) -> Result<Value, Error> {
        let currency: Currency = self.text(CURRENCY).parse().map_err(|_| self.wrong(CURRENCY))?;
        let told = Some(self.text(register)).filter(|text| !text.is_empty()).unwrap_or(self.text(ORIGINAL));
        let amount = parse_decimal(told.trim_start_matches('-'), currency.exponent());
        let value =
            amount.and_then(|amount| units(currency).to_provider(amount)).ok_or_else(|| self.wrong(register))?;
        Ok(json!({ "currency": currency.as_str(), "value": value }))
    }

    fn moment(&self) -> Result<Timestamp, Error> {
        let booked = DateTime::strptime("%Y-%m-%d %H:%M:%S", self.text(BOOKED)).map_err(|_| self.wrong(BOOKED))?;
        let zone = zone(self.text(ZONE)).ok_or_else(|| self.wrong(ZONE))?;
        zone.to_timestamp(booked).map_err(|_| self.wrong(BOOKED))
    }
}

#[cfg(test)]
mod tests;
