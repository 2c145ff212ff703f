//! What the tests of all providers use: an API that answers as it is told, and what a fact must be like.

use crate::{description::Row, request::MoneyRequest};
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri},
};
use domain::{
    ids::OrderId,
    ledger::{Attempt, CaptureTerms, MoneyEvent, MoneyFact},
    money::{Amount, MAX_AMOUNT},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

/// A request that an API received.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub method: Method,
    pub uri: Uri,
    pub headers: HeaderMap,
    pub body: String,
}

impl Seen {
    /// The fields of a form.
    pub(crate) fn form(&self) -> BTreeMap<String, String> {
        form_urlencoded::parse(self.body.as_bytes()).into_owned().collect()
    }
}

pub(crate) type Calls = Arc<Mutex<Vec<Seen>>>;

/// An answer: its status, one header, and its body.
pub(crate) type Answered = (StatusCode, (&'static str, String), String);

/// An API that answers each request, its address, and the requests that it received.
pub(crate) async fn serving(answer: impl Fn(&Seen) -> Answered + Clone + Send + Sync + 'static) -> (String, Calls) {
    let calls = Calls::default();
    let take = async move |State(calls): State<Calls>, method, uri: Uri, headers, bytes: Bytes| {
        let seen = Seen { method, uri, headers, body: String::from_utf8_lossy(&bytes).into_owned() };
        let (status, header, body) = answer(&seen);
        calls.lock().unwrap().push(seen);
        (status, [header], body)
    };
    let router = Router::new().fallback(take).with_state(calls.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, calls)
}

/// Asks for something of a payment of which nothing was captured before.
pub(crate) async fn asking<T>(
    (payment, amount, currency): (&str, Amount, &str),
    attempt: &Attempt,
    order: Option<&OrderId>,
    ask: impl AsyncFnOnce(&MoneyRequest<'_>) -> T,
) -> T {
    let (payment, currency) = (payment.parse().unwrap(), currency.parse().unwrap());
    ask(&MoneyRequest { payment: &payment, amount, terms: CaptureTerms::default(), currency, attempt, order }).await
}

/// Only a provider can sign, but a fault of its own or a leaked secret must not put a poisoned fact into a ledger.
pub(crate) fn fits_a_ledger(event: &MoneyEvent) -> bool {
    let amount = match &event.fact {
        MoneyFact::Pending { .. } | MoneyFact::Failed(_) | MoneyFact::Voided => 0,
        MoneyFact::Promised { amount, .. }
        | MoneyFact::Authorized { amount, .. }
        | MoneyFact::Captured(amount)
        | MoneyFact::CapturePart { amount, .. }
        | MoneyFact::CapturedAs { amount, .. }
        | MoneyFact::RefundedInTotal(amount)
        | MoneyFact::Refund { amount, .. }
        | MoneyFact::Released(amount)
        | MoneyFact::Dispute { amount, .. } => *amount,
    };
    // An order's item has room for hundreds of these.
    (0..=MAX_AMOUNT).contains(&amount) && serde_json::to_string(event).unwrap().len() <= 1_500
}

/// The names in a provider's table of events, and in the files that match on them, which are the same. `is_name` tells names from the
/// other texts in these files.
pub(crate) fn listed(rows: &[Row], sources: &[&'static str], is_name: impl Fn(&str) -> bool) -> BTreeSet<&'static str> {
    let listed: BTreeSet<&str> = rows.iter().flat_map(|row| row.events).copied().collect();
    let code = |source: &&'static str| source.lines().filter(|line| !line.trim_start().starts_with("//"));
    let texts = sources.iter().flat_map(code).flat_map(|line| line.split('"').skip(1).step_by(2));
    assert_eq!(texts.filter(|text| is_name(text)).collect::<BTreeSet<_>>(), listed, "the code and the table differ");
    listed
}

/// Whether a text is made of these characters alone, with dots or low lines between words.
pub(crate) fn is_made_of(text: &str, letters: impl Fn(u8) -> bool, separator: char) -> bool {
    text.contains(separator)
        && !text.ends_with(separator)
        && text.bytes().all(|byte| letters(byte) || byte == b'.' || byte == b'_')
}
