//! Electronic invoices as a program reads them.

#![allow(clippy::unwrap_used)]

mod samples;

use domain::{invoice::Invoice, money::Amount};
use einvoice::{Error, Syntax, xml};
use roxmltree::{Document, Node};
use samples::all;

/// The text of the only element that has this name.
fn only<'a>(document: &'a Document<'_>, name: &str) -> &'a str {
    let found: Vec<Node<'_, '_>> =
        document.descendants().filter(|node| node.has_tag_name(name) || node.tag_name().name() == name).collect();
    assert_eq!(found.len(), 1, "{name}");
    document.get_node(found[0].id()).unwrap().text().unwrap()
}

/// `12.30` in cents.
fn cents(text: &str) -> Amount {
    text.replace('.', "").parse().unwrap()
}

fn in_both(invoice: &Invoice, check: impl Fn(&Document<'_>, Syntax)) {
    for syntax in [Syntax::Cii, Syntax::Ubl] {
        let text = xml(invoice, syntax).unwrap();
        check(&Document::parse(&text).unwrap(), syntax);
    }
}

#[test]
fn what_is_due_and_what_is_paid_come_to_what_the_customer_is_charged() {
    for (name, invoice) in all() {
        in_both(&invoice, |document, syntax| {
            let (paid, due) = match syntax {
                Syntax::Cii => ("TotalPrepaidAmount", "DuePayableAmount"),
                Syntax::Ubl => ("PrepaidAmount", "PayableAmount"),
            };
            assert_eq!(cents(only(document, paid)) + cents(only(document, due)), invoice.total, "{name}");
        });
    }
}

#[test]
fn both_syntaxes_say_the_same_amounts() {
    for (name, invoice) in all() {
        let (cii, ubl) = (xml(&invoice, Syntax::Cii).unwrap(), xml(&invoice, Syntax::Ubl).unwrap());
        let (cii, ubl) = (Document::parse(&cii).unwrap(), Document::parse(&ubl).unwrap());
        for (of_cii, of_ubl) in [
            ("GrandTotalAmount", "TaxInclusiveAmount"),
            ("TaxBasisTotalAmount", "TaxExclusiveAmount"),
            ("DuePayableAmount", "PayableAmount"),
        ] {
            assert_eq!(only(&cii, of_cii), only(&ubl, of_ubl), "{name}");
        }
        let texts = |document: &Document<'_>, name: &str| -> Vec<String> {
            let of_name = document.descendants().filter(|node| node.tag_name().name() == name);
            of_name.map(|node| node.text().unwrap().to_owned()).collect()
        };
        assert_eq!(texts(&cii, "ChargeAmount"), texts(&ubl, "PriceAmount"), "{name}");
    }
}

#[test]
fn a_document_that_is_none_says_what_it_lacks() {
    let mut invoice = all().remove(0).1;
    invoice.seller.vat_id = None;
    for syntax in [Syntax::Cii, Syntax::Ubl] {
        let Err(Error::Gaps(gaps)) = xml(&invoice, syntax) else { panic!("it was written") };
        assert_eq!(gaps.iter().map(|gap| gap.field.as_str()).collect::<Vec<_>>(), ["seller.vat_id"]);
    }
}

#[test]
fn whatever_a_customer_writes_is_xml() {
    let mut invoice = all().remove(0).1;
    for name in ["<a>&amp;</a>]]>", "\"'\"", "東京 \u{ffff} \u{1f600}", "#panic(1) {x}"] {
        invoice.buyer.name = name.into();
        let written = name.replace('\u{ffff}', "\u{fffd}");
        in_both(&invoice, |document, _| {
            let is_name = |node: &Node<'_, '_>| node.text() == Some(&written);
            assert!(document.descendants().any(|node| is_name(&node)), "{name}");
        });
    }
}

#[test]
fn the_words_are_in_the_language_of_the_order() {
    let find = |name: &str| all().into_iter().find(|(case, _)| *case == name).unwrap().1;
    for (case, locale, words) in [
        ("intra-community", None, "Intra-Community supply, exempt under article 138 of Directive 2006/112/EC"),
        ("reverse-charge", Some("de-AT"), "Steuerschuldnerschaft des Leistungsempfängers (Reverse charge)"),
        ("export", Some("ja"), "Export outside the EU, exempt under article 146 of Directive 2006/112/EC"),
        ("exempt", Some("de"), "§ 4 Nr. 21 UStG; § 4 Nr. 14 UStG"),
    ] {
        let invoice = Invoice { locale: locale.map(Into::into), ..find(case) };
        in_both(&invoice, |document, syntax| {
            let name = if syntax == Syntax::Cii { "ExemptionReason" } else { "TaxExemptionReason" };
            assert_eq!(only(document, name), words);
        });
    }
}
