#![allow(clippy::unwrap_used)]

use super::*;
use domain::ids::{ChannelId, OrderId};
use domain::ledger::{CaptureTerms, RequestName};
use proptest::prelude::*;

const ORDER: &str = "ord_7pn7eajnquvjilq3ggx3th55aq";

fn reference(order: Option<&str>, name: &RequestName, number: u32) -> Option<String> {
    let order: Option<OrderId> = order.map(|order| order.parse().unwrap());
    let attempt = Attempt { name: name.clone(), number };
    let (payment, currency) = ("QFQTPCQ8HXSKGK82".parse().unwrap(), "EUR".parse().unwrap());
    of_request(&MoneyRequest {
        payment: &payment,
        amount: 1,
        terms: CaptureTerms::default(),
        currency,
        attempt: &attempt,
        order: order.as_ref(),
    })
}

fn refund_named(name: &str) -> RequestName {
    RequestName::Refund(name.parse().unwrap())
}

#[test]
fn what_orderly_asks_for_has_a_reference_that_says_so() {
    let capture = RequestName::Capture("capture-1".parse().unwrap());
    let table = [
        (Some(ORDER), refund_named("return-01"), 2, format!("{ORDER}/return-01/2")),
        (Some(ORDER), refund_named("request-12.3"), 1, format!("{ORDER}/request-12.3/1")),
        (Some(ORDER), capture, 1, format!("{ORDER}/capture-1/1")),
        (None, refund_named("unmatched"), 1, ".QFQTPCQ8HXSKGK82/unmatched/1".to_owned()),
    ];
    for (order, name, number, expected) in table {
        assert_eq!(reference(order, &name, number), Some(expected));
    }
    assert_eq!(reference(Some(ORDER), &refund_named(&"x".repeat(47)), 1).unwrap().len(), 80);
    assert_eq!(reference(Some(ORDER), &refund_named(&"x".repeat(48)), 1), None, "Adyen takes 80 characters");
}

#[test]
fn a_reference_names_an_order_by_orderly_s_id_or_by_its_channel_s() {
    let own = || Named { order: Some(ORDER.parse().unwrap()), channel: None };
    let of_channel = |id: &str| {
        let web: ChannelId = "web".parse().unwrap();
        Named { order: Some(OrderId::derive(&web, id)), channel: Some(web) }
    };
    let table = [
        (ORDER.to_owned(), own()),
        (format!("{ORDER}/return-01/2"), own()),
        (format!("{ORDER}/"), own()),
        ("web/1001".to_owned(), of_channel("1001")),
        ("web/A 1/2".to_owned(), of_channel("A 1/2")),
        ("web/#1001-é".to_owned(), of_channel("#1001-é")),
    ];
    for (reference, expected) in table {
        assert_eq!(named(&reference), expected, "{reference}");
    }
    let long = format!("ord_{}", "x".repeat(61));
    let names_none = [
        "",
        "1001",
        "YOUR_MERCHANT_REFERENCE",
        "/1001",
        "web/",
        "a b/1",
        " ord_1",
        "ord_é",
        "ORD_1",
        ".psp/x/1",
        &long,
    ];
    for reference in names_none {
        assert_eq!(named(reference), Named::default(), "{reference:?}");
    }
    assert_eq!(named(&format!("{long}/x/1")), Named::default());
}

#[test]
fn only_a_reference_of_orderly_s_own_form_is_its_refund() {
    let ours = |id: &str, attempt| Some(OurRefund { id: id.parse().unwrap(), attempt });
    assert_eq!(refund(&format!("{ORDER}/return-01/2")), ours("return-01", 2));
    assert_eq!(refund(".QFQTPCQ8HXSKGK82/unmatched/1"), ours("unmatched", 1));
    let others = [
        "",
        "/",
        "//",
        "web/1001",
        "web/cancel/1",
        "cancel/1",
        "/cancel/1",
        "./cancel/1",
        ".a b/cancel/1",
        "ord_1",
        "ord_1/cancel",
        "ord_1/cancel/",
        "ord_1//1",
        "ord_1/cancel/+1",
        "ord_1/cancel/01",
        "ord_1/cancel/-1",
        "ord_1/cancel/1 ",
        "ord_1/cancel/4294967296",
        "ord_1/can cel/1",
        "ord_1/cancel/1/1",
        "ORD_1/cancel/1",
    ];
    for other in others {
        assert_eq!(refund(other), None, "{other:?}");
    }
}

proptest! {
    #[test]
    fn a_refund_is_known_by_the_reference_that_it_was_asked_for_with(
        name in "[A-Za-z0-9_.-]{1,40}", number: u32, has_order: bool,
    ) {
        let reference = reference(has_order.then_some(ORDER), &refund_named(&name), number);
        // The longest of these do not fit.
        if let Some(reference) = reference {
            prop_assert!(reference.len() <= 80);
            prop_assert_eq!(refund(&reference), Some(OurRefund { id: name.parse().unwrap(), attempt: number }));
            prop_assert_eq!(named(&reference).order.is_some(), has_order);
        }
    }

    #[test]
    fn any_text_is_a_reference_of_somebody(text in ".*") {
        let named = named(&text);
        prop_assert!(named.channel.is_none() || named.order.is_some());
        refund(&text);
    }
}
