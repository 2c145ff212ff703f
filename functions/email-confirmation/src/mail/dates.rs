//! Dates as a customer reads them: with the weekday, because that is what people plan by.

use std::fmt;

use jiff::civil::Date;

const DAY: &str = "%A, %B %-d";
const FULL: &str = "%A, %B %-d, %Y";

/// A day of these weeks: the year goes without saying.
pub(super) fn recent(date: Date) -> impl fmt::Display {
    date.strftime(DAY)
}

/// An inclusive range of days; `earliest` is at most `latest`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateRange {
    pub earliest: Date,
    pub latest: Date,
}

impl fmt::Display for DateRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { earliest, latest } = self;
        if earliest == latest {
            return write!(f, "{}", earliest.strftime(FULL));
        }
        let first = if earliest.year() == latest.year() { DAY } else { FULL };
        write!(f, "{} – {}", earliest.strftime(first), latest.strftime(FULL))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_range_says_no_more_than_it_needs_to() {
        let table = [
            (date(2026, 11, 26), date(2026, 11, 26), "Thursday, November 26, 2026"),
            (date(2026, 11, 26), date(2026, 12, 1), "Thursday, November 26 – Tuesday, December 1, 2026"),
            (date(2026, 12, 31), date(2027, 1, 5), "Thursday, December 31, 2026 – Tuesday, January 5, 2027"),
        ];
        for (earliest, latest, expected) in table {
            assert_eq!(DateRange { earliest, latest }.to_string(), expected);
        }
    }
}
