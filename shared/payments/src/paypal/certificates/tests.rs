#![allow(clippy::unwrap_used)]

use super::*;
use crate::paypal::webhook::tests::{Asked, Vectors};
use std::sync::atomic::{AtomicUsize, Ordering};

fn address(name: &str) -> Address {
    Address::parse(&format!("https://api.paypal.com{PATH}{name}"), Mode::Live).unwrap()
}

fn count(asked: &Asked) -> usize {
    asked.lock().unwrap().len()
}

fn status(outcome: Result<Arc<Chain>, Error>) -> u16 {
    outcome.unwrap_err().into_response("request").status
}

#[tokio::test]
async fn a_certificate_is_fetched_once_a_day() {
    let vectors = Vectors::read();
    let (certificates, asked) = vectors.certificates(Mode::Live);
    for (hours, expected) in [(0, 1), (0, 1), (23, 1), (24, 2), (47, 2), (48, 3)] {
        let now = vectors.now + SignedDuration::from_hours(hours);
        certificates.trusted(&address("good"), now).await.unwrap();
        assert_eq!(count(&asked), expected, "after {hours} h");
    }
    let before = vectors.now - SignedDuration::from_hours(1);
    certificates.trusted(&address("good"), before).await.unwrap();
    assert_eq!(count(&asked), 4, "nobody knows how old it is if the clock was set back");
}

#[tokio::test]
async fn a_kept_certificate_is_refused_once_it_has_ended() {
    let vectors = Vectors::read();
    let (certificates, asked) = vectors.certificates(Mode::Live);
    let end = vectors.now + SignedDuration::from_hours(24 * 300);
    certificates.trusted(&address("good"), end - SignedDuration::from_secs(5)).await.unwrap();
    assert_eq!(status(certificates.trusted(&address("good"), end + SignedDuration::from_secs(5)).await), 401);
    assert_eq!(count(&asked), 1);
}

#[tokio::test]
async fn its_issuer_is_fetched_too_if_it_is_served_alone() {
    let vectors = Vectors::read();
    let (certificates, asked) = vectors.certificates(Mode::Live);
    for _ in 0..3 {
        certificates.trusted(&address("alone"), vectors.now).await.unwrap();
    }
    let expected = [
        "https://api.paypal.com/v1/notifications/certs/alone",
        "http://cacerts.digicert.com/OrderlyTestEVServerCA.crt",
    ];
    assert_eq!(*asked.lock().unwrap(), expected);
}

#[tokio::test]
async fn a_flood_of_made_up_addresses_is_no_flood_of_requests_and_keeps_no_known_one_away() {
    let vectors = Vectors::read();
    let (certificates, asked) = vectors.certificates(Mode::Live);
    certificates.trusted(&address("good"), vectors.now).await.unwrap();
    for n in 0..200 {
        let expected = if n < MAX_A_MINUTE - 1 { 401 } else { 503 };
        assert_eq!(status(certificates.trusted(&address(&format!("CERT-{n}")), vectors.now).await), expected, "{n}");
    }
    assert_eq!(count(&asked), MAX_A_MINUTE);
    certificates.trusted(&address("good"), vectors.now).await.unwrap();
    assert_eq!(status(certificates.trusted(&address("whole-chain"), vectors.now).await), 503);
    let later = vectors.now + SignedDuration::from_mins(1);
    certificates.trusted(&address("whole-chain"), later).await.unwrap();
}

#[tokio::test]
async fn what_is_not_trusted_is_not_kept_and_only_a_few_are() {
    let vectors = Vectors::read();
    let (certificates, _) = vectors.certificates(Mode::Live);
    for name in ["expired", "evil-name", "no-certificate", "missing", "garbage"] {
        assert_eq!(status(certificates.trusted(&address(name), vectors.now).await), 401, "{name}");
    }
    assert!(certificates.kept.lock().unwrap().is_empty());
    let pem = vectors.served("good").to_vec();
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    let same = Certificates::from_source(Mode::Live, vectors.roots(), move |_| {
        counter.fetch_add(1, Ordering::Relaxed);
        std::future::ready(Ok(Fetched::Found(pem.clone())))
    });
    for name in ["1", "2", "3", "4", "5", "5", "2"] {
        same.trusted(&address(name), vectors.now).await.unwrap();
    }
    assert_eq!(asked.load(Ordering::Relaxed), 5, "the oldest makes room");
    same.trusted(&address("1"), vectors.now).await.unwrap();
    assert_eq!(asked.load(Ordering::Relaxed), 6);
    assert_eq!(same.kept.lock().unwrap().len(), MAX_KEPT);
}

#[tokio::test]
async fn concurrent_requests_share_one_fetch() {
    let vectors = Vectors::read();
    let pem = vectors.served("good").to_vec();
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    let slow = Certificates::from_source(Mode::Live, vectors.roots(), move |_| {
        counter.fetch_add(1, Ordering::Relaxed);
        let pem = pem.clone();
        async move {
            tokio::time::sleep(Duration::from_millis(20)).await;
            Ok(Fetched::Found(pem))
        }
    });
    let good = address("good");
    let ask = || slow.trusted(&good, vectors.now);
    let (a, b, c, d) = tokio::join!(ask(), ask(), ask(), ask());
    assert!([a, b, c, d].iter().all(Result::is_ok));
    assert_eq!(asked.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_fetch_that_fails_is_our_fault_and_is_tried_again() {
    let vectors = Vectors::read();
    let pem = vectors.served("good").to_vec();
    let asked = AtomicUsize::new(0);
    let certificates = Certificates::from_source(Mode::Live, vectors.roots(), move |_| {
        let answer = match asked.fetch_add(1, Ordering::Relaxed) {
            0 => Err("no answer in 3 s".to_owned()),
            1 => Ok(Fetched::Found(vec![b'a'; MAX_LENGTH + 1])),
            _ => Ok(Fetched::Found(pem.clone())),
        };
        std::future::ready(answer)
    });
    assert_eq!(status(certificates.trusted(&address("good"), vectors.now).await), 500);
    assert_eq!(status(certificates.trusted(&address("good"), vectors.now).await), 401, "no certificate is so long");
    certificates.trusted(&address("good"), vectors.now).await.unwrap();
}

#[test]
fn an_address_of_the_other_environment_is_refused_as_such() {
    let text = |mode: Mode| format!("https://{}{PATH}CERT-360caa42-fca2a594-ab66f33d", mode.host());
    for mode in Mode::ALL {
        for of in Mode::ALL {
            match Address::parse(&text(of), mode) {
                Ok(address) => assert_eq!((mode, address), (of, Address(text(of)))),
                Err(error) => {
                    assert_ne!(mode, of);
                    assert_eq!(error.into_response("request").status, 400);
                }
            }
        }
    }
    let long = format!("{}{}", text(Mode::Live), "a".repeat(MAX_NAME));
    assert!(Address::parse(&long, Mode::Live).is_err());
}

#[tokio::test]
async fn paypal_s_own_address_is_asked_over_the_web_and_each_status_is_understood() {
    use crate::testing::serving;
    let vectors = Vectors::read();
    let pem = String::from_utf8(vectors.served("good").to_vec()).unwrap();
    for (code, expected) in [(200, 200), (404, 401), (301, 401), (403, 401), (429, 500), (500, 500), (503, 500)] {
        let (body, code) = (pem.clone(), StatusCode::from_u16(code).unwrap());
        let (url, calls) =
            serving(move |_| (code, ("location", "https://evil.example/".to_owned()), body.clone())).await;
        let fetch = from_web(aws().web(TIMEOUT));
        let certificates = Certificates::from_source(Mode::Live, vectors.roots(), move |_| fetch(url.clone()));
        let got = match certificates.trusted(&address("good"), vectors.now).await {
            Ok(_) => 200,
            error => status(error),
        };
        assert_eq!((got, calls.lock().unwrap().len()), (expected, 1), "{code}");
    }
}

fn aws() -> Aws {
    Aws::beside("")
}
