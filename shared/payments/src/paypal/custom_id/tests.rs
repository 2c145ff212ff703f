#![allow(clippy::unwrap_used)]

use super::*;
use domain::ids::ChannelId;
use proptest::prelude::*;

fn web() -> ChannelId {
    "web".parse().unwrap()
}

#[test]
fn a_payment_names_orderly_s_id_or_the_channel_s_own() {
    let order = OrderId::derive(&web(), "1001");
    let of_channel = |text: &str| Named { order: Some(OrderId::derive(&web(), text)), channel: Some(web()) };
    let table = [
        (Some(order.as_str()), Named::from(order.clone())),
        (Some("web/1001"), of_channel("1001")),
        (Some("web/1001/2"), of_channel("1001/2")),
        (Some("web/#1001 é"), of_channel("#1001 é")),
        (Some("web/"), Named::default()),
        (Some("/1001"), Named::default()),
        (Some("a channel/1001"), Named::default()),
        (Some("1001"), Named::default()),
        (Some("ord_"), Named { order: "ord_".parse().ok(), channel: None }),
        (Some(""), Named::default()),
        (None, Named::default()),
    ];
    for (text, expected) in table {
        assert_eq!(named(text), expected, "{text:?}");
    }
}

#[test]
fn a_refund_of_orderly_is_known_by_its_order_its_name_and_its_attempt() {
    let order = OrderId::derive(&web(), "1001");
    let ours = OurRefund { id: "return-01".parse().unwrap(), attempt: 2 };
    let text = of_refund(Some(&order), &ours).unwrap();
    assert_eq!(text, format!("{order},return-01,2"));
    assert_eq!(refund(Some(&text)), Some((order.clone().into(), ours.clone())));
    let text = of_refund(None, &ours).unwrap();
    assert_eq!(text, "-,return-01,2");
    assert_eq!(refund(Some(&text)), Some((Named::default(), ours)));
    let long = OurRefund { id: "r".repeat(128).parse().unwrap(), attempt: 1 };
    assert_eq!(of_refund(Some(&order), &long), None, "PayPal would cut it or refuse it");
    let foreign = [
        "",
        ",",
        ",,",
        "web/1001",
        "ord_1,return-01",
        "ord_1,return-01,0",
        "ord_1,return-01,02",
        "ord_1,return-01,+2",
        "ord_1,return-01,2,3",
        "ord_1,,2",
        "1001,return-01,2",
        ",return-01,2",
        "ord_1,return 01,2",
    ];
    for text in foreign {
        assert_eq!(refund(Some(text)), None, "{text:?}");
    }
    assert_eq!(refund(None), None);
}

proptest! {
    #[test]
    fn what_orderly_writes_it_reads_again(id in "[A-Za-z0-9_.-]{1,80}", attempt in 1_u32.., with_order: bool) {
        let order = with_order.then(|| OrderId::derive(&web(), &id));
        let ours = OurRefund { id: id.parse().unwrap(), attempt };
        let written = of_refund(order.as_ref(), &ours).unwrap();
        prop_assert!(written.len() <= MAX);
        let named = order.map_or_else(Named::default, Named::from);
        prop_assert_eq!(refund(Some(&written)), Some((named, ours)));
        prop_assert!(named_is_none(&written), "it names no payment's order");
    }
}

fn named_is_none(text: &str) -> bool {
    named(Some(text)).order.is_none()
}
