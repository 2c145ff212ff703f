use super::*;
use domain::money::Amount;
use jiff::civil::{Date, date};

fn message(lines: &[&str]) -> String {
    [&[":20:A", ":25:12345", ":28C:1/1", ":60F:C260101EUR0,00"][..], lines, &[":62F:C260101EUR0,00", "-"]]
        .concat()
        .join("\n")
}

fn one(lines: &[&str]) -> Booking {
    let pages = read(&message(lines)).unwrap();
    assert_eq!((pages.len(), pages[0].bookings.len()), (1, 1), "{lines:?}");
    pages[0].bookings[0].clone()
}

/// A line, and what it says: amount, booking and value date, references of customer and bank.
type Said<'t> = (&'t str, Amount, Date, Date, Option<&'t str>, Option<&'t str>);

#[test]
fn the_statement_line_is_read_in_all_its_forms() {
    let (jan, dec) = (date(2026, 1, 2), date(2025, 12, 31));
    let table: [Said<'_>; 8] = [
        (":61:2601020102C12,34NTRFNONREF//BANK1", 1234, jan, jan, None, Some("BANK1")),
        (":61:260102C12,NTRFE2E-1", 1200, jan, jan, Some("E2E-1"), None),
        (":61:2601020102CR12,3NTRFNONREF", 1230, jan, jan, None, None),
        (":61:2601020102DR0,7N310NONREF//X1", -70, jan, jan, None, Some("X1")),
        (":61:2601021231D1,00FMSCA//B", -100, dec, jan, Some("A"), Some("B")),
        (":61:2512310102C1,00NTRFNONREF", 100, jan, dec, None, None),
        (":61:2601020102RC5,00NRTINONREF", -500, jan, jan, None, None),
        (":61:2601020102RDR5,00NRTINONREF", 500, jan, jan, None, None),
    ];
    for (line, amount, booked, value, end_to_end, bank) in table {
        let booking = one(&[line]);
        assert_eq!((booking.amount, booking.booked, booking.value), (amount, booked, Some(value)), "{line}");
        assert_eq!((booking.end_to_end.as_deref(), booking.bank_reference.as_deref()), (end_to_end, bank), "{line}");
        assert_eq!(booking.reversal.is_some(), line.contains("RTI"), "{line}");
    }
}

#[test]
fn a_line_that_is_built_otherwise_is_named() {
    let table = [
        (":61:26010C12,34NTRF", "line 5: :61: is not a date"),
        (":61:261332C12,34NTRF", "line 5: :61: is not a date"),
        (":61:260102D,5NTRF", "line 5: :61: is not an amount with the decimals of its currency"),
        (":61:2601020102X12,34NTRF", "line 5: :61: says neither credit nor debit"),
        (":61:2601020102C12.34NTRF", "line 5: :61: is not an amount with the decimals of its currency"),
        (":61:2601020102C12,345NTRF", "line 5: :61: is not an amount with the decimals of its currency"),
        (":61:2601020102C12,34", "line 5: :61: is not built as MT940 describes it"),
        (":61:", "line 5: :61: is not a date"),
    ];
    for (line, said) in table {
        assert_eq!(read(&message(&[line])).unwrap_err().to_string(), said, "{line}");
    }
    let lost = ":20:A\n:25:1\n:61:2601020102C12,34NTRF\n:60F:C260101EUR0,00";
    assert_eq!(read(lost).unwrap_err().to_string(), "line 3: :60F: is missing");
    assert_eq!(
        read(":20:A\n:60F:C260101XXX0,00").unwrap_err().to_string(),
        "line 2: :60F: is not an ISO 4217 currency"
    );
}

const LINE: &str = ":61:2601020102C12,34NTRFNONREF";

#[test]
fn field_86_is_read_as_german_banks_fill_it() {
    let table = [
        // A subfield that is full goes on in the next; one that is not is followed by a blank.
        (":86:166?20SVWZ+Bestellung 12345678901?2223 Ende?23hier", "Bestellung 1234567890123 Ende hier"),
        (":86:166?20EREF+1234567890123456789012?21SVWZ+Text", "Text"),
        (":86:166?00GUTSCHRIFT?20Ohne Bezeichner?21zwei", "Ohne Bezeichner zwei"),
        (":86:166?20Davor EREF+A?60SVWZ+danach", "danach"),
        (":86:166?20Wie? 20 Tassen?21gut", "Wie? 20 Tassen gut"),
        (":86:166@20SVWZ+anderes@21Zeichen", "anderes Zeichen"),
        (":86:166?20?21SVWZ+", ""),
        (":86:Nur Text", "Nur Text"),
        (":86:166 Text mit Zahl", "166 Text mit Zahl"),
    ];
    for (field, text) in table {
        assert_eq!(one(&[LINE, field]).text, text, "{field}");
    }
}

#[test]
fn the_other_side_is_in_field_86_too() {
    let names = |field: &str| {
        let booking = one(&[LINE, field]);
        (booking.payer.unwrap_or_default(), booking.payer_iban.is_some(), booking.end_to_end.unwrap_or_default())
    };
    let said = |name: &str, iban: bool, end_to_end: &str| (name.to_owned(), iban, end_to_end.to_owned());
    assert_eq!(
        names(":86:166?20EREF+A-1?31NL91ABNA0417164300?32Anna Maria Magdalena Beispi?33el-Muster"),
        said("Anna Maria Magdalena Beispiel-Muster", true, "A-1")
    );
    assert_eq!(names(":86:166?20KREF+K-1?31NL00ABNA0417164300?32Anna"), said("Anna", false, "K-1"));
    assert_eq!(names(":86:166?20IBAN+NL91ABNA0417164300?21SVWZ+x?311234567"), said("", true, ""));
    assert_eq!(names(":86:/CNTP/NL91ABNA0417164300/ABNANL2A/Anna///REMI/USTD//x/"), said("Anna", true, ""));
}

#[test]
fn money_that_comes_back_says_why() {
    let reason = |field: &str| one(&[LINE, field]).reversal.map(|reversal| reversal.reason);
    assert_eq!(reason(":86:109?20SVWZ+Rueckgabe MD06 Widerspruch"), Some(Some("MD06".to_owned())));
    assert_eq!(reason(":86:159?20SVWZ+x?34914"), Some(Some("914".to_owned())));
    assert_eq!(reason(":86:159?20SVWZ+x?34000"), Some(None));
    assert_eq!(reason(":86:/RTRN/AC01/REMI/x"), Some(Some("AC01".to_owned())));
    assert_eq!(reason(":86:166?20SVWZ+AC04"), None);
}

#[test]
fn field_86_behind_a_balance_is_no_entry_s() {
    let pages = read(&message(&[LINE, ":62F:C260101EUR0,00", ":86:166?20SVWZ+about all"])).unwrap();
    assert_eq!(pages[0].bookings[0].text, "");
}

#[test]
fn what_looks_like_a_field_within_text_is_text() {
    assert_eq!(one(&[LINE, ":86:Order", ":1001:", "ends"]).text, "Order :1001: ends");
}

#[test]
fn entries_that_are_only_expected_are_pending() {
    let pages = read(&message(&[":61:2601020102EC12,34NTRFNONREF", ":86:166?20x"])).unwrap();
    assert_eq!((pages[0].bookings.len(), pages[0].pending), (0, 1));
}

#[test]
fn accounts_of_one_file_are_kept_apart() {
    let other = message(&[LINE]).replace("12345", "DE02120300000000202051");
    let pages = read(&format!("{}\n{other}", message(&[LINE]))).unwrap();
    let accounts: Vec<_> = pages.iter().map(|page| page.account.as_ref().unwrap().as_str()).collect();
    assert_eq!(accounts, ["12345", "DE02120300000000202051"]);
}
