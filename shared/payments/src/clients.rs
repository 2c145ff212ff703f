//! The APIs of the providers in use.

use crate::{ApiClient, Provider, config};
use app::Error;
use domain::ids::ProviderName;
use runtime::{Aws, Clock, ConfigError};

/// The APIs of the providers in use.
#[derive(Debug)]
pub struct ApiClients(Vec<ApiClient>);

impl ApiClients {
    /// The APIs that the environment configures. No API key is read before the first request.
    pub fn from_env(aws: &Aws, clock: &Clock) -> Result<Self, ConfigError> {
        let clients = config::configured()?.into_iter().map(|provider| provider.api(aws, clock));
        clients.collect::<Result<_, _>>().map(Self)
    }

    pub fn new(clients: impl IntoIterator<Item = ApiClient>) -> Self {
        Self(clients.into_iter().collect())
    }

    /// The API of a payment's provider. Without one, the work stays owed until somebody configures the provider.
    pub fn of(&self, name: &ProviderName) -> Result<&ApiClient, Error> {
        let client = self.0.iter().find(|client| client.provider().name() == name.as_str());
        client.ok_or_else(|| {
            let why = match Provider::named(name.as_str()) {
                Some(_) => "is not in use; add it to PAYMENT_PROVIDERS",
                None => "is not known to this version of Orderly",
            };
            Error::Outside(format!("payment provider {name} {why}"))
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn without_its_provider_its_work_stays_owed_with_a_reason() {
        let clients = ApiClients::new([]);
        let reason = |name: &str| clients.of(&name.parse().unwrap()).unwrap_err().to_string();
        let known = Provider::ALL[0].name();
        let not_in_use = format!("payment provider {known} is not in use; add it to PAYMENT_PROVIDERS");
        assert_eq!(reason(known), not_in_use);
        let unknown = "payment provider nobody is not known to this version of Orderly";
        assert_eq!(reason("nobody"), unknown);
    }
}
