#![allow(clippy::unwrap_used)]

use super::*;
use crate::{Caller, Fields, Response};
use serde_json::json;

/// What the handlers were given.
pub struct App {
    clock: Clock,
}

/// Stands still.
struct Clock(jiff::Timestamp);

impl Clock {
    fn now(&self) -> jiff::Timestamp {
        self.0
    }
}

/// A body of one field.
#[derive(Debug)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Wish {
    pub name: String,
}

impl Body for Wish {
    fn read(fields: &Fields<'_>) -> Option<Self> {
        Some(Self { name: fields.text("name")? })
    }
}

crate::routes! {
    App;
    "POST /wishes" (Storefront) Wish, keyed => wish;
    "GET /wishes/{wish}" (Storefront, Warehouse), query [language limit] => show;
    "DELETE /wishes/{wish}" () => forget;
    "POST /heaven" signed => hear;
}

async fn wish(_: &App, caller: &Caller, body: Wish, request: &Request) -> Result<Response, Error> {
    Ok(Response::json(201, &json!([caller.name, body.name, request.key()?])))
}

async fn show(_: &App, caller: &Caller, _: &Request) -> Result<Response, Error> {
    Ok(Response::json(200, &json!([caller.name])))
}

async fn forget(_: &App, _: &Caller, _: &Request) -> Result<Response, Error> {
    Ok(Response::json(200, &json!([])))
}

async fn hear(_: &App, request: &Request) -> Result<Response, Error> {
    Ok(Response::bytes(200, "application/octet-stream", request.body.clone()))
}

/// A request of this route by a key of this role, or by nobody.
fn request(route: &str, role: Option<Role>, body: &[u8]) -> Request {
    let channel = (role == Some(Role::Storefront)).then(|| "web".parse().unwrap());
    Request {
        route: route.to_owned(),
        id: "req-1".into(),
        headers: [("content-type".to_owned(), "application/json".to_owned())].into(),
        body: body.to_vec(),
        caller: role.map(|role| Caller { channel, ..Caller::new(role, "anna") }),
        ..Request::default()
    }
}

/// Handlers wait for nothing here.
fn answer(request: &Request) -> Result<Response, (u16, String)> {
    let mut answer = std::pin::pin!(handle(&App { clock: Clock(jiff::Timestamp::UNIX_EPOCH) }, request));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match answer.as_mut().poll(&mut context) {
        std::task::Poll::Ready(Ok(response)) => Ok(response),
        std::task::Poll::Ready(Err(Error::Problem(problem))) => {
            Err((problem.status, problem.kind.replace("urn:orderly:problem:", "")))
        }
        _ => panic!("an answer or a refusal was expected"),
    }
}

fn refused(route: &str, role: Option<Role>, body: &[u8]) -> (u16, String) {
    answer(&request(route, role, body)).unwrap_err()
}

#[test]
fn a_table_says_who_may_and_what_is_taken() {
    let of = |key: &str| ROUTES.iter().find(|route| route.key == key).unwrap();
    let wish = of("POST /wishes");
    assert_eq!((wish.access, wish.keyed), (Access::Keys(&[Role::Storefront]), true));
    let Takes::Json(kind) = wish.takes else { panic!("it takes a wish") };
    assert!((kind.check)(&request("POST /wishes", None, b"{\"name\": \"a pony\"}")).is_ok());
    assert!((kind.check)(&request("POST /wishes", None, b"{}")).is_err());
    let show = of("GET /wishes/{wish}");
    assert_eq!((show.access, show.keyed), (Access::Keys(&[Role::Storefront, Role::Warehouse]), false));
    assert!(matches!(show.takes, Takes::Anything));
    assert_eq!((show.parts(), show.path_parameters().collect::<Vec<_>>()), (("GET", "/wishes/{wish}"), vec!["wish"]));
    let forget = of("DELETE /wishes/{wish}");
    assert!(forget.access == Access::Keys(&[]) && matches!(forget.takes, Takes::Nothing));
    let hear = of("POST /heaven");
    assert!(hear.access == Access::Signature && matches!(hear.takes, Takes::Signed));
}

#[test]
fn a_request_reaches_its_handler_with_what_it_needs() {
    let mut wished = request("POST /wishes", Some(Role::Storefront), b"{\"name\": \"a pony\"}");
    assert_eq!(answer(&wished).unwrap().body, b"[\"anna\",\"a pony\",\"req-1\"]");
    wished.headers.insert("idempotency-key".into(), "k-1".into());
    assert_eq!(answer(&wished).unwrap().body, b"[\"anna\",\"a pony\",\"k-1\"]");
    // A GET may have anything for a body.
    assert_eq!(answer(&request("GET /wishes/{wish}", Some(Role::Warehouse), b"?")).unwrap().body, b"[\"anna\"]");
    assert_eq!(answer(&request("POST /heaven", None, b"\xff")).unwrap().body, b"\xff");
}

#[test]
fn who_may_not_is_refused_before_anything_is_read() {
    for (route, role, body) in [
        ("POST /wishes", Role::Warehouse, b"no json".as_slice()),
        ("DELETE /wishes/{wish}", Role::Storefront, b"no json"),
        ("DELETE /wishes/{wish}", Role::Warehouse, b""),
    ] {
        assert_eq!(refused(route, Some(role), body), (403, "forbidden".into()), "{route} {role:?}");
        assert_eq!(refused(route, None, body), (401, "unauthorized".into()), "{route}");
    }
    for route in ROUTES.iter().filter(|route| route.access != Access::Signature) {
        let refusal = answer(&request(route.key, Some(Role::Operator), b"")).err();
        assert!(refusal.is_none_or(|(status, _)| status == 400), "an operator may {}", route.key);
    }
}

#[test]
fn a_body_is_read_or_refused_as_the_table_says() {
    let storefront = Some(Role::Storefront);
    assert_eq!(refused("POST /wishes", storefront, b"{"), (400, "not-json".into()));
    assert_eq!(refused("POST /wishes", storefront, b"{}"), (422, "invalid".into()));
    assert_eq!(refused("DELETE /wishes/{wish}", Some(Role::Operator), b"[1]"), (400, "unexpected-body".into()));
    let mut odd = request("POST /wishes", storefront, b"{}");
    odd.headers.insert("idempotency-key".into(), "a b".into());
    assert_eq!(answer(&odd).unwrap_err(), (400, "bad-idempotency-key".into()));
    assert_eq!(refused("PATCH /wishes", storefront, b""), (404, "not-found".into()));
}
