//! The AWS clients of a function, made once per sandbox.

use super::{
    Clock,
    connections::{KEPT_AT_AWS, KEPT_ELSEWHERE, Maker, Thawing, over_tls},
    web::Web,
};
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_sdk_secretsmanager::{error::DisplayErrorContext, operation::get_secret_value::GetSecretValueError};
use aws_smithy_runtime_api::client::{
    http::SharedHttpClient, stalled_stream_protection::StalledStreamProtectionConfig,
};
use aws_smithy_types::{retry::RetryConfig, timeout::TimeoutConfig};
use aws_types::{SdkConfig, region::Region};
use jiff::SignedDuration;
use std::{sync::Arc, time::Duration};
use store::{Queues, Sender, Store, Tables};

/// Why a function cannot start. Each error says what to set.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("the environment variable {0} is not set; template.yaml sets it for deployed functions")]
    Missing(&'static str),
    #[error("the environment variable {name} is wrong: {problem}")]
    Invalid { name: &'static str, problem: String },
    #[error("the secret that {name} names cannot be read: {problem}")]
    Secret { name: &'static str, problem: String },
}

/// A variable that must be there; an empty one counts as not set.
pub fn variable(name: &'static str) -> Result<String, ConfigError> {
    optional(name).ok_or(ConfigError::Missing(name))
}

/// A variable that may be absent or empty.
pub fn optional(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// No healthy call to AWS takes this long. A lost call must not use up the whole invocation.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(3);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
const MAX_ATTEMPTS: u32 = 3;

/// How to reach AWS or its stand-in.
#[derive(Debug, Clone)]
pub struct Aws {
    config: SdkConfig,
    /// For requests to services other than AWS.
    web: SharedHttpClient,
}

impl Aws {
    /// Region and credentials as Lambda gives them, the endpoint from `ORDERLY_AWS_ENDPOINT` (empty: AWS).
    pub fn from_env() -> Result<Self, ConfigError> {
        let region = variable("AWS_REGION")?;
        let credentials =
            aws_sdk_dynamodb::config::SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new());
        Ok(Self::new(region, credentials, optional("ORDERLY_AWS_ENDPOINT"), &Clock::system(), over_tls))
    }

    /// The clients over HTTP clients that `connect` makes, each with a pool that keeps idle connections for a given time.
    /// A simulation injects its faults there.
    pub fn new(
        region: String,
        credentials: aws_sdk_dynamodb::config::SharedCredentialsProvider,
        endpoint: Option<String>,
        clock: &Clock,
        connect: impl Fn(SignedDuration) -> SharedHttpClient + Send + Sync + 'static,
    ) -> Self {
        let connect: Arc<Maker> = Arc::new(connect);
        let client = |kept| SharedHttpClient::new(Thawing::new(Arc::clone(&connect), clock, kept));
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .operation_attempt_timeout(ATTEMPT_TIMEOUT)
            .build();
        let retries =
            RetryConfig::standard().with_max_attempts(MAX_ATTEMPTS).with_initial_backoff(Duration::from_millis(50));
        let mut config = SdkConfig::builder()
            .behavior_version(aws_config::BehaviorVersion::latest())
            .region(Region::new(region))
            .credentials_provider(credentials)
            .http_client(client(KEPT_AT_AWS))
            .timeout_config(timeouts)
            .retry_config(retries)
            // Each attempt has its time limit, so the speed of bodies of a few kilobytes need not be watched.
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .sleep_impl(aws_smithy_async::rt::sleep::SharedAsyncSleep::new(
                aws_smithy_async::rt::sleep::TokioSleep::new(),
            ))
            .time_source(aws_smithy_async::time::SystemTimeSource::new())
            .identity_cache(aws_sdk_dynamodb::config::IdentityCache::lazy().build());
        config.set_endpoint_url(endpoint);
        Self { config: config.build(), web: client(KEPT_ELSEWHERE) }
    }

    /// For programs outside the functions: whatever answers at `endpoint`, called without a role.
    pub fn beside(endpoint: &str) -> Self {
        let nobody = aws_sdk_dynamodb::config::Credentials::new("beside", "beside", None, None, "beside");
        let credentials = aws_sdk_dynamodb::config::SharedCredentialsProvider::new(nobody);
        Self::new("us-east-1".to_owned(), credentials, Some(endpoint.to_owned()), &Clock::system(), over_tls)
    }

    /// For the tools of people: their credentials from the environment, and AWS or what answers at `endpoint`.
    pub fn of_a_person(region: String, endpoint: Option<String>) -> Self {
        let credentials =
            aws_sdk_dynamodb::config::SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new());
        Self::new(region, credentials, endpoint, &Clock::system(), over_tls)
    }

    /// Requests to services other than AWS. Each may take as long as `timeout`.
    pub fn web(&self, timeout: Duration) -> Web {
        Web::new(self.web.clone(), timeout)
    }

    pub fn config(&self) -> &SdkConfig {
        &self.config
    }

    /// The tables and queues that the template names.
    pub fn store(&self) -> Result<Store, ConfigError> {
        let tables = Tables::of(|table| variable(table.variable()))?;
        Ok(self.store_of(tables, Queues::of(|consumer| variable(consumer.variable()))?))
    }

    pub fn store_of(&self, tables: Tables, queues: Queues) -> Store {
        let config = self.config.clone();
        let sender = Sender::new(queues, move || aws_sdk_sqs::Client::new(&config));
        Store::new(aws_sdk_dynamodb::Client::new(&self.config), tables, sender)
    }

    /// The text of the secret `arn`, which the variable `name` holds. See [`Secret`](super::Secret).
    pub(super) async fn secret(&self, name: &'static str, arn: &str) -> Result<String, ConfigError> {
        let client = aws_sdk_secretsmanager::Client::new(&self.config);
        let answer = client.get_secret_value().secret_id(arn).send().await;
        let problem = |problem: String| ConfigError::Secret { name, problem };
        let answer = answer.map_err(|e| {
            problem(format!(
                "{}; put a value: aws secretsmanager put-secret-value --secret-id {arn}",
                DisplayErrorContext(e)
            ))
        })?;
        Ok(answer.secret_string.unwrap_or_default())
    }

    /// The text of the secret that the variable `name` holds, as it is now. None: nobody has put one yet.
    pub async fn present_secret(&self, name: &'static str) -> Result<Option<String>, ConfigError> {
        let client = aws_sdk_secretsmanager::Client::new(&self.config);
        let answer = client.get_secret_value().secret_id(variable(name)?).send().await;
        match answer {
            Ok(answer) => Ok(answer.secret_string),
            Err(error)
                if error.as_service_error().is_some_and(GetSecretValueError::is_resource_not_found_exception) =>
            {
                Ok(None)
            }
            Err(error) => Err(ConfigError::Secret { name, problem: DisplayErrorContext(error).to_string() }),
        }
    }

    /// Writes another value of the secret that the variable `name` holds.
    pub async fn put_secret(&self, name: &'static str, value: &str) -> Result<(), ConfigError> {
        let client = aws_sdk_secretsmanager::Client::new(&self.config);
        let put = client.put_secret_value().secret_id(variable(name)?).secret_string(value).send().await;
        let problem = |error| ConfigError::Secret { name, problem: DisplayErrorContext(error).to_string() };
        put.map(drop).map_err(problem)
    }
}
