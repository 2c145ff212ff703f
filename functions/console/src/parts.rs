//! What pages are made of: rendering, buttons, the keys of forms.

use crate::trouble::Trouble;
use api::Response;
use askama::Template;
use data_encoding::HEXLOWER;

pub fn html(status: u16, page: &impl Template) -> Result<Response, Trouble> {
    page.render().map(|html| Response::html(status, html)).map_err(|error| {
        tracing::error!(%error, "a page cannot be written");
        Trouble::Busy
    })
}

/// A button that does one thing at once, or leads somewhere.
pub struct Button {
    pub label: &'static str,
    pub action: String,
    /// The idempotency key.
    pub key: String,
    pub is_link: bool,
}

impl Button {
    pub fn new(label: &'static str, action: String) -> Self {
        Self { label, action, key: new_key(), is_link: false }
    }

    pub fn link(label: &'static str, action: String) -> Self {
        Self { is_link: true, ..Self::new(label, action) }
    }
}

/// A name for what a form does: sent twice, it is done once.
pub fn new_key() -> String {
    let mut random = [0_u8; 16];
    // Without randomness no form would be safe to send twice; the API asks for a key then.
    match getrandom::fill(&mut random) {
        Ok(()) => format!("console-{}", HEXLOWER.encode(&random)),
        Err(_) => String::new(),
    }
}
