//! What each kind of e-mail must say, and what no stranger can make it say.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod samples;

use std::collections::BTreeSet;

use email_confirmation::mail::{Line, Order, PricedLine, Rendered, Shop};
use samples::{delivered, order_cancelled, payment_confirmed, refund_sent, return_received, shipped, shop};

/// What a reader sees of the HTML: its text without tags, styles and comments.
fn visible(html: &str) -> String {
    let body = &html[html.find("<body").unwrap()..];
    let mut text = String::new();
    for part in body.split('<').skip(1) {
        let (tag, after) = part.split_once('>').unwrap();
        let name = tag.trim_start_matches('/').split(' ').next();
        if !matches!(name, Some("a" | "span" | "strong")) {
            text.push(' ');
        }
        text.push_str(after);
    }
    let entities = [
        ("&nbsp;", " "),
        ("&zwnj;", ""),
        ("&#847;", ""),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#38;", "&"),
    ];
    let text = entities.iter().fold(text, |text, (entity, char)| text.replace(entity, char));
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn assert_says(mail: &Rendered, wanted: &[&str]) {
    let text = mail.text.split_whitespace().collect::<Vec<_>>().join(" ");
    let html = visible(&mail.html);
    for wanted in wanted {
        assert!(text.contains(wanted), "the text does not say {wanted:?}:\n{}", mail.text);
        assert!(html.contains(wanted), "the HTML does not say {wanted:?}:\n{html}");
    }
}

fn assert_silent(mail: &Rendered, unwanted: &str) {
    assert!(!mail.text.contains(unwanted), "{}", mail.text);
    assert!(!visible(&mail.html).contains(unwanted), "{}", visible(&mail.html));
}

#[test]
fn payment_confirmed_says_what_was_bought_and_when_it_comes() {
    let mail = payment_confirmed().render(&shop()).unwrap();
    assert_eq!(mail.subject, "Order #1042 is confirmed");
    assert_says(
        &mail,
        &[
            "Hello Ada Lovelace,",
            "Thursday, November 26 – Tuesday, December 1, 2026",
            "Stoneware mug, sand, 350 ml",
            "SKU MUG-STONE-350",
            "2 × €24.00",
            "€48.00",
            "1 of 3 on backorder; the estimated arrival allows for it",
            "€452.50",
            "−€45.25",
            "€6.90",
            "Tax (included)",
            "€69.07",
            "€414.15",
            "12 St. James’s Square",
        ],
    );

    let mut plain = payment_confirmed();
    plain.arrival = None;
    plain.order.customer = None;
    plain.totals.discounts = None;
    plain.totals.tax_included = false;
    plain.lines.iter_mut().for_each(|line| line.backordered = line.quantity);
    let mail = plain.render(&shop()).unwrap();
    assert_says(&mail, &["Hello, thank you", "as soon as we know", "On backorder", "Tax"]);
    for unwanted in ["Discounts", "−", "included", "allows for it", "Ada Lovelace,"] {
        assert_silent(&mail, unwanted);
    }
}

#[test]
fn shipped_says_which_parcel_and_how_to_follow_it() {
    let mail = shipped().render(&shop()).unwrap();
    assert_eq!(mail.subject, "Part 1 of 2 of order #1042 is on its way");
    assert_says(
        &mail,
        &[
            "part 1 of 2",
            "DHL Express",
            "JD01460000379381",
            "Thursday, November 26 – Monday, November 30, 2026",
            "Notebook A5, dotted, 192 pages",
            "SKU NOTE-A5-DOT",
            "United Kingdom",
        ],
    );
    let page = "https://tracking.example/JD01460000379381?lang=en&src=shop";
    assert!(mail.text.contains(page));
    assert!(mail.html.contains(&format!("href=\"{}\"", page.replace('&', "&#38;"))));

    let mut only = shipped();
    only.parcel.count = 1;
    only.tracking_page = None;
    only.arrival = None;
    let mail = only.render(&shop()).unwrap();
    assert_eq!(mail.subject, "Order #1042 is on its way");
    assert_says(&mail, &["JD01460000379381"]);
    for unwanted in ["part 1", "Track your", "Estimated delivery", "ESTIMATED"] {
        assert_silent(&mail, unwanted);
    }
}

#[test]
fn delivered_asks_whether_all_is_well_and_says_how_to_answer() {
    let mail = delivered().render(&shop()).unwrap();
    assert_eq!(mail.subject, "Order #1042 has arrived");
    assert_says(
        &mail,
        &[
            "delivered on Friday, November 27",
            "help@example.com",
            "+1 555 010 0199",
            "https://example.com/help",
            "Stoneware mug, sand, 350 ml",
        ],
    );
    assert!(mail.html.contains("href=\"tel:+15550100199\""));

    let email_only = Shop { phone: None, help_page: None, ..shop() };
    let mail = delivered().render(&email_only).unwrap();
    assert_says(&mail, &["help@example.com"]);
    for unwanted in ["Telephone", "Help page", "call", "help page"] {
        assert_silent(&mail, unwanted);
    }
}

#[test]
fn order_cancelled_says_what_comes_back() {
    let mail = order_cancelled().render(&shop()).unwrap();
    assert_eq!(mail.subject, "Order #1042 is canceled");
    assert_says(&mail, &["nothing will be shipped", "€414.15", "SKU MUG-STONE-350"]);
    assert_silent(&mail, "not been charged");

    let mut uncharged = order_cancelled();
    uncharged.refund = None;
    let mail = uncharged.render(&shop()).unwrap();
    assert_says(&mail, &["You have not been charged"]);
    assert_silent(&mail, "€");
}

#[test]
fn return_received_says_what_came_and_what_is_next() {
    let mail = return_received().render(&shop()).unwrap();
    assert_eq!(mail.subject, "Your return from order #1042 is here");
    assert_says(&mail, &["SKU MUG-STONE-350", "We are inspecting it", "once your refund is sent"]);
}

#[test]
fn refund_sent_says_how_much_for_what_and_when() {
    let mail = refund_sent().render(&shop()).unwrap();
    assert_eq!(mail.subject, "Your refund of €28.50 for order #1042");
    assert_says(
        &mail,
        &["€28.50", "5 to 10 business days", "Stoneware mug, sand, 350 ml", "€21.60", "Shipping", "€6.90"],
    );
}

/// Every amount as it is written, such as `−€1,299.00`.
fn amounts(text: &str) -> BTreeSet<&str> {
    text.split_whitespace().filter(|word| word.contains('€')).map(|word| word.trim_end_matches(['.', ','])).collect()
}

#[test]
fn text_and_html_agree_on_every_amount_and_line() {
    for (kind, mail) in samples::all() {
        let html = visible(&mail.html);
        assert_eq!(amounts(&mail.text), amounts(&html), "{kind}");
        for line in mail.text.lines().filter(|line| line.contains("SKU ")) {
            let sku = line.split_whitespace().nth(1).unwrap().trim_end_matches(',');
            assert!(html.contains(&format!("SKU {sku}")), "{kind}: {sku}");
        }
    }
}

#[test]
fn every_kind_is_accessible_and_loads_nothing() {
    for (kind, mail) in samples::all() {
        let html = &mail.html;
        assert!(html.starts_with("<!doctype html>\n<html lang=\"en\" dir=\"ltr\""), "{kind}");
        assert!(html.contains(&format!("<title>{}</title>", mail.subject)), "{kind}");
        assert_eq!(html.matches("<h1").count(), 1, "{kind}");
        assert_eq!(html.matches("<table").count(), html.matches("<table role=\"presentation\"").count(), "{kind}");
        for loading in ["<img", "<script", "<link", "<iframe", "url(", "@import", " src="] {
            assert!(!html.contains(loading), "{kind}: {loading}");
        }
        let longest =
            mail.text.lines().filter(|line| !line.contains("https://")).map(|line| line.chars().count()).max();
        assert!(longest <= Some(72), "{kind}");
        assert!(!mail.text.contains("\n\n\n") && !mail.text.starts_with('\n'), "{kind}");
    }
}

/// Fails when a tag is closed that is not open, or stays open.
fn assert_balanced(kind: &str, html: &str) {
    let mut open = Vec::new();
    for part in html.split('<').skip(1) {
        let name: String = part.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '/' || *c == ':').collect();
        match name.strip_prefix('/') {
            _ if part.starts_with('!') => {}
            Some(closed) => assert_eq!(open.pop().as_deref(), Some(closed), "{kind}: <{part}"),
            None if ["meta", "br"].contains(&name.as_str()) => {}
            None => open.push(name),
        }
    }
    assert_eq!(open, Vec::<String>::new(), "{kind}");
}

#[test]
fn every_tag_is_closed() {
    for (kind, mail) in samples::all() {
        // What only Outlook reads opens in one comment and closes in another.
        let mut html = mail.html.as_str();
        let mut rest = String::new();
        while let Some((before, comment)) = html.split_once("<!--") {
            rest.push_str(before);
            html = comment.split_once("-->").unwrap().1;
        }
        rest.push_str(html);
        assert_balanced(kind, &rest);
    }
}

const HOSTILE: [&str; 7] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' style='x' {{ shop.name }} {% raw %}",
    "Ada\r\nBcc: victim@example.com\r\n\r\nTOTAL PAID: €0.01",
    "\u{202e}gnp.exe\u{2066}",
    "عَائِشَة 👩🏽‍🚀 \u{0}\u{8}\u{1b}[31m",
    "</td></tr></table></body>-->]]>&lt;",
];

/// The same hostile text in every field that a stranger can write.
fn hostile(text: &str) -> Vec<(&'static str, Rendered)> {
    let own = || text.to_owned();
    let order = || Order { number: own(), customer: Some(own()) };
    let lines = || vec![Line { sku: own(), title: own(), quantity: 1 }];

    let mut confirmed = payment_confirmed();
    confirmed.order = order();
    confirmed.ship_to = vec![own(), own()];
    for line in &mut confirmed.lines {
        (line.sku, line.title) = (own(), own());
    }
    let mut on_its_way = shipped();
    (on_its_way.order, on_its_way.lines, on_its_way.ship_to) = (order(), lines(), vec![own()]);
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
        ("payment-confirmed", confirmed.render(&shop)),
        ("shipped", on_its_way.render(&shop)),
        ("delivered", arrived.render(&shop)),
        ("order-cancelled", cancelled.render(&shop)),
        ("return-received", returned.render(&shop)),
        ("refund-sent", refunded.render(&shop)),
    ]
    .map(|(kind, rendered)| (kind, rendered.unwrap()))
    .into()
}

#[test]
fn a_stranger_cannot_write_markup_lines_or_headers() {
    let tags = |mail: &Rendered| mail.html.matches('<').count();
    let lines = |mail: &Rendered| mail.text.lines().filter(|line| line.starts_with("TOTAL PAID")).count();
    let harmless = hostile("Ada");
    for text in HOSTILE {
        for ((kind, mail), (_, harmless)) in hostile(text).iter().zip(&harmless) {
            assert_eq!(tags(mail), tags(harmless), "{kind}: {text:?}");
            assert_eq!(mail.html.matches('"').count(), harmless.html.matches('"').count(), "{kind}: {text:?}");
            assert_eq!(lines(mail), lines(harmless), "{kind}: {text:?}");
            for part in [&mail.subject, &mail.html, &mail.text] {
                let forbidden = |c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c);
                assert!(!part.contains(forbidden), "{kind}: {text:?}");
            }
            assert!(!mail.subject.contains('\n'), "{kind}: {text:?}");
        }
    }
}

#[test]
fn a_long_name_stays_whole_and_wraps_in_the_text() {
    let name = "Pablo Diego José ".repeat(30);
    for (kind, mail) in hostile(&name) {
        let text = mail.text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(name.trim_end()), "{kind}");
        assert!(mail.text.lines().all(|line| line.chars().count() <= 72 || line.contains("https://")), "{kind}");
    }
}

/// Gmail shows only the first 102 KB of a message.
#[test]
fn a_hundred_lines_are_not_cut_off() {
    let mut mail = payment_confirmed();
    let line = PricedLine {
        title: "A product's title of sixty characters, which is rather long.".to_owned(),
        ..mail.lines[2].clone()
    };
    mail.lines = vec![line; 100];
    let mail = mail.render(&shop()).unwrap();
    assert!(mail.html.len() < 102_000, "{} bytes", mail.html.len());
}
