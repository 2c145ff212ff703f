//! The words and numbers of a text, and how they hang together.

use crate::latin::latin;

/// A run of letters and digits, in Latin capitals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub text: String,
    /// What parts it from the one before.
    pub gap: Gap,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gap {
    /// A blank, the end of a line, or several signs.
    Free,
    /// One `-`, `/` or `_`: `2026-1001`.
    Dash,
    /// One `.`, `,` or `:`, which belongs to a number if there are digits on both sides.
    Dot,
    /// Nothing: a known word that somebody wrote a number to, as in `Nr1001`.
    None,
}

/// Words that people write before or behind a number without being a part of it.
const LABELS: &str = "AN AND AUFTRAG AUFTRAGS AUFTRAGSNR AUFTRAGSNUMMER BELEG BELEGNR BESTELLNR BESTELLNUMMER BESTELLUNG \
    BESTELLUNGSNR BESTNR BILL DANKE FUER ID INV INVOICE KAUF NO NR NUMBER NUMMER ORDER ORDERID ORDERNO ORDERNR \
    ORDERNUMBER PURCHASE RE RECHNUNG RECHNUNGSNR RECHNUNGSNUMMER RECHNR REF REFERENCE REFERENZ RENR RG RGNR RNR \
    UND VOM";

pub(super) fn is_label(word: &str) -> bool {
    LABELS.split_ascii_whitespace().any(|label| label == word)
}

/// More text than remittance information can have, also that of a large batch.
const LONGEST: usize = 4_000;

pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut word = String::new();
    let mut gap = String::new();
    // One sign more than the text has ends its last word.
    for c in text.chars().take(LONGEST).chain([' ']) {
        if c.is_alphanumeric() {
            word.push(c);
        } else {
            if !word.is_empty() {
                push(&mut tokens, &word, kind(&gap));
                word.clear();
                gap.clear();
            }
            gap.push(c);
        }
    }
    tokens
}

fn kind(gap: &str) -> Gap {
    match gap {
        "-" | "/" | "_" | "–" => Gap::Dash,
        "." | "," | ":" => Gap::Dot,
        _ => Gap::Free,
    }
}

/// Adds a word, apart from the labels that are written to it.
fn push(tokens: &mut Vec<Token>, word: &str, mut gap: Gap) {
    let word = compact(word);
    let mut rest = word.as_str();
    let mut add = |text: &str| {
        if !text.is_empty() {
            tokens.push(Token { text: text.to_owned(), gap: std::mem::replace(&mut gap, Gap::None) });
        }
    };
    if let Some(digits) = rest.find(|c: char| c.is_ascii_digit())
        && is_label(&rest[..digits])
    {
        add(&rest[..digits]);
        rest = &rest[digits..];
    }
    let end = rest.rfind(|c: char| c.is_ascii_digit()).map_or(0, |last| last + 1);
    let (number, label) = rest.split_at(end);
    if !number.is_empty() && is_label(label) {
        add(number);
        add(label);
    } else {
        add(rest);
    }
}

/// Letters and digits only, in Latin capitals.
pub(super) fn compact(text: &str) -> String {
    let mut compact = latin(text);
    compact.retain(|c| c.is_ascii_alphanumeric());
    compact.make_ascii_uppercase();
    compact
}
