//! Event source mappings of queues and streams, with everything that SQS may do to messages: deliver them twice, late, in another order,
//! again while the first delivery is in progress, or lose all of them.

use crate::{invocation::End, people, world::World};
use aws_lambda_events::sqs::{SqsEvent, SqsMessage};
use domain::duty::Subject;
use orderly_local::{
    services::Message,
    template::{EventSourceMapping, StreamMapping, Trigger},
};
use serde_json::{Value, json};
use std::{collections::BTreeSet, rc::Rc, time::Duration};
use store::StockStream;
use tokio::{task::spawn_local, time::sleep};

const LONG_POLL: Duration = Duration::from_secs(20);
const BATCH: usize = 10;
const NIGHT_WATCH: Duration = Duration::from_mins(1);
/// Lambda looks at a shard four times a second.
const SHARD_POLL: Duration = Duration::from_millis(250);

/// Polls every queue until the world ends.
pub fn start(world: &Rc<World>) {
    for function in world.system.functions.values() {
        for trigger in &function.triggers {
            match trigger {
                Trigger::Queue(mapping) => {
                    drop(spawn_local(poll(Rc::clone(world), function.name.clone(), mapping.clone())));
                }
                Trigger::Stream(mapping) if world.is_told_of_stock.get() => {
                    drop(spawn_local(read_stream(Rc::clone(world), function.name.clone(), mapping.clone())));
                }
                Trigger::Stream(_) | Trigger::Http(_) | Trigger::Schedule(_) => {}
            }
        }
    }
}

async fn poll(world: Rc<World>, function: String, mapping: EventSourceMapping) {
    loop {
        // Nothing is queued at night.
        while world.is_night.get() {
            sleep(NIGHT_WATCH).await;
        }
        let Ok(mut messages) = world.services.sqs().receive(&mapping.queue, BATCH, LONG_POLL).await else { return };
        if messages.is_empty() {
            continue;
        }
        let epoch = world.network.epoch();
        // Lambda waits at most its batching window for a batch to fill.
        sleep(mapping.batching_window + Duration::from_millis(3)).await;
        while let Ok(more) = world.services.sqs().receive(&mapping.queue, BATCH, Duration::ZERO).await {
            if more.is_empty() {
                break;
            }
            messages.extend(more);
        }
        // The emulator's order differs between runs; SQS promises none.
        messages.sort_by(|a, b| a.body.cmp(&b.body));
        world.rng.borrow_mut().shuffle(&mut messages);
        while !messages.is_empty() {
            let most = mapping.batch_size.min(messages.len());
            // Usually as many messages as there are, as from SQS; sometimes fewer.
            let size = if world.chance(0.6) { most } else { world.rng.borrow_mut().usize(1..=most) };
            let batch: Vec<Message> = messages.drain(..size).collect();
            deliver(&world, &function, &mapping, batch, epoch).await;
        }
    }
}

/// Reads the stream of a table until the world ends. A batch comes again until it is done, and sometimes once more.
async fn read_stream(world: Rc<World>, function: String, mapping: StreamMapping) {
    let streams = world.services.streams().clone();
    loop {
        sleep(if world.is_night.get() { NIGHT_WATCH } else { SHARD_POLL }).await;
        let batch = streams.read(&mapping.table, &function, mapping.batch_size);
        if batch.records.is_empty() {
            continue;
        }
        let Ok(event) = serde_json::from_value::<StockStream>(json!({ "Records": batch.records })) else {
            return world.outrages.borrow_mut().push("a change of stock cannot be read".to_owned());
        };
        let (invocation, limit) = world.invocation(&function);
        let end = invocation.run(limit, world.functions.hear_of_stock(event)).await;
        world.network.note(format!("#{} {function} {} changes: {end:?}", invocation.number(), batch.records.len()));
        match end {
            End::Done(true) if !world.strikes(0.05) => streams.done(&mapping.table, &function, &batch),
            End::Panicked => world.outrages.borrow_mut().push(format!("{function} panicked")),
            End::Done(_) | End::Killed | End::TimedOut => {}
        }
    }
}

/// Gives a batch to the function, now or later, once or twice. A restart after its receipt cancels it.
async fn deliver(world: &Rc<World>, function: &str, mapping: &EventSourceMapping, batch: Vec<Message>, epoch: u64) {
    if world.strikes(0.05) {
        // The visibility ends during processing, so the message is delivered again.
        for message in &batch {
            let now = Duration::ZERO;
            let _ = world.services.sqs().change_visibility(&mapping.queue, &message.receipt_handle, now).await;
        }
    }
    let again = world.strikes(0.05).then(|| world.moment(3));
    let late = if world.strikes(0.05) { world.moment(30) } else { Duration::ZERO };
    for wait in [Some(late), again].into_iter().flatten() {
        let (world, function, mapping, batch) = (Rc::clone(world), function.to_owned(), mapping.clone(), batch.clone());
        world.under_way.set(world.under_way.get() + 1);
        spawn_local(async move {
            sleep(wait).await;
            if world.network.epoch() == epoch {
                for message in batch.iter().filter_map(read).filter(|_| world.strikes(0.03)) {
                    if let Some(order) = message.order() {
                        people::cancel(&world, order.to_string(), people::at_once(&world));
                    }
                }
                work(&world, &function, &mapping.queue, batch).await;
            }
            world.under_way.set(world.under_way.get() - 1);
        });
    }
}

async fn work(world: &World, function: &str, queue: &str, batch: Vec<Message>) {
    let mut event = SqsEvent::default();
    event.records = batch.iter().map(record).collect();
    let (invocation, limit) = world.invocation(function);
    let mut owed = Vec::with_capacity(batch.len());
    for message in &batch {
        owed.push(version_that_owes(world, message).await);
    }
    let failed: BTreeSet<String> = match invocation.run(limit, world.functions.take(function, event)).await {
        End::Done(Some(report)) => {
            report.batch_item_failures.into_iter().map(|failure| failure.item_identifier).collect()
        }
        end => {
            if end == End::Panicked || matches!(end, End::Done(None)) {
                world.outrages.borrow_mut().push(format!("{function} panicked"));
            }
            world.network.note(format!("#{} {function} ended early", invocation.number()));
            return;
        }
    };
    world.network.note(format!(
        "#{} {function} did {} of {}",
        invocation.number(),
        batch.len() - failed.len(),
        batch.len()
    ));
    let mut done = Vec::new();
    for (message, owed) in batch.into_iter().zip(owed).filter(|(message, _)| !failed.contains(&message.message_id)) {
        // If its item has changed since, the work may have been done and be owed again.
        if owed.is_some() && version_that_owes(world, &message).await == owed {
            world.outrages.borrow_mut().push(format!("{function} acknowledged what it had not done: {}", message.body));
        }
        done.push(message);
    }
    let handles: Vec<String> = done.into_iter().map(|message| message.receipt_handle).collect();
    if !world.strikes(0.03) {
        // A message that was received again meanwhile has a new handle, and stays.
        let _ = world.services.sqs().delete_batch(queue, &handles).await;
    }
}

/// The message's content.
fn read(message: &Message) -> Option<store::Message> {
    serde_json::from_str(&message.body).ok()
}

/// The version of a message's item, if the item still owes the message's duty.
async fn version_that_owes(world: &World, message: &Message) -> Option<String> {
    let store::Message { subject, duty, .. } = read(message)?;
    let (table, key) = match subject {
        Subject::OrderItem(order, item) => {
            ("OrdersTable", json!({ "order_id": { "S": order }, "item": { "S": item } }))
        }
        Subject::Payment(payment) => ("PaymentsTable", json!({ "payment_id": { "S": payment } })),
        Subject::Provider(provider) => {
            ("PaymentsTable", json!({ "payment_id": { "S": format!("comparison#{provider}") } }))
        }
        // Nothing owes these: what never came is found when the shop is asked for what changed.
        Subject::Channel(_) | Subject::ChannelOrder(..) | Subject::Listing(..) => return None,
        Subject::Digest => ("SettingsTable", json!({ "collection": { "S": "digests" }, "id": { "S": "attention" } })),
    };
    let get = json!({ "TableName": table, "Key": key, "ConsistentRead": true });
    let found = world.network.ask_aws("DynamoDB_20120810.GetItem", &get).await;
    let duty = duty.to_string();
    let owes = |list: &Value| list.as_array().into_iter().flatten().any(|owed| *owed == *duty || owed["S"] == *duty);
    let owed = &found["Item"]["owed"];
    let version = found["Item"]["version"]["N"].as_str()?;
    (owes(&owed["L"]) || owes(&owed["SS"])).then(|| version.to_owned())
}

fn record(message: &Message) -> SqsMessage {
    let mut record = SqsMessage::default();
    record.message_id = Some(message.message_id.clone());
    record.receipt_handle = Some(message.receipt_handle.clone());
    record.body = Some(message.body.clone());
    record
}

/// The number of messages, including those in progress and excluding dead letters.
pub async fn queued(world: &World) -> u64 {
    let mut queued = 0;
    for queue in world.services.sqs().queues().iter().filter(|queue| queue.redrive.is_some()) {
        if let Ok(depth) = world.services.sqs().depth(&queue.name).await {
            queued += depth.visible + depth.in_flight + depth.delayed;
        }
    }
    queued
}
