//! What needs a person's attention.

use crate::names::names;

names! {
    /// Why something needs attention.
    AttentionReason {
        /// Owed work is not being done; its messages are probably in a dead-letter queue.
        WorkOverdue = "work_overdue",
        /// A person, or stock, is waited for.
        OnHold = "on_hold",
        /// A person has to decide what is done about a parcel.
        ParcelNotArrived = "parcel_not_arrived",
        /// An e-mail did not reach its customer: correct the address, send it again, or dismiss it.
        MailNotDelivered = "mail_not_delivered",
        /// No order has taken a payment: assign it, refund it, or dismiss it.
        PaymentUnmatched = "payment_unmatched",
    }
}
