//! The body of `POST /orders`.

use api::{Body, FieldError, Fields, Problem, address};
use domain::{
    found_by::FoundBy,
    ids::{ChannelId, PaymentId, ProviderId, ProviderName},
    money::{Amount, Currency},
    placed_order::{Address, Customer, Discount, Line, MAX_LINES, PlacedOrder, Revision, Shipping, Taxed},
    tax::Taxation,
    text::Text,
    whole::{Price, TaxRate, Units},
};
use jiff::Timestamp;
use payments::Provider;

/// The channel's own order id, as it is sent.
type Reference = Text<1, 100>;

/// An order to be placed. Amounts are whole numbers of the currency's minor unit.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug, Clone)]
pub struct PlaceOrder {
    /// The channel's own order id. Without it, the `Idempotency-Key` header stands for it.
    #[cfg_attr(feature = "schema", schemars(with = "Option<Reference>"))]
    pub reference: String,
    /// Needed from an operator; a storefront's key names its channel.
    #[cfg_attr(feature = "schema", schemars(with = "Option<ChannelId>"))]
    pub channel: ChannelId,
    /// The currency of all its amounts.
    pub currency: Currency,
    /// Who orders, and gets the e-mails.
    pub customer: Customer,
    /// Where the parcels go.
    pub shipping_address: Address,
    /// Absent if it is not known: it is not filled in from `shipping_address`.
    pub billing_address: Option<Address>,
    /// Their places here, from 0, become their ids, which later requests name.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = MAX_LINES)))]
    pub lines: Vec<Line>,
    /// The service that the customer chose and what it costs.
    pub shipping: Shipping,
    /// On the whole order, beside those of the lines.
    pub discount: Option<Discount>,
    /// Whether prices contain their tax. False if absent.
    #[cfg_attr(feature = "schema", schemars(default))]
    pub tax_included: bool,
    /// What the customer pays: lines less discounts, plus shipping, plus tax unless included.
    pub total: Price,
    /// The payment that the storefront has begun.
    pub payment: Option<PaymentReference>,
}

#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug, Clone)]
pub struct PaymentReference {
    /// The payment provider: one that the shop uses.
    #[cfg_attr(feature = "schema", schemars(with = "String", extend("enum" = names(Provider::ALL))))]
    pub provider: ProviderName,
    /// What the provider calls the payment.
    pub id: ProviderId,
}

fn names(providers: &[Provider]) -> Vec<&'static str> {
    providers.iter().map(|provider| provider.name()).collect()
}

impl PlaceOrder {
    /// Whether the order can be paid at the providers that the shop uses: its payment is at one of them, and its total is one
    /// that can be moved.
    pub fn require_payable(&self, in_use: &[Provider]) -> Result<(), Problem> {
        let wrong = |field, detail| Err(Problem::invalid(vec![FieldError::new(field, detail)]));
        let named = self.payment.as_ref().map(|payment| Provider::named(payment.provider.as_str()));
        let providers = match &named {
            Some(Some(named)) if in_use.contains(named) => std::slice::from_ref(named),
            Some(_) => return wrong("payment.provider", format!("must be {}", names(in_use).join(" or "))),
            None => in_use, // any of them
        };
        let step = payments::smallest_step(providers, self.currency);
        if self.total.get() % step == 0 {
            return Ok(());
        }
        let step = self.currency.format(step);
        wrong("total", format!("cannot be paid: the payment provider moves whole multiples of {step} only"))
    }

    /// The order as it is placed at this moment.
    pub fn placed(self, now: Timestamp) -> PlacedOrder {
        PlacedOrder {
            revision: Revision::FIRST,
            channel: self.channel,
            reference: self.reference,
            placed_at: now,
            currency: self.currency,
            customer: self.customer,
            shipping_address: self.shipping_address,
            billing_address: self.billing_address,
            lines: self.lines,
            shipping: self.shipping,
            discount: self.discount,
            tax_included: self.tax_included,
            total: self.total.get(),
            found_by: FoundBy::default(),
            payment: self.payment.map(|PaymentReference { provider, id }| PaymentId { provider, id }),
        }
    }
}

impl Body for PlaceOrder {
    /// Reads an order, and checks that it adds up.
    fn read(fields: &Fields<'_>) -> Option<Self> {
        let reference = reference(fields);
        let channel = channel(fields);
        let currency = fields.text("currency");
        let customer = fields.object("customer", customer);
        let shipping_address = fields.object("shipping_address", address);
        let billing_address = fields.optional_object("billing_address", address);
        let lines = fields.list("lines", 1..=MAX_LINES, line);
        let shipping = fields.object("shipping", shipping);
        let discount = fields.optional_object("discount", discount);
        let tax_included = fields.boolean_or("tax_included", false);
        let total = fields.whole("total");
        let payment = fields.optional_object("payment", payment);
        let order = Self {
            channel: channel?,
            reference: reference?,
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
        adds_up(fields, &order.clone().placed(Timestamp::UNIX_EPOCH)).then_some(order)
    }
}

/// The lines of a new order have their positions as ids.
fn numbered(lines: Vec<Line>) -> Vec<Line> {
    (0..).zip(lines).map(|(id, line)| Line { id, ..line }).collect()
}

fn adds_up(fields: &Fields<'_>, placed: &PlacedOrder) -> bool {
    match placed.totals() {
        None if placed.shipping.discount > placed.shipping.price => {
            fields.report("shipping.discount", "is larger than the price of the shipping");
        }
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
        Some(_) => return no_tax_is_above_its_price(fields, placed) && taxes_can_be(fields, placed),
    }
    false
}

fn no_tax_is_above_its_price(fields: &Fields<'_>, placed: &PlacedOrder) -> bool {
    let above = placed.tax_above_price();
    for taxed in &above {
        let field = match taxed {
            Taxed::Line(n) => format!("lines[{n}].tax"),
            Taxed::Shipping => "shipping.tax".to_owned(),
        };
        fields.report(&field, "is larger than the price, of which an included tax is a part");
    }
    above.is_empty()
}

fn taxes_can_be(fields: &Fields<'_>, placed: &PlacedOrder) -> bool {
    let faults = placed.tax_faults();
    for fault in &faults {
        fields.report(&fault.field, fault.why.as_str());
    }
    faults.is_empty()
}

/// The channel's own order id, or the request's idempotency key.
fn reference(fields: &Fields<'_>) -> Option<String> {
    match (fields.optional_text::<Reference>("reference")?, fields.request().idempotency_key()) {
        (Some(reference), _) => Some(reference.into()),
        (None, Ok(Some(key))) => Some(key.to_owned()),
        (None, _) => {
            fields.report("reference", "is required (the channel's own order id), or send an Idempotency-Key header");
            None
        }
    }
}

/// A storefront's own channel, or the one that somebody else names.
fn channel(fields: &Fields<'_>) -> Option<ChannelId> {
    let own = fields.request().caller.as_ref().and_then(|caller| caller.channel.as_ref());
    match (fields.optional_text("channel")?, own) {
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

pub(super) fn customer(fields: &Fields<'_>) -> Option<Customer> {
    let name = fields.text("name");
    let email = fields.text("email");
    let phone = fields.optional_text("phone");
    let locale = fields.optional_text("locale");
    let vat_id = fields.optional_text("vat_id");
    Some(Customer { name: name?, email: email?, phone: phone?, locale: locale?, vat_id: vat_id? })
}

fn line(fields: &Fields<'_>) -> Option<Line> {
    let sku = fields.text("sku");
    let title = fields.text("title");
    let quantity: Option<Units> = fields.whole("quantity");
    let unit_price = price(fields, "unit_price");
    let discount = price_or_none(fields, "discount");
    let tax = price_or_none(fields, "tax");
    let taxation = taxation(fields);
    let stocked = fields.boolean_or("stocked", true);
    Some(Line {
        id: 0, // it is given with the other lines
        sku: sku?,
        title: title?,
        quantity: quantity?.get(),
        unit_price: unit_price?,
        discount: discount?,
        tax: tax?,
        taxation: taxation?,
        stocked: stocked?,
        subtotal: None,
        at_channel: None,
    })
}

pub(super) fn shipping(fields: &Fields<'_>) -> Option<Shipping> {
    let method = fields.text("method");
    let price = price_or_none(fields, "price");
    let discount = price_or_none(fields, "discount");
    let tax = price_or_none(fields, "tax");
    let taxation = taxation(fields);
    Some(Shipping { method: method?, price: price?, discount: discount?, tax: tax?, taxation: taxation? })
}

fn taxation(fields: &Fields<'_>) -> Option<Taxation> {
    let rate = fields.optional_whole("tax_rate");
    let (category, exemption) = (fields.optional_text("tax_category"), fields.optional_text("exemption"));
    Some(Taxation { rate: rate?.map(TaxRate::get), category: category?, exemption: exemption? })
}

fn discount(fields: &Fields<'_>) -> Option<Discount> {
    let code = fields.optional_text("code");
    let amount = price(fields, "amount");
    Some(Discount { code: code?, amount: amount? })
}

fn price(fields: &Fields<'_>, name: &'static str) -> Option<Amount> {
    fields.whole(name).map(Price::get)
}

/// An amount that is 0 if absent.
fn price_or_none(fields: &Fields<'_>, name: &'static str) -> Option<Amount> {
    Some(fields.optional_whole(name)?.map_or(0, Price::get))
}

fn payment(fields: &Fields<'_>) -> Option<PaymentReference> {
    let known = |name: &str| Provider::named(name).and_then(|provider| provider.name().parse().ok());
    let unknown = || format!("must be {}", names(Provider::ALL).join(" or "));
    let provider = fields.text_by("provider", |name| known(name).ok_or_else(unknown));
    let id = fields.text("id");
    Some(PaymentReference { provider: provider?, id: id? })
}
