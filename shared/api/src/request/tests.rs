#![allow(clippy::unwrap_used)]

use super::*;
use crate::MAX_BODY;
use domain::ids::OrderId;
use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::json;

/// A request as API Gateway hands it over (payload format 2.0).
fn event(route: &str, more: &Value) -> Request {
    let mut event = json!({
        "version": "2.0",
        "routeKey": route,
        "rawPath": "/orders/ord_1/cancel",
        "rawQueryString": "status=open&channel=web",
        "queryStringParameters": {"status": "open", "channel": "web"},
        "pathParameters": {"order_id": "ord_1"},
        "headers": {"content-type": "application/json", "idempotency-key": "k-1", "x-latin": "caf\u{e9}"},
        "requestContext": {
            "accountId": "1", "apiId": "api", "domainName": "x", "domainPrefix": "x", "requestId": "req-1", "stage": "$default",
            "routeKey": route, "time": "23/Nov/2026:18:00:00 +0000", "timeEpoch": 1_795_456_800_000_u64,
            "http": {"method": "POST", "path": "/orders/ord_1/cancel", "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "x"},
        },
        "body": "{\"reason\":\"late\"}",
        "isBase64Encoded": false,
    });
    for (name, value) in more.as_object().unwrap() {
        event[name] = value.clone();
    }
    serde_json::from_value(event).unwrap()
}

fn of_caller(context: &Value) -> Request {
    let mut request_context = json!({
        "accountId": "1", "apiId": "api", "domainName": "x", "domainPrefix": "x", "requestId": "req-1", "stage": "$default",
        "routeKey": "GET /orders", "time": "x", "timeEpoch": 1,
        "http": {"method": "GET", "path": "/orders", "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "x"},
    });
    request_context["authorizer"] = json!({"lambda": context});
    event("GET /orders", &json!({"requestContext": request_context}))
}

fn caller(role: Role) -> Caller {
    Caller { channel: (role == Role::Storefront).then(|| "web".parse().unwrap()), ..Caller::new(role, "anna") }
}

fn by(role: Role) -> Request {
    Request { caller: Some(caller(role)), ..Request::default() }
}

fn header(name: &str, value: &str, body: &[u8]) -> Request {
    Request { headers: [(name.to_owned(), value.to_owned())].into(), body: body.to_vec(), ..Request::default() }
}

/// Status and name of a refusal.
fn refusal<T: std::fmt::Debug>(outcome: Result<T, Error>) -> (u16, String) {
    match outcome {
        Err(Error::Problem(problem)) => (problem.status, problem.kind.replace("urn:orderly:problem:", "")),
        other => panic!("a refusal was expected: {other:?}"),
    }
}

#[test]
fn an_event_of_the_http_api_becomes_a_request() {
    let request = event("POST /orders/{order_id}/cancel", &json!({}));
    assert_eq!((request.route.as_str(), request.id.as_str()), ("POST /orders/{order_id}/cancel", "req-1"));
    assert_eq!((request.path["order_id"].as_str(), request.query["channel"].as_str()), ("ord_1", "web"));
    assert_eq!(request.header("idempotency-key"), Some("k-1"));
    assert_eq!(request.json(MAX_BODY).unwrap(), json!({"reason": "late"}));
    assert_eq!(request.caller, None);
}

#[test]
fn a_base64_body_is_the_bytes_that_were_sent() {
    let encoded = event("POST /orders", &json!({"body": "eyJhIjoi/yJ9", "isBase64Encoded": true}));
    assert_eq!(encoded.body, b"{\"a\":\"\xff\"}");
    assert_eq!(event("POST /orders", &json!({"body": null})).body, b"");
}

#[test]
fn the_caller_is_who_the_authorizer_says() {
    let storefront = of_caller(&json!({"role": "storefront", "name": "shop", "channel": "web"})).caller.unwrap();
    assert_eq!((storefront.role, storefront.channel.as_ref().unwrap().as_str()), (Role::Storefront, "web"));
    assert_eq!(storefront.stamp(Timestamp::UNIX_EPOCH).by.to_string(), "storefront:shop");
    let operator = of_caller(&json!({"role": "operator", "name": "anna", "channel": ""})).caller.unwrap();
    assert_eq!((operator.role, operator.channel), (Role::Operator, None));
    let nobody = [
        json!({}),
        json!({"role": ""}),
        json!({"role": "root"}),
        json!({"role": 1}),
        json!({"role": "storefront", "channel": ""}),
        json!({"role": "storefront", "channel": "a b"}),
    ];
    for context in nobody {
        assert_eq!(of_caller(&context).caller, None, "{context}");
    }
}

#[test]
fn a_caller_whose_restriction_cannot_be_read_is_nobody() {
    let context = |more: &Value| {
        let mut context = json!({"role": "warehouse", "name": "anna", "channel": ""});
        context.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        of_caller(&context).caller
    };
    let bound = context(&json!({"locations": "main,store", "refund_limit": "", "expires_at": "2026-12-01T00:00:00Z"}));
    let bound = bound.unwrap();
    assert_eq!(bound.locations, ["main".parse().unwrap(), "store".parse().unwrap()].into());
    assert_eq!(bound.expires_at, Some("2026-12-01T00:00:00Z".parse().unwrap()));
    let limited = context(&json!({"role": "customer_service", "refund_limit": "EUR:5000"})).unwrap();
    assert_eq!(limited.refund_limit().unwrap().of("EUR".parse().unwrap()), Some(5000));
    assert!(context(&json!({})).unwrap().locations.is_empty(), "an authorizer of an earlier version told less");
    for bad in [
        json!({"locations": "main,a b"}),
        json!({"locations": "main,"}),
        json!({"locations": ["main"]}),
        json!({"refund_limit": "EUR"}),
        json!({"refund_limit": 5000}),
        json!({"expires_at": "soon"}),
        json!({"expires_at": 1}),
        json!({"name": 1}),
    ] {
        assert_eq!(context(&bad), None, "{bad}");
    }
}

#[test]
fn each_role_may_do_what_it_is_listed_for_and_an_operator_everything() {
    use Role::{CustomerService, Storefront, Warehouse};
    let lists: [&[Role]; 5] =
        [&[], &[Storefront], &[Warehouse], &[Storefront, Warehouse], &[CustomerService, Warehouse]];
    let now = Timestamp::UNIX_EPOCH;
    for roles in lists {
        for role in Role::ALL {
            let allowed = role == Role::Operator || roles.contains(&role);
            match by(role).authorize(roles, now) {
                Ok(caller) => assert!(allowed && caller.role == role, "{role:?} {roles:?}"),
                refused => {
                    assert!(!allowed, "{role:?} {roles:?}");
                    assert_eq!(refusal(refused), (403, "forbidden".into()));
                }
            }
        }
        assert_eq!(refusal(Request::default().authorize(roles, now)), (401, "unauthorized".into()));
    }
}

#[test]
fn a_key_that_has_expired_may_do_nothing_and_is_told_what_to_do() {
    let at = |second| Timestamp::from_second(second).unwrap();
    for role in Role::ALL {
        let expiring = Caller { expires_at: Some(at(9)), ..caller(role) };
        let request = Request { caller: Some(expiring), ..Request::default() };
        assert!(request.authorize(&Role::ALL, at(8)).is_ok());
        let Err(Error::Problem(problem)) = request.authorize(&Role::ALL, at(9)) else { panic!("{role:?}") };
        assert_eq!((problem.status, problem.kind.as_str()), (401, "urn:orderly:problem:key-expired"));
        assert!(problem.detail.contains("POST /keys"), "{}", problem.detail);
        assert!(request.authorize(&[], at(9)).is_err(), "whatever the route");
    }
}

#[test]
fn a_caller_sees_its_own_channel_or_its_own_locations_only() {
    let (web, market): (ChannelId, ChannelId) = ("web".parse().unwrap(), "market".parse().unwrap());
    let (main, store): (LocationId, LocationId) = ("main".parse().unwrap(), "store".parse().unwrap());
    for role in [Role::Warehouse, Role::CustomerService, Role::Operator] {
        let scope = caller(role).scope();
        assert!(scope.sees_channel(&web) && scope.sees_channel(&market), "{role:?}");
        assert!(scope.sees_location(&main) && scope.sees_location(&store), "{role:?}");
        assert!(caller(role).must_work_at(&store).is_ok());
    }
    let storefront = caller(Role::Storefront).scope();
    assert!(storefront.sees_channel(&web) && !storefront.sees_channel(&market));
    let bound = Caller { locations: [main.clone()].into(), ..caller(Role::Warehouse) };
    assert!(bound.scope().sees_location(&main) && !bound.scope().sees_location(&store));
    assert!(bound.must_work_at(&main).is_ok());
    assert_eq!(refusal(bound.must_work_at(&store)), (403, "forbidden".into()));
}

#[test]
fn who_sees_money_and_who_has_a_limit() {
    let table = [
        (Role::Storefront, true, false),
        (Role::Warehouse, false, false),
        (Role::CustomerService, true, true),
        (Role::Operator, true, false),
    ];
    for (role, sees, is_limited) in table {
        assert_eq!((caller(role).sees_money(), caller(role).refund_limit().is_some()), (sees, is_limited), "{role:?}");
    }
}

#[test]
fn a_path_that_can_name_nothing_is_not_found() {
    let of = |text: &str| Request { path: [("order_id".to_owned(), text.to_owned())].into(), ..Request::default() };
    assert_eq!(of("ord_1").path_param::<OrderId>("order_id").unwrap().as_str(), "ord_1");
    for bad in ["", "a/b", "%00", &"x".repeat(65)] {
        assert_eq!(refusal(of(bad).path_param::<OrderId>("order_id")), (404, "not-found".into()), "{bad}");
    }
    assert_eq!(refusal(Request::default().path_param::<OrderId>("order_id")), (404, "not-found".into()));
}

#[test]
fn a_wrong_query_parameter_is_named_and_a_missing_one_is_none() {
    let of = |text: &str| Request { query: [("limit".to_owned(), text.to_owned())].into(), ..Request::default() };
    assert_eq!(of("7").query_param::<usize>("limit").unwrap(), Some(7));
    assert_eq!(Request::default().query_param::<usize>("limit").unwrap(), None);
    for bad in ["", "-1", "many", "99999999999999999999"] {
        assert_eq!(refusal(of(bad).query_param::<usize>("limit")), (422, "invalid".into()), "{bad}");
    }
}

#[test]
fn a_page_has_from_1_to_100_entries() {
    let of = |text: &str| Request { query: [("limit".to_owned(), text.to_owned())].into(), ..Request::default() };
    assert_eq!(Request::default().limit().unwrap(), 50);
    for good in [1, 100] {
        assert_eq!(of(&good.to_string()).limit().unwrap(), good);
    }
    for bad in ["", "0", "101", "-1", "1.0", "many"] {
        assert_eq!(refusal(of(bad).limit()), (422, "invalid".into()), "{bad}");
    }
}

#[test]
fn a_cursor_is_a_place_in_a_list_or_refused() {
    let of = |text: &str| Request { query: [("cursor".to_owned(), text.to_owned())].into(), ..Request::default() };
    let encoded = |place: &str| crate::next_cursor(Some(place.to_owned())).unwrap();
    let good = "01764000000000#ord_7pn7eajnquvjilq3ggx3th55aq";
    assert_eq!(of(&encoded(good)).cursor().unwrap().as_deref(), Some(good));
    assert_eq!(Request::default().cursor().unwrap(), None);
    let long = format!("{good}{}", "x".repeat(2000));
    for bad in ["", "#", "01764000000000", "1764000000000#ord_1", "0176400000000x#ord_1", "01764000000000#", &long] {
        assert_eq!(refusal(of(bad).cursor()), (422, "invalid".into()), "{bad}");
        assert_eq!(refusal(of(&encoded(bad)).cursor()), (422, "invalid".into()), "{bad}");
    }
}

#[test]
fn unknown_query_parameters_are_refused_by_name() {
    let query = |names: &[&str]| Request {
        query: names.iter().map(|name| ((*name).to_owned(), "x".to_owned())).collect(),
        ..Request::default()
    };
    assert!(query(&["status", "limit"]).knows_query(&["status", "limit", "cursor"]).is_ok());
    assert!(query(&[]).knows_query(&[]).is_ok());
    let Err(Error::Problem(problem)) = query(&["stauts", "limit", "Limit"]).knows_query(&["status", "limit"]) else {
        panic!("it was taken")
    };
    let told: Vec<_> = problem.errors.iter().map(|error| (error.field.as_str(), error.detail.as_str())).collect();
    let detail = "is not a known parameter; there are status, limit";
    assert_eq!(told, [("Limit", detail), ("stauts", detail)]);
    assert_eq!(refusal(query(&["x"]).knows_query(&[])), (422, "invalid".into()));
}

#[test]
fn an_idempotency_key_is_short_and_printable_or_refused() {
    let of = |key: &str| header("idempotency-key", key, b"");
    assert_eq!(of("8f14e45f-ceea").idempotency_key().unwrap(), Some("8f14e45f-ceea"));
    assert_eq!(of(&"k".repeat(128)).key().unwrap().len(), 128);
    for bad in ["", "a b", "a\tb", "ключ", &"k".repeat(129)] {
        assert_eq!(refusal(of(bad).idempotency_key()), (400, "bad-idempotency-key".into()), "{bad}");
        assert_eq!(refusal(of(bad).key()), (400, "bad-idempotency-key".into()), "{bad}");
    }
    let without = Request { id: "req-1".into(), ..Request::default() };
    assert_eq!((without.idempotency_key().unwrap(), without.key().unwrap().as_str()), (None, "req-1"));
}

#[test]
fn a_body_is_json_says_so_and_is_not_too_large() {
    let json_type = "application/json";
    for media in [json_type, "Application/JSON", "application/json; charset=utf-8"] {
        assert_eq!(header("content-type", media, b"[1]").json(MAX_BODY).unwrap(), json!([1]), "{media}");
    }
    for media in ["", "text/plain", "application/jsonp", "application/x-www-form-urlencoded"] {
        assert_eq!(
            refusal(header("content-type", media, b"{}").json(MAX_BODY)),
            (415, "wrong-content-type".into()),
            "{media}"
        );
    }
    assert_eq!(
        refusal(Request { body: b"{}".to_vec(), ..Request::default() }.json(MAX_BODY)),
        (415, "wrong-content-type".into())
    );
    let deep = "[".repeat(100_000);
    for body in ["", "{", "{}{}", "{\"a\":}", "\u{feff}{}", "NaN", deep.as_str()] {
        assert_eq!(
            refusal(header("content-type", json_type, body.as_bytes()).json(MAX_BODY)),
            (400, "not-json".into())
        );
    }
    assert_eq!(refusal(header("content-type", json_type, b"\"\xff\"").json(MAX_BODY)), (400, "not-json".into()));
    let most = format!("\"{}\"", "x".repeat(MAX_BODY - 2));
    assert!(header("content-type", json_type, most.as_bytes()).json(MAX_BODY).is_ok());
    let more = format!("{most} ");
    assert_eq!(refusal(header("content-type", json_type, more.as_bytes()).json(MAX_BODY)), (413, "too-large".into()));
}

proptest! {
    /// API Gateway has decoded all of it, and does not look into it.
    #[test]
    fn whatever_names_and_values_a_request_has_they_arrive(
        path: String, query: String, header in "[^\\p{C}]*", body: Vec<u8>,
    ) {
        let request = event("POST /orders/{order_id}/cancel", &json!({
            "rawPath": format!("/orders/{path}/cancel"),
            "rawQueryString": format!("status={query}"),
            "queryStringParameters": {"status": query},
            "pathParameters": {"order_id": path},
            "headers": {"X-Any": header, "host": header},
            "body": data_encoding::BASE64.encode(&body),
            "isBase64Encoded": true,
        }));
        prop_assert_eq!(&request.path["order_id"], &path);
        prop_assert_eq!(&request.query["status"], &query);
        prop_assert_eq!(request.header("x-any"), Some(header.as_str()));
        prop_assert_eq!(request.body, body);
    }

    /// What was read can be written and read again. (The last digit of a float may differ: no amount of ours is one.)
    #[test]
    fn a_hostile_body_is_json_or_refused_with_what_is_wrong(body in hostile::json(vec![json!({"lines": [{"sku": "TEE"}]})])) {
        match header("content-type", "application/json", &body).json(MAX_BODY) {
            Ok(value) => prop_assert!(serde_json::from_str::<Value>(&value.to_string()).is_ok()),
            Err(Error::Problem(problem)) => prop_assert!(matches!(problem.status, 400 | 413), "{problem:?}"),
            Err(other) => prop_assert!(false, "{other:?}"),
        }
    }
}
