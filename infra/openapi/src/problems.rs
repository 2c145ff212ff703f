//! How many routes fail in the same way.

use crate::route::{Access, Problem, Route};
use api::MAX_BODY;
use serde_json::{Map, Value, json};

const fn problem(status: u16, name: &'static str, description: &'static str) -> Problem {
    Problem { status, name, description }
}

const OF_A_KEY: Problem =
    problem(400, "bad-idempotency-key", "the `Idempotency-Key` is not 1 to 128 printable ASCII characters");
const OF_A_PATH: Problem = problem(404, "not-found", "the path names nothing that this API key may see");
const OF_A_QUERY: Problem = problem(422, "invalid", "a parameter of the query string is wrong; `errors` names it");
const OF_NO_BODY: Problem = problem(400, "unexpected-body", "the request takes no body");
const OF_A_BODY: [Problem; 2] = [
    problem(400, "not-json", "the body is not valid JSON"),
    problem(422, "invalid", "fields of the body are wrong or unknown; `errors` names every one of them"),
];

/// All problems of a route whose description depends on the route, in the order of their statuses.
pub fn of(route: &Route) -> Vec<Problem> {
    let mut all = Vec::new();
    if matches!(route.access, Access::Keys(_)) {
        all.extend(route.takes_key().then_some(OF_A_KEY));
        all.extend(route.path_parameters().next().map(|_| OF_A_PATH));
        all.extend(route.takes_query().then_some(OF_A_QUERY));
        all.extend(route.body.iter().flat_map(|_| OF_A_BODY));
        all.extend(route.takes_no_body().then_some(OF_NO_BODY));
    }
    all.extend(&route.problems);
    all.sort_by_key(|problem| problem.status);
    all
}

/// The answers that look the same on each route, by the name of their component.
pub fn shared(route: &Route) -> impl Iterator<Item = (u16, &'static str)> {
    let key = matches!(route.access, Access::Keys(_)).then_some([(401, "Unauthorized"), (403, "Forbidden")]);
    let body = route.body.as_ref().map(|_| (413, "TooLarge"));
    let json = body.filter(|_| key.is_some()).map(|_| (415, "NotJson"));
    let always = [(429, "TooManyRequests"), (500, "Internal"), (503, "Busy")];
    key.into_iter().flatten().chain(body).chain(json).chain(always)
}

/// The components that [`shared`] names.
pub fn components() -> Value {
    json!({
        "Unauthorized": answer("There is no `Authorization` header.", &[], Some("Unauthorized")),
        "Forbidden": answer(
            "The API key is unknown or revoked (API Gateway's message), or it may not do this.",
            &[problem(403, "forbidden", "the role of this API key may not do this, or its channel is another one")],
            Some("Forbidden"),
        ),
        "TooLarge": answer(
            &format!("The body is too large: above {MAX_BODY} bytes, or above API Gateway's 10 MB."),
            &[problem(413, "too-large", "`detail` tells the largest size")],
            Some("Request Entity Too Large"),
        ),
        "NotJson": answer(
            "The body is of another type.",
            &[problem(415, "not-json", "send `Content-Type: application/json`")],
            None,
        ),
        "TooManyRequests": answer("Too many requests to this route; try again later.", &[], Some("Too Many Requests")),
        "Internal": answer(
            "A fault of Orderly's. Try again, with the same `Idempotency-Key`.",
            &[problem(500, "internal", "`request_id` is what to report if it stays so")],
            Some("Internal Server Error"),
        ),
        "Busy": answer(
            "Try again in a second, with the same `Idempotency-Key`.",
            &[problem(503, "busy", "many requests change the same things right now")],
            Some("Service Unavailable"),
        ),
    })
}

/// An error's response: what it means, the problems that it may tell, and API Gateway's message, if it may come from there.
pub fn answer(meaning: &str, problems: &[Problem], message: Option<&str>) -> Value {
    let kinds = problems.iter().map(|Problem { name, description, .. }| format!("- `{name}`: {description}"));
    let description = std::iter::once(meaning.to_owned()).chain(kinds).collect::<Vec<_>>().join("\n");
    let mut content = Map::new();
    if !problems.is_empty() {
        content.insert("application/problem+json".to_owned(), json!({ "schema": reference("schemas", "Problem") }));
    }
    if let Some(message) = message {
        let schema = reference("schemas", "GatewayMessage");
        content.insert("application/json".to_owned(), json!({ "schema": schema, "example": { "message": message } }));
    }
    json!({ "description": description, "content": content })
}

pub fn reference(kind: &str, name: &str) -> Value {
    json!({ "$ref": format!("#/components/{kind}/{name}") })
}
