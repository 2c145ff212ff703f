//! Dates as customers read them: with the weekday, because people plan by it.

use jiff::civil::Date;

/// An inclusive range of days; `earliest` is at most `latest`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateRange {
    pub earliest: Date,
    pub latest: Date,
}

/// How a language writes dates. `jiff` knows only the English names.
#[derive(Debug)]
pub struct Calendar {
    /// Starts with Monday.
    pub weekdays: [&'static str; 7],
    pub months: [&'static str; 12],
    /// Joins weekday, month and day of the month.
    pub day: fn(&str, &str, i8) -> String,
    /// Adds the year to such a day.
    pub with_year: fn(&str, i16) -> String,
    /// Joins the first and the last day.
    pub range: fn(&str, &str) -> String,
}

impl Calendar {
    /// A day near today, without its year.
    pub(super) fn recent(&self, date: Date) -> String {
        let weekday = self.weekdays[usize::from(date.weekday().to_monday_zero_offset().unsigned_abs())];
        let month = self.months[usize::from(date.month().unsigned_abs()) - 1];
        (self.day)(weekday, month, date.day())
    }

    fn full(&self, date: Date) -> String {
        (self.with_year)(&self.recent(date), date.year())
    }

    /// A range of days, without repeating the year.
    pub(super) fn range(&self, range: DateRange) -> String {
        let DateRange { earliest, latest } = range;
        if earliest == latest {
            return self.full(earliest);
        }
        let first = if earliest.year() == latest.year() { self.recent(earliest) } else { self.full(earliest) };
        (self.range)(&first, &self.full(latest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::messages::{Messages, english::ENGLISH, german::GERMAN};
    use jiff::{ToSpan, civil::date};

    /// The text with plain spaces. The no-break spaces keep the day, month and year on one line.
    fn plain(text: &str) -> String {
        text.replace('\u{a0}', " ")
    }

    #[test]
    fn a_range_says_no_more_than_it_needs_to() {
        let table = [
            ((date(2026, 11, 26), date(2026, 11, 26)), "Thursday, November 26, 2026", "Donnerstag, 26. November 2026"),
            (
                (date(2026, 11, 26), date(2026, 12, 1)),
                "Thursday, November 26 – Tuesday, December 1, 2026",
                "Donnerstag, 26. November – Dienstag, 1. Dezember 2026",
            ),
            (
                (date(2026, 12, 31), date(2027, 1, 5)),
                "Thursday, December 31, 2026 – Tuesday, January 5, 2027",
                "Donnerstag, 31. Dezember 2026 – Dienstag, 5. Januar 2027",
            ),
        ];
        for ((earliest, latest), english, german) in table {
            let written = |messages: &Messages| plain(&messages.calendar.range(DateRange { earliest, latest }));
            assert_eq!((written(&ENGLISH).as_str(), written(&GERMAN).as_str()), (english, german));
        }
    }

    #[test]
    fn every_weekday_and_month_has_its_name() {
        // English as jiff knows it, day by day over a whole year.
        for n in 0..365 {
            let day = date(2026, 1, 1).saturating_add(n.days());
            assert_eq!(plain(&ENGLISH.calendar.recent(day)), day.strftime("%A, %B %-d").to_string());
        }
        let german = |month, day| plain(&GERMAN.calendar.recent(date(2026, month, day)));
        let days = [
            german(1, 5),
            german(2, 3),
            german(3, 4),
            german(4, 2),
            german(5, 1),
            german(6, 6),
            german(7, 5),
            german(8, 31),
            german(9, 30),
            german(10, 1),
            german(11, 1),
            german(12, 24),
        ];
        let expected = [
            "Montag, 5. Januar",
            "Dienstag, 3. Februar",
            "Mittwoch, 4. März",
            "Donnerstag, 2. April",
            "Freitag, 1. Mai",
            "Samstag, 6. Juni",
            "Sonntag, 5. Juli",
            "Montag, 31. August",
            "Mittwoch, 30. September",
            "Donnerstag, 1. Oktober",
            "Sonntag, 1. November",
            "Donnerstag, 24. Dezember",
        ];
        assert_eq!(days, expected);
    }
}
