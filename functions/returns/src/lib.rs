//! Returns: asked for, approved or declined, received, inspected; what is good goes back into stock, and
//! what came is refunded.

pub mod request;

use api::{Caller, Error, FieldError, Problem, Request, Response, view::ReturnView};
use domain::{
    Rejection,
    duty::ItemName,
    history::Actor,
    ids::{OrderId, ReturnId},
    returns::{self as rules, Inspected, Return},
    settings::Role,
};
use runtime::Clock;
use store::{Order, Sender, Store, Stored, retry_on_conflict};

/// What the function works with.
pub struct App {
    pub store: Store,
    pub sender: Sender,
    pub clock: Clock,
}

pub async fn handle(app: &App, request: &Request) -> Result<Response, Error> {
    match request.route.as_str() {
        "POST /orders/{order_id}/returns" => ask(app, request).await,
        "POST /orders/{order_id}/returns/{return}/approve" => approve(app, request).await,
        "POST /orders/{order_id}/returns/{return}/decline" => decline(app, request).await,
        "POST /orders/{order_id}/returns/{return}/receive" => receive(app, request).await,
        "POST /orders/{order_id}/returns/{return}/inspect" => inspect(app, request).await,
        route => Err(Problem::not_found(format!("there is no route {route}")).into()),
    }
}

/// Asks for a return. It is numbered by how many there are, so that two at once meet, and the later one sees
/// what the earlier one takes back. The same idempotency key asks once.
async fn ask(app: &App, request: &Request) -> Result<Response, Error> {
    let caller = request.require(&[Role::Storefront])?;
    let wanted = request::ask(&request.json()?)?.lines;
    let key = request.key()?;
    retry_on_conflict(async || {
        let order = visible(app, request, caller).await?;
        let now = app.clock.now();
        if let Some((id, known)) = order.returns.iter().find(|(_, known)| known.value.key == key) {
            return same(&order, id, &known.value, &wanted);
        }
        let earlier: Vec<Return> = order.returns.values().map(|other| other.value.clone()).collect();
        let value = rules::request(order.placed(), &order.units_sent(), &earlier, &wanted, &key, &caller.actor(), now)?;
        let id = ReturnId::nth(order.returns.len() + 1);
        let mut write = app.store.write(now);
        write.create(&order.id, ItemName::Return(id.clone()), value.clone());
        app.sender.send(&write.commit().await?).await;
        Ok(Response::json(201, &ReturnView::new(&order.id, &id, &value)))
    })
    .await
}

fn same(order: &Order, id: &ReturnId, known: &Return, wanted: &[rules::RequestedUnits]) -> Result<Response, Error> {
    let asked = known.lines.iter().map(|line| (line.line, line.quantity, line.reason));
    if asked.eq(wanted.iter().map(|wanted| (wanted.line, wanted.quantity, wanted.reason))) {
        return Ok(Response::json(201, &ReturnView::new(&order.id, id, known)));
    }
    Err(Problem::new(409, "key-reused", "this idempotency key was used for another return").into())
}

async fn approve(app: &App, request: &Request) -> Result<Response, Error> {
    let caller = request.require(&[])?;
    request.no_body()?;
    change(app, request, caller, Return::approve).await
}

async fn decline(app: &App, request: &Request) -> Result<Response, Error> {
    let caller = request.require(&[])?;
    let reason = request::decline(&request.json()?)?.reason;
    change(app, request, caller, |value, by, now| value.decline(&reason, by, now)).await
}

async fn receive(app: &App, request: &Request) -> Result<Response, Error> {
    let caller = request.require(&[Role::Warehouse])?;
    let returned = request::receive(&request.json()?)?;
    let (received, location) = (returned.by_line(), returned.location);
    if !app.store.locations().await?.iter().any(|known| known.id == location) {
        let error = FieldError { field: "location".into(), detail: format!("there is no location {location}") };
        return Err(Problem::invalid(vec![error]).into());
    }
    change(app, request, caller, |value, by, now| value.receive(&received, &location, by, now)).await
}

/// Changes the return alone.
async fn change(
    app: &App,
    request: &Request,
    caller: &Caller,
    rule: impl Fn(Return, &Actor, jiff::Timestamp) -> Result<Return, Rejection>,
) -> Result<Response, Error> {
    retry_on_conflict(async || {
        let (order, id, read) = load(app, request, caller).await?;
        let now = app.clock.now();
        let next = rule(read.value.clone(), &caller.actor(), now)?;
        let mut write = app.store.write(now);
        write.replace(&read, next.clone());
        app.sender.send(&write.commit().await?).await;
        Ok(Response::json(200, &ReturnView::new(&order.id, &id, &next)))
    })
    .await
}

/// Finishes the return: the stock, the refund's intent on the order and the return itself change together, so
/// that goods cannot be restocked, nor money promised, twice.
async fn inspect(app: &App, request: &Request) -> Result<Response, Error> {
    let caller = request.require(&[Role::Warehouse])?;
    let found = request::inspect(&request.json()?)?.by_line();
    retry_on_conflict(async || {
        let (order, id, read) = load(app, request, caller).await?;
        let now = app.clock.now();
        let others = order.returns.iter().filter(|(other, _)| **other != id);
        let earlier: Vec<Return> = others.map(|(_, other)| other.value.clone()).collect();
        let inspected = read.value.clone().inspect(&found, order.placed(), &earlier, &caller.actor(), now)?;
        let Inspected { value, stock, refund } = inspected;
        let answer = Response::json(200, &ReturnView::new(&order.id, &id, &value));
        if value == read.value {
            return Ok(answer);
        }
        let state = order.state.value.clone().intend_refund(&format!("return-{id}"), refund, now);
        let mut write = app.store.write(now);
        write.replace(&read, value);
        // Written even if nothing is to be refunded: another return's inspection must meet this one.
        write.replace(&order.state, state.inspected(&id, now));
        write.stock(&stock);
        app.sender.send(&write.commit().await?).await;
        Ok(answer)
    })
    .await
}

async fn visible(app: &App, request: &Request, caller: &Caller) -> Result<Order, Error> {
    let id: OrderId = request.path_param("order_id")?;
    let order = app.store.order(&id).await?.filter(|order| caller.sees(&order.state.value.channel));
    order.ok_or_else(|| Problem::not_found(format!("there is no order {id}")).into())
}

async fn load(app: &App, request: &Request, caller: &Caller) -> Result<(Order, ReturnId, Stored<Return>), Error> {
    let order = visible(app, request, caller).await?;
    let id: ReturnId = request.path_param("return")?;
    let read = order.returns.get(&id).cloned();
    let read = read.ok_or_else(|| Problem::not_found(format!("order {} has no return {id}", order.id)))?;
    Ok((order, id, read))
}
