//! Why Orderly refunds. The cause gives the refund its name, so that each cause refunds once.

use crate::ids::{FulfillmentId, ParcelId, RefundId, ReturnId};
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
    /// An edit made the order cheaper, in the `n`-th revision.
    Edit(u32),
    /// A person ordered it: the `n`-th one of the order.
    Requested(u32),
    /// A return was inspected.
    Return(ReturnId),
    /// A parcel did not arrive.
    Parcel(FulfillmentId, ParcelId),
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
            Self::Edit(n) => write!(f, "edit-{n}"),
            Self::Requested(n) => write!(f, "request-{n}"),
            Self::Return(id) => write!(f, "return-{id}"),
            Self::Parcel(fulfillment, parcel) => write!(f, "parcel-{fulfillment}-{parcel}"),
        }
    }
}

impl RefundCause {
    /// The cause that a refund was decided for. None: it was made at the provider.
    pub fn of(refund: &RefundId) -> Option<Self> {
        let name = refund.as_str();
        let name = name.split_once('.').map_or(name, |(name, _)| name);
        let nth = |text: &str| text.parse().ok().filter(|n| *n > 1);
        match name.split_once('-') {
            None if name == "cancel" => Some(Self::Cancel),
            None if name == "late" => Some(Self::LatePayment(1)),
            None if name == "surplus" => Some(Self::Surplus(1)),
            Some(("cancel", "unsent")) => Some(Self::CancelUnsent),
            Some(("late", n)) => nth(n).map(Self::LatePayment),
            Some(("surplus", n)) => nth(n).map(Self::Surplus),
            Some(("edit", n)) => n.parse().ok().map(Self::Edit),
            Some(("request", n)) => n.parse().ok().map(Self::Requested),
            Some(("return", id)) => id.parse().ok().map(Self::Return),
            Some(("parcel", ids)) => {
                let (fulfillment, parcel) = ids.split_once('-')?;
                Some(Self::Parcel(fulfillment.parse().ok()?, parcel.parse().ok()?))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_refund_tells_its_cause_by_its_name() {
        let all = [
            RefundCause::Cancel,
            RefundCause::CancelUnsent,
            RefundCause::LatePayment(1),
            RefundCause::LatePayment(2),
            RefundCause::Surplus(1),
            RefundCause::Surplus(12),
            RefundCause::Edit(2),
            RefundCause::Requested(1),
            RefundCause::Return(ReturnId::nth(1)),
            RefundCause::Return(ReturnId::nth(100)),
            RefundCause::Parcel(FulfillmentId::nth(2), ParcelId::nth(11)),
        ];
        for cause in all {
            for name in [cause.to_string(), format!("{cause}.2")] {
                assert_eq!(RefundCause::of(&name.parse().unwrap()), Some(cause.clone()), "{name}");
            }
        }
        for name in [
            "re_3MmlLrLkdIwHu7ix0uke3Ezy",
            "late-1",
            "cancelled",
            "return-",
            "return-x",
            "parcel-01",
            "parcel-P1-01",
            "7",
        ] {
            assert_eq!(RefundCause::of(&name.parse().unwrap()), None, "{name}");
        }
    }
}
