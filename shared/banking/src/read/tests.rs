//! The files in `tests/payloads/banking` (`tests/payloads/README.md` says where they come from), and what is said of
//! others.

use super::*;
use crate::{Account, Entry, EntryId, statement::Booking};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeSet;

macro_rules! payload {
    ($name:literal) => {
        include_bytes!(concat!("../../../../tests/payloads/banking/", $name)).as_slice()
    };
}

const FILES: [(&str, &[u8]); 9] = [
    ("camt.053.001.02.xml", payload!("camt.053.001.02.xml")),
    ("camt.053.001.08.xml", payload!("camt.053.001.08.xml")),
    ("mt940-german.sta", payload!("mt940-german.sta")),
    ("mt940-dutch.sta", payload!("mt940-dutch.sta")),
    ("sparkasse.csv", payload!("sparkasse.csv")),
    ("ing.csv", payload!("ing.csv")),
    ("dkb.csv", payload!("dkb.csv")),
    ("n26.csv", payload!("n26.csv")),
    ("wise.csv", payload!("wise.csv")),
];

fn file(name: &str) -> &'static [u8] {
    FILES.iter().find(|(known, _)| *known == name).unwrap().1
}

/// A booking on one line.
fn line(booking: &Booking) -> String {
    let or_dash = |text: Option<&str>| text.unwrap_or("-").to_owned();
    let reversal = booking.reversal.as_ref().map(|reversal| reversal.reason.as_deref().unwrap_or("yes"));
    [
        booking.booked.to_string(),
        or_dash(booking.value.map(|value| value.to_string()).as_deref()),
        booking.currency.format(booking.amount),
        or_dash(booking.payer.as_deref()),
        or_dash(booking.payer_iban.as_ref().map(crate::Iban::as_str)),
        booking.text.clone(),
        or_dash(booking.end_to_end.as_deref()),
        or_dash(booking.bank_reference.as_deref()),
        or_dash(reversal),
    ]
    .join(" | ")
}

/// A file as lines: a statement's own, and one for each entry.
fn lines(name: &str) -> Vec<String> {
    let statements = read(file(name)).unwrap();
    let of = |statement: &Statement| {
        let account = statement.account.as_ref().map_or("-", Account::as_str);
        let head = format!("{account} {} pending {}", statement.currency, statement.pending);
        std::iter::once(head).chain(statement.entries.iter().map(|entry| line(&entry.booking))).collect::<Vec<_>>()
    };
    statements.iter().flat_map(of).collect()
}

fn entries(bytes: &[u8]) -> Vec<Entry> {
    read(bytes).unwrap().into_iter().flat_map(|statement| statement.entries).collect()
}

fn ids(bytes: &[u8]) -> BTreeSet<EntryId> {
    entries(bytes).into_iter().map(|entry| entry.id).collect()
}

#[test]
fn camt_is_read_in_an_old_version() {
    assert_eq!(
        lines("camt.053.001.02.xml"),
        [
            "DE02120300000000202051 EUR pending 0",
            "2026-02-02 | 2026-01-31 | 33.90 EUR | Jörg Weißmüller | DE75512108001245126199 | Bestellung 1001 vielen Dank & Gruß | - | \
             2026013100000017 | -",
            "2026-02-02 | 2026-02-02 | 112.95 EUR | Anna Beispiel | AT611904300234573201 | Rechnung 2026-0007 | INV-2026-0007 | \
             2026020200000003 | -",
            "2026-02-02 | 2026-02-02 | -20.00 EUR | Karl Probe | NL91ABNA0417164300 | Refund of order 993 | REFUND-77 | \
             2026020200000004 | -",
        ]
    );
}

#[test]
fn camt_of_a_newer_version_has_batches_returns_and_pending_entries() {
    assert_eq!(
        lines("camt.053.001.08.xml"),
        [
            "DE02120300000000202051 EUR pending 1",
            "2026-02-03 | 2026-02-03 | 50.00 EUR | Berta Muster | DE12500105170648489890 | Order 1003 | - | TX-51 | -",
            "2026-02-03 | 2026-02-03 | 25.00 EUR | Carl Probe | NL91ABNA0417164300 | RF18539007547034 | E2E-52 | BATCH-5/2 | -",
            "2026-02-03 | 2026-02-03 | 20.00 EUR | Karl Probe | NL91ABNA0417164300 | Refund of order 993 | REFUND-77 | \
             2026020300000009 | AC04",
            "2026-02-03 | - | -15.00 EUR | - | - | Account fee | - | - | -",
        ]
    );
}

#[test]
fn mt940_is_read_as_german_banks_write_it() {
    assert_eq!(
        lines("mt940-german.sta"),
        [
            "DE02120300000000202051 EUR pending 0",
            "2026-02-02 | 2026-01-31 | 33.90 EUR | Joerg Weissmueller | DE75512108001245126199 | Bestellung 1001 vielen Dank + Gruss | - | \
             2026013100000017 | -",
            "2026-02-02 | 2026-02-02 | 112.95 EUR | Anna Beispiel | AT611904300234573201 | Rechnung 2026-0007 | INV-2026-0007 | \
             2026020200000003 | -",
            "2026-02-02 | 2026-02-02 | -20.00 EUR | Karl Probe | NL91ABNA0417164300 | Refund of order 993 | REFUND-77 | \
             2026020200000004 | -",
            "2026-02-03 | 2026-02-03 | 20.00 EUR | Karl Probe | NL91ABNA0417164300 | RETURN/REFUND AC04 ACCOUNT CLOSED | REFUND-77 | \
             2026020300000009 | AC04",
            "2026-02-03 | 2026-02-03 | -15.00 EUR | - | - | Kontofuehrung Januar | - | - | -",
            "2026-02-03 | 2026-02-03 | 19.90 EUR | Dora Doppelt | - | Tasse | - | - | -",
            "2026-02-03 | 2026-02-03 | 19.90 EUR | Dora Doppelt | - | Tasse | - | - | -",
        ]
    );
}

#[test]
fn mt940_is_read_with_codes_between_slashes() {
    assert_eq!(
        lines("mt940-dutch.sta"),
        [
            "NL91ABNA0417164300 EUR pending 0",
            "2026-02-03 | 2026-02-03 | 33.90 EUR | JOERG WEISSMUELLER | DE75512108001245126199 | Order 1001 | - | \
             B7B27AG0MQ000001 | -",
            "2026-02-03 | 2026-02-03 | -0.70 EUR | SAMPLE SHOP | - | KIEFERSFELDEN 03-02-2026 16:57 | - | - | -",
        ]
    );
}

#[test]
fn csv_is_read_as_common_banks_export_it() {
    assert_eq!(
        lines("sparkasse.csv"),
        [
            "DE02120300000000202051 EUR pending 1",
            "2026-02-02 | 2026-01-31 | 33.90 EUR | Jörg Weißmüller | DE75512108001245126199 | Bestellung 1001 | - | - | -",
            "2026-02-02 | 2026-02-02 | 1112.95 EUR | Anna Beispiel | AT611904300234573201 | Rechnung 2026-0007; Muster \"Handel\" | \
             INV-2026-0007 | - | -",
            "2026-02-02 | 2026-02-02 | -20.00 EUR | Karl Probe | NL91ABNA0417164300 | Refund of order 993 | REFUND-77 | - | -",
        ]
    );
    assert_eq!(
        lines("ing.csv"),
        [
            "DE12500105170648489890 EUR pending 0",
            "2026-02-03 | 2026-02-03 | 19.90 EUR | Dora Doppelt | - | Tasse | - | - | -",
            "2026-02-03 | 2026-02-03 | 19.90 EUR | Dora Doppelt | - | Tasse | - | - | -",
            "2026-02-02 | 2026-02-01 | 33.90 EUR | Jörg Weißmüller | - | Bestellung 1001 – Porto 3 € | - | - | -",
        ]
    );
    assert_eq!(
        lines("dkb.csv"),
        [
            "DE02120300000000202051 EUR pending 1",
            "2026-02-02 | 2026-01-31 | 33.90 EUR | Jörg Weißmüller | DE75512108001245126199 | Bestellung 1001 | - | - | -",
            "2026-02-02 | 2026-02-02 | -20.00 EUR | Karl Probe | NL91ABNA0417164300 | Refund of order 993 | REFUND-77 | - | -",
        ]
    );
    assert_eq!(
        lines("n26.csv"),
        [
            "- EUR pending 0",
            "2026-02-02 | 2026-01-31 | 33.90 EUR | Jörg Weißmüller | DE75512108001245126199 | Bestellung 1001 | - | - | -",
            "2026-02-03 | 2026-02-03 | -1234.50 EUR | Sample Shop | - |  | - | - | -",
        ]
    );
    assert_eq!(
        lines("wise.csv"),
        [
            "- USD pending 0",
            "2026-02-03 | - | 50.00 USD | Berta Muster | - | order 1003 | - | TRANSFER-1001001 | -",
            "- EUR pending 0",
            "2026-02-02 | - | -12.50 EUR | - | - | Card transaction of 12.50 EUR issued by Cafe | - | CARD-77 | -",
        ]
    );
}

/// `read.json` is what `tests/payloads/vectors/banking.py` had other libraries read. What is null there, they do not
/// tell.
#[test]
fn independent_libraries_read_the_same() {
    let all: Value = serde_json::from_slice(payload!("read.json")).unwrap();
    let mut compared = 0;
    for (name, theirs) in all["files"].as_object().unwrap() {
        let (ours, theirs) = (entries(file(name)), theirs.as_array().unwrap());
        assert_eq!(ours.len(), theirs.len(), "{name}");
        for (Entry { booking, .. }, theirs) in ours.iter().zip(theirs) {
            let ours = json!({
                "booked": booking.booked,
                "value": booking.value,
                "amount": booking.amount,
                "payer": booking.payer,
                "iban": booking.payer_iban,
                "text": booking.text,
                "end_to_end": booking.end_to_end,
                "bank_reference": booking.bank_reference,
                "reason": booking.reversal.as_ref().and_then(|reversal| reversal.reason.as_ref()),
            });
            for (field, theirs) in theirs.as_object().unwrap().iter().filter(|(_, theirs)| !theirs.is_null()) {
                assert_eq!(ours[field], *theirs, "{name}: {field} of {booking:?}");
                compared += 1;
            }
        }
    }
    assert!(compared > 80, "only {compared} values were compared");
}

#[test]
fn the_same_file_again_has_the_same_ids_and_each_entry_its_own() {
    for (name, bytes) in FILES {
        let entries = entries(bytes);
        assert_eq!(ids(bytes).len(), entries.len(), "{name}");
        assert_eq!(entries, self::entries(bytes), "{name}");
    }
}

#[test]
fn camt_after_mt940_has_the_same_ids_where_the_bank_has_references() {
    let mt940 = ids(file("mt940-german.sta"));
    let old = ids(file("camt.053.001.02.xml"));
    assert!(old.is_subset(&mt940));
    let returned = entries(file("camt.053.001.08.xml")).into_iter().find(|entry| entry.booking.reversal.is_some());
    assert!(mt940.contains(&returned.unwrap().id));
}

#[test]
fn statements_that_overlap_have_the_same_ids_for_what_both_have() {
    let text = |payments: &[(&str, &str)]| {
        let line = |(day, amount): &(&str, &str)| format!("{day};{amount};EUR;Dora;Tasse\n");
        let rows: String = payments.iter().map(line).collect();
        format!("Datum;Betrag;Währung;Auftraggeber;Verwendungszweck\n{rows}")
    };
    let first = text(&[("2026-02-02", "19,90"), ("2026-02-03", "19,90"), ("2026-02-03", "19,90")]);
    let second = text(&[("2026-02-04", "5,00"), ("2026-02-03", "19,90"), ("2026-02-03", "19,90")]);
    let (first, second) = (ids(first.as_bytes()), ids(second.as_bytes()));
    assert_eq!((first.len(), second.len()), (3, 3));
    assert_eq!(first.intersection(&second).count(), 2);
}

#[test]
fn a_file_with_the_same_statement_twice_has_its_entries_once() {
    for name in ["mt940-german.sta", "mt940-dutch.sta"] {
        let bytes = file(name);
        assert_eq!(entries(&[bytes, bytes].concat()), entries(bytes), "{name}");
    }
}

#[test]
fn what_is_no_statement_is_refused_with_what_to_do() {
    let table: [(&[u8], &str); 12] = [
        (b"", "the file is no bank statement"),
        (b"hello", "the file is no bank statement"),
        (b"\x00\xff\xfe\x80", "the file is no bank statement"),
        (b"PK\x03\x04....", "the file is an archive; unpack it first"),
        (b"<a", "the file is damaged XML: line 1"),
        (b"<html></html>", "the file is XML of another kind"),
        (
            b"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.01'><A/></Document>",
            "the file is XML of another kind",
        ),
        (
            b"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.99'><A/></Document>",
            "the file is XML of another kind",
        ),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "the file has a document type"),
        (b"Datum;Verwendungszweck\n2026-01-01;1\n", "the table has no column with the amount"),
        (b"Amount,Description\n1.00,1\n", "the table has no column with the day of the booking"),
        (b"Date,Amount\n2026-01-01,1.00\n", "the table has no column with the currency"),
    ];
    for (bytes, said) in table {
        let error = read(bytes).unwrap_err().to_string();
        assert!(error.starts_with(said), "{error}");
    }
}

#[test]
fn a_file_that_is_too_large_is_refused() {
    assert_eq!(read(&vec![b' '; MAX_BYTES + 1]), Err(Unreadable::TooLarge));
    let rows = "2026-01-01,1.00,EUR\n".repeat(MAX_ENTRIES);
    let table = format!("Date,Amount,Currency\n{rows}");
    assert_eq!(read(table.as_bytes()).unwrap()[0].entries.len(), MAX_ENTRIES);
    assert_eq!(read(format!("{table}2026-01-01,1.00,EUR\n").as_bytes()), Err(Unreadable::TooManyEntries));
}

/// A parser that calls itself for each level would end the whole process.
#[test]
fn xml_of_many_levels_is_refused_and_breaks_nothing() {
    let deep = "<a>".repeat(500_000);
    assert!(matches!(read(deep.as_bytes()), Err(Unreadable::Xml { .. })));
    let closed = format!("{deep}{}", "</a>".repeat(500_000));
    assert_eq!(read(closed.as_bytes()), Err(Unreadable::OtherXml));
    let wide = format!("<a>{}</a>", "<b/>".repeat(1_000_001));
    assert_eq!(read(wide.as_bytes()), Err(Unreadable::TooManyEntries));
}

/// Good files with a few bytes changed, doubled, moved or missing.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let edit = (any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<u8>(), 0..5_u8);
    (prop::sample::select(FILES.to_vec()), prop::collection::vec(edit, 1..6)).prop_map(|((_, bytes), edits)| {
        let mut bytes = bytes.to_vec();
        for (from, to, byte, kind) in edits {
            let (from, to) = (from.index(bytes.len() + 1), to.index(bytes.len() + 1));
            let (from, to) = (from.min(to), from.max(to));
            match kind {
                0 => bytes.truncate(from),
                1 => bytes.insert(from, byte),
                2 if from < bytes.len() => bytes[from] = byte,
                3 => drop(bytes.drain(from..to.min(from + 20))),
                _ => {
                    let part = bytes[from..to.min(from + 200)].to_vec();
                    bytes.splice(to..to, part);
                }
            }
        }
        bytes
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn no_bytes_break_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = read(&bytes);
    }

    #[test]
    fn no_damage_breaks_the_reader_and_what_is_read_has_its_own_ids(bytes in damaged()) {
        if let Ok(statements) = read(&bytes) {
            let entries: Vec<&Entry> = statements.iter().flat_map(|statement| &statement.entries).collect();
            let ids: BTreeSet<&EntryId> = entries.iter().map(|entry| &entry.id).collect();
            prop_assert_eq!(ids.len(), entries.len());
        }
    }

    /// Two exports of a table, of which one has a part of the days: what it has, the other one has.
    #[test]
    fn importing_twice_takes_nothing_twice(
        rows in prop::collection::vec((1..6_u8, 1..4_u8, 0..2_u8), 1..40),
        days in 1..6_u8,
    ) {
        let table = |until: u8, backwards: bool| {
            let mut rows: Vec<_> = rows.iter().filter(|(day, ..)| *day <= until).collect();
            if backwards {
                rows.reverse();
            }
            let row = |(day, amount, payer): &&(u8, u8, u8)| format!("2026-01-0{day},{amount}.00,EUR,Payer {payer}\n");
            format!("Date,Amount,Currency,Payer\n{}", rows.iter().map(row).collect::<String>())
        };
        let (part, all) = (ids(table(days, false).as_bytes()), ids(table(9, true).as_bytes()));
        prop_assert!(part.is_subset(&all));
        prop_assert_eq!(part.len(), rows.iter().filter(|(day, ..)| *day <= days).count());
        prop_assert_eq!(all.len(), rows.len());
    }
}
