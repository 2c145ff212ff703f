//! `shared/shipping` against the stand-ins of the services, which share no code: each was written after their documentation.
#![allow(clippy::unwrap_used)]

use api::Request;
use domain::parcel_state::ParcelState;
use jiff::{SignedDuration, Timestamp};
use orderly_local::tracking::{self as stand_ins, Embedded, Happened, Happening};
use runtime::{Aws, Clock, Secret};
use shipping::{Client, Followed, Moment, Service, Wanted, Webhook};
use std::collections::BTreeMap;

const SECRET: &str = "s3cret";

fn now() -> Timestamp {
    Timestamp::from_second(1_780_000_000).unwrap()
}

/// The services without their webhooks' way, and the address of their APIs.
async fn services() -> (Embedded, String) {
    let names = ["EasyPostWebhookSecret", "ShippoWebhookSecret", "SendcloudWebhookSecret", "AfterShipWebhookSecret"];
    let secrets: BTreeMap<String, String> = names.map(|name| (name.to_owned(), SECRET.to_owned())).into();
    let services = stand_ins::embedded(&secrets, &Clock::new(now));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = services.stand_ins().router();
    tokio::spawn(async move { axum::serve(listener, router).await });
    (services, url)
}

fn client(service: Service, url: &str) -> Option<Client> {
    Client::new(service, &Aws::beside(url), &Clock::new(now), url, Secret::fixed("KEY", "key"))
}

async fn follow(client: &Client, number: &str) -> Vec<Moment> {
    let parcel = Wanted { carrier: "USPS", number, postal_code: Some("29401") };
    let Followed::Known(told) = client.follow(&parcel).await.unwrap() else { panic!("{number} is not followed") };
    assert_eq!((told.carrier.as_str(), told.number.as_str()), ("USPS", number));
    told.moments
}

/// What is told of the parcel by the webhooks that tell of this.
async fn told(services: &Embedded, service: Service, number: &str, happened: Happened) -> Vec<Vec<Moment>> {
    let webhook = Webhook::new(service, Secret::fixed("SECRET", SECRET), false);
    let mut all = Vec::new();
    for (teller, sent) in services.happen(number, happened) {
        assert_eq!(teller.name(), service.name());
        let headers = sent.headers.iter().map(|(name, value)| (name.to_lowercase(), value.clone())).collect();
        let request = Request { headers, body: sent.body, ..Request::default() };
        let reading = webhook.read(&request, now()).await.unwrap();
        assert_eq!(reading.unread, None);
        all.push(reading.told.into_iter().flat_map(|told| told.moments).collect());
    }
    all
}

fn happened(state: Happening, hours_ago: i64) -> Happened {
    let at = now() - SignedDuration::from_hours(hours_ago);
    Happened { state, at, text: format!("{state:?}, signed by: J SMITH") }
}

/// Sendcloud has no words of its own for some of it.
fn expected(service: Service, state: Happening) -> Option<ParcelState> {
    Some(match state {
        Happening::LabelMade => return None,
        Happening::Damaged | Happening::Lost if service == Service::Sendcloud => ParcelState::Exception,
        // Shippo's word for it is that it cannot be delivered.
        Happening::Refused if service == Service::Shippo => ParcelState::Exception,
        Happening::InTransit => ParcelState::InTransit,
        Happening::OutForDelivery => ParcelState::OutForDelivery,
        Happening::AwaitingPickup => ParcelState::AwaitingPickup,
        Happening::AttemptFailed => ParcelState::AttemptFailed,
        Happening::Delayed => ParcelState::Delayed,
        Happening::Exception => ParcelState::Exception,
        Happening::Damaged => ParcelState::Damaged,
        Happening::Refused => ParcelState::Refused,
        Happening::Returned => ParcelState::Returned,
        Happening::Lost => ParcelState::Lost,
        Happening::Delivered => ParcelState::Delivered,
    })
}

const ALL: [Happening; 12] = [
    Happening::LabelMade,
    Happening::InTransit,
    Happening::OutForDelivery,
    Happening::AwaitingPickup,
    Happening::AttemptFailed,
    Happening::Delayed,
    Happening::Exception,
    Happening::Damaged,
    Happening::Refused,
    Happening::Returned,
    Happening::Lost,
    Happening::Delivered,
];

#[tokio::test]
async fn whatever_happens_each_service_tells_by_webhook_and_when_it_is_asked() {
    let (services, url) = services().await;
    for &service in Service::ALL {
        for (index, state) in ALL.into_iter().enumerate() {
            let number = format!("9400{index:04}{}", service.name().len());
            let number = format!("{number}-{}", service.name());
            let client = client(service, &url);
            match &client {
                Some(client) => assert_eq!(follow(client, &number).await, []),
                None => services.stand_ins().sell(stand_ins::Service::Sendcloud, "usps", &number),
            }
            let what = happened(state, 3);
            let tellings = told(&services, service, &number, what.clone()).await;
            let [moments] = tellings.as_slice() else { panic!("{service:?} {state:?}: {tellings:?}") };
            let seen: Vec<_> = moments.iter().map(|moment| (moment.at, moment.state)).collect();
            let wanted: Vec<_> = expected(service, state).map(|state| (what.at, state)).into_iter().collect();
            assert_eq!(seen, wanted, "{service:?} {state:?}");
            assert!(moments.iter().all(|moment| !moment.words.contains("SMITH")), "{moments:?}");
            if let Some(client) = &client {
                assert_eq!(follow(client, &number).await, *moments, "{service:?} {state:?}");
            }
        }
    }
}

#[tokio::test]
async fn however_often_it_is_asked_a_parcel_is_told_once() {
    let (services, url) = services().await;
    for service in [Service::EasyPost, Service::Shippo, Service::AfterShip] {
        let (client, number) = (client(service, &url).unwrap(), format!("94001-{}", service.name()));
        for _ in 0..4 {
            follow(&client, &number).await;
        }
        assert_eq!(services.stand_ins().followers(&number).len(), 1);
        assert_eq!(told(&services, service, &number, happened(Happening::InTransit, 2)).await.len(), 1, "{service:?}");
    }
}

#[tokio::test]
async fn a_service_that_fails_is_asked_again_later() {
    let (services, url) = services().await;
    for (service, own) in [
        (Service::EasyPost, stand_ins::Service::EasyPost),
        (Service::Shippo, stand_ins::Service::Shippo),
        (Service::AfterShip, stand_ins::Service::AfterShip),
    ] {
        let (client, number) = (client(service, &url).unwrap(), format!("94002-{}", service.name()));
        services.stand_ins().fail(own, [503, 429]);
        let parcel = Wanted { carrier: "USPS", number: &number, postal_code: None };
        for status in ["503", "429"] {
            let error = client.follow(&parcel).await.unwrap_err();
            assert!(matches!(&error, app::Error::Outside(why) if why.contains(status)), "{error}");
        }
        assert_eq!(follow(&client, &number).await, []);
    }
}

#[tokio::test]
async fn what_is_told_late_is_put_where_it_belongs() {
    let (services, url) = services().await;
    let client = client(Service::EasyPost, &url).unwrap();
    follow(&client, "94003").await;
    told(&services, Service::EasyPost, "94003", happened(Happening::Delivered, 1)).await;
    let tellings = told(&services, Service::EasyPost, "94003", happened(Happening::OutForDelivery, 5)).await;
    let states: Vec<_> = tellings[0].iter().map(|moment| moment.state).collect();
    assert_eq!(states, [ParcelState::OutForDelivery, ParcelState::Delivered]);
}
