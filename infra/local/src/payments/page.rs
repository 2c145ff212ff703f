//! The page at the providers' address, for people: the payments of all providers, and what customers, their banks and the
//! merchant's people can do about each. It is plain HTML: every act is a form.

mod acts;
mod rows;

use super::{
    engine::{Made, Simulator},
    provider::Provider,
    till::{self, Simulators},
};
use acts::Act;
use askama::Template;
use axum::{
    Form, Router,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{Html, IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use rows::Row;
use serde::Deserialize;
use std::sync::Arc;

/// So many of the newest payments are shown.
const SHOWN: usize = 100;

pub(super) fn router(simulators: Simulators) -> Router {
    Router::new()
        .route("/", get(show))
        .route("/payments", post(begin))
        .route("/payments/{provider}/{payment}/{act}", post(act))
        .with_state(Arc::new(simulators))
}

#[derive(Template)]
#[template(path = "payments.html")]
struct Page<'p> {
    providers: [Provider; 6],
    rows: Vec<Row>,
    told: Option<&'p str>,
}

#[derive(Debug, Deserialize)]
struct Told {
    /// What became of the last act.
    told: Option<String>,
}

async fn show(State(simulators): State<Arc<Simulators>>, Query(Told { told }): Query<Told>) -> Response {
    let mut rows: Vec<Row> =
        simulators.iter().flat_map(|(provider, simulator)| simulator.statements(|of| Row::of(*provider, of))).collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.changed));
    rows.truncate(SHOWN);
    let page = Page { providers: Provider::ALL, rows, told: told.as_deref() };
    match page.render() {
        Ok(html) => Html(html).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

#[derive(Debug, Deserialize)]
struct New {
    provider: String,
    order_id: String,
    /// In minor units.
    amount: i64,
    currency: String,
    how: String,
}

/// A customer pays, in one of several ways.
async fn begin(State(simulators): State<Arc<Simulators>>, Form(new): Form<New>) -> Response {
    let New { provider, order_id, amount, currency, how } = new;
    let Some(simulator) = provider.parse().ok().and_then(|provider: Provider| simulators.get(&provider)) else {
        return tell(&format!("there is no provider {provider:?}"));
    };
    let (order_id, currency) = (order_id.trim(), currency.trim());
    if amount < 1 || order_id.is_empty() || currency.len() != 3 {
        return tell("a payment needs an order, an amount of 1 or more minor units, and a currency such as EUR");
    }
    let made = match how.as_str() {
        "pay" => simulator.pay(order_id, amount, currency),
        "authorize" => simulator.authorize(order_id, amount, currency),
        "begin" => simulator.begin(order_id, amount, currency),
        "fail" => simulator.fail(order_id, amount, currency),
        _ => return tell("it can be paid, authorized, begun or failed"),
    };
    match made {
        Ok(made) => deliver(simulator, made).await,
        Err(error) => tell(&error.to_string()),
    }
}

#[derive(Debug, Deserialize)]
struct Parameters {
    /// In minor units. Empty: all of it.
    #[serde(default)]
    amount: String,
}

/// Somebody does something about a payment.
async fn act(
    State(simulators): State<Arc<Simulators>>,
    Path((provider, payment, act)): Path<(String, String, String)>,
    Form(Parameters { amount }): Form<Parameters>,
) -> Response {
    let simulator = provider.parse().ok().and_then(|provider: Provider| simulators.get(&provider));
    let (Some(simulator), Some(act)) = (simulator, Act::named(&act)) else {
        return tell("there is no such provider, or no such act");
    };
    let amount = match amount.trim() {
        "" => None,
        digits => match digits.parse::<i64>() {
            Ok(amount) if amount > 0 => Some(amount),
            _ => return tell("an amount is a whole number of minor units, such as 1450 for 14.50 EUR"),
        },
    };
    match act.carry_out(simulator, &payment, amount) {
        Ok(made) => deliver(simulator, made).await,
        Err(error) => tell(&error.to_string()),
    }
}

/// Delivers what tells of an act.
async fn deliver(simulator: &Simulator, made: Made) -> Response {
    let payment = made.payment.id.clone();
    tell(&format!("{payment}: {}", till::deliver(simulator, made).await))
}

/// Back to the page, which says what became of it.
fn tell(told: &str) -> Response {
    let query: String = form_urlencoded::Serializer::new(String::new()).append_pair("told", told).finish();
    Redirect::to(&format!("/?{query}")).into_response()
}

#[cfg(test)]
mod tests;
