//! Field 86: what the bank tells about a statement line.
//!
//! Three ways are in use: the German one (`166?00GUTSCHRIFT?20SVWZ+…?32NAME`), codes between slashes
//! (`/NAME/…/REMI/…`, in the Netherlands and by international banks), and plain text.

use crate::{
    statement::{Reversal, reference, tidy},
    tags::{Tagged, begins_with_tag},
};
use domain::contact::Iban;

#[derive(Debug, Default)]
pub(super) struct Information {
    pub purpose: String,
    pub name: Option<String>,
    pub iban: Option<Iban>,
    pub end_to_end: Option<String>,
    pub reversal: Option<Reversal>,
}

/// The longest content of a subfield. Text that fills one goes on in the next, also within a word.
const SUBFIELD: usize = 27;

/// The longest line of field 86, likewise.
const LINE: usize = 65;

/// German codes for SEPA payments that come back: returned direct debits (108, 109) and transfers (159), and debits
/// that are given back to the debtor (181, 184).
const RETURNS: [&str; 5] = ["108", "109", "159", "181", "184"];

/// Codes that stand between slashes. `REMI` is what the payer wrote, `CNTP` the account, bank and name of the other
/// side, `RTRN` why money comes back.
const CODES: [&str; 24] = [
    "ADDR", "BENM", "BIC", "CNTP", "CSID", "EREF", "EXCH", "IBAN", "ID", "ISDT", "KREF", "MARF", "NAME", "ORDP",
    "PREF", "PURP", "REMI", "RTRN", "SVCL", "TRCD", "TRTP", "UDTR", "ULTC", "ULTD",
];

impl Information {
    pub(super) fn read(lines: &[&str]) -> Self {
        let structured = lines.concat();
        let code = structured.get(..3).filter(|code| code.bytes().all(|b| b.is_ascii_digit()));
        let mark = structured.get(3..).and_then(|rest| rest.chars().next()).filter(char::is_ascii_punctuation);
        match (code, mark) {
            (Some(code), Some(mark)) if key(&structured[4..]).is_some() => Self::german(code, &structured[3..], mark),
            _ if structured.starts_with('/') => Self::slashes(&joined(lines.iter().copied(), LINE)),
            _ => Self::plain(&joined(lines.iter().copied(), LINE)),
        }
    }

    fn german(code: &str, structured: &str, mark: char) -> Self {
        let subfields = subfields(structured, mark);
        let all = |wanted: fn(u8) -> bool| {
            joined(subfields.iter().filter(|(key, _)| wanted(*key)).map(|(_, text)| *text), SUBFIELD)
        };
        let text = all(|key| matches!(key, 20..=29 | 60..=63));
        let tagged = Tagged::read(&text);
        let account = all(|key| key == 31);
        let iban = [account.as_str(), tagged.get("IBAN").unwrap_or_default()].iter().find_map(|text| text.parse().ok());
        let extension = all(|key| key == 34);
        let reason = || return_reason(&text).or_else(|| reference(&extension));
        Self {
            purpose: tidy(tagged.purpose()),
            name: some(&all(|key| matches!(key, 32 | 33))),
            iban,
            end_to_end: tagged.get("EREF").or(tagged.get("KREF")).and_then(reference),
            reversal: RETURNS.contains(&code).then(|| Reversal { reason: reason() }),
        }
    }

    fn slashes(text: &str) -> Self {
        let starts: Vec<(usize, &str)> = text
            .match_indices('/')
            .filter_map(|(at, _)| {
                let code = CODES
                    .into_iter()
                    .find(|code| text[at + 1..].strip_prefix(code).is_some_and(|rest| rest.starts_with('/')))?;
                Some((at, code))
            })
            .collect();
        let get = |wanted: &str| {
            let n = starts.iter().position(|(_, code)| *code == wanted)?;
            let (at, code) = starts[n];
            let end = starts.get(n + 1).map_or(text.len(), |(next, _)| *next);
            // The value begins behind the slash that ends the code, which may be the one that begins the next.
            some(text.get(at + code.len() + 2..end).unwrap_or_default().trim_matches('/'))
        };
        let counterparty: Vec<String> =
            get("CNTP").map(|all| all.split('/').map(str::to_owned).collect()).unwrap_or_default();
        let purpose = get("REMI").unwrap_or_default();
        let purpose =
            ["USTD//", "STRD/CUR/", "STRD/"].iter().find_map(|kind| purpose.strip_prefix(kind)).unwrap_or(&purpose);
        Self {
            purpose: if starts.is_empty() { tidy(text) } else { tidy(purpose) },
            name: get("NAME").or_else(|| some(counterparty.get(2)?)),
            iban: get("IBAN").or_else(|| counterparty.first().cloned()).and_then(|iban| iban.parse().ok()),
            end_to_end: get("EREF").and_then(|text| reference(&text)),
            reversal: get("RTRN").map(|reason| Reversal { reason: return_reason(&reason).or(Some(reason)) }),
        }
    }

    fn plain(text: &str) -> Self {
        let tagged = Tagged::read(text);
        Self {
            purpose: tidy(tagged.purpose()),
            end_to_end: tagged.get("EREF").and_then(reference),
            iban: tagged.get("IBAN").and_then(|iban| iban.parse().ok()),
            ..Self::default()
        }
    }
}

/// The subfields of the German structure, each with its key. A mark without a key behind it is the payer's own.
fn subfields(structured: &str, mark: char) -> Vec<(u8, &str)> {
    let keys = structured.match_indices(mark).filter_map(|(at, _)| Some((at, key(&structured[at + 1..])?)));
    let keys: Vec<(usize, u8)> = keys.collect();
    let end = |n: usize| keys.get(n + 1).map_or(structured.len(), |(next, _)| *next);
    keys.iter().enumerate().map(|(n, (at, key))| (*key, &structured[at + 3..end(n)])).collect()
}

/// The key that begins a text: text of the booking, number of the journal, remittance, other side, more remittance.
fn key(text: &str) -> Option<u8> {
    let digits = text.get(..2).filter(|key| key.bytes().all(|b| b.is_ascii_digit()))?;
    digits.parse().ok().filter(|key| matches!(key, 0 | 10 | 20..=35 | 60..=63))
}

/// Pieces as one text. A blank parts them, unless the piece before is full: then a word may go on. A tag begins anew.
fn joined<'t>(pieces: impl Iterator<Item = &'t str>, full: usize) -> String {
    let mut text = String::new();
    let mut before = 0;
    for piece in pieces {
        if !text.is_empty() && (before < full || begins_with_tag(piece)) {
            text.push(' ');
        }
        text.push_str(piece);
        before = piece.chars().count();
    }
    tidy(&text)
}

/// The first word that is a reason of ISO 20022: two letters and two digits, or one of a few words.
fn return_reason(text: &str) -> Option<String> {
    const WORDS: [&str; 9] = ["CNOR", "CUST", "DNOR", "DUPL", "FOCR", "FRAD", "NOAS", "TECH", "UPAY"];
    const FAMILIES: [&str; 15] =
        ["AC", "AG", "AM", "BE", "DT", "ED", "FF", "MD", "MS", "RC", "RF", "RR", "SL", "TM", "DS"];
    let is_reason = |word: &&str| {
        let numbered = word.len() == 4
            && word.bytes().skip(2).all(|b| b.is_ascii_digit())
            && FAMILIES.iter().any(|family| word.starts_with(family));
        numbered || WORDS.contains(word)
    };
    text.split(|c: char| !c.is_ascii_alphanumeric()).find(is_reason).map(str::to_owned)
}

fn some(text: &str) -> Option<String> {
    let text = tidy(text);
    (!text.is_empty()).then_some(text)
}
