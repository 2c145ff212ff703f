//! What people tell of an order's money.

use api::{Body, FieldError, Fields, Problem, date};
use domain::{
    ids::{OrderId, PaymentId},
    ledger::{Manual, Payer, PaymentMethod, PaymentText},
    money::Amount,
    order_state::{EnteredPayment, Standing, ToldOutcome},
    text::Text,
};
use jiff::{ToSpan as _, civil::Date, tz::TimeZone};

use super::RefundedAmount as PaidAmount;

/// A payment that no provider tells of.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct EnterPayment {
    /// How the money comes.
    pub method: PaymentMethod,
    /// Where it is. `received` and `on_account` need a key of an operator.
    pub status: Standing,
    /// In minor units of the order's currency.
    #[cfg_attr(feature = "schema", schemars(with = "PaidAmount"))]
    pub amount: Amount,
    /// The day on which the money came, or is due. Without it, `received` money came today, what is expected is waited for as long as
    /// the stock is reserved, and what is on account is due in 30 days.
    #[cfg_attr(feature = "schema", schemars(with = "Option<domain::schema::Date>"))]
    pub on: Option<Date>,
    /// What it is found by elsewhere: the number of the invoice or the gift card, the text of the transfer.
    pub reference: Option<PaymentText>,
    /// Who pays, and so who gets a refund.
    pub payer: Option<Payer>,
    /// The entry of a bank's statement that it is, as `POST /operations/statements` proposes it. An entry is taken once.
    pub entry: Option<Text<1, 64>>,
    /// The `Idempotency-Key` header.
    #[cfg_attr(feature = "schema", schemars(skip))]
    pub key: String,
}

impl Body for EnterPayment {
    fn read(fields: &Fields<'_>) -> Option<Self> {
        let method = fields.text("method");
        let status: Option<Standing> = fields.text("status");
        let amount: Option<PaidAmount> = fields.whole("amount");
        let on = fields.optional_text_by("on", date);
        let reference = fields.optional_text("reference");
        let payer = fields.optional_object("payer", |payer| {
            let (name, iban) = (payer.text("name"), payer.optional_text("iban"));
            Some(Payer { name: name?, iban: iban? })
        });
        let entry = fields.optional_text("entry");
        let key = fields.required_key("a payment that is sent again after a time-out would count twice");
        Some(Self {
            method: method?,
            status: status?,
            amount: amount?.get(),
            on: on?,
            reference: reference?,
            payer: payer?,
            entry: entry?,
            key: key?,
        })
    }
}

impl EnterPayment {
    /// Whether its day and its entry go with where the money is.
    pub fn check(&self, today: Date) -> Result<(), Problem> {
        let wrong = |field, why: String| Err(Problem::invalid(vec![FieldError::new(field, why)]));
        let days = self.status.most_days_ahead();
        if self.on.is_some_and(|on| on > today.saturating_add(days.days())) {
            return wrong("on", format!("must be at most {days} days after today"));
        }
        if self.entry.is_some() && self.status != Standing::Received {
            return wrong("status", "must be received: the bank has the money of a statement's entry".to_owned());
        }
        Ok(())
    }

    /// As the rules take it.
    pub fn entered(self, order: &OrderId) -> EnteredPayment {
        let Self { method, status, amount, on, reference, payer, entry, key } = self;
        let id = match &entry {
            Some(entry) => PaymentId::manual(&["statement", entry]),
            None => PaymentId::manual(&[order.as_str(), &key]),
        };
        // A day's money has come by noon; what is due on a day may come until it is over.
        let moment = |day: Date| {
            let moment = match status {
                Standing::Received => day.at(12, 0, 0, 0),
                Standing::Expected | Standing::OnAccount => day.checked_add(1.day()).ok()?.at(0, 0, 0, 0),
            };
            TimeZone::UTC.to_timestamp(moment).ok()
        };
        EnteredPayment {
            id,
            standing: status,
            amount,
            on: on.and_then(moment),
            manual: Manual { method, reference, payer },
        }
    }
}

/// What came of a refund, a capture or a void.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct TellOutcome {
    /// Whether the money has moved, or an authorization was given up.
    pub outcome: ToldOutcome,
}

impl Body for TellOutcome {
    fn read(fields: &Fields<'_>) -> Option<Self> {
        fields.text("outcome").map(|outcome| Self { outcome })
    }
}
