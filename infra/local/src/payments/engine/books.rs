//! The books of an account: its payments, what was done with their money, and its answers by idempotency key.

use super::{
    answers::{Answer, Answers},
    payment::{Capture, Complaint, Dispute, DisputeStatus, Payment, Progress, Refund, RefundStatus, Statement},
};
use crate::files;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// Why the books cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum BooksError {
    #[error("cannot use {}", path.display())]
    File {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("{} is not the payment provider's file: delete it, or `cargo run -- reset`", path.display())]
    Unreadable {
        path: PathBuf,
        #[source]
        source: serde_json::Error,
    },
}

/// Why the books do not take a movement of money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("there is no such payment")]
    Unknown,
    #[error("the payment is {0:?}, which does not allow this")]
    Progress(Progress),
    #[error("all of it has gone back already")]
    NothingLeft,
    /// In minor units.
    #[error("only {0} are left")]
    TooMuch(i64),
    #[error("there is no such dispute")]
    NoDispute,
}

/// The data that survives a restart.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Pages {
    payments: Vec<Payment>,
    refunds: Vec<Refund>,
    #[serde(default)]
    disputes: Vec<Dispute>,
    answers: Answers,
}

#[derive(Debug)]
pub(in crate::payments) struct Books {
    file: Option<PathBuf>,
    pages: Pages,
}

impl Books {
    /// Opens the books in `file`, or empty ones in memory.
    pub(super) fn open(file: Option<PathBuf>) -> Result<Self, BooksError> {
        let pages = file.as_deref().map(read).transpose()?.unwrap_or_default();
        Ok(Self { file, pages })
    }

    pub(super) fn save(&self) -> Result<(), BooksError> {
        let Some(path) = &self.file else {
            return Ok(());
        };
        let text = serde_json::to_vec_pretty(&self.pages)
            .map_err(|source| BooksError::Unreadable { path: path.clone(), source })?;
        files::write(path, &text).map_err(|source| BooksError::File { path: path.clone(), source })
    }

    pub(super) fn answers(&mut self) -> &mut Answers {
        &mut self.pages.answers
    }

    pub(super) fn remember(&mut self, key: String, answer: Answer) {
        self.pages.answers.remember(key, answer);
    }

    pub(in crate::payments) fn payments(&self) -> &[Payment] {
        &self.pages.payments
    }

    pub(in crate::payments) fn payment(&self, id: &str) -> Result<&Payment, Refusal> {
        self.pages.payments.iter().find(|payment| payment.id == id).ok_or(Refusal::Unknown)
    }

    /// Changes a payment at `now`.
    fn change(&mut self, id: &str, now: Timestamp) -> Result<&mut Payment, Refusal> {
        let payment = self.pages.payments.iter_mut().find(|payment| payment.id == id).ok_or(Refusal::Unknown)?;
        // A payment's versions are told apart by their times.
        payment.updated = Some(later(payment.changed(), now));
        Ok(payment)
    }

    pub(in crate::payments) fn refunds(&self) -> &[Refund] {
        &self.pages.refunds
    }

    pub(in crate::payments) fn refunds_of(&self, payment: &str) -> impl Iterator<Item = &Refund> {
        self.pages.refunds.iter().filter(move |refund| refund.payment == payment)
    }

    /// The disputes of a payment, in order.
    pub(in crate::payments) fn disputes_of(&self, payment: &str) -> impl Iterator<Item = &Dispute> {
        self.pages.disputes.iter().filter(move |dispute| dispute.payment == payment)
    }

    /// Every dispute, in order.
    pub(in crate::payments) fn disputes(&self) -> &[Dispute] {
        &self.pages.disputes
    }

    /// Changes a dispute at `now`.
    pub(in crate::payments) fn change_dispute(&mut self, id: &str, now: Timestamp) -> Result<&mut Dispute, Refusal> {
        let dispute = self.pages.disputes.iter_mut().find(|dispute| dispute.id == id).ok_or(Refusal::NoDispute)?;
        dispute.updated = later(dispute.updated, now);
        Ok(dispute)
    }

    /// A payment, with all that was done with its money.
    pub(in crate::payments) fn statement(&self, id: &str) -> Result<Statement<'_>, Refusal> {
        let payment = self.payment(id)?;
        Ok(Statement { payment, refunds: self.refunds_of(id).collect(), disputes: self.disputes_of(id).collect() })
    }

    pub(in crate::payments) fn add(&mut self, payment: Payment) {
        self.pages.payments.push(payment);
    }

    /// Moves a payment on.
    pub(in crate::payments) fn progress(
        &mut self,
        id: &str,
        progress: Progress,
        now: Timestamp,
    ) -> Result<&Payment, Refusal> {
        let payment = self.change(id, now)?;
        payment.progress = progress;
        payment.paid = (progress == Progress::Captured).then_some(now);
        Ok(payment)
    }

    /// Sets how much of an authorization is to be captured.
    pub(in crate::payments) fn set_amount(&mut self, id: &str, amount: i64, now: Timestamp) -> Result<(), Refusal> {
        let payment = self.change(id, now)?;
        if payment.progress != Progress::Authorized {
            return Err(Refusal::Progress(payment.progress));
        }
        if amount > payment.amount {
            return Err(Refusal::TooMuch(payment.amount));
        }
        payment.to_capture = Some(amount);
        Ok(())
    }

    /// Captures a part of an authorization. `is_final`: what is left is given up.
    pub(in crate::payments) fn capture(
        &mut self,
        id: &str,
        capture: Capture,
        is_final: bool,
        now: Timestamp,
    ) -> Result<&Payment, Refusal> {
        let payment = self.change(id, now)?;
        if payment.progress != Progress::Authorized {
            return Err(Refusal::Progress(payment.progress));
        }
        let before = payment.captured.unwrap_or(0);
        let left = payment.amount - before;
        if capture.amount > left {
            return Err(Refusal::TooMuch(left));
        }
        payment.captured = Some(before + capture.amount);
        payment.paid.get_or_insert(now);
        if is_final || capture.amount == left {
            payment.progress = Progress::Captured;
        }
        payment.captures.push(capture);
        Ok(payment)
    }

    /// Gives an authorization up, or what is left of it.
    pub(in crate::payments) fn cancel(&mut self, id: &str, now: Timestamp) -> Result<&Payment, Refusal> {
        let payment = self.change(id, now)?;
        match (payment.progress, payment.captured) {
            (Progress::Authorized, Some(_)) => {
                payment.progress = Progress::Captured;
                payment.rest_voided = true;
            }
            (Progress::Authorized | Progress::Processing, _) => payment.progress = Progress::Canceled,
            (other, _) => return Err(Refusal::Progress(other)),
        }
        Ok(payment)
    }

    /// What may still go back of a payment.
    pub(in crate::payments) fn left(&self, id: &str) -> Result<i64, Refusal> {
        let statement = self.statement(id)?;
        let received = statement.payment.received();
        if received == 0 {
            return Err(Refusal::Progress(statement.payment.progress));
        }
        match received - statement.refunded() {
            left if left > 0 => Ok(left),
            _ => Err(Refusal::NothingLeft),
        }
    }

    /// Enters a refund, if enough of its payment is left.
    pub(in crate::payments) fn refund(&mut self, refund: Refund, now: Timestamp) -> Result<(), Refusal> {
        let left = self.left(&refund.payment)?;
        if refund.amount > left {
            return Err(Refusal::TooMuch(left));
        }
        self.change(&refund.payment, now)?;
        self.pages.refunds.push(refund);
        Ok(())
    }

    /// A refund comes back from the customer's bank.
    pub(super) fn return_refund(&mut self, id: &str, now: Timestamp) -> Result<Refund, Refusal> {
        let is_it = |refund: &&mut Refund| refund.id == id && refund.status == RefundStatus::Succeeded;
        let refund = self.pages.refunds.iter_mut().find(is_it).ok_or(Refusal::Unknown)?;
        refund.status = RefundStatus::Failed;
        let refund = refund.clone();
        self.change(&refund.payment, now)?;
        Ok(refund)
    }

    /// The customer's bank disputes what a payment has brought.
    pub(super) fn dispute(
        &mut self,
        id: String,
        payment: &str,
        complaint: Complaint<'_>,
        now: Timestamp,
    ) -> Result<Dispute, Refusal> {
        let amount = self.left(payment)?;
        self.change(payment, now)?;
        let dispute = Dispute {
            id,
            payment: payment.to_owned(),
            amount,
            created: now,
            updated: now,
            status: DisputeStatus::Open,
            reason: Some(complaint.reason.to_owned()),
            due_by: Some(now + complaint.time),
            evidence: BTreeMap::new(),
            submissions: Vec::new(),
        };
        self.pages.disputes.push(dispute.clone());
        Ok(dispute)
    }

    /// Decides the last dispute of a payment. A bank may come back to what it has decided.
    pub(super) fn decide(&mut self, payment: &str, status: DisputeStatus, now: Timestamp) -> Result<Dispute, Refusal> {
        let last = self.pages.disputes.iter_mut().rfind(|dispute| dispute.payment == payment);
        let dispute = last.ok_or(Refusal::NoDispute)?;
        (dispute.status, dispute.updated) = (status, later(dispute.updated, now));
        let dispute = dispute.clone();
        self.change(payment, now)?;
        Ok(dispute)
    }
}

/// `now`, or a moment later if it is not after `before`.
fn later(before: Timestamp, now: Timestamp) -> Timestamp {
    let next = before.checked_add(jiff::SignedDuration::from_millis(1)).unwrap_or(before);
    now.max(next)
}

fn read(path: &Path) -> Result<Pages, BooksError> {
    match std::fs::read(path) {
        Ok(text) => {
            serde_json::from_slice(&text).map_err(|source| BooksError::Unreadable { path: path.to_owned(), source })
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Pages::default()),
        Err(source) => Err(BooksError::File { path: path.to_owned(), source }),
    }
}
