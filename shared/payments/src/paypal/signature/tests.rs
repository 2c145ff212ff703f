#![allow(clippy::unwrap_used)]

use super::*;
use crate::paypal::{Certificates, Fetched, Mode, Roots, Webhook, webhook::tests::Vectors};
use runtime::Aws;
use serde_json::Value;

#[tokio::test]
async fn each_of_the_vectors_is_judged_as_paypal_s_own_library_judges_it_or_more_strictly() {
    let vectors = Vectors::read();
    assert!(vectors.cases.len() > 80 && vectors.cases.iter().filter(|case| case.genuine).count() > 10);
    for case in &vectors.cases {
        let (webhook, _) = vectors.webhook(Mode::Live);
        let request = case.request();
        match webhook.verify(&request, vectors.now).await {
            Ok(parts) => {
                assert!(case.genuine, "{} is taken", case.name);
                assert_eq!(parts, [request.body], "{}", case.name);
            }
            Err(error) => {
                assert!(!case.genuine, "{} is refused: {error:?}", case.name);
                let (status, expected) = (error.into_response("request").status, status_of(&case.name));
                assert_eq!(status, expected, "{}", case.name);
            }
        }
    }
}

/// An unknown authority is this machine's fault, and an address of the other environment has its own answer.
fn status_of(name: &str) -> u16 {
    match name {
        "a certificate of an unknown authority"
        | "served alone, and its issuer is elsewhere"
        | "a certificate that signs itself" => 500,
        "a certificate in the sandbox" => 400,
        _ => 401,
    }
}

#[tokio::test]
async fn an_old_transmission_is_taken_for_four_days_and_no_longer() {
    let vectors = Vectors::read();
    let request = vectors.case("valid").request();
    for (hours, taken) in [(0, true), (24, true), (73, true), (96, true), (97, false), (-1, false)] {
        let (webhook, _) = vectors.webhook(Mode::Live);
        let now = vectors.now + SignedDuration::from_hours(hours);
        assert_eq!(webhook.verify(&request, now).await.is_ok(), taken, "after {hours} h");
    }
}

#[tokio::test]
async fn what_is_not_signed_or_not_by_paypal_asks_for_no_certificate() {
    let vectors = Vectors::read();
    let asks_nobody = |name: &str| name.starts_with("without ") || name.starts_with("with an empty ");
    let cases: Vec<_> = vectors.cases.iter().filter(|case| asks_nobody(&case.name)).collect();
    assert_eq!(cases.len(), 10);
    for case in
        cases.into_iter().chain([vectors.case("a certificate at a stranger's"), vectors.case("a time in seconds")])
    {
        let (webhook, asked) = vectors.webhook(Mode::Live);
        webhook.verify(&case.request(), vectors.now).await.unwrap_err();
        assert!(asked.lock().unwrap().is_empty(), "{}", case.name);
    }
}

#[test]
fn the_machine_s_roots_and_paypal_s_addresses_are_the_default() {
    let certificates = crate::paypal::Certificates::of_paypal(&Aws::beside(""), Mode::Sandbox);
    assert_eq!(format!("{certificates:?}"), "Certificates(sandbox)");
}

/// PayPal served the certificate alone, so the issuer that it names is asked. The issuer stands for the root here, which
/// machines no longer trust.
#[tokio::test]
async fn a_delivery_that_paypal_signed_itself_is_taken() {
    let real: Value =
        serde_json::from_str(include_str!("../../../../../tests/payloads/paypal-signed-2017.json")).unwrap();
    let text = |name: &str| real[name].as_str().unwrap().to_owned();
    let issuer = BASE64.decode(text("issuer").as_bytes()).unwrap();
    let headers = real["headers"].as_object().unwrap().iter();
    let headers = headers.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect();
    let request = Request { headers, body: text("body").into_bytes(), ..Request::default() };
    let received: Timestamp = text("received").parse().unwrap();
    let webhook = |id: &str| {
        let (certificate, issuer) = (text("certificate"), issuer.clone());
        let roots = Roots::only([issuer.as_slice()]);
        let served = Certificates::from_source(Mode::Sandbox, roots, move |address| {
            let known = match address.as_str() {
                "https://api.sandbox.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594-a5cafa77" => {
                    Fetched::Found(certificate.clone().into_bytes())
                }
                "http://cacerts.digicert.com/DigiCertSHA2ExtendedValidationServerCA.crt" => {
                    Fetched::Found(issuer.clone())
                }
                other => panic!("{other}"),
            };
            std::future::ready(Ok(known))
        });
        Webhook::new(id, served).unwrap()
    };
    let own = webhook("96605875FF6516633");
    assert_eq!(own.verify(&request, received).await.unwrap(), [text("body").into_bytes()]);
    let another = webhook("1JE4291016473214C").verify(&request, received).await;
    assert_eq!(another.unwrap_err().into_response("request").status, 401);
    let changed = Request { body: text("body").replacen("USD", "EUR", 1).into_bytes(), ..request };
    assert_eq!(own.verify(&changed, received).await.unwrap_err().into_response("request").status, 401);
}
