#![allow(clippy::unwrap_used)]

use super::*;
use domain::{ids::Sku, text::Text};
use serde_json::json;

/// The fields in the order that they are read.
type Body = (Sku, Whole<u32, 1, 9>, Vec<Whole<u32, 0, 5>>, Option<Text<1, 5>>);

fn read(body: &Value) -> Result<Body, Vec<(String, String)>> {
    let result = Decoder::read(body, &Request::default(), |fields| {
        let sku = fields.text("sku");
        let quantity = fields.whole("quantity");
        let parts = fields.list("parts", 1..=2, |part| part.whole("n"));
        let note = fields.optional_text("note");
        Some((sku?, quantity?, parts?, note?))
    });
    result.map_err(|error| match error {
        Error::Problem(problem) => problem.errors.into_iter().map(|e| (e.field, e.detail)).collect(),
        other => panic!("{other}"),
    })
}

#[test]
fn a_good_body_is_read() {
    let body = json!({"sku": "TEE", "quantity": 2, "parts": [{"n": 1}, {"n": 2}], "note": null});
    let (sku, quantity, parts, note) = read(&body).unwrap();
    assert_eq!((sku.as_str(), quantity.get(), note), ("TEE", 2, None));
    assert_eq!(parts.into_iter().map(Whole::get).collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn every_wrong_field_is_named_at_once() {
    let body = json!({"sku": "a?b", "quantity": 1.5, "parts": [{"n": 9}, 7], "note": "too long", "qty": 1});
    let fields: Vec<_> = read(&body).unwrap_err().into_iter().map(|(field, _)| field).collect();
    assert_eq!(fields, ["sku", "quantity", "parts[0].n", "parts[1]", "note", "qty"]);
}

#[test]
fn a_body_of_the_wrong_shape_is_told_so() {
    for body in [json!([]), json!("x"), json!(null), json!(1)] {
        assert_eq!(read(&body).unwrap_err(), [("body".to_owned(), "must be an object".to_owned())]);
    }
    let errors = read(&json!({})).unwrap_err();
    assert_eq!(errors.len(), 3);
    assert!(errors.iter().all(|(_, detail)| detail == "is required"));
}

#[test]
fn a_whole_number_may_be_written_as_a_fraction() {
    for quantity in [json!(2), json!(2.0), json!(0.2e1)] {
        let body = json!({"sku": "TEE", "quantity": quantity, "parts": [{"n": -0.0}]});
        let (_, quantity, parts, _) = read(&body).unwrap();
        assert_eq!((quantity.get(), parts[0].get()), (2, 0));
    }
}

#[test]
fn numbers_that_are_no_whole_numbers_are_refused() {
    for quantity in [
        json!("2"),
        json!(1e3),
        json!(-1),
        json!(0),
        json!(10),
        json!(u64::MAX),
        json!(1e300),
        json!(2.000_000_1),
        json!(true),
        json!([2]),
    ] {
        let body = json!({"sku": "TEE", "quantity": quantity, "parts": [{"n": 1}]});
        assert_eq!(read(&body).unwrap_err()[0].1, "must be a whole number from 1 to 9", "{quantity}");
    }
}
