#![allow(clippy::unwrap_used)]

use crate::{
    mollie::{
        api::tests::{PAYMENT, answer, answering, error, paths, serving},
        requests::tests::{Kind, order, with_request},
    },
    request::Outcome,
    testing::Calls,
};
use app::Error;
use domain::ledger::{MoneyFact, RefundStatus};
use serde_json::{Value, json};

fn refund(id: &str, attempt: &Value) -> Value {
    json!({
        "resource": "refund", "id": id, "status": "refunded", "amount": {"currency": "EUR", "value": "14.50"},
        "metadata": {"order_id": order().as_str(), "orderly_refund": "cancel", "orderly_attempt": attempt},
    })
}

fn page(refunds: &[Value], next: Option<&str>) -> Value {
    let next = next.map(
        |from| json!({"href": format!("https://api.mollie.com/v2/payments/{PAYMENT}/refunds?limit=250&from={from}")}),
    );
    json!({"count": refunds.len(), "_embedded": {"refunds": refunds}, "_links": {"previous": null, "next": next}})
}

async fn found_on(pages: Vec<Value>) -> (Result<Option<Outcome>, Error>, Calls) {
    let (mollie, calls) = serving(move |seen| {
        let from = seen.uri.query().and_then(|query| query.split("from=p").nth(1)?.parse::<usize>().ok());
        answer(200, &pages[from.unwrap_or(0).min(pages.len() - 1)])
    })
    .await;
    (with_request(Kind::Refund, async |request| mollie.find(request).await).await, calls)
}

#[tokio::test]
async fn a_refund_is_found_by_its_metadata_on_any_page() {
    let pages = vec![
        page(&[refund("re_1", &json!("1")), json!({"id": "re_2", "metadata": null})], Some("p1")),
        page(&[json!({"id": "re_3", "metadata": "text"}), refund("re_4", &json!("2"))], None),
    ];
    let (found, calls) = found_on(pages).await;
    let Some(Outcome::Made { id, facts }) = found.unwrap() else { panic!("not found") };
    assert_eq!(id, "re_4");
    assert!(matches!(facts.as_slice(), [MoneyFact::Refund { status: RefundStatus::Succeeded, .. }]), "{facts:?}");
    let list = format!("GET /v2/payments/{PAYMENT}/refunds?limit=250");
    assert_eq!(paths(&calls), [list.clone(), format!("{list}&from=p1")]);
}

#[tokio::test]
async fn metadata_that_is_written_as_text_is_known_as_well() {
    let mut text = refund("re_1", &json!("2"));
    text["metadata"] = text["metadata"].to_string().into();
    let (found, _) = found_on(vec![page(&[text], None)]).await;
    assert!(matches!(found.unwrap(), Some(Outcome::Made { id, .. }) if id == "re_1"));
}

#[tokio::test]
async fn only_a_whole_list_without_it_says_that_it_was_not_made() {
    let others = [refund("re_1", &json!("1")), refund("re_2", &json!("22")), json!({"id": "re_3"})];
    assert_eq!(found_on(vec![page(&others, Some("p1")), page(&[], None)]).await.0.unwrap(), None);
    let links = |links: Value| json!({"_embedded": {"refunds": []}, "_links": links});
    for body in [
        json!({}),
        json!("garbage"),
        json!({"_embedded": {"refunds": []}}),
        json!({"_embedded": {"refunds": {}}, "_links": {"next": null}}),
        json!({"_embedded": {}, "_links": {"next": null}}),
        links(json!({})),
        links(json!({"next": {}})),
        links(json!({"next": {"href": "https://api.mollie.com/v2/refunds"}})),
        links(json!({"next": {"href": "https://api.mollie.com/v2/refunds?from=a%20b"}})),
        page(&[], Some("p0")), // a list without end
    ] {
        let (found, _) = found_on(vec![body.clone()]).await;
        assert!(matches!(found, Err(Error::Outside(_))), "{body}: {found:?}");
    }
    for status in [401, 404, 429, 500] {
        let (mollie, _) = answering(status, &error(status, "", "", None)).await;
        let found = with_request(Kind::Refund, async |request| mollie.find(request).await).await;
        assert!(matches!(found, Err(Error::Outside(_))), "{status}: {found:?}");
    }
}

#[tokio::test]
async fn a_link_to_another_address_gets_neither_the_key_nor_a_request() {
    let (elsewhere, calls) = crate::testing::serving(|_| answer(200, &page(&[], None))).await;
    let link = json!({"href": format!("{elsewhere}v2/steal?from=p1")});
    let first = json!({"_embedded": {"refunds": []}, "_links": {"next": link}});
    let (found, own) = found_on(vec![first, page(&[], None)]).await;
    assert_eq!(found.unwrap(), None);
    assert_eq!((calls.lock().unwrap().len(), own.lock().unwrap().len()), (0, 2));
}
