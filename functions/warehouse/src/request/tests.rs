#![allow(clippy::unwrap_used)]

use super::*;
use api::{Error, Request};
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

#[test]
fn a_batch_has_a_location_and_totes_of_different_names() {
    let body = json!({"location": "main", "totes": ["T1", " T2 "], "orders": 1, "first": "single_line"});
    let wanted = decoded::<MakeBatch>(&body).unwrap().wanted();
    let totes = ["T1", "T2"].map(|name| name.parse().unwrap()).to_vec();
    assert_eq!(wanted, Wanted { totes, orders: Some(1), first: First::SingleLine });
    let plain = decoded::<MakeBatch>(&json!({"location": "main", "totes": ["T1"]})).unwrap().wanted();
    assert_eq!((plain.orders, plain.first), (None, First::Oldest));
    let with = |name: &str, value: Value| {
        let mut body = body.clone();
        body[name] = value;
        body
    };
    let many: Vec<String> = (0..51).map(|n| n.to_string()).collect();
    let table = [
        (with("location", json!(null)), "location"),
        (with("location", json!("a b")), "location"),
        (with("totes", json!(null)), "totes"),
        (with("totes", json!([])), "totes"),
        (with("totes", json!(many)), "totes"),
        (with("totes", json!(["T1", "T1 "])), "totes"),
        (with("totes", json!(["T1", 7])), "totes[1]"),
        (with("totes", json!([""])), "totes[0]"),
        (with("totes", json!(["x".repeat(41)])), "totes[0]"),
        (with("orders", json!(0)), "orders"),
        (with("orders", json!(51)), "orders"),
        (with("first", json!("newest")), "first"),
    ];
    for (body, field) in table {
        assert_eq!(wrong_fields(decoded::<MakeBatch>(&body)), [field], "{body}");
    }
}

#[test]
fn picks_are_counts_by_line() {
    let read =
        decoded::<ConfirmPicks>(&json!({"picks": [{"line": 1, "picked": 0}, {"line": 0, "picked": 100_000}]})).unwrap();
    assert_eq!(read.by_line(), [(0, 100_000), (1, 0)].into());
    let pick = |line: Value, picked: Value| json!({"picks": [{"line": line, "picked": picked}]});
    let table = [
        (json!({}), "picks"),
        (json!({"picks": []}), "picks"),
        (json!({"picks": {}}), "picks"),
        (json!({"picks": vec![json!({}); 501]}), "picks"),
        (json!({"picks": [{"line": 0, "picked": 1}, {"line": 0, "picked": 2}]}), "picks"),
        (json!({"picks": [{"line": 0, "picked": 1}, 1]}), "picks[1]"),
        (pick(json!(null), json!(1)), "picks[0].line"),
        (pick(json!(-1), json!(1)), "picks[0].line"),
        (pick(json!(65_536), json!(1)), "picks[0].line"),
        (pick(json!(0), json!(null)), "picks[0].picked"),
        (pick(json!(0), json!(-1)), "picks[0].picked"),
        (pick(json!(0), json!(100_001)), "picks[0].picked"),
        (pick(json!(0), json!("1")), "picks[0].picked"),
    ];
    for (body, field) in table {
        assert_eq!(wrong_fields(decoded::<ConfirmPicks>(&body)), [field], "{body}");
    }
}

#[test]
fn a_parcel_is_read_with_and_without_its_dimensions() {
    let body = json!({"contents": [{"line": 0, "quantity": 2}], "weight_g": 900});
    let bare = decoded::<PackParcel>(&body).unwrap();
    assert_eq!((bare.contents, bare.weight_g.get()), (Some(vec![PackedLine { line: 0, quantity: 2 }]), 900));
    assert!(bare.dimensions.is_none());
    let mut full = body;
    full["dimensions"] = json!({"length_mm": 300, "width_mm": 200, "height_mm": 100});
    assert_eq!(decoded::<PackParcel>(&full).unwrap().packing("k".into()).dimensions_mm, Some([300, 200, 100]));
}

#[test]
fn every_wrong_field_of_a_parcel_is_named_by_its_path() {
    let table = [
        ("/contents", json!([]), "contents"),
        ("/contents", json!("all"), "contents"),
        ("/contents", json!(vec![json!({}); 501]), "contents"),
        ("/contents/0/quantity", json!(0), "contents[0].quantity"),
        ("/contents/0/line", json!("0"), "contents[0].line"),
        ("/weight_g", json!(0), "weight_g"),
        ("/weight_g", json!(null), "weight_g"),
        ("/weight_g", json!(1_000_001), "weight_g"),
        ("/dimensions", json!([300, 200, 100]), "dimensions"),
        ("/dimensions/length_mm", json!(0), "dimensions.length_mm"),
        ("/dimensions/width_mm", json!(null), "dimensions.width_mm"),
        ("/dimensions/height_mm", json!(10_001), "dimensions.height_mm"),
    ];
    for (pointer, value, field) in table {
        let mut body = json!({
            "contents": [{"line": 0, "quantity": 2}], "weight_g": 900,
            "dimensions": {"length_mm": 300, "width_mm": 200, "height_mm": 100},
        });
        *body.pointer_mut(pointer).unwrap() = value.clone();
        assert_eq!(wrong_fields(decoded::<PackParcel>(&body)), [field], "{value}");
    }
    assert_eq!(
        wrong_fields(decoded::<PackParcel>(&json!({"weight_g": 1.5, "dimensions": {}, "weight": 900}))).len(),
        5,
        "all at once"
    );
    let scanned = decoded::<PackParcel>(&json!({"weight_g": 900})).unwrap();
    assert_eq!(scanned.contents, None, "what was scanned");
}

fn leaving(fields: &Value) -> Value {
    let mut parcel = json!({"parcel": "P1", "carrier": "DHL", "tracking_number": "JD01"});
    for (name, value) in fields.as_object().unwrap() {
        parcel[name] = value.clone();
    }
    json!({"parcels": [parcel]})
}

#[test]
fn a_hand_over_names_parcel_carrier_and_number_or_only_the_parcel() {
    let read = decoded::<HandOverParcels>(&leaving(&json!({"tracking_url": "https://t.example/1?a=b"}))).unwrap();
    let expected = Leaving {
        parcel: "P1".parse().unwrap(),
        carrier: Some("DHL".parse().unwrap()),
        tracking_number: Some("JD01".parse().unwrap()),
        tracking_url: Some("https://t.example/1?a=b".parse().unwrap()),
    };
    assert_eq!(read.parcels, [expected]);
    let labeled = json!({ "parcels": [{ "parcel": "P1" }] });
    assert_eq!(decoded::<HandOverParcels>(&labeled).unwrap().parcels[0].carrier, None, "it leaves with its label");
    let long = |n: usize| json!("x".repeat(n));
    let table = [
        ("parcel", vec![json!(null), json!(""), json!("P 1"), long(9), json!(1)]),
        ("carrier", vec![json!(null), json!(""), long(61), json!("D\u{0}HL")]),
        ("tracking_number", vec![json!(null), json!(""), long(61), json!(1)]),
        ("tracking_url", vec![json!("t.example/1"), json!("javascript:alert(1)"), json!("ftp://t.example")]),
        ("tracking_url", vec![json!("https://t.example/\"onclick=x"), json!("https://t.example/<b>"), long(501)]),
        ("tracking_url", vec![json!("https://t.example/a b"), json!("https://t.example/\u{202e}"), json!(7)]),
        ("weight_g", vec![json!(1)]),
    ];
    for (field, values) in table {
        for value in values {
            let outcome = decoded::<HandOverParcels>(&leaving(&json!({field: value})));
            assert_eq!(wrong_fields(outcome), [format!("parcels[0].{field}")], "{value}");
        }
    }
    for body in [json!({}), json!({"parcels": []}), json!({"parcels": "P1"}), json!({"parcels": vec![json!({}); 51]})] {
        assert_eq!(wrong_fields(decoded::<HandOverParcels>(&body)), ["parcels"], "{body}");
    }
}
