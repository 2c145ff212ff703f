//! `payment-webhook`.

use crate::{route::Prose, schemas::PaymentEvent};
use api::Code;
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
            (200, "The event is on its order's ledger, kept until its order appears, or of no concern."),
        )
        .about("For the provider, not for clients. It may send an event twice, late or out of order.")
        .signed::<PaymentEvent>(&signatures)
        .example(example)
        .fails(Code::NotJson)
        .fails(Code::WrongMode)
        .fails(Code::BadSignature)
        .fails_if(Code::NotFound, "there is no such payment provider")
        .fails(Code::MalformedEvent),
    ]
}
