//! `tracking-webhook`.

use crate::{examples, route::Prose, schemas::TrackingEvent};
use api::Code;
use shipping::Service;
use tracking_webhook::Received;

pub fn routes() -> Vec<Prose> {
    let signatures: Vec<_> = Service::ALL.iter().map(|service| Some(service.signature())).collect();
    vec![
        Prose::new::<Received>(
            "POST /webhooks/tracking/{service}",
            "receiveTrackingEvent",
            "Receive what a carrier tells",
            (200, "It is noted on its parcel, known, or of no concern."),
        )
        .about("For tracking services, not for clients. They may send an event twice, late or out of order.")
        .signed::<TrackingEvent>(&signatures)
        .example(examples::tracking_event())
        .fails(Code::WrongMode)
        .fails(Code::BadSignature)
        .fails_if(Code::NotFound, "there is no such tracking service in use"),
    ]
}
