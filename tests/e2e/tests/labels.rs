//! `shared/shipping` buys labels from the stand-ins of the services, which share no code: each was written after their documentation.
#![allow(clippy::unwrap_used)]

use domain::{
    carriers,
    fulfillment::{Bought, LabelWish, Offered},
    placed_order::Address,
};
use jiff::Timestamp;
use orderly_local::tracking::{self as stand_ins, Embedded, Happened, Happening};
use runtime::{Aws, Clock, Secret};
use serde_json::json;
use shipping::{Offers, Party, Purchase, Purchased, Seller, Service, Shipment, Voided};
use std::collections::BTreeMap;

const SELLERS: [(Service, stand_ins::Service); 3] = [
    (Service::EasyPost, stand_ins::Service::EasyPost),
    (Service::Shippo, stand_ins::Service::Shippo),
    (Service::Sendcloud, stand_ins::Service::Sendcloud),
];

fn now() -> Timestamp {
    Timestamp::from_second(1_780_000_000).unwrap()
}

/// The services, one that sells labels, and the addresses of a parcel.
struct Shop {
    services: Embedded,
    seller: Seller,
    own: stand_ins::Service,
    addresses: [Address; 2],
}

impl Shop {
    async fn buying_from((service, own): (Service, stand_ins::Service)) -> Self {
        let services = stand_ins::embedded(&BTreeMap::new(), &Clock::new(now));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = services.stand_ins().router();
        tokio::spawn(async move { axum::serve(listener, router).await });
        let key = Secret::fixed("KEY", "public:secret");
        let seller = Seller::new(service, &Aws::beside(&url), &Clock::new(now), &url, key).unwrap();
        let address = |name: &str, postal_code: &str| {
            let address = json!({
                "name": name, "line1": "Heidestraße 17", "city": "Köln", "postal_code": postal_code, "country": "DE",
            });
            serde_json::from_value(address).unwrap()
        };
        Self { services, seller, own, addresses: [address("Warehouse", "50667"), address("Erika Musterfrau", "51147")] }
    }

    fn shipment<'a>(&'a self, reference: &'a str) -> Shipment<'a> {
        let [from, to] =
            self.addresses.each_ref().map(|address| Party { address, email: Some("a@example.com"), phone: None });
        Shipment { reference, from, to, weight_g: 1_320, dimensions_mm: [200, 150, 51] }
    }

    /// The cheapest offer.
    async fn offered(&self, reference: &str) -> Offered {
        let Offers::Made { shipment, offers } = self.seller.offers(&self.shipment(reference)).await.unwrap() else {
            panic!("{:?} makes no offers", self.own)
        };
        assert!(offers.len() >= 3, "{offers:?}");
        LabelWish::default().choose(&shipment, offers, "EUR".parse().unwrap()).unwrap()
    }

    async fn buy(&self, reference: &str, offered: &Offered) -> Result<Purchased, app::Error> {
        self.seller.buy(&Purchase { shipment: &self.shipment(reference), offered }).await
    }

    async fn find(&self, reference: &str, offered: &Offered) -> Option<Purchased> {
        self.seller.find(reference, offered).await.unwrap()
    }

    /// The references of the labels that were sold, and whether each was given back.
    fn sold(&self) -> Vec<(String, bool)> {
        self.services.stand_ins().labels().into_iter().map(|label| (label.reference, label.voided)).collect()
    }
}

/// The number of a label that has one.
fn number(label: &Bought) -> &str {
    label.tracking_number.as_ref().unwrap()
}

fn bought(purchased: Purchased) -> (String, Bought) {
    match purchased {
        Purchased::Bought { id, bought } => (id, bought),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_label_is_offered_bought_once_found_printed_and_given_back_once() {
    for seller in SELLERS {
        let shop = Shop::buying_from(seller).await;
        let offered = shop.offered("one").await;
        assert_eq!(shop.find("one", &offered).await, None, "asking for offers buys nothing");
        let first = shop.buy("one", &offered).await.unwrap();
        let again = shop.buy("one", &offered).await.unwrap();
        assert_eq!(first, again);
        assert_eq!(shop.find("one", &offered).await, Some(first.clone()));
        let (id, label) = bought(first);
        let sold = shop.services.stand_ins().labels();
        let [one] = sold.as_slice() else { panic!("{sold:?}") };
        let seen = (one.reference.as_str(), one.tracking_number.as_str(), one.price, one.currency.as_str());
        let taken = &offered.taken;
        assert_eq!(seen, ("one", number(&label), taken.price, taken.currency.as_str()), "{seller:?}");
        assert!(carriers::tracking_page(&label.carrier, number(&label), None).is_some(), "{label:?}");
        assert_eq!(carriers::doubt_about(&label.carrier, number(&label)), None);
        let file = shop.seller.document(&label).await.unwrap();
        let text = String::from_utf8_lossy(&file);
        assert!(text.starts_with("%PDF") && text.contains(number(&label)), "{text}");
        assert_eq!(shop.services.stand_ins().followers(number(&label)), [shop.own]);
        assert_eq!(shop.sold(), [("one".to_owned(), false)]);
        for _ in 0..2 {
            assert_eq!(shop.seller.void(&id).await.unwrap(), Voided::Accepted);
            assert_eq!(shop.sold(), [("one".to_owned(), true)]);
        }
        let (found, _) = bought(shop.find("one", &offered).await.unwrap());
        assert_eq!(found, id, "what went back was bought");
        let other = shop.offered("two").await;
        bought(shop.buy("two", &other).await.unwrap());
        assert_eq!(shop.sold(), [("one".to_owned(), true), ("two".to_owned(), false)]);
    }
}

#[tokio::test]
async fn a_purchase_whose_answer_is_lost_is_found_and_not_made_again() {
    for seller in SELLERS {
        let shop = Shop::buying_from(seller).await;
        let offered = shop.offered("one").await;
        shop.services.stand_ins().lose(shop.own, [500]);
        let lost = shop.buy("one", &offered).await;
        assert!(matches!(&lost, Err(app::Error::Outside(why)) if why.contains("500")), "{lost:?}");
        let (id, _) = bought(shop.find("one", &offered).await.unwrap());
        assert_eq!(bought(shop.buy("one", &offered).await.unwrap()).0, id);
        assert_eq!(shop.sold(), [("one".to_owned(), false)]);
    }
}

#[tokio::test]
async fn a_purchase_that_failed_has_bought_nothing() {
    for seller in SELLERS {
        let shop = Shop::buying_from(seller).await;
        let offered = shop.offered("one").await;
        shop.services.stand_ins().refuse(shop.own, 1);
        let refused = shop.buy("one", &offered).await.unwrap();
        assert!(matches!(&refused, Purchased::Refused(why) if why.contains("does not deliver there")), "{refused:?}");
        let found = shop.find("one", &offered).await;
        assert!(matches!(found, None | Some(Purchased::Refused(_))), "{found:?}");
        assert_eq!(shop.sold(), []);
        let offered = shop.offered("two").await;
        bought(shop.buy("two", &offered).await.unwrap());
        assert_eq!(shop.sold(), [("two".to_owned(), false)]);
    }
}

#[tokio::test]
async fn a_service_that_fails_sells_nothing_and_is_asked_again_later() {
    for seller in SELLERS {
        let shop = Shop::buying_from(seller).await;
        shop.services.stand_ins().fail(shop.own, [503]);
        assert!(shop.seller.offers(&shop.shipment("one")).await.is_err());
        let offered = shop.offered("one").await;
        for status in [429, 500] {
            shop.services.stand_ins().fail(shop.own, [status]);
            assert!(shop.buy("one", &offered).await.is_err());
            assert_eq!(shop.find("one", &offered).await, None);
        }
        let (id, label) = bought(shop.buy("one", &offered).await.unwrap());
        shop.services.stand_ins().fail(shop.own, [500]);
        assert!(shop.seller.void(&id).await.is_err());
        assert_eq!(shop.sold(), [("one".to_owned(), false)]);
        let happened = Happened { state: Happening::InTransit, at: now(), text: String::new() };
        shop.services.stand_ins().happen(number(&label), happened);
        let refused = shop.seller.void(&id).await.unwrap();
        assert!(matches!(refused, Voided::Refused(_)), "the carrier has the parcel: {refused:?}");
        assert_eq!(shop.sold(), [("one".to_owned(), false)]);
    }
}

#[tokio::test]
async fn what_no_carrier_takes_is_refused_or_not_offered() {
    for seller in SELLERS {
        let shop = Shop::buying_from(seller).await;
        let heavy = Shipment { weight_g: 40_000, ..shop.shipment("one") };
        match shop.seller.offers(&heavy).await.unwrap() {
            Offers::Refused(why) => assert!(why.contains("too heavy"), "{why}"),
            Offers::Made { offers, .. } => assert_eq!(offers, []),
        }
        let mut nowhere = shop.addresses[1].clone();
        nowhere.postal_code = None;
        let wanted = Shipment { to: Party { address: &nowhere, email: None, phone: None }, ..shop.shipment("one") };
        let refused = shop.seller.offers(&wanted).await.unwrap();
        assert!(matches!(refused, Offers::Refused(_)), "{refused:?}");
    }
}
