#![allow(clippy::unwrap_used)]

use super::*;
use crate::testing::{self, Calls, asking};
use domain::{
    ids::OrderId,
    ledger::{Attempt, RequestName},
};
use jiff::Timestamp;
use runtime::{Aws, Secret};

const ORDER: &str = "ord_7pn7eajnquvjilq3ggx3th55aq";
const PAYMENT: &str = "993617894903480A";
const ACCOUNT: &str = "YOUR_MERCHANT_ACCOUNT";

fn with_key(url: &str, key: &str) -> Api {
    Api::new(&Aws::beside(""), url, Secret::fixed("ADYEN_API_KEY", key), ACCOUNT)
}

/// An Adyen that always gives the same answer, and the requests that it received.
async fn answering(status: u16, body: &str, transient: &'static str) -> (Api, Calls) {
    let (status, body) = (StatusCode::from_u16(status).unwrap(), body.to_owned());
    let (url, calls) = testing::serving(move |_| (status, (TRANSIENT, transient.to_owned()), body.clone())).await;
    (with_key(&format!("{url}checkout/"), "AQE_secret"), calls)
}

/// What is asked for.
#[derive(Clone, Copy)]
struct Asked {
    name: &'static str,
    amount: Amount,
    currency: &'static str,
    order: Option<&'static str>,
}

const REFUND: Asked = Asked { name: "return-01", amount: 2500, currency: "EUR", order: Some(ORDER) };
const CAPTURE: Asked = Asked { name: "capture-1", ..REFUND };
const VOID: Asked = Asked { name: "void-1", amount: 0, ..REFUND };

impl Asked {
    async fn of<T>(self, ask: impl AsyncFnOnce(&MoneyRequest<'_>) -> T) -> T {
        let order: Option<OrderId> = self.order.map(|order| order.parse().unwrap());
        let is_capture = self.name.starts_with("capture") || self.name.starts_with("void");
        let name = if is_capture {
            RequestName::Capture(self.name.parse().unwrap())
        } else {
            RequestName::Refund(self.name.parse().unwrap())
        };
        let attempt = Attempt { name, number: 2 };
        asking((PAYMENT, self.amount, self.currency), &attempt, order.as_ref(), ask).await
    }

    async fn asked(self, adyen: &Api) -> Result<Reply, Error> {
        self.of(async |request| adyen.request(request).await).await
    }
}

fn received() -> Value {
    json!({
        "merchantAccount": ACCOUNT, "paymentPspReference": PAYMENT, "reference": "x", "status": "received",
        "pspReference": "993617894906488A",
    })
}

fn begun() -> Reply {
    Reply::Decided(Outcome::Begun { id: "993617894906488A".to_owned() })
}

#[tokio::test]
async fn each_operation_is_asked_for_once_with_a_key_and_a_reference_of_its_own() {
    let with_amount = |name: &str, amount: Value| {
        let reference = format!("{ORDER}/{name}/2");
        json!({"amount": amount, "merchantAccount": ACCOUNT, "reference": reference})
    };
    let eur = json!({"value": 2500, "currency": "EUR"});
    let unmatched = Asked { name: "unmatched", order: None, ..REFUND };
    let table = [
        (REFUND, "refunds", with_amount("return-01", eur.clone()), format!("refund:{ORDER}:return-01:2")),
        (CAPTURE, "captures", with_amount("capture-1", eur.clone()), format!("capture:{ORDER}:capture-1:2")),
        (
            VOID,
            "cancels",
            json!({"merchantAccount": ACCOUNT, "reference": format!("{ORDER}/void-1/2")}),
            format!("capture:{ORDER}:void-1:2"),
        ),
        (
            unmatched,
            "refunds",
            json!({"amount": eur, "merchantAccount": ACCOUNT, "reference": format!(".{PAYMENT}/unmatched/2")}),
            format!("refund:{PAYMENT}:unmatched:2"),
        ),
        (
            Asked { currency: "ISK", ..REFUND },
            "refunds",
            with_amount("return-01", json!({"value": 250_000, "currency": "ISK"})),
            format!("refund:{ORDER}:return-01:2"),
        ),
    ];
    for (asked, operation, body, key) in table {
        let (adyen, calls) = answering(201, &received().to_string(), "false").await;
        assert_eq!(asked.asked(&adyen).await.unwrap(), begun());
        let calls = calls.lock().unwrap();
        let [call] = calls.as_slice() else { panic!("{calls:?}") };
        assert_eq!(
            (call.method.as_str(), call.uri.path()),
            ("POST", &*format!("/checkout/v72/payments/{PAYMENT}/{operation}"))
        );
        assert_eq!(serde_json::from_str::<Value>(&call.body).unwrap(), body);
        assert_eq!(call.headers["x-api-key"], "AQE_secret");
        assert_eq!(call.headers["content-type"], "application/json");
        assert_eq!(call.headers["idempotency-key"], key.as_str());
        assert!(call.headers.get("authorization").is_none());
    }
}

#[tokio::test]
async fn adyen_s_own_example_of_an_answer_is_understood_and_of_a_request_is_what_is_sent() {
    let example = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/payloads/adyen-api-refund-201.json"));
    let (adyen, calls) = answering(201, example, "").await;
    assert_eq!(REFUND.asked(&adyen).await.unwrap(), begun());
    let sent: Value = serde_json::from_str(&calls.lock().unwrap()[0].body).unwrap();
    let request =
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/payloads/adyen-api-refund-request.json"));
    let mut expected: Value = serde_json::from_str(request).unwrap();
    expected["reference"] = json!(format!("{ORDER}/return-01/2"));
    assert_eq!(sent, expected);
}

#[tokio::test]
async fn a_key_that_is_too_long_for_adyen_becomes_another_that_is_always_the_same() {
    let long = Asked { name: "parcel-12345-P12345", ..REFUND };
    let other = Asked { name: "parcel-12345-P12346", ..REFUND };
    let mut keys = Vec::new();
    for asked in [long, long, other] {
        let (adyen, calls) = answering(201, &received().to_string(), "").await;
        asked.asked(&adyen).await.unwrap();
        let key = calls.lock().unwrap()[0].headers["idempotency-key"].to_str().unwrap().to_owned();
        assert!(key.len() <= 64, "{key}");
        keys.push(key);
    }
    assert_eq!(keys[0], keys[1]);
    assert_ne!(keys[0], keys[2]);
    let whole = asked_key(Asked { name: "return-01-and-many-more-letters", ..REFUND }).await;
    assert_eq!(whole.len(), 64);
    assert!(whole.bytes().all(|byte| byte.is_ascii_hexdigit()));
}

async fn asked_key(asked: Asked) -> String {
    asked.of(async |request| idempotency_key(request)).await
}

#[tokio::test]
async fn what_adyen_cannot_move_or_name_is_not_asked_for() {
    let table = [
        (Asked { currency: "IDR", amount: 150, ..REFUND }, "amount_too_precise"),
        (Asked { name: "a-name-that-leaves-no-room-for-the-order-s-id-in-80", ..REFUND }, "reference_too_long"),
    ];
    for (asked, why) in table {
        let (adyen, calls) = answering(201, &received().to_string(), "").await;
        assert_eq!(asked.asked(&adyen).await.unwrap(), Reply::Decided(Outcome::Refused(why.to_owned())));
        assert!(calls.lock().unwrap().is_empty());
    }
}

#[tokio::test]
async fn only_an_answer_that_decides_ends_the_attempt() {
    let error = |code: &str, kind: &str| {
        json!({"status": 422, "errorCode": code, "message": "Ada's card", "errorType": kind, "pspReference": "x"})
            .to_string()
    };
    let refused = |code: &str| Some(Outcome::Refused(code.to_owned()));
    let table = [
        (422, error("167", "validation"), refused("167")),
        (422, error("14_030", "validation"), refused("14_030")),
        (422, error("a b\n<c>", "validation"), refused("abc")),
        (422, error(&"9".repeat(200), "validation"), refused(&"9".repeat(64))),
        (400, error("702", "validation"), refused("702")),
        (404, error("137", "validation"), refused("137")),
        // The account or the key is wrong: an operator can change that.
        (401, error("000", "security"), None),
        (403, error("901", "security"), None),
        (403, error("010", "security"), None),
        (422, error("901", "security"), None),
        (422, error("905", "configuration"), None),
        // Another request uses the key.
        (422, error("704", "validation"), None),
        (409, error("704", "validation"), None),
        (409, error("x", "validation"), None),
        (429, error("x", "validation"), None),
        (408, error("x", "validation"), None),
        // Not Adyen's word.
        (404, "not found".to_owned(), None),
        (400, "{}".to_owned(), None),
        (422, json!({"errorCode": 167}).to_string(), None),
        (302, "{}".to_owned(), None),
        (600, "{}".to_owned(), None),
        (202, received().to_string(), None),
        (201, "{}".to_owned(), None),
        (201, "garbage".to_owned(), None),
        (200, "null".to_owned(), None),
    ];
    for (status, body, expected) in table {
        let (adyen, _) = answering(status, &body, "false").await;
        match (REFUND.asked(&adyen).await, expected) {
            (Ok(reply), Some(expected)) => assert_eq!(reply, Reply::Decided(expected), "{status} {body}"),
            (Err(Error::Outside(why)), None) => assert!(!why.contains("AQE") && !why.contains("Ada"), "{why}"),
            other => panic!("{status} {body}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn an_answer_about_something_else_decides_nothing() {
    let changed = [
        ("pspReference", json!(null)),
        ("pspReference", json!("a b")),
        ("pspReference", json!("x".repeat(129))),
        ("pspReference", json!(5)),
        ("status", json!("authorised")),
        ("status", json!(null)),
        ("paymentPspReference", json!("another")),
        ("paymentPspReference", json!(null)),
    ];
    for (field, value) in changed {
        let mut answer = received();
        answer[field] = value.clone();
        for asked in [REFUND, CAPTURE, VOID] {
            let (adyen, _) = answering(201, &answer.to_string(), "").await;
            assert!(matches!(asked.asked(&adyen).await, Err(Error::Outside(_))), "{field} {value}");
        }
    }
}

#[tokio::test]
async fn a_failure_of_adyen_s_own_is_never_for_good_and_a_transient_one_changed_nothing() {
    let failure = json!({"status": 500, "errorCode": "905", "errorType": "configuration"}).to_string();
    for (status, body) in [(500, failure.as_str()), (503, "{}"), (502, "garbage")] {
        let (adyen, _) = answering(status, body, "false").await;
        match REFUND.asked(&adyen).await.unwrap() {
            Reply::Failed { why, for_good } => assert!(!for_good && why.contains(&status.to_string()), "{why}"),
            decided @ Reply::Decided(_) => panic!("{decided:?}"),
        }
        let (adyen, _) = answering(status, body, "true").await;
        assert!(matches!(REFUND.asked(&adyen).await, Err(Error::Outside(_))), "{status}");
    }
    let refused = json!({"status": 422, "errorCode": "167", "errorType": "validation"}).to_string();
    let (adyen, _) = answering(422, &refused, "true").await;
    assert!(matches!(REFUND.asked(&adyen).await, Err(Error::Outside(_))), "a transient refusal is none");
}

#[tokio::test]
async fn an_adyen_that_does_not_answer_decides_nothing() {
    for url in ["http://127.0.0.1:1", "no URL", ""] {
        let outcome = REFUND.asked(&with_key(url, "AQE_secret")).await;
        assert!(matches!(outcome, Err(Error::Outside(_))), "{url}: {outcome:?}");
    }
}

#[tokio::test]
async fn what_became_of_it_only_a_person_can_find() {
    for asked in [REFUND, CAPTURE, VOID] {
        let adyen = with_key("http://127.0.0.1:1", "AQE_secret");
        match asked.of(async |request| adyen.find(request).await).await {
            Err(Error::Outside(why)) => {
                let reference = format!("{ORDER}/{}/2", asked.name);
                assert!(why.contains("Customer Area") && why.contains(PAYMENT) && why.contains(&reference), "{why}");
            }
            other => panic!("{other:?}"),
        }
        let known = adyen.payment(&PAYMENT.parse().unwrap(), Timestamp::UNIX_EPOCH).await;
        assert_eq!(known.unwrap(), []);
    }
}

#[tokio::test]
async fn without_a_key_nothing_is_ready_and_a_key_is_never_printed() {
    match with_key("http://127.0.0.1:1", "").ready().await {
        Err(Error::Outside(why)) => assert!(why.contains("ADYEN_API_KEY") && why.contains("empty"), "{why}"),
        other => panic!("{other:?}"),
    }
    let adyen = with_key("http://127.0.0.1:1", "AQE_secret");
    adyen.ready().await.unwrap();
    assert!(!format!("{adyen:?}").contains("AQE"));
}
