//! The tables.

/// The names of the tables.
#[derive(Debug, Clone)]
pub struct Tables {
    pub orders: String,
    pub stock: String,
    pub payments: String,
    pub catalog: String,
    pub settings: String,
    pub search: String,
}

/// One of the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    Orders,
    Stock,
    Payments,
    Catalog,
    Settings,
    Search,
}

impl Table {
    /// The attribute that every item of the table has.
    pub(super) fn partition_key(self) -> &'static str {
        match self {
            Self::Orders => "order_id",
            Self::Stock | Self::Catalog => "sku",
            Self::Payments => "payment_id",
            Self::Settings => "collection",
            Self::Search => "term",
        }
    }
}

impl Tables {
    pub(super) fn name(&self, table: Table) -> &str {
        match table {
            Table::Orders => &self.orders,
            Table::Stock => &self.stock,
            Table::Payments => &self.payments,
            Table::Catalog => &self.catalog,
            Table::Settings => &self.settings,
            Table::Search => &self.search,
        }
    }
}
