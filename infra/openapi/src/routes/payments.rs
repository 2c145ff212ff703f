//! `payment-webhook`.

use crate::{route::Prose, schemas::PaymentEvent};
use api::Code;
use payment_webhook::Replayed;
use payments::{Provider, webhook::Received};

pub fn routes() -> Vec<Prose> {
    let providers: Vec<_> = Provider::ALL.iter().map(|provider| provider.description()).collect();
    let signatures: Vec<_> = providers.iter().map(|described| described.signature).collect();
    let example = providers.into_iter().next().map(|described| described.example).unwrap_or_default();
    vec![
        Prose::new::<Received>(
            "POST /webhooks/payments/{provider}",
            "receivePaymentEvent",
            "Receive a payment event",
            (200, "The event is on its order's ledger, kept until its order appears or somebody understands it, or of no concern."),
        )
        .about("For the provider, not for clients. It may send an event twice, late or out of order.")
        .signed::<PaymentEvent>(&signatures)
        .example(example)
        .fails(Code::WrongMode)
        .fails(Code::BadSignature)
        .fails_if(Code::NotFound, "there is no such payment provider"),
        Prose::new::<Replayed>(
            "POST /operations/unread-webhooks/{webhook}/replay",
            "replayWebhook",
            "Read a webhook again that was not understood",
            (200, "It is understood now, and waits no more."),
        )
        .about(
            "After a new version of Orderly, or after the provider has made good what was wrong. It is read as if it came now, \
             and asked again it changes nothing.",
        )
        .fails(Code::NotJson)
        .fails(Code::MalformedEvent),
    ]
}
