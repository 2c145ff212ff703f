//! Problems that many routes have in common.

use crate::route::{Problem, Route};
use api::{Code, MAX_BODY, Takes};
use serde_json::{Map, Value, json};

const OF_A_QUERY: Problem = Problem {
    code: Code::Invalid,
    description: "a parameter of the query string is wrong or unknown; `errors` names it",
};
const OF_A_BODY: Problem = Problem {
    code: Code::Invalid,
    description: "fields of the body are wrong or unknown; `errors` names every one of them",
};

/// All route-specific problems of a route, ordered by status.
pub fn of(route: &Route) -> Vec<Problem> {
    let mut all: Vec<Problem> = Vec::new();
    if route.is_for_keys() {
        all.extend(route.declared.keyed.then(|| Problem::from(Code::BadIdempotencyKey)));
        all.extend(route.declared.path_parameters().next().map(|_| Problem::from(Code::NotFound)));
        all.push(OF_A_QUERY);
        match route.declared.takes {
            Takes::Json(_) => all.extend([Code::NotJson.into(), OF_A_BODY]),
            Takes::Nothing => all.push(Code::UnexpectedBody.into()),
            Takes::Anything | Takes::Signed => {}
        }
    }
    all.extend(&route.prose.problems);
    all.sort_by_key(|problem| problem.code.status());
    all
}

/// The answers that are the same on each route, by their component's name.
pub fn shared(route: &Route) -> impl Iterator<Item = (u16, &'static str)> {
    let key = route.is_for_keys().then_some([(401, "Unauthorized"), (403, "Forbidden")]);
    let body = route.body().map(|_| (413, "TooLarge"));
    let json = body.filter(|_| key.is_some()).map(|_| (415, "WrongContentType"));
    let always = [(429, "TooManyRequests"), (500, "Internal"), (503, "Busy")];
    key.into_iter().flatten().chain(body).chain(json).chain(always)
}

/// The components that [`shared`] names.
pub fn components() -> Value {
    json!({
        "Unauthorized": answer(
            "There is no `Authorization` header (API Gateway's message), or the API key has expired.",
            &[Code::KeyExpired.into()],
            Some("Unauthorized"),
        ),
        "Forbidden": answer(
            "The API key is unknown or revoked (API Gateway's message), or it may not do this.",
            &[Code::Forbidden.into()],
            Some("Forbidden"),
        ),
        "TooLarge": answer(
            &format!("The body is too large: above {MAX_BODY} bytes if the route names no other limit, or above API Gateway's 10 MB."),
            &[Code::TooLarge.into()],
            Some("Request Entity Too Large"),
        ),
        "WrongContentType": answer(
            "The body is of another type.",
            &[Code::WrongContentType.into()],
            None,
        ),
        "TooManyRequests": answer("Too many requests to this route; try again later.", &[], Some("Too Many Requests")),
        "Internal": answer(
            "A fault of Orderly's. Try again, with the same `Idempotency-Key`.",
            &[Code::Internal.into()],
            Some("Internal Server Error"),
        ),
        "Busy": answer(
            "Try again in a second, with the same `Idempotency-Key`.",
            &[Code::Busy.into()],
            of_gateway(503),
        ),
    })
}

/// API Gateway's own message of a status that routes of ours answer with too.
pub fn of_gateway(status: u16) -> Option<&'static str> {
    (status == 503).then_some("Service Unavailable")
}

/// An error's response: its meaning, its possible problems, and API Gateway's message, if it may come from there.
pub fn answer(meaning: &str, problems: &[Problem], message: Option<&str>) -> Value {
    let kinds = problems.iter().map(|Problem { code, description }| format!("- `{code}`: {description}"));
    let description = std::iter::once(meaning.to_owned()).chain(kinds).collect::<Vec<_>>().join("\n");
    let mut content = Map::new();
    if !problems.is_empty() {
        content.insert("application/problem+json".to_owned(), json!({ "schema": reference("schemas", "Problem") }));
    }
    if let Some(message) = message {
        let schema = reference("schemas", "Problem");
        content.insert("application/json".to_owned(), json!({ "schema": schema, "example": { "message": message } }));
    }
    json!({ "description": description, "content": content })
}

pub fn reference(kind: &str, name: &str) -> Value {
    json!({ "$ref": format!("#/components/{kind}/{name}") })
}
