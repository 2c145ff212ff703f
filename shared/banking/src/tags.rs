//! The tags by which German banks part the remittance information of SEPA payments: `EREF+… KREF+… SVWZ+…`.
//!
//! Source: Deutsche Kreditwirtschaft, DFÜ-Abkommen, Anlage 3, chapter 8.2.4.

/// All tags. `SVWZ` is what the payer wrote, `EREF` the end-to-end reference, `KREF` the customer's, `IBAN` the other
/// side's account.
const TAGS: [&str; 17] = [
    "EREF", "KREF", "MREF", "CRED", "DEBT", "COAM", "OAMT", "SVWZ", "ABWA", "ABWE", "IBAN", "BIC", "PURP", "MDAT",
    "SQTP", "ORCR", "DDAT",
];

/// A text, parted by its tags.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Tagged<'t> {
    /// What is before the first tag.
    pub before: &'t str,
    parts: Vec<(&'static str, &'t str)>,
}

impl<'t> Tagged<'t> {
    pub(crate) fn read(text: &'t str) -> Self {
        let found: Vec<(usize, &str)> =
            text.match_indices('+').filter_map(|(plus, _)| Some((plus, ends_with_tag(&text[..plus])?))).collect();
        let start = |(plus, tag): &(usize, &str)| plus - tag.len();
        let part = |(n, (plus, tag)): (usize, &(usize, &'static str))| {
            let end = found.get(n + 1).map_or(text.len(), start);
            (*tag, text[plus + 1..end].trim())
        };
        Self {
            before: text[..found.first().map_or(text.len(), start)].trim(),
            parts: found.iter().enumerate().map(part).collect(),
        }
    }

    pub(crate) fn get(&self, tag: &str) -> Option<&'t str> {
        self.parts.iter().find(|(known, text)| *known == tag && !text.is_empty()).map(|(_, text)| *text)
    }

    /// What the payer wrote. Some banks put it before the tags instead of behind its own.
    pub(crate) fn purpose(&self) -> &'t str {
        self.get("SVWZ").unwrap_or(self.before)
    }
}

/// Whether a tag begins a text.
pub(crate) fn begins_with_tag(text: &str) -> bool {
    text.split_once('+').is_some_and(|(tag, _)| TAGS.contains(&tag))
}

/// The tag that ends a text, if it is a word of its own.
fn ends_with_tag(text: &str) -> Option<&'static str> {
    let tag = TAGS.into_iter().find(|tag| text.ends_with(tag))?;
    let before = text[..text.len() - tag.len()].chars().next_back();
    before.is_none_or(|c| !c.is_alphanumeric()).then_some(tag)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_parted_by_its_tags() {
        let tagged = Tagged::read("EREF+A-1 KREF+ SVWZ+Rechnung 1001 + Porto ABWA+Erika Muster");
        assert_eq!(tagged.get("EREF"), Some("A-1"));
        assert_eq!(tagged.get("KREF"), None);
        assert_eq!(tagged.purpose(), "Rechnung 1001 + Porto");
        assert_eq!(tagged.get("ABWA"), Some("Erika Muster"));
    }

    #[test]
    fn words_that_only_end_like_tags_are_no_tags() {
        let tagged = Tagged::read("1001 und FABIC+2");
        assert_eq!((tagged.purpose(), tagged.parts.len()), ("1001 und FABIC+2", 0));
        assert!(begins_with_tag("SVWZ+1001") && !begins_with_tag("1001 SVWZ+") && !begins_with_tag("SVWZ"));
    }

    #[test]
    fn what_stands_before_the_tags_is_the_purpose_if_none_is_tagged() {
        assert_eq!(Tagged::read("Rechnung 1001 EREF+A IBAN+DE1").purpose(), "Rechnung 1001");
    }
}
