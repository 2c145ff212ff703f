//! The shops that sales channels run on.
//!
//! The rest of the system knows no shop by name. It makes a [`Shop`] of a channel's connection, and asks it for what is in the table:
//!
//! | what | who asks |
//! |---|---|
//! | [`read_webhook`]: verifies a request, and reads the name of what changed | `channel-webhook` |
//! | [`Shop::order`], [`Shop::changed_orders`]: orders, as the shop knows them now; [`Follower`] takes them over | `channel-orders`, `channel-stock` |
//! | [`Shop::ship`]: tells of a parcel that left, once | `channel-orders` |
//! | [`Shop::cancel`], [`Shop::refund`]: what was decided about an order | `channel-orders` |
//! | [`Shop::repair_webhooks`]: makes the shop tell what changes | `channel-orders` |
//! | [`Shop::listings`], [`Shop::find`], [`Shop::set_stock`]: what is sold there, and how many are left | `channel-stock` |
//! | [`Shop::probe`]: what works there and what does not | `channel-setup` |
//!
//! A shop's answer may be lost, and it may be wrong, in parts or as a whole. An error means that nobody knows, and that it is worth
//! asking again. What a shop refuses for good is an answer. One order that cannot be read is a defect, which a person looks at.
//!
//! No error, no doubt and no report has anything in it that a customer has written.
//!
//! # To add a shop
//!
//! 1. Write `src/NAME.rs` and `src/NAME/`, with what [`Shop`] and [`read_webhook`] call of a module: `Api`, `HEADER`, `read_webhook`.
//! 2. Add it to [`ChannelKind`](domain::settings::ChannelKind), and to the matches in `shop.rs` and `webhook.rs`.
//! 3. Write its stand-in in `infra/local`, without a line of this package.

mod follow;
mod keyring;
mod seam;
mod shop;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod testing;
mod webhook;

mod woocommerce;

pub use follow::Follower;
pub use keyring::{Keyring, Keys, SECRET, Shops, read_unsigned};
pub use seam::{
    Credentials, Listing, ListingPage, Obeyed, OrderPage, Probe, Probed, Pushed, Refund, Shipment, Shipped, Told,
    Unreadable,
};
pub use shop::Shop;
pub use webhook::read_webhook;
