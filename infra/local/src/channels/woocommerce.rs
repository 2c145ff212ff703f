//! A WooCommerce 11 shop: its REST API, its webhooks, and its checkout.
//!
//! It follows the platform's documentation and what a real shop answered, and shares no code with `shared/channels`, so that it checks that
//! code independently. [`known`] has the shop's rules; [`api`] its routes; [`postman`] its webhooks, with their bad habits.

mod acts;
mod api;
mod catalog;
mod checkout;
mod coupons;
mod desk;
mod faults;
mod hook;
mod known;
mod money;
mod oauth;
mod order;
mod page;
mod params;
mod php;
mod postman;
mod pricing;
mod refunds;
mod serving;
mod settings;
mod shop;
mod store;
mod tax;
#[cfg(test)]
mod tests;
mod totals;
mod view;

pub use self::{
    acts::{RefundAct, Undone, Units},
    catalog::NewProduct,
    checkout::{Bought, Checkout, Fee, Method, Outcome, Unsold},
    faults::Fault,
    known::Pushed,
    oauth::Credentials,
    order::Address,
    postman::Delivery,
    refunds::Unrefunded,
    serving::{Embedded, embedded},
    settings::Settings,
    shop::{Note, Parcel, Shop, ShopConfig},
    store::Delivered,
    tax::TaxClass,
};
