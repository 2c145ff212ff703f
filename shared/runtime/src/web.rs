//! Requests to services other than AWS: the payment provider, a warehouse's system.

use aws_config::{BehaviorVersion, timeout::TimeoutConfig};
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        http::SharedHttpClient,
        interceptors::context::{Error as AnyError, Output},
        orchestrator::{HttpRequest, HttpResponse, OrchestratorError},
        ser_de::DeserializeResponse,
    },
};
use aws_smithy_types::{body::SdkBody, byte_stream::ByteStream, error::display::DisplayErrorContext};
use http::StatusCode;
use std::{convert::Infallible, sync::Mutex, time::Duration};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// Few expected answers are longer. The rest is not read.
const MAX_BODY: usize = 1024 * 1024;

/// Sends each request once, over the HTTP client of the AWS clients. So a binary has one stack of HTTP and TLS, and a
/// simulation has one place to inject faults.
#[derive(Debug, Clone)]
pub struct Web {
    client: SharedHttpClient,
    timeout: Duration,
    max_body: usize,
}

/// An answer of any status. Redirects are not followed.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    /// By lower-case names.
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    /// The value of a header, whose name is in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// No answer came: the request may or may not have been carried out. The error omits the URL, which may hold a token.
#[derive(Debug, thiserror::Error)]
pub enum WebError {
    #[error("its URL is malformed")]
    MalformedUrl,
    #[error("no answer in {} s", .0.as_secs())]
    TimedOut(Duration),
    #[error("{0}")]
    Failed(String),
}

impl Web {
    pub(super) fn new(client: SharedHttpClient, timeout: Duration) -> Self {
        Self { client, timeout, max_body: MAX_BODY }
    }

    /// The same, reading answers of up to so many bytes: files.
    pub fn reading(self, max_body: usize) -> Self {
        Self { max_body, ..self }
    }

    pub async fn send(&self, request: http::Request<Vec<u8>>) -> Result<Answer, WebError> {
        let asked = tokio::time::timeout(self.timeout, self.ask(request));
        asked.await.unwrap_or(Err(WebError::TimedOut(self.timeout)))
    }

    async fn ask(&self, mut request: http::Request<Vec<u8>>) -> Result<Answer, WebError> {
        let uri = std::mem::take(request.uri_mut()).into_parts();
        let (Some(scheme), Some(authority)) = (uri.scheme, uri.authority) else { return Err(WebError::MalformedUrl) };
        let path = uri.path_and_query.map_or_else(|| Ok(http::Uri::default()), |path| path.as_str().parse());
        *request.uri_mut() = path.map_err(|_| WebError::MalformedUrl)?;
        let operation = Operation::builder()
            .service_name("web")
            .operation_name("send")
            .behavior_version(BehaviorVersion::latest())
            .http_client(self.client.clone())
            .endpoint_url(&format!("{scheme}://{authority}"))
            .no_auth()
            .no_retry()
            .timeout_config(TimeoutConfig::builder().connect_timeout(CONNECT_TIMEOUT).build())
            .serializer(|request: http::Request<Vec<u8>>| {
                HttpRequest::try_from(request.map(SdkBody::from)).map_err(BoxError::from)
            })
            .deserializer_impl::<Begun, Infallible>(TakeBody)
            .build();
        let failed = |error: &dyn std::error::Error| WebError::Failed(DisplayErrorContext(error).to_string());
        let Begun { status, headers, body } = operation.invoke(request).await.map_err(|error| failed(&error))?;
        let body = body.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        let (mut chunks, mut body) = (ByteStream::new(body), Vec::new());
        while let Some(chunk) = chunks.next().await {
            body.extend(chunk.map_err(|error| failed(&error))?);
            if body.len() > self.max_body {
                body.truncate(self.max_body);
                break;
            }
        }
        Ok(Answer { status, headers, body })
    }
}

/// The status of an answer whose body is not read yet. Outputs of operations must be shareable between threads, and
/// bodies are not, hence the mutex.
#[derive(Debug)]
struct Begun {
    status: StatusCode,
    headers: Vec<(String, String)>,
    body: Mutex<SdkBody>,
}

/// Accepts every answer. The caller knows what a status means.
#[derive(Debug)]
struct TakeBody;

impl DeserializeResponse for TakeBody {
    fn deserialize_streaming(
        &self,
        response: &mut HttpResponse,
    ) -> Option<Result<Output, OrchestratorError<AnyError>>> {
        let status = StatusCode::from_u16(response.status().as_u16()).unwrap_or(StatusCode::BAD_GATEWAY);
        let body = Mutex::new(std::mem::replace(response.body_mut(), SdkBody::taken()));
        let headers =
            response.headers().iter().map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
        Some(Ok(Output::erase(Begun { status, headers, body })))
    }

    fn deserialize_nonstreaming(&self, _: &HttpResponse) -> Result<Output, OrchestratorError<AnyError>> {
        Err(OrchestratorError::other("every answer is taken as a stream"))
    }
}
