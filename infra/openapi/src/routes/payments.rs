//! `payment-webhook`.

use crate::{route::Route, schemas::PaymentEvent};
use payments::{Provider, webhook::Received};

pub fn routes() -> Vec<Route> {
    let providers: Vec<_> = Provider::ALL.iter().map(|provider| provider.description()).collect();
    let signatures: Vec<_> = providers.iter().map(|described| described.signature).collect();
    let example = providers.into_iter().next().map(|described| described.example).unwrap_or_default();
    vec![
        Route::new::<Received>(
            "POST /webhooks/payments/{provider}",
            "receivePaymentEvent",
            "Receive a payment event",
            (200, "The event is on its order's ledger, kept until its order appears, or of no concern."),
        )
        .about("For the provider, not for clients. It may send an event twice, late or out of order.")
        .signed(&signatures)
        .takes::<PaymentEvent>(example)
        .problem(400, "not-json", "the body is not valid JSON")
        .problem(400, "wrong-mode", "a test event at a live endpoint, or the reverse")
        .problem(401, "bad-signature", "the signature is missing, wrong or too old")
        .problem(404, "not-found", "there is no such payment provider")
        .problem(422, "malformed-event", "the event lacks what its type must have; the provider tries again"),
    ]
}
