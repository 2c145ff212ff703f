//! What is told in a service's words, as far as it may be kept.

/// The most characters of a carrier's text.
const MAX_WORDS: usize = 200;
/// The most characters of a number or a name of a carrier.
const MAX_NAME: usize = 100;

/// After these a carrier names who took the parcel. Nobody here needs to know, so the text ends before them.
const SIGNERS: [&str; 21] = [
    "signed for by",
    "signed by",
    "signed:",
    "signature:",
    "signatory",
    "received by:",
    "recipient:",
    "receiver:",
    "delivered to:",
    "unterschrieben von",
    "unterschrift",
    "empfangen von",
    "empfänger:",
    "signé par",
    "reçu par",
    "destinataire :",
    "firmado por",
    "firmato da",
    "getekend door",
    "ontvangen door",
    "podpisane przez",
];

/// The carrier's text on one line, without what names a person or hides in a line.
pub(crate) fn words(text: &str) -> String {
    let plain = on_one_line(text, usize::MAX);
    let end = SIGNERS.iter().filter_map(|signer| find(&plain, signer)).min().unwrap_or(plain.len());
    let kept = plain[..end].trim_end_matches(|c: char| c.is_whitespace() || ",;:.-–(".contains(c) && end < plain.len());
    kept.chars().take(MAX_WORDS).collect::<String>().trim_end().to_owned()
}

/// A number or a carrier's name.
pub(crate) fn name(text: &str) -> String {
    on_one_line(text, MAX_NAME)
}

/// A word of a service's own, cut down to what can be no sentence about a customer.
pub(crate) fn word(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_alphanumeric() || "_-.".contains(*c)).take(64).collect()
}

fn on_one_line(text: &str, at_most: usize) -> String {
    // Twice as many characters as are kept are looked at, so that a flood of them costs nothing.
    let plain =
        text.chars().take(at_most.min(MAX_WORDS * 20).saturating_mul(2)).map(|c| if c.is_control() { ' ' } else { c });
    let visible: String = plain.filter(|c| !is_hidden(*c)).collect();
    let line = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().take(at_most).collect()
}

/// Characters that show nothing and turn or join what is beside them.
fn is_hidden(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

/// Where a text has these words, however they are written.
fn find(text: &str, wanted: &str) -> Option<usize> {
    text.char_indices().map(|(at, _)| at).find(|at| {
        let mut rest = text[*at..].chars().flat_map(char::to_lowercase);
        wanted.chars().all(|c| rest.next() == Some(c))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_carrier_s_text_is_kept_on_one_line_without_the_person_who_took_it() {
        for (told, kept) in [
            ("Departed FedEx location", "Departed FedEx location"),
            ("  Out\tfor\r\ndelivery \u{202e}\u{200b}today ", "Out for delivery today"),
            ("Delivered, Front Door. Signed by: J SMITH", "Delivered, Front Door"),
            ("DELIVERED - SIGNED FOR BY M. MÜLLER", "DELIVERED"),
            ("Zugestellt (Unterschrift: Müller)", "Zugestellt"),
            ("Livré, signé par DUPONT", "Livré"),
            ("Zustellung an EMPFÄNGER: Erika", "Zustellung an"),
            ("Signed by A", ""),
            ("Package received by the carrier", "Package received by the carrier"),
            ("", ""),
        ] {
            assert_eq!(words(told), kept, "{told:?}");
        }
        assert_eq!(words(&"ä".repeat(5_000)), "ä".repeat(200));
        assert_eq!(words(&"x ".repeat(100_000)).chars().count(), 199);
    }

    #[test]
    fn numbers_and_words_are_cut() {
        assert_eq!(name(" 1Z 999\u{200b}AA\n"), "1Z 999AA");
        assert_eq!(name(&"9".repeat(1_000)).len(), 100);
        assert_eq!(word("in_transit <b>Bob Smith</b>"), "in_transitbBobSmithb");
        assert_eq!(word(&"x".repeat(1_000)).len(), 64);
    }
}
