//! What all simulators of payment providers share: the books of an account, the answers by idempotency key, and failures on demand. A provider adds a [`Dialect`], and the routes of its API.

mod account;
mod answers;
mod books;
mod breakdowns;
mod dialect;
mod exchange;
mod money;
mod movements;
mod payment;
mod payouts;
mod simulator;

pub(super) use self::{
    account::{Account, Delivering, Settings},
    books::Books,
    dialect::{Change, Dialect, Keeping, Thing},
    exchange::{Asked, Done, Reply, handled},
    money::{decimal, decimals, minor_units},
    movements::{Cause, Movement},
    payment::{Complaint, Statement},
    payouts::Payout,
    simulator::Opened,
};
pub use self::{
    account::{ActError, Made},
    books::{BooksError, Refusal},
    breakdowns::Breakdown,
    movements::{Moved, MovedBy},
    payment::{Capture, Dispute, DisputeStatus, Payment, Progress, Refund, RefundStatus},
    simulator::{Embedded, Simulator},
};
pub use crate::outside::{DeliveryError, Disorder, Webhook};
pub(super) use crate::outside::{Secret, alphanumeric, base62, hex, hmac, uuid, uuid_of};
