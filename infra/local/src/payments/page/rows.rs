//! A payment, as the page shows it.

use super::acts::Act;
use crate::payments::{
    engine::{DisputeStatus, Progress, Statement, decimal, decimals},
    provider::Provider,
};
use jiff::Timestamp;

#[derive(Debug)]
pub(super) struct Row {
    pub(super) provider: Provider,
    pub(super) payment: String,
    pub(super) order: String,
    pub(super) amount: String,
    pub(super) refunded: Option<String>,
    pub(super) state: &'static str,
    pub(super) at: String,
    pub(super) changed: Timestamp,
    pub(super) acts: Vec<Act>,
}

impl Row {
    pub(super) fn of(provider: Provider, of: &Statement<'_>) -> Self {
        let payment = of.payment;
        let money = |amount: i64| {
            let currency = payment.currency.to_uppercase();
            format!("{} {currency}", decimal(amount, decimals(&currency)))
        };
        let disputed = of.disputes.last().map(|dispute| dispute.status);
        let state = match (payment.progress, disputed) {
            (_, Some(DisputeStatus::Open)) => "disputed",
            (_, Some(DisputeStatus::Lost)) => "dispute lost",
            (Progress::Processing, _) => "on its way",
            (Progress::Authorized, _) => "authorized",
            (Progress::Canceled, _) => "given up",
            (Progress::Captured, _) => "captured",
            (Progress::Failed, _) => "failed",
        };
        let received = payment.received();
        Self {
            provider,
            payment: payment.id.clone(),
            order: payment.order_id.clone().unwrap_or_default(),
            amount: if received > 0 { money(received) } else { money(payment.amount) },
            refunded: (of.refunded() > 0).then(|| money(of.refunded())),
            state,
            at: payment.changed().strftime("%Y-%m-%d %H:%M:%S").to_string(),
            changed: payment.changed(),
            acts: Act::possible(of),
        }
    }
}
