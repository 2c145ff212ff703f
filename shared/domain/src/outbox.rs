//! The outcome of an e-mail, recorded where it was owed.

use crate::{
    duty::{Duty, EmailKind, Owed},
    fulfillment::Fulfillment,
    history::{self, Entry, Event, Stamp},
    order_state::OrderState,
    returns::Return,
    safeguards::Safeguard,
};

/// What may owe e-mails: an order's state, a fulfillment or a return.
pub trait OwesMail: Sized {
    #[doc(hidden)]
    fn duties_and_history(&mut self) -> (&mut Owed, &mut Vec<Entry>);

    /// Records that the e-mail was sent, or never will be: removes the duty and adds to the timeline. A cancellation
    /// may drop the duty while the mail is being sent. The timeline still records that mail.
    fn mail_dealt_with(mut self, kind: &EmailKind, what: Event, stamp: &Stamp) -> Self {
        let (owed, history) = self.duties_and_history();
        let was_owed = owed.remove(&Duty::Email(kind.clone()));
        let note = kind.to_string();
        let is_told = history.iter().any(|entry| entry.what == what && entry.note == note);
        if was_owed || !(is_told || Safeguard::EmailIsRecordedAfterCancel.is_off()) {
            history::add(history, stamp.entry(what, note));
        }
        self
    }
}

macro_rules! owes_mail {
    ($($record:ty),+) => {
        $(impl OwesMail for $record {
            fn duties_and_history(&mut self) -> (&mut Owed, &mut Vec<Entry>) {
                (&mut self.owed, &mut self.history)
            }
        })+
    };
}

owes_mail!(OrderState, Fulfillment, Return);
