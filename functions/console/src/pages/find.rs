//! One box for everything that is known of an order. What is known of a person is sent by a form and stands in no address.

use crate::{
    chrome::{Chrome, Me},
    pages::orders::{Listed, Page},
    parts,
    trouble::Trouble,
    visit::Visit,
    words::Words,
};
use api::Response;
use askama::Template;
use futures::future::join_all;
use http::header;
use serde_json::json;
use std::collections::BTreeSet;

/// What the API finds orders by.
const KINDS: [&str; 6] = ["reference", "tracking", "sku", "email", "phone", "name"];

/// What was found in one way.
struct Group {
    by: &'static str,
    label: &'static str,
    orders: Vec<Listed>,
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "found.html")]
struct Found {
    c: Chrome,
    value: String,
    groups: Vec<Group>,
    kinds: Vec<(&'static str, &'static str)>,
    /// Why the way that was asked for finds nothing.
    problem: Option<String>,
}

/// `POST /console/find`
pub async fn find(visit: &Visit<'_>) -> Result<Response, Trouble> {
    let api = visit.api()?;
    let (value, asked, cursor) = (visit.field("value"), visit.field("by"), visit.field("cursor"));
    if value.starts_with("ord_") && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return Ok(Response::redirect(&format!("/console/orders/{value}")));
    }
    let me: Me = api.get("/sessions/current").await?;
    let kinds: Vec<&'static str> = match KINDS.into_iter().find(|kind| *kind == asked) {
        Some(asked) => vec![asked],
        None => guesses(value),
    };
    let kinds: Vec<_> = kinds.into_iter().filter(|kind| !me.is_warehouse() || !is_personal(kind)).collect();
    let ask = async |by: &'static str| {
        let mut body = json!({ "by": by, "value": value });
        if !cursor.is_empty() {
            body["cursor"] = json!(cursor);
        }
        (by, api.post::<Page>("/orders/search", &body).await)
    };
    let (mut groups, mut seen, mut problem) = (Vec::new(), BTreeSet::new(), None);
    for (by, answer) in join_all(kinds.into_iter().map(ask)).await {
        let Page { mut orders, next_cursor } = match answer {
            Ok(page) => page,
            // What cannot be a phone number is none: that is no news, unless it was asked for.
            Err(Trouble::Told(told)) if told.status == 422 => {
                problem = told.errors.first().filter(|_| by == asked).map(|error| error.detail.clone());
                continue;
            }
            Err(other) => return Err(other),
        };
        orders.retain(|order| seen.insert(order.id.clone()));
        if !orders.is_empty() || next_cursor.is_some() {
            groups.push(Group { by, label: label(visit.words(), by), orders, next: next_cursor });
        }
    }
    if let ([Group { orders, next: None, .. }], "") = (groups.as_slice(), cursor)
        && let [only] = orders.as_slice()
    {
        return Ok(Response::redirect(&format!("/console/orders/{}", only.id)));
    }
    let offered = KINDS.into_iter().filter(|kind| !me.is_warehouse() || !is_personal(kind));
    let kinds = offered.map(|kind| (kind, label(visit.words(), kind))).collect();
    let c = Chrome::new(visit, Some(me), "orders").leading_to("/console/orders");
    let page = parts::html(200, &Found { c, value: value.to_owned(), groups, kinds, problem })?;
    // Whoever comes back from an order finds the page, and is not asked to send the form again.
    Ok(page.with(header::CACHE_CONTROL, "private, max-age=300"))
}

/// Whether it tells who a customer is. The warehouse looks no customers up.
fn is_personal(kind: &str) -> bool {
    matches!(kind, "email" | "phone" | "name")
}

/// What a text may be, the likeliest first.
fn guesses(text: &str) -> Vec<&'static str> {
    if text.contains('@') {
        return vec!["email"];
    }
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let is_phone = digits >= 6 && text.chars().all(|sign| sign.is_ascii_digit() || " +-/().".contains(sign));
    let mut kinds = vec!["reference", "tracking", "sku"];
    if is_phone {
        kinds.push("phone");
    }
    if digits == 0 {
        kinds.push("name");
    }
    kinds
}

fn label(w: &'static Words, kind: &str) -> &'static str {
    match kind {
        "reference" => w.by_reference,
        "email" => w.by_email,
        "phone" => w.by_phone,
        "name" => w.by_name,
        "sku" => w.by_sku,
        _ => w.by_tracking,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_is_guessed_from_the_text() {
        for (text, kinds) in [
            ("ada@example.com", &["email"][..]),
            ("1003", &["reference", "tracking", "sku"]),
            ("+49 (30) 555-0199", &["reference", "tracking", "sku", "phone"]),
            ("00340434161094042557", &["reference", "tracking", "sku", "phone"]),
            ("MUG-BLUE", &["reference", "tracking", "sku", "name"]),
            ("Müller", &["reference", "tracking", "sku", "name"]),
            ("W-1003", &["reference", "tracking", "sku"]),
        ] {
            assert_eq!(guesses(text), kinds, "{text}");
        }
    }
}
