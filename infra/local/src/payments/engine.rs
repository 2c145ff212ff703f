//! What all simulators share: the books of an account, the answers by idempotency key, failures on demand, and the delivery
//! of webhooks. A provider adds a [`Dialect`], and the routes of its API.

mod account;
mod answers;
mod books;
mod breakdowns;
mod courier;
mod dialect;
mod exchange;
mod ids;
mod money;
mod movements;
mod payment;
mod payouts;
mod secret;
mod simulator;
mod webhook;

pub(super) use self::{
    account::{Account, Delivering, Settings},
    books::Books,
    dialect::{Change, Dialect, Keeping, Thing},
    exchange::{Asked, Done, Reply, handled},
    ids::{alphanumeric, base62, hex, uuid, uuid_of},
    money::{decimal, decimals, minor_units},
    movements::{Cause, Movement},
    payment::{Complaint, Statement},
    payouts::Payout,
    secret::{Secret, hmac},
    simulator::Opened,
};
pub use self::{
    account::{ActError, Made},
    books::{BooksError, Refusal},
    breakdowns::Breakdown,
    courier::{DeliveryError, Disorder},
    movements::{Moved, MovedBy},
    payment::{Capture, Dispute, DisputeStatus, Payment, Progress, Refund, RefundStatus},
    simulator::{Embedded, Simulator},
    webhook::Webhook,
};
