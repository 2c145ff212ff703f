//! What all stand-ins of services outside share: the delivery of signed webhooks, secrets that are rolled, and ids.

mod courier;
mod ids;
mod secret;
mod webhook;

pub(crate) use self::{
    courier::Courier,
    ids::{alphanumeric, base62, hex, uuid, uuid_of},
    secret::{Secret, hmac},
};
pub use self::{
    courier::{DeliveryError, Disorder},
    webhook::Webhook,
};
