use super::*;
use crate::testing::{asked, error, json, outside, shop, text};
use serde_json::json as value;

fn refund(amount: i64, currency: &str) -> Refund {
    Refund { amount, currency: currency.parse().unwrap(), reason: "Refund request-1".to_owned() }
}

fn refused(obeyed: Result<Obeyed, Error>) -> String {
    match obeyed.unwrap() {
        Obeyed::Refused(why) => why,
        Obeyed::Done => panic!("done"),
    }
}

#[tokio::test]
async fn an_order_is_cancelled_by_its_status_alone() {
    let (shop, calls) = shop(|seen| json(&value!({"id": 41, "status": seen.body["status"]}))).await;
    assert_eq!(shop.cancel("41").await.unwrap(), Obeyed::Done);
    assert_eq!(asked(&calls), ["PUT /orders/41"]);
    assert_eq!(calls.lock().unwrap()[0].body, value!({"status": "cancelled"}));
}

#[tokio::test]
async fn money_goes_back_through_the_payment_method_and_no_stock_is_counted() {
    for (amount, currency, written) in [(1050, "EUR", "10.50"), (1050, "JPY", "1050"), (1050, "KWD", "1.050")] {
        let (shop, calls) = shop(|_| json(&value!({"id": 7, "amount": "10.50"}))).await;
        assert_eq!(shop.refund("41", &refund(amount, currency)).await.unwrap(), Obeyed::Done);
        assert_eq!(asked(&calls), ["POST /orders/41/refunds"]);
        let body = calls.lock().unwrap()[0].body.clone();
        let expected =
            value!({"amount": written, "reason": "Refund request-1", "api_refund": true, "api_restock": false});
        assert_eq!(body, expected);
    }
}

#[tokio::test]
async fn what_the_shop_does_not_do_is_told_with_what_to_do() {
    for (status, code) in [
        // More than is left, a payment method that cannot, or one that is gone.
        (500, "woocommerce_rest_cannot_create_order_refund"),
        (404, "woocommerce_rest_invalid_order_id"),
        (403, "woocommerce_rest_cannot_create"),
    ] {
        let (shop, _) = shop(move |_| error(status, code)).await;
        let why = refused(shop.refund("41", &refund(100, "EUR")).await);
        assert!(why.contains(code) && why.ends_with("make it in the shop") && !why.contains("Ada"), "{why}");
        assert_eq!(why.contains("look at its payment provider first"), status == 500, "{why}");
        if status != 403 {
            let why = refused(shop.cancel("41").await);
            assert!(why.contains(code) && why.ends_with("cancel it there"), "{why}");
        }
    }
}

#[tokio::test]
async fn nobody_knows_what_a_shop_has_done_that_does_not_say() {
    // What it does not let us do, it may let us do later.
    let (locked, _) = shop(|_| error(403, "woocommerce_rest_cannot_edit")).await;
    outside(locked.cancel("41").await);
    let silent = [text(502, "<html>"), text(200, ""), text(500, "Fatal"), error(429, "busy"), error(500, "internal")];
    for reply in silent {
        let (shop, calls) = shop(move |_| reply.clone()).await;
        outside(shop.refund("41", &refund(100, "EUR")).await);
        assert_eq!(asked(&calls).len(), 1, "it is not asked again by itself");
        outside(shop.cancel("41").await);
    }
}
