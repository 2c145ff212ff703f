//! Orders with anything in them.

use super::*;
use domain::money::MAX_AMOUNT;
use proptest::prelude::*;

/// Reads an order. Whatever is in it, it is read or it is said why not, and a person is told nothing that a customer wrote.
fn judge(body: &[u8]) -> Result<(), String> {
    let Ok(order) = serde_json::from_slice::<Value>(body) else { return Ok(()) };
    let refunds = order["refunds"].as_array().cloned().unwrap_or_default();
    let is_fit = |text: &str| {
        let named = [
            "Ada",
            "Lovelace",
            "ada@example.com",
            "Mannerheim",
            "00100",
            "358401234567",
            "Leave at the door",
            "one back",
        ];
        text.len() <= 200 && !text.contains(char::is_control) && !named.iter().any(|name| text.contains(name))
    };
    match read(&order, &refunds) {
        Ok(order) => {
            let amounts = order.lines.iter().flat_map(|line| [line.subtotal, line.total, line.tax]);
            let charges = order.fees.iter().chain(&order.shipping).flat_map(|charge| [charge.total, charge.tax]);
            let is_sane = amounts.chain(charges).chain([order.total]).all(|amount| amount.abs() <= MAX_AMOUNT)
                && order.refunds.iter().all(|refund| refund.amount >= 0)
                && order.doubts.iter().all(|doubt| is_fit(doubt))
                && fields::is_id(&order.id)
                && order
                    .ships_to
                    .iter()
                    .chain(&order.bills_to)
                    .all(|address| address.country.len() == address.country.trim().len());
            let _ = order.sum();
            if is_sane { Ok(()) } else { Err(format!("{order:?}")) }
        }
        Err(why) if !why.is_empty() && is_fit(&why) => Ok(()),
        Err(why) => Err(why),
    }
}

/// An order with its refund in it.
fn order() -> Value {
    let mut order = recorded();
    order["refunds"] = json!([parsed(payload!("woocommerce-v11-refund-response"))]);
    order
}

/// What nobody reads.
const UNREAD: [&str; 22] = [
    "_links",
    "cart_hash",
    "cart_tax",
    "coupon_lines",
    "created_via",
    "currency_symbol",
    "customer_ip_address",
    "customer_note",
    "customer_user_agent",
    "discount_tax",
    "discount_total",
    "display_key",
    "display_value",
    "global_unique_id",
    "image",
    "order_key",
    "parent_name",
    "payment_url",
    "shipping_tax",
    "shipping_total",
    "tax_class",
    "version",
];

/// Without what nobody reads. What holds of one line holds of two.
fn reduced(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let fields = fields.into_iter().filter(|(name, _)| !UNREAD.contains(&name.as_str()));
            fields.map(|(name, value)| (name, reduced(value))).collect()
        }
        Value::Array(items) => items.into_iter().take(1).map(reduced).collect(),
        scalar => scalar,
    }
}

#[test]
fn an_order_with_any_one_value_hostile_is_read_or_says_why_not() {
    let order = reduced(order());
    assert!(read(&order, order["refunds"].as_array().unwrap()).is_ok());
    for body in hostile::each_edit(&order) {
        judge(&body).unwrap();
    }
}

proptest! {
    #[test]
    fn a_hostile_order_is_read_or_says_why_not(body in hostile::json(vec![order(), parsed(payload!("woocommerce-order-created"))])) {
        let judged = judge(&body);
        prop_assert!(judged.is_ok(), "{judged:?}");
    }
}
