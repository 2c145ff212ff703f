//! Which product a barcode belongs to, and for how many units it stands.

use crate::{
    Rejection,
    ids::{Barcode, CodeKey, Sku},
    problem::Code,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A product has fewer. It and its codes change in one transaction, which holds 100 items.
pub const MAX_CODES: usize = 20;

/// A barcode of a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProductCode {
    /// As it was written.
    pub code: Barcode,
    /// For how many units it stands: 12 for the box of a dozen.
    #[cfg_attr(feature = "schema", schemars(with = "crate::whole::PackUnits"))]
    pub units: u32,
}

/// Whose a code is. A record of its own, so that a code is of one product at most, whoever writes products meanwhile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeOwner {
    /// None: the product that had it has it no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<Sku>,
}

impl CodeOwner {
    /// Of a code that nobody has had.
    pub const NOBODY: Self = Self { product: None };

    /// Gives a code to a product. To give it again changes nothing.
    pub fn taken_by(self, sku: &Sku, code: &Barcode) -> Result<Self, Rejection> {
        match self.product {
            Some(other) if other != *sku => {
                let why = format!("the code {code} is a code of {other}; take it away there first");
                Err(Rejection::new(Code::CodeTaken, why))
            }
            _ => Ok(Self { product: Some(sku.clone()) }),
        }
    }

    /// Takes a code from a product. One that is another's stays that one's.
    pub fn freed_by(self, sku: &Sku) -> Self {
        if self.product.as_ref() == Some(sku) { Self::NOBODY } else { self }
    }
}

/// The codes that a product gets, and those that it has no more. Codes that are the same are neither.
pub fn changed<'a>(
    before: &'a [ProductCode],
    after: &'a [ProductCode],
) -> (BTreeMap<CodeKey, &'a Barcode>, BTreeMap<CodeKey, &'a Barcode>) {
    let keyed =
        |codes: &'a [ProductCode]| codes.iter().map(|own| (own.code.key(), &own.code)).collect::<BTreeMap<_, _>>();
    let (before, after) = (keyed(before), keyed(after));
    let new = after.iter().filter(|(key, _)| !before.contains_key(*key)).map(|(key, code)| (key.clone(), *code));
    let old = before.iter().filter(|(key, _)| !after.contains_key(*key)).map(|(key, code)| (key.clone(), *code));
    (new.collect(), old.collect())
}

/// For how many units a code of these stands. None: it is none of them.
pub fn units_of(codes: &[ProductCode], code: &Barcode) -> Option<u32> {
    let key = code.key();
    codes.iter().find(|own| own.code.key() == key).map(|own| own.units)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn sku(text: &str) -> Sku {
        text.parse().unwrap()
    }

    fn codes(all: &[(&str, u32)]) -> Vec<ProductCode> {
        all.iter().map(|(code, units)| ProductCode { code: code.parse().unwrap(), units: *units }).collect()
    }

    #[test]
    fn a_code_is_of_one_product_at_most() {
        let (mug, tea, code): (Sku, Sku, Barcode) = (sku("MUG"), sku("TEA"), "4006381333931".parse().unwrap());
        let owner = CodeOwner::NOBODY.taken_by(&mug, &code).unwrap();
        assert_eq!(owner.clone().taken_by(&mug, &code).unwrap(), owner, "again");
        let refused = owner.clone().taken_by(&tea, &code).unwrap_err();
        assert_eq!(refused.code, Code::CodeTaken);
        assert!(refused.to_string().contains("MUG"), "{refused}");
        assert_eq!(owner.clone().freed_by(&tea), owner, "it is not tea's to free");
        assert_eq!(owner.freed_by(&mug).taken_by(&tea, &code).unwrap().product, Some(tea));
    }

    #[test]
    fn only_codes_that_come_or_go_are_changed() {
        let before = codes(&[("036000291452", 1), ("BOX", 12), ("OLD", 1)]);
        let after = codes(&[("0036000291452", 1), ("BOX", 6), ("NEW", 1)]);
        let (new, old) = changed(&before, &after);
        let texts = |of: BTreeMap<CodeKey, &Barcode>| of.into_values().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!((texts(new), texts(old)), (vec!["NEW".to_owned()], vec!["OLD".to_owned()]));
        assert_eq!(changed(&after, &after), (BTreeMap::new(), BTreeMap::new()));
    }

    #[test]
    fn a_code_stands_for_its_units_however_it_is_scanned() {
        let own = codes(&[("036000291452", 1), ("BOX-12", 12)]);
        let table = [("036000291452", Some(1)), ("00036000291452", Some(1)), ("BOX-12", Some(12)), ("BOX-13", None)];
        for (scanned, units) in table {
            assert_eq!(units_of(&own, &scanned.parse().unwrap()), units, "{scanned}");
        }
    }
}
