//! Why Orderly refunds. The cause gives the refund its name, so that each cause refunds once.

use crate::ids::{RefundId, ReturnId};
use std::fmt;

/// The cause of a refund that Orderly decides on. Its text is the refund's name. A refund over several payments gets
/// the suffixes `.2`, `.3`…
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefundCause {
    /// The order was cancelled.
    Cancel,
    /// What had not left was cancelled.
    CancelUnsent,
    /// Money came for a cancelled order, for the `n`-th time.
    LatePayment(u32),
    /// More was paid than is due, for the `n`-th time.
    Surplus(u32),
    /// A return was inspected.
    Return(ReturnId),
}

impl fmt::Display for RefundCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cancel => f.write_str("cancel"),
            Self::CancelUnsent => f.write_str("cancel-unsent"),
            Self::LatePayment(1) => f.write_str("late"),
            Self::LatePayment(n) => write!(f, "late-{n}"),
            Self::Surplus(1) => f.write_str("surplus"),
            Self::Surplus(n) => write!(f, "surplus-{n}"),
            Self::Return(id) => write!(f, "return-{id}"),
        }
    }
}

impl RefundCause {
    /// Whether `refund` was decided for this cause.
    pub fn is_of(&self, refund: &RefundId) -> bool {
        let name = self.to_string();
        refund.as_str() == name || refund.as_str().strip_prefix(&name).is_some_and(|rest| rest.starts_with('.'))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_owns_its_refund_and_the_parts_of_it() {
        let table = [
            (RefundCause::Cancel, "cancel", true),
            (RefundCause::Cancel, "cancel.2", true),
            (RefundCause::Cancel, "cancel-unsent", false),
            (RefundCause::LatePayment(1), "late", true),
            (RefundCause::LatePayment(1), "late-2", false),
            (RefundCause::LatePayment(2), "late-2.3", true),
            (RefundCause::Return(ReturnId::nth(1)), "return-01", true),
            (RefundCause::Return(ReturnId::nth(1)), "return-011", false),
        ];
        for (cause, refund, is_of) in table {
            assert_eq!(cause.is_of(&refund.parse().unwrap()), is_of, "{cause} {refund}");
        }
    }
}
