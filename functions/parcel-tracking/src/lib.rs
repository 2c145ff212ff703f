//! Has a tracking service follow parcels that left, and asks it about those that nothing was heard of for a while.

use app::{Error, parcel_tracking};
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use domain::{
    carriers,
    duty::{Duty, ItemName, Subject},
    fulfillment::{Followed, Parcel, TrackingAnswer},
    history::{Actor, Stamp},
    ids::{FulfillmentId, OrderId},
    placed_order::Address,
};
use jiff::SignedDuration;
use runtime::{Clock, process};
use shipping::{Client, Wanted};
use store::{Message, Store};

/// What the function works with.
pub struct App {
    pub store: Store,
    pub clock: Clock,
    /// The service that follows parcels, if one does.
    pub follower: Option<Client>,
    /// How long nothing is heard of a parcel before it is asked about again.
    pub asked_after: SignedDuration,
}

pub async fn handle(app: &App, event: SqsEvent) -> SqsBatchResponse {
    process(event, async |message: Message| match (&message.duty, &message.subject) {
        (Duty::Tracking, Subject::OrderItem(order, ItemName::Fulfillment(id))) => ask(app, order, *id).await,
        _ => Err(Error::Defect("this duty belongs to another function".into())),
    })
    .await
}

/// The time for asking about the parcels of one fulfillment. The function has a minute.
const ASKING: SignedDuration = SignedDuration::from_secs(40);

/// Asks about one parcel after the other, and records the answers together, because they are facts about one fulfillment. If the
/// service fails at one of them, or is slow, what was answered is recorded and the message comes back for the rest. Asking again
/// makes no second tracker.
async fn ask(app: &App, order: &OrderId, id: FulfillmentId) -> Result<(), Error> {
    let now = app.clock.now();
    let Some(to_ask) = parcel_tracking::to_ask(&app.store, order, id, app.asked_after, now).await? else {
        return Ok(());
    };
    let Some(service) = &app.follower else {
        return parcel_tracking::ask_nobody(&app.store, order, id, now).await;
    };
    let (mut answers, mut failed) = (Vec::new(), Ok(()));
    for parcel in &to_ask.parcels {
        if app.clock.now().duration_since(now) >= ASKING {
            failed = Err(Error::Outside(format!("{} is slow; the rest is asked later", service.service().name())));
            break;
        }
        match ask_about(app, service, parcel, &to_ask.address).await {
            Ok(answer) => answers.extend(answer),
            Err(error) => failed = Err(error),
        }
    }
    let stamp = Stamp::new(Actor::provider(service.service().name()), app.clock.now());
    parcel_tracking::record_answers(&app.store, order, id, &answers, app.asked_after, &stamp).await.and(failed)
}

async fn ask_about(
    app: &App,
    service: &Client,
    parcel: &Parcel,
    to: &Address,
) -> Result<Option<TrackingAnswer>, Error> {
    let Some(shipment) = &parcel.shipment else { return Ok(None) };
    let wanted = Wanted {
        // "DHL" is two businesses: the number says which.
        carrier: carriers::business(&shipment.carrier, &shipment.tracking_number).unwrap_or(&shipment.carrier),
        number: &shipment.tracking_number,
        postal_code: to.postal_code.as_deref(),
    };
    let (refused, moments) = match service.follow(&wanted).await? {
        shipping::Followed::Known(told) if carriers::may_be_one(&shipment.carrier, &told.carrier) => {
            (None, told.reports())
        }
        shipping::Followed::Known(told) => (Some(format!("it is taken for a parcel of {}", told.carrier)), Vec::new()),
        shipping::Followed::Not(why) => (Some(why), Vec::new()),
    };
    let followed = Followed { by: service.service().name().to_owned(), asked_at: app.clock.now(), refused };
    let number = shipment.tracking_number.to_string();
    Ok(Some(TrackingAnswer { parcel: parcel.id, number, followed, moments }))
}
