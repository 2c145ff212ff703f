//! What becomes of an order when the shop that its channel is connected to tells of it. The shop's word is a fact. What cannot be
//! followed any more, since people have picked it or sent it, is told to a person.

use super::{Edit, Order};
use crate::{
    Rejection,
    allocation::AllocationState,
    channel_order::{ChannelOrder, ChannelRefund, PostalAddress, Stage},
    contact::WebUrl,
    duty::Duty,
    fulfillment::{Parcel, Shipment, ToldToChannel},
    history::{self, Event, Stamp},
    ids::{FulfillmentId, LineId, ParcelId, RefundId, Sku},
    order_state::{OrderStatus, ToldByShop},
    placed_order::Line,
    safeguards::Safeguard,
    taken::Taken,
};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// What a person reads who looks for why an order was changed.
const REASON: &str = "changed at the channel";

impl Order {
    /// Follows what the shop tells of the order, as it is taken over now. Telling it again changes nothing, nor does what is older
    /// than what was told before.
    pub fn follow_channel(mut self, told: &ChannelOrder, taken: &Taken, stamp: &Stamp) -> Self {
        let seen = self.state.told_by_shop.take().map(|seen| *seen);
        let is_new = seen.is_none();
        let mut seen = seen.unwrap_or_default();
        if told.changed_at < seen.changed_at {
            self.state.told_by_shop = Some(Box::new(seen));
            return self;
        }
        let mut not_followed = Vec::new();
        let owed: BTreeSet<RefundId> = self.state.ledger.refunds_by_hand().map(|(id, _)| id.clone()).collect();
        // Before the money, which would open the order.
        self.state.follow_doubts(&taken.doubts, &seen, stamp);
        self.take_over_skus(taken, stamp);
        self = self.attempt(&mut not_followed, |order| order.with_state(|state| state.follow_payment(told, stamp)));
        let is_ours = |order: &Self, refund: &ChannelRefund| order.state.refund_with_words(&refund.reason).is_some();
        for refund in told.refunds.iter().filter(|refund| refund.amount > 0) {
            if is_ours(&self, refund) && !refund.is_paid {
                continue; // the shop's payment provider may still refuse it
            }
            if seen.refunds.insert(refund.id.clone()) {
                self = self.attempt(&mut not_followed, |order| {
                    order.with_state(|state| Ok(state.follow_refund(refund, stamp)))
                });
            }
        }
        let units = units(told);
        let has_ended =
            matches!(told.stage, Stage::Cancelled | Stage::Refunded) || units.values().all(|units| *units == 0);
        // That its money has gone back because it was to go back here is no news.
        let all_ours = !told.refunds.is_empty() && told.refunds.iter().all(|refund| is_ours(&self, refund));
        let is_over = has_ended && !(told.stage == Stage::Refunded && all_ours);
        let who = who(told);
        if is_over {
            self = self.attempt(&mut not_followed, |order| order.cancelled_at_channel(stamp));
        } else if !is_new {
            let added = added(&seen.units, &units);
            not_followed.extend((!added.is_empty()).then_some(added));
            self = self.attempt(&mut not_followed, |order| order.follow_units(&units, stamp));
            if who != seen.who && !self.state.is_erased() {
                self = self.attempt(&mut not_followed, |order| order.follow_who(taken, stamp));
            }
        }
        let not_followed = not_followed.join("; ");
        if !not_followed.is_empty() && not_followed != seen.not_followed {
            self.state.tell_not_followed(&not_followed, stamp);
        }
        let who = if self.state.is_erased() { String::new() } else { who };
        let (changed_at, doubts) = (told.changed_at, taken.doubts.clone());
        let is_cancelled = matches!(self.state.status, OrderStatus::Cancelled { .. });
        let is_over = has_ended || (seen.is_over && is_cancelled);
        let told = ToldByShop { changed_at, who, units, is_over, doubts, not_followed, ..seen };
        self.state.told_by_shop = Some(Box::new(told));
        self.state.leave_new_to_people(&owed, stamp.at);
        self.state.owe_shop();
        self
    }

    /// The order as a rule makes it. If the rule refuses, the order as it was, and why.
    fn attempt(self, refused: &mut Vec<String>, rule: impl FnOnce(Self) -> Result<Self, Rejection>) -> Self {
        match rule(self.clone()) {
            Ok(next) => next,
            Err(rejection) => {
                refused.push(rejection.detail);
                self
            }
        }
    }

    fn cancelled_at_channel(self, stamp: &Stamp) -> Result<Self, Rejection> {
        match self.state.status {
            // An expired order holds nothing, and the shop gives back what it has taken.
            OrderStatus::Cancelled { .. } | OrderStatus::Expired => Ok(self),
            OrderStatus::Pending { .. } | OrderStatus::Open | OrderStatus::Completed => {
                self.cancel_unsent("cancelled at the channel", stamp)
            }
        }
    }

    /// Takes away the units that the shop has taken away. What has left stays: its money is another fact.
    fn follow_units(self, units: &BTreeMap<String, u32>, stamp: &Stamp) -> Result<Self, Rejection> {
        if !self.state.status.is_active() {
            return Ok(self);
        }
        let sent = self.units_sent();
        let left = |line: &Line| {
            let told = units.get(line.at_channel.as_ref()?.as_str()).copied().unwrap_or_default();
            let left = told.max(sent.get(&line.id).copied().unwrap_or_default());
            (left < line.quantity).then_some((line.id, left))
        };
        let lines: BTreeMap<LineId, u32> = self.placed.lines.iter().filter_map(left).collect();
        self.edited_at_channel(Edit { lines, ..Edit::default() }, stamp)
    }

    fn follow_who(self, taken: &Taken, stamp: &Stamp) -> Result<Self, Rejection> {
        if !self.state.status.is_active() {
            return Ok(self);
        }
        let placed = &taken.placed;
        let shipping_address = (!placed.shipping_address.is_unknown()).then(|| placed.shipping_address.clone());
        let mut customer = placed.customer.clone();
        if customer.email.is_unknown() {
            customer.email = self.placed.customer.email.clone();
        }
        let edit = Edit {
            shipping_address,
            billing_address: placed.billing_address.clone(),
            customer: Some(customer),
            ..Edit::default()
        };
        self.edited_at_channel(edit, stamp)
    }

    fn edited_at_channel(self, edit: Edit, stamp: &Stamp) -> Result<Self, Rejection> {
        let is_nothing = edit == Edit::default();
        let edit = Edit { reason: REASON.to_owned(), ..edit };
        if is_nothing { Ok(self) } else { self.edit(&edit, stamp).map(|change| change.order) }
    }

    /// Gives goods that had no SKU the one that they have at the channel now. They are looked for in the stock then.
    fn take_over_skus(&mut self, taken: &Taken, stamp: &Stamp) {
        let missing = |order: &Self, id: LineId| {
            let mut held = order.state.stock.iter().filter(|held| held.line == id).peekable();
            held.peek().is_some() && held.all(|held| held.state == AllocationState::Missing)
        };
        let told = |id: &str| {
            let line = taken.placed.lines.iter().find(|line| line.at_channel.as_deref() == Some(id))?;
            (!line.sku.is_none_told()).then(|| line.sku.clone())
        };
        let named: Vec<(LineId, Sku)> = (self.placed.lines.iter())
            .filter(|line| line.sku.is_none_told() && missing(self, line.id))
            .filter_map(|line| Some((line.id, told(line.at_channel.as_deref()?)?)))
            .collect();
        if named.is_empty() {
            return;
        }
        for (id, sku) in named {
            for line in self.placed.lines.iter_mut().filter(|line| line.id == id) {
                line.sku = sku.clone();
            }
            for held in self.state.stock.iter_mut().filter(|held| held.line == id) {
                held.sku = sku.clone();
            }
        }
        self.placed.revision = self.placed.revision.next();
        self.state.revision = self.placed.revision;
        if self.state.status == OrderStatus::Open {
            self.state.owed.insert(Duty::StockDeduction);
        }
        self.state.add_entry(stamp, Event::Edited, "SKUs, as the channel has them now");
    }
}

/// A parcel that the shop of its order is to be told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Untold {
    pub parcel: ParcelId,
    pub shipment: Shipment,
    /// Where it can be followed, if that is known.
    pub page: Option<WebUrl>,
    /// Units by the shop's ids of lines.
    pub lines: Vec<(String, u32)>,
    /// Whether all of the order has left.
    pub is_last: bool,
}

impl Order {
    /// Has the shop told of the parcels that left, if the order came from one.
    pub(super) fn owe_channel(&mut self, id: FulfillmentId) {
        if self.state.told_by_shop.is_none() || Safeguard::ChannelHearsOfParcels.is_off() {
            return;
        }
        if let Some(fulfillment) = self.fulfillments.get_mut(&id).filter(|of| of.parcels.iter().any(is_untold)) {
            fulfillment.owed.insert(Duty::ChannelShipment);
        }
    }

    /// The parcels of a fulfillment that the shop is still to be told of.
    pub fn untold_parcels(&self, id: FulfillmentId) -> Vec<Untold> {
        let Some(fulfillment) = self.fulfillments.get(&id) else { return Vec::new() };
        let at_channel = |line: LineId| self.placed.line(line)?.at_channel.as_ref().map(ToString::to_string);
        let untold = fulfillment.parcels.iter().filter(|parcel| is_untold(parcel));
        let mut untold: Vec<Untold> = untold
            .filter_map(|parcel| {
                let shipment = parcel.shipment.clone()?;
                let lines =
                    parcel.contents.iter().filter_map(|packed| Some((at_channel(packed.line)?, packed.quantity)));
                let page = shipment.tracking_page(Some(&self.placed.shipping_address));
                Some(Untold { parcel: parcel.id, lines: lines.collect(), page, shipment, is_last: false })
            })
            .collect();
        let is_all_sent = self.state.stock.is_empty();
        if let Some(last) = untold.last_mut() {
            last.is_last = is_all_sent;
        }
        untold
    }

    /// Records what the shop answered about parcels. When it has been told of each, nothing more is owed.
    pub fn told_to_channel(
        mut self,
        id: FulfillmentId,
        answers: &[(ParcelId, ToldToChannel)],
        stamp: &Stamp,
    ) -> Result<Self, Rejection> {
        self.fulfillment(id)?;
        let Some(fulfillment) = self.fulfillments.get_mut(&id) else { return Ok(self) };
        for (parcel, told) in answers {
            let Some(known) = fulfillment.parcels.iter_mut().find(|known| known.id == *parcel) else { continue };
            known.at_channel = Some(told.clone());
            let (what, note) = match &told.refused {
                None => (Event::ToldToChannel, format!("parcel {parcel}")),
                Some(why) => (Event::NotTakenByChannel, format!("parcel {parcel} {why}")),
            };
            history::add(&mut fulfillment.history, stamp.entry(what, note));
        }
        if !fulfillment.parcels.iter().any(is_untold) {
            fulfillment.owed.remove(&Duty::ChannelShipment);
        }
        Ok(self)
    }
}

/// Whether it has left, and its shop was not told, or was told another number.
fn is_untold(parcel: &Parcel) -> bool {
    let Some(shipment) = &parcel.shipment else { return false };
    parcel.at_channel.as_ref().is_none_or(|told| told.tracking_number != shipment.tracking_number.as_str())
}

/// How many units of each line are still wanted, by the shop's ids of lines.
fn units(told: &ChannelOrder) -> BTreeMap<String, u32> {
    let mut units: BTreeMap<String, u32> = BTreeMap::new();
    for line in &told.lines {
        *units.entry(line.id.clone()).or_default() += line.quantity;
    }
    for (line, refunded) in told.refunds.iter().flat_map(|refund| &refund.lines) {
        if let Some(left) = units.get_mut(line) {
            *left = left.saturating_sub(*refunded);
        }
    }
    units
}

/// What a person is told of units that came to an order, which nothing here can add.
fn added(before: &BTreeMap<String, u32>, now: &BTreeMap<String, u32>) -> String {
    let more = |(line, units): (&String, &u32)| {
        let was = before.get(line).copied().unwrap_or_default();
        (*units > was).then(|| format!("line {line} went from {was} to {units} units"))
    };
    let more: Vec<String> = now.iter().filter_map(more).collect();
    if more.is_empty() {
        return String::new();
    }
    format!("{}: units cannot be added here, so place what was added as another order", more.join(", "))
}

/// A hash of who ordered and where it goes.
fn who(told: &ChannelOrder) -> String {
    let mut hash = Sha256::new();
    let mut add = |text: &str| {
        hash.update(text);
        hash.update([0]);
    };
    let ChannelOrder { customer, ships_to, bills_to, .. } = told;
    for text in [Some(&customer.name), customer.email.as_ref(), customer.phone.as_ref(), customer.locale.as_ref()] {
        add(text.map(String::as_str).unwrap_or_default());
    }
    for address in [ships_to, bills_to] {
        let PostalAddress { name, company, line1, line2, city, postal_code, region, country } =
            address.clone().unwrap_or_default();
        for text in [name, company, line1, line2, city, postal_code, region, country] {
            add(&text);
        }
    }
    data_encoding::BASE64URL_NOPAD.encode(&hash.finalize()[..12])
}
