#![allow(clippy::unwrap_used)]

use super::*;
use crate::square::api::tests::answering;
use serde_json::{Value, json};

fn error(category: &str, code: &str) -> Value {
    json!({"errors": [{"category": category, "code": code, "detail": "Ada's card", "field": "amount_money"}]})
}

async fn judged(status: u16, body: &Value) -> Result<Reply, Error> {
    let (square, _) = answering(status, body).await;
    refusal(&square.get("/").await.unwrap())
}

#[tokio::test]
async fn a_request_that_square_calls_wrong_is_refused_with_its_word() {
    let invalid = "INVALID_REQUEST_ERROR";
    let table = [
        (400, error("REFUND_ERROR", "REFUND_AMOUNT_INVALID"), "REFUND_AMOUNT_INVALID"),
        (400, error("REFUND_ERROR", "PAYMENT_NOT_REFUNDABLE"), "PAYMENT_NOT_REFUNDABLE"),
        (400, error("REFUND_ERROR", "PAYMENT_NOT_REFUNDABLE_DUE_TO_DISPUTE"), "PAYMENT_NOT_REFUNDABLE_DUE_TO_DISPUTE"),
        (400, error("REFUND_ERROR", "REFUND_DECLINED"), "REFUND_DECLINED"),
        (400, error("PAYMENT_METHOD_ERROR", "DELAYED_TRANSACTION_EXPIRED"), "DELAYED_TRANSACTION_EXPIRED"),
        (404, error(invalid, "NOT_FOUND"), "NOT_FOUND"),
        (422, error(invalid, "UNPROCESSABLE_ENTITY"), "UNPROCESSABLE_ENTITY"),
        (400, error(invalid, "a b\n<c>"), "abc"),
        (400, error(invalid, &"X".repeat(500)), &"X".repeat(64)),
        (400, error(invalid, "***"), "unknown"),
        (400, json!({}), "unknown"),
        (400, json!([]), "unknown"),
        (400, json!({"errors": [{"code": 7}]}), "unknown"),
    ];
    for (status, body, code) in table {
        let decided = Reply::Decided(Outcome::Refused(code.to_owned()));
        assert_eq!(judged(status, &body).await.unwrap(), decided, "{status} {body}");
    }
}

#[tokio::test]
async fn what_may_succeed_later_decides_nothing() {
    let table = [
        (401, error("AUTHENTICATION_ERROR", "UNAUTHORIZED")),
        (403, error("AUTHENTICATION_ERROR", "INSUFFICIENT_SCOPES")),
        (403, json!({})),
        (400, error("AUTHENTICATION_ERROR", "ACCESS_TOKEN_REVOKED")),
        (400, error("API_ERROR", "INTERNAL_SERVER_ERROR")),
        (400, error("EXTERNAL_VENDOR_ERROR", "PLAID_ERROR")),
        (408, error("INVALID_REQUEST_ERROR", "REQUEST_TIMEOUT")),
        (409, error("INVALID_REQUEST_ERROR", "CONFLICT")),
        (400, error("INVALID_REQUEST_ERROR", "CONFLICT")),
        (429, error("RATE_LIMIT_ERROR", "RATE_LIMITED")),
        (400, error("REFUND_ERROR", "REFUND_ALREADY_PENDING")),
        (400, error("INVALID_REQUEST_ERROR", "VERSION_MISMATCH")),
        (400, error("PAYMENT_METHOD_ERROR", "TEMPORARY_ERROR")),
        (302, json!({})),
        (600, json!({})),
    ];
    for (status, body) in table {
        match judged(status, &body).await {
            Err(Error::Outside(why)) => assert!(!why.contains("Ada") && !why.contains("EAAA"), "{why}"),
            other => panic!("{status} {body}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn no_failure_is_for_good() {
    let table = [
        (500, error("API_ERROR", "INTERNAL_SERVER_ERROR")),
        (502, json!("garbage")),
        (503, error("API_ERROR", "SERVICE_UNAVAILABLE")),
        (504, error("API_ERROR", "GATEWAY_TIMEOUT")),
        (400, error("INVALID_REQUEST_ERROR", "IDEMPOTENCY_KEY_REUSED")),
        (409, error("INVALID_REQUEST_ERROR", "IDEMPOTENCY_KEY_REUSED")),
    ];
    for (status, body) in table {
        match judged(status, &body).await.unwrap() {
            Reply::Failed { why, for_good } => assert!(!for_good && !why.contains("Ada"), "{status} {why}"),
            reply @ Reply::Decided(_) => panic!("{status} {body}: {reply:?}"),
        }
    }
}
