//! MT940: the customer statement message of SWIFT, as banks write it into files.
//!
//! The fields are those of the SWIFT handbook. Field 86 is free text there; German banks give it a structure
//! (`information`), and others put codes between slashes.

mod information;
mod line;

use crate::{
    statement::{Account, Booking, Page},
    unreadable::{Problem, Unreadable},
};
use domain::money::Currency;
use information::Information;
use line::{Line, State};

/// The fields that may stand in a message. What looks like another one is text of the field before.
const FIELDS: [&str; 17] =
    ["20", "21", "25", "25P", "28", "28C", "60F", "60M", "61", "62F", "62M", "64", "65", "86", "NS", "90C", "90D"];

/// A field, with the lines that continue it.
#[derive(Debug)]
struct Field<'t> {
    tag: &'t str,
    /// Where it begins, counted from one.
    at: u64,
    lines: Vec<&'t str>,
}

/// Whether a text is one or more messages.
pub(crate) fn is_one(text: &str) -> bool {
    let begins = |tags: [&str; 2]| text.lines().filter_map(tagged).any(|(tag, _)| tags.contains(&tag));
    begins(["20", "25"]) && begins(["60F", "60M"])
}

/// The statements of a file, each on a page of its own. What continues a statement (`60M`) stays on its page.
pub(crate) fn read(text: &str) -> Result<Vec<Page>, Unreadable> {
    let mut pages: Vec<Page> = Vec::new();
    let mut account = None;
    // The booking that a field 86 belongs to: not after a balance.
    let mut last: Option<(Booking, u64)> = None;
    let mut page: Option<Page> = None;
    for field in fields(text) {
        if field.tag == "86" {
            if let Some((booking, at)) = last.take() {
                let booking = explained(booking, &Information::read(&field.lines));
                open(page.as_mut(), at)?.bookings.push(booking);
            }
            continue;
        }
        if let Some((booking, at)) = last.take() {
            open(page.as_mut(), at)?.bookings.push(booking);
        }
        match field.tag {
            "25" | "25P" => account = Account::named(field.lines.first().copied().unwrap_or_default()),
            "60F" | "60M" => {
                let currency = balance(&field)?;
                let continues = |page: &Page| page.account == account && page.currency == currency;
                if field.tag == "60F" || !page.as_ref().is_some_and(continues) {
                    pages.extend(page.replace(Page::new(account.clone(), currency)));
                }
            }
            "61" => {
                let page = open(page.as_mut(), field.at)?;
                let wrong = |problem| Unreadable::at(field.at, ":61:", problem);
                let line = Line::read(&field.lines, page.currency).map_err(wrong)?;
                match line.state {
                    State::Expected => page.pending += 1,
                    State::Booked => last = Some((line.booking, field.at)),
                }
            }
            _ => {}
        }
    }
    if let Some((booking, at)) = last.take() {
        open(page.as_mut(), at)?.bookings.push(booking);
    }
    pages.extend(page);
    Ok(pages)
}

fn open(page: Option<&mut Page>, at: u64) -> Result<&mut Page, Unreadable> {
    page.ok_or(Unreadable::at(at, ":60F:", Problem::Missing))
}

/// The currency of a balance: `C260131EUR1234,56`.
fn balance(field: &Field<'_>) -> Result<Currency, Unreadable> {
    let code = field.lines.first().and_then(|line| line.get(7..10)).unwrap_or_default();
    code.parse().map_err(|_| Unreadable::at(field.at, ":60F:", Problem::Currency))
}

/// A booking with what field 86 says about it.
fn explained(booking: Booking, said: &Information) -> Booking {
    Booking {
        payer: said.name.clone(),
        payer_iban: said.iban.clone(),
        text: said.purpose.clone(),
        end_to_end: said.end_to_end.clone().or(booking.end_to_end),
        reversal: match (booking.reversal, &said.reversal) {
            (_, Some(said)) => Some(said.clone()),
            (marked, None) => marked,
        },
        ..booking
    }
}

fn fields(text: &str) -> Vec<Field<'_>> {
    let mut fields: Vec<Field<'_>> = Vec::new();
    let mut within = false;
    for (at, line) in (1..).zip(text.lines()) {
        // The envelope of SWIFT: `{1:F01…}{2:O940…}{4:`, and `-}` at the end.
        let line = line.rsplit_once("{4:").map_or(line, |(_, rest)| rest).trim_end();
        if line == "-" || line.starts_with("-}") || line.starts_with('{') {
            within = false;
        } else if let Some((tag, rest)) = tagged(line) {
            within = true;
            fields.push(Field { tag, at, lines: vec![rest] });
        } else if let Some(field) = fields.last_mut().filter(|_| within) {
            field.lines.push(line);
        }
    }
    fields
}

/// A line that begins a field: `:60F:C260131EUR1234,56`.
fn tagged(line: &str) -> Option<(&str, &str)> {
    let (tag, rest) = line.strip_prefix(':')?.split_once(':')?;
    FIELDS.contains(&tag).then_some((tag, rest))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
