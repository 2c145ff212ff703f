//! The way from bytes to statements.

use crate::{
    camt,
    decode::decode,
    identify::identify,
    limits::{MAX_BYTES, MAX_ENTRIES},
    mt940,
    statement::{Page, Statement},
    table,
    unreadable::Unreadable,
};
use std::collections::HashSet;

/// Reads a file of a bank: CAMT.052, 053 or 054, MT940, or CSV.
///
/// A file may hold several accounts, currencies and days. There is one statement for each account and currency, in the
/// order in which they first occur. An entry that the file has twice, since its statements overlap, is in it once.
pub fn read(bytes: &[u8]) -> Result<Vec<Statement>, Unreadable> {
    if bytes.len() > MAX_BYTES {
        return Err(Unreadable::TooLarge);
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"\x1f\x8b") {
        return Err(Unreadable::Archive);
    }
    let text = decode(bytes);
    let pages = if text.trim_start().starts_with('<') {
        camt::read(&text)?
    } else if mt940::is_one(&text) {
        mt940::read(&text)?
    } else {
        table::read(&text)?
    };
    // An empty page counts as well: each costs time.
    let entries = pages.iter().map(|page| (page.bookings.len() + page.pending).max(1)).sum::<usize>();
    if entries > MAX_ENTRIES { Err(Unreadable::TooManyEntries) } else { Ok(statements(pages)) }
}

fn statements(pages: Vec<Page>) -> Vec<Statement> {
    let mut statements: Vec<Statement> = Vec::new();
    let mut seen = HashSet::new();
    for page in pages {
        let (account, currency, pending) = (page.account.clone(), page.currency, page.pending);
        let entries = identify(page).into_iter().filter(|entry| seen.insert(entry.id.clone()));
        let same = |known: &&mut Statement| known.account == account && known.currency == currency;
        if let Some(known) = statements.iter_mut().find(same) {
            known.entries.extend(entries);
            known.pending += pending;
        } else {
            statements.push(Statement { account, currency, entries: entries.collect(), pending });
        }
    }
    statements
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
