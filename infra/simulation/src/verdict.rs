//! Checks all laws at rest: the laws of the books, and the laws that depend on what happened during the run.

use crate::{
    functions::{CHANNEL, MERCHANT},
    people::{self, SERVICE_KEY, SERVICE_LIMIT, surname},
    report::Report,
    scene::{Large, Scene},
    world::World,
};
use laws::{Books, Item};
use orderly_local::payments::{Provider, Refund};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

pub(crate) async fn of(world: &World, scene: &Scene) -> Report {
    let books = world.books(true).await;
    let mut broken = world.outrages.borrow().clone();
    broken.extend(laws::broken(&books));
    broken.extend(world.network.wrong_shelves());
    broken.extend(world.network.dead_connections());
    broken.extend(laws::owed(&books).into_iter().map(|owed| format!("still owed: {owed}")));
    broken.extend(laws::unfinished(&books).into_iter().map(|stuck| format!("nobody does what is to be done: {stuck}")));
    broken.extend(laws::on_the_way(&books).into_iter().map(|sent| format!("a parcel is on its way for ever: {sent}")));
    broken.extend(laws::batches_to_end(&books).into_iter().map(|over| format!("nobody notes that it is over: {over}")));
    nothing_is_pending_forever(world, &books, &mut broken);
    refunds_are_asked_for_once(world, &mut broken);
    no_refund_fails_without_cause(world, &books, &mut broken);
    customer_service_stays_within_its_limit(&books, &mut broken);
    what_was_acknowledged_is_kept(world, &books, &mut broken);
    what_carriers_have_done_is_known(world, &books, &mut broken);
    labels_are_bought_once(world, &books, &mut broken);
    the_shop_and_orderly_agree(world, &books, &mut broken);
    kept_payments_find_their_order(&books, &mut broken);
    money_that_no_webhook_tells_of_is_found(world, &books, &mut broken);
    the_warehouse_hears_of_each_cancellation(world, &books, &mut broken);
    nothing_is_left_of_erased_customers(world, &books, &mut broken).await;
    let ends = !matches!(scene, Scene::Rush | Scene::Batches(_) | Scene::Large(Large::Rivals | Large::Abandoned, _));
    if ends && world.cancelled.borrow().is_empty() {
        a_whole_life_comes_to_its_end(&books, &mut broken);
    }
    let doubled_mails = mails_are_sent_once(world, &books, &mut broken);
    bounces_are_known(world, &books, &mut broken).await;
    broken.extend(world.services.refusals().iter().map(ToString::to_string));
    let faults = world.network.faults();
    Report {
        calls: faults.calls().to_vec(),
        happened: faults.happened().to_vec(),
        broken,
        doubled_mails,
        trace: world.network.trace(),
        orders: world.accepted.borrow().len(),
    }
}

/// Orders whose customer was to be erased, and is not, though nothing of the order is open any more.
pub(crate) fn to_be_erased(world: &World, books: &Books) -> Vec<String> {
    let waits_in_vain = |order: &&String| {
        let of_order = || books.orders.iter().filter(|item| text(item, "order_id") == order.as_str());
        let Some(state) = of_order().find(|item| text(item, "item") == "state") else { return false };
        let has_open_return = of_order().any(|item| {
            text(item, "item").starts_with("return#") && !matches!(text(item, "status"), "declined" | "inspected")
        });
        let goes_back = |refund: &Value| !matches!(refund["state"].as_str(), Some("succeeded" | "failed" | "covered"));
        let refunds = state.get("refunds").and_then(Value::as_object);
        let has_open_money = refunds.into_iter().flatten().any(|(_, refund)| goes_back(refund))
            || state.get("payments").is_some_and(|payments| payments.to_string().contains("\"disputes\""));
        let is_open = matches!(text(state, "status"), "pending" | "open") || state.contains_key("holds");
        !is_erased(state) && !is_open && !has_open_return && !has_open_money
    };
    world.to_erase.borrow().iter().filter(waits_in_vain).cloned().collect()
}

fn is_erased(state: &laws::Item) -> bool {
    state.get("erasure").is_some_and(|erasure| erasure["state"] == "done")
}

/// After its erasure no byte of a customer is in any table but that of the invoices, which the law wants kept.
async fn nothing_is_left_of_erased_customers(world: &World, books: &Books, broken: &mut Vec<String>) {
    let waiting = to_be_erased(world, books).into_iter();
    broken.extend(waiting.map(|order| format!("order {order} still has its customer, who was to be erased")));
    let everything = world.everything().await;
    let states = books.orders.iter().filter(|item| text(item, "item") == "state" && is_erased(item));
    for order in states.map(|state| text(state, "order_id")) {
        let surname = surname(order);
        let is_invoice = |item: &&laws::Item| item.contains_key("series");
        let tells = |item: &&laws::Item| Value::Object((*item).clone()).to_string().contains(&surname);
        for item in everything.iter().filter(|item| !is_invoice(item) && tells(item)) {
            let keys = ["order_id", "item", "payment_id", "term"].map(|name| text(item, name));
            broken.push(format!("{} still tells of the erased customer of {order}", keys.join(" ").trim()));
        }
    }
}

/// A parcel that left is followed, and what its carrier has delivered is known to be delivered, if nobody decided about it before.
fn what_carriers_have_done_is_known(world: &World, books: &Books, broken: &mut Vec<String>) {
    /// By then its service was asked, whatever failed.
    const A_WHILE: jiff::SignedDuration = jiff::SignedDuration::from_hours(1);
    let delivered = world.delivered.borrow();
    for item in books.orders.iter().filter(|item| text(item, "item").starts_with("fulfillment#")) {
        for parcel in item.get("parcels").and_then(Value::as_array).into_iter().flatten() {
            let Some(number) = parcel["shipment"]["tracking_number"].as_str() else { continue };
            let moment = |of: &Value| of.as_str().and_then(|at| at.parse::<jiff::Timestamp>().ok());
            let ended = moment(&parcel["resolution"]["at"]).or(moment(&parcel["delivered_at"]));
            let left = moment(&parcel["shipment"]["handed_over_at"]);
            let was_long = left.zip(ended).is_none_or(|(left, ended)| ended.duration_since(left) >= A_WHILE);
            let name = format!("order {}: parcel {number}", text(item, "order_id"));
            if parcel["followed"].is_null() && was_long {
                broken.push(format!("{name} left, and nobody follows it"));
            }
            let is_decided = !parcel["resolution"].is_null() || !parcel["received_back"].is_null();
            if delivered.iter().any(|own| own == number) && parcel["delivered_at"].is_null() && !is_decided {
                broken.push(format!("{name} was delivered, and nobody knows"));
            }
        }
    }
}

/// Whether nothing keeps the shop from being told of stock, and all that it was not told while something did has been compared.
pub(crate) async fn shops_are_followed(world: &World) -> bool {
    let is_told = world.is_told_of_stock.get();
    let is_followed = |watch: Item| {
        let watch = Value::Object(watch);
        let (check, is_well) = (&watch["stock"], watch["fault"].is_null());
        let is_compared = !check["ended_at"].is_null() || !check["stopped_at"].is_null();
        is_well && (is_compared || !is_told)
    };
    let is_waiting = is_told && world.services.streams().waiting() > 0;
    !is_waiting && world.shop_watches().await.into_iter().all(is_followed)
}

/// The shop says of each SKU what it is to say. What differs is noted.
pub(crate) async fn the_shop_says_what_it_is_told(world: &World) {
    if !world.is_told_of_stock.get() {
        return;
    }
    let skus = people::GOODS.map(|(sku, ..)| sku);
    for (sku, units) in world.functions.to_tell(CHANNEL, &skus).await {
        let said = world.shop.shop().stock(sku.as_str());
        if said != Some(i64::from(units)) {
            world
                .outrages
                .borrow_mut()
                .push(format!("the shop says that it has {said:?} of {sku}, and there are {units} for it"));
        }
    }
}

/// What was bought at the shop and is still wanted there is taken over, for what the shop charges; what was cancelled there is not on
/// its way, unless a person was told; and the shop's customers heard of each parcel once.
fn the_shop_and_orderly_agree(world: &World, books: &Books, broken: &mut Vec<String>) {
    let shop = world.shop.shop();
    for at_shop in world.bought.borrow().iter() {
        let (Some(id), Some(told)) = (people::order_id(*at_shop), shop.order(*at_shop)) else { continue };
        let name = format!("order {id}, {at_shop} at the shop");
        let is_wanted = !matches!(told["status"].as_str(), Some("cancelled" | "refunded" | "failed" | "trash"));
        let of_order = || books.orders.iter().filter(|item| text(item, "order_id") == id.as_str());
        let Some(state) = of_order().find(|item| text(item, "item") == "state") else {
            if is_wanted {
                broken.push(format!("{name}, was not taken over"));
            }
            continue;
        };
        let refunded = |entry: &Value| entry.as_str().is_some_and(|entry| entry.contains("-channel "));
        let told_people = state["history"].as_array().into_iter().flatten().any(refunded);
        let has_left = of_order()
            .any(|item| item.get("parcels").is_some_and(|parcels| parcels.to_string().contains("handed_over_at")));
        if !is_wanted && matches!(text(state, "status"), "open" | "pending") && !told_people && !has_left {
            broken.push(format!("{name}, goes on though it was cancelled there: {}", told["status"]));
        }
        for item in of_order().filter(|item| text(item, "item").starts_with("fulfillment#")) {
            for parcel in item.get("parcels").and_then(Value::as_array).into_iter().flatten() {
                if !parcel["shipment"].is_null() && parcel["at_channel"].is_null() {
                    broken.push(format!("{name}: nobody told the shop of parcel {}", parcel["id"]));
                }
            }
        }
        let notes: Vec<String> =
            shop.notes(*at_shop).into_iter().filter(|note| note.for_customer).map(|note| note.text).collect();
        if notes.iter().collect::<BTreeSet<_>>().len() < notes.len() {
            broken.push(format!("{name}: the shop was told twice: {notes:?}"));
        }
        let entries: Vec<&str> = state["history"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let heard = entries.iter().any(|entry| entry.contains("-channel cancelled"));
        if is_wanted && text(state, "status") == "cancelled" && !heard {
            broken.push(format!("{name}, goes on there though it is cancelled here"));
        }
        the_shop_gives_back_once(&name, &told, state, broken);
    }
}

/// The shop has made each refund once that it was asked for, and the books have all that it gave back.
fn the_shop_gives_back_once(name: &str, at_shop: &Value, state: &Item, broken: &mut Vec<String>) {
    let refunds = || at_shop["refunds"].as_array().into_iter().flatten();
    let ours: Vec<&str> =
        refunds().filter_map(|refund| refund["reason"].as_str()).filter(|why| why.starts_with("Refund ")).collect();
    if ours.iter().collect::<BTreeSet<_>>().len() < ours.len() {
        broken.push(format!("{name}: the shop was asked twice to give money back: {ours:?}"));
    }
    let cents = |refund: &Value| {
        refund["total"].as_str().and_then(|total| total.trim_start_matches('-').replace('.', "").parse::<i64>().ok())
    };
    let given: i64 = refunds().filter_map(cents).sum();
    let of = |name: &str| state.get(name).and_then(Value::as_object).into_iter().flat_map(|known| known.values());
    let booked = of("refunds").filter(|refund| refund["state"] == "succeeded");
    let booked: i64 = booked.filter_map(|refund| refund["amount"].as_i64()).sum();
    let is_paid = of("payments").any(|payment| payment["captured"].as_i64() > Some(0));
    if is_paid && booked < given {
        broken.push(format!("{name}: the shop gave back {given}, and the books know of {booked}"));
    }
}

/// Each label that a service has sold is one that a fulfillment knows, no purchase is made twice, and what was given back is known to be.
fn labels_are_bought_once(world: &World, books: &Books, broken: &mut Vec<String>) {
    let mut known = BTreeMap::new();
    for item in books.orders.iter().filter(|item| text(item, "item").starts_with("fulfillment#")) {
        for label in item.get("labels").and_then(Value::as_array).into_iter().flatten() {
            if let Some(number) = label["bought"]["tracking_number"].as_str() {
                known.insert(number.to_owned(), label["void"]["state"] == "succeeded");
            }
        }
    }
    let mut purchases = BTreeSet::new();
    for sold in world.carriers.stand_ins().labels() {
        let (number, purchase) = (&sold.tracking_number, &sold.reference);
        if !purchases.insert(purchase.clone()) {
            broken.push(format!("{purchase}: a second label was bought, {number}"));
        }
        match known.remove(number) {
            None => broken.push(format!("{purchase}: label {number} was bought, and nobody knows")),
            Some(goes_back) if goes_back != sold.voided => {
                broken.push(format!("{purchase}: label {number} was given back: {}, known: {goes_back}", sold.voided));
            }
            Some(_) => {}
        }
    }
    broken.extend(known.into_keys().map(|number| format!("label {number} was never sold")));
}

fn text<'a>(item: &'a laws::Item, name: &str) -> &'a str {
    item.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// An expired reservation keeps no stock, except for a few minutes after somebody changed its order.
fn nothing_is_pending_forever(world: &World, books: &Books, broken: &mut Vec<String>) {
    let now = world.time.now() - jiff::SignedDuration::from_mins(5);
    let was_touched = |state: &laws::Item| {
        let last = state.get("history").and_then(Value::as_array).and_then(|history| history.last()?.as_str());
        let millis = last.and_then(|entry| entry.split(' ').next()?.parse().ok());
        millis.and_then(|millis| jiff::Timestamp::from_millisecond(millis).ok()).is_some_and(|at| at > now)
    };
    for state in books.orders.iter().filter(|item| text(item, "item") == "state") {
        let is_held = state.contains_key("holds");
        let ended = text(state, "reserved_until").parse().is_ok_and(|until: jiff::Timestamp| until < now);
        if text(state, "status") == "pending" && ended && !is_held && !was_touched(state) {
            broken.push(format!("order {} keeps its stock unpaid", text(state, "order_id")));
        }
    }
}

/// Each of Orderly's refunds is one refund at the provider, whatever its amount and however many attempts it took. (This
/// provider's refunds do not fail after they were made.)
fn refunds_are_asked_for_once(world: &World, broken: &mut Vec<String>) {
    let mut asked = BTreeSet::new();
    for own in world.providers.values() {
        for payment in own.payments() {
            for refund in own.refunds(&payment.id) {
                let Some(name) = name_of(&refund) else { continue }; // made in the dashboard
                if !asked.insert((payment.order_id.clone(), name)) {
                    broken.push(format!("payment {}: {refund:?} was refunded twice", payment.id));
                }
            }
        }
    }
}

/// Orderly's name of a refund, as it is written on it. None: it is not Orderly's.
fn name_of(refund: &Refund) -> Option<String> {
    let written = |name: &str| refund.metadata.get(name);
    if let Some(name) = written("orderly_refund") {
        return Some(name.clone());
    }
    // `ORDER/NAME/ATTEMPT`, or with commas. Where there is no order, another word or nothing stands for it.
    let reference = written("reference").or_else(|| written("custom_id")).or(refund.reason.as_ref())?;
    let mut parts = reference.rsplit(['/', ',']);
    let (attempt, name) = (parts.next()?, parts.next()?);
    attempt.parse::<u32>().ok()?;
    Some(name.trim_start_matches("Orderly ").to_owned())
}

/// What customer service gives back of an order is within the limit of its keys, and is noted in full.
fn customer_service_stays_within_its_limit(books: &Books, broken: &mut Vec<String>) {
    for state in books.orders.iter().filter(|item| text(item, "item") == "state") {
        let refunds = state.get("requested_refunds").and_then(Value::as_array).into_iter().flatten();
        let own = refunds.filter(|refund| refund["key"].as_str().is_some_and(|key| key.starts_with(SERVICE_KEY)));
        let given: i64 = own.filter_map(|refund| refund["amount"].as_i64()).sum();
        let noted = state.get("given_by_service").and_then(Value::as_i64).unwrap_or_default();
        if given > SERVICE_LIMIT || given != noted {
            let order = text(state, "order_id");
            broken.push(format!("order {order}: customer service gave {given} of {SERVICE_LIMIT} back, noted {noted}"));
        }
    }
}

/// This provider refuses only refunds that Orderly should not have requested. An open dispute must stop a refund before
/// it is requested. Only a refund in the dashboard may be faster than the news of it. Whether there was one, the provider's
/// books say: the ledger may know it by the provider's sum alone.
fn no_refund_fails_without_cause(world: &World, books: &Books, broken: &mut Vec<String>) {
    let was_made_elsewhere = |refund: &Refund| name_of(refund).is_none();
    let is_raced = |refund: &Value| {
        let payment = refund["payment"].as_str().and_then(|payment| payment.split_once('_'));
        payment.is_some_and(|(provider, payment)| {
            let own = provider.parse().ok().and_then(|provider: Provider| world.providers.get(&provider));
            own.is_some_and(|own| own.refunds(payment).iter().any(was_made_elsewhere))
        })
    };
    for state in books.orders.iter().filter(|item| text(item, "item") == "state") {
        for (id, refund) in state.get("refunds").and_then(Value::as_object).into_iter().flatten() {
            let disputed = refund["reason"].as_str().is_some_and(|reason| reason.contains("disputed"));
            if refund["state"] == "failed" && !disputed && !is_raced(refund) {
                broken.push(format!(
                    "order {}: refund {id} was refused: {}",
                    text(state, "order_id"),
                    refund["reason"]
                ));
            }
        }
    }
}

/// Acknowledged requests are kept: an order that was answered 201 exists, a payment that was answered 2xx is on its
/// order's ledger or kept as unmatched, and an order whose cancellation was answered 2xx is cancelled.
fn what_was_acknowledged_is_kept(world: &World, books: &Books, broken: &mut Vec<String>) {
    let has = |order: &str, name: &str| {
        books.orders.iter().any(|item| text(item, "order_id") == order && text(item, "item") == name)
    };
    for order in world.accepted.borrow().iter().filter(|order| !has(order, "state") || !has(order, "placed")) {
        broken.push(format!("order {order} was accepted, and is lost"));
    }
    let states = || books.orders.iter().filter(|item| text(item, "item") == "state");
    for (order, _) in world.cancelled.borrow().iter().filter(|(_, unsent)| !unsent) {
        if !states().any(|state| text(state, "order_id") == order && text(state, "status") == "cancelled") {
            broken.push(format!("the cancellation of order {order} was acknowledged, and is lost"));
        }
    }
    for (provider, payment, amount) in world.taken.borrow().iter() {
        let (name, paid) = (format!("{provider}_{payment}"), world.provider(*provider).payments());
        let order = paid.iter().find(|known| known.id == *payment).and_then(|known| known.order_id.as_deref());
        let is_on_ledger = states()
            .filter(|state| order.is_none_or(|order| text(state, "order_id") == order))
            .filter_map(|state| state.get("payments"))
            .any(|payments| payments[&name]["captured"].as_i64() == Some(*amount));
        let is_kept = books.payments.iter().any(|item| text(item, "payment_id") == name && item.contains_key("events"));
        if !is_on_ledger && !is_kept {
            broken.push(format!("payment {payment} of {amount} was acknowledged, and is lost"));
        }
    }
}

/// A payment whose order exists is on that order's ledger, unless it goes back.
fn kept_payments_find_their_order(books: &Books, broken: &mut Vec<String>) {
    // What a provider lists of a payment is another record, which is found by the same index.
    let is_record = |item: &laws::Item| !text(item, "payment_id").contains('#');
    let waits =
        |item: &&laws::Item| is_record(item) && item.contains_key("unmatched_class") && !item.contains_key("refunds");
    for payment in books.payments.iter().filter(waits) {
        let order = text(payment, "order");
        if books.orders.iter().any(|item| text(item, "order_id") == order && text(item, "item") == "state") {
            broken.push(format!("payment {} is not on the ledger of its order {order}", text(payment, "payment_id")));
        }
    }
}

/// An order asks its provider about the payment that it names, before it expires.
fn money_that_no_webhook_tells_of_is_found(world: &World, books: &Books, broken: &mut Vec<String>) {
    for (provider, payment, order) in
        world.unheard.borrow().iter().filter(|(.., order)| world.accepted.borrow().contains(order))
    {
        let name = format!("{provider}_{payment}");
        let is_found = |state: &laws::Item| {
            let captured = state.get("payments").and_then(|payments| payments[&name]["captured"].as_i64());
            captured.is_some_and(|amount| amount > 0)
        };
        let state = books.orders.iter().find(|item| text(item, "order_id") == order && text(item, "item") == "state");
        if !state.is_some_and(is_found) {
            broken.push(format!("payment {payment} was made for order {order}, which does not know it"));
        }
    }
}

/// A warehouse that may have begun to pick is told that it need not.
fn the_warehouse_hears_of_each_cancellation(world: &World, books: &Books, broken: &mut Vec<String>) {
    let told = world.network.notices();
    for item in books.orders.iter().filter(|item| item.contains_key("notices") && text(item, "status") == "cancelled") {
        let (order, id) = (text(item, "order_id"), text(item, "item").trim_start_matches("fulfillment#"));
        let is_it = |notice: &Value| {
            notice["order"] == order && notice["fulfillment"] == id && notice["type"] == "fulfillment.cancelled"
        };
        if !told.iter().any(is_it) {
            broken.push(format!("the warehouse never heard that fulfillment {id} of order {order} is cancelled"));
        }
    }
}

/// Each e-mail that is recorded as sent was sent once, and each sent e-mail is recorded, except if its sender was kept
/// from recording it. Yields the number of e-mails that were sent more than once.
fn mails_are_sent_once(world: &World, books: &Books, broken: &mut Vec<String>) -> usize {
    let mut sent: BTreeMap<String, Vec<bool>> = BTreeMap::new();
    // What the merchant is told has no record for each time.
    for mail in world.network.sent_mails().into_iter().filter(|mail| mail.to != MERCHANT) {
        let disturbed = mail.was_disturbed();
        sent.entry(mail.name).or_default().push(disturbed);
    }
    let recorded: BTreeSet<String> = books.orders.iter().flat_map(recorded_mails).collect();
    for unsent in recorded.iter().filter(|name| !sent.contains_key(*name)) {
        broken.push(format!("the e-mail {unsent} is recorded, and never went out"));
    }
    for (name, copies) in &sent {
        let calm = copies.iter().filter(|disturbed| !**disturbed).count();
        if calm > 1 + times_again(books, name) {
            broken.push(format!("the e-mail {name} went out {} times, {calm} of them undisturbed", copies.len()));
        }
        if calm > 0 && !recorded.contains(name) {
            broken.push(format!("the e-mail {name} went out, and is not recorded"));
        }
    }
    sent.values().map(|copies| copies.len() - 1).sum()
}

/// An ordinary life with a return reaches its last e-mail, whatever happened on the way.
fn a_whole_life_comes_to_its_end(books: &Books, broken: &mut Vec<String>) {
    let history = |item: &laws::Item| item.get("history").and_then(Value::as_array).cloned().unwrap_or_default();
    let entries: Vec<Value> = books.orders.iter().flat_map(history).collect();
    for what in [
        "emailed payment-confirmed",
        "emailed shipped:P1",
        "emailed delivered:P1",
        "completed",
        "emailed return-received",
        "emailed refund-sent:return-01",
    ] {
        let is_it = |entry: &Value| entry.as_str().is_some_and(|entry| entry.ends_with(&format!(" {what}")));
        if !entries.iter().any(is_it) {
            broken.push(format!("the order's life went on without: {what}"));
        }
    }
}

/// By the names in their tags.
fn recorded_mails(item: &laws::Item) -> Vec<String> {
    let name = |kind: &str| format!("{} {} {kind}", text(item, "order_id"), text(item, "item"));
    let history = item.get("history").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let mails = history.filter_map(|entry| match *entry.splitn(4, ' ').collect::<Vec<_>>() {
        [_, _, "emailed", kind] => Some(name(kind)),
        _ => None,
    });
    mails.collect()
}

/// The claim of an e-mail, by the e-mail's name.
fn claim<'a>(books: &'a Books, name: &str) -> Option<&'a laws::Item> {
    let (order, mail) = name.split_once(' ')?;
    let item = format!("email#{}", mail.replacen(' ', "#", 1));
    books.orders.iter().find(|known| text(known, "order_id") == order && text(known, "item") == item)
}

/// How often it was decided that an e-mail is sent again.
fn times_again(books: &Books, name: &str) -> usize {
    let history = claim(books, name).and_then(|claim| claim.get("history")).and_then(Value::as_array);
    let entries = history.into_iter().flatten().filter_map(Value::as_str);
    entries.filter(|entry| entry.contains(" email-owed-again")).count()
}

/// A bounce of the last attempt at an e-mail is known, or somebody has decided about it. (A law of the books says that what is
/// known is seen.) SES tells it once: nothing is asked for if SQS loses it, or gives it up.
async fn bounces_are_known(world: &World, books: &Books, broken: &mut Vec<String>) {
    let given_up = world.services.sqs().depth("MailEventsDeadLetters").await.map_or(0, |depth| depth.visible);
    if world.network.epoch() > 0 || given_up > 0 {
        return;
    }
    for mail in world.network.sent_mails().iter().filter(|mail| mail.to == people::BOUNCES) {
        let Some(claim) = claim(books, &mail.name) else { continue };
        let number = |name: &str| claim.get(name).and_then(Value::as_u64).unwrap_or_default();
        let is_last = number("attempts") == u64::from(mail.attempt);
        let is_known = claim.get("reports").is_some_and(|reports| reports.get("bounced").is_some());
        if is_last && !is_known && number("decided") < number("attempts") {
            broken.push(format!("the e-mail {} bounced, and nobody knows", mail.name));
        }
    }
}
