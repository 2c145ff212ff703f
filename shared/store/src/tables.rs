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
    pub books: String,
    pub batches: String,
    pub invoices: String,
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
    Books,
    Batches,
    Invoices,
}

impl Table {
    pub const ALL: [Self; 9] = [
        Self::Orders,
        Self::Stock,
        Self::Payments,
        Self::Catalog,
        Self::Settings,
        Self::Search,
        Self::Books,
        Self::Batches,
        Self::Invoices,
    ];

    /// Its name in the template.
    pub fn logical_id(self) -> &'static str {
        match self {
            Self::Orders => "OrdersTable",
            Self::Stock => "StockTable",
            Self::Payments => "PaymentsTable",
            Self::Catalog => "CatalogTable",
            Self::Settings => "SettingsTable",
            Self::Search => "SearchTable",
            Self::Books => "BooksTable",
            Self::Batches => "BatchesTable",
            Self::Invoices => "InvoicesTable",
        }
    }

    /// The environment variable that holds its name.
    pub fn variable(self) -> &'static str {
        match self {
            Self::Orders => "ORDERS_TABLE",
            Self::Stock => "STOCK_TABLE",
            Self::Payments => "PAYMENTS_TABLE",
            Self::Catalog => "CATALOG_TABLE",
            Self::Settings => "SETTINGS_TABLE",
            Self::Search => "SEARCH_TABLE",
            Self::Books => "BOOKS_TABLE",
            Self::Batches => "BATCHES_TABLE",
            Self::Invoices => "INVOICES_TABLE",
        }
    }

    /// The attribute that every item of the table has.
    pub(super) fn partition_key(self) -> &'static str {
        match self {
            Self::Orders => "order_id",
            Self::Stock | Self::Catalog => "sku",
            Self::Payments => "payment_id",
            Self::Settings => "collection",
            Self::Search => "term",
            Self::Books => "day",
            Self::Batches => "batch",
            Self::Invoices => "series",
        }
    }
}

impl Tables {
    /// Calls `name` for each table.
    pub fn of<E>(name: impl Fn(Table) -> Result<String, E>) -> Result<Self, E> {
        Ok(Self {
            orders: name(Table::Orders)?,
            stock: name(Table::Stock)?,
            payments: name(Table::Payments)?,
            catalog: name(Table::Catalog)?,
            settings: name(Table::Settings)?,
            search: name(Table::Search)?,
            books: name(Table::Books)?,
            batches: name(Table::Batches)?,
            invoices: name(Table::Invoices)?,
        })
    }

    pub fn name(&self, table: Table) -> &str {
        match table {
            Table::Orders => &self.orders,
            Table::Stock => &self.stock,
            Table::Payments => &self.payments,
            Table::Catalog => &self.catalog,
            Table::Settings => &self.settings,
            Table::Search => &self.search,
            Table::Books => &self.books,
            Table::Batches => &self.batches,
            Table::Invoices => &self.invoices,
        }
    }
}
