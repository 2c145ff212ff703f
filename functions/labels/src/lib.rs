//! Buys the labels that were ordered for parcels, each once, and gives back those that nobody uses.
//!
//! What is wanted is decided elsewhere, in the fulfillment. Here the service is asked what it offers, which costs nothing. The offer
//! that is taken is recorded before the label is bought, and what came of it after. Whatever happens in between, the service is
//! asked what it knows before anything is bought again.

use app::{
    Error,
    labels::{self, Named, OwedLabel},
};
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use domain::{
    duty::{Duty, ItemName, Subject},
    fulfillment::Label,
    history::{Actor, Stamp},
    ids::{FulfillmentId, OrderId},
    ledger::RequestState,
    safeguards::Safeguard,
};
use jiff::{SignedDuration, Timestamp};
use runtime::{Clock, process};
use shipping::{Offers, Party, Purchase, Purchased, Seller, Sellers, Shipment, Voided};
use store::{Message, Store};

/// What the function works with.
pub struct App {
    pub store: Store,
    pub clock: Clock,
    pub sellers: Sellers,
}

/// How long after a service was asked to sell a label it shows whether it has. Before that nothing is bought again.
const SETTLING: SignedDuration = SignedDuration::from_mins(2);

pub async fn handle(app: &App, event: SqsEvent) -> SqsBatchResponse {
    process(event, async |message: Message| match (&message.duty, &message.subject) {
        (Duty::Label, Subject::OrderItem(order, ItemName::Fulfillment(id))) => work_off(app, order, *id).await,
        _ => Err(Error::Defect("this duty belongs to another function".into())),
    })
    .await
}

/// Asks for everything that is owed of a fulfillment's labels. One whose outcome stays unknown does not stop the others.
async fn work_off(app: &App, order: &OrderId, id: FulfillmentId) -> Result<(), Error> {
    let mut outcome = Ok(());
    for owed in labels::owed(&app.store, order, id).await? {
        let named = Named { order, fulfillment: id, label: owed.label.id };
        outcome = outcome.and(try_once(app, named, &owed).await);
    }
    outcome
}

async fn try_once(app: &App, named: Named<'_>, owed: &OwedLabel) -> Result<(), Error> {
    let by = &owed.label.by;
    let Some(seller) = app.sellers.named(by) else {
        return without_seller(app, named, &owed.label).await;
    };
    if owed.label.is_to_be_voided() {
        return give_back(app, seller, named, &owed.label).await;
    }
    let reference = owed.label.reference(named.order.as_str(), &named.fulfillment.to_string());
    let shipment = match shipment(&reference, owed) {
        Ok(shipment) => shipment,
        Err(why) => return refuse(app, named, &owed.label, why).await,
    };
    match &owed.label.offered {
        None => buy_first(app, seller, named, owed, &shipment).await,
        Some(offered) => buy_again(app, seller, named, &owed.label, &Purchase { shipment: &shipment, offered }).await,
    }
}

/// The shop uses the service no more. What was never asked for is refused; of anything else the service alone knows what became.
async fn without_seller(app: &App, named: Named<'_>, label: &Label) -> Result<(), Error> {
    let why = format!("the shop does not use {} any more", label.by);
    if label.purchase == RequestState::Intended {
        return refuse(app, named, label, &why).await;
    }
    Err(Error::Outside(format!("{why}; use it again until its label {} of {} is settled", label.id, named.order)))
}

/// What is to be sent. Otherwise why nothing can be.
fn shipment<'a>(reference: &'a str, owed: &'a OwedLabel) -> Result<Shipment<'a>, &'static str> {
    let OwedLabel { parcel, from, placed, .. } = owed;
    let parcel = parcel.as_ref().ok_or("its parcel is not there any more")?;
    let from = from.as_ref().ok_or("the location has no address any more")?;
    let dimensions_mm = parcel.dimensions_mm.ok_or("the parcel has no dimensions")?;
    let customer = &placed.customer;
    Ok(Shipment {
        reference,
        from: Party { address: from, email: None, phone: None },
        to: Party {
            address: &placed.shipping_address,
            email: Some(customer.email.as_str()),
            phone: customer.phone.as_ref().map(|phone| phone.as_str()),
        },
        weight_g: parcel.weight_g,
        dimensions_mm,
    })
}

/// Asks what is offered, takes one of that, and buys it.
async fn buy_first(
    app: &App,
    seller: &Seller,
    named: Named<'_>,
    owed: &OwedLabel,
    shipment: &Shipment<'_>,
) -> Result<(), Error> {
    let chosen = match seller.offers(shipment).await? {
        Offers::Made { shipment, offers } => owed.label.wish.choose(&shipment, offers, owed.placed.currency),
        Offers::Refused(why) => Err(why),
    };
    let offered = match chosen {
        Ok(offered) => offered,
        Err(why) => return refuse(app, named, &owed.label, &why).await,
    };
    let now = app.clock.now();
    let label = labels::mark_sent(&app.store, named, &offered, now).await?;
    // Somebody else may have taken an offer meanwhile, or the label may have been given up.
    if label.purchase != (RequestState::Sent { at: now }) || label.offered.as_ref() != Some(&offered) {
        return Ok(());
    }
    buy(app, seller, named, &label, &Purchase { shipment, offered: &offered }).await
}

/// Looks for what an attempt before this one has bought. If it has bought nothing, buys it now.
async fn buy_again(
    app: &App,
    seller: &Seller,
    named: Named<'_>,
    label: &Label,
    purchase: &Purchase<'_>,
) -> Result<(), Error> {
    if Safeguard::LabelIsLookedFor.is_off() {
        return buy(app, seller, named, label, purchase).await;
    }
    if let Some(found) = seller.find(purchase).await? {
        return record(app, named, label, found).await;
    }
    if app.clock.now().duration_since(asked_at(label)) < SETTLING {
        return Err(Error::Outside(format!("{} does not show yet whether it has sold the label", label.by)));
    }
    if label.void.is_some() {
        return refuse(app, named, label, "it was given up before it was bought").await;
    }
    buy(app, seller, named, label, purchase).await
}

/// When its service was last asked to sell it.
fn asked_at(label: &Label) -> Timestamp {
    match label.purchase {
        RequestState::Sent { at } => at,
        RequestState::Unknown { at, asked_at, .. } => asked_at.unwrap_or(at),
        _ => Timestamp::MIN,
    }
}

async fn buy(
    app: &App,
    seller: &Seller,
    named: Named<'_>,
    label: &Label,
    purchase: &Purchase<'_>,
) -> Result<(), Error> {
    match seller.buy(purchase).await {
        Ok(purchased) => record(app, named, label, purchased).await,
        Err(error) => {
            labels::record_unknown(&app.store, named, &error.to_string(), app.clock.now()).await?;
            Err(error)
        }
    }
}

async fn record(app: &App, named: Named<'_>, label: &Label, purchased: Purchased) -> Result<(), Error> {
    match purchased {
        Purchased::Bought { id, bought } => {
            labels::record_bought(&app.store, named, &id, &bought, &stamp(app, label)).await
        }
        Purchased::Refused(why) => refuse(app, named, label, &why).await,
        Purchased::UnderWay(why) => {
            labels::record_unknown(&app.store, named, &why, app.clock.now()).await?;
            Err(Error::Outside(why))
        }
    }
}

async fn refuse(app: &App, named: Named<'_>, label: &Label, why: &str) -> Result<(), Error> {
    labels::record_refused(&app.store, named, why, &stamp(app, label)).await
}

async fn give_back(app: &App, seller: &Seller, named: Named<'_>, label: &Label) -> Result<(), Error> {
    let id = label.purchase.provider_id().unwrap_or_default();
    let refused = match seller.void(id).await? {
        Voided::Accepted => None,
        Voided::Refused(why) => Some(why),
    };
    labels::record_voided(&app.store, named, refused.as_deref(), &stamp(app, label)).await
}

/// What a service says is noted in its name.
fn stamp(app: &App, label: &Label) -> Stamp {
    Stamp::new(Actor::provider(&label.by), app.clock.now())
}
