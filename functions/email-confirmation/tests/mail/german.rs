//! What each kind says to a customer who reads German.

use crate::reader::{assert_says, assert_silent, assert_subject};
use email_confirmation::mail::{
    CancelledPayment, Difference, Language, Money, OrderEdited, Shop,
    samples::{
        delivered, order_cancelled, order_edited, payment_confirmed, refund_sent, return_received, shipped, shop,
    },
};

fn german() -> Language {
    "de".parse().unwrap()
}

#[test]
fn payment_confirmed_says_what_was_bought_and_when_it_comes() {
    let mail = payment_confirmed().render(&shop(), german()).unwrap();
    assert_subject(&mail, "Ihre Bestellung #1042 ist bestätigt");
    assert_says(
        &mail,
        &[
            "Guten Tag Ada Lovelace, vielen Dank für Ihre Bestellung #1042. Ihre Zahlung über 1.313,25 € ist bei uns",
            "Donnerstag, 26. November – Dienstag, 1. Dezember 2026",
            "Stoneware mug, sand, 350 ml",
            "Art.-Nr. MUG-STONE-350",
            "2 × 24,00 €",
            "48,00 €",
            "1 von 3 derzeit nicht auf Lager; beim Liefertermin bereits berücksichtigt",
            "Zwischensumme",
            "1.451,50 €",
            "−145,15 €",
            "6,90 €",
            "Enthaltene MwSt.",
            "218,88 €",
            "12 St. James’s Square",
            "Sie erhalten diese E-Mail zu Ihrer Bestellung #1042 bei Orderly Demo Shop.",
        ],
    );

    let mut plain = payment_confirmed();
    plain.arrival = None;
    plain.order.customer = None;
    plain.totals.discounts = None;
    plain.totals.tax_included = false;
    plain.lines.iter_mut().for_each(|line| line.backordered = line.quantity);
    let mail = plain.render(&shop(), german()).unwrap();
    assert_says(
        &mail,
        &["Guten Tag, vielen Dank", "sobald der Termin feststeht", "Derzeit nicht auf Lager", "Zzgl. MwSt."],
    );
    for unwanted in ["Rabatt", "−", "Enthaltene", "berücksichtigt", "Ada Lovelace,"] {
        assert_silent(&mail, unwanted);
    }
}

#[test]
fn shipped_says_which_parcel_and_how_to_follow_it() {
    let mail = shipped().render(&shop(), german()).unwrap();
    assert_subject(&mail, "Teil 1 von 2 Ihrer Bestellung #1042 ist unterwegs");
    assert_says(
        &mail,
        &[
            "Teil 1 von 2 Ihrer Bestellung #1042 ist auf dem Weg zu Ihnen.",
            "JD01460000379381",
            "Donnerstag, 26. November – Montag, 30. November 2026",
            "Art.-Nr. NOTE-A5-DOT",
            "2 Stück",
            "Vereinigtes Königreich",
        ],
    );
    assert!(mail.html.contains("Sendungsnummer (DHL Express)") && mail.text.contains("SENDUNGSNUMMER (DHL EXPRESS)"));

    let mut only = shipped();
    only.parcel.total = Some(1);
    only.tracking_page = None;
    only.arrival = None;
    let mail = only.render(&shop(), german()).unwrap();
    assert_subject(&mail, "Ihre Bestellung #1042 ist unterwegs");
    assert_says(&mail, &["Ihre Bestellung #1042 ist auf dem Weg zu Ihnen.", "JD01460000379381"]);
    for unwanted in ["Teil 1", "Sendung verfolgen", "Voraussichtliche", "VORAUSSICHTLICHE"] {
        assert_silent(&mail, unwanted);
    }
}

#[test]
fn delivered_asks_whether_all_is_well_and_says_how_to_answer() {
    let mail = delivered().render(&shop(), german()).unwrap();
    assert_subject(&mail, "Ihre Bestellung #1042 ist angekommen");
    assert_says(
        &mail,
        &[
            "Ihre Bestellung #1042 wurde am Freitag, 27. November, zugestellt.",
            "melden Sie sich bitte bei uns",
            "E-Mail",
            "help@example.com",
            "Telefon",
            "+1 555 010 0199",
            "https://example.com/help",
        ],
    );
    let email_only = Shop { phone: None, help_page: None, ..shop() };
    let mail = delivered().render(&email_only, german()).unwrap();
    for unwanted in ["Telefon", "Hilfeseite"] {
        assert_silent(&mail, unwanted);
    }

    let mut second = delivered();
    (second.parcel.number, second.parcel.total) = (2, Some(2));
    let mail = second.render(&shop(), german()).unwrap();
    assert_subject(&mail, "Teil 2 von 2 Ihrer Bestellung #1042 ist angekommen");
    assert_says(&mail, &["Teil 2 von 2 Ihrer Bestellung #1042 wurde am Freitag, 27. November, zugestellt."]);
}

#[test]
fn order_edited_says_what_it_costs_now_and_what_becomes_of_the_difference() {
    let mail = order_edited().render(&shop(), german()).unwrap();
    assert!(mail.subject.contains("geändert"), "{}", mail.subject);
    for part in [&mail.html, &mail.text] {
        assert!(part.contains("Wir erstatten Ihnen"), "{part}");
    }
    let dearer = OrderEdited {
        difference: Difference::Due(Money { amount: 200, currency: "EUR".parse().unwrap() }),
        ..order_edited()
    };
    assert!(dearer.render(&shop(), german()).unwrap().text.contains("Es fehlen noch"));
}

#[test]
fn order_cancelled_says_what_comes_back() {
    let mail = order_cancelled().render(&shop(), german()).unwrap();
    assert_subject(&mail, "Ihre Bestellung #1042 ist storniert");
    assert_says(&mail, &["ist storniert und wird nicht versandt", "1.313,25 €", "Art.-Nr. MUG-STONE-350"]);
    assert_silent(&mail, "nichts berechnet");

    let mut uncharged = order_cancelled();
    uncharged.payment = CancelledPayment::Uncharged;
    let mail = uncharged.render(&shop(), german()).unwrap();
    assert_says(&mail, &["Ihnen wurde nichts berechnet"]);
    assert_silent(&mail, "€");
    assert_silent(&mail, "Sie erhalten den Betrag");
}

#[test]
fn return_received_says_what_came_and_what_is_next() {
    let mail = return_received().render(&shop(), german()).unwrap();
    assert_subject(&mail, "Ihre Rücksendung zur Bestellung #1042 ist eingetroffen");
    assert_says(&mail, &["Art.-Nr. MUG-STONE-350", "Wir prüfen sie", "sobald Ihre Erstattung veranlasst ist"]);
}

#[test]
fn refund_sent_says_how_much_for_what_and_when() {
    let mail = refund_sent().render(&shop(), german()).unwrap();
    assert_subject(&mail, "Ihre Erstattung über 28,50 € zur Bestellung #1042");
    assert_says(
        &mail,
        &["28,50 €", "5 bis 10 Bankarbeitstagen", "Stoneware mug, sand, 350 ml", "21,60 €", "Versand", "6,90 €"],
    );
}
