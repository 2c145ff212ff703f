//! What no stranger can make an e-mail say, whatever its language.

use crate::reader::one_line;
use domain::{placed_order::Address, text::Name};
use email_confirmation::mail::{
    Language, Line, Order, Rendered, Shop,
    samples::{delivered, order_cancelled, payment_confirmed, refund_sent, return_received, shipped, shop},
};

const HOSTILE: [&str; 9] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' style='x' {{ shop.name }} {% raw %}",
    "Ada\r\nBcc: victim@example.com\r\n\r\nHi",
    "Ada\r\n\r\nTOTAL PAID: €0.01",
    "Ada\n\nBEZAHLTER BETRAG: 0,01 €",
    "\u{202e}gnp.exe\u{2066}",
    "عَائِشَة 👩🏽‍🚀 \u{0}\u{8}\u{1b}[31m",
    "</td></tr></table></body>-->]]>&lt;",
];

/// The same hostile text in every field that a stranger can write.
fn hostile(text: &str, language: Language) -> Vec<(&'static str, Rendered)> {
    let own = || text.to_owned();
    let order = || Order { number: own(), customer: Some(own()) };
    let lines = || vec![Line { sku: own(), title: own(), quantity: 1 }];

    let mut confirmed = payment_confirmed();
    // An address holds no control characters and no long texts: its types refuse them.
    let name: String = text.replace(|c: char| c.is_control(), " ").chars().take(200).collect();
    let name: Name = name.parse().unwrap();
    let (own_name, city) = (name.clone(), Some(name.clone()));
    let ship_to = Address { name: own_name, line1: name, city, ..confirmed.ship_to };
    confirmed.order = order();
    confirmed.ship_to = ship_to.clone();
    for line in &mut confirmed.lines {
        (line.sku, line.title) = (own(), own());
    }
    let mut on_its_way = shipped();
    (on_its_way.order, on_its_way.lines, on_its_way.ship_to) = (order(), lines(), ship_to);
    (on_its_way.carrier, on_its_way.tracking_number) = (own(), own());
    let mut arrived = delivered();
    (arrived.order, arrived.lines) = (order(), lines());
    let mut cancelled = order_cancelled();
    (cancelled.order, cancelled.lines) = (order(), lines());
    let mut returned = return_received();
    (returned.order, returned.lines) = (order(), lines());
    let mut refunded = refund_sent();
    refunded.order = order();
    for line in &mut refunded.lines {
        (line.sku, line.title) = (own(), own());
    }
    let shop = Shop { name: own(), ..shop() };
    [
        ("payment-confirmed", confirmed.render(&shop, language)),
        ("shipped", on_its_way.render(&shop, language)),
        ("delivered", arrived.render(&shop, language)),
        ("order-cancelled", cancelled.render(&shop, language)),
        ("return-received", returned.render(&shop, language)),
        ("refund-sent", refunded.render(&shop, language)),
    ]
    .map(|(kind, rendered)| (kind, rendered.unwrap()))
    .into()
}

/// The start of the text line that says what was paid. A stranger might want to forge that line.
const TOTAL_PAID: [&str; 2] = ["TOTAL PAID", "BEZAHLTER BETRAG"];

#[test]
fn a_stranger_cannot_write_markup_lines_or_headers() {
    let tags = |mail: &Rendered| mail.html.matches('<').count();
    let lines = |mail: &Rendered| {
        let is_total = |line: &str| TOTAL_PAID.iter().any(|total| line.starts_with(total));
        // After a full line, the total is only a wrapped paragraph.
        let is_full = |line: &str| line.chars().count() + " TOTAL".len() > 72;
        let lines: Vec<_> = mail.text.lines().collect();
        lines.windows(2).filter(|pair| is_total(pair[1]) && !is_full(pair[0])).count()
    };
    for language in Language::all() {
        let harmless = hostile("Ada", language);
        assert_eq!(harmless.iter().map(|(_, mail)| lines(mail)).sum::<usize>(), 1, "{language:?}");
        for text in HOSTILE {
            for ((kind, mail), (_, harmless)) in hostile(text, language).iter().zip(&harmless) {
                assert_eq!(tags(mail), tags(harmless), "{kind} in {language:?}: {text:?}");
                let quotes = |mail: &Rendered| mail.html.matches('"').count();
                assert_eq!(quotes(mail), quotes(harmless), "{kind} in {language:?}: {text:?}");
                assert_eq!(lines(mail), lines(harmless), "{kind} in {language:?}: {text:?}");
                let paragraphs = |mail: &Rendered| mail.text.matches("\n\n").count();
                assert_eq!(paragraphs(mail), paragraphs(harmless), "{kind} in {language:?}: {text:?}");
                for part in [&mail.subject, &mail.html, &mail.text] {
                    let forbidden = |c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c);
                    assert!(!part.contains(forbidden), "{kind} in {language:?}: {text:?}");
                }
                assert!(!mail.subject.contains('\n'), "{kind} in {language:?}: {text:?}");
            }
        }
    }
}

/// The language chooses the emphasized parts of a sentence, but a stranger may write their content.
#[test]
fn markup_in_the_number_of_an_order_is_shown_and_not_obeyed() {
    for language in Language::all() {
        for (kind, mail) in hostile("<b>1</b>", language) {
            assert!(mail.html.contains("<strong>&#60;b&#62;1&#60;/b&#62;</strong>"), "{kind} in {language:?}");
            assert!(mail.html.contains("<span dir=\"auto\">&#60;b&#62;1&#60;/b&#62;</span>"), "{kind} in {language:?}");
            assert!(mail.text.contains("<b>1</b>") && mail.subject.contains("<b>1</b>"), "{kind} in {language:?}");
        }
    }
}

#[test]
fn a_long_name_stays_whole_and_wraps_in_the_text() {
    let name = "Pablo Diego José ".repeat(30);
    for language in Language::all() {
        for (kind, mail) in hostile(&name, language) {
            assert!(one_line(&mail.text).contains(name.trim_end()), "{kind} in {language:?}");
            let fits = |line: &str| line.chars().count() <= 72 || line.contains("https://");
            assert!(mail.text.lines().all(fits), "{kind} in {language:?}");
        }
    }
}
