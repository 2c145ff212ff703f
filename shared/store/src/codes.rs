//! Barcodes in the catalog table: whose each is.

use super::{
    Item,
    attributes::{key_item, text_of},
    record::Record,
    tables::Table,
};
use domain::{
    ids::{Barcode, CodeKey},
    product_code::CodeOwner,
};

/// The table's key. A product's is its SKU, which has no `#`.
const SKU: &str = "sku";
pub const PREFIX: &str = "#code#";

impl Record for CodeOwner {
    type Key = CodeKey;
    const TABLE: Table = Table::Catalog;

    fn key(key: &CodeKey) -> Item {
        key_item([(SKU, format!("{PREFIX}{key}"))])
    }

    fn key_of(item: &Item) -> Option<CodeKey> {
        let code: Barcode = text_of(item, SKU)?.strip_prefix(PREFIX)?.parse().ok()?;
        Some(code.key())
    }
}
