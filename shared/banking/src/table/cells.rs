//! How the cells of a table write amounts and dates.

use crate::{minor::minor_units, unreadable::Unreadable};
use domain::money::{Amount, Currency};
use jiff::civil::Date;

/// The mark before the decimals, in the whole table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Numbers {
    decimal: char,
}

impl Numbers {
    /// Decided by the amounts that can be read in one way only. A table whose amounts contradict each other, or have
    /// only thousands or three decimals, can be read two ways.
    pub(super) fn of<'t>(cells: impl Iterator<Item = &'t str>) -> Result<Self, Unreadable> {
        let (mut point, mut comma, mut unclear) = (false, false, false);
        for number in cells.map(digits_and_marks) {
            match marked_decimals(&number) {
                Decimals::None => {}
                Decimals::Behind('.') => point = true,
                Decimals::Behind(_) => comma = true,
                Decimals::Unclear => unclear = true,
            }
        }
        match (point, comma) {
            (true, true) => Err(Unreadable::AmbiguousAmounts),
            (false, false) if unclear => Err(Unreadable::AmbiguousAmounts),
            (_, comma) => Ok(Self { decimal: if comma { ',' } else { '.' } }),
        }
    }

    /// A signed amount, with or without its currency.
    pub(super) fn read(self, cell: &str, currency: Currency) -> Option<Amount> {
        let cell = cell.trim();
        let is_negative = cell.contains(['-', '−', '–']) || (cell.starts_with('(') && cell.ends_with(')'));
        let known =
            |c: char| c.is_ascii_digit() || c.is_whitespace() || c.is_ascii_uppercase() || "+-−–.,'’€£$()".contains(c);
        let thousands = if self.decimal == ',' { '.' } else { ',' };
        let number = digits_and_marks(cell).replace(thousands, "");
        let amount = minor_units(&number, self.decimal, currency).filter(|_| cell.chars().all(known))?;
        Some(if is_negative { -amount } else { amount })
    }
}

enum Decimals {
    None,
    Behind(char),
    /// `1.234`
    Unclear,
}

fn marked_decimals(number: &str) -> Decimals {
    let marks: Vec<char> = number.chars().filter(|c| !c.is_ascii_digit()).collect();
    let Some(&last) = marks.last() else { return Decimals::None };
    let behind = number.rsplit(last).next().map_or(0, str::len);
    let other = if last == '.' { ',' } else { '.' };
    match marks.iter().filter(|&&mark| mark == last).count() {
        // The same mark twice parts thousands, and what follows decimals can only be the other one.
        2.. => Decimals::Behind(other),
        _ if marks.len() > 1 || behind != 3 => Decimals::Behind(last),
        _ => Decimals::Unclear,
    }
}

fn digits_and_marks(cell: &str) -> String {
    cell.chars().filter(|c| c.is_ascii_digit() || matches!(c, '.' | ',')).collect()
}

/// The currency beside an amount: `12,34 EUR`, `€ 5`.
pub(super) fn currency(cell: &str) -> Option<Currency> {
    let words = cell.split(|c: char| !c.is_ascii_alphabetic());
    symbol(cell).or_else(|| words.filter(|word| word.len() == 3).find_map(|word| word.parse().ok()))
}

/// The currency whose sign a text has. (The dollar's is that of many.)
pub(super) fn symbol(text: &str) -> Option<Currency> {
    let code = if text.contains('€') {
        "EUR"
    } else if text.contains('£') {
        "GBP"
    } else {
        return None;
    };
    code.parse().ok()
}

/// The sign that a word beside the amount means.
pub(super) fn direction(word: &str) -> Option<Amount> {
    match word.to_lowercase().as_str() {
        "h" | "haben" | "c" | "cr" | "crdt" | "credit" | "in" | "eingang" | "gutschrift" => Some(1),
        "s" | "soll" | "d" | "dr" | "dbit" | "debit" | "out" | "ausgang" | "belastung" => Some(-1),
        _ => None,
    }
}

/// How dates with slashes are written, in the whole table: only these differ between countries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dates {
    month_first: bool,
}

impl Dates {
    pub(super) fn of<'t>(cells: impl Iterator<Item = &'t str>) -> Result<Self, Unreadable> {
        let (mut day_first, mut month_first, mut unclear) = (false, false, false);
        for parts in cells.filter(|cell| cell.contains('/')).filter_map(parts) {
            match parts {
                [(_, 4), ..] => {}
                [(13.., _), (..=12, _), _] => day_first = true,
                [(..=12, _), (13.., _), _] => month_first = true,
                [(first, _), (second, _), _] => unclear |= first != second,
            }
        }
        match (day_first, month_first) {
            (true, true) => Err(Unreadable::AmbiguousDates),
            (false, false) if unclear => Err(Unreadable::AmbiguousDates),
            (_, month_first) => Ok(Self { month_first }),
        }
    }

    /// `2026-01-31`, `31.01.2026`, `31.01.26`, `31-01-2026`, `20260131`, with slashes, or with a time behind it.
    pub(super) fn read(self, cell: &str) -> Option<Date> {
        let (year, month, day) = match parts(cell)? {
            [(year, 4), (month, _), (day, _)] => (year, month, day),
            [(month, _), (day, _), (year, digits)] if self.month_first && cell.contains('/') => {
                (century(year, digits)?, month, day)
            }
            [(day, _), (month, _), (year, digits)] => (century(year, digits)?, month, day),
        };
        Date::new(year, month.try_into().ok()?, day.try_into().ok()?).ok()
    }
}

fn century(year: i16, digits: usize) -> Option<i16> {
    match digits {
        4 => Some(year),
        2 => Some(2000 + year),
        _ => None,
    }
}

/// The three numbers of a date, each with its count of digits.
fn parts(cell: &str) -> Option<[(i16, usize); 3]> {
    let day = cell.split([' ', 'T']).next()?;
    let day = day.strip_suffix('.').unwrap_or(day);
    let number = |digits: &str| {
        let fits = (1..=4).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        fits.then(|| digits.parse().ok())?.map(|number| (number, digits.len()))
    };
    if day.len() == 8 && day.bytes().all(|b| b.is_ascii_digit()) {
        return Some([number(&day[..4])?, number(&day[4..6])?, number(&day[6..])?]);
    }
    let mark = day.chars().find(|c| !c.is_ascii_digit()).filter(|c| matches!(c, '.' | '-' | '/'))?;
    let mut parts = day.split(mark).map(number);
    match (parts.next()??, parts.next()??, parts.next()??, parts.next()) {
        (first, second, third, None) => Some([first, second, third]),
        _ => None,
    }
}
