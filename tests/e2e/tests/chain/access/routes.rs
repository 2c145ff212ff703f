//! Every route, and who may use it: a table of its own, so that the functions' tables are not compared with themselves.

use crate::world::World;
use orderly_local::template::Trigger;
use reqwest::Method;

/// How a route treats a request's body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Body {
    /// The body is read, and has required fields.
    Read,
    /// The body is read, and any field may be left out.
    Optional,
    /// The body must be empty.
    Empty,
    /// The body is ignored: the route needs no input.
    Ignored,
    /// The body is read as it was signed.
    Signed,
}
use Body::{Empty, Ignored, Optional, Read, Signed};

/// What a storefront's key may do with a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Storefront {
    /// Nothing.
    No,
    /// Use it for its own channel. Other channels' data are not found.
    Own,
    /// Use it: the answer belongs to no channel.
    Any,
}
use Storefront::{Any, No, Own};

/// Every route: a storefront's permission, whether the warehouse and customer service may use it (an operator may use all), and
/// its body.
const ROUTES: [(&str, Storefront, bool, bool, Body); 111] = [
    ("POST /orders", Own, false, false, Read),
    ("GET /orders", Own, true, true, Ignored),
    ("POST /orders/search", Own, true, true, Read),
    ("GET /orders/{order_id}", Own, true, true, Ignored),
    ("POST /orders/{order_id}/cancel", Own, false, true, Read),
    ("POST /orders/{order_id}/edit", Own, false, true, Read),
    ("POST /orders/{order_id}/holds", No, false, true, Read),
    ("DELETE /orders/{order_id}/holds/{reason}", No, false, true, Empty),
    ("POST /orders/{order_id}/accept-payment", No, false, false, Read),
    ("POST /orders/{order_id}/payments", Own, false, false, Read),
    ("DELETE /orders/{order_id}/payments/{payment}", No, false, false, Empty),
    ("POST /orders/{order_id}/capture", No, false, false, Optional),
    ("POST /orders/{order_id}/captures/{capture}/outcome", No, false, false, Read),
    ("POST /orders/{order_id}/refunds", No, false, true, Read),
    ("POST /orders/{order_id}/refunds/retry", No, false, true, Empty),
    ("POST /orders/{order_id}/refunds/{refund}/outcome", No, false, false, Read),
    ("POST /orders/{order_id}/invoices", No, false, true, Empty),
    ("GET /orders/{order_id}/invoices/{number}", Own, false, true, Ignored),
    ("GET /orders/{order_id}/disputes/{dispute}/evidence", No, false, true, Ignored),
    ("POST /orders/{order_id}/disputes/{dispute}/evidence", No, false, false, Optional),
    ("POST /webhooks/payments/{provider}", Any, true, true, Signed),
    ("POST /webhooks/tracking/{service}", Any, true, true, Signed),
    ("POST /webhooks/channels/{channel}", Any, true, true, Signed),
    ("POST /channels/{channel}/connect", No, false, false, Read),
    ("POST /channels/{channel}/disconnect", No, false, false, Empty),
    ("GET /channels/{channel}/connection", No, false, false, Ignored),
    ("PUT /channels/{channel}/stock", No, false, false, Read),
    ("DELETE /channels/{channel}/stock", No, false, false, Empty),
    ("GET /channels/{channel}/listings", No, false, false, Ignored),
    ("POST /stock", No, true, false, Read),
    ("PUT /stock", No, true, false, Read),
    ("GET /stock/{sku+}", Any, true, false, Ignored),
    ("GET /fulfillments", No, true, false, Ignored),
    ("POST /batches", No, true, false, Read),
    ("GET /batches", No, true, false, Ignored),
    ("GET /batches/{batch}", No, true, false, Ignored),
    ("POST /batches/{batch}/scans", No, true, false, Read),
    ("POST /batches/{batch}/claim", No, true, false, Empty),
    ("POST /batches/{batch}/pause", No, true, false, Empty),
    ("POST /batches/{batch}/release", No, true, false, Empty),
    ("POST /batches/{batch}/cancel", No, true, false, Empty),
    ("GET /orders/{order_id}/fulfillments/{fulfillment}", No, true, false, Ignored),
    ("POST /orders/{order_id}/fulfillments/{fulfillment}/start-picking", No, true, false, Empty),
    ("POST /orders/{order_id}/fulfillments/{fulfillment}/picks", No, true, false, Read),
    ("POST /orders/{order_id}/fulfillments/{fulfillment}/scans", No, true, false, Read),
    ("POST /orders/{order_id}/fulfillments/{fulfillment}/open-parcel/scans", No, true, false, Read),
    ("DELETE /orders/{order_id}/fulfillments/{fulfillment}/open-parcel", No, true, false, Empty),
    ("POST /orders/{order_id}/fulfillments/{fulfillment}/put-back", No, true, false, Empty),
    ("GET /put-backs", No, true, false, Ignored),
    ("POST /orders/{order_id}/fulfillments/{fulfillment}/parcels", No, true, false, Read),
    ("POST /orders/{order_id}/fulfillments/{fulfillment}/hand-over", No, true, false, Read),
    ("POST /orders/{order_id}/fulfillments/{fulfillment}/parcels/{parcel}/label", No, true, false, Optional),
    ("DELETE /orders/{order_id}/fulfillments/{fulfillment}/parcels/{parcel}/label", No, true, false, Empty),
    ("POST /orders/{order_id}/fulfillments/{fulfillment}/parcels/{parcel}/delivered", No, true, false, Empty),
    ("POST /orders/{order_id}/fulfillments/{fulfillment}/parcels/{parcel}/reports", No, true, false, Read),
    ("POST /orders/{order_id}/fulfillments/{fulfillment}/parcels/{parcel}/tracking", No, true, false, Read),
    ("POST /orders/{order_id}/fulfillments/{fulfillment}/parcels/{parcel}/received-back", No, true, false, Read),
    ("POST /orders/{order_id}/fulfillments/{fulfillment}/parcels/{parcel}/resolution", No, false, false, Read),
    (
        "GET /orders/{order_id}/fulfillments/{fulfillment}/parcels/{parcel}/documents/label.pdf",
        No,
        true,
        false,
        Ignored,
    ),
    ("GET /orders/{order_id}/fulfillments/{fulfillment}/documents/picklist.pdf", No, true, false, Ignored),
    ("GET /orders/{order_id}/fulfillments/{fulfillment}/documents/packing-slip.pdf", No, true, true, Ignored),
    ("GET /batches/{batch}/documents/picklist.pdf", No, true, false, Ignored),
    ("POST /orders/{order_id}/returns", Own, false, true, Read),
    ("GET /orders/{order_id}/returns/{return}/documents/return-slip.pdf", Own, false, true, Ignored),
    ("GET /orders/{order_id}/invoices/{number}/documents/invoice.pdf", Own, false, true, Ignored),
    ("GET /orders/{order_id}/invoices/{number}/documents/invoice.xml", Own, false, true, Ignored),
    ("POST /orders/{order_id}/returns/{return}/approve", No, false, true, Empty),
    ("POST /orders/{order_id}/returns/{return}/decline", No, false, true, Read),
    ("POST /orders/{order_id}/returns/{return}/receive", No, true, false, Read),
    ("POST /orders/{order_id}/returns/{return}/inspect", No, true, false, Read),
    ("POST /orders/{order_id}/returns/{return}/refund", No, false, true, Read),
    ("GET /operations/attention", No, true, true, Ignored),
    ("POST /orders/{order_id}/emails/retry", No, false, true, Empty),
    ("POST /orders/{order_id}/emails/dismiss", No, false, true, Read),
    ("GET /operations/shelves", No, true, false, Ignored),
    ("GET /operations/unmatched-payments", No, false, false, Ignored),
    ("GET /operations/refunds-by-hand", No, false, false, Ignored),
    ("POST /operations/refunds-by-hand/export", No, false, false, Read),
    ("POST /operations/statements", No, false, false, Read),
    ("POST /operations/unmatched-payments/{payment}/assign", No, false, false, Read),
    ("POST /operations/unmatched-payments/{payment}/unassign", No, false, false, Empty),
    ("POST /operations/unmatched-payments/{payment}/refund", No, false, false, Empty),
    ("POST /operations/unmatched-payments/{payment}/dismiss", No, false, false, Empty),
    ("GET /ledger", No, false, false, Ignored),
    ("GET /ledger/balance", No, false, false, Ignored),
    ("GET /ledger/payouts", No, false, false, Ignored),
    ("GET /operations/unread-webhooks", No, false, false, Ignored),
    ("GET /operations/differences", No, false, false, Ignored),
    ("POST /operations/differences/{payment}/settle", No, false, false, Read),
    ("POST /operations/unread-webhooks/{webhook}/replay", No, false, false, Empty),
    ("POST /customers/export", No, false, false, Read),
    ("POST /customers/erase", No, false, false, Read),
    ("PUT /products/{sku+}", No, true, false, Read),
    ("GET /products", Any, true, false, Ignored),
    ("GET /products/{sku+}", Any, true, false, Ignored),
    ("PUT /locations/{location}", No, false, false, Read),
    ("POST /locations/{location}/close", No, false, false, Read),
    ("POST /locations/{location}/reopen", No, false, false, Empty),
    ("POST /locations/{location}/empty", No, false, false, Empty),
    ("GET /locations", No, true, false, Ignored),
    ("PUT /channels/{channel}", No, false, false, Read),
    ("GET /channels", No, false, false, Ignored),
    ("PUT /sellers/{seller}", No, false, false, Read),
    ("GET /sellers", No, false, false, Ignored),
    ("GET /sellers/{seller}/invoices", No, false, false, Ignored),
    ("POST /keys", No, false, false, Read),
    ("GET /keys", No, false, false, Ignored),
    ("DELETE /keys/{key}", No, false, false, Empty),
    ("POST /sessions", No, true, true, Empty),
    ("GET /sessions/current", No, true, true, Ignored),
    ("DELETE /sessions/current", No, true, true, Empty),
];

/// What a role may do with a route.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub(crate) storefront: Storefront,
    pub(crate) warehouse: bool,
    pub(crate) service: bool,
    pub(crate) body: Body,
}

impl Row {
    pub(crate) fn is_signed(self) -> bool {
        self.body == Signed
    }

    pub(crate) fn reads_a_body(self) -> bool {
        matches!(self.body, Read | Optional)
    }
}

/// The template's routes, each with its row. Those of the console are pages: `console.rs` tells who may see what there.
pub(crate) fn routes(world: &World) -> Vec<(Method, String, Row)> {
    let functions = world.stack.system().functions.values().filter(|function| function.name != "console");
    let triggers = functions.flat_map(|function| &function.triggers);
    let declared = triggers.filter_map(|trigger| match trigger {
        Trigger::Http(route) => Some((route.method.parse::<Method>().unwrap(), route.path.clone())),
        _ => None,
    });
    let row = |(method, path): (Method, String)| {
        let name = format!("{method} {path}");
        let row = ROUTES.iter().find(|row| row.0 == name).unwrap_or_else(|| panic!("{name} has no row in ROUTES"));
        let &(_, storefront, warehouse, service, body) = row;
        (method, path, Row { storefront, warehouse, service, body })
    };
    let routes: Vec<_> = declared.map(row).collect();
    assert_eq!(routes.len(), ROUTES.len(), "ROUTES has a row that the template has not");
    routes
}
