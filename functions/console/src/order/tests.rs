use super::*;
use crate::tests::{app, request};
use serde_json::{Value, json};

/// The page as an operator sees it, with what was typed into one of its forms.
fn shown(order: Value, action: &str, typed: &[(&str, &str)]) -> String {
    let (app, request) = (app(), request("POST", "orders/ord_1", typed));
    let visit = Visit::new(&app, &request);
    let me = Me { role: "operator".to_owned(), ..Me::default() };
    let f = match action {
        "" => Filled::default(),
        action => Filled::new(action.to_owned(), visit.form.clone(), Problem::ours(409, "not so")),
    };
    let mut page = Page::new(&visit, me, serde_json::from_value(order).unwrap(), f);
    let locations = json!([{ "id": "main", "name": "Main" }, { "id": "store", "name": "Store" }]);
    page.locations = serde_json::from_value(locations).unwrap();
    page.render().unwrap()
}

/// One of three units has not come.
fn with_return() -> Value {
    let lines = json!([
        { "line": 0, "sku": "MUG-BLUE", "quantity": 3, "reason": "style", "received": 2 },
        { "line": 1, "sku": "TIN-SMALL", "quantity": 1, "reason": "style", "received": 0 },
    ]);
    json!({ "id": "ord_1", "status": "open", "returns": [{ "id": "01", "status": "partially_received", "lines": lines }] })
}

#[tokio::test]
async fn a_return_that_came_in_part_can_be_inspected_and_nothing_is_decided_by_default() {
    let page = shown(with_return(), "", &[]);
    assert!(page.contains("A return has come in part"), "{page}");
    assert!(page.contains(r#"name="received-0" inputmode="numeric" value="2""#), "as counted so far: {page}");
    assert!(page.contains(r#"action="/console/orders/ord_1/returns/01/inspect""#), "{page}");
    let choice = r#"name="disposition-0" required><option value="">Choose…</option>"#;
    assert!(page.contains(choice), "{page}");
    assert!(!page.contains("disposition-1"), "nothing came of it: {page}");
    assert!(!page.contains(" selected"), "{page}");
}

#[tokio::test]
async fn what_was_typed_about_a_return_stays() {
    let received = [("location", "store"), ("received-0", "3"), ("received-1", "")];
    let page = shown(with_return(), "receive-01", &received);
    for kept in [
        r#"<option value="store" selected>"#,
        r#"name="received-0" inputmode="numeric" value="3""#,
        r#"name="received-1" inputmode="numeric" value="""#,
    ] {
        assert!(page.contains(kept), "{kept}: {page}");
    }
    let page = shown(with_return(), "inspect-01", &[("units-0", "2"), ("disposition-0", "not_restocked")]);
    assert!(page.contains(r#"<option value="not_restocked" selected>"#), "{page}");
    assert!(page.contains("<p><bdi>not so</bdi></p>"), "what the console says is in the page's language: {page}");
}

#[tokio::test]
async fn an_edit_that_comes_back_shows_what_was_typed_and_otherwise_what_is_there_by_now() {
    let line = |line: u32, quantity: u32| json!({ "line": line, "sku": "MUG-BLUE", "quantity": quantity });
    let order = json!({ "id": "ord_1", "status": "open", "lines": [line(0, 4), line(1, 2)] });
    let typed = [("left-0", "5"), ("was-0", "5"), ("left-1", "1"), ("was-1", "2")];
    let page = shown(order, "edit", &typed);
    for (name, value) in [("was-0", 4), ("left-0", 4), ("was-1", 2), ("left-1", 1)] {
        let field = page.split(&format!("name=\"{name}\"")).nth(1).unwrap().split('>').next().unwrap();
        assert!(field.contains(&format!("value=\"{value}\"")), "{name}: {field}");
    }
}
