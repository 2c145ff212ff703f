//! Countries: which there are, and how addresses look in each.

use super::form;

/// What `infra/countries/update.py` writes.
const COUNTRIES: &str = include_str!("countries.tsv");

form! {
    /// An ISO 3166-1 alpha-2 code. (Kosovo has none there, and is written XK.)
    Country,
    InvalidCountry,
    read_country,
    { "type": "string", "pattern": "^[A-Z]{2}$" }
}

/// Why a text is no country's code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCountry {
    #[error("must be an ISO 3166-1 country code in upper case, for example DE")]
    Form,
    #[error("is no country of ISO 3166-1; its code has two letters in upper case, for example DE")]
    Unknown,
    #[error("must be GB: that is the code of the United Kingdom in ISO 3166-1")]
    UnitedKingdom,
    #[error("must be GR: that is the code of Greece in ISO 3166-1")]
    Greece,
}

fn read_country(code: &str) -> Result<String, InvalidCountry> {
    match code.trim() {
        "UK" => Err(InvalidCountry::UnitedKingdom),
        "EL" => Err(InvalidCountry::Greece),
        code if code.len() != 2 || !code.bytes().all(|b| b.is_ascii_uppercase()) => Err(InvalidCountry::Form),
        code => row(code).map(|_| code.to_owned()).ok_or(InvalidCountry::Unknown),
    }
}

/// What is known of a country.
fn row(code: &str) -> Option<[&'static str; 4]> {
    let row = COUNTRIES.lines().skip(1).find_map(|line| line.strip_prefix(code)?.strip_prefix('\t'))?;
    let mut columns = row.split('\t');
    Some([columns.next()?, columns.next()?, columns.next()?, columns.next()?])
}

impl Country {
    /// Whether an address there has a city. It has none where the country is one, or where other parts say it.
    pub fn has_cities(&self) -> bool {
        row(self).is_none_or(|[city, ..]| city == "city")
    }

    /// The time zone of most people there.
    pub fn time_zone(&self) -> Option<&'static str> {
        row(self).map(|[.., zone]| zone).filter(|zone| *zone != "-")
    }

    /// How an address is laid out there, with placeholders as in Google's address data: `%N` the name, `%O` the company,
    /// `%A` the street, `%C` the city, `%S` the region, `%Z` the postal code, `%n` a new line. In Latin letters it may be
    /// laid out otherwise.
    pub fn layout(&self, in_latin_letters: bool) -> &'static str {
        row(self).map_or("%N%n%O%n%A%n%Z %C%n%S", |[_, own, latin, _]| if in_latin_letters { latin } else { own })
    }
}
