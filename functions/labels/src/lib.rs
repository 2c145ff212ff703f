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
    fulfillment::{Label, Offered},
    history::{Actor, Stamp},
    ids::{FulfillmentId, OrderId},
    ledger::RequestState,
    safeguards::Safeguard,
    text::Text,
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

/// How long after a service was asked to sell a label it shows whether it has, and whoever asked is not at it any more. Before that
/// nothing is bought again.
const SETTLING: SignedDuration = SignedDuration::from_mins(2);
/// The time in which the last label is begun. The function has a minute, and one label takes three requests of ten seconds at most.
const BEGINNING: SignedDuration = SignedDuration::from_secs(25);

pub async fn handle(app: &App, event: SqsEvent) -> SqsBatchResponse {
    process(event, async |message: Message| match (&message.duty, &message.subject) {
        (Duty::Label, Subject::OrderItem(order, ItemName::Fulfillment(id))) => {
            Box::pin(work_off(app, order, *id)).await
        }
        _ => Err(Error::Defect("this duty belongs to another function".into())),
    })
    .await
}

/// Asks for everything that is owed of a fulfillment's labels, also for what comes to be owed meanwhile, each once. One whose outcome
/// stays unknown does not stop the others.
async fn work_off(app: &App, order: &OrderId, id: FulfillmentId) -> Result<(), Error> {
    let begun = app.clock.now();
    let (mut tried, mut outcome) = (Vec::new(), Ok(()));
    let step = |label: &Label| (label.id, label.is_to_be_voided());
    while let Some(owed) = labels::owed(&app.store, order, id, |label| !tried.contains(&step(label))).await? {
        if app.clock.now().duration_since(begun) > BEGINNING {
            return outcome.and(Err(Error::Outside(format!("{} is slow; the rest is asked later", owed.label.by))));
        }
        tried.push(step(&owed.label));
        outcome = outcome.and(try_once(app, Named { order, fulfillment: id, label: owed.label.id }, &owed).await);
    }
    outcome
}

async fn try_once(app: &App, named: Named<'_>, owed: &OwedLabel) -> Result<(), Error> {
    let label = &owed.label;
    let Some(seller) = app.sellers.named(&label.by) else {
        return without_seller(app, named, label).await;
    };
    match &label.offered {
        _ if label.is_to_be_voided() => give_back(app, seller, named, label).await,
        Some(offered) => look_for(app, seller, named, owed, offered).await,
        None => buy(app, seller, named, owed).await,
    }
}

/// The shop uses the service no more. What was never asked for is not bought; of anything else the service alone knows what became.
async fn without_seller(app: &App, named: Named<'_>, label: &Label) -> Result<(), Error> {
    let why = format!("the shop does not use {} any more", label.by);
    if label.purchase == RequestState::Intended {
        return labels::record_not_offered(&app.store, named, &why, &stamp(app, label)).await;
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
            phone: customer.phone.as_ref().map(Text::as_str),
        },
        weight_g: parcel.weight_g,
        dimensions_mm,
    })
}

/// Asks what is offered, takes one of that, and buys it.
async fn buy(app: &App, seller: &Seller, named: Named<'_>, owed: &OwedLabel) -> Result<(), Error> {
    let (label, reference) = (&owed.label, reference(named, &owed.label));
    let offered = match shipment(&reference, owed) {
        Err(why) => Err(why.to_owned()),
        Ok(shipment) => match seller.offers(&shipment).await? {
            Offers::Made { shipment, offers } => label.wish.choose(&shipment, offers, owed.placed.currency),
            Offers::Refused(why) => Err(why),
        }
        .map(|offered| (shipment, offered)),
    };
    let (shipment, offered) = match offered {
        Ok(offered) => offered,
        Err(why) => return labels::record_not_offered(&app.store, named, &why, &stamp(app, label)).await,
    };
    if labels::mark_sent(&app.store, named, &offered, app.clock.now()).await? {
        return ask(app, seller, named, label, &Purchase { shipment: &shipment, offered: &offered }).await;
    }
    Ok(())
}

/// Looks for what an attempt before this one has bought. If it has bought nothing, buys it now.
async fn look_for(
    app: &App,
    seller: &Seller,
    named: Named<'_>,
    owed: &OwedLabel,
    offered: &Offered,
) -> Result<(), Error> {
    let (label, reference) = (&owed.label, reference(named, &owed.label));
    let is_looked_for = !Safeguard::LabelIsLookedFor.is_off();
    if is_looked_for && let Some(found) = seller.find(&reference, offered).await? {
        return record(app, named, label, found).await;
    }
    if is_looked_for && app.clock.now().duration_since(asked_at(label)) < SETTLING {
        return Err(Error::Outside(format!("{} does not show yet whether it has sold the label", label.by)));
    }
    let shipment = if owed.is_needed { shipment(&reference, owed) } else { Err("nobody needs it any more") };
    let shipment = match shipment {
        Ok(shipment) => shipment,
        Err(why) => return labels::record_refused(&app.store, named, why, &stamp(app, label)).await,
    };
    if labels::mark_sent_again(&app.store, named, &label.purchase, app.clock.now()).await? {
        return ask(app, seller, named, label, &Purchase { shipment: &shipment, offered }).await;
    }
    Ok(())
}

fn reference(named: Named<'_>, label: &Label) -> String {
    label.reference(named.order.as_str(), &named.fulfillment.to_string())
}

/// When its service was last asked to sell it.
fn asked_at(label: &Label) -> Timestamp {
    match label.purchase {
        RequestState::Sent { at } => at,
        RequestState::Unknown { at, asked_at, .. } => asked_at.unwrap_or(at),
        _ => Timestamp::MIN,
    }
}

async fn ask(
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
        Purchased::Refused(why) => labels::record_refused(&app.store, named, &why, &stamp(app, label)).await,
        Purchased::UnderWay(why) => {
            labels::record_unknown(&app.store, named, &why, app.clock.now()).await?;
            Err(Error::Outside(why))
        }
    }
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
