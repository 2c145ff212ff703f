use super::*;
use crate::{fixtures::placed, placed_order::Discount};

/// Two units for 20.00 with 19 % in them, sent to Berlin.
fn order() -> PlacedOrder {
    let mut order = placed(&[("TEE", 2, 1000)]);
    (order.lines[0].tax, order.lines[0].taxation.rate) = (319, Some(1900));
    (order.shipping_address.country, order.shipping_address.postal_code) = ("DE".into(), Some("10115".into()));
    order
}

fn untaxed(category: TaxCategory) -> PlacedOrder {
    let mut order = order();
    order.lines[0].tax = 0;
    order.lines[0].taxation = Taxation { rate: Some(0), category: Some(category), exemption: None };
    order
}

fn fields(order: &PlacedOrder) -> Vec<String> {
    order.tax_faults().into_iter().map(|fault| fault.field).collect()
}

#[test]
fn a_tax_fits_its_rate_within_the_rounding_of_each_unit() {
    for (tax, fits) in [(316, true), (322, true), (315, false), (324, false), (380, false), (0, false)] {
        let mut order = order();
        order.lines[0].tax = tax;
        assert_eq!(fields(&order).is_empty(), fits, "{tax}");
    }
    let mut order = order();
    (order.tax_included, order.lines[0].tax) = (false, 380);
    assert_eq!(fields(&order), Vec::<String>::new(), "on the price");
    order.lines[0].taxation.rate = None;
    order.lines[0].tax = 1;
    assert_eq!(fields(&order), Vec::<String>::new(), "without its rate nothing can be said");
}

#[test]
fn an_orders_discount_may_lie_on_any_part() {
    for (tax, fits) in [(319, true), (160, true), (240, true), (150, false)] {
        let mut order = order();
        order.discount = Some(Discount { code: None, amount: 1000 });
        order.lines[0].tax = tax;
        assert_eq!(fields(&order).is_empty(), fits, "{tax}");
    }
}

#[test]
fn standard_needs_a_rate_and_everything_else_none() {
    let mut order = order();
    order.lines[0].taxation.category = Some(TaxCategory::Standard);
    assert_eq!(fields(&order), Vec::<String>::new());
    (order.lines[0].taxation.rate, order.lines[0].tax) = (Some(0), 0);
    assert_eq!(fields(&order), ["lines[0].tax_rate"]);
    let mut zero = untaxed(TaxCategory::ZeroRated);
    assert_eq!(fields(&zero), Vec::<String>::new());
    zero.lines[0].tax = 1;
    assert_eq!(fields(&zero), ["lines[0].tax"]);
    zero.lines[0].taxation.rate = Some(700);
    assert_eq!(fields(&zero), ["lines[0].tax_rate"]);
    zero.shipping.taxation.category = Some(TaxCategory::Standard);
    assert_eq!(fields(&zero), ["lines[0].tax_rate", "shipping.tax_rate"]);
}

#[test]
fn an_exemption_is_said_where_one_is_and_nowhere_else() {
    let mut exempt = untaxed(TaxCategory::Exempt);
    assert_eq!(fields(&exempt), ["lines[0].exemption"]);
    exempt.lines[0].taxation.exemption = Some("§ 19 UStG".into());
    assert_eq!(fields(&exempt), Vec::<String>::new());
    exempt.lines[0].taxation.category = Some(TaxCategory::ZeroRated);
    assert_eq!(fields(&exempt), ["lines[0].exemption"]);
}

#[test]
fn a_business_has_a_vat_id_and_one_of_the_eu_if_goods_go_there() {
    for category in [TaxCategory::ReverseCharge, TaxCategory::IntraCommunity] {
        let mut order = untaxed(category);
        assert_eq!(fields(&order), ["customer.vat_id"]);
        order.customer.vat_id = Some("CHE123456788".into());
        assert_eq!(fields(&order).is_empty(), category == TaxCategory::ReverseCharge);
        order.customer.vat_id = Some("ATU13585627".into());
        assert_eq!(fields(&order), Vec::<String>::new());
    }
}

#[test]
fn goods_leave_the_eu_or_stay_in_it_as_their_case_says() {
    let mut export = untaxed(TaxCategory::Export);
    assert_eq!(fields(&export), ["lines[0].tax_category"]);
    export.shipping_address.country = "CH".into();
    assert_eq!(fields(&export), Vec::<String>::new());
    let mut intra = untaxed(TaxCategory::IntraCommunity);
    intra.customer.vat_id = Some("ATU13585627".into());
    assert_eq!(fields(&intra), Vec::<String>::new());
    intra.shipping_address.country = "CH".into();
    assert_eq!(fields(&intra), ["lines[0].tax_category"]);
}
