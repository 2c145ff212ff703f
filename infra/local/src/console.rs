//! The local stack's pages for people: the mails as customers see them, the queues, and the messages that failed.
//! Every page is JSON too: ask with `Accept: application/json`, or add `.json` to its address.

mod format;
mod mail;
mod overview;
mod queues;
mod warehouse;

use crate::services::{Services, warehouse_hook::WarehouseHook};
use axum::{
    Router,
    routing::{get, post},
};
use serde::Serialize;
use std::sync::{Arc, OnceLock};

/// The data that the pages show.
#[derive(Debug, Clone)]
pub struct Console {
    pub services: Services,
    pub warehouse: Option<WarehouseHook>,
    /// Where the other parts of the stack are.
    pub links: Vec<Link>,
    /// Addresses and keys as a shell takes them, once there are any.
    pub exports: Arc<OnceLock<String>>,
}

/// An address to show on the first page.
#[derive(Debug, Clone, Serialize)]
pub struct Link {
    pub label: String,
    pub url: String,
}

/// The router of the pages. It needs an address of its own, because the pages use absolute paths.
pub fn router(console: Console) -> Router {
    Router::new()
        .route("/", get(overview::page))
        .route("/index.json", get(overview::page))
        .route("/mail", get(mail::list))
        .route("/mail.json", get(mail::list))
        .route("/mail/{id}", get(mail::page))
        .route("/mail/{id}/html", get(mail::html))
        .route("/queues", get(queues::list))
        .route("/queues.json", get(queues::list))
        .route("/queues/{queue}", get(queues::letters))
        .route("/queues/{queue}/redrive", post(queues::redrive))
        .route("/warehouse", get(warehouse::page))
        .route("/warehouse.json", get(warehouse::page))
        .with_state(console)
}
