//! The safeguards that the laws depend on. Only the simulation can switch them off: `simulation --mutants` removes one
//! after another, and a law must notice each.
//!
//! The switches exist only in a build with `--cfg mutants`. Otherwise [`Safeguard::is_off`] is a constant, and the
//! compiler drops the code behind it.

use crate::names::names;

names! {
    Safeguard {
        /// A record is written only over the version that was read.
        VersionCheck = "version-check",
        /// A new record is written only where there is none.
        NoOverwriting = "no-overwriting",
        /// `available` never falls below zero.
        AvailableCondition = "available-condition",
        /// A transaction that collided with another one does not count as made.
        CollisionIsNoSuccess = "collision-is-no-success",
        /// Keys that DynamoDB left unprocessed are requested again.
        UnreadKeys = "unread-keys",
        /// An order whose items do not match is read again.
        OrderIsReadWhole = "order-is-read-whole",
        /// Failed records of a batch are reported.
        PartialFailureReport = "partial-failure-report",
        /// A new order's stock is reserved in its transaction.
        StockMovesWithOrder = "stock-moves-with-order",
        /// Each attempt at a refund has one key at the provider.
        RefundIdempotencyKey = "refund-idempotency-key",
        /// No more is refunded than a payment has left.
        RefundCap = "refund-cap",
        /// The provider's answer to a refund is recorded.
        RefundOutcomeIsRecorded = "refund-outcome-is-recorded",
        /// An e-mail is sent only while it is owed.
        EmailOwedCondition = "email-owed-condition",
        /// One process at a time sends an e-mail.
        EmailClaim = "email-claim",
        /// An e-mail that was sent is on the timeline, even if its duty was dropped meanwhile.
        EmailIsRecordedAfterCancel = "email-is-recorded-after-cancel",
        /// A deduction owes the dispatch.
        DeductedOwesDispatch = "deducted-owes-dispatch",
        /// A parcel that leaves owes its e-mail.
        ParcelOwesItsMail = "parcel-owes-its-mail",
        /// Damaged returns are not for sale.
        DamagedIsNotSold = "damaged-is-not-sold",
        /// Money that comes for a cancelled order goes back.
        LateMoneyGoesBack = "late-money-goes-back",
        /// A commit sends what it newly owes; if it cannot, reconcile does.
        ReconcileSendsAgain = "reconcile-sends-again",
        /// Unpaid orders expire.
        ReconcileExpires = "reconcile-expires",
        /// Payments that came before their order are matched to it.
        ReconcileMatchesPayments = "reconcile-matches-payments",
    }
}

impl Safeguard {
    /// Whether the environment variable `ORDERLY_GONE` removes it.
    #[cfg(mutants)]
    pub fn is_off(self) -> bool {
        static GONE: std::sync::LazyLock<Option<String>> =
            std::sync::LazyLock::new(|| std::env::var("ORDERLY_GONE").ok());
        GONE.as_deref() == Some(self.as_str())
    }

    #[cfg(not(mutants))]
    pub const fn is_off(self) -> bool {
        false
    }
}
