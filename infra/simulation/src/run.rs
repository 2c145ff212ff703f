//! One run: plays a seed with a plan of faults, and reports the events and the broken laws.

use crate::{
    faults::{Call, Fault, Faults, Plan},
    invocation::End,
    people::{self, LOCATIONS, Plot},
    queues,
    report::Report,
    scene::{Large, Scene},
    verdict,
    world::World,
};
use domain::settings::RefundsBy;
use orderly_local::payments::{Embedded, Provider, Webhook};
use std::{path::PathBuf, rc::Rc, time::Duration};
use tokio::{
    task::{LocalSet, spawn_local},
    time::sleep,
};

/// How long the system may take at the end to come to rest. Reservations expire after an hour, and work that has often
/// failed is tried every quarter of an hour.
const CALM: Duration = Duration::from_hours(6);
const MINUTE: Duration = Duration::from_mins(1);
/// The hours after the beginning at which days are compared with the providers' lists: two mornings; the afternoon when the first day's
/// list is complete that takes longest; one more morning, and one more afternoon. What a comparison brings about changes payments after
/// the end of its day: the next one's list has them, of each provider.
const COMPARED_AT: [i64; 5] = [24 + 4, 48 + 4, 48 + 16, 72 + 4, 72 + 16];
/// The first order's reference; the others follow it.
const FIRST: usize = 1001;
/// So many orders are picked in batches.
const BATCHED: usize = 6;

/// The template of the workspace.
fn template() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../template.yaml")
}

/// Runs a scene to its end.
pub fn run(seed: u64, scene: &Scene) -> Report {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error.to_string()),
    };
    let tasks = LocalSet::new();
    runtime.block_on(tasks.run_until(play(seed, scene)))
}

fn failed(why: &str) -> Report {
    let broken = vec![format!("the simulation does not start: {why}")];
    Report { calls: Vec::new(), happened: Vec::new(), broken, doubled_mails: 0, trace: Vec::new(), orders: 0 }
}

async fn play(seed: u64, scene: &Scene) -> Report {
    let world = match World::start(&template(), seed, Faults::new(Plan::Calm, seed)).await {
        Ok(world) => world,
        Err(error) => return failed(&error.to_string()),
    };
    people::open_shop(&world).await;
    // Who follows a shop asks it all the time, so most histories have none.
    if matches!(scene, Scene::Rush) && seed.is_multiple_of(3) {
        // Of those that are not told what they may sell, some sell what is not there.
        let is_told = seed.is_multiple_of(2);
        // In others, the shop gives back what Orderly asks it for.
        let refunds = if (seed / 3) % 4 < 2 { RefundsBy::Shop } else { RefundsBy::People };
        people::connect(&world, refunds, is_told).await;
        world.connected.set(true);
        world.is_told_of_stock.set(is_told);
        spawn_local(people::shopkeeper(Rc::clone(&world)));
    }
    if let Scene::Large(what, _) = scene {
        people::open_large_shop(&world, *what == Large::Rivals).await;
    }
    queues::start(&world);
    spawn_local(schedule(Rc::clone(&world)));
    spawn_local(announce(Rc::clone(&world)));
    for location in LOCATIONS {
        spawn_local(people::warehouse(Rc::clone(&world), location, scene.picking()));
    }
    match scene {
        Scene::OneOrder(plan) => {
            world.network.begin(Faults::new(plan.clone(), seed));
            orders(&world, Duration::ZERO, FIRST, Plot::ordinary());
        }
        Scene::Cancelled(at, plan) => {
            world.network.begin(Faults::new(plan.clone(), seed));
            orders(&world, Duration::ZERO, FIRST, Plot::ordinary());
            spawn_local(cancel_at(Rc::clone(&world), *at));
        }
        Scene::Batches(plan) => {
            world.network.begin(Faults::new(plan.clone(), seed));
            for n in 0..BATCHED {
                let cancels_after = (n % 3 == 2).then(|| Duration::from_secs(10) + world.moment(60));
                let plot = Plot { pays_within: 2, cancels_after, ..Plot::small() };
                orders(&world, world.moment(240), FIRST + n, plot);
            }
            pickers(&world);
        }
        Scene::Large(what, plan) => {
            world.network.begin(Faults::new(plan.clone(), seed));
            spawn_local(people::recounter(Rc::clone(&world)));
            let plot = Plot { gives_up: *what == Large::Abandoned, ..Plot::large(false) };
            orders(&world, Duration::ZERO, FIRST, plot);
            match what {
                Large::Cancelled(at) => drop(spawn_local(cancel_at(Rc::clone(&world), *at))),
                Large::Rivals => orders(&world, Duration::ZERO, FIRST + 1, Plot::large(true)),
                Large::Sent | Large::Abandoned => {}
            }
        }
        Scene::Rush => {
            let rate = [0.0, 0.01, 0.03, 0.1][world.rng.borrow_mut().usize(0..4)];
            world.network.begin(Faults::new(Plan::Storm(rate), seed));
            spawn_local(people::operator(Rc::clone(&world)));
            spawn_local(people::stocktaker(Rc::clone(&world)));
            if world.chance(0.5) {
                spawn_local(people::service(Rc::clone(&world)));
            }
            let count = world.rng.borrow_mut().usize(3..=8);
            // The orders come close together, so that they meet in batches, or spread out.
            let (spread, pays_within) =
                *world.rng.borrow_mut().choice(&[(300, 60), (3, 60), (2, 2)]).unwrap_or(&(300, 60));
            for n in 0..count {
                let (plot, wait) = (Plot { pays_within, ..Plot::random(&world) }, world.moment(spread));
                orders(&world, wait, FIRST + n, plot);
            }
            if world.has_shop() {
                let buyers = world.rng.borrow_mut().usize(1..=4);
                for _ in 0..buyers {
                    shops(&world, world.moment(spread));
                }
            }
            if world.chance(0.5) {
                pickers(&world);
            }
            if world.chance(0.3) {
                spawn_local(people::closer(Rc::clone(&world)));
            }
            if world.chance(0.3) {
                let wait = world.moment(1_200);
                let world = Rc::clone(&world);
                spawn_local(async move {
                    sleep(wait).await;
                    world.network.restart().await;
                });
            }
        }
    }
    sleep(scene.storm()).await;
    world.network.faults().stop();
    sleep(scene.least().saturating_sub(scene.storm())).await;
    rest(&world).await;
    // Later the hourly comparison puts right what should not have been wrong.
    verdict::the_shop_says_what_it_is_told(&world).await;
    for hour in COMPARED_AT {
        until_compared(&world, hour).await;
    }
    verdict::of(&world, scene).await
}

/// Two who may want the same orders, and one at the other location.
fn pickers(world: &Rc<World>) {
    for (location, name) in [(LOCATIONS[0], "anna"), (LOCATIONS[0], "bert"), (LOCATIONS[1], "carl")] {
        spawn_local(people::picker(Rc::clone(world), location, name));
    }
}

/// Sleeps until the books are compared with the lists that are complete by then, and until what follows of that is done.
async fn until_compared(world: &World, hour: i64) {
    /// The comparison of a day has begun.
    const SOME_MINUTES: jiff::SignedDuration = jiff::SignedDuration::from_mins(2);
    world.is_night.set(true);
    let left = jiff::SignedDuration::from_hours(hour) + SOME_MINUTES - world.time.elapsed();
    sleep(left.try_into().unwrap_or_default()).await;
    world.is_night.set(false);
    // The schedule begins it within two minutes.
    sleep(3 * MINUTE).await;
    rest(world).await;
}

/// A customer orders after a while. The world is not at rest until their story is over.
fn orders(world: &Rc<World>, after: Duration, reference: usize, plot: Plot) {
    let world = Rc::clone(world);
    world.under_way.set(world.under_way.get() + 1);
    spawn_local(async move {
        sleep(after).await;
        people::customer(Rc::clone(&world), reference.to_string(), plot).await;
        world.under_way.set(world.under_way.get() - 1);
    });
}

/// A customer of the shop buys after a while.
fn shops(world: &Rc<World>, after: Duration) {
    let world = Rc::clone(world);
    world.under_way.set(world.under_way.get() + 1);
    spawn_local(async move {
        sleep(after).await;
        people::shopper(Rc::clone(&world)).await;
        world.under_way.set(world.under_way.get() - 1);
    });
}

/// Cancels the only order during the request with this number.
async fn cancel_at(world: Rc<World>, number: u64) {
    world.network.reaches(number).await;
    if let Some(order) = Plot::ordinary().order_id(&FIRST.to_string()) {
        people::cancel(&world, order.to_string(), Duration::ZERO);
    }
}

/// Runs `reconcile` each minute. The schedule itself never fails.
async fn schedule(world: Rc<World>) {
    loop {
        sleep(MINUTE).await;
        if world.is_night.get() {
            continue;
        }
        let (invocation, limit) = world.invocation("reconcile");
        let end = invocation.run(limit, world.functions.reconcile()).await;
        match end {
            End::Panicked => world.outrages.borrow_mut().push("reconcile panicked".to_owned()),
            End::Done(false) if !invocation.is_disturbed() => {
                world.network.note(format!("#{} reconcile failed", invocation.number()));
            }
            _ => {}
        }
    }
}

/// Delivers the provider's webhooks about refunds.
async fn announce(world: Rc<World>) {
    loop {
        sleep(if world.is_night.get() { MINUTE } else { Duration::from_secs(2) }).await;
        let kept = world
            .providers
            .iter()
            .flat_map(|(provider, own)| own.take_webhooks().into_iter().map(|webhook| (*provider, webhook)));
        for (provider, webhook) in kept.collect::<Vec<_>>() {
            let (world, wait) = (Rc::clone(&world), world.moment(60));
            world.under_way.set(world.under_way.get() + 1);
            spawn_local(async move {
                sleep(wait).await;
                // Some are lost for good: another event, the provider's own answer, or its list reports the refund.
                if is_last_word(provider, &webhook) || !world.strikes(0.2) {
                    world.deliver(provider, webhook).await;
                }
                world.under_way.set(world.under_way.get() - 1);
            });
        }
    }
}

/// Whether an event is the last about a refund that Orderly did not ask for. No answer reports such a refund, so the
/// provider sends the event again until it is taken.
fn is_last_word(provider: Provider, webhook: &Webhook) -> bool {
    let event = webhook.event();
    if provider != Provider::Stripe {
        // Elsewhere an answer may say only that a request was taken on, and nothing else tells what came of it.
        return true;
    }
    match event["type"].as_str() {
        Some("refund.updated") => event["data"]["object"]["metadata"]["orderly_refund"].is_null(),
        // Somebody may have captured or canceled it in the dashboard.
        Some("payment_intent.succeeded" | "payment_intent.canceled") => true,
        _ => false,
    }
}

/// Waits until nothing is queued, in progress or owed, and the people have done all they can.
async fn rest(world: &World) {
    let mut waited = Duration::ZERO;
    while waited < CALM {
        let busy = world.under_way.get() + queues::queued(world).await;
        let books = world.books(false).await;
        let is_done =
            laws::owed(&books).is_empty() && laws::unfinished(&books).is_empty() && laws::on_the_way(&books).is_empty();
        let is_done = is_done && verdict::to_be_erased(world, &books).is_empty();
        let is_done = is_done && laws::batches_to_end(&books).is_empty();
        let undelivered: usize = world.providers.values().map(|own: &Embedded| own.undelivered()).sum();
        let is_done = is_done && verdict::shops_are_followed(world).await;
        if busy == 0 && is_done && undelivered == 0 {
            return;
        }
        sleep(MINUTE).await;
        waited += MINUTE;
    }
}

/// All scenes in which one order's life is disturbed once: each kind of fault at each request that it fits.
pub fn single_faults() -> Vec<Plan> {
    let calm = run(1, &Scene::OneOrder(Plan::Calm));
    let plans = |call: &Call| faults_of(call).map(|fault| Plan::At([(call.number, fault)].into())).collect::<Vec<_>>();
    calm.calls.iter().flat_map(plans).collect()
}

/// Each kind of fault that fits a request.
fn faults_of(call: &Call) -> impl Iterator<Item = Fault> {
    Fault::ALL.into_iter().filter(|fault| fault.fits(&call.operation))
}

/// All scenes in which one order is cancelled at the moment of a request, up to its parcel's departure: without a
/// fault, with torn reads, and some with another fault. `every`: of one in so many of those moments.
pub fn cancellations(seed: u64, count: usize, every: usize) -> Vec<Scene> {
    let calm = run(1, &Scene::OneOrder(Plan::Calm)).calls;
    // The second mail reports the departure.
    let mut mails = calm.iter().filter(|call| call.operation == "SES.SendEmail");
    let sent = mails.nth(1).or(calm.last()).map_or(0, |call| call.number);
    let (mut scenes, mut others) = (Vec::new(), Vec::new());
    for at in (1..=sent).step_by(every) {
        let alone = Scene::Cancelled(at, Plan::Calm);
        let calls = run(1, &alone).calls;
        scenes.push(alone);
        // The next requests of order-intake are the cancellation.
        let mut next = calls.iter().filter(|call| call.number > at && call.function == "order-intake").peekable();
        let cancels = next.peek().map(|call| call.invocation);
        for call in next.filter(|call| Some(call.invocation) == cancels) {
            for fault in faults_of(call) {
                let scene = Scene::Cancelled(at, Plan::At([(call.number, fault)].into()));
                if fault == Fault::Torn { scenes.push(scene) } else { others.push(scene) }
            }
        }
    }
    fastrand::Rng::with_seed(seed).shuffle(&mut others);
    scenes.extend(others.into_iter().take(count));
    scenes
}

/// Scenes of orders that are picked in batches: a calm one, and `count` with a fault while they are picked.
pub fn batches(seed: u64, count: usize) -> Vec<Scene> {
    let calm = run(1, &Scene::Batches(Plan::Calm)).calls;
    let picking = calm.iter().filter(|call| call.function == "warehouse");
    let plans = picking.flat_map(|call| faults_of(call).map(|fault| Plan::At([(call.number, fault)].into())));
    let mut disturbed: Vec<Scene> = plans.map(Scene::Batches).collect();
    fastrand::Rng::with_seed(seed).shuffle(&mut disturbed);
    let scenes = disturbed.into_iter().take(count);
    std::iter::once(Scene::Batches(Plan::Calm)).chain(scenes).collect()
}

/// Scenes of a large order: calm ones, and one that is given up between two of its steps. Then `count` with a fault in its
/// life, and a third as many in which it is cancelled at some moment, has a rival, or is given up, with a fault while it is
/// placed.
pub fn large_orders(seed: u64, count: usize) -> Vec<Scene> {
    let calm = run(1, &Scene::Large(Large::Sent, Plan::Calm)).calls;
    let faults = |calls: &[Call]| -> Vec<Plan> {
        let plans =
            |call: &Call| faults_of(call).map(|fault| Plan::At([(call.number, fault)].into())).collect::<Vec<_>>();
        calls.iter().flat_map(plans).collect()
    };
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut some = |mut all: Vec<Scene>, count: usize| {
        rng.shuffle(&mut all);
        all.truncate(count);
        all
    };
    let placing = calm.iter().take_while(|call| call.function == "order-intake").count();
    let placing = faults(&calm[..placing]);
    let mut mails = calm.iter().filter(|call| call.operation == "SES.SendEmail");
    let sent = mails.nth(1).or(calm.last()).map_or(0, |call| call.number);
    let scenes = |what: Large, plans: &[Plan]| plans.iter().map(|plan| Scene::Large(what, plan.clone())).collect();
    let cancelled = (1..=sent).map(|at| Scene::Large(Large::Cancelled(at), Plan::Calm)).collect();
    let mut steps = calm.iter().filter(|call| call.operation == "DynamoDB.TransactWriteItems");
    let cut_off = steps.next().map(|call| Plan::At([(call.number, Fault::KilledAfter)].into()));
    let always = vec![
        Scene::Large(Large::Sent, Plan::Calm),
        Scene::Large(Large::Rivals, Plan::Calm),
        Scene::Large(Large::Abandoned, cut_off.unwrap_or(Plan::Calm)),
    ];
    let groups = [
        always,
        some(scenes(Large::Sent, &faults(&calm)), count),
        some(cancelled, count.div_ceil(3)),
        some(scenes(Large::Rivals, &placing), count.div_ceil(3)),
        some(scenes(Large::Abandoned, &placing), count.div_ceil(3)),
    ];
    groups.concat()
}

/// All scenes with two random faults in one life.
pub fn pairs_of_faults(singles: &[Plan], seed: u64, count: usize) -> Vec<Plan> {
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut pair = || {
        let two = [rng.choice(singles), rng.choice(singles)];
        let faults = two.into_iter().flatten().filter_map(|plan| match plan {
            Plan::At(faults) => Some(faults.clone()),
            Plan::Calm | Plan::Storm(_) => None,
        });
        Plan::At(faults.flatten().collect())
    };
    (0..count).map(|_| pair()).collect()
}
