//! Field 61, the statement line: `2601310131C12,34NTRFNONREF//BANK-1`.

use crate::{
    minor::minor_units,
    statement::{Booking, Reversal, reference},
    unreadable::Problem,
};
use domain::money::Currency;
use jiff::civil::Date;

pub(super) struct Line {
    pub booking: Booking,
    pub state: State,
}

pub(super) enum State {
    Booked,
    /// `EC` and `ED`: an entry that the bank only expects.
    Expected,
}

/// The marks of direction, the longer ones first, with sign, state and whether money goes back. The reversal of a
/// credit is a debit.
const MARKS: [(&str, i64, State, bool); 6] = [
    ("RC", -1, State::Booked, true),
    ("RD", 1, State::Booked, true),
    ("EC", 1, State::Expected, false),
    ("ED", -1, State::Expected, false),
    ("C", 1, State::Booked, false),
    ("D", -1, State::Booked, false),
];

impl Line {
    pub(super) fn read(lines: &[&str], currency: Currency) -> Result<Self, Problem> {
        let mut rest = lines.first().copied().unwrap_or_default();
        let value = take_digits(&mut rest, 6).and_then(day).ok_or(Problem::Date)?;
        let booked = match take_digits(&mut rest, 4) {
            Some(digits) => nearest(value, digits).ok_or(Problem::Date)?,
            None => value,
        };
        let (mark, sign, state, reversed) =
            MARKS.into_iter().find(|(mark, ..)| rest.starts_with(mark)).ok_or(Problem::Direction)?;
        rest = &rest[mark.len()..];
        // The third letter of the currency, which some banks add.
        rest = rest.strip_prefix(|c: char| c.is_ascii_alphabetic()).unwrap_or(rest);
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != ',').unwrap_or(rest.len());
        let (amount, rest) = rest.split_at(end);
        let written = Some(amount).filter(|amount| amount.contains(','));
        let amount = sign * written.and_then(|amount| minor_units(amount, ',', currency)).ok_or(Problem::Amount)?;
        // A letter and three characters say what kind of transaction it is.
        let kind = rest.get(..4).filter(|kind| kind.bytes().all(|b| b.is_ascii_alphanumeric())).ok_or(Problem::Form)?;
        let references = &rest[kind.len()..];
        let (customer, bank) = references.split_once("//").unwrap_or((references, ""));
        let booking = Booking {
            booked,
            value: Some(value),
            amount,
            currency,
            payer: None,
            payer_iban: None,
            text: String::new(),
            end_to_end: reference(customer),
            bank_reference: reference(bank),
            reversal: reversed.then(Reversal::default),
        };
        Ok(Self { booking, state })
    }
}

fn take_digits<'t>(rest: &mut &'t str, count: usize) -> Option<&'t str> {
    let digits = rest.get(..count).filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()))?;
    *rest = &rest[count..];
    Some(digits)
}

/// `YYMMDD`. Statements on paper ended before 1980, and none is of the future.
fn day(digits: &str) -> Option<Date> {
    let number = |at: usize| digits.get(at..at + 2)?.parse::<i16>().ok();
    let year = number(0)? + if number(0)? < 80 { 2000 } else { 1900 };
    Date::new(year, number(2)?.try_into().ok()?, number(4)?.try_into().ok()?).ok()
}

/// `MMDD` in the year that brings it nearest to the value date: at the turn of the year the two differ.
fn nearest(value: Date, digits: &str) -> Option<Date> {
    let (month, date) = (digits[..2].parse().ok()?, digits[2..].parse().ok()?);
    let in_year = |year| Date::new(year, month, date).ok();
    let distance = |date: &Date| value.until(*date).map_or(i32::MAX, |span| span.get_days().abs());
    [value.year() - 1, value.year(), value.year() + 1].into_iter().filter_map(in_year).min_by_key(distance)
}
