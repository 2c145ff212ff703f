//! How a channel's order becomes one of ours. Each amount stays what the channel counted. What cannot be taken over as it is becomes a
//! doubt: a hold with a reason, for a person.

use super::{
    channel_order::{Bought, ChannelOrder, Charge, PostalAddress, Stage},
    contact::{Country, EmailAddress},
    found_by::FoundBy,
    ids::{ChannelId, Sku},
    money::Amount,
    order_state::HoldReason,
    placed_order::{Address, Customer, Discount, Line, MAX_LINES, PlacedOrder, Revision, Shipping},
    tax::Taxation,
    text::{Name, Text},
};
use std::collections::BTreeMap;

/// An order as it is taken over, and why a person has to look at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    pub placed: PlacedOrder,
    pub doubts: BTreeMap<HoldReason, String>,
}

/// Why an order cannot be stored at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken {
    #[error("it has more than {MAX_LINES} lines")]
    TooManyLines,
    #[error("its id is longer than 100 characters, or empty")]
    UnfitId,
}

/// What the parts of an order differ from its total by.
const DIFFERENCE: &str = "DIFFERENCE";
const FEE: &str = "FEE";

impl ChannelOrder {
    /// The order as it is placed here. `home`: where it is sold if nobody says where it goes.
    pub fn taken(&self, channel: &ChannelId, home: &Country) -> Result<Taken, NotTaken> {
        let mut doubts = Doubts::default();
        for doubt in &self.doubts {
            doubts.add(HoldReason::UnclearAtChannel, doubt);
        }
        if let Stage::Unknown(status) = &self.stage {
            let what = format!("its status there is {status:?}: release it if it is to be sent");
            doubts.add(HoldReason::UnclearAtChannel, &what);
        }
        if self.id.is_empty() || self.id.chars().count() > 100 {
            return Err(NotTaken::UnfitId);
        }
        let lines = self.lines(&mut doubts);
        if lines.len() > MAX_LINES - 1 {
            return Err(NotTaken::TooManyLines);
        }
        let customer = self.customer(&mut doubts);
        let shipping_address = self.shipping_address(&customer.name, home, &lines, &mut doubts);
        let mut placed = PlacedOrder {
            revision: Revision::FIRST,
            channel: channel.clone(),
            reference: self.id.clone(),
            placed_at: self.placed_at,
            currency: self.currency,
            customer,
            shipping_address,
            billing_address: self.bills_to.as_ref().and_then(PostalAddress::address),
            lines,
            shipping: self.shipping(),
            discount: None,
            tax_included: self.tax_included,
            total: self.total.max(0),
            payment: None,
            found_by: FoundBy::default(),
        };
        let off: Amount = self.fees.iter().map(|fee| self.taxed(fee.total, fee.tax)).filter(|fee| *fee < 0).sum();
        add_up(&mut placed, -off, &mut doubts);
        Ok(Taken { placed, doubts: doubts.0 })
    }

    /// An amount with its tax.
    fn taxed(&self, total: Amount, tax: Amount) -> Amount {
        if self.tax_included { total } else { total.saturating_add(tax) }
    }

    fn lines(&self, doubts: &mut Doubts) -> Vec<Line> {
        let goods = self.lines.iter().filter(|bought| bought.quantity > 0).map(|bought| bought.line(doubts));
        let mut lines: Vec<Line> = goods.collect();
        let fees = self.fees.iter().filter(|fee| self.taxed(fee.total, fee.tax) > 0);
        lines.extend(fees.map(|fee| Line {
            tax: fee.tax.max(0),
            taxation: rate(fee.tax_rate),
            ..service(FEE, &fee.title, fee.total.max(0))
        }));
        for (id, line) in (0..).zip(&mut lines) {
            line.id = id;
        }
        lines
    }

    fn customer(&self, doubts: &mut Doubts) -> Customer {
        let addresses = [&self.bills_to, &self.ships_to].into_iter().flatten().map(|address| address.name.as_str());
        let name = [self.customer.name.as_str()].into_iter().chain(addresses).find_map(fitted);
        let email: Option<EmailAddress> = self.customer.email.as_deref().and_then(|email| email.trim().parse().ok());
        if email.is_none() {
            let what = "the channel tells no e-mail address: set one with an edit, or release it to write no e-mails";
            doubts.add(HoldReason::ContactMissing, what);
        }
        Customer {
            name: name.unwrap_or(Name::literal("unknown")),
            email: email.unwrap_or_else(EmailAddress::unknown),
            phone: self.customer.phone.as_deref().and_then(fitted),
            locale: self.customer.locale.as_deref().and_then(fitted),
            vat_id: None,
        }
    }

    fn shipping_address(&self, name: &Name, home: &Country, lines: &[Line], doubts: &mut Doubts) -> Address {
        if let Some(address) = self.ships_to.as_ref().and_then(PostalAddress::address) {
            return address;
        }
        if lines.iter().any(|line| line.stocked) {
            let what = "the channel tells no address, or one without a street or a country: set it with an edit";
            doubts.add(HoldReason::IncorrectAddress, what);
        }
        let told = [&self.ships_to, &self.bills_to].into_iter().flatten().find_map(PostalAddress::country);
        Address::unknown(name.clone(), told.unwrap_or_else(|| home.clone()))
    }

    /// All that is charged for shipping, as one service.
    fn shipping(&self) -> Shipping {
        let titles: Vec<&str> = self.shipping.iter().map(|charge| charge.title.as_str()).collect();
        let sum = |of: fn(&Charge) -> Amount| self.shipping.iter().map(of).fold(0, Amount::saturating_add).max(0);
        let (total, mut rates) = (sum(|charge| charge.total), self.shipping.iter().map(|charge| charge.tax_rate));
        let first = rates.next().flatten();
        let price = sum(|charge| charge.subtotal).max(total);
        Shipping {
            method: fitted(&titles.join(" + ")).unwrap_or(Text::literal("None")),
            price,
            discount: price - total,
            tax: sum(|charge| charge.tax),
            taxation: rate(first.filter(|first| rates.all(|other| other == Some(*first)))),
        }
    }
}

impl Bought {
    fn line(&self, doubts: &mut Doubts) -> Line {
        let told: Option<Sku> = self.sku.as_deref().and_then(|sku| sku.parse().ok());
        if told.is_none() && self.stocked {
            let what = match self.sku.as_deref().filter(|sku| !sku.trim().is_empty()) {
                Some(sku) => format!("{sku:?} is no SKU ({}): give the product another one at the channel", self.title),
                None => format!("{:?} has no SKU: give the product one at the channel", self.title),
            };
            doubts.add(HoldReason::UnknownSku, &what);
        }
        let subtotal = self.subtotal.max(self.total).max(0);
        let units = Amount::from(self.quantity);
        let is_even = subtotal % units == 0;
        Line {
            id: 0, // it is given with the other lines
            sku: told.unwrap_or_else(|| Sku::standing_for(&self.listing)),
            title: fitted(&self.title).unwrap_or(Name::literal("unnamed")),
            quantity: self.quantity,
            // Rounded up, so that documents, which show it, never show a negative discount.
            unit_price: subtotal / units + Amount::from(!is_even),
            subtotal: (!is_even).then_some(subtotal),
            discount: subtotal - self.total.max(0),
            tax: self.tax.max(0),
            taxation: rate(self.tax_rate),
            stocked: self.stocked,
            at_channel: fitted(&self.id),
        }
    }
}

impl PostalAddress {
    /// The address, if a parcel can be sent there.
    fn address(&self) -> Option<Address> {
        Some(Address {
            name: fitted(&self.name).or_else(|| fitted(&self.company))?,
            company: fitted(&self.company),
            line1: fitted(&self.line1)?,
            line2: fitted(&self.line2),
            city: fitted(&self.city),
            postal_code: fitted(&self.postal_code),
            region: fitted(&self.region),
            country: self.country()?,
        })
    }

    fn country(&self) -> Option<Country> {
        match self.country.trim() {
            // What shops write of what ISO 3166-1 calls otherwise.
            "UK" => "GB".parse().ok(),
            "EL" => "GR".parse().ok(),
            code => code.to_ascii_uppercase().parse().ok(),
        }
    }
}

/// Why a person has to look at an order, by the reason of the hold.
#[derive(Debug, Default)]
struct Doubts(BTreeMap<HoldReason, String>);

impl Doubts {
    fn add(&mut self, reason: HoldReason, what: &str) {
        let note = self.0.entry(reason).or_default();
        if !note.is_empty() {
            note.push_str("; ");
        }
        note.push_str(what);
    }
}

/// Makes the parts of an order come to its total. `off` is taken off all of it. A difference beyond what rounding explains is a doubt.
fn add_up(placed: &mut PlacedOrder, off: Amount, doubts: &mut Doubts) {
    let discounted = |amount: Amount| (amount > 0).then_some(Discount { code: None, amount });
    placed.discount = discounted(off);
    let sum = placed.totals().map(|totals| totals.total);
    let rounding = Amount::try_from(placed.lines.len() + 1).unwrap_or(1);
    if sum.is_none_or(|sum| (placed.total - sum).abs() > rounding) {
        let money = |amount| placed.currency.format(amount);
        let parts = sum.map_or_else(|| "something that cannot be".to_owned(), money);
        let what = format!("the channel says that the total is {}, and its parts come to {parts}", money(placed.total));
        doubts.add(HoldReason::AmountsDiffer, &what);
    }
    let difference = sum.map_or(0, |sum| placed.total - sum);
    if difference > 0 {
        let id = placed.lines.iter().map(|line| line.id + 1).max().unwrap_or_default();
        placed.lines.push(Line { id, ..service(DIFFERENCE, "Difference to the total", difference) });
    } else if difference < 0 {
        placed.discount = discounted(off - difference);
    }
    if placed.lines.is_empty() || placed.totals().map(|totals| totals.total) != Some(placed.total) {
        charge_as_one(placed, doubts);
    }
}

/// Where the parts of an order cannot come to its total, the total is charged as one.
fn charge_as_one(placed: &mut PlacedOrder, doubts: &mut Doubts) {
    for line in &mut placed.lines {
        (line.unit_price, line.subtotal, line.discount, line.tax, line.taxation) = (0, None, 0, 0, Taxation::default());
    }
    let shipping = &mut placed.shipping;
    (shipping.price, shipping.discount, shipping.tax, shipping.taxation) = (0, 0, 0, Taxation::default());
    placed.discount = None;
    placed.lines.retain(|line| line.sku.as_str() != DIFFERENCE);
    let id = placed.lines.iter().map(|line| line.id + 1).max().unwrap_or_default();
    placed.lines.push(Line { id, ..service(DIFFERENCE, "All of it", placed.total) });
    let what = "its total is charged as one, since its parts do not come to it";
    doubts.add(HoldReason::AmountsDiffer, what);
}

/// A line that is charged, and neither picked nor sent.
fn service(sku: &'static str, title: &str, price: Amount) -> Line {
    Line {
        id: 0, // it is given with the other lines
        sku: Sku::literal(sku),
        title: fitted(title).unwrap_or(Name::literal("Fee")),
        quantity: 1,
        unit_price: price,
        subtotal: None,
        discount: 0,
        tax: 0,
        taxation: Taxation::default(),
        stocked: false,
        at_channel: None,
    }
}

fn rate(rate: Option<u16>) -> Taxation {
    Taxation { rate, ..Taxation::default() }
}

/// A text of a shop's, as far as it fits. None: nothing of it can be shown.
fn fitted<const MIN: usize, const MAX: usize>(text: &str) -> Option<Text<MIN, MAX>> {
    let shown: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    shown.trim().chars().take(MAX).collect::<String>().parse().ok()
}

#[cfg(test)]
mod tests;
