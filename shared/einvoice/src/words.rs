//! The few words that an electronic invoice has, in the languages of invoices. The PDF says the same ones.

use domain::tax::TaxCategory;

/// Words of one language.
#[derive(Debug, PartialEq, Eq)]
pub struct Words {
    pub discount: &'static str,
    pub shipping: &'static str,
    pub adjustment: &'static str,
    /// How an invoice is paid that is not paid yet.
    pub payment_terms: &'static str,
    /// How a credit note is paid out.
    pub credit_terms: &'static str,
    reverse_charge: &'static str,
    intra_community: &'static str,
    export: &'static str,
}

static ENGLISH: Words = Words {
    discount: "Discount",
    shipping: "Shipping",
    adjustment: "Price adjustment",
    payment_terms: "As agreed with the order",
    credit_terms: "Paid back as agreed with the order",
    reverse_charge: "Reverse charge",
    intra_community: "Intra-Community supply, exempt under article 138 of Directive 2006/112/EC",
    export: "Export outside the EU, exempt under article 146 of Directive 2006/112/EC",
};

static GERMAN: Words = Words {
    discount: "Rabatt",
    shipping: "Versand",
    adjustment: "Preisanpassung",
    payment_terms: "Wie bei der Bestellung vereinbart",
    credit_terms: "Wird wie bei der Bestellung vereinbart erstattet",
    reverse_charge: "Steuerschuldnerschaft des Leistungsempfängers (Reverse charge)",
    intra_community: "Steuerfreie innergemeinschaftliche Lieferung nach Artikel 138 der Richtlinie 2006/112/EG",
    export: "Steuerfreie Ausfuhrlieferung nach Artikel 146 der Richtlinie 2006/112/EG",
};

impl Words {
    /// Those of a locale such as `de-AT`. English stands for languages that are not there.
    pub fn of(locale: Option<&str>) -> &'static Self {
        let language = locale.unwrap_or_default().split(['-', '_']).next().unwrap_or_default();
        if language.eq_ignore_ascii_case("de") { &GERMAN } else { &ENGLISH }
    }

    /// Why no tax is asked for: in the order's own words, or else in those of the law.
    pub fn exemption<'a>(&self, category: TaxCategory, own: Option<&'a str>) -> Option<&'a str> {
        let of_the_law = match category {
            TaxCategory::Standard | TaxCategory::ZeroRated => return None,
            TaxCategory::Exempt => None,
            TaxCategory::ReverseCharge => Some(self.reverse_charge),
            TaxCategory::IntraCommunity => Some(self.intra_community),
            TaxCategory::Export => Some(self.export),
        };
        own.or(of_the_law)
    }
}
