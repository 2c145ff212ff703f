//! The safeguards that the laws depend on, each with a switch for the simulation alone: `infra/simulation/mutants.py` takes
//! one after the other away, and a law must notice each.
//!
//! The switches exist only where `ORDERLY_MUTANTS` was set when this was compiled. Everywhere else
//! [`Safeguard::is_off`] is false, and the compiler drops the code behind it.

use crate::names::names;
use std::sync::LazyLock;

names! {
    Safeguard {
        /// A record is written only over the version that was read.
        VersionCheck = "version-check",
        /// A new record is written only where there is none.
        NoOverwriting = "no-overwriting",
        /// `available` never falls below zero.
        AvailableCondition = "available-condition",
        /// Nothing is sold from a shelf that a picker found short, until it is counted.
        ShortPickClosesPlace = "short-pick-closes-place",
        /// An order owes the invoice or credit note that is missing.
        InvoiceIsOwed = "invoice-is-owed",
        /// A number is taken in the transaction that stores its document.
        NumberIsTakenWithInvoice = "number-is-taken-with-invoice",
        /// A batch takes no fulfillment that is on another one.
        OneBatchAtMost = "one-batch-at-most",
        /// The shop that an order came from is told of the parcels that left.
        ChannelHearsOfParcels = "channel-hears-of-parcels",
        /// The shop that an order came from hears that it is cancelled, and what is to go back.
        ShopHearsOfDecisions = "shop-hears-of-decisions",
        /// A shop is asked for a refund once at most.
        ShopIsAskedOnce = "shop-is-asked-once",
        /// Connected shops are asked for what changed, whatever their webhooks have told.
        ShopsAreAsked = "shops-are-asked",
        /// A change of stock is told to the shops that sell it.
        ShopsHearOfStock = "shops-hear-of-stock",
        /// A shop's orders are taken over before it is told that it has more than it says.
        OrdersComeBeforeUnits = "orders-come-before-units",
        /// The levels are read again after a shop was told of them.
        StockIsReadAgain = "stock-is-read-again",
        /// A silent parcel's tracking service is asked about it.
        SilentParcelIsAskedAbout = "silent-parcel-is-asked-about",
        /// A batch that is over leaves the list, also if nobody noted its end.
        BatchesAreEnded = "batches-are-ended",
        /// Units that paid orders wait for are not sold to new orders.
        WaitingUnitsAreKept = "waiting-units-are-kept",
        /// Who paid first is served first, whichever orders are looked at together.
        PaidFirstServedFirst = "paid-first-served-first",
        /// A transaction that collided with another one does not count as made.
        CollisionIsNoSuccess = "collision-is-no-success",
        /// Keys that DynamoDB left unprocessed are requested again.
        UnreadKeys = "unread-keys",
        /// An order whose items do not match is read again.
        OrderIsReadWhole = "order-is-read-whole",
        /// Failed records of a batch are reported.
        PartialFailureReport = "partial-failure-report",
        /// What a large order has still to move is owed.
        SettlementIsOwed = "settlement-is-owed",
        /// What an order reserved that was never completed is given back.
        FormingIsUndone = "forming-is-undone",
        /// A new order's stock is reserved in its transaction.
        StockMovesWithOrder = "stock-moves-with-order",
        /// Each attempt at a refund has one key at the provider.
        RefundIdempotencyKey = "refund-idempotency-key",
        /// A refund whose key is used up is looked for before another attempt is made.
        RefundIsLookedFor = "refund-is-looked-for",
        /// What is authorized is captured once.
        CapturedOnce = "captured-once",
        /// A cancelled order gives up what its customer authorized.
        AuthorizationIsVoided = "authorization-is-voided",
        /// No parcel leaves before its money is captured, where the shop says so.
        NothingLeavesUncaptured = "nothing-leaves-uncaptured",
        /// Customer service gives back no more of an order than its key allows.
        RefundLimitIsKept = "refund-limit-is-kept",
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
        /// An e-mail that did not arrive is shown to people.
        BouncedMailIsSeen = "bounced-mail-is-seen",
        /// A deduction owes the dispatch.
        DeductedOwesDispatch = "deducted-owes-dispatch",
        /// A parcel that leaves owes its e-mail.
        ParcelOwesItsMail = "parcel-owes-its-mail",
        /// One label at most is bought for a parcel.
        OneLabelAtMost = "one-label-at-most",
        /// A service is asked what it knows of a purchase before it is asked to buy again.
        LabelIsLookedFor = "label-is-looked-for",
        /// A label that nobody uses goes back.
        UnusedLabelGoesBack = "unused-label-goes-back",
        /// A parcel that nothing was heard of for too long is shown to people.
        SilentParcelIsSeen = "silent-parcel-is-seen",
        /// What is done about a parcel that did not arrive is decided once.
        ParcelIsResolvedOnce = "parcel-is-resolved-once",
        /// No unit is sent again or refunded that is paid back or on its way.
        UnitIsMadeGoodOnce = "unit-is-made-good-once",
        /// A parcel that comes back to its sender is put into stock once.
        ParcelComesBackOnce = "parcel-comes-back-once",
        /// Damaged returns are not for sale.
        DamagedIsNotSold = "damaged-is-not-sold",
        /// Money that comes for a cancelled order goes back.
        LateMoneyGoesBack = "late-money-goes-back",
        /// No order takes a payment whose money goes back.
        GivenBackIsNotTaken = "given-back-is-not-taken",
        /// What is paid beyond the total is refunded, or held for a person.
        SurplusIsSeen = "surplus-is-seen",
        /// A warehouse that was told of a fulfillment is told of its change and its cancellation.
        WarehouseHearsOfChanges = "warehouse-hears-of-changes",
        /// An unpaid order asks its payment provider before it expires.
        ExpiryAsksFirst = "expiry-asks-first",
        /// A sandbox that was frozen opens new connections.
        ConnectionsAreRenewed = "connections-are-renewed",
        /// What an order is found by is written before the order.
        SearchEntriesComeFirst = "search-entries-come-first",
        /// A customer's data is not erased while the order needs it.
        ErasureWaits = "erasure-waits",
        /// What people wrote about an erased customer goes too.
        WordsAreErased = "words-are-erased",
        /// A commit sends what it newly owes; if it cannot, reconcile does.
        ReconcileSendsAgain = "reconcile-sends-again",
        /// Unpaid orders expire.
        ReconcileExpires = "reconcile-expires",
        /// What a provider's list says and no webhook told is taken in.
        ListedMoneyIsTakenIn = "listed-money-is-taken-in",
        /// A provider's list says nothing of what was booked after its end.
        LaterRowsAreNotCompared = "later-rows-are-not-compared",
        /// Payments that came before their order are matched to it.
        ReconcileMatchesPayments = "reconcile-matches-payments",
    }
}

/// Whether this build has the switches.
const HAS_SWITCHES: bool = option_env!("ORDERLY_MUTANTS").is_some();

impl Safeguard {
    /// Whether the environment variable `ORDERLY_GONE` takes it away.
    pub fn is_off(self) -> bool {
        static GONE: LazyLock<Option<String>> = LazyLock::new(|| std::env::var("ORDERLY_GONE").ok());
        HAS_SWITCHES && GONE.as_deref() == Some(self.as_str())
    }
}
