#![allow(clippy::unwrap_used)]

use super::*;

#[test]
fn a_form_names_one_payment_or_something_of_a_known_kind() {
    let payment = |id: &str| Some(Named::Payment(id.parse().unwrap()));
    let long = format!("id=tr_{}", "a".repeat(65));
    let table = [
        ("id=tr_5B8cwPMGnU6qLbRvo7qEZo", payment("tr_5B8cwPMGnU6qLbRvo7qEZo")),
        ("id=tr_7UhSN1zuXS", payment("tr_7UhSN1zuXS")),
        ("x=1&id=tr_1&y=2", payment("tr_1")),
        ("id=%74r_1", payment("tr_1")),
        ("id=ord_8wmqcHMN4U", Some(Named::Other("ord"))),
        ("id=sub_1", Some(Named::Other("sub"))),
        ("id=pl_1", Some(Named::Other("pl"))),
        ("id=", Some(Named::Other("unknown"))),
        ("id=tr_", Some(Named::Other("unknown"))),
        ("id=tr_1/refunds", Some(Named::Other("unknown"))),
        ("id=tr_1%3Fembed", Some(Named::Other("unknown"))),
        ("id=tr_..%2Fx", Some(Named::Other("unknown"))),
        ("id=tr_1%0A", Some(Named::Other("unknown"))),
        ("id=tr_%C3%A4", Some(Named::Other("unknown"))),
        ("id=tr_1_2", Some(Named::Other("unknown"))),
        (long.as_str(), Some(Named::Other("unknown"))),
        ("id=a-name-that-a-stranger-made-up", Some(Named::Other("unknown"))),
        ("id=tr_1&id=tr_2", None),
        ("ID=tr_1", None),
        ("", None),
        ("{\"id\":\"tr_1\"}", None),
        ("tr_1", None),
    ];
    for (body, expected) in table {
        let named = parse(body.as_bytes());
        assert_eq!(named, expected, "{body}");
        if let Some(named) = named {
            assert_eq!(parse_genuine(&genuine(&named)), Some(named), "what is kept says the same: {body}");
        }
    }
}

#[test]
fn an_event_is_no_form_whatever_a_customer_has_written_into_it() {
    assert_eq!(parse_genuine(br#"{"description":"&id=tr_other&","entityId":"tr_1"}"#), None);
}
