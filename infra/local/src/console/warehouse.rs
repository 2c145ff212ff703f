//! The webhooks that the warehouse received.

use super::{
    Console,
    format::{Ago, Exactly, Format, pretty},
};
use crate::services::warehouse_hook::{Delivery, WarehouseHook};
use askama::Template;
use axum::{extract::State, response::Response};

#[derive(Template)]
#[template(path = "warehouse.html")]
struct Page<'d> {
    here: &'static str,
    deliveries: &'d [Delivery],
}

impl Delivery {
    fn ago(&self) -> Ago {
        Ago(self.at)
    }

    fn exactly(&self) -> Exactly {
        Exactly(self.at)
    }

    fn pretty_body(&self) -> String {
        pretty(&self.body)
    }
}

pub(super) async fn page(State(console): State<Console>, format: Format) -> Response {
    let mut deliveries = console.warehouse.as_ref().map(WarehouseHook::deliveries).unwrap_or_default();
    deliveries.reverse();
    format.show(&deliveries, &Page { here: "/warehouse", deliveries: &deliveries })
}
