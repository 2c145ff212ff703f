//! EventBridge: the default event bus with the rules of the template.

use super::sqs::Sqs;
use crate::template::EventRule;
use serde_json::Value;

/// Passes events on to queues.
#[derive(Debug)]
pub(super) struct EventBus {
    rules: Vec<EventRule>,
    sqs: Sqs,
}

impl EventBus {
    pub(super) fn new(rules: &[EventRule], sqs: &Sqs) -> Self {
        Self { rules: rules.to_vec(), sqs: sqs.clone() }
    }

    /// Gives an event to every rule that it matches.
    pub(super) async fn put(&self, event: &Value) {
        for EventRule { name, queue, input, .. } in self.rules.iter().filter(|rule| rule.pattern.matches(event)) {
            let Some(message) = input.apply(event) else {
                tracing::error!(rule = name, "an event lacks what the rule's InputTransformer names");
                continue;
            };
            if let Err(error) = self.sqs.send(queue, message).await {
                tracing::error!(rule = name, %error, "an event was not passed on");
            }
        }
    }
}
