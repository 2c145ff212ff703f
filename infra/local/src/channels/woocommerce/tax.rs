//! The shop's tax rates, by the country that goods are sent to. The shop itself is in Finland.

use super::money::Amount;
use serde::{Deserialize, Serialize};

/// Where the shop is: prices that include tax include this country's.
pub(super) const HOME: &str = "FI";

/// What a product is taxed as.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaxClass {
    #[default]
    Standard,
    Reduced,
    /// Gift cards are taxed when they are used.
    Untaxed,
}

impl TaxClass {
    /// Its name in the shop's answers.
    pub(super) fn slug(self) -> &'static str {
        match self {
            Self::Standard | Self::Untaxed => "",
            Self::Reduced => "reduced-rate",
        }
    }

    pub(super) fn status(self) -> &'static str {
        if self == Self::Untaxed { "none" } else { "taxable" }
    }
}

/// A tax rate of the shop.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Rate {
    pub(super) id: u64,
    pub(super) country: &'static str,
    class: TaxClass,
    pub(super) code: &'static str,
    pub(super) label: &'static str,
    /// In thousandths of a percent.
    pub(super) thousandths: i64,
}

/// Goods that go anywhere else are not taxed.
static RATES: [Rate; 4] = [
    Rate { id: 1, country: "FI", class: TaxClass::Standard, code: "FI-ALV-1", label: "ALV", thousandths: 25_500 },
    Rate {
        id: 2,
        country: "FI",
        class: TaxClass::Reduced,
        code: "FI-ALV 13,5-1",
        label: "ALV 13,5",
        thousandths: 13_500,
    },
    Rate { id: 3, country: "DE", class: TaxClass::Standard, code: "DE-MWST-1", label: "MwSt.", thousandths: 19_000 },
    Rate { id: 4, country: "DE", class: TaxClass::Reduced, code: "DE-MWST 7-1", label: "MwSt. 7", thousandths: 7_000 },
];

/// All of a price, in thousandths of a percent.
const ALL: i64 = 100_000;

impl Rate {
    /// What applies to goods of a class that go to a country.
    pub(super) fn of(class: TaxClass, country: &str) -> Option<&'static Self> {
        RATES.iter().find(|rate| rate.class == class && rate.country == country)
    }

    pub(super) fn with(id: u64) -> Option<&'static Self> {
        RATES.iter().find(|rate| rate.id == id)
    }

    /// The tax that a price contains.
    pub(super) fn inside(&self, gross: Amount) -> Amount {
        gross.share(self.thousandths, ALL + self.thousandths)
    }

    /// The tax that comes on top of a price.
    pub(super) fn on(&self, net: Amount) -> Amount {
        net.share(self.thousandths, ALL)
    }
}
