//! The functions' decoders and the schemas of their bodies agree, field by field and limit by limit.

use crate::{
    all_routes, operation,
    probes::{Probe, probes},
};
use api::{Error, FieldError};
use serde_json::Value;
use std::collections::BTreeSet;

/// Reads a body as the function behind an operation does.
pub fn decode(operation: &str, body: &Value) -> Result<(), Error> {
    use operations::request as operations;
    use order_intake::request as orders;
    use returns::request as returns;
    use stock::request as stock;
    use warehouse::request as warehouse;
    match operation {
        "placeOrder" => {
            let placing = orders::Placing {
                channel: None,
                idempotency_key: Some("a-key"),
                providers: payments::Provider::ALL,
                now: jiff::Timestamp::UNIX_EPOCH,
            };
            orders::place_order(body, &placing).map(drop)
        }
        "cancelOrder" => orders::cancel_order(body).map(drop),
        "holdOrder" => orders::hold_order(body).map(drop),
        "moveStock" => stock::move_stock(body).map(drop),
        "countStock" => stock::count_stock(body).map(drop),
        "confirmPicks" => warehouse::picks(body).map(drop),
        "packParcel" => warehouse::pack(body).map(drop),
        "handOverParcels" => warehouse::hand_over(body).map(drop),
        "requestReturn" => returns::ask(body).map(drop),
        "declineReturn" => returns::decline(body).map(drop),
        "receiveReturn" => returns::receive(body).map(drop),
        "inspectReturn" => returns::inspect(body).map(drop),
        "putProduct" => operations::product("TEE".parse().unwrap(), body).map(drop),
        "putLocation" => operations::location("main".parse().unwrap(), body).map(drop),
        "putChannel" => operations::channel("web".parse().unwrap(), body).map(drop),
        "assignPayment" => operations::assign_payment(body).map(drop),
        "createKey" => operations::key(body).map(drop),
        other => panic!("which decoder reads the body of {other}?"),
    }
}

fn errors(operation: &str, body: &Value) -> Vec<FieldError> {
    match decode(operation, body) {
        Ok(()) => Vec::new(),
        Err(Error::Problem(problem)) => {
            assert_eq!(problem.status, 422);
            assert!(!problem.errors.is_empty(), "{operation} is refused without a reason");
            problem.errors
        }
        Err(other) => panic!("{operation}: {other}"),
    }
}

/// Decoders know more of these than a schema can say: an order must add up, an operator must name a channel, a time zone
/// must exist, a range must not be reversed, an e-mail address has at most 64 characters before its `@`.
const BEYOND_SCHEMAS: [&str; 5] =
    ["total", "channel", "customer.email", "schedule.time_zone", "schedule.transit_days.min"];

/// serde reads bins whole, and names them for what is wrong with one.
fn names(error: &FieldError, field: &str) -> bool {
    error.field == field || (error.field == "bins" && field.starts_with("bins."))
}

#[test]
fn decoders_and_schemas_agree() {
    let document = openapi::document();
    let schemas = &document["components"]["schemas"];
    let (mut used, mut refused, mut accepted) = (BTreeSet::new(), 0, 0);
    for route in all_routes().filter(|route| route.id != "receivePaymentEvent") {
        let body = &operation(&document, &route)["requestBody"]["content"]["application/json"];
        if body.is_null() {
            continue;
        }
        let (id, example) = (route.id, &body["example"]);
        assert_eq!(errors(id, example), [], "the example of {id} is refused");
        for Probe { what, field, body, valid } in probes(schemas, &body["schema"], example, &mut used) {
            let errors = errors(id, &body);
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
