#![allow(clippy::unwrap_used)]

use super::*;
use crate::fixtures::seller;
use jiff::civil::date;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn a_series_reads_back_from_its_name() {
    for text in ["main#2026", "acme-gmbh#2027"] {
        assert_eq!(text.parse::<SeriesId>().unwrap().to_string(), text);
    }
    for bad in ["", "main", "main#", "#2026", "main#02026", "main#2026#1", "main#x", "ma in#2026"] {
        assert_eq!(bad.parse::<SeriesId>(), Err(InvalidSeries), "{bad:?}");
    }
}

#[test]
fn a_number_has_the_prefix_the_year_and_six_digits_or_more() {
    let key = |nth| InvoiceKey { series: "main#2026".parse().unwrap(), nth };
    let mut seller = seller();
    for (prefix, nth, number) in [
        (None, 1, "2026-000001"),
        (Some("RE-"), 42, "RE-2026-000042"),
        (Some("1234567890ABCDE-"), u32::MAX, "1234567890ABCDE-2026-4294967295"),
    ] {
        seller.prefix = prefix.map(|prefix| prefix.parse().unwrap());
        assert_eq!(seller.number(&key(nth)).unwrap().as_str(), number);
    }
}

#[test]
fn a_day_is_that_of_the_seller_s_seat() {
    let mut seller = seller();
    for (country, day) in [("DE", date(2027, 1, 1)), ("US", date(2026, 12, 31)), ("JP", date(2027, 1, 1))] {
        seller.address.country = country.into();
        assert_eq!(seller.today(at("2026-12-31T23:30:00Z")), day, "{country}");
    }
}

#[test]
fn numbers_follow_one_another_and_their_dates_never_go_back() {
    let first = Series::new(date(2026, 3, 2)).next(date(2026, 3, 2));
    assert_eq!(first, Series { last: 1, last_on: date(2026, 3, 2) });
    assert_eq!(first.next(date(2026, 3, 1)), Series { last: 2, last_on: date(2026, 3, 2) }, "a clock that is behind");
    assert_eq!(first.next(date(2026, 3, 3)), Series { last: 2, last_on: date(2026, 3, 3) });
}
