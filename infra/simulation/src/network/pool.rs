//! A function's pool of connections. Its sandbox is frozen between invocations, so it sees no connection close.

use super::{AWS_HOST, Network, broken, lock};
use aws_smithy_runtime_api::client::{
    http::{HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector},
    orchestrator::HttpRequest,
    runtime_components::RuntimeComponents,
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::time::Instant;

/// When each side closes a connection that was not used.
const AWS_CLOSES_AFTER: Duration = Duration::from_mins(1);
const OTHERS_CLOSE_AFTER: Duration = Duration::from_secs(5);

/// Cheap to clone.
#[derive(Debug, Clone)]
pub struct Pool {
    network: Network,
    /// When the connection to each host was last used.
    used: Arc<Mutex<BTreeMap<String, Instant>>>,
}

impl Network {
    /// A pool that has no connection yet.
    pub fn pool(&self) -> Pool {
        Pool { network: self.clone(), used: Arc::default() }
    }
}

impl HttpClient for Pool {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Pool {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let Self { network, used } = self.clone();
        let host = host_of(request.uri());
        let use_now = move || lock(&used).insert(host.clone(), Instant::now()).map(|before| (host.clone(), before));
        HttpConnectorFuture::new(async move {
            if let Some((host, before)) = use_now() {
                let closes_after = if host == AWS_HOST { AWS_CLOSES_AFTER } else { OTHERS_CLOSE_AFTER };
                if before.elapsed() >= closes_after {
                    network.note_dead_connection(&host);
                    return Err(broken());
                }
            }
            let answer = network.exchange(request).await;
            use_now();
            answer
        })
    }
}

fn host_of(uri: &str) -> String {
    uri.parse::<http::Uri>().ok().and_then(|uri| uri.host().map(str::to_owned)).unwrap_or_default()
}
