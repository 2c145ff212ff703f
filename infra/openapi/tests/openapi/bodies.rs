//! Tests that the functions' decoders and the schemas of their bodies agree, field by field and limit by limit.

use crate::{
    all_routes, operation,
    probes::{Probe, probes},
};
use api::{Error, FieldError, Request, Takes};
use openapi::Route;
use serde_json::Value;
use std::collections::BTreeSet;

/// A request with this body. Its key stands for an order's reference, and an operator makes it.
pub fn request(body: Vec<u8>) -> Request {
    let headers = [("content-type", "application/json"), ("idempotency-key", "a-key")];
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    Request { headers, body, ..Request::default() }
}

/// Reads the body of a request as the function behind a route does.
pub fn check(route: &Route, request: &Request) -> Result<(), Error> {
    match route.declared.takes {
        Takes::Json(kind) => (kind.check)(request),
        other => panic!("{} takes {other:?}", route.key()),
    }
}

fn errors(route: &Route, body: &Value) -> Vec<FieldError> {
    match check(route, &request(body.to_string().into_bytes())) {
        Ok(()) => Vec::new(),
        Err(Error::Problem(problem)) => {
            assert_eq!(problem.status, 422);
            assert!(!problem.errors.is_empty(), "{} is refused without a reason", route.id());
            problem.errors
        }
        Err(other) => panic!("{}: {other}", route.id()),
    }
}

/// Fields with rules that a schema cannot express: an order's amounts must add up, an operator must name a channel, a time zone
/// and a calendar must exist, a range must not be reversed, an e-mail address has at most 64 characters before its `@`, shipping
/// costs as much as its discount at least and more than a tax that it contains, most countries' addresses have a city, what
/// is looked for is of the kind that `by` says, a cursor is one that was given, no tote is named twice, and no
/// code.
const BEYOND_SCHEMAS: [&str; 23] = [
    // By the address that it goes to.
    "lines[2].tax_category",
    "email",
    "codes",
    "totes",
    "value",
    "cursor",
    "total",
    "channel",
    "customer.email",
    "schedule.calendar",
    "schedule.time_zone",
    "schedule.transit_days.min",
    "shipping.discount",
    "shipping.tax",
    "lines[0].tax",
    "lines[1].tax",
    "lines[2].tax",
    "shipping_address.city",
    "billing_address.city",
    "address.city",
    // Whose numbers count first says whether it must be there.
    "count_at",
    // Both are told, or none is.
    "parcels[0].carrier",
    "parcels[0].tracking_number",
];

/// serde reads bins as a whole, so an error in one bin is reported for all.
fn names(error: &FieldError, field: &str) -> bool {
    error.field == field || (error.field == "bins" && field.starts_with("bins."))
}

#[test]
fn decoders_and_schemas_agree() {
    let document = openapi::document();
    let schemas = &document["components"]["schemas"];
    let (mut used, mut refused, mut accepted) = (BTreeSet::new(), 0, 0);
    for route in all_routes().filter(|route| matches!(route.declared.takes, Takes::Json(_))) {
        let body = &operation(&document, &route)["requestBody"]["content"]["application/json"];
        let (id, example) = (route.id(), &body["example"]);
        // Fields that exclude each other are in further examples, which the schema has.
        let component = body["schema"]["$ref"].as_str().and_then(|reference| reference.rsplit('/').next());
        let further = component.and_then(|name| schemas[name]["examples"].as_array()).into_iter().flatten();
        let examples: Vec<&Value> = std::iter::once(example).chain(further).collect();
        for example in &examples {
            assert_eq!(errors(&route, example), [], "an example of {id} is refused");
        }
        let all = examples.into_iter().map(|example| probes(schemas, &body["schema"], example, &mut used));
        for Probe { what, field, body, valid } in all.flatten().collect::<Vec<_>>() {
            let errors = errors(&route, &body);
            let named = errors.iter().any(|error| names(error, &field));
            if valid {
                let beyond = BEYOND_SCHEMAS.contains(&field.as_str());
                assert!(!named || beyond, "{id}: the schema allows {field} {what}; the decoder says {errors:?}");
                accepted += 1;
            } else {
                assert!(named, "{id}: the schema forbids {field} {what}; the decoder says {errors:?}");
                refused += 1;
            }
        }
    }
    println!("{accepted} bodies accepted, {refused} refused");
    let components: BTreeSet<&str> = used.iter().map(|(component, _)| component.as_str()).collect();
    for component in components {
        for property in schemas[component]["properties"].as_object().into_iter().flat_map(|all| all.keys()) {
            let probed = used.contains(&(component.to_owned(), property.clone()));
            assert!(probed, "no example has {component}.{property}");
        }
    }
}
