//! The wording of each kind of e-mail in a language: which messages, and the values in them.

use super::{
    CancelledPayment, Delivered, Difference, Line, Money, Order, OrderCancelled, OrderEdited, ParcelTrouble,
    PaymentConfirmed, PricedLine, RefundSent, RefundedLine, ReturnReceived, Shipped, Totals, TrackingCorrected,
    messages::{self, ConfirmedMoney, Messages},
    sentence::Sentence,
};

impl Order {
    pub(super) fn greeting(&self, messages: &Messages) -> Sentence {
        (messages.frame.greeting)(self.customer.as_deref())
    }
}

impl Line {
    pub(super) fn units(&self, messages: &Messages) -> String {
        (messages.goods.quantity)(&messages.number(self.quantity))
    }
}

impl RefundedLine {
    pub(super) fn units(&self, messages: &Messages) -> String {
        (messages.goods.quantity)(&messages.number(self.quantity))
    }

    /// Empty if the line has no amount of its own.
    pub(super) fn price(&self, messages: &Messages) -> String {
        self.amount.as_ref().map(|amount| messages.money(amount)).unwrap_or_default()
    }

    pub(super) fn units_and_price(&self, messages: &Messages) -> String {
        [self.units(messages), self.price(messages)]
            .into_iter()
            .filter(|text| !text.is_empty())
            .collect::<Vec<_>>()
            .join(": ")
    }
}

impl Totals {
    pub(super) fn tax_label(&self, messages: &Messages) -> &'static str {
        if self.tax_included { messages.goods.tax_included } else { messages.goods.tax }
    }
}

impl PaymentConfirmed {
    pub(super) fn subject(&self, messages: &Messages) -> String {
        (messages.payment_confirmed.subject)(&self.order.number)
    }

    pub(super) fn preheader(&self, messages: &Messages) -> String {
        let arrival = self.arrival.map(|range| messages.calendar.range(range));
        (self.words(messages).preheader)(&messages.money(&self.totals.total), arrival.as_deref())
    }

    pub(super) fn opening(&self, messages: &Messages) -> Sentence {
        let words = self.words(messages);
        let opening = if self.ships { words.opening } else { words.opening_without_goods };
        opening(&messages.money(&self.totals.total), &self.order.number)
    }

    pub(super) fn total<'m>(&self, messages: &'m Messages) -> &'m str {
        self.words(messages).total
    }

    fn words<'m>(&self, messages: &'m Messages) -> &'m ConfirmedMoney {
        if self.is_paid { &messages.payment_confirmed.paid } else { &messages.payment_confirmed.authorized }
    }

    pub(super) fn arrival(&self, messages: &Messages) -> String {
        self.arrival.map_or_else(
            || messages.payment_confirmed.arrival_unknown.to_owned(),
            |range| messages.calendar.range(range),
        )
    }

    /// The number of a line's units that wait for stock, if any.
    pub(super) fn backordered(&self, line: &PricedLine, messages: &Messages) -> Option<String> {
        let words = &messages.payment_confirmed;
        let note = match line.backordered {
            0 => return None,
            n if n < line.quantity => (words.partly_backordered)(&messages.number(n), &messages.number(line.quantity)),
            _ => words.backordered.to_owned(),
        };
        Some(if self.arrival.is_some() { (words.allowed_for)(&note) } else { note })
    }
}

impl Shipped {
    pub(super) fn subject(&self, messages: &Messages) -> String {
        let (words, order) = (&messages.shipped, &self.order.number);
        if self.parcel.is_part() { (words.subject_of_part)(self.parcel, order) } else { (words.subject)(order) }
    }

    pub(super) fn preheader(&self, messages: &Messages) -> String {
        (messages.shipped.preheader)(&self.carrier, &self.tracking_number, self.arrival(messages).as_deref())
    }

    pub(super) fn arrival(&self, messages: &Messages) -> Option<String> {
        self.arrival.map(|range| messages.calendar.range(range))
    }

    pub(super) fn opening(&self, messages: &Messages) -> Sentence {
        let (words, order) = (&messages.shipped, &self.order.number);
        if self.parcel.is_part() { (words.opening_of_part)(self.parcel, order) } else { (words.opening)(order) }
    }
}

impl Delivered {
    pub(super) fn subject(&self, messages: &Messages) -> String {
        let (words, order) = (&messages.delivered, &self.order.number);
        if self.parcel.is_part() { (words.subject_of_part)(self.parcel, order) } else { (words.subject)(order) }
    }

    pub(super) fn preheader(&self, messages: &Messages) -> String {
        (messages.delivered.preheader)(&messages.day(self.delivered_on))
    }

    pub(super) fn opening(&self, messages: &Messages) -> Sentence {
        let (words, order, day) = (&messages.delivered, &self.order.number, messages.day(self.delivered_on));
        if self.parcel.is_part() {
            (words.opening_of_part)(self.parcel, order, &day)
        } else {
            (words.opening)(order, &day)
        }
    }
}

impl OrderEdited {
    pub(super) fn subject(&self, messages: &Messages) -> String {
        (messages.order_edited.subject)(&self.order.number)
    }

    pub(super) fn preheader(&self, messages: &Messages) -> String {
        (messages.order_edited.preheader)(&messages.money(&self.totals.total))
    }

    pub(super) fn opening(&self, messages: &Messages) -> Sentence {
        (messages.order_edited.opening)(&self.order.number)
    }

    pub(super) fn payment(&self, messages: &Messages) -> String {
        let words = &messages.order_edited;
        match &self.difference {
            Difference::None => words.unchanged.to_owned(),
            Difference::Refunded(amount) => (words.refunded)(&messages.money(amount)),
            Difference::Due(amount) => (words.due)(&messages.money(amount)),
        }
    }
}

impl TrackingCorrected {
    pub(super) fn subject(&self, messages: &Messages) -> String {
        (messages.tracking_corrected.subject)(&self.order.number)
    }

    pub(super) fn preheader(&self, messages: &Messages) -> String {
        (messages.tracking_corrected.preheader)(&self.carrier, &self.tracking_number)
    }

    pub(super) fn opening(&self, messages: &Messages) -> Sentence {
        (messages.tracking_corrected.opening)(&self.order.number)
    }
}

impl ParcelTrouble {
    pub(super) fn subject(&self, messages: &Messages) -> String {
        (messages.parcel_trouble.subject)(self.trouble, &self.order.number)
    }

    pub(super) fn title(&self, messages: &Messages) -> &'static str {
        (messages.parcel_trouble.title)(self.trouble)
    }

    pub(super) fn opening(&self, messages: &Messages) -> Sentence {
        (messages.parcel_trouble.opening)(self.trouble, &self.order.number)
    }

    pub(super) fn next(&self, messages: &Messages) -> &'static str {
        (messages.parcel_trouble.next)(self.trouble)
    }
}

impl OrderCancelled {
    fn words<'a>(&self, messages: &'a Messages) -> &'a messages::Cancelled {
        if self.is_rest { &messages.order_cancelled.rest } else { &messages.order_cancelled.whole }
    }

    pub(super) fn subject(&self, messages: &Messages) -> String {
        (self.words(messages).subject)(&self.order.number)
    }

    pub(super) fn preheader(&self, messages: &Messages) -> String {
        self.payment(messages) + "."
    }

    pub(super) fn title(&self, messages: &Messages) -> &'static str {
        self.words(messages).title
    }

    pub(super) fn opening(&self, messages: &Messages) -> Sentence {
        (self.words(messages).opening)(&self.order.number)
    }

    pub(super) fn goods(&self, messages: &Messages) -> &'static str {
        self.words(messages).goods
    }

    /// What becomes of the money.
    pub(super) fn payment(&self, messages: &Messages) -> String {
        let (words, money) = (&messages.order_cancelled, |amount: &Money| messages.money(amount));
        match &self.payment {
            CancelledPayment::Uncharged => words.uncharged.to_owned(),
            CancelledPayment::Refunding(now) => (words.refunding)(&money(now)),
            CancelledPayment::RefundingRest { now, before } => (words.refunding_rest)(&money(now), &money(before)),
            CancelledPayment::Refunded(before) => (words.refunded)(&money(before)),
            CancelledPayment::ToBeSettled => words.to_be_settled.to_owned(),
        }
    }

    /// Whether money is on its way back.
    pub(super) fn is_refunding(&self) -> bool {
        matches!(self.payment, CancelledPayment::Refunding(_) | CancelledPayment::RefundingRest { .. })
    }
}

impl ReturnReceived {
    pub(super) fn subject(&self, messages: &Messages) -> String {
        (messages.return_received.subject)(&self.order.number)
    }

    pub(super) fn opening(&self, messages: &Messages) -> Sentence {
        (messages.return_received.opening)(&self.order.number)
    }
}

impl RefundSent {
    pub(super) fn subject(&self, messages: &Messages) -> String {
        (messages.refund_sent.subject)(&messages.money(&self.total), &self.order.number)
    }

    pub(super) fn preheader(&self, messages: &Messages) -> String {
        (messages.refund_sent.preheader)(&messages.money(&self.total))
    }

    /// What it is for, if it lists no goods.
    pub(super) fn cause(&self, messages: &Messages) -> Option<&'static str> {
        self.lines.is_empty().then(|| (messages.refund_sent.cause)(self.cause))
    }

    pub(super) fn opening(&self, messages: &Messages) -> Sentence {
        (messages.refund_sent.opening)(&messages.money(&self.total), &self.order.number)
    }
}
