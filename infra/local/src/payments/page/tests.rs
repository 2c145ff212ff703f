#![allow(clippy::unwrap_used)]

use super::*;
use crate::payments::{engine::Delivering, square, testing};
use axum::{
    body::{Body, to_bytes},
    extract::Request,
    http::header,
};
use tower::ServiceExt as _;

/// The page over one provider, whose webhooks nobody takes.
fn start() -> (Router, Simulator) {
    let opened = square::open(testing::settings([]), Delivering::Keeping).unwrap();
    let simulator = Simulator(opened.account);
    (router([(Provider::Square, simulator.clone())].into()), simulator)
}

async fn page(router: &Router) -> String {
    let answer = router.clone().oneshot(Request::get("/").body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    String::from_utf8(to_bytes(answer.into_body(), usize::MAX).await.unwrap().to_vec()).unwrap()
}

/// Posts a form. Yields what the page is told then.
async fn post(router: &Router, path: &str, form: &str) -> String {
    let request = Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let answer = router.clone().oneshot(request.body(Body::from(form.to_owned())).unwrap()).await.unwrap();
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    let location = answer.headers()[header::LOCATION].to_str().unwrap().to_owned();
    let query = location.strip_prefix("/?").unwrap();
    form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "told").unwrap().1.into_owned()
}

#[tokio::test]
async fn a_person_pays_and_does_what_the_state_of_the_payment_allows() {
    let (router, simulator) = start();
    assert!(page(&router).await.contains("Nobody has paid yet."));
    post(&router, "/payments", "provider=square&order_id=ord_1&amount=1450&currency=EUR&how=authorize").await;
    let id = simulator.payments()[0].id.clone();
    let acts = async || {
        let page = page(&router).await;
        let all = ["succeed", "fail", "capture", "expire", "refund", "return", "dispute", "win", "lose"];
        all.into_iter().filter(|act| page.contains(&format!("/payments/square/{id}/{act}\""))).collect::<Vec<_>>()
    };
    let does = async |act: &str, form: &str| post(&router, &format!("/payments/square/{id}/{act}"), form).await;
    assert_eq!(acts().await, ["capture", "expire"]);
    does("capture", "amount=1000").await;
    assert_eq!(acts().await, ["refund", "dispute"]);
    assert!(does("refund", "amount=1001").await.contains("only 1000 are left"));
    assert!(does("refund", "amount=1.50").await.contains("whole number"));
    does("refund", "amount=400").await;
    assert_eq!(simulator.refunds(&id)[0].amount, 400);
    assert!(page(&router).await.contains("4.00 EUR refunded"));
    does("dispute", "amount=").await;
    assert_eq!(acts().await, ["return", "win", "lose"]);
    does("lose", "").await;
    assert_eq!(acts().await, ["refund", "return", "win"]);
}

#[tokio::test]
async fn what_people_enter_is_escaped() {
    let (router, _) = start();
    let form = "provider=square&order_id=%3Cscript%3Ealert(1)%3C%2Fscript%3E&amount=1&currency=EUR&how=pay";
    post(&router, "/payments", form).await;
    let page = page(&router).await;
    assert!(!page.contains("<script>") && page.contains("&#60;script&#62;"), "{page}");
}

#[tokio::test]
async fn a_form_that_cannot_be_is_explained() {
    let (router, simulator) = start();
    for (form, why) in [
        ("provider=nobody&order_id=o&amount=1&currency=EUR&how=pay", "no provider"),
        ("provider=stripe&order_id=o&amount=1&currency=EUR&how=pay", "no provider"),
        ("provider=square&order_id=+&amount=1&currency=EUR&how=pay", "needs an order"),
        ("provider=square&order_id=o&amount=0&currency=EUR&how=pay", "1 or more"),
        ("provider=square&order_id=o&amount=1&currency=E&how=pay", "currency"),
        ("provider=square&order_id=o&amount=1&currency=EUR&how=steal", "paid, authorized"),
    ] {
        let told = post(&router, "/payments", form).await;
        assert!(told.contains(why), "{form}: {told}");
    }
    assert!(post(&router, "/payments/square/unknown/refund", "amount=").await.contains("no such payment"));
    assert!(post(&router, "/payments/square/unknown/steal", "").await.contains("no such act"));
    assert!(simulator.payments().is_empty());
}
