//! Orders by the numbers that people call them.
//!
//! A number is found with blanks and hyphens in it or without, in any case, and with letters for digits that look
//! alike. It must be a whole number: `1001` is not in `21001`, `2026-1001` or `1001/2`.

use super::{
    OpenOrder,
    tokens::{Gap, Token, compact, is_label, tokens},
};
use std::collections::{BTreeMap, HashMap};

/// How a reference is written, and whose it is.
#[derive(Debug)]
struct Reference {
    order: usize,
    written: String,
    /// Where it has blanks or signs, counted in letters and digits.
    cuts: Vec<usize>,
}

/// An order's reference, found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub written: String,
    /// Whether it is beyond doubt that this is what was written.
    pub sure: bool,
    /// Which words of the text say so. Two orders with the same number have the same words.
    pub span: (usize, usize),
}

/// Orders by their references, as letters and digits only.
#[derive(Debug, Default)]
pub(super) struct References {
    exact: HashMap<String, Vec<Reference>>,
    /// By what remains when letters and digits that look alike are made one.
    alike: HashMap<String, Vec<String>>,
    longest: usize,
}

/// No reference is written in more pieces.
const MAX_PIECES: usize = 8;

/// So many letters and digits are not the same by chance.
const LONG: usize = 12;

/// A number may be cut anywhere if it has so many digits; a shorter one only where its reference is.
const CUT_ANYWHERE: usize = 8;

/// Shorter numbers stand in texts for other reasons.
const SHORT: usize = 4;

impl References {
    pub(super) fn index(orders: &[&OpenOrder]) -> Self {
        let mut index = Self::default();
        for (n, order) in orders.iter().enumerate() {
            let own = order.order.as_str();
            for written in order.references.iter().map(String::as_str).chain([own]) {
                index.add(n, written, written);
                // Of `RE-2026-7` many write only `2026-7`.
                let digits = written.find(|c: char| c.is_ascii_digit()).unwrap_or(0);
                if is_label(&compact(&written[..digits])) {
                    index.add(n, &written[digits..], written);
                }
            }
        }
        index
    }

    /// A reference, or the part of it that is enough.
    fn add(&mut self, order: usize, part: &str, written: &str) {
        let key = compact(part);
        if key.is_empty() || key.len() > 64 {
            return;
        }
        self.longest = self.longest.max(key.len());
        let known = self.exact.entry(key.clone()).or_default();
        if known.is_empty() {
            self.alike.entry(look(&key)).or_default().push(key);
        }
        if known.iter().all(|reference| reference.order != order) {
            let mut cuts = pieces(part);
            cuts.pop();
            known.push(Reference { order, written: written.trim().to_owned(), cuts });
        }
    }

    /// The orders that a text names. Of numbers within numbers the longest counts.
    pub(super) fn named(&self, text: &str) -> BTreeMap<usize, Found> {
        let tokens = tokens(text);
        let pieces = self.pieces(&tokens);
        let mut edges = Edges { begins: vec![false; tokens.len()], ends: vec![false; tokens.len()] };
        for piece in pieces.iter().filter(|piece| !self.exact(piece, &piece.key).is_empty()) {
            edges.begins[piece.span.0] = true;
            edges.ends[piece.span.1] = true;
        }
        let mut all: Vec<(usize, Found)> =
            pieces.iter().flat_map(|piece| self.found(piece, edges.stands_alone(&tokens, piece))).collect();
        // Of those that begin together the longest comes first, so what is within another one comes behind it.
        all.sort_by_key(|(order, found)| (found.span.0, std::cmp::Reverse(found.span.1), *order));
        let mut outer: Option<(usize, usize)> = None;
        let mut named: BTreeMap<usize, Found> = BTreeMap::new();
        for (order, found) in all {
            if outer.is_some_and(|outer| found.span != outer && found.span.1 <= outer.1) {
                continue;
            }
            outer = Some(found.span);
            let known = named.entry(order).or_insert_with(|| found.clone());
            if found.sure && !known.sure {
                *known = found;
            }
        }
        named
    }

    /// All runs of words that are not too long for a reference.
    fn pieces(&self, tokens: &[Token]) -> Vec<Piece> {
        let mut pieces = Vec::new();
        for start in 0..tokens.len() {
            let (mut key, mut cuts) = (String::new(), Vec::new());
            for (end, token) in tokens.iter().enumerate().skip(start).take(MAX_PIECES) {
                key.push_str(&token.text);
                if key.len() > self.longest {
                    break;
                }
                pieces.push(Piece { span: (start, end), key: key.clone(), cuts: cuts.clone() });
                cuts.push(key.len());
            }
        }
        pieces
    }

    /// The references with this key that may be written in these words.
    fn exact(&self, piece: &Piece, key: &str) -> Vec<&Reference> {
        let references = self.exact.get(key).into_iter().flatten();
        references.filter(|reference| may_be_cut(key, &piece.cuts, &reference.cuts)).collect()
    }

    fn found(&self, piece: &Piece, stands_alone: Option<bool>) -> Vec<(usize, Found)> {
        let Some(stands_alone) = stands_alone else { return Vec::new() };
        let found = |reference: &Reference, sure: bool| {
            (reference.order, Found { written: reference.written.clone(), sure, span: piece.span })
        };
        let key = &piece.key;
        let sure = stands_alone && key.len() >= SHORT;
        let exact: Vec<_> = self.exact(piece, key).into_iter().map(|reference| found(reference, sure)).collect();
        let digits = key.bytes().filter(u8::is_ascii_digit).count();
        if !exact.is_empty() || key.len() < SHORT || (digits * 2 < key.len() && key.len() < LONG) {
            return exact;
        }
        let alike = self.alike.get(&look(key)).into_iter().flatten().flat_map(|key| self.exact(piece, key));
        alike.map(|reference| found(reference, key.len() >= LONG)).collect()
    }
}

/// A run of words in a text.
#[derive(Debug)]
struct Piece {
    /// Its first and its last word.
    span: (usize, usize),
    key: String,
    /// Where its words end, except the last.
    cuts: Vec<usize>,
}

/// Which words of a text begin or end a reference.
struct Edges {
    begins: Vec<bool>,
    ends: Vec<bool>,
}

impl Edges {
    /// Whether a piece of a text is a number of its own: `None` if it is part of a longer one, `Some(false)` if it
    /// may be, such as `1001` in `A-1001`. But `1001/1002` names two orders.
    fn stands_alone(&self, tokens: &[Token], piece: &Piece) -> Option<bool> {
        if piece.key.len() >= LONG {
            return Some(true);
        }
        let (start, end) = piece.span;
        let left = match start.checked_sub(1) {
            Some(n) if !self.ends[n] => parted(&tokens[n].text, tokens[start].gap, (&tokens[n].text, &piece.key)),
            _ => Some(true),
        };
        let right = match tokens.get(end + 1) {
            Some(next) if !self.begins[end + 1] => parted(&next.text, next.gap, (&piece.key, &next.text)),
            _ => Some(true),
        };
        Some(left? && right?)
    }
}

/// Whether the word beside a number is none of it, by what is between them: `None` if it is, `Some(false)` if it may be.
fn parted(word: &str, gap: Gap, (left, right): (&str, &str)) -> Option<bool> {
    let digits = left.ends_with(|c: char| c.is_ascii_digit()) && right.starts_with(|c: char| c.is_ascii_digit());
    match gap {
        Gap::Free | Gap::None => Some(true),
        Gap::Dot if !digits => Some(true),
        Gap::Dot | Gap::Dash if word.bytes().any(|b| b.is_ascii_digit()) => None,
        Gap::Dot | Gap::Dash => Some(is_label(word) || word.len() >= SHORT),
    }
}

/// Where the pieces of a reference end, counted in letters and digits.
fn pieces(written: &str) -> Vec<usize> {
    let mut end = 0;
    let pieces = written.split(|c: char| !c.is_alphanumeric()).map(compact).filter(|piece| !piece.is_empty());
    pieces
        .map(|piece| {
            end += piece.len();
            end
        })
        .collect()
}

/// Between a letter and a digit anybody may put a blank. Elsewhere it may make one number of two.
fn may_be_cut(key: &str, cuts: &[usize], own: &[usize]) -> bool {
    let digit = |at: usize| key.as_bytes()[at].is_ascii_digit();
    let harmless = |&cut: &usize| own.contains(&cut) || digit(cut - 1) != digit(cut);
    key.len() >= CUT_ANYWHERE || cuts.iter().all(harmless)
}

/// A reference with letters and digits made one that look alike.
fn look(key: &str) -> String {
    let alike = |c| match c {
        'O' => '0',
        'I' | 'L' => '1',
        'Z' => '2',
        'S' => '5',
        'B' => '8',
        other => other,
    };
    key.chars().map(alike).collect()
}
