//! Postal addresses, as they are written in the country that they are in.

use crate::placed_order::Address;

/// The names of the countries in one language, as `infra/countries/update.py` writes them.
#[derive(Debug, Clone, Copy)]
pub struct CountryNames(&'static str);

impl CountryNames {
    pub const ENGLISH: Self = Self(include_str!("postal/en.tsv"));
    pub const GERMAN: Self = Self(include_str!("postal/de.tsv"));

    /// The lines of an address, with the country's name in this language.
    pub fn address(self, address: &Address) -> Vec<String> {
        let layout = address.country.layout(is_latin(address));
        let mut lines: Vec<String> = layout.split("%n").flat_map(|line| line_of(line, address)).collect();
        // What the country's layout has no place for is not left out.
        let has_place = |field: &char| layout.contains(&format!("%{field}"));
        let is_said =
            |text: &str| layout.split(['%', ' ']).any(|word| word.trim_start_matches('n').eq_ignore_ascii_case(text));
        let parts = ['Z', 'C', 'S'].into_iter().filter(|field| !has_place(field));
        let rest: Vec<&str> = parts.filter_map(|field| part(field, address)).filter(|text| !is_said(text)).collect();
        lines.extend((!rest.is_empty()).then(|| rest.join(" ")));
        lines.push(self.country(&address.country).to_owned());
        lines
    }

    /// A country's name, or its code if there is none.
    fn country(self, code: &str) -> &str {
        self.rows().find(|(known, _)| *known == code).map_or(code, |(_, name)| name)
    }

    /// The codes and their names.
    fn rows(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.0.lines().skip(1).filter_map(|line| line.split_once('\t'))
    }
}

/// One line of a layout. The second line of a street follows the one that has its first.
fn line_of(layout: &str, address: &Address) -> Vec<String> {
    let (mut line, mut before) = (String::new(), "");
    let mut rest = layout;
    loop {
        let (text, field) = rest.split_once('%').map_or((rest, None), |(text, field)| (text, Some(field)));
        before = if before.is_empty() { text } else { before };
        let Some(field) = field else { break };
        let name = field.chars().next().unwrap_or_default();
        rest = field.strip_prefix(name).unwrap_or_default();
        if let Some(value) = part(name, address) {
            // A separator stands between two parts only, a word of the layout always.
            let is_separator = !before.chars().any(char::is_alphanumeric) && before.contains([' ', ',', '/', '-']);
            let is_written_already = name == 'Z' && value.to_lowercase().starts_with(&before.trim().to_lowercase());
            if !(line.is_empty() && is_separator || is_written_already && !before.trim().is_empty()) {
                line += before;
            }
            line += value;
            before = "";
        } else {
            // What is written on to the part that is missing, such as a country's prefix of postal codes, goes with it.
            let word = before.rfind(' ').map_or("", |end| &before[..end]);
            before = if word.chars().any(char::is_alphanumeric) { word } else { "" };
        }
    }
    line += if before.chars().any(char::is_alphanumeric) { before } else { "" };
    let second = address.line2.as_deref().filter(|_| layout.contains("%A"));
    let lines = [Some(line.trim()).filter(|line| !line.is_empty()), second];
    lines.into_iter().flatten().map(str::to_owned).collect()
}

fn part(field: char, address: &Address) -> Option<&str> {
    match field {
        'N' => Some(&address.name),
        'O' => address.company.as_deref(),
        'A' => Some(&address.line1),
        'C' => address.city.as_deref(),
        'S' => address.region.as_deref(),
        'Z' => address.postal_code.as_deref(),
        _ => None, // districts and sorting codes are written in the other parts
    }
}

/// Whether an address is written in Latin letters, as those of customers from abroad are.
fn is_latin(address: &Address) -> bool {
    let letters = address.line1.chars().filter(|c| c.is_alphabetic());
    letters.into_iter().all(|c| c < '\u{250}' || ('\u{1e00}'..'\u{1f00}').contains(&c))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn address(country: &str, line1: &str, city: &str, region: &str, postal_code: &str) -> Address {
        Address {
            name: "Ada Lovelace".into(),
            company: None,
            line1: line1.into(),
            line2: None,
            city: city.parse().ok(),
            region: region.parse().ok(),
            postal_code: postal_code.parse().ok(),
            country: country.into(),
        }
    }

    #[test]
    fn an_address_is_written_as_in_its_country() {
        let english = |address: &Address| CountryNames::ENGLISH.address(address).join(" | ");
        for (of, lines) in [
            (
                ("US", "1600 Main Ave", "Washington", "DC", "20500"),
                "1600 Main Ave | Washington, DC 20500 | United States",
            ),
            (("DE", "Lindenallee 1", "Berlin", "", "10115"), "Lindenallee 1 | 10115 Berlin | Germany"),
            (("GB", "1 High St", "Leeds", "", "LS1 1AA"), "1 High St | Leeds | LS1 1AA | United Kingdom"),
            (("SG", "1 Orchard Rd", "", "", "238823"), "1 Orchard Rd | SINGAPORE 238823 | Singapore"),
            (("SG", "1 Orchard Rd", "Singapore", "", ""), "1 Orchard Rd | SINGAPORE | Singapore"),
            (("CH", "Gasse 1", "Bern", "", "3011"), "Gasse 1 | CH-3011 Bern | Switzerland"),
            (("CH", "Gasse 1", "Bern", "", ""), "Gasse 1 | Bern | Switzerland"),
            (("CH", "Gasse 1", "Bern", "", "CH-3011"), "Gasse 1 | CH-3011 Bern | Switzerland"),
            (("BR", "Rua 1", "Rio", "RJ", "20000"), "Rua 1 | Rio-RJ | 20000 | Brazil"),
            (("BR", "Rua 1", "Rio", "", ""), "Rua 1 | Rio | Brazil"),
            (("GI", "Main St 1", "Gibraltar", "", "GX11"), "Main St 1 | GIBRALTAR | GX11 | Gibraltar"),
            (("AE", "Street 1", "Dubai City", "Dubai", ""), "Street 1 | Dubai | Dubai City | United Arab Emirates"),
            (("IT", "Via 1", "Roma", "RM", "00184"), "Via 1 | 00184 Roma RM | Italy"),
        ] {
            let (country, line1, city, region, postal_code) = of;
            let written = english(&address(country, line1, city, region, postal_code));
            assert_eq!(written, format!("Ada Lovelace | {lines}"), "{country}");
        }
        let japanese = address("JP", "千代田1-1", "", "東京都", "100-0001");
        assert_eq!(english(&japanese), "〒100-0001 | 東京都 | 千代田1-1 | Ada Lovelace | Japan");
    }

    #[test]
    fn a_company_and_a_second_line_have_their_places() {
        let full = Address {
            company: Some("Engines".into()),
            line2: Some("Flat 3".into()),
            ..address("GB", "1 High St", "Leeds", "", "")
        };
        let lines = CountryNames::GERMAN.address(&full);
        assert_eq!(lines, ["Ada Lovelace", "Engines", "1 High St", "Flat 3", "Leeds", "Vereinigtes Königreich"]);
    }

    #[test]
    fn every_country_has_a_name_in_every_language_and_loses_no_part_of_an_address() {
        for names in [CountryNames::ENGLISH, CountryNames::GERMAN] {
            for (code, name) in names.rows() {
                let mut full = address(code, "Street 1", "Cityname", "Regionname", "12345");
                (full.line2, full.company) = ("Flat 3".parse().ok(), "Engines".parse().ok());
                let lines = names.address(&full);
                assert_eq!(lines.last().unwrap(), name);
                let all = lines.join("\n");
                for part in ["Ada Lovelace", "Engines", "Street 1", "Flat 3", "Cityname", "Regionname", "12345"] {
                    assert_eq!(all.matches(part).count(), 1, "{code}: {all}");
                }
            }
        }
    }
}
