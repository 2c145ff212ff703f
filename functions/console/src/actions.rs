//! What is done about an order: a form becomes a request of the API. Afterwards the order's own page is shown, which is read as it is
//! by then. What the API refuses is shown beside the form, and what was typed stays.

use crate::{
    client::{Client, part},
    format::read_money,
    order::{self, Order},
    trouble::{Problem, Trouble},
    visit::Visit,
    words::Words,
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
        // Whether it was done is not known. The form comes back with its key, and may be sent again.
        Err(Trouble::Busy) => order::show_with(visit, order, name, unknown(visit.words())).await,
        Err(other) => Err(other),
    }
}

fn unknown(w: &Words) -> Problem {
    Problem { status: 503, detail: w.busy_text.to_owned(), ..Problem::default() }
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
            let left = units(visit, "left-", |_| true)?;
            let lines: Vec<Value> =
                left.iter().map(|(line, units)| json!({ "line": line, "quantity": units })).collect();
            Asked::post("edit", json!({ "reason": visit.field("reason"), "lines": lines }))
        }
        ["refund"] => Asked::post("refunds", refund(visit, currency(api, order).await?)?),
        ["refunds-retry"] => Asked::plain("refunds/retry"),
        ["capture"] => {
            let amount = amount(visit, "amount", currency(api, order).await?)?;
            Asked::post("capture", amount.map_or_else(|| json!({}), |amount| json!({ "amount": amount })))
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

fn refund(visit: &Visit<'_>, currency: Currency) -> Result<Value, Trouble> {
    let mut body = json!({ "reason": visit.field("reason") });
    let lines = units(visit, "units-", |units| units > 0)?;
    if !lines.is_empty() {
        let line = |(line, units): &(u32, u32)| json!({ "line": line, "quantity": units });
        body["lines"] = lines.iter().map(line).collect();
    }
    for name in ["shipping", "amount"] {
        if let Some(amount) = amount(visit, name, currency)? {
            body[name] = json!(amount);
        }
    }
    Ok(body)
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
    let wrong = || Trouble::Told(Box::new(Problem::of_field(name, visit.words().bad_amount)));
    read_money(text, currency).map(Some).ok_or_else(wrong)
}

/// The units of lines whose fields begin like this, `units-0`, and that are wanted. An empty field says nothing.
fn units(visit: &Visit<'_>, prefix: &str, wanted: fn(u32) -> bool) -> Result<Vec<(u32, u32)>, Trouble> {
    let fields = visit.form.iter().filter_map(|(name, value)| Some((name, name.strip_prefix(prefix)?, value.trim())));
    let mut all = Vec::new();
    for (name, line, value) in fields.filter(|(.., value)| !value.is_empty()) {
        let wrong = || Trouble::Told(Box::new(Problem::of_field(name, visit.words().bad_number)));
        let (line, units) = (line.parse().map_err(|_| wrong())?, value.parse().map_err(|_| wrong())?);
        all.push((line, units));
    }
    all.retain(|(_, units)| wanted(*units));
    Ok(all)
}

/// The same, of which there must be some.
fn chosen(visit: &Visit<'_>, prefix: &str) -> Result<Vec<(u32, u32)>, Trouble> {
    let all = units(visit, prefix, |units| units > 0)?;
    if all.is_empty() {
        let detail = visit.words().nothing_chosen.to_owned();
        return Err(Trouble::Told(Box::new(Problem { status: 422, detail, ..Problem::default() })));
    }
    Ok(all)
}

/// Sets a field that may be left out.
fn set_text(body: &mut Value, name: &str, text: &str) {
    if !text.is_empty() {
        body.as_object_mut().unwrap_or(&mut Map::new()).insert(name.to_owned(), json!(text));
    }
}
