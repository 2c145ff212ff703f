//! The bodies of the requests, and how they are read.

#[cfg(feature = "schema")]
mod body;

#[cfg(feature = "schema")]
pub use body::{PaymentReference, PlaceOrder};

use api::{Decoder, Error, Fields, email, text};
use domain::{
    ids::{ChannelId, PaymentId, ProviderId, Sku},
    money::{Amount, MAX_AMOUNT},
    order_state::HoldReason,
    placed_order::{Address, Customer, Discount, Line, PlacedOrder, Revision, Shipping},
};
use jiff::Timestamp;
use payments::Provider;
use serde_json::Value;

/// Lines of one order. All of them may turn out to lie elsewhere: taking each from one place and giving it another
/// still fits a transaction of 100 actions.
pub const MAX_LINES: usize = 48;
/// Units of one line.
pub const MAX_QUANTITY: i64 = 100_000;
const MAX_NAME: usize = 200;
const MAX_REFERENCE: usize = 100;

/// Why an order is cancelled.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct CancelOrder {
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = MAX_NAME)))]
    pub reason: String,
    /// Of an order that was sent in part, cancel the rest. Without it, such an order is not cancelled.
    #[cfg_attr(feature = "schema", serde(default))]
    pub unsent: bool,
}

/// Why an order is held.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct HoldOrder {
    pub reason: HoldReason,
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = MAX_NAME)))]
    pub note: Option<String>,
}

/// Who places the order, and under which name.
pub struct Placing<'a> {
    /// The channel of the caller's key.
    pub channel: Option<&'a ChannelId>,
    pub idempotency_key: Option<&'a str>,
    /// The payment providers that the shop uses.
    pub providers: &'a [Provider],
    pub now: Timestamp,
}

/// Reads an order, and checks that it adds up.
pub fn place_order(body: &Value, placing: &Placing<'_>) -> Result<PlacedOrder, Error> {
    Decoder::read(body, |fields| {
        let reference = reference(fields, placing.idempotency_key);
        let channel = channel(fields, placing.channel);
        let currency = fields.name("currency");
        let customer = fields.object("customer", customer);
        let shipping_address = fields.object("shipping_address", address);
        let billing_address = fields.optional_object("billing_address", address);
        let lines = fields.list("lines", 1..=MAX_LINES, line);
        let shipping = fields.object("shipping", shipping);
        let discount = fields.optional_object("discount", discount);
        let tax_included = fields.boolean_or("tax_included", false);
        let total = fields.integer("total", 0..=MAX_AMOUNT);
        let payment = fields.optional_object("payment", |fields| payment(fields, placing.providers));
        let placed = PlacedOrder {
            revision: Revision::FIRST,
            channel: channel?,
            reference: reference?,
            placed_at: placing.now,
            currency: currency?,
            customer: customer?,
            shipping_address: shipping_address?,
            billing_address: billing_address?,
            lines: numbered(lines?),
            shipping: shipping?,
            discount: discount?,
            tax_included: tax_included?,
            total: total?,
            payment: payment?,
        };
        adds_up(fields, placed, placing.providers)
    })
}

/// The lines of a new order have their positions as ids.
fn numbered(lines: Vec<Line>) -> Vec<Line> {
    (0..).zip(lines).map(|(id, line)| Line { id, ..line }).collect()
}

fn adds_up(fields: &Fields<'_>, placed: PlacedOrder, providers: &[Provider]) -> Option<PlacedOrder> {
    match placed.totals() {
        None => fields.report("lines", "a discount is larger than what it is taken from, or a sum is too large"),
        Some(totals) if totals.total != placed.total => {
            let money = |amount| placed.currency.format(amount);
            let what = format!(
                "is {}, but the order adds up to {} (lines {}, discounts -{}, shipping {}, tax {}{})",
                money(placed.total),
                money(totals.total),
                money(totals.subtotal),
                money(totals.discount),
                money(placed.shipping.price),
                money(totals.tax),
                if placed.tax_included { " included" } else { "" },
            );
            fields.report("total", what);
        }
        Some(_) => {
            let step = step(&placed, providers);
            if placed.total % step == 0 {
                return Some(placed);
            }
            let step = placed.currency.format(step);
            fields
                .report("total", format!("cannot be paid: the payment provider moves whole multiples of {step} only"));
        }
    }
    None
}

/// The smallest amount that the payment's provider moves, or any of those in use while none is named.
fn step(placed: &PlacedOrder, providers: &[Provider]) -> Amount {
    let named = placed.payment.as_ref().and_then(|payment| Provider::named(payment.provider.as_str()));
    let providers = named.as_ref().map_or(providers, std::slice::from_ref);
    payments::smallest_step(providers, placed.currency)
}

fn reference(fields: &Fields<'_>, idempotency_key: Option<&str>) -> Option<String> {
    match (fields.optional_text("reference", text(MAX_REFERENCE))?, idempotency_key) {
        (Some(reference), _) => Some(reference),
        (None, Some(key)) => Some(key.to_owned()),
        (None, None) => {
            fields.report("reference", "is required (the channel's own order id), or send an Idempotency-Key header");
            None
        }
    }
}

fn channel(fields: &Fields<'_>, own: Option<&ChannelId>) -> Option<ChannelId> {
    match (fields.optional_name("channel")?, own) {
        (None, Some(own)) => Some(own.clone()),
        (Some(named), None) => Some(named),
        (Some(named), Some(own)) if named == *own => Some(named),
        (Some(_), Some(own)) => {
            fields.report("channel", format!("must be {own}, the channel of this API key, or left out"));
            None
        }
        (None, None) => {
            fields.report("channel", "is required, since this API key belongs to no channel");
            None
        }
    }
}

fn customer(fields: &Fields<'_>) -> Option<Customer> {
    let name = fields.text("name", text(MAX_NAME));
    let email = fields.text("email", email);
    let phone = fields.optional_text("phone", text(40));
    let locale = fields.optional_text("locale", text(35)); // RFC 5646, section 4.4.1
    Some(Customer { name: name?, email: email?, phone: phone?, locale: locale? })
}

fn address(fields: &Fields<'_>) -> Option<Address> {
    let name = fields.text("name", text(MAX_NAME));
    let company = fields.optional_text("company", text(MAX_NAME));
    let line1 = fields.text("line1", text(MAX_NAME));
    let line2 = fields.optional_text("line2", text(MAX_NAME));
    let city = fields.text("city", text(MAX_NAME));
    let postal_code = fields.optional_text("postal_code", text(20));
    let region = fields.optional_text("region", text(100));
    let country = fields.text("country", country);
    Some(Address {
        name: name?,
        company: company?,
        line1: line1?,
        line2: line2?,
        city: city?,
        postal_code: postal_code?,
        region: region?,
        country: country?,
    })
}

fn country(code: &str) -> Result<String, &'static str> {
    let valid = code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase());
    if valid { Ok(code.to_owned()) } else { Err("must be an ISO 3166-1 country code in upper case, for example DE") }
}

fn line(fields: &Fields<'_>) -> Option<Line> {
    let sku = fields.name::<Sku>("sku");
    let title = fields.text("title", text(MAX_NAME));
    let quantity = fields.integer("quantity", 1..=MAX_QUANTITY);
    let unit_price = fields.integer("unit_price", 0..=MAX_AMOUNT);
    let discount = fields.integer_or("discount", 0..=MAX_AMOUNT, 0);
    let tax = fields.integer_or("tax", 0..=MAX_AMOUNT, 0);
    Some(Line {
        id: 0, // it is given with the other lines
        sku: sku?,
        title: title?,
        quantity: quantity?,
        unit_price: unit_price?,
        discount: discount?,
        tax: tax?,
    })
}

fn shipping(fields: &Fields<'_>) -> Option<Shipping> {
    let method = fields.text("method", text(60));
    let price = fields.integer_or("price", 0..=MAX_AMOUNT, 0);
    let tax = fields.integer_or("tax", 0..=MAX_AMOUNT, 0);
    Some(Shipping { method: method?, price: price?, tax: tax? })
}

fn discount(fields: &Fields<'_>) -> Option<Discount> {
    let code = fields.optional_text("code", text(60));
    let amount = fields.integer("amount", 0..=MAX_AMOUNT);
    Some(Discount { code: code?, amount: amount? })
}

fn payment(fields: &Fields<'_>, providers: &[Provider]) -> Option<PaymentId> {
    let provider = fields.text("provider", |name| {
        let in_use = providers.iter().map(|provider| provider.name());
        let used = in_use.clone().any(|provider| provider == name);
        let unused = || format!("must be {}", in_use.collect::<Vec<_>>().join(" or "));
        if used { name.parse().map_err(|_| unused()) } else { Err(unused()) }
    });
    let id = fields.name::<ProviderId>("id");
    Some(PaymentId { provider: provider?, id: id? })
}

pub fn cancel_order(body: &Value) -> Result<CancelOrder, Error> {
    Decoder::read(body, |fields| {
        let reason = fields.text("reason", text(MAX_NAME));
        let unsent = fields.boolean_or("unsent", false);
        Some(CancelOrder { reason: reason?, unsent: unsent? })
    })
}

pub fn hold_order(body: &Value) -> Result<HoldOrder, Error> {
    Decoder::read(body, |fields| {
        let reason = fields.name("reason");
        let note = fields.optional_text("note", text(MAX_NAME));
        Some(HoldOrder { reason: reason?, note: note? })
    })
}

#[cfg(test)]
mod tests;
