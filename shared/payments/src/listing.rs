//! What a provider lists of an account's money, page by page.

use crate::webhook::ReportedEvent;
use domain::{
    ids::ProviderId,
    money::{Amount, MAX_AMOUNT},
    statement::Entry,
};
use jiff::Timestamp;

/// A page of a list, and where the next one begins. None is the end.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Page {
    pub entries: Vec<Listed>,
    /// What the entries say as facts, where the provider cannot be asked about a payment: the same as its webhooks tell.
    pub told: Vec<ReportedEvent>,
    pub parts: Vec<Part>,
    pub next: Option<String>,
}

/// A movement of money.
#[derive(Debug, PartialEq, Eq)]
pub struct Listed {
    /// The payment; of what the account pays or is paid itself, the payout or the fee.
    pub about: ProviderId,
    /// What the list calls it.
    pub id: ProviderId,
    pub entry: Entry,
}

/// An entry that a payout is made of.
#[derive(Debug, PartialEq, Eq)]
pub struct Part {
    pub payout: ProviderId,
    /// What it comes to after fees, in the payout's currency.
    pub net: Amount,
}

/// A provider whose list may name refunds that it does not tell with their payment.
pub(crate) trait ListsRefunds {
    /// What the provider knows of a refund that its list names. Nothing: it does not know it by that name.
    async fn listed_refund(&self, _: &ProviderId, _: Timestamp) -> Result<Vec<ReportedEvent>, app::Error> {
        Ok(Vec::new())
    }
}

/// Whether an amount is one that the books can hold. Only a fault of the provider's own makes another.
pub(crate) fn fits(amount: Amount) -> bool {
    (-MAX_AMOUNT..=MAX_AMOUNT).contains(&amount)
}

/// Why a list is not understood. The error says no field's value: it might be a customer's.
#[allow(clippy::needless_pass_by_value)] // so that it can be mapped with
pub(crate) fn unreadable(error: api::Error) -> app::Error {
    app::Error::Outside(format!("the provider's list has an entry that cannot be read: {error}"))
}
