//! Which providers the shop uses.

use crate::Provider;
use domain::money::{Amount, Currency};
use runtime::ConfigError;

/// Names the providers in use, separated by commas.
const PROVIDERS: &str = "PAYMENT_PROVIDERS";

/// The providers that the environment variable `PAYMENT_PROVIDERS` names.
pub fn configured() -> Result<Vec<Provider>, ConfigError> {
    parse(&runtime::variable(PROVIDERS)?)
}

/// The providers that a list names. An unknown name, or an empty list, is an error that lists the known names.
pub fn parse(names: &str) -> Result<Vec<Provider>, ConfigError> {
    let wrong = |problem: String| ConfigError::Invalid { name: PROVIDERS, problem };
    let known = || list(Provider::ALL);
    let mut providers = Vec::new();
    for name in names.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        let provider = Provider::named(name);
        let provider = provider.ok_or_else(|| wrong(format!("there is no provider {name:?}; known: {}", known())))?;
        if !providers.contains(&provider) {
            providers.push(provider);
        }
    }
    if providers.is_empty() { Err(wrong(format!("it names no provider; known: {}", known()))) } else { Ok(providers) }
}

/// A variable that is `true` or `false`.
pub(crate) fn flag(name: &'static str, text: &str) -> Result<bool, ConfigError> {
    text.parse().map_err(|_| ConfigError::Invalid { name, problem: "must be true or false".to_owned() })
}

impl Provider {
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|provider| provider.name() == name)
    }
}

/// The smallest amount that one of the providers moves, in minor units. An order can be paid if its total is a multiple
/// of it. 1 without any provider.
pub fn smallest_step(providers: &[Provider], currency: Currency) -> Amount {
    providers.iter().map(|provider| provider.units(currency).step()).min().unwrap_or(1)
}

/// The providers' names, for messages.
pub(crate) fn list(providers: &[Provider]) -> String {
    providers.iter().map(|provider| provider.name()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use domain::ids::ProviderName;

    #[test]
    fn the_providers_in_use_are_named_once_each() {
        let all = list(Provider::ALL);
        assert_eq!(parse(&all).unwrap(), Provider::ALL);
        assert_eq!(parse(&format!(" {all} ,, {all}\n")).unwrap(), Provider::ALL);
        for (names, problem) in
            [("", "it names no provider"), (" , ", "it names no provider"), ("nobody", "\"nobody\"")]
        {
            let error = parse(names).unwrap_err().to_string();
            assert!(error.contains(problem) && error.contains(&all) && error.contains(PROVIDERS), "{error}");
        }
    }

    #[test]
    fn every_provider_s_name_is_one_that_a_payment_may_carry() {
        for provider in Provider::ALL {
            assert_eq!(provider.name().parse::<ProviderName>().unwrap().as_str(), provider.name());
            assert_eq!(Provider::named(provider.name()), Some(*provider));
        }
        assert_eq!(Provider::named("nobody"), None);
    }

    #[test]
    fn an_order_can_be_paid_in_the_smallest_step_of_the_providers_in_use() {
        let dinar: Currency = "KWD".parse().unwrap();
        let smallest = Provider::ALL.iter().map(|provider| provider.units(dinar).step()).min().unwrap();
        assert_eq!(smallest_step(Provider::ALL, dinar), smallest);
        assert_eq!(smallest_step(&[], dinar), 1);
    }
}
