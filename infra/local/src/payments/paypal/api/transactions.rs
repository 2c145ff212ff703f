//! The transactions that moved the account's balance: <https://developer.paypal.com/docs/api/transaction-search/v1/>.

use super::Api;
use crate::payments::{
    engine::{Cause, Movement, Payout, Reply, handled},
    paypal::{errors::invalid, objects},
};
use axum::{
    extract::{Query, State},
    http::HeaderMap,
    response::Response,
};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

/// PayPal's page size, and its limits.
const PAGE: usize = 100;
const MAX_PAGE: usize = 500;
const MAX_RANGE: SignedDuration = SignedDuration::from_hours(31 * 24);

#[derive(Debug, Deserialize)]
pub(super) struct Parameters {
    start_date: Timestamp,
    end_date: Timestamp,
    page_size: Option<usize>,
    page: Option<usize>,
}

pub(super) async fn list(State(api): State<Api>, Query(asked): Query<Parameters>, headers: HeaderMap) -> Response {
    handled(api.authenticate(&headers).and_then(|()| page(&api, &asked)))
}

fn page(api: &Api, asked: &Parameters) -> Result<Reply, Reply> {
    let (size, number) = (asked.page_size.unwrap_or(PAGE), asked.page.unwrap_or(1));
    if !(1..=MAX_PAGE).contains(&size) || number < 1 {
        return Err(invalid("INVALID_PARAMETER_VALUE", "page_size"));
    }
    let range = asked.end_date.duration_since(asked.start_date);
    if range.is_negative() || range > MAX_RANGE {
        return Err(invalid("INVALID_PARAMETER_VALUE", "end_date"));
    }
    let books = api.account.books();
    let moved = api.account.movements(&books).iter().map(transaction).collect::<Vec<_>>();
    let mut all: Vec<(Timestamp, Value)> =
        moved.into_iter().chain(api.account.payouts(&books).iter().map(withdrawal)).collect();
    drop(books);
    all.retain(|(at, _)| (asked.start_date..=asked.end_date).contains(at));
    all.sort_by_key(|(at, _)| *at);
    let (items, pages) = (all.len(), all.len().div_ceil(size));
    let shown = all.into_iter().skip((number - 1) * size).take(size);
    Ok(Reply::ok(json!({
        "transaction_details": shown.map(|(_, info)| json!({ "transaction_info": info })).collect::<Vec<_>>(),
        "account_number": "0RDERLYL0CAL1",
        "start_date": at(asked.start_date),
        "end_date": at(asked.end_date),
        "last_refreshed_datetime": at(api.account.clock.now()),
        "page": number,
        "total_items": items,
        "total_pages": pages,
    })))
}

/// Moments have another form here.
fn at(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%S+0000").to_string()
}

/// The codes are <https://developer.paypal.com/docs/transaction-search/transaction-event-codes/>.
fn transaction(movement: &Movement<'_>) -> (Timestamp, Value) {
    let (payment, currency) = (movement.payment, movement.payment.currency.as_str());
    let (code, id) = match movement.cause {
        Cause::Captured => ("T0006", payment.id.clone()),
        Cause::Refunded(refund) => ("T1107", refund.id.clone()),
        Cause::Disputed(dispute) => ("T1201", format!("{}H", dispute.id)),
        Cause::Won(dispute) => ("T1202", format!("{}R", dispute.id)),
    };
    let mut info = info(&id, code, movement.at, &objects::money(movement.amount, currency));
    if movement.fee != 0 {
        info["fee_amount"] = objects::money(-movement.fee, currency);
    }
    match movement.cause {
        Cause::Captured => info["custom_field"] = payment.order_id.as_deref().into(),
        Cause::Refunded(_) | Cause::Disputed(_) | Cause::Won(_) => {
            info["paypal_reference_id"] = payment.id.as_str().into();
            info["paypal_reference_id_type"] = "TXN".into();
        }
    }
    (movement.at, info)
}

/// What goes to the merchant's bank.
fn withdrawal(payout: &Payout<'_>) -> (Timestamp, Value) {
    (payout.at, info(&payout.name, "T0400", payout.at, &objects::money(-payout.amount(), payout.currency)))
}

fn info(id: &str, code: &str, moment: Timestamp, amount: &Value) -> Value {
    json!({
        "paypal_account_id": "0RDERLYPAYER1",
        "transaction_id": id,
        "transaction_event_code": code,
        "transaction_initiation_date": at(moment),
        "transaction_updated_date": at(moment),
        "transaction_amount": amount,
        "transaction_status": "S",
    })
}
