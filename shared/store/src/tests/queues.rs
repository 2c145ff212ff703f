//! SQS, as far as the store uses it. It keeps the messages for the tests.

use domain::duty::Consumer;
use serde_json::{Value, json};
use std::{convert::Infallible, sync::Mutex};

/// The queues, one per consumer.
#[derive(Default)]
pub(super) struct Sqs(Mutex<State>);

#[derive(Default)]
struct State {
    messages: Vec<(Consumer, String)>,
    mood: Mood,
}

/// How SQS answers a request.
#[derive(Default, Clone, Copy)]
pub(super) enum Mood {
    #[default]
    TakesAll,
    /// It refuses every request.
    Refuses,
    /// It accepts only this many messages of each batch.
    TakesFirst(usize),
}

pub(super) fn all() -> crate::Queues {
    let url = |consumer: Consumer| Ok::<_, Infallible>(format!("http://aws.invalid/{}", consumer.variable()));
    crate::Queues::of(url).unwrap()
}

fn consumer(url: &Value) -> Consumer {
    let name = url.as_str().unwrap().rsplit('/').next().unwrap();
    Consumer::ALL.into_iter().find(|consumer| consumer.variable() == name).unwrap()
}

impl Sqs {
    pub(super) fn is(&self, mood: Mood) {
        self.0.lock().unwrap().mood = mood;
    }

    /// The messages sent since the last call, in order of arrival.
    pub(super) fn take(&self) -> Vec<(Consumer, String)> {
        std::mem::take(&mut self.0.lock().unwrap().messages)
    }

    /// The status and body of the answer to a request.
    pub(super) fn answer(&self, operation: &str, body: &Value) -> (u16, Value) {
        let mut state = self.0.lock().unwrap();
        let queue = consumer(&body["QueueUrl"]);
        let limit = match state.mood {
            Mood::Refuses => {
                return (400, json!({"__type": "com.amazonaws.sqs#AccessDeniedException", "message": "no"}));
            }
            Mood::TakesAll => usize::MAX,
            Mood::TakesFirst(limit) => limit,
        };
        let mut take = |body: &Value| {
            state.messages.push((queue, body.as_str().unwrap().to_owned()));
            json!({"MessageId": state.messages.len().to_string(), "MD5OfMessageBody": "0"})
        };
        match operation {
            "SendMessage" => (200, take(&body["MessageBody"])),
            "SendMessageBatch" => {
                let (mut successful, mut failed) = (Vec::new(), Vec::new());
                let entries = body["Entries"].as_array().unwrap();
                assert!((1..=10).contains(&entries.len()), "SQS takes one to ten messages a batch");
                for (n, entry) in entries.iter().enumerate() {
                    if n < limit {
                        let mut taken = take(&entry["MessageBody"]);
                        taken["Id"] = entry["Id"].clone();
                        successful.push(taken);
                    } else {
                        failed.push(json!({"Id": entry["Id"], "Code": "InternalError", "SenderFault": false}));
                    }
                }
                (200, json!({"Successful": successful, "Failed": failed}))
            }
            other => panic!("the store does not use {other}"),
        }
    }
}
