//! What a bank says about an account.

use crate::entry_id::EntryId;
use domain::contact::Iban;
use domain::money::{Amount, Currency};
use jiff::civil::Date;

/// The booked entries of one account in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Whose account it is. Some CSV exports do not say.
    pub account: Option<Account>,
    pub currency: Currency,
    pub entries: Vec<Entry>,
    /// How many entries were left out because the bank has not booked them yet.
    pub pending: usize,
}

/// The account of a statement.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Account {
    Iban(Iban),
    /// Its number as the bank writes it, where that is no IBAN.
    Other(String),
}

impl Account {
    /// The IBAN, if it is one; otherwise the number as it stands. The German `bank code/number` becomes an IBAN. Some
    /// banks write their BIC before an account, or its currency behind.
    pub(crate) fn named(text: &str) -> Option<Self> {
        let text = text.trim();
        let currency = text.char_indices().rev().nth(2).map(|(at, _)| text.split_at(at));
        let bare =
            currency.filter(|(_, code)| code.parse::<Currency>().is_ok()).map_or(text, |(bare, _)| bare.trim_end());
        let parts = |text: &str| text.split_once('/').and_then(|(bank, account)| Iban::german(bank, account));
        let behind_bic = |text: &str| text.split_once('/')?.1.parse().ok();
        let iban = |text: &str| text.parse().ok().or_else(|| parts(text)).or_else(|| behind_bic(text));
        match iban(text).or_else(|| iban(bare)) {
            Some(iban) => Some(Self::Iban(iban)),
            None if text.is_empty() => None,
            None => Some(Self::Other(text.to_owned())),
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Iban(iban) => iban.as_str(),
            Self::Other(number) => number,
        }
    }
}

/// A booking with a name of its own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    pub id: EntryId,
    pub booking: Booking,
}

/// What the bank says about one movement of money.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Booking {
    pub booked: Date,
    /// When interest counts from.
    pub value: Option<Date>,
    /// In minor units. Money that comes is positive.
    pub amount: Amount,
    pub currency: Currency,
    /// Whom the money comes from; of a debit, whom it goes to.
    pub payer: Option<String>,
    pub payer_iban: Option<Iban>,
    /// What the payer wrote: the remittance information.
    pub text: String,
    /// The reference that the payer's bank hands on unchanged.
    pub end_to_end: Option<String>,
    /// The bank's own name for the booking.
    pub bank_reference: Option<String>,
    /// Present if money comes or goes back: a returned transfer or direct debit, or a booking that the bank takes back.
    pub reversal: Option<Reversal>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Reversal {
    /// Why, as the bank codes it: `AC04` is a closed account (ISO 20022, `ExternalReturnReason1Code`).
    pub reason: Option<String>,
}

/// What one part of a file says that stands for whole days: a statement in it.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    pub account: Option<Account>,
    pub currency: Currency,
    pub bookings: Vec<Booking>,
    pub pending: usize,
}

impl Page {
    pub(crate) fn new(account: Option<Account>, currency: Currency) -> Self {
        Self { account, currency, bookings: Vec::new(), pending: 0 }
    }

    /// The page of an account and a currency, which is added if there is none. Those before the `first` are left alone.
    pub(crate) fn among<'p>(
        pages: &'p mut Vec<Self>,
        first: usize,
        account: Option<&Account>,
        currency: Currency,
    ) -> &'p mut Self {
        let fits = |page: &Self| page.account.as_ref() == account && page.currency == currency;
        let place = pages.iter().skip(first).position(fits).map_or(pages.len(), |place| first + place);
        if place == pages.len() {
            pages.push(Self::new(account.cloned(), currency));
        }
        &mut pages[place]
    }
}

/// A reference, unless it is one of the words by which banks say that there is none.
pub(crate) fn reference(text: &str) -> Option<String> {
    let text = text.trim();
    // The last two say that the reference is in field 86 of MT940.
    let none = ["", "NONREF", "NOTPROVIDED", "NOT PROVIDED", "KEINE REFERENZ", "NULL", "N/A", "EREF", "KREF"];
    let is_none = none.iter().any(|none| text.eq_ignore_ascii_case(none)) || text.bytes().all(|b| b == b'0');
    (!is_none).then(|| text.to_owned())
}

/// Text on one line, without control characters and doubled blanks.
pub(crate) fn tidy(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_the_same_in_all_the_forms_of_its_number() {
        for text in [
            "DE02120300000000202051",
            " de02 1203 0000 0000 2020 51 ",
            "12030000/0000202051",
            "12030000/202051",
            "12030000/202051EUR",
            "DE02120300000000202051EUR",
            "BYLADEM1001/DE02120300000000202051",
        ] {
            assert_eq!(Account::named(text).unwrap().as_str(), "DE02120300000000202051", "{text}");
        }
        for text in ["1234567", "1234/EUR", "DE03120300000000202051", "ä€"] {
            assert_eq!(Account::named(text), Some(Account::Other(text.to_owned())));
        }
        assert_eq!(Account::named("  "), None);
    }
}
