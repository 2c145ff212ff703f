//! Adyen's webhook in the API's description.

use super::NAME;
use crate::description::{Description, Row};
use domain::ids::PaymentId;
use serde_json::json;

const PAYMENT: &str = "QFQTPCQ8HXSKGK82";

/// What is set, and how Orderly asks: a row of the table in docs/PAYMENTS.md each.
const SETTINGS: &[(&str, &str)] = &[
    ("use", "`UseAdyen=true`, `AdyenMerchantAccount`, `AdyenApiUrl` (live: with your prefix)"),
    (
        "webhook",
        "`POST /webhooks/payments/adyen`; each item is signed over eight of its fields, two keys while one is \
         rolled; the answer is `[accepted]`",
    ),
    (
        "secrets",
        "`AdyenHmacKeys` (hexadecimal, one on a line), `AdyenApiKey`; with `AdyenBasicAuth=true` also \
         `AdyenWebhookCredentials` (`user:password`)",
    ),
    ("which order", "`merchantReference`: `ord_…`, or `CHANNEL/ID` with the channel's own id"),
    (
        "who captures",
        "`AdyenCaptures`: `automatic` (the capture delay), or `manual` (Orderly, as `Capture` says); \
         `AdyenCapturesOtherwise` names methods that go the other way",
    ),
    (
        "several captures",
        "`AdyenSeveralCaptures` names the methods, as `paymentMethod` of the events does (`visa,mc`), for which Adyen's support \
         has enabled multiple partial captures. With others, a partial capture cancels the rest",
    ),
    (
        "refunds, captures, voids",
        "`POST /v72/payments/{psp}/refunds`, `/captures`, `/cancels`; Adyen answers `received`, and its \
         webhook tells the outcome",
    ),
    (
        "looked for",
        "nowhere: Adyen has no such request. What stays unknown for a week needs a person in the Customer Area",
    ),
    (
        "reports",
        "`AdyenReportsUrl` (`https://ca-test.adyen.com`; live: `https://ca-live.adyen.com`) and the secret `AdyenReportKey` \
         (of the report user): the daily Payments accounting report",
    ),
    ("keys hold", "seven days at least"),
    (
        "an authorization ends",
        "by scheme: Visa, Discover, Diners 10 days; Mastercard, Maestro, American Express 7; Cartes Bancaires \
         12; Klarna 28",
    ),
    ("limits", "80 characters of reference; CLP and ISK have two decimals at Adyen, CVE and IDR none"),
];

/// What becomes of events.
pub(super) const EVENTS: &[Row] = &[
    Row {
        events: &["AUTHORISATION"],
        when: "",
        becomes: "authorized; where Adyen captures by itself also captured. Without success: failed",
    },
    Row { events: &["AUTHORISATION_ADJUSTMENT"], when: "", becomes: "authorized anew" },
    Row { events: &["PENDING"], when: "", becomes: "pending" },
    Row { events: &["OFFER_CLOSED"], when: "", becomes: "failed" },
    Row { events: &["CAPTURE"], when: "", becomes: "a capture. Without success: one that failed" },
    Row { events: &["CAPTURE_FAILED"], when: "", becomes: "a failed capture, which takes the money away again" },
    Row {
        events: &["CANCELLATION", "TECHNICAL_CANCEL", "EXPIRE"],
        when: "",
        becomes: "voided. The first two without success: a void that could not be done",
    },
    Row { events: &["CANCEL_OR_REFUND"], when: "", becomes: "what its `modification.action` says" },
    Row { events: &["REFUND"], when: "", becomes: "refunded. Without success: a refund that failed" },
    Row { events: &["POSTPONED_REFUND"], when: "", becomes: "a refund that is pending" },
    Row { events: &["REFUND_FAILED", "REFUNDED_REVERSED"], when: "", becomes: "a refund that failed" },
    Row { events: &["REQUEST_FOR_INFORMATION"], when: "", becomes: "a bank's inquiry" },
    Row {
        events: &[
            "NOTIFICATION_OF_CHARGEBACK",
            "DISPUTE_OPENED_WITH_CHARGEBACK",
            "PREARBITRATION_OPEN",
            "PREARBITRATION_DECLINED",
            "SCHEME_ARBITRATION",
        ],
        when: "",
        becomes: "a dispute that is open",
    },
    Row { events: &["CHARGEBACK"], when: "", becomes: "a dispute that is open, or lost if `disputeStatus` says so" },
    Row {
        events: &[
            "CHARGEBACK_REVERSED",
            "ISSUER_RESPONSE_TIMEFRAME_EXPIRED",
            "PREARBITRATION_WON",
            "PREARBITRATION_ISSUER_WITHDRAWN",
            "SCHEME_ARBITRATION_WON",
        ],
        when: "",
        becomes: "a dispute that is won",
    },
    Row {
        events: &["SECOND_CHARGEBACK", "PREARBITRATION_LOST", "PREARBITRATION_ACCEPTED", "SCHEME_ARBITRATION_LOST"],
        when: "",
        becomes: "a dispute that is lost",
    },
    Row {
        events: &["DISPUTE_DEFENSE_PERIOD_ENDED"],
        when: "",
        becomes: "a dispute that is lost; ignored if `disputeStatus` is `Expired`",
    },
    Row { events: &[], when: "any other, another merchant account", becomes: "acknowledged, counted, and ignored" },
];

/// What the API's description says of Adyen.
#[allow(clippy::expect_used)] // constants, which a test reads
pub fn description() -> Description {
    Description {
        settings: SETTINGS,
        events: EVENTS.to_vec(),
        signature: None,
        body: json!({
            "type": "object",
            "description": "A standard webhook: <https://docs.adyen.com/development-resources/webhooks/webhook-types>. \
                            Each item is signed in its `additionalData.hmacSignature`.",
            "required": ["live", "notificationItems"],
        }),
        // As Adyen sends it, cut down to the fields that are read.
        example: json!({
            "live": "true",
            "notificationItems": [{
                "NotificationRequestItem": {
                    "additionalData": { "hmacSignature": "coqCmt/IZ4E3CzPvMY8zTjQVL5hYJUiBRg8UU+iCWo0=" },
                    "amount": { "currency": "EUR", "value": 4990 },
                    "eventCode": "AUTHORISATION",
                    "eventDate": "2026-11-23T20:00:00+01:00",
                    "merchantAccountCode": "ExampleShop",
                    "merchantReference": "web/1001",
                    "paymentMethod": "visa",
                    "pspReference": PAYMENT,
                    "reason": "",
                    "success": "true",
                },
            }],
        }),
        payment: PaymentId {
            provider: NAME.parse().expect("a provider's name"),
            id: PAYMENT.parse().expect("a provider's id"),
        },
    }
}
