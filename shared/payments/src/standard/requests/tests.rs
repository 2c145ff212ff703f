#![allow(clippy::unwrap_used)]

use super::*;
use crate::testing::{self, Calls, Seen, asking};
use domain::{
    ids::OrderId,
    ledger::{Attempt, CaptureTerms, OurRefund, PartStatus, RequestName},
    money::Amount,
};
use http::Method;
use runtime::{Aws, Clock, Secret};
use webhooks::standard_webhooks::{self, Headers, ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER};

pub(in crate::standard) const SECRET: &str = "whsec_AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=";
const OLD: &str = "whsec_ZWZnaGlqa2xtbm9wcXJzdHV2d3h5ent8fX5/gIGCg4Q=";
const JSON: &str = "application/json";

fn now() -> Timestamp {
    "2026-11-29T10:00:30Z".parse().unwrap()
}

/// The merchant's system, which always gives the same answer.
async fn answering(status: u16, body: &str) -> (Api, Calls) {
    let (body, status) = (body.to_owned(), StatusCode::from_u16(status).unwrap());
    let (url, calls) = testing::serving(move |_| (status, ("content-type", JSON.to_owned()), body.clone())).await;
    (with_secret(&format!("{url}orderly/"), &format!("{SECRET}\n{OLD}\n")), calls)
}

pub(in crate::standard) fn with_secret(url: &str, secret: &str) -> Api {
    Api::new(&Aws::beside(""), &Clock::new(now), url, Secret::fixed("STANDARD_REQUESTS_SECRET", secret))
}

fn order() -> OrderId {
    OrderId::derive(&"web".parse().unwrap(), "1001")
}

fn refund() -> Attempt {
    Attempt { name: RequestName::Refund("return-01.2".parse().unwrap()), number: 3 }
}

fn capture(name: &str) -> Attempt {
    Attempt { name: RequestName::Capture(name.parse().unwrap()), number: 1 }
}

pub(in crate::standard) async fn with_request<T>(
    attempt: &Attempt,
    amount: Amount,
    order: Option<&OrderId>,
    ask: impl AsyncFnOnce(&MoneyRequest<'_>) -> T,
) -> T {
    asking(("pay_1001", amount, "EUR"), attempt, order, ask).await
}

async fn asked(status: u16, answer: &str, attempt: &Attempt, amount: Amount) -> (Result<Reply, Error>, Seen) {
    let (system, calls) = answering(status, answer).await;
    let reply = with_request(attempt, amount, Some(&order()), async |request| system.request(request).await).await;
    let calls = calls.lock().unwrap();
    let [call] = calls.as_slice() else { panic!("{calls:?}") };
    (reply, call.clone())
}

/// The id of a request, as its receiver sees it.
async fn id_of(attempt: &Attempt, amount: Amount) -> String {
    with_request(attempt, amount, Some(&order()), async |request| id(request)).await
}

#[tokio::test]
async fn a_request_says_what_is_to_be_done_and_is_signed_by_each_secret() {
    let (order, refund_id) = (order(), id_of(&refund(), 1450).await);
    let data = |own: Value| {
        let mut data = json!({ "payment": "pay_1001", "order_id": order });
        data.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
        data
    };
    let table = [
        (
            refund(),
            1450,
            "refund.requested",
            data(json!({
                "amount": 1450, "currency": "EUR", "orderly_refund": "return-01.2", "attempt": 3, "idempotency_key": refund_id,
            })),
        ),
        (
            capture("capture-1"),
            4990,
            "capture.requested",
            data(json!({
                "amount": 4990, "currency": "EUR", "orderly_capture": "capture-1", "attempt": 1, "final": true,
                "idempotency_key": id_of(&capture("capture-1"), 4990).await,
            })),
        ),
        (
            capture("void-1"),
            0,
            "void.requested",
            data(json!({
                "orderly_capture": "void-1", "attempt": 1, "idempotency_key": id_of(&capture("void-1"), 0).await,
            })),
        ),
    ];
    for (attempt, amount, kind, data) in table {
        let (_, call) = asked(200, "", &attempt, amount).await;
        assert_eq!(
            (&call.method, call.uri.path()),
            (&Method::POST, "/orderly/"),
            "the address is used as it was entered"
        );
        assert_eq!(call.headers["content-type"], JSON);
        let body: Value = serde_json::from_str(&call.body).unwrap();
        assert_eq!(body, json!({ "type": kind, "timestamp": "2026-11-29T10:00:30Z", "data": data }));
        let header = |name: &str| Some(call.headers[name].to_str().unwrap());
        let headers =
            Headers { id: header(ID_HEADER), timestamp: header(TIMESTAMP_HEADER), signature: header(SIGNATURE_HEADER) };
        assert_eq!(headers.id, data["idempotency_key"].as_str(), "the header and the body name it alike");
        for secret in [SECRET, OLD] {
            let secrets = [standard_webhooks::Secret::new(secret).unwrap()];
            assert_eq!(standard_webhooks::verify(&headers, call.body.as_bytes(), &secrets, now()), Ok(()), "{kind}");
        }
    }
}

#[tokio::test]
async fn each_attempt_has_an_id_of_its_own_and_each_repetition_the_same() {
    let mut ids = Vec::new();
    for (name, number) in [("return-01", 1), ("return-01", 2), ("return-01.2", 1), ("return-01-2", 1), ("return-0", 11)]
    {
        let attempt = Attempt { name: RequestName::Refund(name.parse().unwrap()), number };
        let own = id_of(&attempt, 1450).await;
        assert_eq!(own, id_of(&attempt, 1450).await);
        assert_eq!(own.parse::<ProviderId>().unwrap().as_str(), own, "it can be the id of an event");
        ids.push(own);
        ids.push(with_request(&attempt, 1450, None, async |request| id(request)).await);
    }
    ids.extend([id_of(&capture("return-01"), 1450).await, id_of(&capture("void-1"), 0).await]);
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count, "{ids:?}");
    // Receivers keep it for ever, so no version of Orderly may choose another one.
    let by_hand = Attempt { name: RequestName::Refund("cancel".parse().unwrap()), number: 1 };
    let known = with_request(&by_hand, 5, Some(&"ord_1".parse().unwrap()), async |request| id(request)).await;
    assert_eq!(known, KNOWN_ID);
}

/// `refund_` and the beginning of `printf refund:ord_1:cancel:1 | sha256sum`.
const KNOWN_ID: &str = "refund_a0f1f043202876c14faeb847725a25e3";

#[tokio::test]
async fn a_refund_of_a_payment_that_no_order_takes_names_no_order() {
    let (system, calls) = answering(204, "").await;
    with_request(&refund(), 1450, None, async |request| system.request(request).await).await.unwrap();
    let body: Value = serde_json::from_str(&calls.lock().unwrap()[0].body).unwrap();
    assert_eq!(body["data"].get("order_id"), None);
    assert_eq!(body["data"]["payment"], "pay_1001");
}

fn made(id: &str, fact: MoneyFact) -> Outcome {
    Outcome::Made { id: id.to_owned(), facts: vec![fact] }
}

fn refunded(id: &str) -> MoneyFact {
    let ours = Some(OurRefund { id: "return-01.2".parse().unwrap(), attempt: 3 });
    MoneyFact::Refund { ours, id: id.to_owned(), amount: 1450, status: RefundStatus::Succeeded }
}

#[tokio::test]
async fn an_answer_of_success_tells_what_has_come_of_the_request() {
    let (refund, capture, void) = (refund(), capture("capture-1"), capture("void-1"));
    let [own_refund, own_capture, own_void] =
        [id_of(&refund, 1450).await, id_of(&capture, 1450).await, id_of(&void, 0).await];
    let part = MoneyFact::CapturePart { id: "cap_7".into(), amount: 1450, status: PartStatus::Succeeded };
    let begun = |id: &str| Outcome::Begun { id: id.to_owned() };
    let refused = |code: &str| Outcome::Refused(code.to_owned());
    let table = [
        (&refund, 1450, r#"{"status":"succeeded","id":"re_1"}"#, made("re_1", refunded("re_1"))),
        (&refund, 1450, r#"{"status":"succeeded"}"#, made(&own_refund, refunded(&own_refund))),
        (&refund, 1450, r#"{"status":"pending","id":"re_1"}"#, begun("re_1")),
        (&refund, 1450, r#"{"status":"pending","id":null,"eta":3}"#, begun(&own_refund)),
        (&refund, 1450, "", begun(&own_refund)),
        (&refund, 1450, " \r\n", begun(&own_refund)),
        (&refund, 1450, r#"{"status":"failed","code":"too_late"}"#, refused("too_late")),
        (&refund, 1450, r#"{"status":"failed"}"#, refused("failed")),
        (&refund, 1450, r#"{"status":"failed","code":"Ada's card!"}"#, refused("Adascard")),
        (&capture, 1450, r#"{"status":"succeeded","id":"cap_7"}"#, made("cap_7", part)),
        (&capture, 1450, r#"{"status":"succeeded"}"#, made(&own_capture, MoneyFact::Captured(1450))),
        (&capture, 1450, r#"{"status":"pending"}"#, begun(&own_capture)),
        (&capture, 1450, r#"{"status":"failed","code":"expired"}"#, refused("expired")),
        (&void, 0, r#"{"status":"succeeded"}"#, made(&own_void, MoneyFact::Voided)),
        (&void, 0, "", begun(&own_void)),
    ];
    for (attempt, amount, answer, expected) in table {
        for status in [200, 201, 202, 299] {
            match asked(status, answer, attempt, amount).await.0 {
                Ok(Reply::Decided(outcome)) => assert_eq!(outcome, expected, "{status} {answer}"),
                reply => panic!("{status} {answer}: {reply:?}"),
            }
        }
    }
}

/// The second of several captures.
async fn with_second_capture<T>(ask: impl AsyncFnOnce(&MoneyRequest<'_>) -> T) -> T {
    with_request(&capture("capture-2"), 700, Some(&order()), async |first| {
        let terms = CaptureTerms { after: 1450, keeps_rest: true };
        let MoneyRequest { payment, amount, currency, attempt, order, .. } = *first;
        ask(&MoneyRequest { payment, amount, terms, currency, attempt, order }).await
    })
    .await
}

#[tokio::test]
async fn a_capture_that_is_not_the_last_says_so() {
    let body = with_second_capture(async |request| super::asked(request, now())).await;
    assert_eq!((&body["data"]["amount"], &body["data"]["final"]), (&json!(700), &json!(false)));
}

#[tokio::test]
async fn a_capture_without_a_name_adds_to_what_was_captured_before() {
    let (system, _) = answering(200, r#"{"status":"succeeded"}"#).await;
    let reply = with_second_capture(async |request| system.request(request).await).await;
    let Ok(Reply::Decided(Outcome::Made { facts, .. })) = reply else { panic!("{reply:?}") };
    assert_eq!(facts, [MoneyFact::Captured(2150)]);
}

#[tokio::test]
async fn only_an_answer_that_decides_ends_the_attempt() {
    let refused = |code: &str| Some(Outcome::Refused(code.to_owned()));
    let long = format!(r#"{{"code":"{}"}}"#, "x".repeat(100));
    let table = [
        (400, r#"{"code":"no_such_payment"}"#, refused("no_such_payment")),
        (404, r#"{"status":"failed","code":"unknown-payment"}"#, refused("unknown-payment")),
        (410, r#"{"code":"closed"}"#, refused("closed")),
        (422, &long, refused(&"x".repeat(64))),
        // Without a code it may be anybody's answer, a proxy's or a wrong address's.
        (400, "", None),
        (404, "<html>Not Found</html>", None),
        (404, r#"{"message":"Not Found"}"#, None),
        (410, "{}", None),
        (422, r#"{"code":7}"#, None),
        (422, r#"{"code":"…"}"#, None),
        // It may be otherwise in a moment, or after a person has helped.
        (401, r#"{"code":"bad_signature"}"#, None),
        (402, r#"{"code":"x"}"#, None),
        (403, r#"{"code":"x"}"#, None),
        (405, r#"{"code":"x"}"#, None),
        (408, r#"{"code":"x"}"#, None),
        (409, r#"{"code":"in_progress"}"#, None),
        (413, r#"{"code":"x"}"#, None),
        (425, r#"{"code":"x"}"#, None),
        (429, r#"{"code":"x"}"#, None),
        (301, r#"{"code":"x"}"#, None),
        (304, "", None),
        (500, r#"{"status":"failed","code":"x"}"#, None),
        (502, "", None),
        (503, "busy", None),
        (504, "", None),
        // Success, but of what?
        (200, "OK", None),
        (200, "{}", None),
        (200, "null", None),
        (200, r#"{"status":"done"}"#, None),
        (200, r#"{"status":"succeeded","id":7}"#, None),
        (200, r#"{"status":"succeeded","id":"a b"}"#, None),
        (200, r#"{"status":"succeeded","id":""}"#, None),
        (200, r#"{"code":"x"}"#, None),
    ];
    for (status, answer, expected) in table {
        let (reply, _) = asked(status, answer, &refund(), 1450).await;
        match (reply, expected) {
            (Ok(Reply::Decided(outcome)), Some(expected)) => assert_eq!(outcome, expected, "{status} {answer}"),
            (Err(Error::Outside(why)), None) => {
                assert!(why.contains("the merchant's system") && !why.contains("in_progress"), "{why}");
                assert!(status == 200 || why.contains(&status.to_string()), "{why}");
            }
            (reply, _) => panic!("{status} {answer}: {reply:?}"),
        }
    }
}

#[tokio::test]
async fn a_system_that_is_not_there_decides_nothing() {
    let system = with_secret("http://127.0.0.1:1/", SECRET);
    let reply = with_request(&refund(), 1450, None, async |request| system.request(request).await).await;
    assert!(matches!(reply, Err(Error::Outside(_))), "{reply:?}");
}

#[tokio::test]
async fn a_hostile_answer_is_an_outcome_that_fits_a_ledger_or_none() {
    let good = json!({ "status": "succeeded", "id": "re_1", "code": "x" });
    let order = order();
    for body in hostile::each_edit(&good) {
        for (attempt, amount) in [(refund(), 1450), (capture("capture-1"), 1450), (capture("void-1"), 0)] {
            for status in [200, 422] {
                let outcome = with_request(&attempt, amount, Some(&order), async |request| {
                    super::outcome(request, StatusCode::from_u16(status).unwrap(), &body)
                });
                match outcome.await {
                    Ok(Outcome::Made { id, .. } | Outcome::Begun { id }) => assert!(id.parse::<ProviderId>().is_ok()),
                    Ok(Outcome::Refused(code)) => assert!((1..=64).contains(&code.len()) && code.is_ascii(), "{code}"),
                    Err(Error::Outside(why)) => assert!(!why.is_empty() && why.len() < 200, "{why}"),
                    other => panic!("{other:?}"),
                }
            }
        }
    }
}

/// Whoever writes a receiver has only the documentation.
#[tokio::test]
async fn the_request_in_the_documentation_is_what_is_sent() {
    let text = include_str!("../../../../../docs/webhooks/standard.md");
    let blocks = text.split("```json\n").skip(1).filter_map(|rest| rest.split("```").next());
    let shown: Vec<Value> = blocks.map(|block| serde_json::from_str(block).unwrap()).collect();
    let shown = shown.iter().find(|body| body["type"] == "refund.requested").unwrap();
    let attempt = Attempt { name: RequestName::Refund("return-01".parse().unwrap()), number: 1 };
    let order: OrderId = "ord_7pn7eajnquvjilq3ggx3th55aq".parse().unwrap();
    let now = "2026-11-29T10:05:00Z".parse().unwrap();
    let sent = with_request(&attempt, 1450, Some(&order), async |request| super::asked(request, now)).await;
    assert_eq!(*shown, sent);
}
