//! The language of whoever looks: chosen once, or as the browser says.

use crate::{
    cookies,
    words::{ENGLISH, GERMAN, Words},
};
use api::Request;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    English,
    German,
}

impl Language {
    pub fn of(request: &Request) -> Self {
        let chosen = cookies::language(request).and_then(Self::read);
        chosen.unwrap_or_else(|| Self::accepted(request.header("accept-language").unwrap_or_default()))
    }

    /// A tag, with its region or without.
    pub fn read(tag: &str) -> Option<Self> {
        match tag.trim().split('-').next()?.to_ascii_lowercase().as_str() {
            "en" => Some(Self::English),
            "de" => Some(Self::German),
            _ => None,
        }
    }

    /// The one of ours that the browser likes best. Browsers name them in that order.
    fn accepted(header: &str) -> Self {
        let mut tags = header.split(',').filter_map(|entry| entry.split(';').next());
        tags.find_map(Self::read).unwrap_or(Self::English)
    }

    pub fn words(self) -> &'static Words {
        match self {
            Self::English => &ENGLISH,
            Self::German => &GERMAN,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_the_first_of_ours_that_the_browser_names() {
        for (header, language) in [
            ("", Language::English),
            ("de-AT,de;q=0.9,en;q=0.8", Language::German),
            ("fr,en;q=0.7,de;q=0.3", Language::English),
            ("ar, DE", Language::German),
            ("*", Language::English),
        ] {
            assert_eq!(Language::accepted(header), language, "{header}");
        }
    }
}
