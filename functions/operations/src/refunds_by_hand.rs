//! Refunds that people make: of bank transfers, invoices, cash, gift cards.

use crate::{
    App,
    request::{DebtorAccount, ExportRefunds},
};
use api::{Caller, Code, Error, Problem, Request, Response};
use app::refunds_by_hand::{self, ByHand};
use banking::{Debtor, Transfer, Transfers};
use domain::{
    books::day_of,
    ids::{OrderId, PaymentId, RefundId},
    ledger::{Payer, PaymentMethod, PaymentText},
    money::{Amount, Currency},
};
use jiff::Timestamp;
use serde::Serialize;

/// A refund that a person has to make.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RefundByHand {
    /// The order whose customer gets the money. Tell what came of it with `POST /orders/{order_id}/refunds/{refund}/outcome`.
    pub order: OrderId,
    /// The channel's own order id.
    pub reference: String,
    /// The refund within its order.
    pub refund: RefundId,
    /// What is to be paid back, in minor units of `currency`.
    pub amount: Amount,
    /// The order's currency.
    pub currency: Currency,
    /// The payment whose money goes back.
    pub payment: PaymentId,
    /// How the customer paid. Absent only if nothing is known of the payment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<PaymentMethod>,
    /// What the payment is found by elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_reference: Option<PaymentText>,
    /// Who paid, if that was told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payer: Option<Payer>,
    /// Since when it waits, in UTC.
    #[cfg_attr(feature = "schema", schemars(with = "domain::schema::Moment"))]
    pub since: Timestamp,
    /// When it was written on a list for the bank, in UTC. Absent if it was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<domain::schema::Moment>"))]
    pub exported_at: Option<Timestamp>,
}

impl From<ByHand> for RefundByHand {
    fn from(found: ByHand) -> Self {
        let ByHand { order, reference, refund, payment, amount, currency, manual, since, exported_at, .. } = found;
        let method = manual.as_ref().map(|manual| manual.method);
        let (payment_reference, payer) = manual.map(|manual| (manual.reference, manual.payer)).unwrap_or_default();
        Self {
            order,
            reference,
            refund,
            amount,
            currency,
            payment,
            method,
            payment_reference,
            payer,
            since,
            exported_at,
        }
    }
}

/// Refunds that people have to make.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RefundsByHand {
    /// How many wait. 200 at most are listed.
    pub count: usize,
    /// The longest waiting first.
    pub refunds: Vec<RefundByHand>,
}

/// Shown at most.
const LIMIT: usize = 200;

pub(crate) async fn list(app: &App, _: &Caller, _: &Request) -> Result<Response, Error> {
    let all = refunds_by_hand::all(&app.store, app.clock.now()).await?;
    let count = all.len();
    let refunds = all.into_iter().take(LIMIT).map(RefundByHand::from).collect();
    Ok(Response::json(200, &RefundsByHand { count, refunds }))
}

/// Refunds as a file for the bank.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RefundsFile {
    /// When the refunds were written on it, in UTC. Ask with this for the same file again.
    #[cfg_attr(feature = "schema", schemars(with = "domain::schema::Moment"))]
    pub exported_at: Timestamp,
    /// How many transfers it holds.
    pub count: usize,
    /// What they come to, in cents.
    pub total: Amount,
    /// SEPA credit transfers (pain.001.001.09). Absent if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The refunds that it does not hold, and why: send these otherwise.
    pub left_out: Vec<LeftOut>,
}

/// A refund that is no SEPA transfer.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LeftOut {
    /// Its order.
    pub order: OrderId,
    /// The refund within its order.
    pub refund: RefundId,
    /// What is missing, in words.
    pub why: String,
}

/// Writes the refunds that are on no file yet on one, or gives an earlier file again. A refund is on one file only, so that the bank
/// does not pay it twice.
pub(crate) async fn export(app: &App, caller: &Caller, body: ExportRefunds, _: &Request) -> Result<Response, Error> {
    let ExportRefunds { debtor, exported_at } = body;
    let stamp = caller.stamp(app.clock.now());
    let at = exported_at.unwrap_or(stamp.at);
    let (mut on_it, mut left_out) = (Vec::new(), Vec::new());
    let all = refunds_by_hand::all(&app.store, stamp.at).await?.into_iter();
    for one in all.filter(|one| one.exported_at == exported_at) {
        // Each is tried alone first, so that one that the file cannot hold is not marked.
        match transfer_of(&one).and_then(|transfer| written(&debtor, at, vec![transfer.clone()]).map(|_| transfer)) {
            Err(why) => left_out.push(LeftOut { order: one.order, refund: one.refund, why }),
            Ok(transfer) if exported_at.is_some() => on_it.push(transfer),
            Ok(transfer) => {
                if refunds_by_hand::mark_exported(&app.store, &one, &stamp).await? {
                    on_it.push(transfer);
                }
            }
        }
    }
    if exported_at.is_some() && on_it.is_empty() {
        let why = "no refund that waits was exported then: all of them are done, or it was another moment";
        return Err(Problem::new(Code::NotFound, why).into());
    }
    let (count, total) = (on_it.len(), on_it.iter().map(|transfer| transfer.amount).sum());
    let file = if on_it.is_empty() { None } else { Some(written(&debtor, at, on_it).map_err(Error::Internal)?) };
    Ok(Response::json(200, &RefundsFile { exported_at: at, count, total, file, left_out }))
}

fn transfer_of(one: &ByHand) -> Result<Transfer, String> {
    let payer = one.manual.as_ref().and_then(|manual| manual.payer.as_ref());
    let account = payer.and_then(|payer| Some((payer.name.to_string(), payer.iban.clone()?)));
    let (creditor, iban) = account.ok_or("the payer's account is not known")?;
    Ok(Transfer {
        end_to_end: one.end_to_end_id(),
        amount: one.amount,
        currency: one.currency,
        creditor,
        iban,
        remittance: format!("{} {}", one.reference, one.refund),
    })
}

/// The file. The bank takes one message of a name only once.
fn written(debtor: &DebtorAccount, at: Timestamp, transfers: Vec<Transfer>) -> Result<String, String> {
    let file = banking::pain001(&Transfers {
        message: format!("ORDERLY-{}", at.as_millisecond()),
        created: at,
        execution: day_of(at),
        initiator: debtor.name.to_string(),
        debtor: Debtor { name: debtor.name.to_string(), iban: debtor.iban.clone(), bic: None },
        transfers,
    });
    file.map_err(|why| why.to_string())
}
