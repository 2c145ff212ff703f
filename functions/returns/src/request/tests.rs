#![allow(clippy::unwrap_used)]

use super::*;
use api::{Error, Request};
use domain::returns::{Disposition, Grade};
use serde_json::{Value, json};

fn decoded<T: Body>(body: &Value) -> Result<T, Error> {
    api::decode(body, &Request::default())
}

fn wrong_fields<T: std::fmt::Debug>(outcome: Result<T, Error>) -> Vec<String> {
    match outcome {
        Err(Error::Problem(problem)) => problem.errors.into_iter().map(|error| error.field).collect(),
        other => panic!("wrong fields were expected: {other:?}"),
    }
}

/// A body of one line with these fields beside its number.
fn line_of(fields: &Value) -> Value {
    let mut line = json!({"line": 0});
    for (name, value) in fields.as_object().unwrap() {
        line[name] = value.clone();
    }
    json!({"lines": [line]})
}

#[test]
fn a_return_is_asked_for_line_by_line_with_a_reason() {
    let reasons = [
        "color",
        "defective",
        "not_as_described",
        "size_too_large",
        "size_too_small",
        "style",
        "unwanted",
        "wrong_item",
        "other",
    ];
    for reason in reasons {
        let read = decoded::<RequestReturn>(&line_of(&json!({"quantity": 2, "reason": reason}))).unwrap();
        assert_eq!((read.lines[0].line, read.lines[0].quantity), (0, 2));
        assert_eq!(serde_json::to_value(read.lines[0].reason).unwrap(), reason);
    }
    let table = [
        (json!({"quantity": 0, "reason": "other"}), vec!["lines[0].quantity"]),
        (json!({"quantity": 100_001, "reason": "other"}), vec!["lines[0].quantity"]),
        (json!({"quantity": 1}), vec!["lines[0].reason"]),
        (json!({"quantity": 1, "reason": "mood"}), vec!["lines[0].reason"]),
        (json!({"quantity": 1, "reason": "Other"}), vec!["lines[0].reason"]),
        (
            json!({"line": -1, "quantity": "2", "reason": 1}),
            vec!["lines[0].line", "lines[0].quantity", "lines[0].reason"],
        ),
        (json!({"quantity": 1, "reason": "other", "sku": "MUG"}), vec!["lines[0].sku"]),
    ];
    for (fields, wrong) in table {
        assert_eq!(wrong_fields(decoded::<RequestReturn>(&line_of(&fields))), wrong, "{fields}");
    }
    for body in [json!({}), json!({"lines": []}), json!({"lines": vec![json!({}); 501]}), json!({"lines": 0})] {
        assert_eq!(wrong_fields(decoded::<RequestReturn>(&body)), ["lines"], "{body}");
    }
}

#[test]
fn declining_asks_for_a_reason() {
    assert_eq!(decoded::<DeclineReturn>(&json!({"reason": " worn "})).unwrap().reason, "worn");
    for bad in [json!({}), json!({"reason": ""}), json!({"reason": "x".repeat(201)}), json!({"reason": 1})] {
        assert_eq!(wrong_fields(decoded::<DeclineReturn>(&bad)), ["reason"], "{bad}");
    }
}

#[test]
fn what_has_come_back_is_counted_by_line() {
    let body = json!({"location": "main", "lines": [{"line": 1, "received": 0}, {"line": 0, "received": 3}]});
    let read = decoded::<ReceiveReturn>(&body).unwrap();
    assert_eq!((read.location.as_str(), read.by_line()), ("main", [(0, 3), (1, 0)].into()));
    let table = [
        ("/location", json!(null), "location"),
        ("/location", json!("a b"), "location"),
        ("/lines", json!([]), "lines"),
        ("/lines/1/line", json!(1), "lines"), // the same line twice
        ("/lines/0/received", json!(-1), "lines[0].received"),
        ("/lines/0/received", json!(null), "lines[0].received"),
        ("/lines/1/line", json!(65_536), "lines[1].line"),
    ];
    for (pointer, value, field) in table {
        let mut body = body.clone();
        *body.pointer_mut(pointer).unwrap() = value.clone();
        assert_eq!(wrong_fields(decoded::<ReceiveReturn>(&body)), [field], "{pointer} {value}");
    }
}

#[test]
fn an_inspection_may_split_a_line_over_several_dispositions() {
    let found =
        |line, quantity, disposition: &str| json!({"line": line, "quantity": quantity, "disposition": disposition});
    let mut graded = found(0, 2, "restocked");
    graded["grade"] = json!("B");
    let lines = [graded, found(1, 1, "missing"), found(0, 1, "not_restocked"), found(0, 1, "processing_required")];
    let read = decoded::<InspectReturn>(&json!({"lines": lines})).unwrap().found_and_wish().0;
    let of = |quantity, disposition, grade| Inspection { quantity, disposition, grade };
    let split = [
        of(2, Disposition::Restocked, Some(Grade::B)),
        of(1, Disposition::NotRestocked, None),
        of(1, Disposition::ProcessingRequired, None),
    ];
    assert_eq!(read[&0], split);
    assert_eq!(read[&1], [of(1, Disposition::Missing, None)]);
    let table = [
        (json!({"quantity": 0, "disposition": "restocked"}), "lines[0].quantity"),
        (json!({"quantity": 1}), "lines[0].disposition"),
        (json!({"quantity": 1, "disposition": "burnt"}), "lines[0].disposition"),
        (json!({"quantity": 1, "disposition": "restocked", "grade": "D"}), "lines[0].grade"),
        (json!({"quantity": 1, "disposition": "restocked", "note": "x"}), "lines[0].note"),
    ];
    for (fields, field) in table {
        assert_eq!(wrong_fields(decoded::<InspectReturn>(&line_of(&fields))), [field], "{fields}");
    }
    assert_eq!(wrong_fields(decoded::<InspectReturn>(&json!({"lines": vec![json!({}); 2001]}))), ["lines"]);
}
