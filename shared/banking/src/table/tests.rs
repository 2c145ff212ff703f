use super::*;
use jiff::civil::{Date, date};

fn bookings(table: &str) -> Result<Vec<Booking>, Unreadable> {
    Ok(read(table)?.into_iter().flat_map(|page| page.bookings).collect())
}

fn amounts(table: &str) -> Result<Vec<Amount>, Unreadable> {
    Ok(bookings(table)?.iter().map(|booking| booking.amount).collect())
}

/// A table of two columns with these amounts.
fn of_amounts(cells: &[&str]) -> Result<Vec<Amount>, Unreadable> {
    amounts(&format!("Date\tAmount (EUR)\n2026-01-02\t{}", cells.join("\n2026-01-02\t")))
}

fn of_dates(cells: &[&str]) -> Result<Vec<Date>, Unreadable> {
    Ok(bookings(&format!("Buchungstag;Betrag in EUR\n{};1,00\n", cells.join(";1,00\n")))?
        .iter()
        .map(|booking| booking.booked)
        .collect())
}

#[test]
fn amounts_are_read_in_the_writings_of_all_banks() {
    let table: [(&[&str], &[Amount]); 12] = [
        (&["12,34", "-1.234,56"], &[1234, -123_456]),
        (&["12.34", "-1,234.56"], &[1234, -123_456]),
        (&["1.234", "5,00"], &[123_400, 500]),
        (&["1,234", "5.00"], &[123_400, 500]),
        (&["1.234.567"], &[123_456_700]),
        (&["1'234.50", "1’000.00"], &[123_450, 100_000]),
        (&["1 234,50", "1\u{a0}234,5"], &[123_450, 123_450]),
        (&["12,34 €", "€ 5,00", "EUR 7,00", "1,00 EUR"], &[1234, 500, 700, 100]),
        (&["+5", "−5", "5-", "(5)"], &[500, -500, -500, -500]),
        (&["5", "12"], &[500, 1200]),
        (&["-0,80"], &[-80]),
        (&["0.8"], &[80]),
    ];
    for (cells, read) in table {
        assert_eq!(of_amounts(cells).as_deref(), Ok(read), "{cells:?}");
    }
}

#[test]
fn amounts_that_can_be_read_two_ways_or_not_at_all_are_refused() {
    for cells in [&["1.234"][..], &["1,234", "5"], &["1,50", "1.50"], &["1.234,56", "1,234.56"]] {
        assert_eq!(of_amounts(cells), Err(Unreadable::AmbiguousAmounts), "{cells:?}");
    }
    for cells in [["1,50", "abc"], ["1,50", "1,505"], ["1,50", "1,5,0"], ["1,50", "1e5"], ["1,50", "0x10"]] {
        let error = of_amounts(&cells).unwrap_err();
        let wrong = Unreadable::at(3_u64, "the amount", Problem::Amount);
        assert!(error == wrong || error == Unreadable::AmbiguousAmounts, "{cells:?}: {error}");
    }
    assert_eq!(of_amounts(&["1,50", ""]), Err(Unreadable::at(3_u64, "the amount", Problem::Missing)));
}

#[test]
fn dates_are_read_in_the_writings_of_all_banks() {
    let day = date(2026, 1, 31);
    for cell in [
        "31.01.2026",
        "31.1.26",
        "31.01.2026.",
        "2026-01-31",
        "20260131",
        "31-01-2026",
        "2026/01/31",
        "2026-01-31T10:00:00Z",
        "31.01.2026 23:59",
    ] {
        assert_eq!(of_dates(&[cell]), Ok(vec![day]), "{cell}");
    }
    assert_eq!(of_dates(&["31/01/2026", "02/01/2026"]), Ok(vec![day, date(2026, 1, 2)]));
    assert_eq!(of_dates(&["01/31/2026", "02/01/2026"]), Ok(vec![day, date(2026, 2, 1)]));
    assert_eq!(of_dates(&["01/02/2026"]), Err(Unreadable::AmbiguousDates));
    assert_eq!(of_dates(&["31/01/2026", "01/31/2026"]), Err(Unreadable::AmbiguousDates));
    assert_eq!(of_dates(&["02/02/2026"]), Ok(vec![date(2026, 2, 2)]));
    for bad in ["31.02.2026", "1.1.1", "2026-13-01", "1.2.3.4", "31.01", "3ß.01.2026"] {
        assert_eq!(of_dates(&[bad]), Err(Unreadable::at(2_u64, "the booking date", Problem::Date)), "{bad}");
    }
}

#[test]
fn the_direction_may_be_a_column_a_word_or_a_sign() {
    let sides = "Date,Description,Paid out,Paid in,Currency\n2026-01-02,a,,5.00,GBP\n2026-01-02,b,7.50,,GBP\n";
    assert_eq!(amounts(sides), Ok(vec![500, -750]));
    let both = "Date,Paid out,Paid in,Currency\n2026-01-02,1.00,5.00,GBP\n";
    assert_eq!(amounts(both), Err(Unreadable::at(2_u64, "the amount", Problem::Direction)));
    let word = "Datum;Umsatz;Soll/Haben;Währung\n02.01.2026;5,00;H;EUR\n02.01.2026;7,00;S;EUR\n";
    assert_eq!(amounts(word), Ok(vec![500, -700]));
    let twice = "Datum;Betrag (€);Umsatztyp\n02.01.2026;-7,00;Ausgang\n02.01.2026;5,00;Eingang\n";
    assert_eq!(amounts(twice), Ok(vec![-700, 500]));
}

#[test]
fn what_is_not_booked_is_counted_and_notes_are_passed_over() {
    let table = "Date,Amount,Currency,State\n2026-01-02,5.00,EUR,COMPLETED\n2026-01-03,6.00,EUR,PENDING\n,7.00,EUR,REVERTED\nBalance of the account,,,\n";
    let pages = read(table).unwrap();
    assert_eq!((pages[0].bookings.len(), pages[0].pending), (1, 2));
}

#[test]
fn a_row_that_lacks_something_is_named_by_its_line() {
    let table = [
        ("Date,Amount,Currency\n2026-01-02,5.00,XXX\n", "line 2: the currency is not an ISO 4217 currency"),
        ("Date,Amount,Currency\n\n2026-01-02,,EUR\n", "line 3: the amount is missing"),
        ("Date,Amount,Currency\n,5.00,EUR\n", "line 2: the booking date is missing"),
        ("Date,Amount,Currency\nsoon,5.00,EUR\n", "line 2: the booking date is not a date"),
        (
            "Date,Purpose,Amount,Currency\n2026-01-02,\"two\nlines\",5.00,EUR\n2026-01-02,,x,EUR\n",
            "line 4: the amount is not an amount",
        ),
    ];
    for (table, said) in table {
        let error = read(table).unwrap_err().to_string();
        assert!(error.starts_with(said), "{error}");
    }
}

#[test]
fn the_tags_of_sepa_are_understood_in_tables_too() {
    let table = "Buchungstag;Betrag;Währung;Verwendungszweck\n02.01.2026;5,00;EUR;EREF+A-1 SVWZ+Bestellung 1001 IBAN+NL91ABNA0417164300\n";
    let booking = bookings(table).unwrap().remove(0);
    assert_eq!((booking.text.as_str(), booking.end_to_end.as_deref()), ("Bestellung 1001", Some("A-1")));
    assert!(booking.payer_iban.is_some());
}
