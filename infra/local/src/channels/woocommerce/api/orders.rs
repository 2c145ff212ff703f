//! `/orders`

use super::{
    asked::{Asked, whole},
    fulfillments,
    lists::{Page, moment, not_in_enum, one_of},
    notes, refunds,
    reply::{Refusal, Reply},
};
use crate::channels::woocommerce::{
    acts::Units,
    coupons::Coupon,
    known::Known,
    money::Amount,
    order::{Order, Status},
    pricing,
    store::Store,
    view::{self, View},
};
use jiff::Timestamp;
use serde_json::Value;

pub(super) fn answer(store: &Store, asked: &Asked, method: &str, parts: &[&str]) -> Result<Reply, Refusal> {
    let id = |text: &str| text.parse::<u64>().map_err(|_| Refusal::no_route());
    match (method, parts) {
        ("GET", []) => list(store, asked),
        ("POST", []) => create(store, asked),
        ("GET", [order]) => show(store, id(order)?),
        ("POST" | "PUT", [order]) => update(store, asked, id(order)?),
        ("DELETE", [order]) => delete(store, asked, id(order)?),
        (_, [order, "notes", rest @ ..]) => notes::answer(store, asked, method, id(order)?, rest),
        (_, [order, "refunds", rest @ ..]) => refunds::answer(store, asked, method, id(order)?, rest),
        (_, [order, "fulfillments", rest @ ..]) => fulfillments::answer(store, asked, method, id(order)?, rest),
        (_, _) => Err(Refusal::no_route()),
    }
}

fn list(store: &Store, asked: &Asked) -> Result<Reply, Refusal> {
    let page = Page::of(asked)?;
    let by = one_of(asked, "orderby", &["date", "id", "include", "title", "slug", "modified"])?;
    let way = one_of(asked, "order", &["desc", "asc"])?;
    store.read(|known, _| {
        let zone = known.zone();
        let statuses = wanted_statuses(known, asked)?;
        let (after, before) = (moment(asked, "modified_after", &zone)?, moment(asked, "modified_before", &zone)?);
        let (created_after, created_before) = (moment(asked, "after", &zone)?, moment(asked, "before", &zone)?);
        let ids =
            |name: &str| -> Vec<u64> { asked.params.list(name).iter().filter_map(|id| id.parse().ok()).collect() };
        let (include, exclude) = (ids("include"), ids("exclude"));
        let is_wanted = |order: &&Order| {
            let (modified, created) = (order.modified.as_second(), order.created.as_second());
            let has_status = match &statuses {
                None => order.status.is_listed(),
                Some(statuses) => statuses.contains(&order.status),
            };
            has_status
                && after.is_none_or(|after| modified > after)
                && before.is_none_or(|before| modified < before)
                && created_after.is_none_or(|after| created > after)
                && created_before.is_none_or(|before| created < before)
                && (include.is_empty() || include.contains(&order.id))
                && !exclude.contains(&order.id)
        };
        let mut all: Vec<&Order> = known.orders.values().filter(is_wanted).collect();
        match by {
            "modified" => all.sort_by_key(|order| (order.modified, order.id)),
            "date" => all.sort_by_key(|order| (order.created, order.id)),
            _ => all.sort_by_key(|order| order.id),
        }
        if way == "desc" {
            all.reverse();
        }
        let view = View { known, url: &store.url };
        Ok(page.cut(asked, &all, |order| view::order(view, order)))
    })
}

/// None: any that lists have.
fn wanted_statuses(known: &Known, asked: &Asked) -> Result<Option<Vec<Status>>, Refusal> {
    let mut wanted = Vec::new();
    for name in asked.params.list("status") {
        match name {
            "any" => return Ok(None),
            "trash" => wanted.push(Status::Trash),
            name => wanted.push(known.status(name).ok_or_else(|| {
                let core = Status::CORE;
                let names: Vec<&str> = ["any", "trash"].into_iter().chain(core.iter().map(Status::name)).collect();
                not_in_enum("status[0]", &names)
            })?),
        }
    }
    Ok((!wanted.is_empty()).then_some(wanted))
}

fn show(store: &Store, id: u64) -> Result<Reply, Refusal> {
    let shown = store.read(|known, _| {
        let view = View { known, url: &store.url };
        known.orders.get(&id).map(|order| view::order(view, order))
    });
    shown.map(Reply::ok).ok_or_else(|| Refusal::invalid_id("shop_order", 404))
}

fn create(store: &Store, asked: &Asked) -> Result<Reply, Refusal> {
    store.change(|known, now| {
        // What is refused leaves nothing behind.
        let mut trial = known.clone();
        let id = made(&mut trial, asked, now)?;
        *known = trial;
        let view = View { known, url: &store.url };
        let order = known.orders.get(&id).ok_or_else(|| Refusal::invalid_id("shop_order", 404))?;
        Ok(Reply::created(view::order(view, order), view.href(&format!("orders/{id}"))))
    })
}

fn made(known: &mut Known, asked: &Asked, now: Timestamp) -> Result<u64, Refusal> {
    let mut order = known.blank("rest-api", now);
    order.billing = order.billing.with(&asked.get("billing").unwrap_or_default());
    order.shipping = order.shipping.with(&asked.get("shipping").unwrap_or_default());
    let id = order.id;
    known.orders.insert(id, order);
    set_texts(known, asked, id);
    set_items(known, asked, id, now)?;
    known.add_up(id);
    redeem(known, asked, id)?;
    known.tell("order.created", id);
    known.changed(id, now);
    let status = wanted_status(known, asked)?;
    if let Some(status) = status {
        known.set_status(id, &status, now);
    }
    if asked.flag("set_paid") == Some(true) {
        is_paid(known, id, now);
    }
    Ok(id)
}

fn update(store: &Store, asked: &Asked, id: u64) -> Result<Reply, Refusal> {
    store.change(|known, now| {
        let mut trial = known.clone();
        changed(&mut trial, asked, id, now)?;
        *known = trial;
        let view = View { known, url: &store.url };
        let order = known.orders.get(&id).ok_or_else(|| Refusal::invalid_id("shop_order", 400))?;
        Ok(Reply::ok(view::order(view, order)))
    })
}

fn changed(known: &mut Known, asked: &Asked, id: u64, now: Timestamp) -> Result<(), Refusal> {
    let order = known.orders.get_mut(&id).ok_or_else(|| Refusal::invalid_id("shop_order", 400))?;
    order.billing = order.billing.with(&asked.get("billing").unwrap_or_default());
    order.shipping = order.shipping.with(&asked.get("shipping").unwrap_or_default());
    let needs_payment = matches!(order.status, Status::Pending | Status::Failed);
    set_texts(known, asked, id);
    set_items(known, asked, id, now)?;
    known.add_up(id);
    let status = wanted_status(known, asked)?;
    known.changed(id, now);
    if let Some(status) = status {
        known.set_status(id, &status, now);
        if status == Status::Refunded {
            known.refund_the_rest(id, now);
        }
    }
    if asked.flag("set_paid") == Some(true) && needs_payment {
        is_paid(known, id, now);
    }
    Ok(())
}

/// What is paid is accepted. Cash on delivery is done by that.
fn is_paid(known: &mut Known, id: u64, now: Timestamp) {
    let is_cod = known.orders.get(&id).is_some_and(|order| order.payment_method == "cod");
    known.set_status(id, if is_cod { &Status::Completed } else { &Status::Processing }, now);
}

fn wanted_status(known: &Known, asked: &Asked) -> Result<Option<Status>, Refusal> {
    let Some(name) = asked.text("status").filter(|name| !name.is_empty()) else { return Ok(None) };
    let status = known.status(&name);
    let names: Vec<&str> = Status::CORE.iter().map(Status::name).collect();
    status.map(Some).ok_or_else(|| not_in_enum("status", &names))
}

fn set_texts(known: &mut Known, asked: &Asked, id: u64) {
    let Some(order) = known.orders.get_mut(&id) else { return };
    for (name, field) in [
        ("payment_method", &mut order.payment_method),
        ("payment_method_title", &mut order.payment_title),
        ("transaction_id", &mut order.transaction),
        ("customer_note", &mut order.note),
        ("currency", &mut order.currency),
    ] {
        if let Some(text) = asked.text(name) {
            *field = text;
        }
    }
    for meta in asked.array("meta_data") {
        if let Some(key) = meta["key"].as_str() {
            known.ids.note_down(&mut order.meta, key, meta["value"].clone());
        }
    }
}

fn redeem(known: &mut Known, asked: &Asked, id: u64) -> Result<(), Refusal> {
    for line in asked.array("coupon_lines") {
        let code = line["code"].as_str().unwrap_or_default();
        let coupon = Coupon::with(code).ok_or_else(|| {
            Refusal::new(400, "woocommerce_rest_invalid_coupon", format!("Coupon \"{code}\" does not exist!"))
        })?;
        if let Some(order) = known.orders.get_mut(&id) {
            pricing::redeem(order, coupon, &known.settings, &mut known.ids);
        }
        known.add_up(id);
    }
    Ok(())
}

/// Adds, changes and removes lines, shipping and fees.
fn set_items(known: &mut Known, asked: &Asked, id: u64, now: Timestamp) -> Result<(), Refusal> {
    for item in asked.array("line_items") {
        set_line(known, item, id, now)?;
    }
    for (list, is_fee) in [("shipping_lines", false), ("fee_lines", true)] {
        for item in asked.array(list) {
            let (name, method) = if is_fee { ("name", "") } else { ("method_title", "method_id") };
            let title = item[name].as_str().unwrap_or_default();
            let method = item[method].as_str().unwrap_or_default();
            if is_fee && title.is_empty() {
                return Err(Refusal::new(400, "woocommerce_rest_invalid_fee_item", "Fee name is required."));
            }
            if !is_fee && method.is_empty() {
                let message = "Shipping method ID is required.";
                return Err(Refusal::new(400, "woocommerce_rest_invalid_shipping_item", message));
            }
            let country = known.orders.get(&id).map(Order::taxed_in).unwrap_or_default();
            let charge = known.charge(title, method, Amount::of(&item["total"]).unwrap_or_default(), &country);
            if let Some(order) = known.orders.get_mut(&id) {
                let charges = if is_fee { &mut order.fees } else { &mut order.shipping_lines };
                charges.push(charge);
            }
        }
    }
    Ok(())
}

fn set_line(known: &mut Known, item: &Value, id: u64, now: Timestamp) -> Result<(), Refusal> {
    let quantity = item.get("quantity").map(|value| whole("line_items[0][quantity]", value)).transpose()?;
    let (total, subtotal) = (Amount::of(&item["total"]), Amount::of(&item["subtotal"]));
    let Some(order) = known.orders.get(&id) else { return Ok(()) };
    let country = order.taxed_in();
    if let Some(own) = item["id"].as_u64() {
        if !order.lines.iter().any(|line| line.id == own) {
            let message = "Order item ID provided is not associated with order.";
            return Err(Refusal::new(400, "woocommerce_rest_invalid_item_id", message));
        }
        if quantity == Some(0) || item.get("product_id") == Some(&Value::Null) {
            // The API forgets to put the goods back.
            if let Some(order) = known.orders.get_mut(&id) {
                order.lines.retain(|line| line.id != own);
            }
            return Ok(());
        }
        if let Some(quantity) = quantity {
            // It cannot fail: the line is there, and the quantity was looked at.
            let _ = known.edit(id, Units { line: own, quantity }, now);
        }
        if let Some(line) = known.orders.get_mut(&id).and_then(|order| order.line_mut(own)) {
            line.total = total.unwrap_or(line.total);
            line.subtotal = subtotal.unwrap_or(line.subtotal);
            line.tax(&country);
        }
        return Ok(());
    }
    let product = match (item["sku"].as_str(), item["variation_id"].as_u64(), item["product_id"].as_u64()) {
        (Some(sku), _, _) if !sku.is_empty() => known.catalog.by_sku(sku),
        (_, Some(variation), _) if variation != 0 => known.catalog.get(variation),
        (_, _, Some(product)) => known.catalog.get(product),
        (_, _, None) => {
            let message = "Product ID or SKU is required.";
            return Err(Refusal::new(400, "woocommerce_rest_required_product_reference", message));
        }
    };
    // The API takes lines of products that are not there, as lines of nothing. Here they are refused: nobody wants one.
    let product = product
        .cloned()
        .ok_or_else(|| Refusal::new(400, "woocommerce_rest_invalid_product_id", "Invalid product ID."))?;
    let mut line = pricing::line(&mut known.ids, &product, quantity.unwrap_or(1), &country, &known.settings);
    if total.is_some() || subtotal.is_some() {
        line.total = total.unwrap_or(line.total);
        line.subtotal = subtotal.unwrap_or(line.total);
        line.tax(&country);
    }
    if let Some(order) = known.orders.get_mut(&id) {
        order.lines.push(line);
    }
    Ok(())
}

fn delete(store: &Store, asked: &Asked, id: u64) -> Result<Reply, Refusal> {
    let is_forced = asked.flag("force") == Some(true);
    store.change(|known, now| {
        let gone = || Refusal::invalid_id("shop_order", 404);
        let view = View { known, url: &store.url };
        let shown = view::order(view, known.orders.get(&id).ok_or_else(gone)?);
        if is_forced {
            known.orders.remove(&id);
            known.tell("order.deleted", id);
        } else {
            known.trash(id, now).map_err(|_| gone())?;
        }
        Ok(Reply::ok(shown))
    })
}
