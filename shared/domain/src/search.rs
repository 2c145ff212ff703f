//! What orders are found by: their customer's e-mail address, phone number and name, a SKU, a tracking number.
//!
//! Personal values are keys of indexes only as keyed hashes, since keys are shown in places that values are not: errors,
//! traces, statistics of hot keys. Different values may meet in one key, so what a search finds is compared with
//! the order itself ([`Wanted::is_met_by`]).

mod folded;

use crate::{
    contact::EmailAddress,
    found_by::FoundBy,
    fulfillment::Fulfillment,
    ids::Sku,
    names::names,
    placed_order::{Customer, PlacedOrder},
    text::Name,
    tracking_number::TrackingNumber,
};
use folded::{folded, surname_first};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::{collections::BTreeSet, fmt, ops::Range};

/// The secret of the keyed hashes. A deployment has one, which is never replaced: the keys of all orders depend on it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchKey {
    secret: String,
}

impl fmt::Debug for SearchKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SearchKey(…)")
    }
}

/// The key of a name, or of the beginning of one. A name's `rest` begins with the `rest` of each of its beginnings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameKey {
    /// The hash of its first letters.
    pub first: String,
    /// Two characters for each letter after these. They depend on all letters up to it.
    pub rest: String,
}

impl NameKey {
    /// Where an order of this name stands among those with the same first letters.
    fn at(&self, placed_at: Timestamp) -> String {
        format!("{}#{}", self.rest, sortable(placed_at))
    }
}

/// Milliseconds since 1970 in 14 digits. It sorts as text until the year 5138.
pub fn sortable(moment: Timestamp) -> String {
    format!("{:014}", moment.as_millisecond().max(0))
}

/// No limit to when an order was placed.
pub const ANY_TIME: Range<Timestamp> = Timestamp::UNIX_EPOCH..Timestamp::MAX;

names! {
    /// What is known of an order that is looked for.
    #[cfg_attr(feature = "schema", schemars(rename = "SearchBy"))]
    By {
        Reference = "reference",
        Email = "email",
        Phone = "phone",
        Name = "name",
        Sku = "sku",
        Tracking = "tracking",
    }
}

names! {
    /// How the person whose data is asked for is known.
    PersonBy {
        Email = "email",
        Order = "order",
    }
}

/// What a person knows of the order that is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    Email(EmailAddress),
    Phone(PhoneDigits),
    Name(NameBeginning),
    Sku(Sku),
    Tracking(TrackingNumber),
}

impl Wanted {
    /// Whether the order has it, as far as it was placed with it.
    pub fn is_met_by(&self, placed: &PlacedOrder) -> bool {
        let customer = &placed.customer;
        match self {
            Self::Email(email) => email.eq_ignore_ascii_case(&customer.email),
            Self::Phone(phone) => customer.phone.as_deref().and_then(PhoneDigits::of).is_some_and(|of| of.is(phone)),
            Self::Name(beginning) => beginning.begins(&customer.name),
            Self::Sku(sku) => placed.lines.iter().any(|line| line.sku == *sku),
            Self::Tracking(_) => true, // its parcels got it later, and its entry names it exactly
        }
    }
}

/// The digits of a phone number, without what is written before it in one country or another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhoneDigits(String);

/// Why a text is not something to look for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidWanted {
    #[error("must be a phone number with at least {SHORTEST_PHONE} digits")]
    Phone,
    #[error("must be the beginning of a name or of its last word, with at least one letter")]
    Name,
}

/// Numbers with fewer digits are too common.
const SHORTEST_PHONE: usize = 5;
/// A number is found by its last digits, since its country's prefix may or may not be written.
const PHONE_KEY: usize = 7;

impl PhoneDigits {
    fn of(text: &str) -> Option<Self> {
        // The zero in `+44 (0)20` is dialed only at home.
        let text = if text.trim_start().starts_with(['+', '0']) { text.replace("(0)", "") } else { text.to_owned() };
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let digits = digits.trim_start_matches('0');
        (digits.len() >= SHORTEST_PHONE).then(|| Self(digits.to_owned()))
    }

    /// Whether it is the same number, with the country's prefix or without.
    fn is(&self, other: &Self) -> bool {
        self.0.ends_with(&other.0) || other.0.ends_with(&self.0)
    }

    fn key(&self) -> &str {
        &self.0[self.0.len().saturating_sub(PHONE_KEY)..]
    }
}

impl std::str::FromStr for PhoneDigits {
    type Err = InvalidWanted;

    fn from_str(text: &str) -> Result<Self, InvalidWanted> {
        Self::of(text).ok_or(InvalidWanted::Phone)
    }
}

/// The beginning of a name, or of a name with its last word first, as it is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameBeginning(String);

impl NameBeginning {
    fn begins(&self, name: &Name) -> bool {
        let name = folded(name);
        self.is_beginning_of(&name) || self.is_beginning_of(&surname_first(&name))
    }

    fn is_beginning_of(&self, folded: &str) -> bool {
        // Short words are looked for whole.
        folded.starts_with(&self.0) && first_letters(folded) == first_letters(&self.0)
    }
}

impl std::str::FromStr for NameBeginning {
    type Err = InvalidWanted;

    fn from_str(text: &str) -> Result<Self, InvalidWanted> {
        let folded = folded(text);
        if folded.is_empty() { Err(InvalidWanted::Name) } else { Ok(Self(folded)) }
    }
}

/// The tracking numbers that parcels of these fulfillments have or had.
pub fn tracking_numbers<'a>(fulfillments: impl IntoIterator<Item = &'a Fulfillment>) -> BTreeSet<TrackingNumber> {
    let shipments = fulfillments.into_iter().flat_map(|of| &of.parcels).filter_map(|parcel| parcel.shipment.as_ref());
    let numbers = shipments.flat_map(|shipment| {
        let before = shipment.corrected.iter().map(|tracking| &tracking.tracking_number);
        before.chain([&shipment.tracking_number])
    });
    numbers.filter_map(|number| number.parse().ok()).collect()
}

/// The letters that names share a key by: the first three, or the first word if it is shorter.
fn first_letters(folded: &str) -> &str {
    const FIRST: usize = 3;
    let word = folded.split(' ').next().unwrap_or_default();
    word.char_indices().nth(FIRST).map_or(word, |(end, _)| &word[..end])
}

/// The characters of a key: 66 bits.
const KEY: usize = 11;
/// The letters after the first ones that a key tells apart. What differs only later is told apart by the order itself.
const REST: usize = 9;

impl SearchKey {
    pub fn new(secret: &[u8; 32]) -> Self {
        Self { secret: data_encoding::BASE64URL_NOPAD.encode(secret) }
    }

    /// What an order of this customer is found by.
    pub fn found_by(&self, customer: &Customer, placed_at: Timestamp) -> FoundBy {
        let folded = folded(&customer.name);
        let name = (!folded.is_empty()).then(|| self.name_key(&folded));
        let surname = folded.contains(' ').then(|| self.name_key(&surname_first(&folded)));
        FoundBy {
            email_key: (!customer.email.is_unknown()).then(|| self.email(&customer.email)),
            phone_key: customer.phone.as_deref().and_then(PhoneDigits::of).map(|phone| self.phone(&phone)),
            found_at: Some(sortable(placed_at)),
            name_at: name.as_ref().map(|name| name.at(placed_at)),
            name_key: name.map(|name| name.first),
            surname_at: surname.as_ref().map(|surname| surname.at(placed_at)),
            surname_key: surname.map(|surname| surname.first),
        }
    }

    pub fn email(&self, email: &EmailAddress) -> String {
        self.hash("email", &email.to_ascii_lowercase(), KEY)
    }

    pub fn phone(&self, phone: &PhoneDigits) -> String {
        self.hash("phone", phone.key(), KEY)
    }

    pub fn name(&self, beginning: &NameBeginning) -> NameKey {
        self.name_key(&beginning.0)
    }

    fn name_key(&self, folded: &str) -> NameKey {
        let first = first_letters(folded);
        let rest = folded[first.len()..].char_indices().take(REST);
        let rest = rest.map(|(at, c)| self.hash("name", &folded[..first.len() + at + c.len_utf8()], 2));
        NameKey { first: self.hash("name", first, KEY), rest: rest.collect() }
    }

    /// The first characters of the keyed hash of a value of this kind.
    fn hash(&self, kind: &str, value: &str, length: usize) -> String {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.secret.as_bytes()) else {
            unreachable!("HMAC takes keys of any length");
        };
        mac.update(kind.as_bytes());
        mac.update(b"#");
        mac.update(value.as_bytes());
        let mut hash = data_encoding::BASE64URL_NOPAD.encode(&mac.finalize().into_bytes());
        hash.truncate(length);
        hash
    }
}

#[cfg(test)]
mod tests;
