//! What browsers are answered while the API is away.

use super::*;
use runtime::Aws;
use std::collections::HashMap;

/// Nobody answers at the API's address.
pub fn app() -> App {
    let web = Aws::beside("").web(Duration::from_secs(1));
    App { files: web.clone(), web, clock: Clock::system(), api: Some("http://127.0.0.1:1".to_owned()) }
}

/// What a page of the console sends, if somebody has signed in.
pub fn request(method: &str, page: &str, form: &[(&str, &str)]) -> Request {
    Request {
        route: format!("{method} /console/{{page+}}"),
        path: HashMap::from([("page".to_owned(), page.to_owned())]),
        headers: HashMap::from([("sec-fetch-site".to_owned(), "same-origin".to_owned())]),
        cookies: vec!["__Host-session=os_test".to_owned()],
        body: form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish().into_bytes(),
        ..Request::default()
    }
}

fn html(answer: &Response) -> String {
    String::from_utf8(answer.body.clone()).unwrap()
}

#[tokio::test]
async fn a_form_that_is_not_answered_stays_whole_and_can_be_sent_again() {
    // The refund does not get beyond the look at the order's currency.
    let refund = [("key", "console-1"), ("amount", "1,50"), ("reason", "it came late")];
    let hold = [("reason", "other"), ("note", "which house?")];
    let stock = [("key", "console-2"), ("sku", "MUG"), ("location", "main"), ("quantity", "5"), ("reason", "77")];
    for (page, form) in [("orders/ord_1/refund", &refund[..]), ("orders/ord_1/hold", &hold), ("stock/receive", &stock)]
    {
        let answer = handle(&app(), &request("POST", page, form)).await;
        assert_eq!(answer.status, 503, "{page}");
        let html = html(&answer);
        assert!(html.contains(&format!(r#"<form method="post" action="/console/{page}">"#)), "{page}: {html}");
        for (name, value) in form {
            let field = format!(r#"<input type="hidden" name="{name}" value="{value}">"#);
            assert!(html.contains(&field), "{page} {name}: {html}");
        }
    }
    let answer = handle(&app(), &request("POST", "sign-in", &[("key", "ok_secret")])).await;
    assert_eq!(answer.status, 503);
    assert!(!html(&answer).contains("ok_secret"), "an API key is written into no page");
}

#[tokio::test]
async fn signing_out_always_makes_the_browser_forget_the_session() {
    let answer = handle(&app(), &request("POST", "sign-out", &[])).await;
    assert_eq!((answer.status, answer.header("location")), (303, Some("/console/sign-in?why=out-here")));
    let cookies = answer.into_lambda().cookies;
    assert!(cookies.iter().any(|cookie| cookie.starts_with("__Host-session=;") && cookie.contains("Max-Age=0")));
}

#[tokio::test]
async fn the_address_of_a_form_leads_to_its_page() {
    for (form, page) in [
        ("orders/ord_1/refund", "/console/orders/ord_1"),
        ("orders/ord_1/returns/01/inspect", "/console/orders/ord_1"),
        ("find", "/console/orders"),
        ("stock/receive", "/console/stock"),
    ] {
        let answer = handle(&app(), &request("GET", form, &[])).await;
        assert_eq!((answer.status, answer.header("location")), (303, Some(page)), "{form}");
    }
}

#[tokio::test]
async fn whoever_sends_a_form_without_a_session_hears_that_it_was_not_carried_out() {
    let mut form = request("POST", "orders/ord_1/hold", &[("reason", "other")]);
    form.cookies.clear();
    let answer = handle(&app(), &form).await;
    let to = "/console/sign-in?to=%2Fconsole%2Forders%2Ford_1&why=unsent";
    assert_eq!(answer.header("location"), Some(to));
    let mut sign_in = request("GET", "sign-in", &[]);
    for (why, said, role) in [("unsent", "was not carried out", "alert"), ("out", "You are signed out.", "status")] {
        sign_in.query.insert("why".to_owned(), why.to_owned());
        let html = html(&handle(&app(), &sign_in).await);
        assert!(html.contains(said) && html.contains(&format!("role=\"{role}\"")), "{html}");
        assert!(!html.contains("aria-invalid") && !html.contains("current-password"), "{html}");
    }
}
