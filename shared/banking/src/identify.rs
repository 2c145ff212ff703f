//! What makes an entry the same in two statements.

use crate::{
    entry_id::EntryId,
    statement::{Account, Booking, Entry, Page, reference},
};
use std::collections::HashMap;

/// The entries of a page, each with its name.
pub(crate) fn identify(page: Page) -> Vec<Entry> {
    let mut counts: HashMap<Vec<String>, usize> = HashMap::new();
    let named = |booking: Booking| {
        let fingerprint = fingerprint(page.account.as_ref(), &booking);
        let count = counts.entry(fingerprint.clone()).or_default();
        *count += 1;
        Entry { id: EntryId::derive(&fingerprint, *count), booking }
    };
    page.bookings.into_iter().map(named).collect()
}

fn fingerprint(account: Option<&Account>, booking: &Booking) -> Vec<String> {
    let mut parts =
        vec![compact(account.map_or("", Account::as_str)), booking.amount.to_string(), booking.currency.to_string()];
    match booking.bank_reference.as_deref().filter(|reference| tells_apart(reference)) {
        Some(reference) => parts.extend([
            "reference".to_owned(),
            booking.value.unwrap_or(booking.booked).to_string(),
            compact(reference),
        ]),
        None => parts.extend([
            "text".to_owned(),
            booking.booked.to_string(),
            compact(booking.payer.as_deref().unwrap_or_default()),
            booking.payer_iban.as_ref().map(|iban| iban.as_str().to_owned()).unwrap_or_default(),
            compact(&booking.text),
            compact(booking.end_to_end.as_deref().unwrap_or_default()),
        ]),
    }
    parts
}

/// Some banks write words where a reference should be, the same for every booking.
fn tells_apart(text: &str) -> bool {
    reference(text).is_some_and(|reference| reference.bytes().any(|b| b.is_ascii_digit()))
}

/// Banks break lines and change cases differently from one export to the next.
fn compact(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}
