//! Tables for terminals.

use std::fmt;

/// A titled table. The columns before `numbers` are text and left-aligned; the others are right-aligned.
#[derive(Debug, Clone)]
pub struct Table {
    title: String,
    head: Vec<String>,
    numbers: usize,
    rows: Vec<Row>,
}

#[derive(Debug, Clone)]
enum Row {
    Cells(Vec<String>),
    Line,
}

impl Table {
    pub fn new(title: impl Into<String>, text: &[&str], numbers: &[&str]) -> Self {
        let head = text.iter().chain(numbers).map(|&name| name.to_owned()).collect();
        Self { title: title.into(), head, numbers: text.len(), rows: Vec::new() }
    }

    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(Row::Cells(cells.into_iter().collect()));
    }

    /// A line between rows, for example before a sum.
    pub fn line(&mut self) {
        self.rows.push(Row::Line);
    }

    fn widths(&self) -> Vec<usize> {
        let mut widths: Vec<usize> = self.head.iter().map(|name| name.chars().count()).collect();
        for row in &self.rows {
            if let Row::Cells(cells) = row {
                for (width, cell) in widths.iter_mut().zip(cells) {
                    *width = (*width).max(cell.chars().count());
                }
            }
        }
        widths
    }

    fn line_of(&self, cells: &[String], widths: &[usize]) -> String {
        let cells = cells.iter().zip(widths).enumerate().map(|(column, (cell, &width))| {
            if column < self.numbers { format!("{cell:width$}") } else { format!("{cell:>width$}") }
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    }
}

impl fmt::Display for Table {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widths = self.widths();
        let rule = "-".repeat(widths.iter().sum::<usize>() + 2 * widths.len().saturating_sub(1));
        writeln!(formatter, "{}\n", self.title)?;
        writeln!(formatter, "  {}\n  {rule}", self.line_of(&self.head, &widths))?;
        for row in &self.rows {
            match row {
                Row::Cells(cells) => writeln!(formatter, "  {}", self.line_of(cells, &widths))?,
                Row::Line => writeln!(formatter, "  {rule}")?,
            }
        }
        Ok(())
    }
}

/// A number with this many decimals; empty if there is no number.
pub fn number(value: f64, decimals: usize) -> String {
    if value == 0.0 { String::new() } else { format!("{value:.decimals$}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stands_left_and_numbers_right() {
        let mut table = Table::new("Fruit", &["what"], &["n", "price"]);
        table.row(["apples".to_owned(), "12".to_owned(), number(1.5, 2)]);
        table.line();
        table.row(["all".to_owned(), "7".to_owned(), number(0.0, 2)]);
        let expected = "Fruit\n\n  what     n  price\n  -----------------\n  apples  12   1.50\n  -----------------\n  all      7\n";
        assert_eq!(table.to_string(), expected);
    }
}
