//! Tests in which functions are killed (SIGKILL) at any moment, or the whole system stops in the middle of an order.

use crate::{
    laws,
    reaper::Reaper,
    shop::{Placed, order},
    world::{World, eventually},
};
use orderly_local::{client::Client, lambda::Lambda, seed::MAIN};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::{cell::Cell, time::Duration};
use tokio::task::AbortHandle;

/// Kills functions until it is dropped.
struct Killer(AbortHandle);

impl Killer {
    /// Kills one random function at a time, busy or idle, a few dozen times a second.
    fn of(lambda: &Lambda, seed: u64) -> Self {
        let (lambda, mut random) = (lambda.clone(), fastrand::Rng::with_seed(seed));
        let victims: Vec<String> = lambda.counters().into_keys().collect();
        let task = tokio::spawn(async move {
            loop {
                tokio::time::sleep(Duration::from_millis(random.u64(5..60))).await;
                let _ = lambda.kill(random.choice(&victims).unwrap());
            }
        });
        Self(task.abort_handle())
    }
}

impl Drop for Killer {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// A client that retries, with the same idempotency key, until it gets an answer.
struct Stubborn<'a> {
    client: &'a Client,
    name: &'a str,
    requests: Cell<u32>,
}

impl<'a> Stubborn<'a> {
    fn new(client: &'a Client, name: &'a str) -> Self {
        Self { client, name, requests: Cell::new(0) }
    }

    async fn ask(&self, method: Method, path: &str, body: Value) -> Value {
        self.requests.set(self.requests.get() + 1);
        let key = format!("{}-{}", self.name, self.requests.get());
        eventually(&format!("an answer to {method} {path}"), async || {
            let request = self.client.request(method.clone(), path).header("idempotency-key", &key).json(&body);
            let answer = self.client.ask(request).await.unwrap();
            assert!(!answer.status.is_client_error(), "{method} {path}: {answer:?}");
            answer.status.is_success().then_some(answer.body)
        })
        .await
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        self.ask(Method::POST, path, body).await
    }
}

/// Plays a whole life while functions are killed.
async fn live(world: &World, reference: &str) {
    let [storefront, warehouse, operator] = [&world.storefront, &world.warehouse, &world.operator];
    let storefront = Stubborn::new(storefront, reference);
    let warehouse = Stubborn::new(warehouse, reference);
    let operator = Stubborn::new(operator, reference);
    let accepted = storefront.post("/orders", order(reference, &[("MUG-BLUE", 2), ("TIN-SMALL", 1)])).await;
    let id = accepted["id"].as_str().unwrap();
    let path = format!("/orders/{id}");
    let webhook = world.stack.stripe().pay(id, accepted["total"].as_i64().unwrap(), "EUR").unwrap();
    eventually("the webhook is taken", async || {
        (world.stack.stripe().deliver(&webhook).await.unwrap() == StatusCode::OK).then_some(())
    })
    .await;
    let fulfillment = format!("{path}/fulfillments/01");
    eventually("the fulfillment is there", async || {
        world.until_queues_are_empty().await;
        let answer = world.warehouse.ask(world.warehouse.request(Method::GET, &fulfillment)).await.unwrap();
        if answer.status.is_success() {
            return Some(());
        }
        world.all_turns_come().await;
        let _ = world.stack.lambda().invoke("reconcile", "{}").await;
        None
    })
    .await;
    warehouse.post(&format!("{fulfillment}/start-picking"), json!({})).await;
    let picks = json!({ "picks": [{ "line": 0, "picked": 2 }, { "line": 1, "picked": 1 }] });
    warehouse.post(&format!("{fulfillment}/picks"), picks).await;
    for (line, quantity) in [(0, 2), (1, 1)] {
        let parcel = json!({ "contents": [{ "line": line, "quantity": quantity }], "weight_g": 400 });
        warehouse.post(&format!("{fulfillment}/parcels"), parcel).await;
    }
    let leaving = |parcel: &str| json!({ "parcel": parcel, "carrier": "DHL", "tracking_number": "1" });
    warehouse.post(&format!("{fulfillment}/hand-over"), json!({ "parcels": [leaving("P1"), leaving("P2")] })).await;
    warehouse.post(&format!("{fulfillment}/parcels/P1/delivered"), json!({})).await;
    warehouse.post(&format!("{fulfillment}/parcels/P2/delivered"), json!({})).await;
    let wanted = json!({ "lines": [{ "line": 0, "quantity": 1, "reason": "style" }] });
    storefront.post(&format!("{path}/returns"), wanted).await;
    operator.post(&format!("{path}/returns/01/approve"), json!({})).await;
    let received = json!({ "location": MAIN, "lines": [{ "line": 0, "received": 1 }] });
    warehouse.post(&format!("{path}/returns/01/receive"), received).await;
    let found = json!({ "lines": [{ "line": 0, "quantity": 1, "disposition": "restocked" }] });
    warehouse.post(&format!("{path}/returns/01/inspect"), found).await;
}

/// Drops the dead letters. Other messages, sent by reconcile, have done their work.
async fn forget_dead_letters(world: &World) {
    for queue in world.stack.sqs().queues().iter().filter(|queue| queue.redrive.is_none()) {
        world.purge(&queue.name).await;
    }
}

#[tokio::test]
async fn lives_go_on_while_functions_are_killed_at_random() {
    let world = World::start().await;
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let killer = Killer::of(world.stack.lambda(), seed);
    let killed = || world.stack.lambda().counters().values().map(|counters| counters.errors).sum::<u64>();
    tokio::join!(live(&world, "1"), live(&world, "2"), live(&world, "3"));
    // On a quick machine the killer may only have met functions that had nothing to do.
    for more in 4..40 {
        if killed() > 0 {
            break;
        }
        live(&world, &more.to_string()).await;
    }
    drop(killer);
    world.until_reconciled().await;
    forget_dead_letters(&world).await;
    laws::hold(&world).await;
    let orders = world.operator.get("/orders").await.unwrap();
    for order in orders["orders"].as_array().unwrap() {
        let placed = Placed { id: order["id"].as_str().unwrap().to_owned(), total: 0 };
        let read = world.read(&placed).await;
        assert_eq!((&read["status"], &read["refunded"]), (&json!("completed"), &json!(1450)));
        let mut kinds: Vec<&str> =
            read["emails"].as_array().unwrap().iter().map(|email| email["kind"].as_str().unwrap()).collect();
        kinds.sort_unstable();
        assert_eq!(kinds.len(), 7, "{kinds:?}");
    }
    assert!(killed() > 0, "nobody was killed at work");
}

/// The most requests that an invocation makes to AWS. Batches of several messages repeat the same requests.
const REQUESTS: usize = 6;

/// Plays a life in which every invocation dies at its n-th request. Yields the number of deaths.
async fn live_and_die_at(nth: usize) -> usize {
    let (world, reaper) = Reaper::start().await;
    reaper.comes(nth);
    live(&world, "1").await;
    world.until_queues_are_empty().await;
    let deaths = reaper.goes();
    world.until_reconciled().await;
    forget_dead_letters(&world).await;
    laws::hold(&world).await;
    let completed = world.operator.get("/orders?status=completed").await.unwrap();
    assert_eq!(completed["orders"].as_array().unwrap().len(), 1);
    deaths
}

#[tokio::test]
async fn a_function_may_die_before_and_after_each_of_its_requests() {
    let deaths = futures::future::join_all((1..=REQUESTS).map(live_and_die_at)).await;
    println!("deaths at each request: {deaths:?}");
    assert!(deaths[..4].iter().all(|deaths| *deaths > 0), "{deaths:?}");
}

#[tokio::test]
async fn an_order_goes_on_after_a_restart_of_the_whole_system() {
    let directory = tempfile::tempdir().unwrap();
    let consumers = ["stock-deduction", "fulfillment-dispatch", "email-confirmation", "refunds"];
    // Each restart loses the queues, with all messages to the consumers.
    let restart = async |world: World| {
        world.stack.shutdown().await;
        let world = World::start_in(directory.path()).await;
        for function in consumers {
            world.break_function(function);
        }
        world
    };
    // Repairs one consumer, and lets reconcile find the duties that it owes.
    let go_on = async |world: &World, function: &str| {
        world.mend_function(function);
        world.time_passes(Duration::from_secs(61)).await;
        world.reconcile().await;
    };
    let world = restart(World::start_in(directory.path()).await).await;
    let order = world.place("1", &[("MUG-BLUE", 2)]).await;
    let world = restart(world).await;
    world.pay(&order).await;
    let world = restart(world).await;
    assert_eq!(world.read(&order).await["owed"], json!(["stock-deduction"]));
    go_on(&world, "stock-deduction").await;
    world.until(&order, "the deduction", |order| order["stock"][0]["state"] == "committed").await;
    let world = restart(world).await;
    go_on(&world, "fulfillment-dispatch").await;
    world.until(&order, "the fulfillment", |order| order["fulfillments"]["01"] == "open").await;
    world.ship(&order, "01").await;
    let world = restart(world).await;
    world.deliver(&order, "01").await;
    let id = world.send_back(&order, 0, 1).await;
    world.inspect(&order, &id, 0, &[(1, "restocked")]).await;
    let world = restart(world).await;
    assert_eq!(world.stack.mailbox().list().len(), 0);
    for function in consumers {
        world.mend_function(function);
    }
    world.until_reconciled().await;
    laws::hold(&world).await;
    let read = world.read(&order).await;
    assert_eq!((&read["status"], &read["refunded"]), (&json!("completed"), &json!(1450)));
    assert_eq!(world.stack.mailbox().list().len(), 5);
}
