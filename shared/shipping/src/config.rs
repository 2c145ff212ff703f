//! Which services the shop uses.

use crate::service::{Service, list};
use runtime::ConfigError;

/// Names the services in use, separated by commas. Empty: nobody tells of parcels but people.
const SERVICES: &str = "TRACKING_SERVICES";
/// Names the one that follows parcels. Empty: none does.
const FOLLOWER: &str = "TRACKED_BY";
/// Names those that sell labels, or have sold some, separated by commas. Empty: none.
const SELLERS: &str = "LABEL_SELLERS";

/// The services that the environment variable `TRACKING_SERVICES` names.
pub fn configured() -> Result<Vec<Service>, ConfigError> {
    parse(SERVICES, &runtime::optional(SERVICES).unwrap_or_default())
}

/// The services that the environment variable `LABEL_SELLERS` names.
pub fn sellers() -> Result<Vec<Service>, ConfigError> {
    sellers_of(&runtime::optional(SELLERS).unwrap_or_default())
}

fn sellers_of(names: &str) -> Result<Vec<Service>, ConfigError> {
    let sellers = parse(SELLERS, names)?;
    if sellers.contains(&Service::AfterShip) { Err(no_seller(Service::AfterShip)) } else { Ok(sellers) }
}

pub(crate) fn no_seller(service: Service) -> ConfigError {
    ConfigError::Invalid { name: SELLERS, problem: format!("{} sells no labels", service.name()) }
}

/// The service that the environment variable `TRACKED_BY` names.
pub(crate) fn follower() -> Result<Option<Service>, ConfigError> {
    follower_of(&runtime::optional(FOLLOWER).unwrap_or_default(), &configured()?)
}

/// The services that a list names. An unknown name is an error that lists the known ones.
fn parse(variable: &'static str, names: &str) -> Result<Vec<Service>, ConfigError> {
    let mut services = Vec::new();
    for name in names.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        let service = Service::named(name).ok_or_else(|| ConfigError::Invalid {
            name: variable,
            problem: format!("there is no service {name:?}; known: {}", list(Service::ALL)),
        })?;
        if !services.contains(&service) {
            services.push(service);
        }
    }
    Ok(services)
}

fn follower_of(name: &str, services: &[Service]) -> Result<Option<Service>, ConfigError> {
    let name = name.trim();
    if name.is_empty() {
        return Ok(None);
    }
    let wrong = |problem: String| Err(ConfigError::Invalid { name: FOLLOWER, problem });
    match Service::named(name) {
        None => wrong(format!("there is no service {name:?}; known: {}", list(Service::ALL))),
        Some(Service::Sendcloud) => wrong(
            "sendcloud follows only parcels that it sold the label of, and these by itself; name another one, or none"
                .to_owned(),
        ),
        Some(service) if !services.contains(&service) => wrong(format!("{SERVICES} does not name {name}")),
        follower => Ok(follower),
    }
}

/// A variable that is `true` or `false`.
pub(crate) fn flag(name: &'static str) -> Result<bool, ConfigError> {
    let wrong = |_| ConfigError::Invalid { name, problem: "must be true or false".to_owned() };
    runtime::variable(name)?.parse().map_err(wrong)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_services_in_use_are_named_once_each_and_may_be_none() {
        let all = list(Service::ALL);
        assert_eq!(all, "easypost, shippo, sendcloud, aftership");
        assert_eq!(parse(SERVICES, &all).unwrap(), Service::ALL);
        assert_eq!(parse(SERVICES, &format!(" {all} ,, {all}\n")).unwrap(), Service::ALL);
        assert_eq!(parse(SERVICES, " , ").unwrap(), []);
        let error = parse(SERVICES, "shippo, nobody").unwrap_err().to_string();
        assert!(error.contains("\"nobody\"") && error.contains(&all) && error.contains(SERVICES), "{error}");
    }

    #[test]
    fn one_of_the_services_in_use_follows_parcels_or_none() {
        let used = [Service::EasyPost, Service::Sendcloud];
        assert_eq!(follower_of("", &used).unwrap(), None);
        assert_eq!(follower_of(" easypost ", &used).unwrap(), Some(Service::EasyPost));
        for (name, problem) in [
            ("nobody", "\"nobody\""),
            ("aftership", "TRACKING_SERVICES does not name aftership"),
            ("sendcloud", "sendcloud follows only parcels that it sold the label of"),
        ] {
            let error = follower_of(name, &used).unwrap_err().to_string();
            assert!(error.contains(problem) && error.contains(FOLLOWER), "{error}");
        }
    }

    #[test]
    fn labels_are_bought_from_services_that_sell_them_the_first_of_them_first() {
        assert_eq!(sellers_of("").unwrap(), []);
        assert_eq!(sellers_of(" shippo,easypost, shippo").unwrap(), [Service::Shippo, Service::EasyPost]);
        assert_eq!(sellers_of("sendcloud").unwrap(), [Service::Sendcloud]);
        for (names, problem) in [("easypost,aftership", "aftership sells no labels"), ("easypost,nobody", "\"nobody\"")]
        {
            let error = sellers_of(names).unwrap_err().to_string();
            assert!(error.contains(problem) && error.contains(SELLERS), "{error}");
        }
    }
}
