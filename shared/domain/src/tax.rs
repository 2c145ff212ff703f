//! How a part of an order is taxed.

#[cfg(feature = "schema")]
use super::whole::TaxRate;
use super::{names::names, text::Text};
use serde::{Deserialize, Serialize};

names! {
    /// The case of value added tax, as EN 16931 tells them apart.
    TaxCategory {
        /// Taxed by a rate above 0: the seller's country's, or the destination's (OSS).
        Standard = "standard",
        /// Taxed by the rate 0.
        ZeroRated = "zero_rated",
        /// The law frees it from tax, and `exemption` says which.
        Exempt = "exempt",
        /// The buyer, a business, owes the tax.
        ReverseCharge = "reverse_charge",
        /// Goods for a business in another country of the EU.
        IntraCommunity = "intra_community",
        /// Goods that leave the EU.
        Export = "export",
    }
}

/// Why no tax is asked for, in the words of the law.
pub type Exemption = Text<1, 200>;

/// How a line, the shipping, or a row of an invoice is taxed.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Taxation {
    /// The rate of the tax, in hundredths of a percent: 1900 for 19 %. Invoices name it.
    #[serde(rename = "tax_rate", default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<TaxRate>"))]
    pub rate: Option<u16>,
    /// The case of value added tax. Absent: `standard` if the rate is above 0, and else nobody knows.
    #[serde(rename = "tax_category", default, skip_serializing_if = "Option::is_none")]
    pub category: Option<TaxCategory>,
    /// Why no tax is asked for, in the words of the law. Required with `exempt`; `reverse_charge`, `intra_community` and `export`
    /// have words of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exemption: Option<Exemption>,
}

impl Taxation {
    /// The same with its case said, so that what is taxed alike is equal.
    pub(crate) fn explicit(&self) -> Self {
        Self { category: self.category(), ..self.clone() }
    }

    /// The case, as it was said or as the rate shows.
    pub fn category(&self) -> Option<TaxCategory> {
        self.category.or((self.rate > Some(0)).then_some(TaxCategory::Standard))
    }
}

impl TaxCategory {
    /// UNCL 5305, as EN 16931 writes it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Standard => "S",
            Self::ZeroRated => "Z",
            Self::Exempt => "E",
            Self::ReverseCharge => "AE",
            Self::IntraCommunity => "K",
            Self::Export => "G",
        }
    }

    /// The European code of why no tax is asked for, where the case alone says it.
    pub fn exemption_code(self) -> Option<&'static str> {
        match self {
            Self::Standard | Self::ZeroRated | Self::Exempt => None,
            Self::ReverseCharge => Some("VATEX-EU-AE"),
            Self::IntraCommunity => Some("VATEX-EU-IC"),
            Self::Export => Some("VATEX-EU-G"),
        }
    }

    /// Whether something must say why no tax is asked for.
    pub fn is_exempted(self) -> bool {
        !matches!(self, Self::Standard | Self::ZeroRated)
    }

    /// Whether the buyer must be a business with a VAT id.
    pub fn needs_buyer_vat_id(self) -> bool {
        matches!(self, Self::ReverseCharge | Self::IntraCommunity)
    }
}
