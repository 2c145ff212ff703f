//! `payment-webhook`.

use crate::{route::Route, schemas::StripeEvent};
use payment_webhook::Received;
use webhooks::stripe::HEADER;

pub fn routes() -> Vec<Route> {
    vec![
        Route::new::<Received>(
            "POST /webhooks/payments/{provider}",
            "receivePaymentEvent",
            "Receive a payment event",
            (200, "The event is on its order's ledger, kept until its order appears, or of no concern."),
        )
        .about("For the provider, not for clients. It may send an event twice, late or out of order.")
        .signed(HEADER, "`t=…,v1=…` over the raw body, not older than five minutes.")
        .takes::<StripeEvent>(crate::examples::stripe_event())
        .problem(400, "not-json", "the body is not valid JSON")
        .problem(400, "wrong-mode", "a test event at a live endpoint, or the reverse")
        .problem(401, "bad-signature", "the signature is missing, wrong or too old")
        .problem(404, "not-found", "there is no such payment provider")
        .problem(422, "malformed-event", "the event lacks what its type must have; the provider tries again"),
    ]
}
