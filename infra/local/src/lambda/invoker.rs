//! The target of the events of queues and schedules.

use super::{Invocation, InvokeError, Lambda};
use crate::{http_client, template::Function};
use axum::body::Bytes;
use jiff::Timestamp;
use std::time::Duration;
use tokio::time::sleep;

/// How long an external function may take to start, in addition to its run time. A container starts slowly, above all
/// after its image was built or pulled.
const REMOTE_START: Duration = Duration::from_mins(2);

/// The functions of this stack, or those behind another Invoke API (`sam local start-lambda`).
#[derive(Clone)]
pub enum Invoker {
    Local(Lambda),
    Remote(Remote),
}

/// A function's answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// An external Invoke API need not tell it.
    pub request_id: Option<String>,
    pub payload: Bytes,
    pub function_error: bool,
}

/// An external Invoke API, which names functions by their logical ids.
#[derive(Clone)]
pub struct Remote {
    endpoint: String,
    client: reqwest::Client,
}

impl Invoker {
    /// Invokes a function and waits for its answer.
    pub async fn invoke(&self, function: &Function, event: Vec<u8>) -> Result<Answer, InvokeError> {
        match self {
            Self::Local(lambda) => {
                let invocation = lambda.invoke(&function.name, event).await?;
                let Invocation { request_id, payload, function_error, .. } = invocation;
                Ok(Answer { request_id: Some(request_id), payload, function_error })
            }
            Self::Remote(remote) => remote.invoke(function, event).await,
        }
    }

    /// What a function has logged of a queue's record since a moment, where its log is at hand. A log comes through a pipe, and so
    /// perhaps a moment after the answer.
    pub(crate) async fn logged_of(&self, record: &str, since: Timestamp) -> Option<String> {
        const TRIES: usize = 10;
        const PAUSE: Duration = Duration::from_millis(20);
        let Self::Local(lambda) = self else { return None };
        for _ in 0..TRIES {
            let found = lambda.logs().last_about(record, since);
            if found.is_some() {
                return found;
            }
            sleep(PAUSE).await;
        }
        None
    }
}

impl Remote {
    /// `endpoint` is such as `http://127.0.0.1:3001`.
    pub fn new(endpoint: &str) -> Self {
        Self { endpoint: endpoint.trim_end_matches('/').to_owned(), client: http_client() }
    }

    async fn invoke(&self, function: &Function, event: Vec<u8>) -> Result<Answer, InvokeError> {
        let unreachable = |source| InvokeError::Remote { endpoint: self.endpoint.clone(), source };
        let url = format!("{}/2015-03-31/functions/{}/invocations", self.endpoint, function.logical_id);
        let request = self.client.post(url).timeout(REMOTE_START + function.timeout).body(event);
        let response = request.send().await.map_err(unreachable)?;
        let response = response.error_for_status().map_err(unreachable)?;
        let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let (request_id, function_error) = (header("x-amzn-requestid"), header("x-amz-function-error").is_some());
        Ok(Answer { request_id, payload: response.bytes().await.map_err(unreachable)?, function_error })
    }
}
