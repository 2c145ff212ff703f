//! The e-mail that tells the merchant what waits for people. It names orders and payments by their ids, and no customer.

use super::{Rendered, Shop, escape::harmless, messages::Digest};
use domain::attention::{Census, Waiting, WaitingFor};
use jiff::{Timestamp, tz::TimeZone};
use std::fmt::Write as _;

/// Renders it in the shop's own language.
pub(crate) fn render(census: &Census, shop: &Shop) -> Rendered {
    let words: &Digest = &shop.language.messages().digest;
    let count: usize = census.iter().map(|(_, waiting)| waiting.count).sum();
    let subject: String = harmless(&(words.subject)(count, &shop.name)).collect();
    let lines: Vec<String> = census.iter().map(|(why, waiting)| line(words, why, waiting)).collect();
    let mut text = format!("{}\n\n", words.opening);
    let mut html = format!("<!doctype html><html lang=\"{}\"><body><p>{}</p><ul>", shop.language.tag(), words.opening);
    for line in &lines {
        // Lines consist of our own words and of ids, which hold no markup.
        let _ = writeln!(text, "- {line}");
        let _ = write!(html, "<li>{line}</li>");
    }
    let _ = write!(text, "\n{}\n", words.more);
    let _ = write!(html, "</ul><p>{}</p></body></html>", words.more);
    Rendered { subject, html, text }
}

fn line(words: &Digest, why: WaitingFor, waiting: &Waiting) -> String {
    let left = waiting.count.saturating_sub(waiting.examples.len());
    let more = if left > 0 { (words.and_more)(left) } else { String::new() };
    let (what, since) = ((words.waiting)(why), (words.since)(&moment(waiting.oldest)));
    format!("{what}: {} ({since}). {}{more}", waiting.count, waiting.examples.join(", "))
}

fn moment(at: Timestamp) -> String {
    TimeZone::UTC.to_datetime(at).strftime("%Y-%m-%d %H:%M UTC").to_string()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::mail::{Language, samples};
    use domain::{attention::AttentionReason, order_state::HoldReason};

    fn told(language: &str) -> Rendered {
        let at = |minute: i64| Timestamp::from_second(1_764_000_000 + 60 * minute).unwrap();
        let many = WaitingFor::Hold(HoldReason::RefundFailed);
        let many = (0..12).map(|n| (many, format!("ord_{n:02}"), at(n)));
        let one = (WaitingFor::Other(AttentionReason::PaymentUnmatched), "acme_pay_7".to_owned(), at(60));
        let shop = Shop { language: language.parse().unwrap(), ..samples::shop() };
        render(&Census::of(many.chain([one])), &shop)
    }

    #[test]
    fn it_counts_by_reason_names_the_first_and_says_how_many_more() {
        let told = told("en");
        assert_eq!(told.subject, "Orderly Demo Shop: 13 waiting for you");
        for line in [
            "- Refunds that failed: 12 (the first since 2025-11-24 16:00 UTC). ord_00, ord_01, ",
            "ord_09, and 2 more\n",
            "- Payments without an order: 1 (the first since 2025-11-24 17:00 UTC). acme_pay_7\n",
        ] {
            assert!(told.text.contains(line), "{}", told.text);
        }
        assert!(told.html.contains("<li>Payments without an order: 1 (the first since"), "{}", told.html);
    }

    #[test]
    fn each_reason_has_words_of_its_own_in_each_language() {
        let holds = HoldReason::ALL.iter().copied().map(WaitingFor::Hold);
        let all: Vec<WaitingFor> = holds.chain(AttentionReason::ALL.iter().copied().map(WaitingFor::Other)).collect();
        for language in Language::all() {
            let words = &language.messages().digest;
            let said: std::collections::BTreeSet<&str> = all.iter().map(|why| (words.waiting)(*why)).collect();
            assert_eq!(said.len(), all.len(), "{language:?}");
            assert!(said.iter().all(|said| !said.contains(['<', '>', '&'])), "it stands in HTML as it is");
        }
        assert!(told("de").text.contains("- Zahlungen ohne Bestellung: 1 (die erste seit"), "{}", told("de").text);
    }
}
