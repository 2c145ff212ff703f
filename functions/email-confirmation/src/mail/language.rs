//! The language of a customer's e-mails.

use super::messages::{LANGUAGES, Messages, english::ENGLISH};
use std::{fmt, str::FromStr};

/// A language that has messages.
#[derive(Clone, Copy)]
pub struct Language(&'static Messages);

/// The language has no messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownLanguage;

impl Language {
    /// Every language that there is.
    pub fn all() -> impl Iterator<Item = Self> {
        LANGUAGES.into_iter().map(Self)
    }

    /// The language of a customer's BCP 47 `locale`, or else the shop's.
    ///
    /// A tag without messages is shortened from its end until one matches, as in RFC 4647 (section 3.4): `de-AT`, `de`.
    /// Storefronts send all kinds of values, and none may make an e-mail fail.
    pub fn of(locale: Option<&str>, shop: Self) -> Self {
        let locale = locale.unwrap_or_default().trim().replace('_', "-");
        let mut range = locale.as_str();
        loop {
            if let Ok(language) = range.parse() {
                return language;
            }
            match range.rsplit_once('-') {
                Some((shorter, _)) => range = shorter,
                None => return shop,
            }
        }
    }

    /// Its BCP 47 tag.
    pub fn tag(self) -> &'static str {
        self.0.tag
    }

    pub(super) fn messages(self) -> &'static Messages {
        self.0
    }
}

/// English.
impl Default for Language {
    fn default() -> Self {
        Self(&ENGLISH)
    }
}

/// Finds a language by its own tag.
impl FromStr for Language {
    type Err = UnknownLanguage;

    fn from_str(tag: &str) -> Result<Self, UnknownLanguage> {
        Self::all().find(|language| language.tag().eq_ignore_ascii_case(tag)).ok_or(UnknownLanguage)
    }
}

impl fmt::Display for UnknownLanguage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("must be one of")?;
        Language::all().try_for_each(|language| write!(f, " {}", language.tag()))
    }
}

impl PartialEq for Language {
    fn eq(&self, other: &Self) -> bool {
        self.tag() == other.tag()
    }
}

impl Eq for Language {}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_locale_decides_and_what_is_not_known_falls_back_to_the_shop_s_language() {
        let table = [
            // locale, in an English shop, in a German shop
            (None, "en", "de"),
            (Some("de"), "de", "de"),
            (Some("en"), "en", "en"),
            (Some("de-AT"), "de", "de"),
            (Some("en-GB"), "en", "en"),
            (Some("DE-at"), "de", "de"),
            (Some("de-Latn-CH-1996"), "de", "de"),
            (Some("de-DE-u-co-phonebk"), "de", "de"),
            (Some("de_DE"), "de", "de"),
            (Some(" de "), "de", "de"),
            (Some("fr-CA"), "en", "de"),
            (Some("den"), "en", "de"),
            (Some("gsw"), "en", "de"),
            (Some("x-de"), "en", "de"),
            (Some("und"), "en", "de"),
            // Malformed locales.
            (Some(""), "en", "de"),
            (Some("-"), "en", "de"),
            (Some("--de"), "en", "de"),
            (Some("de--AT"), "de", "de"),
            (Some("*"), "en", "de"),
            (Some("german"), "en", "de"),
            (Some("d\u{435}"), "en", "de"),
            (Some("de\0"), "en", "de"),
            (Some("de_DE.UTF-8"), "de", "de"),
        ];
        let shop = |tag: &str| tag.parse::<Language>().unwrap();
        for (locale, english, german) in table {
            assert_eq!(Language::of(locale, shop("en")).tag(), english, "{locale:?}");
            assert_eq!(Language::of(locale, shop("de")).tag(), german, "{locale:?}");
        }
    }

    #[test]
    fn a_shop_s_language_is_one_that_there_is() {
        assert_eq!("fr".parse::<Language>().unwrap_err().to_string(), "must be one of en de");
        assert!("".parse::<Language>().is_err() && "de-AT".parse::<Language>().is_err());
    }

    #[test]
    fn the_template_allows_the_languages_that_there_are() {
        let template = include_str!("../../../../template.yaml");
        let (_, parameter) = template.split_once("\n  ShopLanguage:\n").unwrap();
        let (_, allowed) = parameter.split_once("AllowedValues: [").unwrap();
        let allowed: Vec<_> = allowed.split_once(']').unwrap().0.split(", ").collect();
        assert_eq!(allowed, Language::all().map(Language::tag).collect::<Vec<_>>());
    }
}
