//! The family of payment providers.
//!
//! The rest of the system knows no provider by name. It finds a [`Provider`] by the name in the webhook's address, or
//! before the first `_` of a [`PaymentId`](domain::ids::PaymentId), and asks it for:
//!
//! | what | who asks |
//! |---|---|
//! | [`Webhook`]: verifies a request, understands its events, and words the provider's own answer | `payment-webhook` |
//! | [`ApiClient`]: asks for a refund, a capture or a void, what became of one, what is known of a payment, or what an account's list says | `refunds` |
//! | [`Provider::answering`]: who gives it evidence for disputes, and where | `order-intake` |
//! | [`Provider::units`]: how it counts a currency, and the smallest amount that it moves | both, and `order-intake` |
//! | [`Provider::description`]: how its webhook is described | `infra/openapi` |
//!
//! A provider is used when `PAYMENT_PROVIDERS` names it (see [`configured`]). Otherwise none of its variables or
//! secrets is read, its webhook is a 404, and a refund of its payments stays owed.
//!
//! # To add a provider
//!
//! 1. Write `src/NAME.rs` and `src/NAME/`, with the items that the list below requires of a module. `stripe` is the
//!    example, and the compiler says what is missing:
//!    - `NAME: &str` of letters, digits and `-`, `KEY_LIFETIME: SignedDuration`, how long its idempotency keys hold, and
//!      `SETTLING: SignedDuration`, after which what was asked for is certainly found if it was done;
//!    - `TELLS: &[MovementKind]`, what it tells when it is asked about one payment, all there is of it;
//!    - `LISTED_AFTER: SignedDuration`, how long after the end of a day its list is complete;
//!    - `units(Currency) -> Units` and `description() -> Description`;
//!    - `Webhook` with `from_env(&Aws, &Clock)`, `verify(&self, &Request, Timestamp)`, `understand(&self, &[u8], Timestamp)`
//!      and `answer(&self, &[Outcome])`;
//!    - `Api` with `from_env(&Aws, &Clock)`, `ready(&self)`, `request(&self, &MoneyRequest)`,
//!      `find(&self, &MoneyRequest)`, `payment(&self, &ProviderId, Timestamp)`, `lists(&self)` and
//!      `listed(&self, &Range<Timestamp>, Option<&str>)`;
//!    - `ANSWERING: Answering`, who gives evidence for disputes, [`TakesEvidence`](evidence::TakesEvidence) for its `Api`, and
//!      [`ListsRefunds`](listing::ListsRefunds), if its list knows refunds that its payments do not tell.
//!
//!    What providers have in common is beside them: [`naming`] (how an order is named on a payment), [`decimal`] and [`fields`]; and
//!    in [`webhooks::signed`] (secrets and signatures) and [`runtime::client`] (their APIs).
//! 2. Add its line to the list below, and its `Use…` parameter to template.yaml.
//! 3. Declare its variables and secrets in template.yaml: the webhook's for `payment-webhook`, the refunds' for `refunds`.
//! 4. Write its simulator in `infra/local/src/payments/`.

#[macro_use]
mod family;
mod clients;
mod config;
mod decimal;
pub mod description;
pub mod evidence;
mod fields;
pub mod listing;
mod naming;
pub mod request;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod testing;
pub mod units;
pub mod webhook;

pub mod adyen;
pub mod mollie;
pub mod paypal;
pub mod square;
pub mod standard;
pub mod stripe;

pub use clients::ApiClients;
pub use config::{configured, parse, smallest_step};
pub use webhook::Webhooks;

providers! {
    Stripe => stripe,
    Adyen => adyen,
    PayPal => paypal,
    Square => square,
    Mollie => mollie,
    Standard => standard,
}
