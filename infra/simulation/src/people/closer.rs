//! Who closes a location for a while.

use super::LOCATIONS;
use crate::world::{World, request};
use domain::settings::Role;
use serde_json::{Value, json};
use std::{rc::Rc, time::Duration};
use tokio::time::sleep;

/// Closes a location, lets others have its work, and opens it again.
pub async fn closer(world: Rc<World>) {
    world.under_way.set(world.under_way.get() + 1);
    sleep(world.moment(900)).await;
    let location = LOCATIONS[world.rng.borrow_mut().usize(..LOCATIONS.len())];
    let tell = async |what: &str, body: Value| {
        let route = format!("POST /locations/{{location}}/{what}");
        world.insist(&request(Role::Operator, &route, &[("location", location)], &body)).await;
    };
    tell("close", json!({ "reason": "burst pipe" })).await;
    for _ in 0..3 {
        sleep(world.moment(240)).await;
        tell("empty", Value::Null).await;
    }
    sleep(Duration::from_mins(5) + world.moment(900)).await;
    tell("reopen", Value::Null).await;
    world.under_way.set(world.under_way.get() - 1);
}
