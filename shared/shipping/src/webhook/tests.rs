#![allow(clippy::unwrap_used)]

mod bodies;
mod hostile_bodies;

use super::*;
use crate::testing::{now, payload};
use data_encoding::{BASE64, HEXLOWER};
use jiff::SignedDuration;
use serde_json::json;
use std::{
    future::{Future, ready},
    sync::LazyLock,
};
use webhooks::{Key, timed};

const SECRET: &str = "s3cret";

fn block_on<T>(future: impl Future<Output = T>) -> T {
    static RUNTIME: LazyLock<tokio::runtime::Runtime> = LazyLock::new(|| tokio::runtime::Runtime::new().unwrap());
    RUNTIME.block_on(future)
}

/// A webhook that takes live events.
fn webhook(service: Service, secrets: &str) -> Webhook {
    Webhook::new(service, Secret::fixed("SECRET", secrets), true)
}

/// The header that a service would send with a body, by its documentation.
fn signature(service: Service, body: &[u8], secret: &str, at: Timestamp) -> (&'static str, String) {
    let mac = Key::new(secret.as_bytes()).unwrap().sign(&[body]);
    match service {
        Service::EasyPost => ("X-Hmac-Signature", format!("hmac-sha256-hex={}", HEXLOWER.encode(&mac))),
        Service::Shippo => {
            ("Shippo-Auth-Signature", timed::sign(body, &timed::SigningSecret::new(secret).unwrap(), at))
        }
        Service::Sendcloud => ("Sendcloud-Signature", HEXLOWER.encode(&mac)),
        Service::AfterShip => ("aftership-hmac-sha256", BASE64.encode(&mac)),
    }
}

fn signed(service: Service, body: &[u8], secret: &str) -> Request {
    let (name, value) = signature(service, body, secret, now());
    Request { headers: [(name.to_lowercase(), value)].into(), body: body.to_vec(), ..Request::default() }
}

fn read(webhook: &Webhook, request: &Request) -> Result<Reading, Error> {
    block_on(webhook.read(request, now()))
}

/// What a genuine body says.
fn said(service: Service, body: &[u8]) -> Reading {
    read(&webhook(service, SECRET), &signed(service, body, SECRET)).unwrap()
}

fn problem(read: Result<Reading, Error>) -> Problem {
    match read {
        Err(Error::Problem(problem)) => *problem,
        other => panic!("{other:?}"),
    }
}

/// A body of each service that tells something of a live parcel.
fn body(service: Service) -> Value {
    match service {
        Service::EasyPost => serde_json::from_str(payload!("easypost-tracker.updated")).unwrap(),
        Service::Shippo => {
            let mut body: Value = serde_json::from_str(payload!("shippo-webhook-track_updated")).unwrap();
            body["test"] = false.into();
            body
        }
        Service::Sendcloud => {
            let mut body: Value = serde_json::from_str(payload!("sendcloud-webhook-parcel_status_changed")).unwrap();
            body["carrier_status_change_timestamp"] = 1_764_000_000.into();
            body["parcel"]["status"] = json!({"id": 11, "message": "Delivered"});
            body["parcel"]["carrier"] = json!({"code": "postnl"});
            body
        }
        Service::AfterShip => serde_json::from_str(payload!("aftership-tracking_update")).unwrap(),
    }
}

fn bytes(service: Service) -> Vec<u8> {
    body(service).to_string().into_bytes()
}

#[test]
fn what_is_signed_with_one_of_the_secrets_is_read() {
    for &service in Service::ALL {
        let body = bytes(service);
        for (secrets, signed_with) in [(SECRET, SECRET), ("new\nold", "new"), (" new \n\n old \n", "old")] {
            let reading = read(&webhook(service, secrets), &signed(service, &body, signed_with)).unwrap();
            assert!(reading.told.is_some(), "{service:?} {secrets:?}");
        }
    }
}

#[test]
fn what_is_not_genuine_is_refused_and_says_why() {
    for &service in Service::ALL {
        let (webhook, body) = (webhook(service, SECRET), bytes(service));
        let good = signed(service, &body, SECRET);
        let (name, header) = good.headers.iter().next().map(|(name, value)| (name.clone(), value.clone())).unwrap();
        let with = |header: &str| Request { headers: [(name.clone(), header.to_owned())].into(), ..good.clone() };
        let mut longer = good.clone();
        longer.body.push(b'\n');
        let mut other = good.clone();
        other.body = String::from_utf8(body.clone()).unwrap().replace('1', "2").into_bytes();
        let bare = Request { headers: [].into(), ..good.clone() };
        for (case, request) in [
            ("no header", bare),
            ("an empty header", with("")),
            ("another header's text", with("hmac-sha256-hex=")),
            ("another secret", signed(service, &body, "other")),
            ("a byte more", longer),
            ("another parcel", other),
            ("a signature that goes on", with(&format!("{header}0"))),
            ("a signature cut short", with(&header[..header.len() - 2])),
            ("another case", with(&header.to_uppercase())),
        ] {
            let problem = problem(read(&webhook, &request));
            assert_eq!((problem.status, problem.detail.is_empty()), (401, false), "{service:?}: {case}");
        }
    }
}

#[test]
fn sendcloud_s_published_signature_is_genuine() {
    let body = br#"{"key": "value"}"#;
    let header = "1eed4b3d41f4653ac64fd56f1bf1cbfd349e4482cbc11dff7134bd93e5da4b0a";
    let request = Request {
        headers: [(sendcloud::HEADER.to_owned(), header.to_owned())].into(),
        body: body.to_vec(),
        ..Request::default()
    };
    let reading = read(&webhook(Service::Sendcloud, "secretkey"), &request).unwrap();
    assert!(reading.unread.is_some(), "it is genuine, and tells of no parcel");
}

#[test]
fn shippo_s_signature_is_good_for_five_minutes() {
    let body = bytes(Service::Shippo);
    let at = |seconds: i64| {
        let (name, value) = signature(Service::Shippo, &body, SECRET, now() + SignedDuration::from_secs(seconds));
        let headers = [(name.to_lowercase(), value)].into();
        read(&webhook(Service::Shippo, SECRET), &Request { headers, body: body.clone(), ..Request::default() })
    };
    for seconds in [-300, 0, 300] {
        assert!(at(seconds).unwrap().told.is_some(), "{seconds}");
    }
    for seconds in [-301, 301] {
        assert_eq!(problem(at(seconds)).status, 401, "{seconds}");
    }
}

/// As API Gateway and SAM local hand it over: any case of names, and a body in base64 if it takes it for no text.
#[test]
fn the_bytes_that_were_sent_are_verified_however_they_arrive() {
    for &service in Service::ALL {
        let body = bytes(service);
        let (name, value) = signature(service, &body, SECRET, now());
        for (name, is_base64) in [(name.to_lowercase(), false), (name.to_uppercase(), true), (name.to_owned(), true)] {
            let text = String::from_utf8(body.clone()).unwrap();
            let sent = if is_base64 { BASE64.encode(&body) } else { text };
            let event = json!({
                "routeKey": "POST /webhooks/tracking/{service}", "headers": { name: value }, "body": sent,
                "isBase64Encoded": is_base64, "requestContext": { "requestId": "1" },
            });
            let request: Request = serde_json::from_value(event).unwrap();
            assert!(read(&webhook(service, SECRET), &request).unwrap().told.is_some(), "{service:?}");
        }
    }
}

#[test]
fn a_rolled_secret_is_read_once_more_and_an_unsigned_request_reads_none() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static READ: AtomicUsize = AtomicUsize::new(0);
    let source = || ready(Ok(if READ.fetch_add(1, Ordering::Relaxed) == 0 { "old" } else { "new" }.to_owned()));
    let time = std::sync::Arc::new(std::sync::atomic::AtomicI64::new(0));
    let passed = std::sync::Arc::clone(&time);
    let clock = Clock::new(move || now() + SignedDuration::from_secs(passed.load(Ordering::Relaxed)));
    let secret = Secret::from_source("SECRET", &clock, source);
    let webhook = Webhook::new(Service::AfterShip, secret, true);
    let body = bytes(Service::AfterShip);
    assert_eq!(problem(read(&webhook, &Request { body: body.clone(), ..Request::default() })).status, 401);
    assert_eq!(READ.load(Ordering::Relaxed), 0);
    read(&webhook, &signed(Service::AfterShip, &body, "old")).unwrap();
    time.store(20, Ordering::Relaxed);
    read(&webhook, &signed(Service::AfterShip, &body, "new")).unwrap();
    assert_eq!(READ.load(Ordering::Relaxed), 2);
}

#[test]
fn a_secret_that_is_missing_is_our_fault() {
    for &service in Service::ALL {
        let body = bytes(service);
        let error = read(&webhook(service, " \n"), &signed(service, &body, SECRET)).unwrap_err();
        assert!(matches!(error, Error::Internal(_)), "{error:?}");
    }
}

#[test]
fn events_of_the_other_mode_are_refused_once_they_are_genuine() {
    let event = |service, field: &str, value: Value| {
        let mut body = body(service);
        *body.pointer_mut(field).unwrap() = value;
        body.to_string().into_bytes()
    };
    let cases = [
        (Service::EasyPost, event(Service::EasyPost, "/mode", "test".into())),
        (Service::EasyPost, event(Service::EasyPost, "/result/mode", "test".into())),
        (Service::Shippo, event(Service::Shippo, "/test", true.into())),
    ];
    for (service, tested) in cases {
        let live = bytes(service);
        let for_tests = Webhook::new(service, Secret::fixed("SECRET", SECRET), false);
        assert!(read(&for_tests, &signed(service, &tested, SECRET)).unwrap().told.is_some(), "{service:?}");
        for (webhook, body, mode) in [(&webhook(service, SECRET), &tested, "live"), (&for_tests, &live, "test")] {
            let refused = problem(read(webhook, &signed(service, body, SECRET)));
            assert_eq!((refused.status, refused.detail), (400, format!("this endpoint takes {mode} events only")));
            let forged = problem(read(webhook, &signed(service, body, "other")));
            assert_eq!(forged.status, 401, "nobody learns the mode without the secret");
        }
    }
}

#[test]
fn a_body_that_is_too_long_is_refused_before_anything_else() {
    for &service in Service::ALL {
        let request = Request { body: vec![b' '; MAX_BODY + 1], ..Request::default() };
        assert_eq!(problem(read(&webhook(service, SECRET), &request)).status, 413);
    }
}

#[test]
fn an_unknown_service_is_a_404_that_lists_those_in_use() {
    let webhooks = Webhooks::new([webhook(Service::Shippo, SECRET), webhook(Service::Sendcloud, SECRET)]);
    assert_eq!(webhooks.of("sendcloud").unwrap().service(), Service::Sendcloud);
    for name in ["easypost", "nobody", "", "SHIPPO"] {
        let problem = webhooks.of(name).unwrap_err();
        assert_eq!(problem.status, 404);
        assert!(problem.detail.ends_with("configured: shippo, sendcloud"), "{}", problem.detail);
    }
    assert!(Webhooks::new([]).of("shippo").unwrap_err().detail.ends_with("configured: none"));
}

#[test]
fn a_secret_is_never_printed() {
    assert!(!format!("{:?}", webhook(Service::Shippo, SECRET)).contains(SECRET));
}
