//! Laws of the catalog: a code that scanners read is of one product, and both say so.

use crate::{Books, Item, items::text};
use domain::{
    ids::{Barcode, CodeKey, Sku},
    product_code::{CodeOwner, ProductCode},
};
use serde_json::Value;
use std::collections::BTreeMap;

/// How the key of a code's record begins. A product's key is its SKU, which has no `#`.
const CODE: &str = "#code#";

/// What is known of a code: the products that have it, and whose it is.
#[derive(Default)]
struct Known {
    of: Vec<String>,
    owner: Option<String>,
}

/// A code of a product is that product's, and what a product does not have is nobody's. An unreadable product breaks a law of its
/// own.
pub(crate) fn a_code_is_of_the_product_that_has_it(books: &Books, broken: &mut Vec<String>) {
    let mut known: BTreeMap<CodeKey, Known> = BTreeMap::new();
    for item in &books.catalog {
        let sku = text(item, "sku");
        let Some(code) = sku.strip_prefix(CODE) else {
            for code in codes(item) {
                known.entry(code.code.key()).or_default().of.push(sku.to_owned());
            }
            continue;
        };
        let owner = serde_json::from_value::<CodeOwner>(item.clone().into());
        match (code.parse::<Barcode>(), owner) {
            (Ok(code), Ok(owner)) => {
                known.entry(code.key()).or_default().owner = owner.product.map(|sku| sku.to_string());
            }
            _ => broken.push(format!("the code {code} cannot be read")),
        }
    }
    for (code, Known { of, owner }) in known {
        match (of.as_slice(), owner) {
            ([], None) => {}
            ([product], Some(owner)) if *product == owner => {}
            (of, owner) => {
                let (of, owner) = (of.join(" and "), owner.unwrap_or_default());
                broken.push(format!("the code {code} is of {owner:?}, and the product that has it is {of:?}"));
            }
        }
    }
}

fn codes(product: &Item) -> Vec<ProductCode> {
    let is_product = text(product, "sku").parse::<Sku>().is_ok();
    let codes = product.get("codes").filter(|_| is_product).cloned().unwrap_or(Value::Array(Vec::new()));
    serde_json::from_value(codes).unwrap_or_default()
}
