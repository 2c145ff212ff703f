//! WooCommerce, REST API v3: <https://woocommerce.github.io/woocommerce-rest-api-docs/>. It needs 5.8 or later, which lists orders by
//! their change.
//!
//! | what differs from other shops | where |
//! |---|---|
//! | It is one of many plugins of a WordPress somewhere: web pages and warnings come instead of JSON, and errors with status 200 | `answers.rs` |
//! | Over plain HTTP, which only a developer's own shop has, requests are signed | `oauth.rs` |
//! | Amounts have the shop's decimals and not the currency's | `amounts.rs` |
//! | Pages of orders move while they are read | `orders.rs` |
//! | It knows no idempotency keys: look first | `shipments.rs` |
//! | It gives back again each time that it is asked | `decisions.rs` |
//! | A webhook that failed a few times is off, and nobody is told | `hooks.rs` |
//! | A variation is reached by its product | `listings.rs` |

mod amounts;
mod answers;
mod api;
mod decisions;
mod entities;
mod fields;
mod hooks;
mod listings;
mod oauth;
mod order;
mod orders;
mod probe;
mod shipments;
mod webhook;

pub(crate) use api::Api;
pub(crate) use webhook::{HEADER, read as read_webhook};
