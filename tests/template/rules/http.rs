//! Rules of routes: who may call them, and what the access log contains.

use crate::{
    Edit::{Remove, Set},
    Violations, law,
    template::{FUNCTION, LOG_GROUP, Template, referent},
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The routes that anyone may call, each with what protects it.
const PUBLIC: [(&str, &str); 6] = [
    ("POST /webhooks/payments/{provider}", "the provider's signature"),
    ("POST /webhooks/tracking/{service}", "the service's signature"),
    ("POST /webhooks/channels/{channel}", "the shop's signature"),
    ("GET /console", "the cookie of a session, whose key the API looks at"),
    ("GET /console/{page+}", "the same"),
    ("POST /console/{page+}", "the same, and that the form was sent by a page of the console"),
];

/// Every route: its function, `METHOD /path`, its properties.
fn routes(template: &Template) -> impl Iterator<Item = (&str, String, &Value)> {
    template.events("HttpApi").map(|(function, _, route)| {
        let text = |name: &str| route[name].as_str().unwrap_or("?");
        (function, format!("{} {}", text("Method"), text("Path")), route)
    })
}

fn authorized(template: &Template) -> Violations {
    let auth = &template.properties("HttpApi")["Auth"];
    let default = auth["DefaultAuthorizer"].as_str().unwrap_or("none");
    if referent(&auth["Authorizers"][default]["FunctionArn"]) != Some("AuthorizerFunction") {
        return vec!["HttpApi does not ask the authorizer by default".to_owned()];
    }
    routes(template)
        .filter(|(_, route, properties)| {
            let public = PUBLIC.iter().any(|(path, _)| path == route);
            let opened = !properties["Auth"].is_null();
            opened != public || properties["ApiId"] != json!({ "Ref": "HttpApi" })
        })
        .map(|(function, route, _)| format!("{function}: {route} and the list of public routes disagree"))
        .collect()
}

#[test]
fn every_route_but_the_listed_ones_asks_the_authorizer() {
    law(
        authorized,
        &[
            (Remove("/Resources/HttpApi/Properties/Auth/DefaultAuthorizer"), "HttpApi"),
            (
                Set("/Resources/StockFunction/Properties/Events/Move/Properties/Auth", json!({ "Authorizer": "NONE" })),
                "StockFunction: POST /stock",
            ),
            (
                Set("/Resources/StockFunction/Properties/Events/Move/Properties/ApiId", json!({ "Ref": "Another" })),
                "StockFunction: POST /stock",
            ),
            (Remove("/Resources/PaymentWebhookFunction/Properties/Events/Event/Properties/Auth"), "PaymentWebhook"),
        ],
    );
}

/// `GET /orders/{id}` and `GET /orders/{order}` are one route to API Gateway.
fn distinct(template: &Template) -> Violations {
    let mut taken = BTreeMap::new();
    let mut violations = Violations::new();
    for (function, route, _) in routes(template) {
        let parts = route.split('/').map(|part| if part.starts_with('{') { "{}" } else { part });
        let shape = parts.collect::<Vec<_>>().join("/");
        if let Some(other) = taken.insert(shape, function) {
            violations.push(format!("{other} and {function} both answer {route}"));
        }
    }
    violations
}

#[test]
fn no_two_functions_answer_one_route() {
    let path = "/Resources/StockFunction/Properties/Events/Read/Properties/Path";
    law(distinct, &[(Set(path, json!("/orders/{sku}")), "StockFunction")]);
}

fn patient(template: &Template) -> Violations {
    let within = |function: &str, limit| template.setting(function, "Timeout").as_u64().is_some_and(|t| t < limit);
    let mut violations: Violations = routes(template)
        .filter(|(function, ..)| !within(function, 30))
        .map(|(function, ..)| format!("{function} outlives API Gateway's 30 s"))
        .collect();
    if !within("AuthorizerFunction", 10) {
        violations.push("AuthorizerFunction outlives API Gateway's 10 s".to_owned());
    }
    violations
}

#[test]
fn a_function_gives_up_before_api_gateway_does() {
    law(
        patient,
        &[
            (Set("/Resources/StockFunction/Properties/Timeout", json!(30)), "StockFunction"),
            (Set("/Resources/AuthorizerFunction/Properties/Timeout", json!(10)), "AuthorizerFunction"),
        ],
    );
}

fn throttled(template: &Template) -> Violations {
    let settings = &template.properties("HttpApi")["DefaultRouteSettings"];
    ["ThrottlingRateLimit", "ThrottlingBurstLimit"]
        .iter()
        .filter(|name| settings[**name].as_u64().is_none_or(|limit| limit == 0 || limit > 1000))
        .map(|name| format!("HttpApi has no sensible {name}"))
        .collect()
}

#[test]
fn a_flood_is_turned_away() {
    law(
        throttled,
        &[
            (Remove("/Resources/HttpApi/Properties/DefaultRouteSettings"), "ThrottlingRateLimit"),
            (Set("/Resources/HttpApi/Properties/DefaultRouteSettings/ThrottlingBurstLimit", json!(5000)), "Burst"),
        ],
    );
}

/// What anybody may ask shares no limit with what holds a key, and each such function takes a bounded share of the account's
/// concurrency if the merchant wants it.
fn bounded(template: &Template) -> Violations {
    const OUTSIDE: [&str; 6] = [
        "AuthorizerFunction",
        "PaymentWebhookFunction",
        "TrackingWebhookFunction",
        "ChannelWebhookFunction",
        "OrderIntakeFunction",
        "ConsoleFunction",
    ];
    let reserves = |function: &&str| template.setting(function, "ReservedConcurrentExecutions").get("Fn::If").is_some();
    let mut violations: Violations = OUTSIDE
        .into_iter()
        .filter(|function| !reserves(function))
        .map(|function| format!("{function} may take all of the account's concurrency"))
        .collect();
    for (route, _) in PUBLIC.into_iter().filter(|(route, _)| route.contains("/webhooks/")) {
        let open = &template.properties("HttpApi")["RouteSettings"][route];
        if open["ThrottlingRateLimit"].as_u64().is_none_or(|limit| limit < 500) {
            violations.push(format!("junk at {route} shuts its sender out"));
        }
    }
    violations
}

#[test]
fn a_flood_starves_no_other_function_and_does_not_shut_the_provider_out() {
    law(
        bounded,
        &[
            (
                Remove("/Resources/PaymentWebhookFunction/Properties/ReservedConcurrentExecutions"),
                "PaymentWebhookFunction",
            ),
            (Remove("/Resources/HttpApi/Properties/RouteSettings"), "shuts its sender out"),
        ],
    );
}

/// The variables that API Gateway may log. None holds customer data or a key.
const LOGGED: [&str; 8] = [
    "requestId",
    "routeKey",
    "status",
    "responseLatency",
    "integrationLatency",
    "error.message",
    "integrationErrorMessage",
    "authorizer.error",
];

fn access_logs(template: &Template) -> Violations {
    let settings = &template.properties("HttpApi")["AccessLogSettings"];
    let mut violations = Violations::new();
    if !referent(&settings["DestinationArn"]).is_some_and(|id| template.is(id, LOG_GROUP)) {
        violations.push("HttpApi writes no access log".to_owned());
    }
    let format = settings["Format"].as_str().unwrap_or("");
    if !serde_json::from_str::<Value>(format).is_ok_and(|format| format.is_object()) {
        violations.push("HttpApi's access log is not JSON".to_owned());
    }
    for variable in format.split("$context.").skip(1) {
        let name = variable.split('"').next().unwrap_or("");
        if !LOGGED.contains(&name) {
            violations.push(format!("HttpApi's access log holds {name}"));
        }
    }
    violations
}

#[test]
fn an_access_log_holds_nothing_of_a_customer() {
    let format = "/Resources/HttpApi/Properties/AccessLogSettings/Format";
    law(
        access_logs,
        &[
            (Remove("/Resources/HttpApi/Properties/AccessLogSettings"), "no access log"),
            (Set(format, json!("$context.requestId")), "not JSON"),
            (Set(format, json!(r#"{"from":"$context.identity.sourceIp"}"#)), "identity.sourceIp"),
            (Set(format, json!(r#"{"path":"$context.path"}"#)), "path"),
        ],
    );
}

fn authorizer_unreachable(template: &Template) -> Violations {
    template
        .all(FUNCTION)
        .filter(|(id, function)| function["Events"].is_null() != (*id == "AuthorizerFunction"))
        .map(|(id, _)| format!("{id} has the wrong triggers: only the authorizer has none"))
        .collect()
}

#[test]
fn every_function_but_the_authorizer_has_a_trigger() {
    law(authorizer_unreachable, &[(Remove("/Resources/RefundsFunction/Properties/Events"), "RefundsFunction")]);
}
