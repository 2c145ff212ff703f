//! Signatures and the secrets that they are made with.

use super::*;

#[test]
fn only_what_stripe_signed_for_this_endpoint_and_mode_is_taken() {
    let (live, test) = (stripe(true), stripe(false));
    let body = fixture!("payment_intent.succeeded").to_string();
    let verify = |stripe: &Webhook, request: &Request| read_at(stripe, request, now()).map(drop);
    let good = signed(&body, SECRET, now());
    verify(&test, &good).unwrap();

    let bad_signature = (401, "bad-signature".to_owned());
    let refused = [
        signed(&body, "whsec_other", now()),
        signed(&body, SECRET, now() - jiff::SignedDuration::from_mins(6)),
        Request { body: body.replace("1099", "1").into_bytes(), ..good.clone() },
        Request { headers: [].into(), ..good.clone() },
        Request { headers: [(HEADER.to_owned(), "t=1,v1=ab".to_owned())].into(), ..good.clone() },
    ];
    for request in refused {
        assert_eq!(refusal(verify(&test, &request)), bad_signature, "{:?}", request.headers);
    }
    assert_eq!(refusal(verify(&live, &good)), (400, "wrong-mode".to_owned()));
    let modeless = signed(&json!({"type": "x"}).to_string(), SECRET, now());
    for stripe in [&live, &test] {
        assert_eq!(refusal(verify(stripe, &modeless)), (400, "wrong-mode".to_owned()), "no mode is no mode");
    }
    for garbage in ["", "garbage", "[", "{\"livemode\":false"] {
        assert_eq!(refusal(verify(&test, &signed(garbage, SECRET, now()))), (400, "not-json".to_owned()), "{garbage}");
    }
}

#[test]
fn while_a_secret_is_rolled_both_are_taken_and_an_unusable_setting_is_named() {
    let both = with_secrets(" whsec_new \n\nwhsec_old\n", false);
    let body = fixture!("payment_intent.succeeded").to_string();
    for secret in ["whsec_new", "whsec_old"] {
        assert!(read_at(&both, &signed(&body, secret, now()), now()).is_ok(), "{secret}");
    }
    for secrets in ["", " \n "] {
        match read_at(&with_secrets(secrets, false), &signed(&body, SECRET, now()), now()) {
            Err(Error::Internal(problem)) => assert!(problem.contains("STRIPE_WEBHOOK_SECRET"), "{problem}"),
            other => panic!("{other:?}"),
        }
    }
    assert!(flag("STRIPE_LIVEMODE", "yes").unwrap_err().to_string().contains("STRIPE_LIVEMODE"));
    assert!(!format!("{both:?}").contains("whsec"), "a secret is never printed");
}

/// A Secrets Manager that gives these answers in turn, and a count of its requests.
fn rolled(seconds: &Arc<AtomicI64>, answers: Vec<Result<&'static str, &'static str>>) -> (Webhook, Arc<AtomicUsize>) {
    let time = Arc::clone(seconds);
    let clock = Clock::new(move || now() + jiff::SignedDuration::from_secs(time.load(Ordering::Relaxed)));
    let (answers, readings) = (Arc::new(Mutex::new(answers.into_iter())), Arc::new(AtomicUsize::new(0)));
    let counter = Arc::clone(&readings);
    let secret = Secret::from_source("STRIPE_WEBHOOK_SECRET", &clock, move || {
        counter.fetch_add(1, Ordering::Relaxed);
        let answer = answers.lock().unwrap().next().unwrap_or(Err("asked too often"));
        let wrong = |problem: &str| ConfigError::Secret { name: "STRIPE_WEBHOOK_SECRET", problem: problem.to_owned() };
        ready(answer.map(str::to_owned).map_err(wrong))
    });
    (Webhook::new(secret, false), readings)
}

#[test]
fn a_secret_that_was_rolled_is_read_again_and_a_flood_of_bad_signatures_reads_it_once() {
    let seconds = Arc::new(AtomicI64::new(0));
    let (webhook, readings) = rolled(&seconds, vec![Ok("whsec_old"), Ok("whsec_new")]);
    let body = fixture!("payment_intent.succeeded").to_string();
    let read = |secret: &str| read_at(&webhook, &signed(&body, secret, now()), now());
    let bad_signature = (401, "bad-signature".to_owned());

    let unsigned = Request { headers: [].into(), ..signed(&body, "whsec_old", now()) };
    assert_eq!(refusal(read_at(&webhook, &unsigned, now())), bad_signature);
    assert_eq!(readings.load(Ordering::Relaxed), 0, "what is not signed needs no secret");
    assert!(read("whsec_old").is_ok());
    assert_eq!(refusal(read("whsec_new")), bad_signature, "the secret has just been read");
    seconds.store(30, Ordering::Relaxed);
    assert!(read("whsec_new").is_ok());
    for _ in 0..50 {
        assert_eq!(refusal(read("whsec_forged")), bad_signature);
    }
    assert_eq!(readings.load(Ordering::Relaxed), 2);
}

#[test]
fn a_secret_that_cannot_be_read_is_our_fault_and_the_provider_tries_again() {
    let seconds = Arc::new(AtomicI64::new(0));
    let (webhook, _) = rolled(&seconds, vec![Err("down"), Ok("whsec_old"), Err("down")]);
    let body = fixture!("payment_intent.succeeded").to_string();
    let read = |secret: &str| read_at(&webhook, &signed(&body, secret, now()), now());
    let is_ours = |outcome| match outcome {
        Err(error @ Error::Internal(_)) => assert_eq!(error.into_response("request").status, 500),
        other => panic!("{other:?}"),
    };
    is_ours(read("whsec_old"));
    seconds.store(10, Ordering::Relaxed);
    assert!(read("whsec_old").is_ok());
    seconds.store(30, Ordering::Relaxed);
    is_ours(read("whsec_new"));
    assert!(read("whsec_old").is_ok(), "what is known still does");
}
