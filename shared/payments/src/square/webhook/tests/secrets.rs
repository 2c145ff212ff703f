//! Signatures and the keys that they are made with.

use super::*;
use std::{
    future::ready,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, AtomicUsize, Ordering},
    },
};

#[test]
fn only_what_square_signed_for_this_endpoint_is_taken() {
    let body = sample!("payment.updated-completed").to_string();
    let good = signed(&body);
    said(&square(), &good).unwrap();
    let elsewhere = signature::sign("https://example.com/", body.as_bytes(), &SignatureKey::new(KEY).unwrap());
    let refused = [
        signed_by("another", body.clone().into_bytes()),
        Request { body: body.replace("2900", "1").into_bytes(), ..good.clone() },
        Request { headers: [].into(), ..good.clone() },
        Request { headers: [(HEADER.to_owned(), String::new())].into(), ..good.clone() },
        Request { headers: [(HEADER.to_owned(), elsewhere)].into(), ..good.clone() },
        Request { headers: [("x-square-signature".to_owned(), good.headers[HEADER].clone())].into(), ..good },
        signed(""),
    ];
    for request in refused {
        assert_eq!(refusal(said(&square(), &request)), (401, "bad-signature".to_owned()), "{:?}", request.headers);
    }
    for garbage in ["garbage", "[", "{\"type\":\"payment.updated\"", "\u{feff}{}"] {
        assert_eq!(refusal(said(&square(), &signed(garbage))), (400, "not-json".to_owned()), "{garbage}");
    }
    let long = signed(&" ".repeat(MAX_BODY + 1));
    assert_eq!(refusal(said(&square(), &long)).0, 413);
}

#[test]
fn an_event_that_comes_again_tells_the_same() {
    for sample in samples() {
        let request = signed(&sample.to_string());
        assert_eq!(said(&square(), &request).unwrap(), said(&square(), &request).unwrap());
    }
}

#[test]
fn while_a_key_is_replaced_both_are_taken_and_an_unusable_setting_is_named() {
    let both = with_keys(" key_new \n\nkey_old\n");
    let body = sample!("refund.updated").to_string().into_bytes();
    for key in ["key_new", "key_old"] {
        assert!(said(&both, &signed_by(key, body.clone())).is_ok(), "{key}");
    }
    for keys in ["", " \n "] {
        match said(&with_keys(keys), &signed_by(KEY, body.clone())) {
            Err(Error::Internal(problem)) => assert!(problem.contains("SQUARE_WEBHOOK_SECRET"), "{problem}"),
            other => panic!("{other:?}"),
        }
    }
    assert!(!format!("{both:?}").contains("key_"), "a key is never printed");
}

/// A Secrets Manager that gives these answers in turn, and a count of its requests.
fn replaced(seconds: &Arc<AtomicI64>, answers: Vec<Result<&'static str, &'static str>>) -> (Webhook, Arc<AtomicUsize>) {
    let time = Arc::clone(seconds);
    let clock = Clock::new(move || now() + jiff::SignedDuration::from_secs(time.load(Ordering::Relaxed)));
    let (answers, readings) = (Arc::new(Mutex::new(answers.into_iter())), Arc::new(AtomicUsize::new(0)));
    let counter = Arc::clone(&readings);
    let secret = Secret::from_source("SQUARE_WEBHOOK_SECRET", &clock, move || {
        counter.fetch_add(1, Ordering::Relaxed);
        let answer = answers.lock().unwrap().next().unwrap_or(Err("asked too often"));
        let wrong = |problem: &str| ConfigError::Secret { name: "SQUARE_WEBHOOK_SECRET", problem: problem.to_owned() };
        ready(answer.map(str::to_owned).map_err(wrong))
    });
    (Webhook::new(secret, URL, true), readings)
}

#[test]
fn a_key_that_was_replaced_is_read_again_and_a_flood_of_bad_signatures_reads_it_once() {
    let seconds = Arc::new(AtomicI64::new(0));
    let (webhook, readings) = replaced(&seconds, vec![Ok("key_old"), Ok("key_new")]);
    let body = sample!("refund.updated").to_string().into_bytes();
    let read = |key: &str| said(&webhook, &signed_by(key, body.clone()));
    let bad_signature = (401, "bad-signature".to_owned());

    let unsigned = Request { headers: [].into(), ..signed_by("key_old", body.clone()) };
    assert_eq!(refusal(said(&webhook, &unsigned)), bad_signature);
    assert_eq!(readings.load(Ordering::Relaxed), 0, "what is not signed needs no key");
    assert!(read("key_old").is_ok());
    assert_eq!(refusal(read("key_new")), bad_signature, "the key has just been read");
    seconds.store(30, Ordering::Relaxed);
    assert!(read("key_new").is_ok());
    for _ in 0..50 {
        assert_eq!(refusal(read("key_forged")), bad_signature);
    }
    assert_eq!(readings.load(Ordering::Relaxed), 2);
}

#[test]
fn a_key_that_cannot_be_read_is_our_fault_and_square_tries_again() {
    let seconds = Arc::new(AtomicI64::new(0));
    let (webhook, _) = replaced(&seconds, vec![Err("down"), Ok("key_old")]);
    let request = signed_by("key_old", sample!("refund.updated").to_string().into_bytes());
    match said(&webhook, &request) {
        Err(error @ Error::Internal(_)) => assert_eq!(error.into_response("request").status, 500),
        other => panic!("{other:?}"),
    }
    seconds.store(10, Ordering::Relaxed);
    assert!(said(&webhook, &request).is_ok());
}
