//! The check digits of tracking numbers, as carriers and the postal union publish them. Numbers are in upper case, without spaces.

use crate::gs1;

/// A form that numbers of a carrier have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// `gs1:20`: so many digits, the last of which is GS1's check digit (as in an SSCC).
    Gs1(usize),
    /// `digits:12`: so many digits, and nothing to check.
    Digits(usize),
    /// `1Z` and 16 characters.
    Ups,
    /// 12 digits.
    Fedex,
    /// 20 or 22 digits. The routing code that may stand before them is not checked.
    Usps,
    /// 10 digits: nine, and their remainder by 7.
    Mod7,
    /// 14 or 27 digits and a check character (ISO 7064, MOD 37,36).
    Dpd,
    /// The postal union's `RB123456785GB` (UPU S10).
    S10,
}

impl Form {
    pub(super) fn read(name: &str) -> Option<Self> {
        let (kind, length) = name.split_once(':').unwrap_or((name, ""));
        Some(match kind {
            "gs1" => Self::Gs1(length.parse().ok()?),
            "digits" => Self::Digits(length.parse().ok()?),
            "ups" => Self::Ups,
            "fedex" => Self::Fedex,
            "usps" => Self::Usps,
            "mod7" => Self::Mod7,
            "dpd" => Self::Dpd,
            "s10" => Self::S10,
            _ => return None,
        })
    }

    pub(super) fn fits(self, number: &str) -> bool {
        let digits = |length: usize| number.len() == length && number.bytes().all(|b| b.is_ascii_digit());
        match self {
            Self::Gs1(length) | Self::Digits(length) => digits(length),
            Self::Ups => {
                number.len() == 18 && number.starts_with("1Z") && number.bytes().all(|b| b.is_ascii_alphanumeric())
            }
            Self::Fedex => digits(12),
            Self::Usps => [20, 22].into_iter().any(digits) || (number.starts_with("420") && (digits(30) || digits(34))),
            Self::Mod7 => digits(10),
            Self::Dpd => {
                let (last, rest) = number.as_bytes().split_last().unwrap_or((&0, &[]));
                [14, 27].contains(&rest.len()) && rest.iter().all(u8::is_ascii_digit) && last.is_ascii_alphanumeric()
            }
            Self::S10 => {
                let bytes = number.as_bytes();
                let is_letter = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_uppercase);
                number.len() == 13
                    && [0, 1, 11, 12].into_iter().all(is_letter)
                    && bytes.iter().skip(2).take(9).all(u8::is_ascii_digit)
            }
        }
    }

    /// Whether the check digit of a number that fits is right.
    pub(super) fn is_right(self, number: &str) -> bool {
        match self {
            Self::Digits(_) => true,
            Self::Gs1(_) => gs1::is_right(number),
            Self::Ups => ups(number),
            Self::Fedex => fedex(number),
            Self::Usps => gs1::is_right(if number.len() >= 30 { &number[number.len() - 22..] } else { number }),
            Self::Mod7 => mod7(number),
            Self::Dpd => mod_37_36(number),
            Self::S10 => s10(number),
        }
    }
}

/// The values of characters: digits, then letters.
fn values(text: &str) -> impl DoubleEndedIterator<Item = u32> {
    text.chars().map(|c| c.to_digit(36).unwrap_or(0))
}

fn weighted(digits: impl Iterator<Item = u32>, weights: &[u32]) -> u32 {
    digits.zip(weights.iter().cycle()).map(|(digit, weight)| digit * weight).sum()
}

/// After `1Z`, letters count as their place in the alphabet plus 1, modulo ten: A is 2.
fn ups(number: &str) -> bool {
    let value = |b: u8| if b.is_ascii_digit() { u32::from(b - b'0') } else { (u32::from(b) - 63) % 10 };
    let digits: Vec<u32> = number.bytes().skip(2).map(value).collect();
    let Some((check, rest)) = digits.split_last() else { return false };
    (weighted(rest.iter().copied(), &[1, 2]) + check).is_multiple_of(10)
}

fn fedex(number: &str) -> bool {
    let sum = weighted(values(number).take(11), &[3, 1, 7]);
    values(number).next_back() == Some(sum % 11 % 10)
}

fn mod7(number: &str) -> bool {
    let rest = values(number).take(9).fold(0, |rest, digit| (rest * 10 + digit) % 7);
    values(number).next_back() == Some(rest)
}

fn mod_37_36(number: &str) -> bool {
    let product = values(number).take(number.len() - 1).fold(36, |product, value| {
        let sum = (product + value) % 36;
        (if sum == 0 { 36 } else { sum }) * 2 % 37
    });
    values(number).next_back().is_some_and(|check| (product + check) % 36 == 1)
}

fn s10(number: &str) -> bool {
    let sum = weighted(values(&number[2..10]), &[8, 6, 4, 2, 3, 5, 9, 7]);
    let check = match 11 - sum % 11 {
        10 => 0,
        11 => 5,
        check => check,
    };
    values(&number[10..11]).next() == Some(check)
}
