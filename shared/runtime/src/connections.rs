//! Connections that do not outlive a freeze.

use super::{Clock, clock::has_passed};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        connector_metadata::ConnectorMetadata,
        http::{HttpClient, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector},
        runtime_components::{RuntimeComponents, RuntimeComponentsBuilder},
    },
};
use aws_smithy_types::config_bag::ConfigBag;
use domain::safeguards::Safeguard;
use jiff::{SignedDuration, Timestamp};
use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// AWS's own clients give an idle connection up after a minute.
pub(super) const KEPT_AT_AWS: SignedDuration = SignedDuration::from_secs(50);
/// What a merchant runs may close it much sooner: a server of Node.js does so after five seconds. A request there is sent
/// once, so its connection must be alive.
pub(super) const KEPT_ELSEWHERE: SignedDuration = SignedDuration::from_secs(4);

/// Makes an HTTP client whose pool keeps idle connections for a given time.
pub(super) type Maker = dyn Fn(SignedDuration) -> SharedHttpClient + Send + Sync;

/// An HTTP client that takes a new pool of connections after a while.
///
/// Between invocations Lambda freezes a sandbox. Its connections are closed meanwhile, by the other side or by what is
/// between, and nobody in the sandbox sees it. The pool's own timer does not help: monotonic clocks may stand still during
/// a freeze. So the wall clock is asked at each request. What counts is the age of the pool and not its last use: it has
/// connections to several hosts, and a busy one says nothing about the others. A handshake in a while is the price.
pub(super) struct Thawing {
    make: Arc<Maker>,
    clock: Clock,
    kept: SignedDuration,
    pool: Mutex<Pool>,
}

struct Pool {
    client: SharedHttpClient,
    made_at: Timestamp,
}

impl Thawing {
    pub(super) fn new(make: Arc<Maker>, clock: &Clock, kept: SignedDuration) -> Self {
        let pool = Mutex::new(Pool { client: make(kept), made_at: clock.now() });
        Self { make, clock: clock.clone(), kept, pool }
    }

    fn pool(&self) -> MutexGuard<'_, Pool> {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Thawing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Thawing({:#})", self.kept)
    }
}

impl HttpClient for Thawing {
    fn http_connector(&self, settings: &HttpConnectorSettings, parts: &RuntimeComponents) -> SharedHttpConnector {
        let (mut pool, now) = (self.pool(), self.clock.now());
        if has_passed(self.kept, pool.made_at, now) && !Safeguard::ConnectionsAreRenewed.is_off() {
            *pool = Pool { client: (self.make)(self.kept), made_at: now };
        }
        pool.client.http_connector(settings, parts)
    }

    fn validate_base_client_config(
        &self,
        parts: &RuntimeComponentsBuilder,
        config: &ConfigBag,
    ) -> Result<(), BoxError> {
        self.pool().client.validate_base_client_config(parts, config)
    }

    fn validate_final_config(&self, parts: &RuntimeComponents, config: &ConfigBag) -> Result<(), BoxError> {
        self.pool().client.validate_final_config(parts, config)
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.pool().client.connector_metadata()
    }
}

/// TLS by ring: a third of the size of the default, and no slow first handshake (docs/adr/0004).
pub(super) fn over_tls(idle: SignedDuration) -> SharedHttpClient {
    aws_smithy_http_client::Builder::new()
        .pool_idle_timeout(idle.unsigned_abs())
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .build_https()
}

#[cfg(test)]
mod tests;
