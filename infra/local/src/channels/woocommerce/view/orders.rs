//! Orders, their refunds, notes and shipments.

use super::{CHANGEABLE, View, dates, line_meta, meta};
use crate::channels::woocommerce::{
    coupons::Coupon,
    known::Known,
    money::Amount,
    order::{Address, Charge, CouponLine, Fulfillment, Line, Note, Order, Refund, Status, Tax, TaxLine},
    tax::Rate,
};
use serde_json::{Number, Value, json};
use std::collections::BTreeMap;

/// What the shop says that it is.
pub(in crate::channels::woocommerce) const VERSION: &str = "11.0.1";

pub(in crate::channels::woocommerce) fn order(view: View<'_>, order: &Order) -> Value {
    let known = view.known;
    let text = |amount: Amount| amount.text(known.settings.decimals);
    let (id, totals) = (order.id, &order.totals);
    let cod_or_paid = !matches!(order.status, Status::Pending | Status::Failed);
    let lines = |all: &[Line]| all.iter().map(|one| line(known, one)).collect::<Vec<_>>();
    let refunds = order.refunds.iter().map(|refund| {
        let tax: Amount = refund.taxes.values().map(|line| line.tax + line.shipping).sum();
        json!({ "id": refund.id, "reason": refund.reason, "total": text(-refund.amount), "total_tax": text(tax) })
    });
    let mut shown = json!({
        "id": id, "parent_id": 0, "status": order.status.name(), "currency": order.currency, "version": VERSION,
        "prices_include_tax": order.includes_tax, "discount_total": text(totals.discount),
        "discount_tax": text(totals.discount_tax), "shipping_total": text(totals.shipping),
        "shipping_tax": text(totals.shipping_tax), "cart_tax": text(totals.cart_tax), "total": text(totals.total),
        "total_tax": text(totals.cart_tax + totals.shipping_tax), "customer_id": 0, "order_key": order.key,
        "billing": address(&order.billing, true), "shipping": address(&order.shipping, false),
        "payment_method": order.payment_method, "payment_method_title": order.payment_title,
        "transaction_id": order.transaction, "customer_ip_address": "", "customer_user_agent": "",
        "created_via": order.created_via, "customer_note": order.note, "cart_hash": "",
        "number": format!("{}{id}", known.settings.number_prefix), "meta_data": meta(&order.meta),
        "line_items": lines(&order.lines), "tax_lines": tax_lines(known, &order.taxes),
        "shipping_lines": order.shipping_lines.iter().map(|charge| shipping(known, charge)).collect::<Vec<_>>(),
        "fee_lines": order.fees.iter().map(|charge| fee(known, charge)).collect::<Vec<_>>(),
        "coupon_lines": order.coupons.iter().map(|line| coupon(known, line)).collect::<Vec<_>>(),
        "refunds": refunds.collect::<Vec<_>>(),
    });
    let rest = json!({
        "payment_url": format!("{}/checkout/order-pay/{id}/?pay_for_order=true&key={}", view.url, order.key),
        "is_editable": order.status.is_editable(), "needs_payment": !cod_or_paid && totals.total > Amount::ZERO,
        "needs_processing": !order.lines.is_empty(), "currency_symbol": known.settings.symbols().0,
        "_links": view.links(&format!("orders/{id}"), "orders", &CHANGEABLE),
    });
    if let (Value::Object(shown), Value::Object(rest)) = (&mut shown, rest) {
        shown.extend(rest);
    }
    let emails = view.href(&format!("orders/{id}/actions/email_templates"));
    shown["_links"]["email_templates"] = json!([{ "embeddable": true, "href": emails }]);
    let zone = known.zone();
    for (name, at) in [
        ("date_created", Some(order.created)),
        ("date_modified", Some(order.modified)),
        ("date_paid", order.paid),
        ("date_completed", order.completed),
    ] {
        dates(&mut shown, name, at, &zone);
    }
    shown
}

/// Of the customer with the e-mail address, of the goods without.
fn address(address: &Address, is_billing: bool) -> Value {
    let mut shown = json!({
        "first_name": address.first_name, "last_name": address.last_name, "company": address.company,
        "address_1": address.address_1, "address_2": address.address_2, "city": address.city, "state": address.state,
        "postcode": address.postcode, "country": address.country, "phone": address.phone,
    });
    if is_billing {
        shown["email"] = json!(address.email);
    }
    shown
}

fn line(known: &Known, line: &Line) -> Value {
    let text = |amount: Amount| amount.text(known.settings.decimals);
    let product = known.catalog.get(line.bought());
    let parent = product.filter(|product| product.parent != 0).map(|product| product.name.as_str());
    let image = if parent.is_some() { json!(0) } else { json!("") };
    let taxes = line
        .taxes
        .iter()
        .map(|tax| json!({ "id": tax.rate, "total": text(tax.total), "subtotal": text(tax.subtotal) }));
    json!({
        "id": line.id, "name": line.name, "product_id": line.product, "variation_id": line.variation,
        "quantity": line.quantity, "tax_class": line.class.slug(), "subtotal": text(line.subtotal),
        "subtotal_tax": text(line.subtotal_tax()), "total": text(line.total), "total_tax": text(line.total_tax()),
        "taxes": taxes.collect::<Vec<_>>(), "meta_data": line_meta(&line.meta),
        "sku": product.map(|product| product.sku.as_str()), "global_unique_id": "",
        "price": number(line.total.each(line.quantity)), "image": { "id": image, "src": "" }, "parent_name": parent,
    })
}

fn number(number: f64) -> Value {
    Number::from_f64(number).map(Value::Number).unwrap_or_default()
}

/// The shop leaves the subtotals of charges empty.
fn charge_taxes(known: &Known, taxes: &[Tax]) -> Vec<Value> {
    let text = |amount: Amount| amount.text(known.settings.decimals);
    taxes.iter().map(|tax| json!({ "id": tax.rate, "total": text(tax.total), "subtotal": "" })).collect()
}

fn shipping(known: &Known, charge: &Charge) -> Value {
    let text = |amount: Amount| amount.text(known.settings.decimals);
    json!({
        "id": charge.id, "method_title": charge.title, "method_id": charge.method, "instance_id": "",
        "total": text(charge.total), "total_tax": text(charge.total_tax()), "taxes": charge_taxes(known, &charge.taxes),
        "tax_status": "taxable", "meta_data": line_meta(&charge.meta),
    })
}

fn fee(known: &Known, charge: &Charge) -> Value {
    let text = |amount: Amount| amount.text(known.settings.decimals);
    json!({
        "id": charge.id, "name": charge.title, "tax_class": "", "tax_status": "taxable", "amount": "",
        "total": text(charge.total), "total_tax": text(charge.total_tax()), "taxes": charge_taxes(known, &charge.taxes),
        "meta_data": line_meta(&charge.meta),
    })
}

fn coupon(known: &Known, line: &CouponLine) -> Value {
    let text = |amount: Amount| amount.text(known.settings.decimals);
    let coupon = Coupon::with(&line.code);
    json!({
        "id": line.id, "code": line.code, "discount": text(line.discount), "discount_tax": text(line.discount_tax),
        "meta_data": line_meta(&line.meta), "discount_type": coupon.map_or("fixed_cart", Coupon::kind),
        "nominal_amount": coupon.map_or(0, Coupon::amount),
        "free_shipping": coupon.is_some_and(|coupon| coupon.free_shipping),
    })
}

fn tax_lines(known: &Known, taxes: &BTreeMap<u64, TaxLine>) -> Vec<Value> {
    let text = |amount: Amount| amount.text(known.settings.decimals);
    let shown = |(id, line): (&u64, &TaxLine)| {
        let rate = Rate::with(*id)?;
        let percent = Amount::parse(&rate.thousandths.to_string()).unwrap_or_default().each(1000);
        Some(json!({
            "id": line.id, "rate_code": rate.code, "rate_id": id, "label": rate.label, "compound": false,
            "tax_total": text(line.tax), "shipping_tax_total": text(line.shipping), "rate_percent": number(percent),
            "meta_data": [],
        }))
    };
    taxes.iter().filter_map(shown).collect()
}

/// A refund of an order.
pub(in crate::channels::woocommerce) fn refund(view: View<'_>, order: u64, refund: &Refund) -> Value {
    let known = view.known;
    let collection = format!("orders/{order}/refunds");
    let mut shown = json!({
        "id": refund.id, "amount": refund.amount.text(known.settings.decimals), "reason": refund.reason, "refunded_by": 1,
        "refunded_payment": refund.is_paid, "meta_data": meta(&refund.meta),
        "line_items": refund.lines.iter().map(|one| line(known, one)).collect::<Vec<_>>(),
        "shipping_lines": refund.shipping.iter().map(|charge| shipping(known, charge)).collect::<Vec<_>>(),
        "tax_lines": tax_lines(known, &refund.taxes),
        "fee_lines": refund.fees.iter().map(|charge| fee(known, charge)).collect::<Vec<_>>(),
        "_links": view.links(&format!("{collection}/{}", refund.id), &collection, &["GET", "DELETE"]),
    });
    shown["_links"]["up"] = json!([{ "href": view.href(&format!("orders/{order}")) }]);
    dates(&mut shown, "date_created", Some(refund.at), &known.zone());
    shown
}

/// A note to an order.
pub(in crate::channels::woocommerce) fn note(view: View<'_>, order: u64, note: &Note) -> Value {
    let collection = format!("orders/{order}/notes");
    let mut shown = json!({
        "id": note.id, "author": note.author, "note": note.text, "customer_note": note.for_customer,
        "_links": view.links(&format!("{collection}/{}", note.id), &collection, &["GET", "DELETE"]),
    });
    shown["_links"]["up"] = json!([{ "href": view.href(&format!("orders/{order}")) }]);
    dates(&mut shown, "date_created", Some(note.at), &view.known.zone());
    shown
}

/// A parcel of an order. Its times are in GMT, and say so.
pub(in crate::channels::woocommerce) fn fulfillment(order: u64, fulfillment: &Fulfillment) -> Value {
    let parts = fulfillment.meta.iter().map(|meta| json!({ "key": meta.key, "value": meta.value, "id": meta.id }));
    json!({
        "id": fulfillment.id, "entity_type": "WC_Order", "entity_id": order.to_string(), "status": fulfillment.status,
        "is_fulfilled": fulfillment.is_fulfilled, "date_updated": fulfillment.updated, "date_deleted": null,
        "meta_data": parts.collect::<Vec<_>>(),
    })
}
