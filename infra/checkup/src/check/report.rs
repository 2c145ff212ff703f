//! What a check found.

use std::fmt;

/// A broken law.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    pub law: &'static str,
    /// The order, the payment, the place or the table.
    pub of: String,
    pub says: String,
    /// What to do about it.
    pub remedy: &'static str,
}

/// How much was read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub orders: usize,
    pub payments: usize,
    pub places: usize,
    pub entries: usize,
    /// Rows of the books.
    pub rows: usize,
    /// Invoices and credit notes.
    pub invoices: usize,
    /// Items that owe work. That is no fault: `reconcile` sends it again.
    pub owing: usize,
}

#[derive(Debug, Clone, Default)]
pub struct Report {
    pub broken: Vec<Broken>,
    /// What changed whenever it was looked at, and could not be checked.
    pub moving: Vec<String>,
    /// Laws that the tables alone cannot answer.
    pub unchecked: &'static [&'static str],
    pub counts: Counts,
}

pub(super) const UNCHECKED: &[&str] = &[
    "refunds are made once: it needs the payment provider's books (compare them with its list of refunds)",
    "no e-mail went out twice: it needs what SES sent",
    "what a warehouse or a storefront was told: it needs their books",
    "a fulfillment is on one batch at most: it needs all orders and batches of one moment",
];

impl Report {
    pub fn is_sound(&self) -> bool {
        self.broken.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Broken { law, of, says, remedy } in &self.broken {
            // Most sentences begin with what they are about.
            let of = if says.starts_with(of.as_str()) { String::new() } else { format!("{of}: ") };
            writeln!(f, "BROKEN  {law}\n        {of}{says}\n        → {remedy}")?;
        }
        for moving in &self.moving {
            writeln!(f, "MOVING  {moving}: it changed whenever it was looked at. Check again when less is sold.")?;
        }
        for unchecked in self.unchecked {
            writeln!(f, "not checked: {unchecked}")?;
        }
        let Counts { orders, payments, places, entries, rows, invoices, owing } = self.counts;
        writeln!(
            f,
            "{orders} orders, {payments} payments, {places} places of stock, {entries} search entries, {rows} rows of the books and \
             {invoices} invoices were read; {owing} items owe work, which reconcile sends again."
        )?;
        match self.broken.len() {
            0 => writeln!(f, "All laws hold."),
            1 => writeln!(f, "One law is broken."),
            many => writeln!(f, "{many} breaches."),
        }
    }
}
