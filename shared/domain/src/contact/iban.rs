//! International bank account numbers (ISO 13616).

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// An IBAN whose check digits are right, in its electronic form: `DE89370400440532013000`.
///
/// It names a person's account: [`fmt::Debug`] shows only its country and its last digits.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Iban(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidIban {
    #[error("must be an IBAN: a country, two check digits, and 11 to 30 letters and digits")]
    Form,
    #[error("must be an IBAN of its country's length")]
    Length,
    #[error("must be an IBAN whose check digits are right; probably a digit is mistyped")]
    Checksum,
}

/// The lengths in the countries that SEPA reaches (EPC409-09). Other countries' are checked by their digits alone.
const LENGTHS: &str = "AD24 AL28 AT20 BE16 BG22 CH21 CY28 CZ24 DE22 DK18 EE20 ES24 FI18 FR27 GB22 GI23 GR27 HR21 HU28 \
    IE22 IS26 IT27 LI21 LT20 LU20 LV21 MC27 MD24 ME22 MK19 MT31 NL18 NO15 PL28 PT25 RO24 RS22 SE24 SI19 SK24 SM27 VA22";

impl Iban {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether SEPA transfers reach the account.
    pub fn is_in_sepa(&self) -> bool {
        length(&self.0[..2]).is_some()
    }

    /// The IBAN of a German account, from its bank code and its number. (A few banks number differently; none of them
    /// puts both into statements.)
    pub fn german(bank: &str, account: &str) -> Option<Self> {
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if bank.len() != 8 || account.len() > 10 || !digits(bank) || !digits(account) {
            return None;
        }
        let rest = format!("{bank}{account:0>10}");
        let check = 98 - remainder(&format!("{rest}DE00"))?;
        Some(Self(format!("DE{check:02}{rest}")))
    }
}

fn length(country: &str) -> Option<&'static str> {
    LENGTHS.split_ascii_whitespace().find_map(|known| known.strip_prefix(country))
}

/// ISO 7064, MOD 97-10. Letters count from 10.
fn remainder(text: &str) -> Option<u32> {
    text.chars().try_fold(0, |sum, c| {
        let digit = c.to_digit(36)?;
        Some((sum * if digit < 10 { 10 } else { 100 } + digit) % 97)
    })
}

impl FromStr for Iban {
    type Err = InvalidIban;

    /// Takes blanks between groups, and small letters.
    fn from_str(text: &str) -> Result<Self, InvalidIban> {
        // Longer ones are no IBANs, and need not be copied.
        if text.len() > 100 {
            return Err(InvalidIban::Form);
        }
        let text: String = text.split_whitespace().flat_map(str::chars).map(|c| c.to_ascii_uppercase()).collect();
        let bytes = text.as_bytes();
        let fits = (15..=34).contains(&bytes.len())
            && bytes.iter().all(u8::is_ascii_alphanumeric)
            && bytes[..2].iter().all(u8::is_ascii_uppercase)
            && bytes[2..4].iter().all(u8::is_ascii_digit);
        if !fits {
            return Err(InvalidIban::Form);
        }
        if length(&text[..2]).is_some_and(|length| length != text.len().to_string()) {
            return Err(InvalidIban::Length);
        }
        match remainder(&format!("{}{}", &text[4..], &text[..4])) {
            Some(1) => Ok(Self(text)),
            _ => Err(InvalidIban::Checksum),
        }
    }
}

impl TryFrom<String> for Iban {
    type Error = InvalidIban;

    fn try_from(text: String) -> Result<Self, InvalidIban> {
        text.parse()
    }
}

impl From<Iban> for String {
    fn from(iban: Iban) -> Self {
        iban.0
    }
}

/// In groups of four, as people read it out: `DE89 3704 0044 0532 0130 00`.
impl fmt::Display for Iban {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, c) in self.0.chars().enumerate() {
            if n > 0 && n % 4 == 0 {
                f.write_str(" ")?;
            }
            write!(f, "{c}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Iban {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Iban({}…{})", &self.0[..2], &self.0[self.0.len() - 4..])
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Iban {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Iban".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "pattern": "^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$",
            "examples": ["DE89370400440532013000"],
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
