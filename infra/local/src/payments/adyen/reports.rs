//! The Payments accounting report of each day, with a row for each thing that became of a payment:
//! <https://docs.adyen.com/reporting/invoice-reconciliation/payment-accounting-report>. It is a file, made some hours after its day.

use super::{
    MERCHANT_ACCOUNT, api,
    dialect::{CHARGEBACK_FEE, MARKUP, fee_of, reference},
    items,
};
use crate::payments::engine::{
    Account, Books, DisputeStatus, Payment, Progress, RefundStatus, Statement, decimal, decimals, handled,
};
use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use jiff::{
    SignedDuration, Timestamp, ToSpan as _,
    civil::Date,
    tz::{self, TimeZone},
};
use std::sync::Arc;

/// The columns that Adyen's reports have, with those that a merchant adds to them.
const COLUMNS: &str = "Company Account,Merchant Account,Psp Reference,Merchant Reference,Payment Method,Payment Method Variant,\
    Booking Date,TimeZone,Record Type,Modification Psp Reference,Main Currency,Main Amount,Payment Currency,Received (PC),\
    Exchange Rate,Authorised (PC),Captured (PC),Settlement Currency,Payable (SC),Commission (SC),Markup (SC),Scheme Fees (SC),\
    Interchange (SC),Processing Fee Currency,Processing Fee (FC),Modification Merchant Reference,Original Amount,\
    Merchant Order Reference,Shopper Reference,Reserved3,Reserved4,Reserved5,Reserved6,Reserved7,Reserved8,Reserved9,Reserved10";

const COMPANY: &str = "OrderlyCompany";
/// The account's time zone. Its days begin an hour before those of UTC.
const ZONE: (&str, i8) = ("CET", 1);
/// How long after its day a report is there.
const MADE_AFTER: SignedDuration = SignedDuration::from_hours(3);

pub(super) fn router(account: Arc<Account>) -> Router {
    Router::new().route("/reports/download/MerchantAccount/{account}/{file}", get(download)).with_state(account)
}

async fn download(
    State(account): State<Arc<Account>>,
    Path((name, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    if let Err(refused) = api::authenticated(&headers) {
        return handled(Err(refused));
    }
    let day = day_of(&file).filter(|day| name == MERCHANT_ACCOUNT && is_made(*day, account.clock.now()));
    match day {
        Some(day) => ([(header::CONTENT_TYPE, "text/csv")], report(&account.books(), day)).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn day_of(file: &str) -> Option<Date> {
    let day = file.strip_prefix("payments_accounting_report_")?.strip_suffix(".csv")?;
    Date::strptime("%Y_%m_%d", day).ok()
}

fn zone() -> TimeZone {
    TimeZone::fixed(tz::offset(ZONE.1))
}

fn is_made(day: Date, now: Timestamp) -> bool {
    let end = zone().to_timestamp(day.saturating_add(1.day()).at(0, 0, 0, 0));
    end.is_ok_and(|end| now >= end + MADE_AFTER)
}

fn report(books: &Books, day: Date) -> String {
    let statements = books.payments().iter().filter_map(|payment| books.statement(&payment.id).ok());
    let mut rows: Vec<Row> = statements.flat_map(|of| rows(&of)).collect();
    rows.retain(|row| zone().to_datetime(row.at).date() == day);
    rows.sort_by_key(|row| row.at);
    let lines = rows.iter().map(Row::line);
    [COLUMNS.to_owned()].into_iter().chain(lines).map(|line| line + "\n").collect()
}

/// What a record moves, in times of its amount: what was received, authorized, captured, and is payable to the merchant.
#[derive(Debug, Clone, Copy)]
struct Record(&'static str, [i64; 4]);

const RECEIVED: Record = Record("Received", [1, 0, 0, 0]);
const AUTHORISED: Record = Record("Authorised", [-1, 1, 0, 0]);
const CANCELLED: Record = Record("Cancelled", [0, -1, 0, 0]);
const SENT_FOR_SETTLE: Record = Record("SentForSettle", [0, -1, 1, 0]);
const SETTLED: Record = Record("Settled", [0, 0, -1, 1]);
const SENT_FOR_REFUND: Record = Record("SentForRefund", [0, 0, -1, 0]);
const REFUND_FAILED: Record = Record("RefundFailed", [0, 0, 1, 0]);
const REFUNDED: Record = Record("Refunded", [0, 0, 1, -1]);
const CHARGEBACK: Record = Record("Chargeback", [0, 0, 0, -1]);
const CHARGEBACK_REVERSED: Record = Record("ChargebackReversed", [0, 0, 0, 1]);
const SECOND_CHARGEBACK: Record = Record("SecondChargeback", [0, 0, 0, -1]);

#[derive(Debug)]
struct Row {
    at: Timestamp,
    payment: Payment,
    record: Record,
    /// In the currency's minor units.
    amount: i64,
    /// What is kept of it.
    fee: i64,
    /// The reference of what was done with the payment, and what the merchant wrote on it. Empty: it is the payment itself.
    operation: String,
    written: String,
}

impl Row {
    fn line(&self) -> String {
        let Self { at, payment, record: Record(record, registers), amount, fee, operation, written } = self;
        let currency = payment.currency.as_str();
        let text = |amount: i64| {
            let sign = if amount < 0 { "-" } else { "" };
            format!("{sign}{}", decimal(amount.abs(), decimals(currency)))
        };
        let moved = |times: i64| if times == 0 { String::new() } else { text(times * amount) };
        let [received, authorised, captured, _] = registers.map(moved);
        let payable = if registers[3] == 0 { String::new() } else { text(registers[3] * amount - fee) };
        let fees = |part: i64| if part == 0 { String::new() } else { text(part) };
        let (markup, interchange) = (fees(MARKUP.min(*fee)), fees((fee - MARKUP).max(0)));
        let booked = zone().to_datetime(*at).strftime("%Y-%m-%d %H:%M:%S").to_string();
        let (reference, method) = (payment.order_id.as_deref().unwrap_or_default(), items::method(payment));
        let main = text(*amount);
        let told = [
            COMPANY,
            MERCHANT_ACCOUNT,
            &payment.id,
            reference,
            method,
            method,
            &booked,
            ZONE.0,
            record,
            operation,
            currency,
            &main,
            currency,
            &received,
            "1",
            &authorised,
            &captured,
            currency,
            &payable,
            "",
            &markup,
            "",
            &interchange,
            "",
            "",
            written,
            &main,
        ];
        let reserved = std::iter::repeat_n("", COLUMNS.split(',').count() - told.len());
        told.into_iter().chain(reserved).map(quoted).collect::<Vec<_>>().join(",")
    }
}

fn quoted(text: &str) -> String {
    if text.contains([',', '"']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

/// All that became of a payment.
fn rows(of: &Statement<'_>) -> Vec<Row> {
    let payment = of.payment;
    let row = |at, record, amount, operation: &str, written: &str| Row {
        at,
        payment: payment.clone(),
        record,
        amount,
        fee: 0,
        operation: operation.to_owned(),
        written: written.to_owned(),
    };
    let mut rows = vec![row(payment.begun(), RECEIVED, payment.amount, "", "")];
    // The fee is told when it is sent, too.
    let sent = |at, amount, fee, operation: &str, written: &str| {
        [SENT_FOR_SETTLE, SETTLED].map(|record| Row { fee, ..row(at, record, amount, operation, written) })
    };
    if payment.is_manual {
        rows.push(row(payment.begun(), AUTHORISED, payment.amount, "", ""));
        let mut captured = 0;
        for capture in &payment.captures {
            let fee = fee_of(captured + capture.amount) - fee_of(captured);
            captured += capture.amount;
            rows.extend(sent(capture.at, capture.amount, fee, &capture.id, reference(&capture.metadata, of)));
        }
        if payment.progress == Progress::Canceled {
            rows.push(row(payment.changed(), CANCELLED, payment.amount, &by_itself(payment), ""));
        }
    } else if payment.received() > 0 {
        rows.push(row(payment.paid_at(), AUTHORISED, payment.amount, "", ""));
        rows.extend(sent(payment.paid_at(), payment.amount, fee_of(payment.amount), &by_itself(payment), "<auto>"));
    }
    for refund in &of.refunds {
        let (at, written) =
            (Timestamp::from_second(refund.created).unwrap_or_default(), reference(&refund.metadata, of));
        rows.push(row(at, SENT_FOR_REFUND, refund.amount, &refund.id, written));
        // When it came back is not kept: the payment was not changed before that.
        let (at, record) = match refund.status {
            RefundStatus::Succeeded => (at, REFUNDED),
            RefundStatus::Failed => (payment.changed(), REFUND_FAILED),
        };
        rows.push(row(at, record, refund.amount, &refund.id, written));
    }
    for dispute in &of.disputes {
        let told = |at, record| row(at, record, dispute.amount, &dispute.id, "");
        rows.push(Row { fee: CHARGEBACK_FEE, ..told(dispute.created, CHARGEBACK) });
        match dispute.status {
            DisputeStatus::Open => {}
            DisputeStatus::Won => rows.push(told(dispute.updated, CHARGEBACK_REVERSED)),
            DisputeStatus::Lost => rows.push(told(dispute.updated, SECOND_CHARGEBACK)),
        }
    }
    rows
}

/// The reference of what Adyen does with a payment by itself. It is not the payment's.
fn by_itself(payment: &Payment) -> String {
    payment.id.chars().rev().collect()
}
