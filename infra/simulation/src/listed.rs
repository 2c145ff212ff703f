//! Which webhooks may be lost for ever: what they tell is in the provider's list too. Of an authorization or a failed debit only the
//! webhook tells.

use orderly_local::payments::{Embedded, Provider, Webhook, adyen};

/// What a webhook is called, if its provider lists what it tells.
pub(crate) fn listed(simulated: &Embedded, provider: Provider, webhook: &Webhook) -> Option<String> {
    let event = webhook.event();
    let kind = event["type"].as_str().or(event["event_type"].as_str()).unwrap_or_default();
    let is_listed = match provider {
        Provider::Stripe => matches!(
            kind,
            "payment_intent.succeeded"
                | "charge.refunded"
                | "refund.created"
                | "refund.updated"
                | "charge.dispute.created"
                | "charge.dispute.closed"
                | "charge.captured"
        ),
        // Its list of disputes has no times.
        Provider::Square => match kind {
            "payment.updated" => event["data"]["object"]["payment"]["status"] == "COMPLETED",
            kind => matches!(kind, "refund.created" | "refund.updated"),
        },
        // Of disputes its list tells only what they come to.
        Provider::PayPal => matches!(kind, "PAYMENT.CAPTURE.COMPLETED" | "PAYMENT.CAPTURE.REFUNDED"),
        // A webhook only names the payment.
        Provider::Mollie => {
            let is_it = |id: &str| webhook.body == format!("id={id}").into_bytes();
            let payments = simulated.payments();
            let has_money = payments.iter().any(|payment| is_it(&payment.id) && payment.received() > 0);
            return has_money.then(|| "webhook".to_owned());
        }
        // What is only authorized is in no list, nor what could not be done, nor a dispute that is lost without more money.
        Provider::Adyen => {
            let item = &event["notificationItems"][0]["NotificationRequestItem"];
            let code = item["eventCode"].as_str().unwrap_or_default();
            let is_listed = match code {
                "AUTHORISATION" => item["paymentMethod"] != adyen::MANUAL_METHOD,
                code => matches!(code, "CAPTURE" | "REFUND" | "REFUND_FAILED" | "CHARGEBACK" | "CHARGEBACK_REVERSED"),
            };
            return (is_listed && item["success"] == "true").then(|| code.to_owned());
        }
        Provider::Standard => false,
    };
    is_listed.then(|| kind.to_owned())
}
