//! An account at a provider: what its customers, their banks and the merchant's people do there, and what its API does.

use super::{
    answers::{Answer, Known},
    books::{Books, BooksError, Refusal},
    breakdowns::{Breakdown, Breakdowns},
    dialect::{Change, Dialect, Thing},
    exchange::{Asked, Done, Reply},
    payment::{Capture, Complaint, DisputeStatus, Payment, Progress, Refund, RefundStatus},
};
use crate::outside::{Courier, Webhook};
use axum::{
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use jiff::Timestamp;
use runtime::Clock;
use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// How late an answer comes that nobody waits for.
const SILENCE: Duration = Duration::from_mins(1);

/// The settings of an account.
#[derive(Debug, Clone)]
pub(in crate::payments) struct Settings {
    /// The template's secrets, by their logical ids.
    pub(in crate::payments) secrets: BTreeMap<String, String>,
    /// Where webhooks go. Without one they are dropped until one is set.
    pub(in crate::payments) webhook_url: Option<String>,
    /// The directory for the books. Without one they are kept in memory.
    pub(in crate::payments) data_dir: Option<PathBuf>,
    pub(in crate::payments) clock: Clock,
}

impl Settings {
    /// A secret's value; empty if the template does not declare it, which then has no receiver for what it signs.
    pub(in crate::payments) fn secret(&self, name: &str) -> &str {
        self.secrets.get(name).map(String::as_str).unwrap_or_default()
    }
}

/// How webhooks are delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::payments) enum Delivering {
    /// They are posted until they are accepted.
    Posting,
    /// They are kept for a simulation to deliver.
    Keeping,
}

/// What somebody did at the provider, and the webhooks that tell of it. The caller may deliver, double, delay or lose them.
#[derive(Debug, Clone)]
pub struct Made {
    /// The payment as it is now.
    pub payment: Payment,
    pub webhooks: Vec<Webhook>,
}

/// Why something cannot be done at the provider.
#[derive(Debug, thiserror::Error)]
pub enum ActError {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Books(#[from] BooksError),
}

#[derive(Debug)]
pub(in crate::payments) struct Account {
    pub(in crate::payments) dialect: Arc<dyn Dialect>,
    pub(in crate::payments) clock: Clock,
    books: Mutex<Books>,
    pub(super) breakdowns: Breakdowns,
    pub(super) courier: Arc<Courier>,
}

impl Account {
    /// `name` is the provider's, for its file.
    pub(in crate::payments) fn open(
        name: &str,
        settings: Settings,
        dialect: Arc<dyn Dialect>,
        delivering: Delivering,
    ) -> Result<Arc<Self>, BooksError> {
        let Settings { webhook_url, data_dir, clock, .. } = settings;
        let books = Books::open(data_dir.map(|path| path.join(format!("{name}.json"))))?;
        let (signs, time) = (Arc::clone(&dialect), clock.clone());
        let sign = move |body| signs.sign(body, time.now());
        let courier = match delivering {
            Delivering::Posting => Courier::posting(webhook_url, sign),
            Delivering::Keeping => Courier::keeping(sign),
        };
        let (books, breakdowns) = (Mutex::new(books), Breakdowns::default());
        Ok(Arc::new(Self { dialect, clock, books, breakdowns, courier }))
    }

    pub(in crate::payments) fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The bodies of the webhooks that tell of a change.
    pub(in crate::payments) fn tell(&self, books: &Books, payment: &str, change: Change<'_>) -> Vec<Vec<u8>> {
        let told = books.statement(payment).map(|statement| self.dialect.tell(change, &statement, self.clock.now()));
        told.unwrap_or_default()
    }

    /// Carries a request of the API out, unless its key was used before: then it gets the stored answer.
    pub(in crate::payments) async fn once(
        &self,
        asked: Asked,
        act: impl FnOnce(&mut Books, Timestamp) -> Result<Done, Reply>,
    ) -> Response {
        let (reply, is_late) = self.answer(asked, act);
        if is_late {
            tokio::time::sleep(SILENCE).await;
        }
        reply.into_response()
    }

    /// The answer, and whether it comes too late.
    fn answer(
        &self,
        Asked { key, parameters }: Asked,
        act: impl FnOnce(&mut Books, Timestamp) -> Result<Done, Reply>,
    ) -> (Reply, bool) {
        let (now, keeping) = (self.clock.now(), self.dialect.keeping());
        // One lock covers the check and the entry, so that of two concurrent requests only one is carried out.
        let mut books = self.books();
        if let Some(key) = &key {
            match books.answers().of(key, &parameters, now, keeping.lifetime) {
                Known::Nothing => {}
                Known::Same(reply) => return (keeping.repeated(reply), false),
                Known::Other => return (self.dialect.reused(key), false),
            }
        }
        let breakdown = self.breakdowns.take(key.as_deref());
        let outcome = match breakdown {
            Some(Breakdown::Throttled) => return (self.dialect.throttled(), false),
            Some(Breakdown::Before) => Err(self.dialect.broken()),
            Some(Breakdown::After | Breakdown::Silent) | None => act(&mut books, now),
        };
        let (made, told) = match outcome {
            Ok(Done { reply, told }) => (reply, told),
            Err(reply) => (reply, Vec::new()),
        };
        let given = if breakdown == Some(Breakdown::After) { self.dialect.broken() } else { made.clone() };
        // Who stores no failures knows by the key what was done all the same.
        let kept = [&given, &made].into_iter().find(|reply| self.dialect.keeps(reply));
        if let Some((key, kept)) = key.zip(kept) {
            books.remember(key, Answer::new(parameters, kept, now));
        }
        if let Err(error) = books.save() {
            tracing::error!(%error, "the payment provider cannot keep its books");
            return (Reply::new(StatusCode::INTERNAL_SERVER_ERROR, serde_json::Value::Null), false);
        }
        drop(books);
        self.courier.send(told.into_iter().map(|body| self.courier.sign(body)));
        (given, breakdown == Some(Breakdown::Silent))
    }

    /// A customer pays for an order, in one of the ways that [`Progress`] names.
    pub(super) fn begin(
        &self,
        order_id: &str,
        amount: i64,
        currency: &str,
        progress: Progress,
    ) -> Result<Made, BooksError> {
        let id = self.dialect.id(Thing::Payment);
        let payment = self.register(&id, Some(order_id), amount, currency, progress)?;
        let change = match progress {
            Progress::Processing => Change::Begun,
            Progress::Authorized => Change::Authorized,
            Progress::Canceled => Change::Canceled,
            Progress::Captured => Change::Paid,
            Progress::Failed => Change::Failed,
        };
        let webhooks = self.signed(self.tell(&self.books(), &payment.id, change));
        Ok(Made { payment, webhooks })
    }

    /// Enters a payment, and tells nobody.
    pub(in crate::payments) fn register(
        &self,
        id: &str,
        order_id: Option<&str>,
        amount: i64,
        currency: &str,
        progress: Progress,
    ) -> Result<Payment, BooksError> {
        let now = self.clock.now();
        let payment = Payment {
            id: id.to_owned(),
            charge: self.dialect.id(Thing::Charge),
            order_id: order_id.map(str::to_owned),
            amount,
            currency: currency.to_uppercase(),
            created: now.as_second(),
            updated: Some(now),
            progress,
            paid: (progress == Progress::Captured).then_some(now),
            is_manual: progress == Progress::Authorized,
            ..Payment::default()
        };
        let mut books = self.books();
        books.add(payment.clone());
        books.save()?;
        Ok(payment)
    }

    /// Ends an authorization that nobody has captured.
    pub(super) fn lapse(&self, payment: &str) -> Result<Made, ActError> {
        self.act(payment, |books, now| {
            let progress = books.payment(payment)?.progress;
            if progress != Progress::Authorized {
                return Err(Refusal::Progress(progress));
            }
            books.cancel(payment, now)?;
            Ok(self.tell(books, payment, Change::Canceled))
        })
    }

    /// Money that was on its way comes, or does not.
    pub(super) fn settle(&self, payment: &str, succeeds: bool) -> Result<Made, ActError> {
        let (progress, change) =
            if succeeds { (Progress::Captured, Change::Paid) } else { (Progress::Failed, Change::Failed) };
        self.act(payment, |books, now| {
            books.progress(payment, progress, now)?;
            Ok(self.tell(books, payment, change))
        })
    }

    /// A person captures at the provider. The rest of what is authorized is given up, where it does not stay.
    pub(super) fn capture(&self, payment: &str, amount: Option<i64>) -> Result<Made, ActError> {
        self.act(payment, |books, now| {
            let authorized = books.payment(payment)?;
            let amount = amount.unwrap_or(authorized.amount - authorized.received());
            let is_final = !self.dialect.captures_keep_the_rest();
            let capture = self.capture_part(books, payment, amount, is_final, BTreeMap::new(), now)?;
            Ok(self.tell(books, payment, Change::Captured(&capture)))
        })
    }

    /// Captures a part of an authorization. `is_final`: what is left is given up.
    pub(in crate::payments) fn capture_part(
        &self,
        books: &mut Books,
        payment: &str,
        amount: i64,
        is_final: bool,
        metadata: BTreeMap<String, String>,
        now: Timestamp,
    ) -> Result<Capture, Refusal> {
        let capture = Capture { id: self.dialect.id(Thing::Capture), amount, at: now, metadata };
        let authorized = books.capture(payment, capture.clone(), is_final, now)?;
        if self.dialect.captures_are_payments() {
            let own = authorized.part(&capture);
            books.add(own);
        }
        Ok(capture)
    }

    /// A person refunds at the provider: an amount, or all that is left.
    pub(super) fn refund(&self, payment: &str, amount: Option<i64>) -> Result<Made, ActError> {
        self.act(payment, |books, now| {
            self.has_money(books, payment)?;
            let refund = Refund {
                id: self.dialect.id(Thing::Refund),
                payment: payment.to_owned(),
                amount: amount.map_or_else(|| books.left(payment), Ok)?,
                created: now.as_second(),
                metadata: BTreeMap::new(),
                reason: None,
                status: RefundStatus::Succeeded,
            };
            books.refund(refund.clone(), now)?;
            Ok(self.tell(books, payment, Change::Refunded(&refund)))
        })
    }

    /// The customer's bank sends a refund back.
    pub(super) fn return_refund(&self, refund: &str) -> Result<Made, ActError> {
        let payment = self.books().refunds().iter().find(|known| known.id == refund).map(|known| known.payment.clone());
        let payment = payment.ok_or(Refusal::Unknown)?;
        self.act(&payment, |books, now| {
            let refund = books.return_refund(refund, now)?;
            Ok(self.tell(books, &payment, Change::Returned(&refund)))
        })
    }

    /// The customer's bank takes a payment's money back.
    pub(in crate::payments) fn dispute(&self, payment: &str, complaint: Complaint<'_>) -> Result<Made, ActError> {
        self.act(payment, |books, now| {
            self.has_money(books, payment)?;
            let dispute = books.dispute(self.dialect.id(Thing::Dispute), payment, complaint, now)?;
            Ok(self.tell(books, payment, Change::Disputed(&dispute)))
        })
    }

    /// The last dispute of a payment is decided.
    pub(super) fn decide(&self, payment: &str, status: DisputeStatus) -> Result<Made, ActError> {
        self.act(payment, |books, now| {
            let dispute = books.decide(payment, status, now)?;
            Ok(self.tell(books, payment, Change::Disputed(&dispute)))
        })
    }

    fn has_money(&self, books: &Books, payment: &str) -> Result<(), Refusal> {
        let payment = books.payment(payment)?;
        if self.is_only_authorization(payment) { Err(Refusal::Progress(payment.progress)) } else { Ok(()) }
    }

    /// Whether money has come by a payment itself.
    pub(super) fn holds_money(&self, payment: &Payment) -> bool {
        payment.received() > 0 && !self.is_only_authorization(payment)
    }

    /// Where a capture is a payment of its own, its authorization has no money.
    fn is_only_authorization(&self, payment: &Payment) -> bool {
        self.dialect.captures_are_payments() && payment.is_manual
    }

    fn act(
        &self,
        payment: &str,
        act: impl FnOnce(&mut Books, Timestamp) -> Result<Vec<Vec<u8>>, Refusal>,
    ) -> Result<Made, ActError> {
        let mut books = self.books();
        let told = act(&mut books, self.clock.now())?;
        books.save()?;
        let payment = books.payment(payment)?.clone();
        Ok(Made { payment, webhooks: self.signed(told) })
    }

    fn signed(&self, told: Vec<Vec<u8>>) -> Vec<Webhook> {
        told.into_iter().map(|body| self.courier.sign(body)).collect()
    }
}
