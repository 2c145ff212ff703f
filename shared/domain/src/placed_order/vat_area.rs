//! Where the EU's rules of value added tax hold for goods.

use super::Address;

/// The member states, with Monaco, where France's tax holds.
const MEMBERS: &str = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MC MT NL PL PT RO SE SI SK";

/// Parts of member states where it does not hold (Directive 2006/112, article 6), by how their postal codes begin: the Canary Islands, Ceuta and Melilla;
/// Helgoland and Büsingen; Livigno and Campione; Mount Athos; Åland; overseas France.
const OUTSIDE: &str = "ES35 ES38 ES51 ES52 DE27498 DE78266 IT23041 IT22061 GR63086 FI22 FR971 FR972 FR973 FR974 FR975 FR976 FR977 FR978 \
    FR984 FR986 FR987 FR988";

impl Address {
    /// Whether goods that come here stay in the area of the EU's value added tax. Northern Ireland counts as in it.
    pub fn is_in_eu_vat_area(&self) -> bool {
        let country = self.country.as_str();
        let postal: String =
            self.postal_code.iter().flat_map(|code| code.chars()).filter(|c| !c.is_whitespace()).collect();
        let place = format!("{country}{}", postal.to_uppercase());
        if country == "GB" {
            return place.starts_with("GBBT");
        }
        let is_outside = OUTSIDE.split_ascii_whitespace().any(|outside| place.starts_with(outside));
        MEMBERS.split_ascii_whitespace().any(|member| member == country) && !is_outside
    }

    /// Whether a customs border lies between this address and another one: within a country there is none, nor within the EU's area.
    pub fn is_across_border(&self, other: &Self) -> bool {
        let (own, others) = (self.is_in_eu_vat_area(), other.is_in_eu_vat_area());
        let is_one_country = self.country == other.country && own == others;
        !(is_one_country || own && others)
    }
}

#[cfg(test)]
mod tests {
    use crate::{fixtures::placed, placed_order::Address};

    #[test]
    fn customs_lie_between_countries_but_not_within_the_area() {
        let at = |country: &str, postal: &str| Address {
            country: country.into(),
            postal_code: Some(postal.into()),
            ..placed(&[]).shipping_address
        };
        for (from, to, is_border) in [
            (("US", "10001"), ("US", "94105"), false),
            (("DE", "10115"), ("FR", "75001"), false),
            (("DE", "10115"), ("CH", "8001"), true),
            (("DE", "10115"), ("DE", "27498"), true),
            (("ES", "28001"), ("ES", "35001"), true),
            (("GB", "N1 9GU"), ("IE", "D02"), true),
            (("US", "10001"), ("CA", "K1A"), true),
        ] {
            let (from, to) = (at(from.0, from.1), at(to.0, to.1));
            assert_eq!(
                (from.is_across_border(&to), to.is_across_border(&from)),
                (is_border, is_border),
                "{from:?} {to:?}"
            );
        }
    }

    #[test]
    fn the_area_is_the_member_states_without_some_islands_and_valleys() {
        let mut address = placed(&[]).shipping_address;
        for (country, postal, is_in) in [
            ("DE", "10115", true),
            ("DE", "27498", false),
            ("ES", "28001", true),
            ("ES", "35 001", false),
            ("FR", "97110", false),
            ("FR", "75001", true),
            ("FI", "22100", false),
            ("GR", "10431", true),
            ("MC", "98000", true),
            ("GB", "N1 9GU", false),
            ("GB", "bt1 5gs", true),
            ("AX", "22100", false),
            ("CH", "8001", false),
            ("US", "10001", false),
        ] {
            (address.country, address.postal_code) = (country.into(), Some(postal.into()));
            assert_eq!(address.is_in_eu_vat_area(), is_in, "{country} {postal}");
        }
        (address.country, address.postal_code) = ("IE".into(), None);
        assert!(address.is_in_eu_vat_area());
    }
}
