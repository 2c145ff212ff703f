//! Erasing the customer's data of an order. Its goods, its money and the moments stay: the books need them.

use super::Order;
use crate::{
    contact::EmailAddress,
    found_by::FoundBy,
    fulfillment::FulfillmentStatus,
    history::{Event, Stamp, without_words},
    order_state::{Erasure, OrderStatus},
    placed_order::{Address, Customer, PlacedOrder},
    returns::ReturnStatus,
    safeguards::Safeguard,
    text::Name,
};

/// What stands where something was erased.
const ERASED: &str = "erased";

impl Order {
    /// Notes that the customer's data must be erased. It is as soon as nobody needs it any more.
    pub fn ask_for_erasure(mut self, stamp: &Stamp) -> Self {
        if self.state.erasure.is_none() {
            self.state.erasure = Some(Erasure::Asked { at: stamp.at });
            self.state.add_entry(stamp, Event::ErasureRequested, "");
        }
        self
    }

    /// Notes that somebody was given the customer's data.
    pub fn note_export(mut self, stamp: &Stamp) -> Self {
        self.state.add_entry(stamp, Event::DataExported, "");
        self
    }

    /// What the customer's data is still needed for. None: it can be erased.
    pub fn needs_customer_for(&self) -> Option<&'static str> {
        let state = &self.state;
        let owes = !state.owed.is_empty()
            || self.fulfillments.values().any(|of| !of.owed.is_empty())
            || self.returns.values().any(|returned| !returned.owed.is_empty());
        let is_open = |status| !matches!(status, ReturnStatus::Declined | ReturnStatus::Inspected);
        let travels = |status| status == FulfillmentStatus::HandedOver;
        let needs = [
            (state.status.is_active(), "the order is not finished"),
            (self.fulfillments.values().any(|of| travels(of.status)), "a parcel is on its way"),
            (self.returns.values().any(|returned| is_open(returned.status)), "a return is open"),
            (state.ledger.disputes().next().is_some(), "a payment is disputed"),
            (state.evidence_due_by().is_some(), "a dispute is to be answered"),
            (state.ledger.has_refund_under_way(), "a refund is under way"),
            (state.awaits_money_on_account(), "its money has not come"),
            (!state.holds.is_empty(), "the order is on hold"),
            (owes, "work on it is still owed"),
        ];
        needs.into_iter().find(|(needs, _)| *needs).map(|(_, what)| what)
    }

    /// Erases the customer's data, in a next revision: who it is, where the goods went, and what people wrote. An order that still needs it stays
    /// as it is, and so does one that was erased before.
    pub fn erase(mut self, stamp: &Stamp) -> Self {
        let is_needed = self.needs_customer_for().is_some() && !Safeguard::ErasureWaits.is_off();
        if self.state.is_erased() || is_needed {
            return self;
        }
        self.placed = self.placed.without_customer();
        self.placed.revision = self.placed.revision.next();
        self.state.revision = self.placed.revision;
        self.state.erasure = Some(Erasure::Done { at: stamp.at });
        if matches!(self.state.status, OrderStatus::Expired | OrderStatus::Cancelled { .. }) {
            // Money that comes after all must go back: there is nobody to send goods to.
            self.state.status = OrderStatus::Cancelled { reason: ERASED.into() };
            self.state.stock.clear();
        }
        if let Some(told) = &mut self.state.told_by_shop {
            told.who.clear();
        }
        without_words(&mut self.state.history);
        for payment in self.state.ledger.payments.values_mut() {
            payment.forget_payer();
        }
        for evidence in self.state.ledger.evidence.values_mut() {
            evidence.text = None;
        }
        for fulfillment in self.fulfillments.values_mut() {
            without_words(&mut fulfillment.history);
            for parcel in &mut fulfillment.parcels {
                parcel.forget_words();
            }
            for label in &mut fulfillment.labels {
                label.forget_words();
            }
        }
        for returned in self.returns.values_mut() {
            without_words(&mut returned.history);
            if let Some(deduction) = &mut returned.deduction {
                ERASED.clone_into(&mut deduction.reason);
            }
        }
        self.state.add_entry(stamp, Event::Erased, "");
        self
    }
}

impl PlacedOrder {
    fn without_customer(self) -> Self {
        let country = |address: Address| Address {
            name: Name::literal(ERASED),
            company: None,
            line1: Name::literal(ERASED),
            line2: None,
            city: None,
            postal_code: None,
            region: None,
            country: address.country,
        };
        Self {
            customer: Customer {
                name: Name::literal(ERASED),
                email: EmailAddress::nobody(),
                phone: None,
                locale: None,
                vat_id: None,
            },
            // Taxes depend on the country.
            shipping_address: country(self.shipping_address),
            billing_address: self.billing_address.map(country),
            found_by: FoundBy::default(),
            ..self
        }
    }
}
