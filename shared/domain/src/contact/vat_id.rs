//! VAT identification numbers: the EU's by the forms and check digits of each country, others by their country alone.

use super::{Country, form};

form! {
    /// A VAT identification number with its country before it, without blanks. Greece's begin with EL, Northern Ireland's with
    /// XI.
    VatId,
    InvalidVatId,
    read,
    { "type": "string", "pattern": "^[A-Z]{2}[A-Z0-9+*]{2,14}$", "examples": ["ATU13585627"] }
}

/// Why a text is no VAT id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidVatId {
    #[error("must be a VAT id: a country's two letters, then 2 to 14 letters and digits, for example ATU13585627")]
    Form,
    #[error("must begin with the letters of a country; those of Greece are EL, and those of Northern Ireland are XI")]
    Country,
    #[error("must have the form of its country's VAT ids: {0}")]
    CountrysForm(String),
    #[error("must be a VAT id whose check digits are right; probably a digit is mistyped")]
    Checksum,
}

/// The forms, as the Commission's VIES lists them. 9 is a digit, A a letter, X either; the rest stands for itself.
const FORMS: &[(&str, &str)] = &[
    ("AT", "U99999999"),
    ("BE", "9999999999"),
    ("BG", "999999999 9999999999"),
    ("CY", "99999999A"),
    ("CZ", "99999999 999999999 9999999999"),
    ("DE", "999999999"),
    ("DK", "99999999"),
    ("EE", "999999999"),
    ("EL", "999999999"),
    ("ES", "X99999999 X9999999A"),
    ("FI", "99999999"),
    ("FR", "XX999999999"),
    ("HR", "99999999999"),
    ("HU", "99999999"),
    ("IE", "9999999A 9999999AA 9A99999A 9+99999A 9*99999A"),
    ("IT", "99999999999"),
    ("LT", "999999999 999999999999"),
    ("LU", "99999999"),
    ("LV", "99999999999"),
    ("MT", "99999999"),
    ("NL", "999999999B99"),
    ("PL", "9999999999"),
    ("PT", "999999999"),
    ("RO", "99 999 9999 99999 999999 9999999 99999999 999999999 9999999999"),
    ("SE", "999999999999"),
    ("SI", "99999999"),
    ("SK", "9999999999"),
    ("XI", "999999999 999999999999 GD999 HA999"),
];

fn read(text: &str) -> Result<String, InvalidVatId> {
    // Longer ones are none, and need not be copied.
    if text.len() > 60 {
        return Err(InvalidVatId::Form);
    }
    let is_written = |c: &char| !c.is_whitespace() && !matches!(c, '.' | '-' | '/');
    let id: String = text.chars().filter(is_written).map(|c| c.to_ascii_uppercase()).collect();
    let is_sign = |b: u8| b.is_ascii_alphanumeric() || b == b'+' || b == b'*';
    if !(4..=16).contains(&id.len()) || !id.bytes().all(is_sign) || !id.bytes().take(2).all(|b| b.is_ascii_uppercase())
    {
        return Err(InvalidVatId::Form);
    }
    let (country, rest) = id.split_at(2);
    let Some(forms) = forms(country) else {
        let is_known = country.parse::<Country>().is_ok() && country != "GR";
        return if is_known { Ok(id) } else { Err(InvalidVatId::Country) };
    };
    if !forms.split(' ').any(|form| has_form(rest, form)) {
        let forms = forms.split(' ').map(|form| format!("{country}{form}")).collect::<Vec<_>>().join(", ");
        return Err(InvalidVatId::CountrysForm(forms));
    }
    if has_right_check(country, rest) { Ok(id) } else { Err(InvalidVatId::Checksum) }
}

fn forms(country: &str) -> Option<&'static str> {
    FORMS.iter().find(|(known, _)| *known == country).map(|(_, forms)| *forms)
}

fn has_form(text: &str, form: &str) -> bool {
    let fits = |(c, wanted): (u8, u8)| match wanted {
        b'9' => c.is_ascii_digit(),
        b'A' => c.is_ascii_uppercase(),
        b'X' => c.is_ascii_alphanumeric(),
        wanted => c == wanted,
    };
    text.len() == form.len() && text.bytes().zip(form.bytes()).all(fits)
}

/// Whether the check digits are right, in the countries whose rule is simple and has no exceptions.
fn has_right_check(country: &str, text: &str) -> bool {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(10)).collect();
    let number = |digits: &[u32]| digits.iter().fold(0_u64, |sum, digit| sum * 10 + u64::from(*digit));
    let weighted = |weights: &[u32]| digits.iter().zip(weights).map(|(digit, weight)| digit * weight).sum::<u32>();
    let digit = |at: usize| digits.get(at).copied().unwrap_or_default();
    match country {
        "BE" => 97 - number(&digits[..8]) % 97 == number(&digits[8..]),
        "DE" | "HR" => iso_7064(&digits),
        "DK" => weighted(&[2, 7, 6, 5, 4, 3, 2, 1]) % 11 == 0,
        "FI" => (11 - weighted(&[7, 9, 10, 5, 8, 4, 2]) % 11) % 11 == digit(7),
        "IT" => luhn(&digits),
        "LU" => number(&digits[..6]) % 89 == number(&digits[6..]),
        "PL" => weighted(&[6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 == digit(9),
        "PT" => (11 - weighted(&[9, 8, 7, 6, 5, 4, 3, 2]) % 11) % 11 % 10 == digit(8),
        "SE" => luhn(&digits[..10]),
        _ => true,
    }
}

/// ISO 7064, MOD 11,10: the last digit checks the others.
fn iso_7064(digits: &[u32]) -> bool {
    let Some((check, others)) = digits.split_last() else { return false };
    let rest = others.iter().fold(10, |rest, digit| {
        let sum = (rest + digit) % 10;
        2 * if sum == 0 { 10 } else { sum } % 11
    });
    (11 - rest) % 10 == *check
}

fn luhn(digits: &[u32]) -> bool {
    let count = |(n, digit): (usize, &u32)| if n % 2 == 1 { 2 * digit / 10 + 2 * digit % 10 } else { *digit };
    digits.iter().rev().enumerate().map(count).sum::<u32>() % 10 == 0
}

impl VatId {
    /// Whether a country of the EU gave it, or Northern Ireland, where goods are taxed as in the EU.
    pub fn is_of_eu(&self) -> bool {
        self.get(..2).and_then(forms).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From the documentation of python-stdnum, whose checks are others' work.
    const RIGHT: &str = "ATU13585627 BE0428759497 BG175074752 CY10259033P CZ25123891 DE136695976 DK13585628 EE100931558 EL094259216 \
        ESB58378431 FI20774740 FR40303265045 HR33392005961 HU12892312 IE6433435F IE8D79739I IT00743110157 LT119511515 LU15027442 \
        LV40003521600 MT11679112 NL004495445B01 PL8567346215 PT501964843 RO18547290 SE123456789701 SI50223054 SK2022749619 \
        XI980780684 CHE107787577 NO995525828MVA GB980780684";

    #[test]
    fn a_right_one_is_taken_whatever_stands_between_its_digits() {
        for id in RIGHT.split_ascii_whitespace() {
            assert_eq!(id.parse::<VatId>().as_deref(), Ok(id));
        }
        assert_eq!(" at u135-856.27 ".parse::<VatId>().as_deref(), Ok("ATU13585627"));
        assert_eq!("CHE-123.456.789 MWST".parse::<VatId>().as_deref(), Ok("CHE123456789MWST"));
    }

    #[test]
    fn a_mistyped_digit_is_found_where_digits_are_checked() {
        for country in ["BE", "DE", "DK", "FI", "HR", "IT", "LU", "PL", "PT", "SE"] {
            let Some(id) = RIGHT.split_ascii_whitespace().find(|id| id.starts_with(country)) else {
                panic!("{country} has no sample")
            };
            let last = id.find(|c: char| c.is_ascii_digit()).map(|from| from + 4).unwrap_or_default();
            let digit = id[last..=last].parse::<u32>().unwrap_or_default();
            let wrong = format!("{}{}{}", &id[..last], (digit + 1) % 10, &id[last + 1..]);
            assert_eq!(wrong.parse::<VatId>(), Err(InvalidVatId::Checksum), "{wrong}");
        }
    }

    #[test]
    fn what_is_none_says_why() {
        for (text, why) in [
            ("", InvalidVatId::Form),
            ("123456789", InvalidVatId::Form),
            ("DE", InvalidVatId::Form),
            ("DE123456789000000", InvalidVatId::Form),
            ("DEÄ23456789", InvalidVatId::Form),
            ("ZZ123456789", InvalidVatId::Country),
            ("GR094259216", InvalidVatId::Country),
            ("DE12345678", InvalidVatId::CountrysForm("DE999999999".to_owned())),
            ("AT13585627", InvalidVatId::CountrysForm("ATU99999999".to_owned())),
        ] {
            assert_eq!(text.parse::<VatId>(), Err(why), "{text}");
        }
        assert!("x".repeat(1000).parse::<VatId>().is_err());
    }

    #[test]
    fn northern_ireland_is_of_the_eu_and_great_britain_is_not() {
        for (id, is_of_eu) in [("XI980780684", true), ("GB980780684", false), ("EL094259216", true)] {
            assert_eq!(id.parse::<VatId>().is_ok_and(|id| id.is_of_eu()), is_of_eu, "{id}");
        }
    }
}
