//! What can be done about a payment.

use crate::payments::engine::{ActError, DisputeStatus, Made, Payment, Progress, Refusal, Simulator, Statement};

/// Something that a customer, a bank or one of the merchant's people does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    /// Money that was on its way comes.
    Succeed,
    /// Money that was on its way does not come.
    Fail,
    Capture,
    /// An authorization ends.
    Expire,
    Refund,
    /// The last refund comes back.
    Return,
    Dispute,
    Win,
    Lose,
}

impl Act {
    const ALL: [Self; 9] = [
        Self::Succeed,
        Self::Fail,
        Self::Capture,
        Self::Expire,
        Self::Refund,
        Self::Return,
        Self::Dispute,
        Self::Win,
        Self::Lose,
    ];

    /// Its name in addresses.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Succeed => "succeed",
            Self::Fail => "fail",
            Self::Capture => "capture",
            Self::Expire => "expire",
            Self::Refund => "refund",
            Self::Return => "return",
            Self::Dispute => "dispute",
            Self::Win => "win",
            Self::Lose => "lose",
        }
    }

    /// What its button says.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Succeed => "The money comes",
            Self::Fail => "It fails",
            Self::Capture => "Capture",
            Self::Expire => "Let it expire",
            Self::Refund => "Refund",
            Self::Return => "The last refund comes back",
            Self::Dispute => "Dispute",
            Self::Win => "The dispute is won",
            Self::Lose => "The dispute is lost",
        }
    }

    /// Whether it takes an amount.
    pub(super) fn has_amount(self) -> bool {
        matches!(self, Self::Capture | Self::Refund)
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.name() == name)
    }

    /// What can be done about a payment now.
    pub(super) fn possible(of: &Statement<'_>) -> Vec<Self> {
        let Payment { progress, .. } = of.payment;
        let disputed = of.disputes.last().map(|dispute| dispute.status);
        let has_money = of.payment.received() > of.refunded();
        let is_possible = |act: &Self| match act {
            Self::Succeed | Self::Fail => *progress == Progress::Processing,
            Self::Capture | Self::Expire => *progress == Progress::Authorized,
            Self::Refund => has_money && disputed != Some(DisputeStatus::Open),
            Self::Return => !of.refunds.is_empty(),
            Self::Dispute => has_money && disputed.is_none(),
            Self::Win => matches!(disputed, Some(DisputeStatus::Open | DisputeStatus::Lost)),
            Self::Lose => disputed == Some(DisputeStatus::Open),
        };
        Self::ALL.into_iter().filter(is_possible).collect()
    }

    pub(super) fn carry_out(self, simulator: &Simulator, payment: &str, amount: Option<i64>) -> Result<Made, ActError> {
        match self {
            Self::Succeed => simulator.settle(payment, true),
            Self::Fail => simulator.settle(payment, false),
            Self::Capture => simulator.capture(payment, amount),
            Self::Expire => simulator.lapse(payment),
            Self::Refund => simulator.refund(payment, amount),
            Self::Return => {
                let last = simulator.refunds(payment).pop().ok_or(Refusal::Unknown)?;
                simulator.return_refund(&last.id)
            }
            Self::Dispute => simulator.dispute(payment),
            Self::Win => simulator.decide(payment, DisputeStatus::Won),
            Self::Lose => simulator.decide(payment, DisputeStatus::Lost),
        }
    }
}
