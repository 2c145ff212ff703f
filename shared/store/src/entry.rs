//! Items that are written before a commit, and say nothing if the commit fails.

use super::{Item, tables::Table};

/// An item of that kind. Whatever stands in its place is overwritten.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    pub(super) table: Table,
    pub(super) item: Item,
}
