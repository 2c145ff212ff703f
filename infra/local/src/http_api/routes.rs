//! Chooses the function for a request by the rules of API Gateway's HTTP APIs:
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html>.

use crate::template::{Route, System, Trigger};
use std::{cmp::Reverse, collections::BTreeMap};

/// The routes of every function, the most specific first.
pub(super) struct Routes(Vec<Entry>);

struct Entry {
    segments: Vec<Segment>,
    target: Target,
}

/// The target of a request.
#[derive(Debug, Clone)]
pub(super) struct Target {
    /// `POST /orders`, as the template writes it.
    pub(super) key: String,
    pub(super) function: String,
    pub(super) authorizer: Option<String>,
    method: String,
}

#[derive(Debug, PartialEq, Eq)]
enum Segment {
    Literal(String),
    /// `{name}`: any one non-empty segment.
    Variable(String),
    /// `{name+}`: all remaining segments, at least one.
    Greedy(String),
}

impl Routes {
    pub(super) fn new(system: &System) -> Self {
        let mut entries: Vec<Entry> = system
            .functions
            .values()
            .flat_map(|function| function.triggers.iter().map(|trigger| (&function.name, trigger)))
            .filter_map(|(function, trigger)| match trigger {
                Trigger::Http(route) => Some(Entry::new(route, function)),
                Trigger::Queue(_) | Trigger::Stream(_) | Trigger::Schedule(_) => None,
            })
            .collect();
        entries.sort_by_key(Entry::priority);
        Self(entries)
    }

    /// The best route for a decoded path, with the values of its path parameters.
    pub(super) fn find(&self, method: &str, path: &str) -> Option<(&Target, BTreeMap<String, String>)> {
        let path: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
        self.0
            .iter()
            .filter(|entry| entry.target.method == "ANY" || entry.target.method == method)
            .find_map(|entry| Some((&entry.target, entry.matches(&path)?)))
    }
}

impl Entry {
    fn new(route: &Route, function: &str) -> Self {
        let method = route.method.to_uppercase();
        Self {
            segments: route.path.trim_start_matches('/').split('/').map(Segment::parse).collect(),
            target: Target {
                key: format!("{method} {}", route.path),
                function: function.to_owned(),
                authorizer: route.authorizer.clone(),
                method,
            },
        }
    }

    /// The order of preference. Full matches come before greedy ones, then literals before variables from the left,
    /// then a named method before `ANY`.
    fn priority(&self) -> (bool, Reverse<usize>, Vec<bool>, bool) {
        let greedy = matches!(self.segments.last(), Some(Segment::Greedy(_)));
        let variables = self.segments.iter().map(|segment| !matches!(segment, Segment::Literal(_)));
        (greedy, Reverse(self.segments.len()), variables.collect(), self.target.method == "ANY")
    }

    fn matches(&self, path: &[&str]) -> Option<BTreeMap<String, String>> {
        let mut variables = BTreeMap::new();
        let mut rest = path.iter();
        for segment in &self.segments {
            match segment {
                Segment::Literal(literal) if rest.next()? == literal => {}
                Segment::Literal(_) => return None,
                Segment::Variable(name) => {
                    let value = rest.next().filter(|value| !value.is_empty())?;
                    variables.insert(name.clone(), (*value).to_owned());
                }
                Segment::Greedy(name) => {
                    let value = rest.as_slice().join("/");
                    return (!value.is_empty()).then(|| {
                        variables.insert(name.clone(), value);
                        variables
                    });
                }
            }
        }
        rest.next().is_none().then_some(variables)
    }
}

impl Segment {
    fn parse(segment: &str) -> Self {
        match segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some(name) => match name.strip_suffix('+') {
                Some(name) => Self::Greedy(name.to_owned()),
                None => Self::Variable(name.to_owned()),
            },
            None => Self::Literal(segment.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn routes(keys: &[&str]) -> Routes {
        let mut entries: Vec<Entry> = keys
            .iter()
            .map(|key| {
                let (method, path) = key.split_once(' ').unwrap();
                let route = Route { method: method.into(), path: path.into(), authorizer: None };
                Entry::new(&route, "function")
            })
            .collect();
        entries.sort_by_key(Entry::priority);
        Routes(entries)
    }

    #[test]
    fn the_most_specific_route_wins() {
        let routes = routes(&[
            "ANY /{proxy+}",
            "ANY /orders/{id}",
            "GET /orders/{id}",
            "GET /orders/latest",
            "POST /orders/{id}/cancel",
            "GET /orders/{proxy+}",
            "GET /",
        ]);
        for (method, path, expected, variables) in [
            ("GET", "/orders/latest", "GET /orders/latest", ""),
            ("GET", "/orders/7", "GET /orders/{id}", "id=7"),
            ("PUT", "/orders/7", "ANY /orders/{id}", "id=7"),
            ("POST", "/orders/7/cancel", "POST /orders/{id}/cancel", "id=7"),
            ("GET", "/orders/7/cancel", "GET /orders/{proxy+}", "proxy=7/cancel"),
            ("GET", "/orders", "ANY /{proxy+}", "proxy=orders"),
            ("GET", "/orders/", "ANY /{proxy+}", "proxy=orders/"),
            ("GET", "/", "GET /", ""),
        ] {
            let (target, found) = routes.find(method, path).unwrap();
            let found: Vec<String> = found.iter().map(|(name, value)| format!("{name}={value}")).collect();
            assert_eq!((target.key.as_str(), found.join("&").as_str()), (expected, variables), "{method} {path}");
        }
    }

    #[test]
    fn what_no_route_matches_is_not_found() {
        let routes = routes(&["GET /orders/{id}", "POST /orders"]);
        for (method, path) in [
            ("GET", "/orders"),
            ("GET", "/orders/"),
            ("GET", "/orders/7/"),
            ("GET", "//orders/7"),
            ("get", "/orders/7"),
            ("POST", "/orders/7"),
            ("OPTIONS", "*"),
        ] {
            assert!(routes.find(method, path).is_none(), "{method} {path}");
        }
    }
}
