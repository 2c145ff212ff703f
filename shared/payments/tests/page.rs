//! docs/PAYMENTS.md has the tables that the providers describe. `UPDATE_PAGES=1 cargo test -p payments --test page` writes them.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use payments::{
    Provider,
    description::{Description, Row},
};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/PAYMENTS.md");

/// The page with `content` between the markers of a table. None: it has no such table.
fn with(page: &str, name: &str, content: &str) -> Option<String> {
    let begin = format!("<!-- {name}, written by a test -->\n");
    let start = page.find(&begin)? + begin.len();
    let end = start + page[start..].find("<!-- end -->")?;
    Some(format!("{}{content}{}", &page[..start], &page[end..]))
}

fn settings(rows: &[(&str, &str)]) -> String {
    rows.iter().fold("| | |\n|---|---|\n".to_owned(), |table, (what, how)| format!("{table}| {what} | {how} |\n"))
}

fn events(rows: &[Row]) -> String {
    let line = |row: &Row| {
        let names = row.events.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        format!("| {} | {} |\n", [names.as_str(), row.when].join(" ").trim(), row.becomes)
    };
    rows.iter().map(line).fold("| event | becomes |\n|---|---|\n".to_owned(), |table, line| table + &line)
}

#[test]
fn the_page_has_the_tables_that_the_code_has() {
    let known = std::fs::read_to_string(PAGE).unwrap();
    let mut page = known.clone();
    for provider in Provider::ALL {
        let Description { settings: set, events: rows, .. } = provider.description();
        let name = provider.name();
        page = with(&page, &format!("{name}: events"), &events(&rows)).expect(name);
        if !set.is_empty() {
            page = with(&page, &format!("{name}: settings"), &settings(set)).expect(name);
        }
    }
    if std::env::var_os("UPDATE_PAGES").is_some() {
        std::fs::write(PAGE, &page).unwrap();
    } else {
        assert!(page == known, "docs/PAYMENTS.md is stale: UPDATE_PAGES=1 cargo test -p payments --test page");
    }
}
