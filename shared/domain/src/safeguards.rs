//! The safeguards that the laws depend on, each with a switch for the simulation alone: `simulation --mutants` takes one
//! after the other away, and every one must be missed by some law.
//!
//! The switches exist only in a build with `--cfg mutants`. Everywhere else [`Safeguard::is_off`] is a constant, and the
//! compiler drops what stands behind it.

use crate::names::names;

names! {
    Safeguard {
        /// A record is written only over the version that was read.
        VersionCheck = "version-check",
        /// A new record is written only where there is none.
        NoOverwriting = "no-overwriting",
        /// `available` never falls below zero.
        AvailableCondition = "available-condition",
        /// A transaction that met another one was not made.
        CollisionIsNoSuccess = "collision-is-no-success",
        /// Keys that DynamoDB did not get to are asked for again.
        UnreadKeys = "unread-keys",
        /// An order whose items do not fit is read again.
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
        /// An e-mail that went out is on the timeline, even if its duty was dropped meanwhile.
        EmailIsRecordedAfterCancel = "email-is-recorded-after-cancel",
        /// A deduction owes the dispatch.
        DeductedOwesDispatch = "deducted-owes-dispatch",
        /// A parcel that leaves owes its e-mail.
        ParcelOwesItsMail = "parcel-owes-its-mail",
        /// Damaged returns are not for sale.
        DamagedIsNotSold = "damaged-is-not-sold",
        /// Money that comes for a cancelled order goes back.
        LateMoneyGoesBack = "late-money-goes-back",
        /// A commit sends what it newly owes, or reconcile does.
        ReconcileSendsAgain = "reconcile-sends-again",
        /// Unpaid orders expire.
        ReconcileExpires = "reconcile-expires",
        /// Payments that came first find their order.
        ReconcileMatchesPayments = "reconcile-matches-payments",
    }
}

impl Safeguard {
    /// Whether the environment variable `ORDERLY_GONE` takes it away.
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
