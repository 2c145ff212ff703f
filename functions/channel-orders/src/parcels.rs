//! Tells the shop that an order came from of the parcels that left.

use crate::App;
use app::{Error, channels as shops};
use channels::{Shipment, Shipped};
use domain::{
    fulfillment::ToldToChannel,
    ids::{FulfillmentId, OrderId},
    order::Untold,
};
use jiff::SignedDuration;

/// The time for telling. The function has a minute.
const AT_MOST: SignedDuration = SignedDuration::from_secs(40);

/// Tells of one parcel after the other, and records the answers together. If the shop fails at one, what it answered is recorded, and
/// the message comes back for the rest. A shop is looked at before it is told, so nothing is told twice.
pub(crate) async fn tell(app: &App, order: &OrderId, id: FulfillmentId) -> Result<(), Error> {
    let began = app.clock.now();
    let Some(to_tell) = shops::to_tell(&app.store, order, id).await? else { return Ok(()) };
    let stamp = shops::stamp(&to_tell.channel, began);
    let Some((channel, connection)) = shops::connected(&app.store, &to_tell.channel).await? else {
        let gone = |untold: &Untold| {
            (untold.parcel, told(untold, Err("the channel is connected to no shop any more".to_owned()), began))
        };
        let answers: Vec<_> = to_tell.parcels.iter().map(gone).collect();
        return shops::record_told(&app.store, order, id, &answers, &stamp).await;
    };
    let shop = app.shops.of(&channel.id, &connection).await?;
    let (mut answers, mut failed) = (Vec::new(), Ok(()));
    for untold in &to_tell.parcels {
        if app.clock.now().duration_since(began) >= AT_MOST {
            failed = Err(Error::Outside(format!("the shop of {} is slow; it hears of the rest later", channel.id)));
            break;
        }
        match shop.ship(&to_tell.reference, &shipment(order, id, untold)).await {
            Ok(Shipped::Told(at_shop)) => answers.push((untold.parcel, told(untold, Ok(at_shop), app.clock.now()))),
            Ok(Shipped::Refused(why)) => answers.push((untold.parcel, told(untold, Err(why), app.clock.now()))),
            Err(error) => {
                failed = Err(error);
                break;
            }
        }
    }
    shops::record_told(&app.store, order, id, &answers, &stamp).await.and(failed)
}

fn shipment(order: &OrderId, id: FulfillmentId, untold: &Untold) -> Shipment {
    let Untold { parcel, shipment, page, lines, is_last } = untold;
    Shipment {
        key: format!("{order}/{id}/{parcel}/{}", shipment.tracking_number),
        carrier: shipment.carrier.to_string(),
        tracking_number: Some(shipment.tracking_number.to_string()),
        tracking_url: page.as_ref().map(ToString::to_string),
        lines: lines.clone(),
        is_last: *is_last,
    }
}

fn told(untold: &Untold, answer: Result<String, String>, at: jiff::Timestamp) -> ToldToChannel {
    let (id, refused) = match answer {
        Ok(id) => (Some(id), None),
        Err(why) => (None, Some(why)),
    };
    ToldToChannel { at, tracking_number: untold.shipment.tracking_number.to_string(), id, refused }
}
