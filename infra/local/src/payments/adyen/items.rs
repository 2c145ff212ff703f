//! The items of standard webhooks: <https://docs.adyen.com/development-resources/webhooks/webhook-types>.

use super::{MANUAL_METHOD, MERCHANT_ACCOUNT};
use crate::payments::engine::{Payment, Progress, hmac};
use data_encoding::{BASE64, HEXLOWER_PERMISSIVE};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// What an item tells.
#[derive(Debug)]
pub(super) struct Item<'a> {
    pub(super) code: &'a str,
    /// The reference of the operation.
    pub(super) own: &'a str,
    /// The reference of the payment. None: the operation is the payment.
    pub(super) original: Option<&'a str>,
    /// What the merchant wrote on it.
    pub(super) reference: &'a str,
    /// In the currency's minor units, as ISO 4217 counts them.
    pub(super) amount: i64,
    /// Why it did not happen. None: it happened.
    pub(super) failed: Option<&'a str>,
    pub(super) more: Map<String, Value>,
}

impl Item<'_> {
    /// The body of a webhook with only this item, which is not signed yet.
    pub(super) fn body(&self, payment: &Payment, now: Timestamp) -> Vec<u8> {
        let mut item = json!({
            "additionalData": self.more,
            "amount": amount(self.amount, &payment.currency),
            "eventCode": self.code,
            // Adyen tells no fractions of seconds.
            "eventDate": now.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string(),
            "merchantAccountCode": MERCHANT_ACCOUNT,
            "merchantReference": self.reference,
            "paymentMethod": method(payment),
            "pspReference": self.own,
            "reason": self.failed.unwrap_or_default(),
            "success": if self.failed.is_none() { "true" } else { "false" },
        });
        if let Some(original) = self.original {
            item["originalReference"] = original.into();
        }
        let body = json!({ "live": "false", "notificationItems": [{ "NotificationRequestItem": item }] });
        body.to_string().into_bytes()
    }
}

pub(super) fn method(payment: &Payment) -> &'static str {
    match payment.progress {
        _ if payment.is_manual => MANUAL_METHOD,
        Progress::Processing => "multibanco",
        _ => "visa",
    }
}

/// Signs each item of a body: <https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures>.
/// `key` is hexadecimal.
pub(super) fn signed(body: &[u8], key: &str) -> Vec<u8> {
    let key = HEXLOWER_PERMISSIVE.decode(key.as_bytes()).unwrap_or_default();
    let mut body: Value = serde_json::from_slice(body).unwrap_or_default();
    for wrapped in body["notificationItems"].as_array_mut().into_iter().flatten() {
        let item = &mut wrapped["NotificationRequestItem"];
        let text = [
            &item["pspReference"],
            &item["originalReference"],
            &item["merchantAccountCode"],
            &item["merchantReference"],
            &item["amount"]["value"],
            &item["amount"]["currency"],
            &item["eventCode"],
            &item["success"],
        ];
        let text = text.map(|field| match field {
            Value::String(text) => text.clone(),
            Value::Null => String::new(),
            other => other.to_string(),
        });
        item["additionalData"]["hmacSignature"] = BASE64.encode(&hmac(&key, &[text.join(":").as_bytes()])).into();
    }
    body.to_string().into_bytes()
}

/// An amount in Adyen's units: <https://docs.adyen.com/development-resources/currency-codes>.
pub(super) fn amount(amount: i64, currency: &str) -> Value {
    let (times, by) = units(currency);
    json!({ "currency": currency, "value": amount * times / by })
}

/// The minor units of an amount of Adyen's.
pub(super) fn minor_units(value: i64, currency: &str) -> Option<i64> {
    let (times, by) = units(currency);
    value.checked_mul(by).map(|amount| amount / times)
}

/// Adyen's units for one of ISO 4217's, as a fraction.
fn units(currency: &str) -> (i64, i64) {
    match currency {
        "CLP" | "ISK" => (100, 1),
        "CVE" | "IDR" => (1, 100),
        _ => (1, 1),
    }
}
