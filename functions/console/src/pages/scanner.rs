//! What a scanner sends, shown sign by sign, so that somebody who sets one up sees what is wrong with it.

use crate::{
    chrome::{Chrome, Me},
    pages::orders::address,
    parts,
    trouble::Trouble,
    visit::Visit,
};
use api::Response;
use askama::Template;
use domain::ids::ScannedCode;
use serde::Deserialize;

#[derive(Deserialize)]
struct Found {
    product: Product,
    units: u32,
}

#[derive(Deserialize)]
struct Product {
    sku: String,
    title: String,
}

/// A sign of what came. Those that cannot be seen have a name.
struct Sign {
    text: String,
    is_named: bool,
}

struct Read {
    signs: Vec<Sign>,
    length: usize,
    /// Without what the scanner put around it. None: no code that can be read.
    bare: Option<String>,
    gtin: Option<String>,
    found: Option<Found>,
}

#[derive(Template)]
#[template(path = "scanner.html")]
struct Page {
    c: Chrome,
    read: Option<Read>,
}

impl Page {
    fn none(&self) -> [(&'static str, String); 0] {
        []
    }
}

/// `/console/scanner`. The form is sent, so that the code stands in no address; it changes nothing.
pub async fn show(visit: &Visit<'_>) -> Result<Response, Trouble> {
    let api = visit.api()?;
    // As it came: what is around it may be what is wrong.
    let code = visit.form.get("code").map(String::as_str).unwrap_or_default();
    let asked = address("/products", [("code", code)]);
    let found = async { if code.is_empty() { None } else { api.get::<Found>(&asked).await.ok() } };
    let (me, found) = futures::join!(api.get::<Me>("/sessions/current"), found);
    let scanned: Option<ScannedCode> = code.parse().ok();
    let read = Read {
        signs: code.chars().map(sign).collect(),
        length: code.chars().count(),
        bare: scanned.as_ref().map(|scanned| scanned.bare().replace(char::is_control, "\u{241d}")),
        gtin: scanned.as_ref().and_then(ScannedCode::gtin).map(str::to_owned),
        found,
    };
    let c = Chrome::new(visit, Some(me?), "pick").leading_to("/console/scanner");
    parts::html(200, &Page { c, read: Some(read).filter(|_| !code.is_empty()) })
}

fn sign(sign: char) -> Sign {
    let name = match sign {
        '\u{1d}' => "GS",
        '\r' => "CR",
        '\n' => "LF",
        '\t' => "TAB",
        ' ' => "SP",
        _ if sign.is_control() => "?",
        _ => return Sign { text: sign.to_string(), is_named: false },
    };
    Sign { text: name.to_owned(), is_named: true }
}
