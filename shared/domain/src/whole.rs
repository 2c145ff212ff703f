//! Whole numbers within limits, with the limits in their types.

use crate::{
    ids::LineId,
    money::{Amount, MAX_AMOUNT},
};
use std::{fmt, ops::Deref};

/// A whole number from `MIN` to `MAX`. Its reading, its JSON Schema and the message about it come from here.
///
/// Rules calculate with plain numbers: these are what a request brings. A stored field that began as one names it for its
/// schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Whole<T: Number, const MIN: i64, const MAX: i64>(T);

/// What a [`Whole`] is kept as.
pub trait Number: Copy + TryFrom<i64> + Into<i64> {}

impl<T: Copy + TryFrom<i64> + Into<i64>> Number for T {}

/// The most units that one line of an order has.
pub const MAX_UNITS: i64 = 100_000;
/// The most units that a place has, or that one movement moves.
pub const MAX_STOCK: i64 = 100_000_000;

/// The number of a line of an order, as requests give it.
pub type LineNumber = Whole<LineId, 0, 65_535>;
/// Units of a line.
pub type Units = Whole<u32, 1, MAX_UNITS>;
/// Units of a line that were found, or came back: perhaps none.
pub type FoundUnits = Whole<u32, 0, MAX_UNITS>;
/// An amount of money that is asked for.
pub type Price = Whole<Amount, 0, MAX_AMOUNT>;
/// Units that a movement by hand moves, up or down.
pub type MovedUnits = Whole<i64, { -MAX_STOCK }, MAX_STOCK>;
/// Units at a place, as they were counted.
pub type StockUnits = Whole<i64, 0, MAX_STOCK>;
/// A parcel's grams. A tonne is more than any parcel, and less than a typing error.
pub type ParcelWeight = Whole<u32, 1, 1_000_000>;
/// A side of a parcel in millimeters, up to ten meters.
pub type ParcelSide = Whole<u32, 1, 10_000>;
/// For how many days a parcel may be on its way.
pub type TransitDays = Whole<u16, 1, 60>;
/// A product's grams, up to ten tonnes.
pub type ProductWeight = Whole<u32, 0, 10_000_000>;
/// A rate of tax, in hundredths of a percent.
pub type TaxRate = Whole<u16, 0, 10_000>;
/// For how many years invoices are kept after that of their issue. No tax office is content with less than five.
pub type KeptYears = Whole<u8, 5, 30>;
/// For how many units a barcode stands.
pub type PackUnits = Whole<u32, 1, 10_000>;
/// How far back a location stands among those that have something; 0 is first.
pub type Priority = Whole<u16, 0, 1000>;

/// Why a number is not one of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a whole number from {min} to {max}")]
pub struct OutOfRange {
    min: i64,
    max: i64,
}

impl<T: Number, const MIN: i64, const MAX: i64> Whole<T, MIN, MAX> {
    /// What is wrong with anything else.
    pub const WRONG: OutOfRange = OutOfRange { min: MIN, max: MAX };

    pub fn get(self) -> T {
        self.0
    }
}

impl<T: Number, const MIN: i64, const MAX: i64> TryFrom<i64> for Whole<T, MIN, MAX> {
    type Error = OutOfRange;

    fn try_from(number: i64) -> Result<Self, OutOfRange> {
        let within = (MIN..=MAX).contains(&number).then(|| T::try_from(number).ok()).flatten();
        within.map(Self).ok_or(Self::WRONG)
    }
}

impl<T: Number, const MIN: i64, const MAX: i64> From<Whole<T, MIN, MAX>> for i64 {
    fn from(number: Whole<T, MIN, MAX>) -> Self {
        number.0.into()
    }
}

impl<T: Number, const MIN: i64, const MAX: i64> Deref for Whole<T, MIN, MAX> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Number + fmt::Display, const MIN: i64, const MAX: i64> fmt::Display for Whole<T, MIN, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

#[cfg(feature = "schema")]
impl<T: Number + schemars::JsonSchema, const MIN: i64, const MAX: i64> schemars::JsonSchema for Whole<T, MIN, MAX> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("Whole{MIN}To{MAX}").into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let mut schema = T::json_schema(generator);
        schema.insert("minimum".into(), MIN.into());
        schema.insert("maximum".into(), MAX.into());
        schema
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_within_its_limits() {
        for good in [1, MAX_UNITS] {
            assert_eq!(i64::from(Units::try_from(good).unwrap()), good);
        }
        for bad in [i64::MIN, 0, MAX_UNITS + 1, i64::MAX] {
            let wrong = Units::try_from(bad).unwrap_err().to_string();
            assert_eq!(wrong, "must be a whole number from 1 to 100000", "{bad}");
        }
        // A limit beyond the type's own does not wrap.
        assert!(Whole::<u8, 0, 1000>::try_from(300).is_err());
    }
}
