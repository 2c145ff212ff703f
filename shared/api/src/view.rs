//! How orders, fulfillments and returns look to clients.

mod issued;
mod label;
mod parcel;
mod stock;
mod work;

pub use issued::IssuedView;
pub use label::{BoughtLabel, LabelView};
pub use parcel::ParcelView;
pub use stock::LevelView;
pub use work::{OrderWork, OrderWorkSummary};

use domain::{
    allocation::{Allocation, AllocationState},
    duty::ItemName,
    email_claim::EmailClaim,
    fulfillment::{Fulfillment, FulfillmentStatus, PackedLine, PickLine, Service},
    history::{Entry, Event},
    ids::{
        BatchId, CaptureId, ChannelId, FulfillmentId, LineId, LocationId, OrderId, PaymentId, ProviderId, RefundId,
        ReturnId, Sku,
    },
    ledger::{Capture, Evidence, Payment, PaymentStatus, Refund},
    mail_report::MailReport,
    money::{Amount, Currency},
    order::Order,
    order_state::{Erasure, Hold, HoldReason, OrderState, OrderStatus},
    placed_order::{Address, Customer, Discount, Line, Shipping},
    requested_refund::RequestedRefund,
    returns::{Deduction, Return, ReturnLine, ReturnStatus},
    tax::Taxation,
    text::Name,
};
use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;
use store::{Stored, StoredOrder};

/// An order in a list.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OrderSummary {
    /// Orderly's id, derived from `channel` and `reference`: the same order posted again has the same one.
    pub id: OrderId,
    /// The channel that it was placed through.
    pub channel: ChannelId,
    /// The channel's own order id.
    pub reference: String,
    /// When Orderly took it, in UTC.
    #[cfg_attr(feature = "schema", schemars(with = "domain::schema::Moment"))]
    pub placed_at: Timestamp,
    /// `pending` is not paid yet, `open` is. `expired` was not paid in time, and a late payment opens it again.
    #[cfg_attr(feature = "schema", schemars(extend("enum" = OrderStatus::NAMES)))]
    pub status: &'static str,
    /// How its payments stand against `total`. An open or lost dispute outweighs everything else.
    pub payment_status: PaymentStatus,
    /// What keeps it from going on, by reason. Empty if nothing does.
    pub holds: BTreeMap<HoldReason, Hold>,
    /// The status of each fulfillment, by its id. Empty until the order is paid and its stock is committed.
    pub fulfillments: BTreeMap<FulfillmentId, FulfillmentStatus>,
    /// The currency of its prices and sums. A payment in another currency is shown, but pays for nothing.
    pub currency: Currency,
    /// What everything costs the customer, in minor units, with shipping and tax. Edits change it, refunds do not.
    pub total: Amount,
}

impl OrderSummary {
    pub fn of(id: &OrderId, state: &OrderState) -> Self {
        Self {
            id: id.clone(),
            channel: state.channel.clone(),
            reference: state.reference.clone(),
            placed_at: state.placed_at,
            status: state.status.as_str(),
            payment_status: state.payment_status(),
            holds: state.holds.clone(),
            fulfillments: state.fulfillments.clone(),
            currency: state.currency,
            total: state.total,
        }
    }
}

/// Everything about an order.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OrderView {
    #[serde(flatten)]
    pub summary: OrderSummary,
    /// Why it was cancelled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cancel_reason: Option<String>,
    /// Until when its stock is kept while it is unpaid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<domain::schema::Moment>"))]
    pub reserved_until: Option<Timestamp>,
    /// Whether the customer's data is to be erased, or was: then `erased` stands for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub erasure: Option<Erasure>,
    /// Who ordered, and gets the e-mails.
    pub customer: Customer,
    /// Where the parcels go. Once the customer's data was erased, only the country is left.
    pub shipping_address: Address,
    /// As it was told. Absent if it was not: it is not filled in from `shipping_address`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub billing_address: Option<Address>,
    /// What was ordered, as edits left it. A line that an edit removed is gone.
    pub lines: Vec<LineView>,
    /// The service that the customer chose and what it costs, as edits left it.
    pub shipping: Shipping,
    /// On the whole order, beside those of the lines. Absent if none, or if an edit has spread it over the lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discount: Option<Discount>,
    /// Whether unit prices and the shipping price contain their tax. If false, `tax` is added to them.
    pub tax_included: bool,
    /// What the order holds of the stock.
    pub stock: Vec<AllocationView>,
    /// What all payments in the order's currency have captured, in minor units. Refunds do not lower it.
    pub captured: Amount,
    /// What has been refunded, by Orderly or at the provider, in minor units. What is only intended does not count.
    pub refunded: Amount,
    /// By payment id. Of those that failed or were canceled, the last 20.
    pub payments: BTreeMap<PaymentId, Payment>,
    /// By refund id: those that Orderly makes, and those that were made at the provider.
    pub refunds: BTreeMap<RefundId, Refund>,
    /// By name: captures of what the customer has authorized, and voids, which give it up.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub captures: BTreeMap<CaptureId, Capture>,
    /// How disputes were answered, by the provider's ids of the disputes, which are in `payments`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub evidence: BTreeMap<ProviderId, Evidence>,
    /// Its invoices and credit notes, in the order of their issue. `GET /orders/{order_id}/invoices/{number}` has one whole.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub invoices: Vec<IssuedView>,
    /// What a person accepted not to get.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub written_off: Option<Amount>,
    /// Refunds that people ordered beside returns and cancellations: the first is `request-1` in `refunds`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub requested_refunds: Vec<RequestedRefund>,
    /// What customer service has decided to give back, which the `refund_limit` of its API keys is compared with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given_by_service: Option<Amount>,
    /// Each of `fulfillments` in full, sorted by id.
    pub fulfillment_details: Vec<FulfillmentView>,
    /// All returns, declined ones too, sorted by id.
    pub returns: Vec<ReturnView>,
    /// The e-mails to the customer whose sending has begun. Those that are still to be sent are in `owed`.
    pub emails: Vec<EmailView>,
    /// Work that is still to be done.
    pub owed: Vec<String>,
    /// What happened, who did it and when.
    pub timeline: Vec<TimelineEntry>,
}

/// Where some units of a line stand. The units of all allocations of a line, and those handed over, always add up to what
/// was ordered.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Allocation"))]
pub struct AllocationView {
    /// The line's id.
    pub line: LineId,
    /// The line's SKU.
    pub sku: Sku,
    /// Units of the line that are in this state.
    pub quantity: u32,
    #[serde(flatten)]
    pub state: AllocationState,
}

impl AllocationView {
    fn of(Allocation { line, sku, quantity, state }: &Allocation) -> Self {
        Self { line: *line, sku: sku.clone(), quantity: *quantity, state: state.clone() }
    }
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LineView {
    /// The line's id: how fulfillments and returns name it.
    pub line: LineId,
    /// Several lines may have the same one.
    pub sku: Sku,
    /// As it came with the order. E-mails use it, and picklists if there is no product of this SKU.
    pub title: Name,
    /// Units that are ordered. Edits lower it, returns and refunds do not.
    pub quantity: u32,
    /// Of one unit before discounts, in minor units. With its tax if the order's `tax_included` is true.
    pub unit_price: Amount,
    /// What all units cost together before discounts, where a shop counts otherwise than `unit_price` times `quantity`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subtotal: Option<Amount>,
    /// On all units of the line together, in minor units. A share of the order's own `discount` comes on top.
    pub discount: Amount,
    /// Of the whole line after discounts, in minor units: contained in its price if `tax_included`, else added.
    pub tax: Amount,
    #[serde(flatten)]
    pub taxation: Taxation,
    /// What the line costs in the end, with tax and after all discounts.
    pub total: Amount,
    /// False: it is sold without stock, and neither picked nor returned.
    pub stocked: bool,
    /// What the shop that the order came from calls the line. Absent if a storefront posted it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_channel: Option<String>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FulfillmentView {
    /// The order that it is a part of.
    pub order: OrderId,
    /// It is unique within its order only.
    pub id: FulfillmentId,
    /// The location that picks, packs and hands it over.
    pub location: LocationId,
    /// How far the location has come with it.
    pub status: FulfillmentStatus,
    /// When the location was given this work, in UTC.
    #[cfg_attr(feature = "schema", schemars(with = "domain::schema::Moment"))]
    pub created_at: Timestamp,
    /// The batch that it is picked with, or was. Absent if it was on none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch: Option<BatchId>,
    /// The picklist, sorted by bin.
    pub picklist: Vec<PickLine>,
    /// What was ordered beside goods, for whoever packs them: gift wrap, an engraving.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<Service>,
    /// What has been packed of it so far.
    pub parcels: Vec<ParcelView>,
    /// What scanners have put into the parcel that is open on the packing table.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub open_parcel: Vec<PackedLine>,
    /// Units that were taken from their bins and will not be sent: somebody puts them back.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub put_back: Vec<PackedLine>,
    /// The labels that were ordered for its parcels, the oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<LabelView>,
}

impl FulfillmentView {
    pub fn of(stored: &Stored<Fulfillment>) -> Option<Self> {
        let ItemName::Fulfillment(id) = stored.key.item else { return None };
        Some(Self::new(&stored.key.order, id, &stored.value, None))
    }

    /// `to`: where its parcels go, if that is known.
    pub fn new(order: &OrderId, id: FulfillmentId, value: &Fulfillment, to: Option<&Address>) -> Self {
        Self {
            order: order.clone(),
            id,
            location: value.location.clone(),
            status: value.status,
            created_at: value.created_at,
            batch: value.batch.clone(),
            picklist: value.lines.clone(),
            services: value.services.clone(),
            parcels: value.parcels.iter().map(|parcel| ParcelView::of(parcel, to)).collect(),
            open_parcel: value.open_parcel.clone(),
            put_back: value.put_back.clone(),
            labels: value.labels.iter().map(LabelView::of).collect(),
        }
    }

    /// Without what is refunded for parcels that did not arrive.
    #[must_use]
    pub fn without_money(mut self) -> Self {
        for resolution in self.parcels.iter_mut().filter_map(|view| view.parcel.resolution.as_mut()) {
            (resolution.amount, resolution.shipping) = (0, 0);
        }
        self
    }
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReturnView {
    /// The order that its units were sent with.
    pub order: OrderId,
    /// It is unique within its order only.
    pub id: ReturnId,
    /// `received` once all announced units have come, `partially_received` before that.
    pub status: ReturnStatus,
    /// When the return was asked for, in UTC.
    #[cfg_attr(feature = "schema", schemars(with = "domain::schema::Moment"))]
    pub requested_at: Timestamp,
    /// What is announced and what has come of it, one entry for each line.
    pub lines: Vec<ReturnLine>,
    /// What is refunded for it, once that is decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refund: Option<Amount>,
    /// What its inspection proposes to refund, while an operator has to approve it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_approve: Option<Amount>,
    /// The part of the refund that is for shipping.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shipping: Option<Amount>,
    /// What is not refunded of its price, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deduction: Option<Deduction>,
    /// Refunds made at the provider that count for this return.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub credits: BTreeMap<RefundId, Amount>,
}

impl ReturnView {
    pub fn new(order: &OrderId, id: ReturnId, value: &Return) -> Self {
        Self {
            order: order.clone(),
            id,
            status: value.status,
            requested_at: value.requested_at,
            lines: value.lines.clone(),
            refund: value.refund,
            to_approve: value.to_approve,
            shipping: Some(value.shipping).filter(|shipping| *shipping > 0),
            deduction: value.deduction.clone(),
            credits: value.credits.clone(),
        }
    }

    /// Without what is refunded for it, and why.
    #[must_use]
    pub fn without_money(mut self) -> Self {
        for line in &mut self.lines {
            line.refund = None;
        }
        (self.refund, self.to_approve, self.shipping, self.deduction) = (None, None, None, None);
        self.credits.clear();
        self
    }
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EmailView {
    /// Which e-mail, with its parcel, revision or refund if it has one: `payment-confirmed`, `shipped:P1`.
    pub kind: String,
    /// Which part of the order: `order`, `fulfillment 01`, `return 01`.
    pub about: String,
    /// How often sending was begun. Above 1, the customer may have got it twice.
    pub attempts: u32,
    /// What the mail service told of the last attempt.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reports: Vec<MailReport>,
    /// Since when a person is waited for, because it did not reach its customer.
    #[cfg_attr(feature = "schema", schemars(with = "Option<domain::schema::Moment>"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unreached_since: Option<Timestamp>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TimelineEntry {
    /// When Orderly recorded it, in UTC. What became of an e-mail has the mail service's time.
    #[cfg_attr(feature = "schema", schemars(with = "domain::schema::Moment"))]
    pub at: Timestamp,
    /// Who did it: an API key as `role:name`, a payment provider, the mail service, or `orderly` itself.
    pub by: String,
    /// What happened to the part of the order that `about` names.
    pub what: Event,
    /// Which part of the order: `order`, `fulfillment 01`, `return 01`.
    pub about: String,
    /// Details for people, such as an amount or a reason. Absent if there are none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
}

impl OrderView {
    pub fn of(read: &StoredOrder) -> Self {
        Self::new(&read.order, &read.email_claims)
    }

    fn new(order: &Order, email_claims: &BTreeMap<ItemName, Stored<EmailClaim>>) -> Self {
        let (state, placed) = (&order.state, &order.placed);
        let totals = placed.totals();
        let line = |(n, line): (usize, &Line)| LineView {
            line: line.id,
            sku: line.sku.clone(),
            title: line.title.clone(),
            quantity: line.quantity,
            unit_price: line.unit_price,
            subtotal: line.subtotal,
            discount: line.discount,
            tax: line.tax,
            taxation: line.taxation.clone(),
            total: totals.as_ref().map_or(0, |totals| totals.lines[n]),
            stocked: line.stocked,
            at_channel: line.at_channel.as_ref().map(ToString::to_string),
        };
        let to = Some(&placed.shipping_address);
        let fulfillments = order.fulfillments.iter().map(|(id, value)| FulfillmentView::new(&order.id, *id, value, to));
        let returns = order.returns.iter().map(|(id, value)| ReturnView::new(&order.id, *id, value));
        Self {
            summary: OrderSummary::of(&order.id, state),
            cancel_reason: match &state.status {
                OrderStatus::Cancelled { reason } => Some(reason.clone()),
                _ => None,
            },
            reserved_until: match state.status {
                OrderStatus::Pending { reserved_until } => Some(reserved_until),
                _ => None,
            },
            erasure: state.erasure,
            customer: placed.customer.clone(),
            shipping_address: placed.shipping_address.clone(),
            billing_address: placed.billing_address.clone(),
            lines: placed.lines.iter().enumerate().map(line).collect(),
            shipping: placed.shipping.clone(),
            discount: placed.discount.clone(),
            tax_included: placed.tax_included,
            stock: state.stock.iter().map(AllocationView::of).collect(),
            captured: state.ledger.captured(state.currency),
            refunded: state.ledger.settled_refunds(state.currency),
            payments: state.ledger.payments.clone(),
            refunds: state.ledger.refunds().map(|(id, refund)| (id.clone(), refund.clone())).collect(),
            captures: state.ledger.captures.clone(),
            evidence: state.ledger.evidence.clone(),
            invoices: state.invoices.issued.iter().map(IssuedView::of).collect(),
            written_off: Some(state.ledger.written_off).filter(|amount| *amount > 0),
            requested_refunds: state.requested_refunds.clone(),
            given_by_service: Some(state.given_by_service).filter(|amount| *amount > 0),
            fulfillment_details: fulfillments.collect(),
            returns: returns.collect(),
            emails: emails(email_claims),
            owed: owed(order),
            timeline: timeline(order, email_claims),
        }
    }
}

fn emails(claims: &BTreeMap<ItemName, Stored<EmailClaim>>) -> Vec<EmailView> {
    let view = |(name, email): (&ItemName, &Stored<EmailClaim>)| match name {
        ItemName::Email(of, kind) => Some(EmailView {
            kind: kind.to_string(),
            about: about(of),
            attempts: email.value.attempts,
            reports: email.value.reports.keys().copied().collect(),
            unreached_since: email.value.unreached_since(),
        }),
        _ => None,
    };
    claims.iter().filter_map(view).collect()
}

fn owed(order: &Order) -> Vec<String> {
    let state = order.state.owed.iter();
    let fulfillments = order.fulfillments.values().flat_map(|fulfillment| &fulfillment.owed);
    let returns = order.returns.values().flat_map(|returned| &returned.owed);
    state.chain(fulfillments).chain(returns).map(ToString::to_string).collect()
}

/// An item as people call it.
fn about(item: &ItemName) -> String {
    match item {
        ItemName::Placed | ItemName::State | ItemName::Forming => "order".to_owned(),
        ItemName::Fulfillment(id) => format!("fulfillment {id}"),
        ItemName::Return(id) => format!("return {id}"),
        ItemName::Email(of, _) => about(of),
    }
}

fn timeline(order: &Order, email_claims: &BTreeMap<ItemName, Stored<EmailClaim>>) -> Vec<TimelineEntry> {
    let entry = |item: &ItemName, entry: &Entry| TimelineEntry {
        at: entry.at,
        by: entry.by.clone(),
        what: entry.what,
        about: about(item),
        note: entry.note.clone(),
    };
    let mut all: Vec<_> = order.state.history.iter().map(|e| entry(&ItemName::State, e)).collect();
    for (id, fulfillment) in &order.fulfillments {
        all.extend(fulfillment.history.iter().map(|e| entry(&ItemName::Fulfillment(*id), e)));
    }
    for (id, returned) in &order.returns {
        all.extend(returned.history.iter().map(|e| entry(&ItemName::Return(*id), e)));
    }
    for (name, claim) in email_claims {
        let ItemName::Email(_, kind) = name else { continue };
        let of_kind = |e: &Entry| {
            let note = if e.note.is_empty() { kind.to_string() } else { format!("{kind}: {}", e.note) };
            TimelineEntry { note, ..entry(name, e) }
        };
        all.extend(claim.value.history.iter().map(of_kind));
    }
    all.sort_by_key(|entry| entry.at); // stable: what happened in one moment stays in its order
    all
}

#[cfg(test)]
mod tests;
