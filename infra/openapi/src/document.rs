//! The routes as an OpenAPI 3.1 document: <https://spec.openapis.org/oas/v3.1.1.html>.

use crate::{
    problems::{self, reference},
    route::{Body, Parameter, Problem, Route},
    routes::{self, Group},
    schemas::{self, Schemas},
};
use api::Access;
use domain::settings::Role;
use serde_json::{Map, Value, json};

const ABOUT: &str = "\
Orderly takes orders from storefronts through payment, stock, picking, shipping and returns.

Amounts are whole numbers of the currency's minor unit: 1990 is 19.90 EUR, or 1990 JPY. Moments are RFC 3339 in UTC. \
In a request, `null` is the same as leaving a field out, and so is an empty text. A field or a parameter that is not \
described is refused.

Errors are problem details (RFC 9457) whose `type` is `urn:orderly:problem:` and one of the names given with each \
route; a 422 names every wrong field at once. API Gateway answers some errors by itself, with `message` alone: \
401 without an API key, 403 with an unknown one, 404 `Not Found` for a route that does not exist, 413, 429, and 500 or \
503 when a function fails or is too slow.";

/// The whole description.
pub fn document() -> Value {
    let mut schemas = Schemas::new();
    let mut paths = Map::new();
    let mut tags = Vec::new();
    for Group { tag, description, routes, .. } in routes::all() {
        tags.push(json!({ "name": tag, "description": description }));
        for route in &routes {
            let (method, path) = route.declared.parts();
            // OpenAPI has no name for the rest of a path. A slash in it is percent-encoded, or sent as it is.
            let path = paths.entry(path.replace("+}", "}")).or_insert_with(|| json!({}));
            path[method.to_lowercase()] = operation(&mut schemas, route, tag);
        }
    }
    let webhooks = crate::webhooks::all(&mut schemas);
    schemas.answers.subschema_for::<api::Problem>();
    schemas.answers.definitions_mut().entry("Problem").and_modify(schemas::with_gateway_message);
    schemas.finish(json!({
        "openapi": "3.1.1",
        "info": {
            "title": "Orderly",
            "version": env!("CARGO_PKG_VERSION"),
            "description": ABOUT,
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": servers(),
        "tags": tags,
        "security": [{ "apiKey": [] }],
        "paths": paths,
        "webhooks": webhooks,
        "components": {
            "responses": problems::components(),
            "securitySchemes": {
                "apiKey": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An API key (`POST /keys`). What it may do depends on its role; see `x-orderly-roles`. \
                        A revoked key stops working within a minute, an expired one at its `expires_at`.",
                },
            },
        },
    }))
}

fn servers() -> Value {
    let on_aws = json!({
        "url": "https://{api}.execute-api.{region}.amazonaws.com",
        "description": "On AWS: the stack's output `ApiUrl`",
        "variables": { "api": { "default": "api-id" }, "region": { "default": "eu-central-1" } },
    });
    json!([{ "url": "http://127.0.0.1:3000", "description": "What `cargo run` starts" }, on_aws])
}

fn operation(schemas: &mut Schemas, route: &Route, tag: &str) -> Value {
    let mut operation = json!({
        "operationId": route.id(),
        "summary": route.prose.summary,
        "description": description(route),
        "tags": [tag],
        "responses": responses(schemas, route),
    });
    let mut parameters: Vec<Value> =
        route.declared.path_parameters().map(|name| path_parameter(schemas, name)).collect();
    parameters.extend(route.prose.parameters.iter().map(|parameter| self::parameter(schemas, parameter)));
    if !parameters.is_empty() {
        operation["parameters"] = parameters.into();
    }
    if let Some(Body { schema, example }) = route.body() {
        let schema = schema(&mut schemas.requests);
        operation["requestBody"] =
            json!({ "required": true, "content": { "application/json": { "schema": schema, "example": example } } });
    }
    match route.declared.access {
        Access::Keys(roles) => operation["x-orderly-roles"] = names(roles).into(),
        Access::Signature => operation["security"] = json!([]),
    }
    operation
}

fn names(roles: &[Role]) -> Vec<&'static str> {
    roles.iter().chain(&[Role::Operator]).map(|role| role.as_str()).collect()
}

fn description(route: &Route) -> String {
    let who = match route.declared.access {
        Access::Keys(roles) => format!("Roles: {}.", names(roles).join(", ")),
        Access::Signature => "No API key: the signature authenticates the request.".to_owned(),
    };
    if route.prose.description.is_empty() { who } else { format!("{}\n\n{who}", route.prose.description) }
}

fn path_parameter(schemas: &mut Schemas, name: &str) -> Value {
    let schema = schemas::path_parameter(&mut schemas.requests, name);
    json!({ "in": "path", "name": name, "required": true, "schema": schema })
}

fn parameter(schemas: &mut Schemas, Parameter { place, name, description, required, schema }: &Parameter) -> Value {
    let schema = schema(&mut schemas.requests);
    json!({ "in": place, "name": name, "description": description, "required": required, "schema": schema })
}

fn responses(schemas: &mut Schemas, route: &Route) -> Value {
    let mut responses = Map::new();
    let schema = (route.prose.answer.schema)(&mut schemas.answers);
    let mut content = Map::from_iter([(route.prose.answer.media.to_owned(), json!({ "schema": schema }))]);
    for form in route.prose.answer.forms {
        content.insert((*form).to_owned(), json!({ "schema": { "type": "string" } }));
    }
    responses.insert(
        route.prose.answer.status.to_string(),
        json!({ "description": route.prose.answer.description, "content": content }),
    );
    for (status, name) in problems::shared(route) {
        responses.insert(status.to_string(), reference("responses", name));
    }
    for same in problems::of(route).chunk_by(|a, b| a.code.status() == b.code.status()) {
        let status: u16 = same.first().map_or(500, |Problem { code, .. }| code.status());
        let meaning = match status {
            400 => "The request cannot be read.",
            401 => "The signature does not fit.",
            404 => "There is no such thing.",
            409 => "Not as things stand now.",
            503 => "Not at this moment.",
            _ => "The request is understood, but wrong.",
        };
        responses.insert(status.to_string(), problems::answer(meaning, same, problems::of_gateway(status)));
    }
    responses.into()
}
