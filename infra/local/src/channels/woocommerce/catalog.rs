//! What the shop sells, and how many it has.

use super::{money::Amount, tax::TaxClass};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a product is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    Simple,
    /// It is sold by its variations only.
    Variable,
    Variation,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Simple => "simple",
            Self::Variable => "variable",
            Self::Variation => "variation",
        }
    }
}

/// Something that the shop sells.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Product {
    pub(super) id: u64,
    /// Of a variation; 0 otherwise.
    pub(super) parent: u64,
    pub(super) kind: Kind,
    /// Empty: it has none.
    pub(super) sku: String,
    /// Of a variation: its parent's.
    pub(super) name: String,
    /// As the merchant wrote it.
    pub(super) price: String,
    /// A variation's choice, such as the size `M`.
    pub(super) option: Option<(String, String)>,
    pub(super) tax: TaxClass,
    /// Nothing of it is sent.
    pub(super) is_virtual: bool,
    /// None: nobody counts it, or, of a variation, its parent is counted.
    pub(super) stock: Option<i64>,
    pub(super) sales: i64,
    pub(super) created: Timestamp,
    pub(super) modified: Timestamp,
}

impl Product {
    pub(super) fn amount(&self) -> Amount {
        Amount::parse(&self.price).unwrap_or_default()
    }

    /// Its whole name: `Shirt - M`.
    pub(super) fn title(&self) -> String {
        match &self.option {
            Some((_, option)) => format!("{} - {option}", self.name),
            None => self.name.clone(),
        }
    }

    pub(super) fn slug(&self) -> String {
        slug(&self.title())
    }
}

/// `Enamel mug, blue` in an address: `enamel-mug-blue`.
pub(super) fn slug(name: &str) -> String {
    let words = name.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("-")
}

/// A simple product that somebody adds.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewProduct {
    /// Empty: it has none.
    #[serde(default)]
    pub sku: String,
    pub name: String,
    /// A decimal, in the shop's currency.
    pub price: String,
    /// None: nobody counts it.
    #[serde(default)]
    pub stock: Option<i64>,
    #[serde(default)]
    pub tax: TaxClass,
    #[serde(default, rename = "virtual")]
    pub is_virtual: bool,
}

/// Everything that the shop sells, by id.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Catalog(pub(super) BTreeMap<u64, Product>);

/// The first products of a shop: id, parent, SKU, name, price, stock.
type First = (u64, u64, &'static str, &'static str, &'static str, Option<i64>);

const FIRST: [First; 13] = [
    (10, 0, "MUG-BLUE", "Enamel mug, blue", "14.50", Some(50)),
    (11, 0, "SHIRT", "Shirt", "20", None),
    (12, 11, "SHIRT-S", "Shirt", "20", Some(5)),
    (13, 11, "SHIRT-M", "Shirt", "20", Some(7)),
    (16, 0, "TEA-EARLGREY", "Earl Grey, loose leaf, 250 g", "11.90", Some(80)),
    // One unit, to try two customers competing for it.
    (17, 0, "CUP-KINTSUGI", "Tea bowl, repaired with gold, one of a kind", "148.00", Some(1)),
    (18, 0, "TIN-SMALL", "Tea tin, small", "7.90", None),
    (19, 0, "GIFT-25", "Gift card", "25.00", None),
    (20, 0, "", "Sample of the month", "1.50", Some(100)),
    // Its variations have no stock of their own.
    (21, 0, "SCARF", "Scarf", "35.00", Some(12)),
    (22, 21, "SCARF-RED", "Scarf", "35.00", None),
    (23, 21, "SCARF-BLUE", "Scarf", "35.00", None),
    (24, 0, "POT-CAST", "Cast-iron teapot, 0.8 l", "59.00", Some(9)),
];

impl Catalog {
    pub(super) fn first(now: Timestamp) -> Self {
        let product = |&(id, parent, sku, name, price, stock): &First| {
            let has_variations = FIRST.iter().any(|(_, parent, ..)| *parent == id);
            let kind = match (parent, has_variations) {
                (0, false) => Kind::Simple,
                (0, true) => Kind::Variable,
                _ => Kind::Variation,
            };
            let option = match sku {
                "SHIRT-S" => Some(("Size", "S")),
                "SHIRT-M" => Some(("Size", "M")),
                "SCARF-RED" => Some(("Color", "Red")),
                "SCARF-BLUE" => Some(("Color", "Blue")),
                _ => None,
            };
            let tax = match sku {
                "TEA-EARLGREY" => TaxClass::Reduced,
                "GIFT-25" => TaxClass::Untaxed,
                _ => TaxClass::Standard,
            };
            let product = Product {
                id,
                parent,
                kind,
                sku: sku.to_owned(),
                name: name.to_owned(),
                price: price.to_owned(),
                option: option.map(|(name, option)| (name.to_owned(), option.to_owned())),
                tax,
                is_virtual: sku == "GIFT-25",
                stock,
                sales: 0,
                created: now,
                modified: now,
            };
            (id, product)
        };
        Self(FIRST.iter().map(product).collect())
    }

    pub(super) fn add(&mut self, id: u64, new: NewProduct, now: Timestamp) {
        let NewProduct { sku, name, price, stock, tax, is_virtual } = new;
        let (kind, created, modified) = (Kind::Simple, now, now);
        let option = None;
        let product = Product {
            id,
            parent: 0,
            kind,
            sku,
            name,
            price,
            option,
            tax,
            is_virtual,
            stock,
            sales: 0,
            created,
            modified,
        };
        self.0.insert(id, product);
    }

    pub(super) fn get(&self, id: u64) -> Option<&Product> {
        self.0.get(&id)
    }

    pub(super) fn by_sku(&self, sku: &str) -> Option<&Product> {
        self.0.values().find(|product| !sku.is_empty() && product.sku == sku)
    }

    pub(super) fn variations(&self, parent: u64) -> impl Iterator<Item = &Product> {
        self.0.values().filter(move |product| parent != 0 && product.parent == parent)
    }

    /// Whose stock a unit of a product comes from: its own, or its parent's. None: nobody counts it.
    pub(super) fn counted(&self, id: u64) -> Option<u64> {
        let product = self.get(id)?;
        match product.stock {
            Some(_) => Some(id),
            None => self.get(product.parent).filter(|parent| parent.stock.is_some()).map(|parent| parent.id),
        }
    }

    /// How many there are of what is counted.
    pub(super) fn stock(&self, id: u64) -> Option<i64> {
        self.get(self.counted(id)?)?.stock
    }

    /// More or fewer of it, or none the less if nobody counts it. Yields whose stock that is, and how many there were.
    pub(super) fn move_stock(&mut self, id: u64, by: i64, now: Timestamp) -> Option<(u64, i64)> {
        let counted = self.counted(id)?;
        let product = self.0.get_mut(&counted)?;
        let before = product.stock?;
        product.stock = Some(before + by);
        product.modified = now;
        Some((counted, before))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_variation_without_stock_of_its_own_takes_from_its_parent() {
        let now = Timestamp::UNIX_EPOCH;
        let mut catalog = Catalog::first(now);
        let id = |catalog: &Catalog, sku: &str| catalog.by_sku(sku).unwrap().id;
        let (red, blue, shirt) = (id(&catalog, "SCARF-RED"), id(&catalog, "SCARF-BLUE"), id(&catalog, "SHIRT-M"));
        assert_eq!(catalog.move_stock(red, -5, now), Some((21, 12)));
        assert_eq!((catalog.stock(blue), catalog.stock(red)), (Some(7), Some(7)));
        assert_eq!(catalog.move_stock(shirt, -1, now), Some((shirt, 7)));
        let tin = id(&catalog, "TIN-SMALL");
        assert_eq!((catalog.move_stock(tin, -1, now), catalog.stock(tin)), (None, None));
    }
}
