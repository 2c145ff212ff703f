#![allow(clippy::unwrap_used)]

use super::*;
use crate::webhook::ReportedEvent;
use http::StatusCode;
use jiff::SignedDuration;
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};
use std::{
    future::ready,
    sync::{
        Arc, LazyLock, Mutex,
        atomic::{AtomicI64, AtomicUsize, Ordering},
    },
};
use webhooks::standard_webhooks::{self, Secret as Signer};

pub(in crate::standard) const SECRET: &str = "whsec_AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=";
const OTHER: &str = "whsec_ZWZnaGlqa2xtbm9wcXJzdHV2d3h5ent8fX5/gIGCg4Q=";

/// A little after the time of the schema's examples.
pub(in crate::standard) fn now() -> Timestamp {
    "2026-11-29T10:00:30Z".parse().unwrap()
}

fn webhook(keys: &str, live: bool) -> Webhook {
    Webhook::new(Secret::fixed("STANDARD_WEBHOOK_SECRET", keys), live)
}

fn request(headers: &Headers<String>, body: &[u8]) -> Request {
    let named =
        [(ID_HEADER, &headers.id), (TIMESTAMP_HEADER, &headers.timestamp), (SIGNATURE_HEADER, &headers.signature)];
    let headers = named.map(|(name, value)| (name.to_owned(), value.clone()));
    Request { headers: headers.into(), body: body.to_vec(), ..Request::default() }
}

fn signed(body: &[u8], secret: &str, at: Timestamp) -> Request {
    let headers = standard_webhooks::sign("msg_1", body, &Signer::new(secret).unwrap(), at).unwrap();
    request(&headers, body)
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    static RUNTIME: LazyLock<tokio::runtime::Runtime> = LazyLock::new(|| tokio::runtime::Runtime::new().unwrap());
    RUNTIME.block_on(work)
}

fn verify(webhook: &Webhook, request: &Request) -> Result<Vec<Vec<u8>>, Error> {
    block_on(webhook.verify(request, now()))
}

/// What a signed body says, at a webhook that takes live events.
pub(in crate::standard) fn said(body: &[u8]) -> Result<Said, Error> {
    let webhook = webhook(SECRET, true);
    block_on(async {
        let [genuine] = webhook.verify(&signed(body, SECRET, now()), now()).await?.try_into().unwrap();
        webhook.understand(&genuine, now()).await
    })
}

/// The one fact that an event tells.
pub(in crate::standard) fn told(event: &Value) -> ReportedEvent {
    match said(event.to_string().as_bytes()) {
        Ok(Said::Facts(facts)) => <[ReportedEvent; 1]>::try_from(facts).unwrap().into_iter().next().unwrap(),
        other => panic!("{event}: {other:?}"),
    }
}

/// The status, the name and the words of a refusal.
pub(in crate::standard) fn refusal<T: std::fmt::Debug>(outcome: Result<T, Error>) -> (u16, String, String) {
    match outcome {
        Err(Error::Problem(problem)) => {
            (problem.status, problem.kind.replace("urn:orderly:problem:", ""), problem.detail)
        }
        other => panic!("a refusal was expected: {other:?}"),
    }
}

fn captured(livemode: &Value) -> Vec<u8> {
    let data = json!({ "payment": "pay_1", "amount": 5, "currency": "EUR", "livemode": livemode });
    json!({ "type": "payment.captured", "timestamp": "2026-11-29T10:00:00Z", "data": data }).to_string().into_bytes()
}

/// Made with the reference library by `tests/payloads/vectors/standard.py`.
#[test]
fn the_reference_library_takes_and_refuses_the_same_requests() {
    #[derive(serde::Deserialize)]
    struct Case {
        name: String,
        headers: serde_json::Map<String, Value>,
        body: String,
        secrets: Vec<String>,
        now: i64,
        genuine: bool,
    }
    let cases: Vec<Case> =
        serde_json::from_str(include_str!("../../../../../tests/payloads/standard-signatures.json")).unwrap();
    assert!(cases.len() >= 90, "{}", cases.len());
    for Case { name, headers, body, secrets, now, genuine } in cases {
        // As API Gateway passes a request on, and with headers in the case that the client wrote.
        let event = json!({
            "version": "2.0", "routeKey": "POST /webhooks/payments/{provider}", "rawPath": "/webhooks/payments/standard",
            "rawQueryString": "", "headers": headers, "body": body, "isBase64Encoded": false,
            "requestContext": { "requestId": "r1", "http": { "method": "POST" } },
        });
        let request: Request = serde_json::from_value(event).unwrap();
        let webhook = webhook(&secrets.join("\n"), true);
        let verified = block_on(webhook.verify(&request, Timestamp::from_second(now).unwrap()));
        match verified {
            Ok(parts) => assert!(genuine && without_id(&parts[0]).1 == body.as_bytes(), "{name}"),
            Err(error) => {
                assert_eq!((genuine, refusal::<()>(Err(error)).1.as_str()), (false, "bad-signature"), "{name}");
            }
        }
    }
}

#[test]
fn an_event_comes_with_the_id_that_its_sender_gave_to_it_and_its_bytes_as_they_were() {
    for body in [b"{ \"a\":1}\n".as_slice(), b"", b"\n\nwebhook-id: forged\n\n{}", b"\xff\xfe", &captured(&json!(true))]
    {
        let [genuine] = verify(&webhook(SECRET, true), &signed(body, SECRET, now())).unwrap().try_into().unwrap();
        assert_eq!(without_id(&genuine), ("msg_1", body));
    }
    for body in [b"{}".as_slice(), b"webhook-id: a", b"webhook-id:a\n\n{}", b"webhook-id: \xff\n\n{}"] {
        assert_eq!(without_id(body), ("", body), "{body:?}");
    }
    let event: Value = serde_json::from_slice(&captured(&Value::Null)).unwrap();
    assert_eq!(told(&event).event.event, "msg_1");
}

#[test]
fn a_header_that_the_reference_library_would_forgive_is_refused() {
    let body = captured(&Value::Null);
    let signer = Signer::new(SECRET).unwrap();
    let good = standard_webhooks::sign("msg_1", &body, &signer, now()).unwrap();
    let second = now().as_second();
    let refused = [
        // An id with a dot could be moved into the time, and signs the same bytes.
        Headers { id: format!("msg_1.{second}"), ..good.clone() },
        Headers { id: "msg 1".to_owned(), ..good.clone() },
        Headers { id: "msg\u{e9}".to_owned(), ..good.clone() },
        Headers { timestamp: format!("{second}.0"), ..good.clone() },
        Headers { timestamp: format!("0{second}"), ..good.clone() },
        Headers { timestamp: format!(" {second}"), ..good.clone() },
        Headers { signature: format!("{}=", good.signature), ..good.clone() },
        Headers { signature: good.signature.replace(',', ", "), ..good.clone() },
    ];
    let webhook = webhook(SECRET, true);
    verify(&webhook, &request(&good, &body)).unwrap();
    for headers in refused {
        let (status, code, _) = refusal(verify(&webhook, &request(&headers, &body)));
        assert_eq!((status, code.as_str()), (401, "bad-signature"), "{headers:?}");
    }
}

#[test]
fn only_events_of_the_endpoint_s_mode_are_taken_and_an_event_that_tells_none_is_live() {
    let (live, test) = (webhook(SECRET, true), webhook(SECRET, false));
    let table = [(json!(true), true, false), (json!(false), false, true), (json!(null), true, false)];
    for (mode, at_live, at_test) in table {
        for (webhook, is_taken) in [(&live, at_live), (&test, at_test)] {
            let verified = verify(webhook, &signed(&captured(&mode), SECRET, now()));
            if is_taken {
                assert_eq!(verified.unwrap().len(), 1, "{mode}");
            } else {
                let (status, code, why) = refusal(verified);
                assert_eq!((status, code.as_str()), (400, "wrong-mode"), "{mode}");
                assert!(why.contains("livemode"), "{why}");
            }
        }
    }
    // Of no mode: it is kept, and nothing of it is recorded.
    for mode in [json!("false"), json!(0), json!([])] {
        let (_, code, why) = refusal(said(&captured(&mode)));
        assert_eq!(code, "malformed-event");
        assert!(why.starts_with("data.livemode is ") && why.ends_with("it must be true or false"), "{why}");
    }
    for body in ["", "garbage", "[", "7"] {
        verify(&test, &signed(body.as_bytes(), SECRET, now())).unwrap();
    }
}

#[test]
fn a_genuine_body_that_is_no_json_is_told_so() {
    for body in ["", "garbage", "[", "{\"type\":", "payment=1", "\u{feff}{}"] {
        let (status, code, why) = refusal(said(body.as_bytes()));
        assert_eq!((status, code.as_str()), (400, "not-json"), "{body:?}");
        assert!(why.starts_with("the body is not valid JSON: "), "{why}");
    }
}

#[test]
fn a_body_longer_than_any_event_is_refused_before_its_signature() {
    let long = vec![b' '; MAX_BODY + 1];
    let webhook = webhook(SECRET, true);
    assert_eq!(refusal(verify(&webhook, &signed(&long, OTHER, now()))).0, 413);
    verify(&webhook, &signed(&long[1..], SECRET, now())).unwrap();
}

#[test]
fn keys_of_both_kinds_may_be_in_use_at_once_and_an_unusable_one_is_named() {
    let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
    let public = format!("whpk_{}", data_encoding::BASE64.encode(pair.public_key().as_ref()));
    let body = captured(&Value::Null);
    let second = now().as_second().to_string();
    let bytes = [b"msg_1.", second.as_bytes(), b".", &body].concat();
    let signature = format!("v1a,{}", data_encoding::BASE64.encode(pair.sign(&bytes).as_ref()));
    let by_pair = request(&Headers { id: "msg_1".to_owned(), timestamp: second, signature }, &body);

    let all = webhook(&format!("\n {public} \n\n{SECRET}\r\n{OTHER}\n"), true);
    for request in [&signed(&body, SECRET, now()), &signed(&body, OTHER, now()), &by_pair] {
        verify(&all, request).unwrap();
    }
    assert_eq!(refusal(verify(&webhook(&format!("{SECRET}\n{OTHER}"), true), &by_pair)).1, "bad-signature");

    let zeros = format!("whpk_{}", data_encoding::BASE64.encode(&[0; 32]));
    for keys in ["", " \n ", "whsec_", "hunter2", &format!("{SECRET}\nwhsk_AAAA"), &zeros] {
        match verify(&webhook(keys, true), &signed(&body, SECRET, now())) {
            Err(error @ Error::Internal(_)) => assert_eq!(error.into_response("request").status, 500, "{keys:?}"),
            other => panic!("{keys:?}: {other:?}"),
        }
    }
    assert!(!format!("{all:?}").contains("whsec"), "a secret is never printed");
}

#[test]
fn a_key_that_was_rolled_is_read_again_and_what_is_not_signed_reads_none() {
    let seconds = Arc::new(AtomicI64::new(0));
    let time = Arc::clone(&seconds);
    let clock = Clock::new(move || now() + SignedDuration::from_secs(time.load(Ordering::Relaxed)));
    let answers = Arc::new(Mutex::new([SECRET, OTHER].into_iter()));
    let readings = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&readings);
    let keys = Secret::from_source("STANDARD_WEBHOOK_SECRET", &clock, move || {
        counter.fetch_add(1, Ordering::Relaxed);
        let problem = || ConfigError::Secret { name: "STANDARD_WEBHOOK_SECRET", problem: "asked too often".to_owned() };
        ready(answers.lock().unwrap().next().map(str::to_owned).ok_or_else(problem))
    });
    let webhook = Webhook::new(keys, true);
    let body = captured(&Value::Null);
    for missing in [ID_HEADER, TIMESTAMP_HEADER, SIGNATURE_HEADER] {
        let mut unsigned = signed(&body, SECRET, now());
        unsigned.headers.remove(missing);
        let (status, _, why) = refusal(verify(&webhook, &unsigned));
        assert!(status == 401 && why.contains(missing), "{why}");
    }
    assert_eq!(readings.load(Ordering::Relaxed), 0, "what is not signed needs no key");
    verify(&webhook, &signed(&body, SECRET, now())).unwrap();
    assert_eq!(refusal(verify(&webhook, &signed(&body, OTHER, now()))).0, 401, "the keys have just been read");
    seconds.store(30, Ordering::Relaxed);
    verify(&webhook, &signed(&body, OTHER, now())).unwrap();
    for _ in 0..50 {
        assert_eq!(refusal(verify(&webhook, &signed(&body, SECRET, now()))).0, 401);
    }
    assert_eq!(readings.load(Ordering::Relaxed), 2);
}

#[test]
fn the_answer_says_what_became_of_the_event() {
    let table = [(vec![], "ignored"), (vec![Outcome::Recorded], "recorded"), (vec![Outcome::Kept], "kept")];
    for (outcomes, body) in table {
        let answer = webhook(SECRET, true).answer(&outcomes);
        assert_eq!(StatusCode::from_u16(answer.status).unwrap(), StatusCode::OK);
        assert_eq!(answer.body, json!({ "outcome": body }).to_string().into_bytes());
    }
}

#[test]
fn the_mode_is_true_or_false() {
    assert!(flag("STANDARD_LIVE", "true").unwrap() && !flag("STANDARD_LIVE", "false").unwrap());
    let error = flag("STANDARD_LIVE", "yes").unwrap_err().to_string();
    assert!(error.contains("STANDARD_LIVE") && error.contains("true or false"), "{error}");
}
