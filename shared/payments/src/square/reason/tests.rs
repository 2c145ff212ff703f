#![allow(clippy::unwrap_used)]

use super::*;
use proptest::prelude::*;

fn ours(id: &str, attempt: u32) -> OurRefund {
    OurRefund { id: id.parse().unwrap(), attempt }
}

/// Refunds at Square carry these texts for years: a change here would make them strangers.
#[test]
fn a_reason_is_written_as_it_always_was() {
    let order = OrderId::derive(&"web".parse().unwrap(), "1001");
    let table = [
        (Some(&order), ours("return-01", 2), "Orderly ord_iyosrj3l6sabiq77m3hr6vismq/return-01/2"),
        (Some(&order), ours("cancel.2", 1), "Orderly ord_iyosrj3l6sabiq77m3hr6vismq/cancel.2/1"),
        (None, ours("unclaimed", 1), "Orderly unclaimed/1"),
    ];
    for (order, ours, text) in table {
        assert_eq!(write(order, &ours), text);
    }
}

#[test]
fn what_other_people_write_is_none_of_orderly_s() {
    let texts = [
        "",
        "Orderly",
        "Orderly ",
        "Orderly cancel",
        "Orderly /1",
        "Orderly cancel/",
        "Orderly cancel/01",
        "Orderly cancel/+1",
        "Orderly cancel/-1",
        "Orderly cancel/one",
        "Orderly cancel/4294967296",
        "Orderly a b/1",
        "Orderly ord_1/a/b/1",
        "Orderly /cancel/1",
        "orderly cancel/1",
        " Orderly cancel/1",
        "Orderly cancel/1 ",
        "Refund via Orderly cancel/1",
        "Returned goods",
        "Accidental charge",
    ];
    for text in texts {
        assert_eq!(read(text), None, "{text:?}");
    }
}

proptest! {
    #[test]
    fn every_reason_fits_and_is_read_back(
        order in prop::option::of("[a-z_-]{1,64}"), id in "[A-Za-z0-9_.-]{1,128}", attempt in any::<u32>(),
    ) {
        let order: Option<OrderId> = order.map(|order| order.parse().unwrap());
        let ours = ours(&id, attempt);
        let text = write(order.as_ref(), &ours);
        prop_assert!(text.len() <= 192, "{text}");
        prop_assert_eq!(read(&text), Some(ours));
    }
}
