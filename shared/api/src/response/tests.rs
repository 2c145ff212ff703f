#![allow(clippy::unwrap_used)]

use super::*;
use crate::{Code, Problem};
use serde_json::{Value, json};

/// What API Gateway is given.
fn sent(response: Response) -> Value {
    serde_json::to_value(response.into_lambda()).unwrap()
}

#[test]
fn an_answer_is_what_api_gateway_takes() {
    let answer = sent(Response::json(201, &json!({"id": 1})));
    assert_eq!((&answer["statusCode"], &answer["headers"]["content-type"]), (&json!(201), &json!("application/json")));
    assert_eq!((&answer["body"], &answer["isBase64Encoded"]), (&json!("{\"id\":1}"), &json!(false)));
}

#[test]
fn a_problem_has_the_status_of_its_code() {
    let problem = Response::problem(&Problem::new(Code::NotFound, "no such thing"));
    assert_eq!((problem.status, problem.content_type()), (404, "application/problem+json"));
    let body: Value = serde_json::from_slice(&problem.body).unwrap();
    let expected = json!({
        "type": "urn:orderly:problem:not-found", "title": "Not Found", "status": 404, "detail": "no such thing",
    });
    assert_eq!(body, expected);
    assert_eq!(sent(problem)["isBase64Encoded"], false, "a +json is a text");
}

#[test]
fn a_page_is_a_text_and_a_picture_is_base64() {
    let page = sent(Response::html(200, "<p>Größe</p>"));
    assert_eq!(page["headers"]["content-type"], "text/html; charset=utf-8");
    assert_eq!((&page["body"], &page["isBase64Encoded"]), (&json!("<p>Größe</p>"), &json!(false)));
    for (content_type, body, encoded) in [
        ("image/png", b"\x89PNG\r\n".as_slice(), "iVBORw0K"),
        ("application/pdf", b"%PDF", "JVBERg=="),
        // Bytes that claim to be a text are still sent whole.
        ("text/plain", b"\xff\xfe", "//4="),
    ] {
        let answer = sent(Response::bytes(200, content_type, body));
        assert_eq!((&answer["body"], &answer["isBase64Encoded"]), (&json!(encoded), &json!(true)), "{content_type}");
    }
    for content_type in ["text/css", "image/svg+xml", "application/javascript"] {
        assert_eq!(sent(Response::bytes(200, content_type, "a{}"))["isBase64Encoded"], false, "{content_type}");
    }
}

#[test]
fn a_redirect_has_no_body_and_goes_on_with_a_get() {
    let answer = sent(Response::redirect("/console/orders?q=1").with_cookie("seen=1; Path=/"));
    assert_eq!((&answer["statusCode"], &answer["headers"]["location"]), (&json!(303), &json!("/console/orders?q=1")));
    assert_eq!((&answer["cookies"], &answer["body"]), (&json!(["seen=1; Path=/"]), &json!("")));
    assert_eq!(Response::redirect("/a\r\nset-cookie: x=1").status, 500, "no line of its own");
}

#[test]
fn headers_replace_and_cookies_add_up() {
    let response = Response::html(200, "")
        .with(header::CACHE_CONTROL, "no-store")
        .with(header::CACHE_CONTROL, "max-age=60")
        .with(header::CONTENT_TYPE, "text/css")
        .with_cookie("a=1")
        .with_cookie("b=2");
    assert_eq!((response.header("cache-control"), response.content_type()), (Some("max-age=60"), "text/css"));
    let answer = sent(response);
    assert_eq!(answer["headers"], json!({"cache-control": "max-age=60", "content-type": "text/css"}));
    assert_eq!(answer["cookies"], json!(["a=1", "b=2"]));
}
