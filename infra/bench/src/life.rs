//! Lives of orders, act by act.

use crate::{
    error::BenchError,
    shop::{self, BACKORDERED, LOCATION},
    world::World,
};
use orderly_local::payments::Webhook;
use reqwest::{Method, StatusCode};
use serde::Serialize;
use serde_json::{Value, json};

/// The course of an order's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Life {
    /// Placed, paid, deducted, dispatched, picked, packed, handed over, delivered, with three e-mails.
    Ordinary,
    /// The same, with a webhook to the warehouse's system.
    Told,
    /// Cancelled and refunded after payment and dispatch.
    Cancelled,
    /// Ordinary; then one line is returned and refunded.
    Returned,
    /// One of its two lines is out of stock at first, and follows later.
    Backordered,
}

/// An action of a person. The functions' later work counts as part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    Place,
    Pay,
    /// The n-th fulfillment.
    StartPicking(usize),
    Pick(usize),
    Pack(usize),
    HandOver(usize),
    Deliver(usize),
    Cancel,
    AskReturn,
    Approve,
    Receive,
    Inspect,
}

/// A part of a life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Each order does it.
    Each(Act),
    /// The missing goods arrive, for all orders at once.
    Restock,
    /// The schedule runs, for all orders at once.
    Reconcile,
}

const ORDINARY: [Act; 7] =
    [Act::Place, Act::Pay, Act::StartPicking(0), Act::Pick(0), Act::Pack(0), Act::HandOver(0), Act::Deliver(0)];
const CANCELLED: [Act; 3] = [Act::Place, Act::Pay, Act::Cancel];
const RETURN: [Act; 4] = [Act::AskReturn, Act::Approve, Act::Receive, Act::Inspect];
const SECOND: [Act; 5] = [Act::StartPicking(1), Act::Pick(1), Act::Pack(1), Act::HandOver(1), Act::Deliver(1)];
/// Units of a backordered line.
pub const BACKORDERED_UNITS: u64 = 2;

impl Life {
    pub fn parts(self) -> Vec<Part> {
        let each = |acts: &[&[Act]]| acts.concat().into_iter().map(Part::Each).collect::<Vec<_>>();
        match self {
            Self::Ordinary | Self::Told => each(&[&ORDINARY]),
            Self::Cancelled => each(&[&CANCELLED]),
            Self::Returned => each(&[&ORDINARY, &RETURN]),
            Self::Backordered => [each(&[&ORDINARY]), vec![Part::Restock, Part::Reconcile], each(&[&SECOND])].concat(),
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Ordinary => "ordinary",
            Self::Told => "told by webhook",
            Self::Cancelled => "cancelled",
            Self::Returned => "returned",
            Self::Backordered => "backordered",
        }
    }
}

impl Act {
    pub fn name(self) -> &'static str {
        match self {
            Self::Place => "placed",
            Self::Pay => "paid",
            Self::StartPicking(0) => "picking started",
            Self::Pick(0) => "picked",
            Self::Pack(0) => "packed",
            Self::HandOver(0) => "handed over",
            Self::Deliver(0) => "delivered",
            Self::StartPicking(_) => "2nd picking started",
            Self::Pick(_) => "2nd picked",
            Self::Pack(_) => "2nd packed",
            Self::HandOver(_) => "2nd handed over",
            Self::Deliver(_) => "2nd delivered",
            Self::Cancel => "cancelled",
            Self::AskReturn => "return asked for",
            Self::Approve => "return approved",
            Self::Receive => "return received",
            Self::Inspect => "return inspected",
        }
    }
}

impl Part {
    pub fn name(self) -> &'static str {
        match self {
            Self::Each(act) => act.name(),
            Self::Restock => "restocked",
            Self::Reconcile => "reconciled",
        }
    }
}

/// An order in progress.
#[derive(Debug, Clone)]
pub struct Order {
    reference: String,
    /// SKUs and quantities.
    lines: Vec<(String, i64)>,
    /// The lines of each fulfillment.
    fulfillments: Vec<Vec<usize>>,
    /// Whether the payment provider must know the payment, for a refund.
    refunded: bool,
    id: String,
    total: i64,
}

impl Order {
    /// A new order of two lines. Its reference must be unique.
    pub fn new(life: Life, reference: String, skus: [String; 2]) -> Self {
        let [first, second] = skus;
        let (first, fulfillments) = match life {
            Life::Backordered => (BACKORDERED.to_owned(), vec![vec![1], vec![0]]),
            _ => (first, vec![vec![0, 1]]),
        };
        let refunded = matches!(life, Life::Cancelled | Life::Returned);
        Self { lines: vec![(first, 2), (second, 1)], fulfillments, refunded, ..Self::of_one(reference, "") }
    }

    /// An order of one unit.
    pub fn of_one(reference: String, sku: &str) -> Self {
        Self {
            reference,
            lines: vec![(sku.to_owned(), 1)],
            fulfillments: vec![vec![0]],
            refunded: false,
            id: String::new(),
            total: 0,
        }
    }

    /// Does one act and waits for its answer. Work behind queues continues.
    pub async fn act(&mut self, world: &World, act: Act) -> Result<(), BenchError> {
        match act {
            Act::Place => self.place(world).await,
            Act::Pay => self.pay(world).await,
            Act::StartPicking(n) => self.work(world, n, "start-picking", &json!({})).await,
            Act::Pick(n) => {
                let picks = self.lines(n, "picked");
                self.work(world, n, "picks", &json!({ "picks": picks })).await
            }
            Act::Pack(n) => {
                let contents = self.lines(n, "quantity");
                self.work(world, n, "parcels", &json!({ "contents": contents, "weight_g": 1_250 })).await
            }
            Act::HandOver(n) => {
                let parcel = json!({ "parcel": "P1", "carrier": "DHL", "tracking_number": "00340434161094042557" });
                self.work(world, n, "hand-over", &json!({ "parcels": [parcel] })).await
            }
            Act::Deliver(n) => self.work(world, n, "parcels/P1/delivered", &json!({})).await,
            Act::Cancel => {
                let path = format!("/orders/{}/cancel", self.id);
                world.storefront.post(&path, &json!({ "reason": "ordered twice" })).await?;
                Ok(())
            }
            Act::AskReturn => {
                let wanted = json!({ "lines": [{ "line": 0, "quantity": 1, "reason": "unwanted" }] });
                world.storefront.post(&format!("/orders/{}/returns", self.id), &wanted).await?;
                Ok(())
            }
            Act::Approve => {
                world.operator.post(&format!("/orders/{}/returns/01/approve", self.id), &json!({})).await?;
                Ok(())
            }
            Act::Receive => {
                let came = json!({ "location": LOCATION, "lines": [{ "line": 0, "received": 1 }] });
                world.warehouse.post(&format!("/orders/{}/returns/01/receive", self.id), &came).await?;
                Ok(())
            }
            Act::Inspect => {
                let found = json!({ "lines": [{ "line": 0, "quantity": 1, "disposition": "restocked" }] });
                world.warehouse.post(&format!("/orders/{}/returns/01/inspect", self.id), &found).await?;
                Ok(())
            }
        }
    }

    async fn place(&mut self, world: &World) -> Result<(), BenchError> {
        if self.place_if_there(world).await? {
            return Ok(());
        }
        Err(BenchError::Odd("the shop has run out of stock".to_owned()))
    }

    /// Places the order; yields whether it was in stock.
    pub async fn place_if_there(&mut self, world: &World) -> Result<bool, BenchError> {
        let request = world.storefront.request(Method::POST, "/orders");
        let request = request.json(&shop::order(&self.reference, &self.lines));
        let answer = world.storefront.ask(request).await?;
        if answer.body["type"] == "urn:orderly:problem:out-of-stock" {
            return Ok(false);
        }
        if answer.status != StatusCode::CREATED {
            return Err(BenchError::Odd(format!("an order was answered {}: {}", answer.status, answer.explanation())));
        }
        let id = answer.body["id"].as_str().ok_or_else(|| BenchError::odd("an accepted order", &answer.body))?;
        id.clone_into(&mut self.id);
        self.total = answer.body["total"].as_i64().unwrap_or_default();
        Ok(true)
    }

    pub fn id(&self) -> &str {
        &self.id
    }

    /// The provider's signed webhook about the full payment. The payment is the same each time.
    pub fn webhook(&self, world: &World) -> Result<Webhook, BenchError> {
        let stripe = world.stack.stripe();
        let payment = format!("pi_{}", self.id);
        // The provider's books are a file that grows with each payment. A payment that is never refunded is left out.
        if self.refunded {
            stripe.register(&payment, self.total, "EUR")?;
        }
        Ok(stripe.event("payment_intent.succeeded", &payment_intent(&payment, &self.id, self.total)))
    }

    async fn pay(&self, world: &World) -> Result<(), BenchError> {
        let webhook = self.webhook(world)?;
        match world.stack.stripe().deliver(&webhook).await? {
            StatusCode::OK => Ok(()),
            status => Err(BenchError::Odd(format!("the payment webhook was answered {status}"))),
        }
    }

    async fn work(&self, world: &World, n: usize, what: &str, body: &Value) -> Result<(), BenchError> {
        let path = format!("/orders/{}/fulfillments/{:02}/{what}", self.id, n + 1);
        world.warehouse.post(&path, body).await?;
        Ok(())
    }

    fn lines(&self, n: usize, quantity: &str) -> Vec<Value> {
        let lines = self.fulfillments.get(n).map(Vec::as_slice).unwrap_or_default();
        let units = |line: &usize| self.lines.get(*line).map_or(0, |(_, quantity)| *quantity);
        lines.iter().map(|line| json!({ "line": line, quantity: units(line) })).collect()
    }
}

/// Stripe's event for a captured payment.
fn payment_intent(payment: &str, order: &str, amount: i64) -> Value {
    json!({
        "id": payment,
        "object": "payment_intent",
        "amount": amount,
        "amount_capturable": 0,
        "amount_received": amount,
        "canceled_at": null,
        "cancellation_reason": null,
        "capture_method": "automatic",
        "confirmation_method": "automatic",
        "created": jiff::Timestamp::now().as_second(),
        "currency": "eur",
        "customer": null,
        "description": null,
        "last_payment_error": null,
        "latest_charge": format!("ch_{order}"),
        "livemode": false,
        "metadata": { "order_id": order },
        "payment_method_types": ["card"],
        "receipt_email": null,
        "status": "succeeded",
    })
}
