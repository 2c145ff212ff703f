//! Whose payment it is, when storefronts, the merchant's server and people say different things.

use super::{now, start};
use app::{
    Error,
    payments::{assign_payment, dismiss_payment, match_payment, unassign_payment},
    place::{Conditions, place_order},
    settings::put_location,
    stock::move_stock,
};
use domain::{
    arrival::Schedule,
    fixtures::placed,
    history::{Actor, Event, Stamp},
    ids::{OrderId, PaymentId},
    ledger::{MoneyEvent, MoneyFact},
    order_state::OrderStatus,
    payment_record::{Named, Word},
    placed_order::PlacedOrder,
    problem::Code,
    settings::Location,
    stock::{MovementKind, StockPlace},
};
use jiff::SignedDuration;
use orderly_local::services::Services;
use payment_webhook::{App, record_all};
use payments::webhook::ReportedEvent;
use std::collections::BTreeMap;

/// The storefronts of two channels, and a payment of 10.00 EUR.
struct Shop {
    services: Services,
    app: App,
}

fn stamp() -> Stamp {
    Stamp::new(Actor::caller("operator", "anna"), now())
}

fn payment() -> PaymentId {
    "stripe_pi_1".parse().unwrap()
}

fn order(channel: &str) -> OrderId {
    OrderId::derive(&channel.parse().unwrap(), "1001")
}

fn names(channel: &str) -> Named {
    Named { order: Some(order(channel)), channel: channel.parse().ok() }
}

/// Only the channel is written on the payment.
fn names_channel(channel: &str) -> Named {
    Named { order: None, channel: channel.parse().ok() }
}

impl Shop {
    async fn open() -> Self {
        let (services, app) = start().await;
        let location = Location {
            id: "main".parse().unwrap(),
            name: "Main".into(),
            priority: 1,
            schedule: Schedule::default(),
            address: None,
            webhook_url: None,
            closed: None,
            changed: None,
        };
        put_location(&app.store, location.clone(), &stamp()).await.unwrap();
        let place = StockPlace { sku: "MUG".parse().unwrap(), location: location.id };
        move_stock(&app.store, &place, MovementKind::Receive, 9, "opening", "1", &stamp()).await.unwrap();
        Self { services, app }
    }

    /// The storefront of a channel posts its order, and may name the payment.
    async fn posts(&self, channel: &str, names_it: bool) -> Result<(), Error> {
        let own = placed(&[("MUG", 1, 1000)]);
        let payment = names_it.then(payment);
        let placed = PlacedOrder { channel: channel.parse().unwrap(), placed_at: now(), payment, ..own };
        let reservation = SignedDuration::from_hours(1);
        let conditions = Conditions {
            reservation,
            refunds_surplus: false,
            approval_limits: BTreeMap::new(),
            capturing: domain::policy::Capturing::default(),
            invoicing: domain::policy::Invoicing::default(),
            emails_elsewhere: false,
        };
        place_order(&self.app.store, placed, &conditions, &stamp()).await.map(drop)
    }

    /// The provider reports a fact, with what the merchant's server wrote on the payment.
    async fn hears(&self, named: Named, event: &str, fact: MoneyFact) {
        let (at, event, currency) = (now(), event.to_owned(), "EUR".parse().ok());
        let event = MoneyEvent { payment: payment(), at, event, currency, step: 1, fact };
        record_all(&self.app, &[ReportedEvent { named, event }]).await.unwrap();
    }

    async fn is_paid(&self, named: Named) {
        self.hears(named, "evt_1", MoneyFact::Captured(1000)).await;
    }

    /// Which of the two channels' orders are open.
    async fn open_orders(&self) -> Vec<&'static str> {
        match_payment(&self.app.store, &payment(), now()).await.unwrap();
        let mut open = Vec::new();
        for channel in ["a", "b"] {
            let state = self.app.store.order_state(&order(channel)).await.unwrap();
            if let Some(state) = state.filter(|state| state.value.status == OrderStatus::Open) {
                assert_eq!(state.value.ledger.payments[&payment()].captured, 1000);
                open.push(channel);
            }
        }
        open
    }
}

fn refused_with(outcome: Result<impl std::fmt::Debug, Error>) -> Code {
    match outcome {
        Err(Error::Refused(refusal)) => refusal.code,
        other => panic!("a refusal was expected: {other:?}"),
    }
}

#[tokio::test]
async fn a_storefront_that_names_another_channel_s_payment_first_does_not_get_its_money() {
    for named in [names("a"), names_channel("a")] {
        let shop = Shop::open().await;
        shop.posts("b", true).await.unwrap();
        let names_order = named.order.is_some();
        shop.is_paid(named).await;
        assert_eq!(shop.open_orders().await, Vec::<&str>::new());
        shop.posts("a", !names_order).await.unwrap();
        assert_eq!(shop.open_orders().await, ["a"], "{names_order}");
        shop.hears(Named::default(), "evt_2", MoneyFact::RefundedInTotal(10)).await;
        let state = shop.app.store.order_state(&order("b")).await.unwrap().unwrap().value;
        assert_eq!(state.ledger.refunded(state.currency), 0, "later events know the order too");
        shop.services.shutdown().await;
    }
}

#[tokio::test]
async fn a_storefront_that_names_a_payment_of_another_channel_s_order_is_told_or_waits_for_its_own_money() {
    for named in [names("a"), names_channel("a")] {
        let shop = Shop::open().await;
        shop.is_paid(named.clone()).await;
        shop.posts("b", true).await.unwrap();
        assert_eq!(shop.open_orders().await, Vec::<&str>::new());
        shop.posts("a", true).await.unwrap();
        assert_eq!(shop.open_orders().await, ["a"]);
        let state = shop.app.store.order_state(&order("b")).await.unwrap().unwrap().value;
        assert!(matches!(state.status, OrderStatus::Pending { .. }));
        shop.services.shutdown().await;
    }
    let shop = Shop::open().await;
    shop.is_paid(names("a")).await;
    shop.posts("a", false).await.unwrap();
    assert_eq!(refused_with(shop.posts("b", true).await), Code::PaymentOfAnotherOrder);
    assert_eq!(shop.open_orders().await, ["a"]);
    shop.services.shutdown().await;
}

#[tokio::test]
async fn a_storefront_s_word_is_enough_where_nobody_else_says_anything() {
    for (first, second) in [(true, false), (false, true)] {
        let shop = Shop::open().await;
        if first {
            shop.posts("b", true).await.unwrap();
        }
        shop.is_paid(Named::default()).await;
        if second {
            shop.posts("b", true).await.unwrap();
        }
        assert_eq!(shop.open_orders().await, ["b"]);
        // Its order has the money: a name that is written on the payment later does not move it.
        shop.posts("a", false).await.unwrap();
        shop.hears(names("a"), "evt_3", MoneyFact::Captured(1000)).await;
        assert_eq!(shop.open_orders().await, ["b"]);
        shop.services.shutdown().await;
    }
}

#[tokio::test]
async fn an_assignment_can_be_taken_back_until_the_order_has_the_money_and_is_told() {
    let shop = Shop::open().await;
    let store = &shop.app.store;
    shop.posts("a", false).await.unwrap();
    shop.posts("b", false).await.unwrap();
    shop.is_paid(Named::default()).await;
    assert_eq!(refused_with(unassign_payment(store, &payment(), &stamp()).await), Code::NotFound);

    assign_payment(store, &payment(), &order("b"), &stamp()).await.unwrap();
    let undone = unassign_payment(store, &payment(), &stamp()).await.unwrap();
    assert_eq!((&undone.value.order, undone.value.events.len()), (&None, 1));
    assert_eq!(shop.open_orders().await, Vec::<&str>::new());
    let left = store.order_state(&order("b")).await.unwrap().unwrap().value;
    let last = left.history.last().unwrap();
    assert_eq!(
        (last.what, last.by.as_str(), last.note.as_str()),
        (Event::PaymentUnassigned, "operator:anna", "stripe_pi_1")
    );

    assign_payment(store, &payment(), &order("b"), &stamp()).await.unwrap();
    assign_payment(store, &payment(), &order("a"), &stamp()).await.unwrap();
    assert_eq!(shop.open_orders().await, ["a"]);
    let paid = store.order_state(&order("a")).await.unwrap().unwrap().value;
    assert_eq!(paid.history.iter().filter(|entry| entry.what == Event::PaymentAssigned).count(), 1);
    for refused in [
        unassign_payment(store, &payment(), &stamp()).await,
        assign_payment(store, &payment(), &order("b"), &stamp()).await,
        dismiss_payment(store, &payment(), &stamp()).await,
    ] {
        assert_eq!(refused_with(refused), Code::PaymentTaken);
    }
    let record = store.payment(&payment()).await.unwrap().value;
    let told: Vec<Event> = record.history.iter().map(|entry| entry.what).collect();
    assert_eq!((told.len(), record.word), (4, Word::Decided), "{told:?}");
    shop.services.shutdown().await;
}
