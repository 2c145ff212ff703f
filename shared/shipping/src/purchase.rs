//! What all services that sell labels have in common.

use crate::{
    Service, answers, carriers,
    label::{Party, Purchased},
    times, words,
};
use app::Error;
use domain::{
    fulfillment::{Bought, Offer},
    money::{Amount, Currency},
};
use http::StatusCode;
use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use runtime::Answer;
use serde_json::{Value, json};

/// So much of an answer is read: the offers of 60 accounts at carriers, with 20 services each; and more than a label has.
pub(crate) const MAX_ANSWER: usize = 8 * 1024 * 1024;

/// Names of services have these beside letters and digits.
const IN_ADDRESSES: &AsciiSet = &NON_ALPHANUMERIC.remove(b'_').remove(b'-');
/// The most characters of an address of a label. Those that are signed have some hundred.
const MAX_URL: usize = 2_000;

/// What a service tells of a label that it sold.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sold<'a> {
    /// What the service calls it.
    pub id: &'a str,
    pub carrier: &'a str,
    pub number: &'a str,
    pub tracking_url: &'a str,
    pub document: &'a str,
    pub at: &'a Value,
}

impl Sold<'_> {
    /// What was bought. Without a file nobody can use it yet. Some letters have no number.
    pub(crate) fn bought(&self, now: Timestamp) -> Purchased {
        if self.document.is_empty() {
            return Purchased::UnderWay("the label is sold, and its file is not there yet".to_owned());
        }
        let Ok(carrier) = short(self.carrier).parse() else {
            return Purchased::UnderWay("the label is sold, and its carrier is not known yet".to_owned());
        };
        let tracking_number = words::name(self.number).parse().ok();
        let bought = Bought {
            at: times::utc(self.at).map_or(now, |at| times::until(now, at)),
            carrier,
            tracking_number,
            tracking_url: self.tracking_url.parse().ok(),
            document: if self.document.len() > MAX_URL { String::new() } else { self.document.to_owned() },
        };
        Purchased::Bought { id: self.id.to_owned(), bought }
    }
}

/// A carrier as Orderly calls it, and as the service does if nobody here knows it.
pub(crate) fn carrier(service: Service, code: &str) -> String {
    carriers::ours(service, code).map_or_else(|| short(code), str::to_owned)
}

/// A name that fits where people ask for it.
pub(crate) fn short(name: &str) -> String {
    words::name(name).chars().take(60).collect::<String>().trim_end().to_owned()
}

/// Days that fit.
pub(crate) fn days(value: &Value) -> Option<u16> {
    value.as_u64().and_then(|days| u16::try_from(days).ok())
}

/// What is wrong, in several texts of a service.
pub(crate) fn reasons<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    let mut all: Vec<String> = texts.map(words::words).filter(|text| !text.is_empty()).collect();
    all.dedup();
    words::words(&all.join("; "))
}

/// An address in the fields that American services have.
pub(crate) fn american(party: &Party<'_>) -> Value {
    let address = party.address;
    filled(json!({
        "name": address.name, "company": address.company, "street1": address.line1, "street2": address.line2,
        "city": address.city, "state": address.region, "zip": address.postal_code, "country": address.country,
        "email": party.email, "phone": party.phone,
    }))
}

/// The fields that there are.
pub(crate) fn filled(mut fields: Value) -> Value {
    if let Some(fields) = fields.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    fields
}

/// Why a request is refused: it is wrong, or the account has no money for it. An answer that says less decides nothing.
pub(crate) fn refusal(service: &str, answer: &Answer, why: String) -> Result<String, Error> {
    let is_refused = answers::is_refused(answer.status)
        || matches!(answer.status, StatusCode::PAYMENT_REQUIRED | StatusCode::NOT_FOUND);
    if is_refused && !why.is_empty() { Ok(why) } else { Err(answers::undecided(service, answer, &why)) }
}

/// A service's own name of something, as a part of an address.
pub(crate) fn escaped(id: &str) -> String {
    utf8_percent_encode(id, IN_ADDRESSES).to_string()
}

/// Sorts out what is no offer.
pub(crate) fn offer(
    id: &str,
    carrier: String,
    service: &str,
    price: Option<(Amount, Currency)>,
    days: Option<u16>,
) -> Option<Offer> {
    let (price, currency) = price?;
    let (id, service) = (id.to_owned(), short(service));
    (!id.is_empty() && !carrier.is_empty()).then_some(Offer { id, carrier, service, price, currency, days })
}
