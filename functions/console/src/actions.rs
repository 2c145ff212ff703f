//! What is done about an order: a form becomes a request of the API. Afterwards the order's own page is shown, which is read as it is
//! by then. What the API refuses is shown beside the form, and what was typed stays.

use crate::{
    client::{Client, part},
    format::read_money,
    order::{self, Order},
    trouble::{Problem, Trouble},
    visit::Visit,
};
use api::Response;
use domain::money::{Amount, Currency};
use http::Method;
use serde_json::{Map, Value, json};

/// A request of the API.
struct Asked {
    method: Method,
    path: String,
    body: Option<Value>,
}

impl Asked {
    fn post(path: impl Into<String>, body: Value) -> Self {
        Self { method: Method::POST, path: path.into(), body: Some(body) }
    }

    /// One that says everything in its path.
    fn plain(path: impl Into<String>) -> Self {
        Self { method: Method::POST, path: path.into(), body: None }
    }
}

/// `POST /console/orders/{order}/{action…}`
pub async fn act(visit: &Visit<'_>, order: &str, action: &[&str]) -> Result<Response, Trouble> {
    let api = visit.api()?;
    // The name of the form: `hold`, `decline-01`.
    let name = match action {
        ["returns", id, what] => format!("{what}-{id}"),
        _ => action.join("-"),
    };
    let asked = match asked(visit, &api, order, action).await {
        Ok(asked) => asked,
        Err(Trouble::Told(problem)) => return order::show_with(visit, order, name, *problem).await,
        Err(other) => return Err(other),
    };
    let path = format!("/orders/{}/{}", part(order), asked.path);
    let key = Some(visit.field("key")).filter(|key| !key.is_empty());
    match api.send(asked.method, &path, asked.body.as_ref(), key).await {
        Ok(()) => Ok(Response::redirect(&format!("/console/orders/{}?done=yes", part(order)))),
        Err(Trouble::Told(problem)) => order::show_with(visit, order, name, *problem).await,
        // Whether it was done is not known. The form comes back with its key, and may be sent again. If its page cannot be shown,
        // for whatever reason, the page of the trouble keeps the form.
        Err(Trouble::Busy) => {
            let problem = Problem::ours(503, visit.words().busy_text);
            order::show_with(visit, order, name, problem).await.map_err(|_| Trouble::Busy)
        }
        Err(other) => Err(other),
    }
}

async fn asked(visit: &Visit<'_>, api: &Client<'_>, order: &str, action: &[&str]) -> Result<Asked, Trouble> {
    let reason = || json!({ "reason": visit.field("reason") });
    Ok(match action {
        ["hold"] => {
            let mut body = reason();
            set_text(&mut body, "note", visit.field("note"));
            Asked::post("holds", body)
        }
        ["release", hold] => Asked { method: Method::DELETE, path: format!("holds/{}", part(hold)), body: None },
        ["cancel"] => {
            let is_rest = visit.field("unsent") == "yes";
            Asked::post("cancel", json!({ "reason": visit.field("reason"), "unsent": is_rest }))
        }
        ["edit"] => {
            let lines: Vec<Value> =
                lessened(visit)?.iter().map(|(line, units)| json!({ "line": line, "quantity": units })).collect();
            Asked::post("edit", json!({ "reason": visit.field("reason"), "lines": lines }))
        }
        ["refund"] => Asked::post("refunds", refund(visit, api, order).await?),
        ["refunds-retry"] => Asked::plain("refunds/retry"),
        ["capture"] => {
            let amounts = amounts(visit, &["amount"], api, order).await?;
            Asked::post("capture", Value::Object(amounts))
        }
        ["accept"] => Asked::post("accept-payment", reason()),
        ["invoice"] => Asked::plain("invoices"),
        ["emails-retry"] => Asked::plain("emails/retry"),
        ["emails-dismiss"] => Asked::post("emails/dismiss", reason()),
        ["return"] => {
            let (units, why) = (chosen(visit, "units-")?, visit.field("reason"));
            let line = |(line, units): &(u32, u32)| json!({ "line": line, "quantity": units, "reason": why });
            Asked::post("returns", json!({ "lines": units.iter().map(line).collect::<Vec<_>>() }))
        }
        ["returns", id, what] => of_return(visit, api, order, id, what).await?,
        _ => return Err(Trouble::Missing),
    })
}

async fn of_return(visit: &Visit<'_>, api: &Client<'_>, order: &str, id: &str, what: &str) -> Result<Asked, Trouble> {
    let at = format!("returns/{}", part(id));
    Ok(match what {
        "approve" => Asked::plain(format!("{at}/approve")),
        "decline" => Asked::post(format!("{at}/decline"), json!({ "reason": visit.field("reason") })),
        "receive" => {
            let came = units(visit, "received-", |_| true)?;
            let lines: Vec<Value> =
                came.iter().map(|(line, units)| json!({ "line": line, "received": units })).collect();
            Asked::post(format!("{at}/receive"), json!({ "location": visit.field("location"), "lines": lines }))
        }
        "inspect" => {
            let found = units(visit, "units-", |units| units > 0)?;
            let line = |(line, units): &(u32, u32)| {
                let disposition = visit.field(&format!("disposition-{line}"));
                json!({ "line": line, "quantity": units, "disposition": disposition })
            };
            Asked::post(format!("{at}/inspect"), json!({ "lines": found.iter().map(line).collect::<Vec<_>>() }))
        }
        "return-refund" => {
            let amount = amount(visit, "amount", currency(api, order).await?)?;
            let mut body = json!({ "refund": amount });
            set_text(&mut body, "reason", visit.field("reason"));
            Asked::post(format!("{at}/refund"), body)
        }
        _ => return Err(Trouble::Missing),
    })
}

async fn refund(visit: &Visit<'_>, api: &Client<'_>, order: &str) -> Result<Value, Trouble> {
    let mut body = json!({ "reason": visit.field("reason") });
    let lines = units(visit, "units-", |units| units > 0)?;
    if !lines.is_empty() {
        let line = |(line, units): &(u32, u32)| json!({ "line": line, "quantity": units });
        body["lines"] = lines.iter().map(line).collect();
    }
    for (name, amount) in amounts(visit, &["shipping", "amount"], api, order).await? {
        body[name] = amount;
    }
    Ok(body)
}

/// The amounts that were typed. The order is asked for its currency only if there are any.
async fn amounts(
    visit: &Visit<'_>,
    names: &[&str],
    api: &Client<'_>,
    order: &str,
) -> Result<Map<String, Value>, Trouble> {
    let typed: Vec<&str> = names.iter().copied().filter(|name| !visit.field(name).is_empty()).collect();
    let mut amounts = Map::new();
    if !typed.is_empty() {
        let currency = currency(api, order).await?;
        for name in typed {
            amounts.insert(name.to_owned(), json!(amount(visit, name, currency)?));
        }
    }
    Ok(amounts)
}

/// Which decimals the amounts of the order have.
async fn currency(api: &Client<'_>, order: &str) -> Result<Currency, Trouble> {
    let order: Order = api.get(&format!("/orders/{}", part(order))).await?;
    order.currency.ok_or(Trouble::Missing)
}

fn amount(visit: &Visit<'_>, name: &str, currency: Currency) -> Result<Option<Amount>, Trouble> {
    let text = visit.field(name);
    if text.is_empty() {
        return Ok(None);
    }
    let w = visit.words();
    let label = if name == "shipping" { w.shipping_part } else { w.amount };
    let wrong = || Trouble::Told(Box::new(Problem::of_field(label, text, w.bad_amount)));
    read_money(w, text, currency).map(Some).ok_or_else(wrong)
}

/// The units of lines whose fields begin like this, `units-0`, and that are wanted. An empty field says nothing.
fn units(visit: &Visit<'_>, prefix: &str, wanted: fn(u32) -> bool) -> Result<Vec<(u32, u32)>, Trouble> {
    let fields = visit.form.iter().filter_map(|(name, value)| Some((name.strip_prefix(prefix)?, value.trim())));
    let (mut all, w) = (Vec::new(), visit.words());
    for (line, value) in fields.filter(|(_, value)| !value.is_empty()) {
        let wrong = || Trouble::Told(Box::new(Problem::of_field(w.units, value, w.bad_number)));
        let (line, units) = (line.parse().map_err(|_| wrong())?, value.parse().map_err(|_| wrong())?);
        all.push((line, units));
    }
    all.retain(|(_, units)| wanted(*units));
    Ok(all)
}

/// The same, of which there must be some.
fn chosen(visit: &Visit<'_>, prefix: &str) -> Result<Vec<(u32, u32)>, Trouble> {
    some(visit, units(visit, prefix, |units| units > 0)?)
}

/// What an edit leaves of the lines that were changed in the form. The others may have changed elsewhere since, and are let be.
fn lessened(visit: &Visit<'_>) -> Result<Vec<(u32, u32)>, Trouble> {
    let mut left = units(visit, "left-", |_| true)?;
    left.retain(|(line, units)| visit.field(&format!("was-{line}")) != units.to_string());
    some(visit, left)
}

fn some<T>(visit: &Visit<'_>, all: Vec<T>) -> Result<Vec<T>, Trouble> {
    let nothing = || Trouble::Told(Box::new(Problem::ours(422, visit.words().nothing_chosen)));
    if all.is_empty() { Err(nothing()) } else { Ok(all) }
}

/// Sets a field that may be left out.
fn set_text(body: &mut Value, name: &str, text: &str) {
    if !text.is_empty() {
        body[name] = json!(text);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::tests::{app, request};

    #[tokio::test]
    async fn an_edit_sends_only_the_lines_that_were_changed() {
        let same = [("left-0", "5"), ("was-0", "5")];
        let changed = [("left-0", "5"), ("was-0", "5"), ("left-1", "1"), ("was-1", "2"), ("left-2", "0")];
        let (app, same) = (app(), request("POST", "orders/ord_1/edit", &same));
        let changed = request("POST", "orders/ord_1/edit", &changed);
        assert_eq!(lessened(&Visit::new(&app, &changed)).unwrap(), [(1, 1), (2, 0)]);
        let nothing = lessened(&Visit::new(&app, &same)).unwrap_err();
        assert!(matches!(nothing, Trouble::Told(problem) if problem.status == 422 && problem.is_ours));
    }
}
