//! Signatures, the keys that they are made with, and the passwords beside them.

use super::*;
use data_encoding::BASE64;
use runtime::ConfigError;
use serde::Deserialize;
use std::{
    future::ready,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, AtomicUsize, Ordering},
    },
};

const OTHER: &str = "74F490DD33F7327BAECC88B2947C011FC02D014A473AAA33A8EC93E4DC069174";

/// A delivery that Adyen's own library judged: see `tests/payloads/vectors/adyen.py`.
#[derive(Deserialize)]
struct Judged {
    name: String,
    body: String,
    secrets: String,
    /// So many of its items are genuine.
    items: usize,
    genuine: bool,
}

fn judged() -> Vec<Judged> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/payloads/adyen-signatures.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn a_delivery_is_as_genuine_as_adyen_s_own_library_finds_it() {
    let cases = judged();
    assert!(cases.len() >= 30 && cases.iter().any(|case| !case.genuine));
    for Judged { name, body, secrets, items, genuine } in cases {
        let request = Request { body: body.into_bytes(), ..Request::default() };
        let verified = block_on(with_keys(&secrets, Captures::manual()).verify(&request, now()));
        if genuine {
            assert_eq!(verified.unwrap().len(), items, "{name}");
        } else {
            let (status, kind, _) = refusal(verified);
            assert_eq!((status, kind.as_str()), (401, "bad-signature"), "{name}");
        }
    }
}

fn verify(webhook: &Webhook, request: &Request) -> Result<usize, Error> {
    block_on(webhook.verify(request, now())).map(|genuine| genuine.len())
}

fn captured() -> Value {
    signed_item(item("CAPTURE", &json!({})), KEY)
}

#[test]
fn an_item_that_is_not_genuine_does_not_keep_the_genuine_ones_from_being_taken() {
    let forged = with(captured(), &json!({"success": "false"}));
    let request = delivery(&[forged.clone(), captured(), forged.clone()]);
    let genuine = block_on(manual().verify(&request, now())).unwrap();
    assert_eq!(genuine, [captured().to_string().into_bytes()]);
    assert_eq!(refusal(verify(&manual(), &delivery(&[forged.clone(), forged]))).0, 401);
}

#[test]
fn an_event_of_the_other_environment_is_refused() {
    let live = |keys: &str| Webhook::new(Secret::fixed("ADYEN_HMAC_KEYS", keys), true, ACCOUNT, Captures::manual());
    let table = [
        ("\"false\"", true, false),
        ("\"true\"", false, true),
        ("false", true, false),
        ("true", false, true),
        ("\"TRUE\"", false, false),
        ("null", false, false),
        ("1", false, false),
    ];
    for (value, is_test, is_live) in table {
        let body = String::from_utf8(delivery(&[captured()]).body).unwrap();
        let body = body.replace("\"live\":\"false\"", &format!("\"live\":{value}"));
        let request = Request { body: body.into_bytes(), ..Request::default() };
        for (webhook, is_taken) in [(manual(), is_test), (live(KEY), is_live)] {
            match verify(&webhook, &request) {
                Ok(1) if is_taken => {}
                other => assert_eq!(refusal(other).1, "wrong-mode", "{value} {is_taken}"),
            }
        }
        assert_eq!(refusal(verify(&live(OTHER), &request)).0, 401, "the signature comes first");
    }
}

#[test]
fn a_body_that_is_too_long_is_not_read() {
    let body = vec![b' '; MAX_BODY + 1];
    assert_eq!(refusal(verify(&manual(), &Request { body, ..Request::default() })).0, 413);
}

#[test]
fn an_unusable_key_is_our_fault_and_keeps_no_other_from_working() {
    let with = |keys: &str| verify(&with_keys(keys, Captures::manual()), &delivery(&[captured()]));
    assert_eq!(with(&format!(" no hexadecimal digits\n\n{KEY} \n")).unwrap(), 1);
    for keys in ["", " \n ", "whsec_abc", "4"] {
        match with(keys) {
            Err(error @ Error::Internal(_)) => assert_eq!(error.into_response("request").status, 500),
            other => panic!("{keys:?}: {other:?}"),
        }
    }
    assert!(flag("ADYEN_LIVE", "yes").unwrap_err().to_string().contains("ADYEN_LIVE"));
    assert!(!format!("{:?}", manual()).contains(KEY), "a key is never printed");
}

/// A Secrets Manager that gives these answers in turn, and a count of its requests.
fn rolled(seconds: &Arc<AtomicI64>, answers: Vec<Result<&'static str, &'static str>>) -> (Secret, Arc<AtomicUsize>) {
    let time = Arc::clone(seconds);
    let clock = Clock::new(move || now() + jiff::SignedDuration::from_secs(time.load(Ordering::Relaxed)));
    let (answers, readings) = (Arc::new(Mutex::new(answers.into_iter())), Arc::new(AtomicUsize::new(0)));
    let counter = Arc::clone(&readings);
    let secret = Secret::from_source("ADYEN_HMAC_KEYS", &clock, move || {
        counter.fetch_add(1, Ordering::Relaxed);
        let answer = answers.lock().unwrap().next().unwrap_or(Err("asked too often"));
        let wrong = |problem: &str| ConfigError::Secret { name: "ADYEN_HMAC_KEYS", problem: problem.to_owned() };
        ready(answer.map(str::to_owned).map_err(wrong))
    });
    (secret, readings)
}

#[test]
fn a_key_that_was_rolled_is_read_again_and_what_is_not_signed_reads_none() {
    let seconds = Arc::new(AtomicI64::new(0));
    let (secret, readings) = rolled(&seconds, vec![Ok(OTHER), Ok(KEY)]);
    let webhook = Webhook::new(secret, false, ACCOUNT, Captures::manual());
    let unsigned =
        ["", "garbage", "{}", "{\"live\":\"false\",\"notificationItems\":[]}"].map(|body| body.as_bytes().to_vec());
    let unsigned = unsigned.into_iter().chain([delivery(&[item("CAPTURE", &json!({}))]).body]);
    for body in unsigned {
        assert_eq!(refusal(verify(&webhook, &Request { body, ..Request::default() })).0, 401);
    }
    assert_eq!(readings.load(Ordering::Relaxed), 0);
    let with_other = delivery(&[signed_item(item("CAPTURE", &json!({})), OTHER)]);
    assert_eq!(verify(&webhook, &with_other).unwrap(), 1);
    assert_eq!(refusal(verify(&webhook, &delivery(&[captured()]))).0, 401, "the keys have just been read");
    seconds.store(30, Ordering::Relaxed);
    assert_eq!(verify(&webhook, &delivery(&[captured()])).unwrap(), 1);
    for _ in 0..50 {
        assert_eq!(refusal(verify(&webhook, &with_other)).0, 401);
    }
    assert_eq!(readings.load(Ordering::Relaxed), 2);
}

#[test]
fn a_new_key_is_looked_for_before_an_item_beside_genuine_ones_is_left_out() {
    let seconds = Arc::new(AtomicI64::new(0));
    let both: &'static str = "74F490DD33F7327BAECC88B2947C011FC02D014A473AAA33A8EC93E4DC069174\n\
                              44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056";
    let (secret, _) = rolled(&seconds, vec![Ok(OTHER), Ok(both)]);
    let webhook = Webhook::new(secret, false, ACCOUNT, Captures::manual());
    let old = signed_item(item("REFUND", &json!({})), OTHER);
    assert_eq!(verify(&webhook, &delivery(std::slice::from_ref(&old))).unwrap(), 1);
    seconds.store(30, Ordering::Relaxed);
    assert_eq!(verify(&webhook, &delivery(&[old, captured()])).unwrap(), 2);
}

#[test]
fn keys_that_cannot_be_read_are_our_fault_and_adyen_tries_again() {
    let (secret, _) = rolled(&Arc::new(AtomicI64::new(0)), vec![Err("down")]);
    let webhook = Webhook::new(secret, false, ACCOUNT, Captures::manual());
    match verify(&webhook, &delivery(&[captured(), captured()])) {
        Err(error @ Error::Internal(_)) => assert_eq!(error.into_response("request").status, 500),
        other => panic!("{other:?}"),
    }
}

#[test]
fn where_a_password_is_asked_for_only_one_with_its_user_gets_in() {
    let webhook = |accepted: &str| manual().with_basic_auth(Secret::fixed(BASIC_AUTH, accepted));
    let basic = |pair: &str| format!("Basic {}", BASE64.encode(pair.as_bytes()));
    let request = |header: Option<&str>| {
        let headers = header.map(|header| ("authorization".to_owned(), header.to_owned())).into_iter().collect();
        Request { headers, ..delivery(&[captured()]) }
    };
    let both = webhook("adyen:old\n adyen:n:e w \n");
    let accepted = [basic("adyen:old"), basic("adyen:n:e w"), basic("adyen:old").replace("Basic", "basic")];
    for header in accepted {
        assert_eq!(verify(&both, &request(Some(&header))).unwrap(), 1, "{header}");
    }
    let refused = [
        basic("adyen:"),
        basic("adyen"),
        basic(":old"),
        basic("Adyen:old"),
        basic("adyen:OLD"),
        basic("adyen:old\n"),
        basic(""),
        basic("adyen:old\nadyen:n:e w"),
        "Bearer abc".to_owned(),
        "Basic".to_owned(),
        "Basic !".to_owned(),
        String::new(),
        basic("adyen:old").replace("Basic ", ""),
    ];
    for header in refused.iter().map(Some).chain([None]) {
        let (status, name, detail) = refusal(verify(&both, &request(header.map(String::as_str))));
        assert_eq!((status, name.as_str()), (401, "bad-signature"), "{header:?}");
        assert!(!detail.contains("old"), "{detail}");
    }
    let forged = with(captured(), &json!({"success": "false"}));
    let headers = request(Some(&basic("adyen:old"))).headers;
    let forged = Request { headers, ..delivery(&[forged]) };
    assert_eq!(refusal(verify(&both, &forged)).0, 401, "a password does not replace the signature");
    for accepted in ["adyen", "adyen:", " \n "] {
        match verify(&webhook(accepted), &request(Some(&basic(accepted)))) {
            Err(error @ Error::Internal(_)) => assert_eq!(error.into_response("request").status, 500),
            other => panic!("{accepted:?}: {other:?}"),
        }
    }
}

#[test]
fn a_request_without_a_password_reads_no_secret() {
    let (accepted, of_passwords) = rolled(&Arc::new(AtomicI64::new(0)), vec![Ok("adyen:secret")]);
    let (keys, of_keys) = rolled(&Arc::new(AtomicI64::new(0)), vec![Ok(KEY)]);
    let webhook = Webhook::new(keys, false, ACCOUNT, Captures::manual()).with_basic_auth(accepted);
    assert_eq!(refusal(verify(&webhook, &delivery(&[captured()]))).0, 401);
    assert_eq!((of_passwords.load(Ordering::Relaxed), of_keys.load(Ordering::Relaxed)), (0, 0));
    let unsigned = delivery(&[item("CAPTURE", &json!({}))]);
    let headers = [("authorization".to_owned(), "Basic YTpi".to_owned())].into();
    assert_eq!(refusal(verify(&webhook, &Request { headers, ..unsigned })).0, 401);
    assert_eq!((of_passwords.load(Ordering::Relaxed), of_keys.load(Ordering::Relaxed)), (0, 0));
}
