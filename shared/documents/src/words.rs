//! The words on the papers. A missing one does not compile.

use serde::{Serialize, Serializer};

/// The language of a paper for customers. Picklists are in English.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    English,
    German,
}

impl Language {
    /// The language of a locale such as `de-AT`. English stands for those that are not there.
    pub fn of(locale: &str) -> Self {
        let language = locale.split(['-', '_']).next().unwrap_or_default();
        if language.eq_ignore_ascii_case("de") { Self::German } else { Self::English }
    }

    pub(crate) fn words(self) -> &'static Words {
        match self {
            Self::English => &ENGLISH,
            Self::German => &GERMAN,
        }
    }
}

impl Serialize for Language {
    /// As BCP 47, by which Typst hyphenates.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self {
            Self::English => "en",
            Self::German => "de",
        })
    }
}

#[derive(Debug, Serialize)]
pub(crate) struct Words {
    packing_slip: &'static str,
    picklist: &'static str,
    order: &'static str,
    article: &'static str,
    ordered: &'static str,
    here: &'static str,
    to_follow: &'static str,
    parcel: &'static str,
    page: &'static str,
    of: &'static str,
    location: &'static str,
    bin: &'static str,
    no_bin: &'static str,
    quantity: &'static str,
    tote: &'static str,
    on_hold: &'static str,
    cancelled: &'static str,
}

static ENGLISH: Words = Words {
    packing_slip: "Packing slip",
    picklist: "Picklist",
    order: "Order",
    article: "Article",
    ordered: "Ordered",
    here: "In this delivery",
    to_follow: "To follow",
    parcel: "Parcel",
    page: "Page",
    of: "of",
    location: "Location",
    bin: "Bin",
    no_bin: "no bin",
    quantity: "Quantity",
    tote: "Tote",
    on_hold: "ON HOLD: do not pick, pack or hand over",
    cancelled: "CANCELLED: put the goods back",
};

static GERMAN: Words = Words {
    packing_slip: "Lieferschein",
    picklist: "Pickliste",
    order: "Bestellung",
    article: "Artikel",
    ordered: "Bestellt",
    here: "In dieser Lieferung",
    to_follow: "Folgt",
    parcel: "Paket",
    page: "Seite",
    of: "von",
    location: "Standort",
    bin: "Fach",
    no_bin: "kein Fach",
    quantity: "Menge",
    tote: "Behälter",
    on_hold: "ANGEHALTEN: nicht entnehmen, packen oder übergeben",
    cancelled: "STORNIERT: Ware zurücklegen",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_has_its_language_or_english() {
        for (locale, language) in [
            ("de", Language::German),
            ("de-AT", Language::German),
            ("DE_ch", Language::German),
            ("en-GB", Language::English),
            ("den", Language::English),
            ("ja", Language::English),
            ("", Language::English),
        ] {
            assert_eq!(Language::of(locale), language, "{locale}");
        }
    }
}
