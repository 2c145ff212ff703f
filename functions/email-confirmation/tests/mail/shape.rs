//! The form of every e-mail, in every language.

use crate::reader::{one_line, visible};
use email_confirmation::mail::{
    Language, PricedLine, Rendered,
    samples::{self, payment_confirmed, shop},
};
use std::collections::BTreeSet;

/// Every kind in every language, with a name that identifies it.
fn all() -> Vec<(String, Language, Rendered)> {
    let in_one = |language: Language| {
        let mails = samples::all(language).into_iter();
        mails.map(move |(kind, mail)| (format!("{kind} in {}", language.tag()), language, mail))
    };
    Language::all().flat_map(in_one).collect()
}

/// Every amount as it is written, such as `−€1,299.00` or `1.299,00 €`.
fn amounts(text: &str) -> BTreeSet<&str> {
    let spaces = |c: char| c.is_whitespace() && c != '\u{a0}';
    text.split(spaces).filter(|word| word.contains('€')).map(|word| word.trim_end_matches(['.', ','])).collect()
}

#[test]
fn text_and_html_agree_on_every_amount_and_line() {
    for (kind, language, mail) in all() {
        let html = visible(&mail.html);
        assert_eq!(amounts(&one_line(&mail.text)), amounts(&html), "{kind}");
        let sku = if language == Language::default() { "SKU " } else { "Art.-Nr. " };
        let skus: Vec<_> = mail.text.lines().filter(|line| line.contains(sku)).collect();
        assert!(!skus.is_empty(), "{kind}");
        for line in skus {
            assert!(html.contains(line.trim()), "{kind}: {line}");
        }
    }
}

#[test]
fn every_kind_is_accessible_and_loads_nothing() {
    for (kind, language, mail) in all() {
        let html = &mail.html;
        let tag = language.tag();
        assert!(html.starts_with(&format!("<!doctype html>\n<html lang=\"{tag}\" dir=\"ltr\"")), "{kind}");
        assert_eq!(html.matches(" lang=").count(), html.matches(&format!(" lang=\"{tag}\"")).count(), "{kind}");
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

/// Fails if a tag is closed but not open, or stays open.
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
    for (kind, _, mail) in all() {
        // Parts for Outlook only open in one comment and close in another.
        let mut html = mail.html.as_str();
        let mut rest = String::new();
        while let Some((before, comment)) = html.split_once("<!--") {
            rest.push_str(before);
            html = comment.split_once("-->").unwrap().1;
        }
        rest.push_str(html);
        assert_balanced(&kind, &rest);
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
    for language in Language::all() {
        let mail = mail.render(&shop(), language).unwrap();
        assert!(mail.html.len() < 102_000, "{} bytes in {language:?}", mail.html.len());
    }
}

/// Neither the text nor a narrow window may break a line between a number and its currency.
#[test]
fn no_amount_is_torn_from_its_currency() {
    for (kind, _, mail) in all() {
        for part in [&mail.subject, &mail.html, &mail.text] {
            for (at, _) in part.match_indices('€') {
                let (before, after) = (&part[..at], &part[at + '€'.len_utf8()..]);
                let touches = after.starts_with(|c: char| c.is_ascii_digit()) || before.ends_with('\u{a0}');
                assert!(touches, "{kind}: {:?}", part[at..].lines().next());
            }
        }
    }
}

/// Customers of one shop may read different languages. The words of one must not appear in the mail of another.
#[test]
fn no_language_borrows_words_from_another() {
    let words = |tag: &str| -> BTreeSet<String> {
        let mails = samples::all(tag.parse().unwrap()).into_iter();
        let text = mails.map(|(_, mail)| [mail.subject, visible(&mail.html)].join(" ")).collect::<Vec<_>>().join(" ");
        text.split(|c: char| !c.is_alphabetic()).map(str::to_owned).collect()
    };
    let (english, german) = (words("en"), words("de"));
    for word in ["Order", "order", "is", "your", "Your", "the", "Total", "Hello", "Shipping", "November", "Qty"] {
        assert!(english.contains(word), "{word}");
    }
    for word in ["order", "is", "your", "Your", "the", "Total", "Hello", "Shipping", "Qty", "Thursday", "parcel"] {
        assert!(!german.contains(word), "{word}");
    }
}
