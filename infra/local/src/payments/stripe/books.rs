//! The provider's books: payments and refunds.

use crate::{
    files,
    payments::answers::{Answer, Answers},
};
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

/// How far a payment is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// A bank debit that was begun and not settled yet.
    Processing,
    /// A card that was authorized and not captured yet.
    Authorized,
    /// An authorization that was given up, or has ended.
    Canceled,
    #[default]
    Captured,
    /// The customer's bank refused the debit.
    Failed,
}

/// A payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// `pi_…`
    pub id: String,
    /// `ch_…`
    pub charge: String,
    /// The value of `metadata.order_id`.
    pub order_id: Option<String>,
    /// In minor units.
    pub amount: i64,
    /// ISO 4217 in lower case, as Stripe writes it.
    pub currency: String,
    /// Seconds since 1970.
    pub created: i64,
    #[serde(default)]
    pub progress: Progress,
    /// How much of an authorization was captured. None: it was paid at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub captured: Option<i64>,
}

impl Payment {
    /// The money that has come, in minor units.
    pub fn received(&self) -> i64 {
        match self.progress {
            Progress::Captured => self.captured.unwrap_or(self.amount),
            Progress::Processing | Progress::Authorized | Progress::Canceled | Progress::Failed => 0,
        }
    }
}

/// A refund as Stripe's API shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// `re_…`
    pub id: String,
    pub object: String,
    /// In minor units.
    pub amount: i64,
    pub charge: String,
    /// Seconds since 1970.
    pub created: i64,
    pub currency: String,
    pub metadata: BTreeMap<String, String>,
    pub payment_intent: String,
    pub reason: Option<String>,
    pub status: String,
}

/// The data that survives a restart.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Pages {
    payments: Vec<Payment>,
    refunds: Vec<Refund>,
    answers: Answers,
}

#[derive(Debug)]
pub(super) struct Books {
    file: Option<PathBuf>,
    pages: Pages,
}

impl Books {
    /// Opens the books in `file`, or empty ones in memory.
    pub(super) fn open(file: Option<PathBuf>) -> Result<Self, BooksError> {
        let pages = file.as_deref().map(read).transpose()?.unwrap_or_default();
        Ok(Self { file, pages })
    }

    fn save(&self) -> Result<(), BooksError> {
        let Some(path) = &self.file else {
            return Ok(());
        };
        let text = serde_json::to_vec_pretty(&self.pages)
            .map_err(|source| BooksError::Unreadable { path: path.clone(), source })?;
        files::write(path, &text).map_err(|source| BooksError::File { path: path.clone(), source })
    }

    pub(super) fn payments(&self) -> &[Payment] {
        &self.pages.payments
    }

    pub(super) fn refunds(&self) -> &[Refund] {
        &self.pages.refunds
    }

    pub(super) fn refunds_of(&self, payment_intent: &str) -> impl Iterator<Item = &Refund> {
        self.pages.refunds.iter().filter(move |refund| refund.payment_intent == payment_intent)
    }

    /// The refunded amount of a payment, in minor units.
    pub(super) fn refunded(&self, payment_intent: &str) -> i64 {
        self.refunds_of(payment_intent).map(|refund| refund.amount).sum()
    }

    pub(super) fn pay(
        &mut self,
        order_id: &str,
        amount: i64,
        currency: &str,
        now: Timestamp,
    ) -> Result<Payment, BooksError> {
        self.register(&id("pi"), Some(order_id), amount, currency, now)
    }

    /// Moves a payment on. None: there is no such payment.
    pub(super) fn progress(&mut self, payment_intent: &str, progress: Progress) -> Result<Option<Payment>, BooksError> {
        let payment = self.pages.payments.iter_mut().find(|payment| payment.id == payment_intent);
        let payment = payment.map(|payment| {
            payment.progress = progress;
            payment.clone()
        });
        self.save()?;
        Ok(payment)
    }

    /// Captures a part of an authorization. None: there is no such payment.
    pub(super) fn capture(&mut self, payment_intent: &str, amount: i64) -> Option<Payment> {
        let payment = self.pages.payments.iter_mut().find(|payment| payment.id == payment_intent)?;
        (payment.progress, payment.captured) = (Progress::Captured, Some(amount));
        Some(payment.clone())
    }

    /// Gives an authorization up. None: there is no such payment.
    pub(super) fn cancel(&mut self, payment_intent: &str) -> Option<Payment> {
        let payment = self.pages.payments.iter_mut().find(|payment| payment.id == payment_intent)?;
        payment.progress = Progress::Canceled;
        Some(payment.clone())
    }

    pub(super) fn register(
        &mut self,
        payment_intent: &str,
        order_id: Option<&str>,
        amount: i64,
        currency: &str,
        now: Timestamp,
    ) -> Result<Payment, BooksError> {
        let payment = Payment {
            id: payment_intent.to_owned(),
            charge: id("ch"),
            order_id: order_id.map(str::to_owned),
            amount,
            currency: currency.to_lowercase(),
            created: now.as_second(),
            progress: Progress::Captured,
            captured: None,
        };
        self.pages.payments.push(payment.clone());
        self.save()?;
        Ok(payment)
    }

    pub(super) fn add_refund(&mut self, refund: Refund) {
        self.pages.refunds.push(refund);
    }

    pub(super) fn answers(&self) -> &Answers {
        &self.pages.answers
    }

    /// Stores the outcome of a request and, if there is a key, its answer.
    pub(super) fn remember(&mut self, key: Option<String>, answer: Answer) -> Result<(), BooksError> {
        if let Some(key) = key {
            self.pages.answers.remember(key, answer);
        }
        self.save()
    }
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

/// A new id in Stripe's form. Seeding the thread's generator makes the ids repeatable.
pub(super) fn id(prefix: &str) -> String {
    format!("{prefix}_{:032x}", fastrand::u128(..))
}
