//! Who did what and when: the timeline of an order, kept beside the state that it explains.

use crate::{names::names, safeguards::Safeguard};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Who caused a change: `storefront:web`, `operator:anna`, a payment provider, `orderly`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor(String);

impl Actor {
    /// Orderly itself, not asked by anyone.
    pub fn orderly() -> Self {
        Self("orderly".into())
    }

    /// A payment provider's event.
    pub fn provider(name: &str) -> Self {
        Self::named(name, "")
    }

    /// The holder of an API key: the role, and the channel or the key's name.
    pub fn caller(role: &str, name: &str) -> Self {
        Self::named(role, name)
    }

    fn named(kind: &str, name: &str) -> Self {
        // A space separates the fields of an entry.
        let clean = |text: &str| text.replace(|c: char| c.is_whitespace() || c.is_control(), "_");
        match name {
            "" => Self(clean(kind)),
            name => Self(format!("{}:{}", clean(kind), clean(name))),
        }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Who does something and when. Every change of an order carries one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    pub by: Actor,
    pub at: Timestamp,
}

impl Stamp {
    pub fn new(by: Actor, at: Timestamp) -> Self {
        Self { by, at }
    }

    /// Orderly itself, not asked by anyone.
    pub fn orderly(at: Timestamp) -> Self {
        Self { by: Actor::orderly(), at }
    }

    /// The timeline entry of a change.
    pub fn entry(&self, what: Event, note: impl Into<String>) -> Entry {
        Entry { at: self.at, by: self.by.0.clone(), what, note: note.into() }
    }
}

/// Who changed a record last, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LastChange {
    /// When it was changed, in UTC.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Moment"))]
    pub at: Timestamp,
    /// Who changed it, as `role:name` of an API key: `operator:anna`.
    pub by: String,
}

impl From<&Stamp> for LastChange {
    fn from(stamp: &Stamp) -> Self {
        Self { at: stamp.at, by: stamp.by.0.clone() }
    }
}

names! {
    /// What happened. A name says what changed, never who changed it.
    #[cfg_attr(feature = "schema", schemars(rename = "TimelineEvent"))]
    Event {
        // An order.
        Placed = "placed",
        Paid = "paid",
        Deducted = "deducted",
        Dispatched = "dispatched",
        Completed = "completed",
        Cancelled = "cancelled",
        /// What had not left was cancelled.
        RestCancelled = "rest-cancelled",
        /// What was picked and is not sent lies in its bins again.
        PutBack = "put-back",
        /// What a closed location had not begun is looked for elsewhere.
        Rerouted = "rerouted",
        /// Lines, an address or a contact were changed.
        Edited = "edited",
        /// It was changed at its sales channel, and nothing of that can be done here.
        ChangedAtChannel = "changed-at-channel",
        /// Its sales channel was told of a parcel or a cancellation.
        ToldToChannel = "told-to-channel",
        /// Its sales channel was told of something that was decided or done here, and does not take it.
        NotTakenByChannel = "not-taken-by-channel",
        /// A person asked for an invoice.
        InvoiceRequested = "invoice-requested",
        /// An invoice was issued, with its number.
        InvoiceIssued = "invoice-issued",
        /// A credit note was issued, with its number.
        CreditNoteIssued = "credit-note-issued",
        Expired = "expired",
        Held = "held",
        Released = "released",
        // Its money.
        PaymentPending = "payment-pending",
        PaymentAuthorized = "payment-authorized",
        /// A person vouches for money that comes later.
        PaymentPromised = "payment-promised",
        /// All of the order's money is captured, or authorized so that Orderly can capture it.
        Secured = "secured",
        CaptureIntended = "capture-intended",
        CaptureFailed = "capture-failed",
        /// Another attempt at a capture or a void: the provider certainly did not make the one before.
        CaptureRetried = "capture-retried",
        /// A cancelled order gives up what its customer authorized.
        VoidIntended = "void-intended",
        PaymentCaptured = "payment-captured",
        PaymentFailed = "payment-failed",
        PaymentVoided = "payment-voided",
        /// A person said which order the payment is for, took that back, or said that it is for none.
        PaymentAssigned = "payment-assigned",
        PaymentUnassigned = "payment-unassigned",
        PaymentDismissed = "payment-dismissed",
        /// The rest of an authorization was given up. It was never charged.
        AuthorizationReleased = "authorization-released",
        /// The provider was asked what it knows of the payments.
        PaymentsAsked = "payments-asked",
        /// More was paid than is due.
        Overpaid = "overpaid",
        /// A person accepted less than the total.
        ShortPaymentAccepted = "short-payment-accepted",
        /// The provider's own sum of a payment's refunds.
        RefundedInTotal = "refunded-in-total",
        RefundIntended = "refund-intended",
        /// A person ordered a refund.
        RefundRequested = "refund-requested",
        /// A dispute keeps it from going out.
        RefundBlocked = "refund-blocked",
        /// The bank gave the money to the customer instead.
        RefundCovered = "refund-covered",
        RefundPending = "refund-pending",
        RefundSucceeded = "refund-succeeded",
        RefundFailed = "refund-failed",
        /// Another attempt at a refund: a person ordered it, or the provider certainly did not make the one before.
        RefundRetried = "refund-retried",
        DisputeInquiry = "dispute-inquiry",
        DisputeInquiryClosed = "dispute-inquiry-closed",
        DisputeOpened = "dispute-opened",
        DisputeWon = "dispute-won",
        DisputeLost = "dispute-lost",
        /// Evidence was given for a dispute. The bank decides.
        DisputeAnswered = "dispute-answered",
        /// A person ordered that evidence is given.
        EvidenceIntended = "evidence-intended",
        /// The provider has the evidence.
        EvidenceSubmitted = "evidence-submitted",
        EvidenceFailed = "evidence-failed",
        /// Another attempt: the provider certainly did not get the one before.
        EvidenceRetried = "evidence-retried",
        /// Nobody gave evidence in time.
        EvidenceMissed = "evidence-missed",
        /// A person has answered a dispute at the provider, or lets it be.
        AnsweredElsewhere = "answered-elsewhere",
        // A fulfillment.
        Created = "created",
        Picking = "picking",
        Picked = "picked",
        Packed = "packed",
        HandedOver = "handed_over",
        Delivered = "delivered",
        /// What became of a parcel on its way.
        ParcelReported = "parcel-reported",
        TrackingCorrected = "tracking-corrected",
        /// The tracking service cannot follow a parcel.
        NotFollowed = "not-followed",
        /// A label is to be bought.
        LabelOrdered = "label-ordered",
        LabelBought = "label-bought",
        /// No label was bought.
        LabelFailed = "label-failed",
        /// Nobody wants a label any more.
        LabelGivenUp = "label-given-up",
        /// Its service takes a label back.
        LabelVoided = "label-voided",
        /// Its service does not take a label back.
        LabelNotVoided = "label-not-voided",
        /// A parcel that did not reach its customer stands at its sender's again.
        ReceivedBack = "received-back",
        /// It was decided what is done about a parcel that did not arrive.
        ParcelResolved = "parcel-resolved",
        // A return.
        Requested = "requested",
        Approved = "approved",
        Declined = "declined",
        Received = "received",
        Inspected = "inspected",
        /// The order's note of an inspection that led to no refund.
        ReturnInspected = "return-inspected",
        /// Refunds that were made elsewhere count for this return.
        Credited = "credited",
        /// The refund of a return waits for an operator.
        RefundToApprove = "refund-to-approve",
        /// An operator decided the refund of a return.
        RefundApproved = "refund-approved",
        // The customer's data.
        DataExported = "data-exported",
        ErasureRequested = "erasure-requested",
        Erased = "erased",
        // E-mails.
        Emailed = "emailed",
        /// Nobody is left to write to: the customer's data was erased.
        NotEmailed = "not-emailed",
        /// The mail service refuses the customer's address.
        EmailRefused = "email-refused",
        // What became of them.
        EmailDelivered = "email-delivered",
        EmailBounced = "email-bounced",
        /// It was not sent: the address is on the suppression list.
        EmailSuppressed = "email-suppressed",
        /// The recipient called it spam.
        EmailComplained = "email-complained",
        /// The mail service found something bad in it, and did not send it.
        EmailRejected = "email-rejected",
        /// One that did not arrive is to be sent again.
        EmailOwedAgain = "email-owed-again",
        /// A person decided that nothing is done about one that did not arrive.
        EmailDismissed = "email-dismissed",
    }
}

impl Event {
    /// How many entries of it a history keeps, if it may repeat without end: customers try cards, systems repeat
    /// themselves, and people change their minds.
    fn kept(self) -> Option<usize> {
        match self {
            Self::PaymentFailed
            | Self::PaymentPending
            | Self::PaymentPromised
            | Self::PaymentVoided
            | Self::PaymentsAsked => Some(10),
            Self::Held
            | Self::Released
            | Self::Edited
            | Self::ChangedAtChannel
            | Self::ToldToChannel
            | Self::NotTakenByChannel
            | Self::Rerouted
            | Self::PaymentAuthorized
            | Self::PaymentAssigned
            | Self::PaymentUnassigned
            | Self::PaymentDismissed
            | Self::RefundedInTotal
            | Self::RefundBlocked
            | Self::RefundCovered
            | Self::RefundFailed
            | Self::RefundRetried
            | Self::DisputeInquiry
            | Self::DisputeInquiryClosed
            | Self::DisputeOpened
            | Self::DisputeWon
            | Self::DisputeLost
            | Self::DisputeAnswered
            | Self::EvidenceIntended
            | Self::EvidenceSubmitted
            | Self::EvidenceFailed
            | Self::EvidenceRetried
            | Self::EvidenceMissed
            | Self::AnsweredElsewhere
            | Self::DataExported
            | Self::ParcelReported
            | Self::TrackingCorrected
            | Self::NotFollowed
            | Self::LabelOrdered
            | Self::LabelBought
            | Self::LabelFailed
            | Self::LabelGivenUp
            | Self::LabelVoided
            | Self::LabelNotVoided
            | Self::EmailDelivered
            | Self::EmailBounced
            | Self::EmailSuppressed
            | Self::EmailComplained
            | Self::EmailRejected
            | Self::EmailOwedAgain
            | Self::EmailDismissed => Some(20),
            Self::Emailed | Self::NotEmailed | Self::EmailRefused => Some(500),
            _ => None,
        }
    }
}

/// Adds an entry to a history. Of what may repeat without end, the first entry and the last ones are kept, so that no item
/// grows for ever. The log has had the others.
pub fn add(history: &mut Vec<Entry>, entry: Entry) {
    if let Some(kept) = entry.what.kept() {
        let mut same = (0..history.len()).filter(|n| history[*n].what == entry.what);
        if let (_, Some(second)) = (same.next(), same.next())
            && same.count() + 2 >= kept
        {
            history.remove(second);
        }
    }
    history.push(entry);
}

/// Empties the notes of people, who may have named the customer. What providers and Orderly noted names nobody.
pub(crate) fn without_words(history: &mut [Entry]) {
    let has_words = |entry: &&mut Entry| entry.may_have_words() && !Safeguard::WordsAreErased.is_off();
    for entry in history.iter_mut().filter(has_words) {
        entry.note.clear();
    }
}

/// One line of a timeline.
///
/// It is stored as one string: `1764000000000 orderly paid 45.00 EUR`. Every step of an order writes its state, and
/// each kilobyte costs a write unit, so the names of fields are not repeated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Entry {
    pub at: Timestamp,
    pub by: String,
    pub what: Event,
    /// The rest, for people. Orderly and providers never put a customer's data into it; people may.
    pub note: String,
}

impl Entry {
    /// Whether its note may have words of the holder of an API key, or of a carrier. Some notes are never people's own words.
    fn may_have_words(&self) -> bool {
        use Event::{
            LabelFailed, LabelNotVoided, NotFollowed, ParcelReported, PaymentAssigned, PaymentDismissed,
            PaymentUnassigned, Released,
        };
        let is_ours = matches!(self.what, Released | PaymentAssigned | PaymentUnassigned | PaymentDismissed);
        let is_carriers = matches!(self.what, ParcelReported | NotFollowed | LabelFailed | LabelNotVoided);
        (self.by.contains(':') || is_carriers) && !is_ours
    }
}

impl From<Entry> for String {
    fn from(entry: Entry) -> Self {
        let Entry { at, by, what, note } = entry;
        let text = format!("{} {by} {what} {note}", at.as_millisecond());
        text.trim_end().to_owned()
    }
}

impl TryFrom<String> for Entry {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let mut fields = text.splitn(4, ' ');
        let (Some(at), Some(by), Some(what)) = (fields.next(), fields.next(), fields.next()) else {
            return Err(format!("not a history entry: {text:?}"));
        };
        let at = at.parse().ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
        Ok(Self {
            at: at.ok_or_else(|| format!("not a moment in a history entry: {text:?}"))?,
            by: by.to_owned(),
            what: what.parse().map_err(|_| format!("not an event that this version knows: {text:?}"))?,
            note: fields.next().unwrap_or_default().to_owned(),
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_reads_back_as_it_was_written() {
        let stamp =
            Stamp::new(Actor::caller("operator", "Anna B"), Timestamp::from_millisecond(1_764_000_000_123).unwrap());
        for event in Event::ALL {
            for note in ["", "45.00 EUR", "two  spaces"] {
                let entry = stamp.entry(*event, note);
                assert_eq!(Entry::try_from(String::from(entry.clone())).unwrap(), entry);
            }
        }
    }

    #[test]
    fn of_what_repeats_without_end_the_first_and_the_last_entries_are_kept() {
        let entry = |second, what| Stamp::orderly(Timestamp::from_second(second).unwrap()).entry(what, "");
        let mut history = vec![entry(0, Event::Placed)];
        for second in 1..=5_000 {
            add(&mut history, entry(second, Event::PaymentFailed));
        }
        add(&mut history, entry(5_001, Event::Paid));
        let seconds: Vec<i64> = history.iter().map(|entry| entry.at.as_second()).collect();
        assert_eq!(seconds[..3], [0, 1, 4_992]);
        assert_eq!((seconds.len(), seconds[11]), (12, 5_001));
    }

    #[test]
    fn no_name_of_an_event_has_a_space_which_separates_the_fields() {
        assert!(Event::ALL.iter().all(|event| !event.as_str().contains(' ')));
    }
}
