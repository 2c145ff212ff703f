#![allow(clippy::unwrap_used)]

use super::*;
use crate::{
    fixtures::{at, captured, placed, seller, unpaid, with_state},
    invoice::Series,
    placed_order::PlacedOrder,
    policy::{Invoicing, Policy},
    routing::Routed,
};

/// The invoice of an order of two shirts, as it is when it opens.
fn invoice(change: impl FnOnce(&mut PlacedOrder)) -> Invoice {
    let mut order = placed(&[("TEE", 2, 1500)]);
    (order.lines[0].tax, order.lines[0].taxation.rate) = (479, Some(1900));
    order.shipping_address.country = "FR".into();
    change(&mut order);
    let total = order.total;
    let order = with_state(unpaid(order), |mut state| {
        state.policy = Policy { invoicing: Invoicing::AtPayment, ..Policy::default() };
        state.record(&captured(total), at(2)).deduct(&Routed::default(), at(3))
    });
    let series = Series { last: 1, last_on: jiff::civil::date(2026, 3, 2) };
    order.next_invoice(&[], &seller(), (&"acme#2026".parse().unwrap(), &series), at(9)).unwrap().unwrap().1
}

fn untaxed(category: TaxCategory) -> impl Fn(&mut PlacedOrder) {
    move |order| {
        order.lines[0].tax = 0;
        (order.lines[0].taxation.rate, order.lines[0].taxation.category) = (None, Some(category));
    }
}

fn fields(invoice: &Invoice) -> Vec<String> {
    invoice.gaps().into_iter().map(|gap| gap.field).collect()
}

#[test]
fn an_ordinary_invoice_lacks_nothing_and_knows_what_is_paid() {
    let invoice = invoice(|_| ());
    assert_eq!(invoice.gaps(), []);
    assert_eq!((invoice.paid, invoice.total), (3000, 3000));
    let breakdown = invoice.breakdown.unwrap();
    assert_eq!((breakdown.net(), breakdown.tax(), breakdown.rounding), (2521, 479, 0));
}

#[test]
fn a_seller_without_vat_id_and_an_order_without_rates_are_named() {
    let mut unknown = invoice(|order| order.lines[0].taxation.rate = None);
    assert_eq!((fields(&unknown), unknown.breakdown.is_none()), (vec!["rows[0].tax_category".to_owned()], true));
    for id in [None, Some("123456789".into())] {
        unknown.seller.vat_id = id;
        assert_eq!(fields(&unknown), ["seller.vat_id", "rows[0].tax_category"]);
    }
}

#[test]
fn an_older_document_has_no_breakdown() {
    let old = Invoice { breakdown: None, ..invoice(|_| ()) };
    assert_eq!(fields(&old), ["breakdown"]);
}

#[test]
fn each_case_needs_what_the_law_asks_for() {
    assert_eq!(fields(&invoice(untaxed(TaxCategory::Export))), Vec::<String>::new());
    assert_eq!(fields(&invoice(untaxed(TaxCategory::ReverseCharge))), ["buyer_vat_id"]);
    assert_eq!(fields(&invoice(untaxed(TaxCategory::Exempt))), ["exemption"]);
    let mut intra = invoice(untaxed(TaxCategory::IntraCommunity));
    assert_eq!(fields(&intra), ["buyer_vat_id", "supplied_on"]);
    intra.buyer_vat_id = Some("ATU13585627".into());
    intra.supplied_on = Some(intra.issued_on);
    assert_eq!(fields(&intra), Vec::<String>::new());
    intra.delivered_to = Some(intra.seller.address.country.clone());
    assert_eq!(fields(&intra), ["delivered_to"]);
}
