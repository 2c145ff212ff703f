use super::*;
use proptest::prelude::*;

#[test]
fn every_duty_reads_back_from_its_text() {
    for text in [
        "stock-deduction",
        "stock-settlement",
        "fulfillment-dispatch",
        "warehouse-notice",
        "refund",
        "payment-check",
        "digest",
        "comparison",
        "invoice",
        "tracking",
        "label",
        "channel-shipment",
        "channel-decision",
        "channel-order",
        "channel-catch-up",
        "channel-stock",
        "channel-restock",
        "channel-stock-check",
        "email:payment-confirmed",
        "email:order-cancelled",
        "email:rest-cancelled",
        "email:order-edited:2",
        "email:shipped:P1",
        "email:delivered:P2",
        "email:parcel-trouble:P2:lost",
        "email:tracking-corrected:P1:2",
        "email:return-received",
        "email:refund-sent:return-01",
    ] {
        assert_eq!(text.parse::<Duty>().unwrap().to_string(), text);
    }
    for bad in [
        "",
        "email:",
        "email:shipped:",
        "email:payment-confirmed:x",
        "email:parcel-trouble:P1:delivered",
        "email:tracking-corrected:P1:+1",
        "fly",
    ] {
        assert!(bad.parse::<Duty>().is_err(), "{bad:?}");
    }
}

#[test]
fn every_item_reads_back_from_its_name() {
    for text in [
        "placed",
        "state",
        "forming",
        "fulfillment#01",
        "return#02",
        "email#state#refund-sent:return-01",
        "email#fulfillment#02#shipped:P1",
        "email#return#01#return-received",
    ] {
        assert_eq!(text.parse::<ItemName>().unwrap().to_string(), text);
    }
    let nested = "email#email#state#return-received#return-received";
    let deep = "email#".repeat(100_000);
    for bad in [
        "",
        "state#",
        "state#1",
        "placed#",
        "fulfillment#",
        "email#shipped:P1",
        "email#state",
        "email##shipped:P1",
        nested,
        &deep,
    ] {
        assert!(bad.parse::<ItemName>().is_err(), "{bad:?}");
    }
}

proptest! {
    #[test]
    fn a_name_that_can_be_read_reads_back(text in "(email|fulfillment|return|state|placed|refund-sent|shipped|[#:.]|[^#]{0,3}){0,9}") {
        if let Ok(item) = text.parse::<ItemName>() {
            prop_assert_eq!(&item.to_string(), &text);
        }
        for subject in [format!("order/ord_1/{text}"), format!("payment/{text}"), format!("payment/acme_{text}"), format!("provider/{text}")] {
            if let Ok(read) = subject.parse::<Subject>() {
                prop_assert_eq!(read.to_string(), subject);
            }
        }
        // A SKU has one form, whatever it was written like.
        if let Ok(read) = format!("listing/woo/{text}").parse::<Subject>() {
            prop_assert_eq!(read.to_string().parse::<Subject>(), Ok(read));
        }
        if let Ok(duty) = text.parse::<Duty>() {
            prop_assert_eq!(duty.to_string(), text);
        }
    }
}
