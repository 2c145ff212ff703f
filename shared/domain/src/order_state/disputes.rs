//! Answers to disputes: who is waited for until when, and what evidence is given.

use super::OrderState;
use crate::{
    Rejection,
    duty::Duty,
    history::{Event, Stamp},
    ids::{PaymentId, ProviderId},
    ledger::{Dispute, Evidence, Ledger, OwnWords, RequestState},
    problem::Code,
};
use jiff::{SignedDuration, Timestamp};

/// So long before evidence is due, a person hears of it.
pub const EVIDENCE_WARNING: SignedDuration = SignedDuration::from_hours(3 * 24);

/// How a dispute is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Orderly gives what it gathers, with what the shop writes itself.
    Submit(Option<OwnWords>),
    /// A person has answered at the provider, or lets the dispute be: nothing is sent, and nobody is waited for.
    Elsewhere,
}

impl OrderState {
    /// The disputes that a person has to answer in time, the most urgent first.
    pub fn disputes_to_answer(&self) -> Vec<(&PaymentId, &str, &Dispute)> {
        let in_time = |due_by: Option<Timestamp>| self.evidence_missed.is_none_or(|missed| due_by > Some(missed));
        let mut open: Vec<_> = self.ledger.unanswered().filter(|(.., of)| in_time(of.case.due_by)).collect();
        open.sort_by_key(|(_, id, dispute)| (dispute.case.due_by, *id));
        open
    }

    /// When the first evidence is due that nobody has given.
    pub fn evidence_due_by(&self) -> Option<Timestamp> {
        self.disputes_to_answer().first().and_then(|(.., dispute)| dispute.case.due_by)
    }

    /// Whether the time is over for evidence that nobody has given.
    pub fn misses_evidence(&self, now: Timestamp) -> bool {
        self.evidence_due_by().is_some_and(|due_by| due_by <= now)
    }

    /// Ends the wait for evidence whose time is over. The timeline says so.
    pub fn miss_evidence(mut self, now: Timestamp) -> Self {
        let due = |(_, id, dispute): (&PaymentId, &str, &Dispute)| Some((id.to_owned(), dispute.case.due_by?));
        let open: Vec<(String, Timestamp)> = self.disputes_to_answer().into_iter().filter_map(due).collect();
        for (id, due_by) in open.into_iter().filter(|(_, due_by)| *due_by <= now) {
            self.evidence_missed = self.evidence_missed.max(Some(due_by));
            self.add_entry(&Stamp::orderly(now), Event::EvidenceMissed, format!("{id} was due by {due_by}"));
        }
        self
    }

    /// Answers a dispute. Doing it again in the same way changes nothing.
    pub fn answer_dispute(mut self, id: &ProviderId, answer: &Answer, stamp: &Stamp) -> Result<Self, Rejection> {
        let none = || Rejection::new(Code::NotFound, format!("the order has no dispute {id}"));
        let (payment, dispute) = self.ledger.dispute(id.as_str()).ok_or_else(none)?;
        let (payment, dispute) = (payment.clone(), dispute.clone());
        let known = self.ledger.evidence.get(id);
        if known.is_some_and(|known| known.answers(&dispute) && is_same(known, answer)) {
            return Ok(self);
        }
        let refused = |why: &str| Err(Rejection::new(Code::NothingToAnswer, why));
        if !dispute.goes_on() {
            return refused("the dispute is over");
        }
        if dispute.case.answered || known.is_some_and(|known| known.answers(&dispute)) {
            return refused("its evidence was given, and a bank takes evidence once");
        }
        if let (Some(due_by), Answer::Submit(_)) = (dispute.case.due_by.filter(|by| *by <= stamp.at), answer) {
            return refused(&format!("its evidence was due by {due_by}"));
        }
        let last = known.map_or(0, |known| known.attempt);
        let (text, state, what) = match answer {
            Answer::Submit(text) => (text.clone(), RequestState::Intended, Event::EvidenceIntended),
            Answer::Elsewhere => {
                (None, RequestState::Succeeded { provider_id: id.to_string() }, Event::AnsweredElsewhere)
            }
        };
        let attempt = if state == RequestState::Intended { last + 1 } else { last };
        self.ledger.evidence.insert(id.clone(), Evidence { payment, stage: dispute.status, text, attempt, state });
        self.owe_evidence();
        self.add_entry(stamp, what, id.to_string());
        Ok(self)
    }

    pub(super) fn owe_evidence(&mut self) {
        if self.ledger.owed_evidence().next().is_some() {
            self.owed.insert(Duty::Evidence);
        } else {
            self.owed.remove(&Duty::Evidence);
        }
    }

    /// Tells what became of evidence. One that failed is to be given again, as long as there is time.
    pub(super) fn announce_evidence(&mut self, before: &Ledger, at: Timestamp) {
        let mut told = Vec::new();
        for (id, evidence) in &self.ledger.evidence {
            let old = before.evidence.get(id).map(|old| &old.state);
            match &evidence.state {
                new if old == Some(new) => {}
                RequestState::Pending { .. } => told.push((Event::EvidenceSubmitted, id.to_string())),
                RequestState::Failed { .. } => {
                    told.push((Event::EvidenceFailed, format!("{id} {}", evidence.reason())));
                }
                _ => {}
            }
        }
        for (what, note) in told {
            self.add_entry(&Stamp::orderly(at), what, note);
        }
    }
}

fn is_same(known: &Evidence, answer: &Answer) -> bool {
    match answer {
        Answer::Submit(text) => known.attempt > 0 && known.text == *text,
        Answer::Elsewhere => !known.state.is_owed(),
    }
}
