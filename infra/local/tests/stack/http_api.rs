use crate::Fixture;
use api::Response as Answer;
use orderly_local::http_client;
use reqwest::{
    Response,
    header::{CACHE_CONTROL, CONTENT_TYPE, SET_COOKIE},
};
use serde_json::{Value, json};

fn url(fixture: &Fixture, path: &str) -> String {
    format!("{}{path}", fixture.stack.api_url())
}

async fn text(response: Response) -> (u16, String) {
    (response.status().as_u16(), response.text().await.unwrap())
}

#[tokio::test]
async fn an_event_has_payload_format_2_0() {
    let fixture = Fixture::start().await;
    let request = http_client()
        .post(url(&fixture, "/open/a%20b?tag=1&tag=2&q=x%26y"))
        .header("X-One", "1")
        .header("X-One", "2")
        .header("Cookie", "a=1; b=2")
        .header("User-Agent", "test")
        .header("Content-Type", "application/json; charset=utf-8")
        .body(r#"{"é":1}"#);
    let response = request.send().await.unwrap();
    assert!(response.headers().contains_key("apigw-requestid"));
    let event: Value = response.json().await.unwrap();
    let context = &event["requestContext"];
    assert_eq!(event["version"], "2.0");
    assert_eq!(event["routeKey"], "ANY /open/{id}");
    assert_eq!(event["rawPath"], "/open/a b");
    assert_eq!(event["rawQueryString"], "tag=1&tag=2&q=x%26y");
    assert_eq!(event["queryStringParameters"], json!({ "tag": "1,2", "q": "x&y" }));
    assert_eq!(event["pathParameters"], json!({ "id": "a b" }));
    assert_eq!(event["headers"]["x-one"], "1,2");
    assert_eq!(event["headers"]["cookie"], Value::Null);
    assert_eq!(event["cookies"], json!(["a=1", "b=2"]));
    assert_eq!((&event["body"], &event["isBase64Encoded"]), (&json!(r#"{"é":1}"#), &json!(false)));
    assert_eq!(context["stage"], "$default");
    assert_eq!(context["http"]["method"], "POST");
    assert_eq!(context["http"]["path"], "/open/a b");
    assert_eq!(context["http"]["protocol"], "HTTP/1.1");
    assert_eq!(context["http"]["sourceIp"], "127.0.0.1");
    assert_eq!(context["http"]["userAgent"], "test");
    assert_eq!(context["authorizer"], Value::Null);
    assert!(context["timeEpoch"].is_i64());
    assert!(context["time"].as_str().unwrap().ends_with(" +0000"));
    assert!(event["headers"]["x-amzn-trace-id"].as_str().unwrap().starts_with("Root=1-"));
}

#[tokio::test]
async fn what_is_empty_is_left_out() {
    let fixture = Fixture::start().await;
    let response = http_client().get(url(&fixture, "/open/1")).send().await.unwrap();
    let event: Value = response.json().await.unwrap();
    assert_eq!(event["isBase64Encoded"], false);
    for absent in ["body", "cookies", "queryStringParameters"] {
        assert!(event.get(absent).is_none(), "{absent}");
    }
}

#[tokio::test]
async fn bodies_are_text_only_for_the_types_that_api_gateway_knows() {
    let fixture = Fixture::start().await;
    for (content_type, is_text) in [
        (Some("application/json"), true),
        (Some("APPLICATION/JSON ; charset=utf-8"), true),
        (Some("application/xml"), true),
        (Some("application/javascript"), true),
        (Some("text/plain"), true),
        (Some("text/csv"), true),
        (Some("application/problem+json"), false),
        (Some("application/x-www-form-urlencoded"), false),
        (Some("application/octet-stream"), false),
        (Some("image/png"), false),
        (None, false),
    ] {
        let mut request = http_client().post(url(&fixture, "/open/1")).body("hello");
        if let Some(content_type) = content_type {
            request = request.header("content-type", content_type);
        }
        let event: Value = request.send().await.unwrap().json().await.unwrap();
        let expected = if is_text { "hello" } else { "aGVsbG8=" };
        assert_eq!(
            (&event["body"], &event["isBase64Encoded"]),
            (&json!(expected), &json!(!is_text)),
            "{content_type:?}"
        );
    }
}

#[tokio::test]
async fn what_a_function_answers_arrives_with_its_type_headers_and_cookies() {
    let fixture = Fixture::start().await;
    let answer = async |answer: Answer| {
        let body = json!({ "answer": serde_json::to_value(answer.into_lambda()).unwrap() });
        http_client().post(url(&fixture, "/open/1")).json(&body).send().await.unwrap()
    };
    let page = Answer::html(404, "<h1>Größe</h1>")
        .with(CACHE_CONTROL, "no-store")
        .with_cookie("__Host-a=1; Path=/; Secure; HttpOnly")
        .with_cookie("b=2");
    let page = answer(page).await;
    assert_eq!(
        (page.status().as_u16(), &page.headers()[CONTENT_TYPE]),
        (404, &"text/html; charset=utf-8".parse().unwrap())
    );
    assert_eq!(page.headers()[CACHE_CONTROL], "no-store");
    let cookies: Vec<_> = page.headers().get_all(SET_COOKIE).iter().collect();
    assert_eq!(cookies, ["__Host-a=1; Path=/; Secure; HttpOnly", "b=2"]);
    assert_eq!(page.text().await.unwrap(), "<h1>Größe</h1>");

    let every_byte: Vec<u8> = (0..=255).collect();
    let picture = answer(Answer::bytes(200, "image/png", every_byte.clone())).await;
    assert_eq!(picture.headers()[CONTENT_TYPE], "image/png");
    assert_eq!(picture.bytes().await.unwrap(), every_byte);

    // The client goes where it is sent, with a GET.
    let there = answer(Answer::redirect("/open/2")).await;
    assert_eq!((there.status().as_u16(), there.url().path()), (200, "/open/2"));
    assert_eq!(there.json::<Value>().await.unwrap()["requestContext"]["http"]["method"], "GET");
}

#[tokio::test]
async fn what_api_gateway_refuses_is_refused_in_its_words() {
    let fixture = Fixture::start().await;
    let client = http_client();
    let get = async |path: &str| text(client.get(url(&fixture, path)).send().await.unwrap()).await;
    assert_eq!(get("/nowhere").await, (404, r#"{"message":"Not Found"}"#.into()));
    assert_eq!(get("/open/a%2Fb").await.0, 404);
    assert_eq!(get("/open/%FF").await, (400, r#"{"message":"Bad Request"}"#.into()));

    let large = client.post(url(&fixture, "/open/1")).body(vec![b'x'; 10 * 1024 * 1024 + 1]);
    assert_eq!(text(large.send().await.unwrap()).await, (413, r#"{"message":"Request Entity Too Large"}"#.into()));

    let failed = (500, r#"{"message":"Internal Server Error"}"#.to_owned());
    for deed in ["fail", "exit", "sleep"] {
        let request = client.post(url(&fixture, "/obey")).header("content-type", "application/json");
        let request = request.body(json!({ "do": deed, "millis": 5_000 }).to_string());
        assert_eq!(text(request.send().await.unwrap()).await, failed, "{deed}");
    }
}

#[tokio::test]
async fn an_authorizer_decides_and_its_decision_is_remembered() {
    let fixture = Fixture::start().await;
    let client = http_client();
    let get = async |authorization: Option<&str>| {
        let mut request = client.get(url(&fixture, "/guarded/1"));
        if let Some(authorization) = authorization {
            request = request.header("Authorization", authorization);
        }
        text(request.send().await.unwrap()).await
    };
    let unauthorized = (401, r#"{"message":"Unauthorized"}"#.to_owned());
    assert_eq!(get(None).await, unauthorized);
    assert_eq!(get(Some("")).await, unauthorized);
    assert_eq!(get(Some("Bearer bad")).await, (403, r#"{"message":"Forbidden"}"#.into()));
    assert_eq!(get(Some("Bearer broken")).await.0, 500);
    assert_eq!(get(Some("Bearer odd")).await.0, 500);

    let (status, event) = get(Some("Bearer good")).await;
    assert_eq!(status, 200);
    let event: Value = serde_json::from_str(&event).unwrap();
    assert_eq!(event["requestContext"]["authorizer"], json!({ "lambda": { "role": "operator" } }));

    let asked = |fixture: &Fixture| fixture.logged("guard", "asked").len();
    let before = asked(&fixture);
    for _ in 0..3 {
        assert_eq!(get(Some("Bearer good")).await.0, 200);
        assert_eq!(get(Some("Bearer bad")).await.0, 403);
    }
    assert_eq!(asked(&fixture), before);

    let asked = fixture.logged("guard", "asked").pop().unwrap();
    let event = &asked["event"];
    assert_eq!(event["type"], "REQUEST");
    assert_eq!(event["routeArn"], "arn:aws:execute-api:us-east-1:000000000000:local/$default/GET/guarded/1");
    assert_eq!(event["identitySource"], json!(["Bearer good"]));
    assert_eq!(event["routeKey"], "GET /guarded/{id}");
    assert!(event.get("body").is_none());
}
