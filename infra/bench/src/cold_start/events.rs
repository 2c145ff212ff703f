//! An event for each function that it answers successfully, after requests to AWS.

use crate::{
    error::BenchError,
    life::{Act, Life, Order},
    run, shop,
    world::World,
};
use orderly_local::template::{Function, Route, Trigger};
use serde_json::{Value, json};
use std::sync::Arc;

/// The subjects of the events.
pub struct Events {
    order: Order,
    operator_key: String,
    /// A webhook about the order's payment, which has been delivered before.
    webhook: (Value, String),
}

impl Events {
    /// Places and pays an order, so that the events have a subject.
    pub async fn prepare(world: &Arc<World>) -> Result<Self, BenchError> {
        let mut orders = run::orders(Life::Cancelled, 1, 2);
        let mut order = orders.remove(0);
        for act in [Act::Place, Act::Pay] {
            order.act(world, act).await?;
        }
        world.until_settled().await?;
        let webhook = order.webhook(world)?;
        let headers: serde_json::Map<String, Value> =
            webhook.headers.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect();
        let body = String::from_utf8_lossy(&webhook.body).into_owned();
        let operator_key = world.stack.operator_key().to_owned();
        Ok(Self { order, operator_key, webhook: (headers.into(), body) })
    }

    pub fn of(&self, function: &Function) -> Value {
        let routes = function.triggers.iter().filter_map(|trigger| match trigger {
            Trigger::Http(route) => Some(route),
            Trigger::Queue(_) | Trigger::Stream(_) | Trigger::Schedule(_) => None,
        });
        let mut routes: Vec<&Route> = routes.collect();
        // A read changes nothing, so that every start finds the same state.
        routes.sort_by_key(|route| route.method != "GET");
        let is_queue = function.triggers.iter().any(|trigger| matches!(trigger, Trigger::Queue(_)));
        match routes.first() {
            Some(route) => self.request(route),
            None if is_queue => self.message(&function.name),
            // The functions of the schedule and hello world ignore their event; the authorizer needs its header.
            None => json!({ "headers": { "authorization": format!("Bearer {}", self.operator_key) } }),
        }
    }

    fn request(&self, route: &Route) -> Value {
        let values = [
            ("order_id", self.order.id()),
            ("sku", &shop::sku(0)),
            ("fulfillment", "01"),
            ("return", "01"),
            ("provider", "stripe"),
        ];
        let mut path = route.path.clone();
        let mut parameters = serde_json::Map::new();
        for (name, value) in values {
            let placeholder = format!("{{{name}}}");
            if path.contains(&placeholder) {
                path = path.replace(&placeholder, value);
                parameters.insert(name.to_owned(), value.into());
            }
        }
        let key = format!("{} {}", route.method, route.path);
        let mut event = json!({
            "version": "2.0", "routeKey": key, "rawPath": path,
            "rawQueryString": format!("location={}", shop::LOCATION),
            "queryStringParameters": { "location": shop::LOCATION },
            "headers": { "content-type": "application/json", "host": "localhost" },
            "pathParameters": parameters, "isBase64Encoded": false,
            "requestContext": {
                "accountId": "123456789012", "apiId": "local", "domainName": "localhost", "domainPrefix": "localhost",
                "http": {
                    "method": route.method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "",
                },
                "requestId": "bench", "routeKey": key, "stage": "$default",
                "time": "01/Jan/2026:00:00:00 +0000", "timeEpoch": 1_767_225_600_000_u64,
            },
        });
        if route.authorizer.is_some() {
            event["requestContext"]["authorizer"] =
                json!({ "lambda": { "role": "operator", "name": "bench", "channel": "" } });
        } else {
            let (headers, body) = &self.webhook;
            event["headers"] = headers.clone();
            event["body"] = body.as_str().into();
        }
        event
    }

    /// A message about a duty that is already done.
    fn message(&self, function: &str) -> Value {
        let duty = match function {
            "email-confirmation" => "email:payment-confirmed",
            "refunds" => "refund",
            other => other,
        };
        let duty = json!({ "v": 1, "subject": format!("order/{}/state", self.order.id()), "duty": duty });
        // A delivery of an e-mail that nobody sent.
        let tags =
            json!({ "order": ["ord__bench"], "item": ["state"], "kind": ["payment-confirmed"], "attempt": ["1"] });
        let delivery = json!({ "event": "Email Delivered", "time": "2026-01-01T00:00:00Z", "tags": tags });
        let body = if function == "mail-events" { delivery } else { duty }.to_string();
        json!({ "Records": [{
            "messageId": "bench", "receiptHandle": "bench", "body": body, "md5OfBody": "",
            "attributes": { "ApproximateReceiveCount": "1" }, "messageAttributes": {},
            "eventSource": "aws:sqs", "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:bench",
            "awsRegion": "us-east-1",
        }] })
    }
}
