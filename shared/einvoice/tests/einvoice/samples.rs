//! Documents of every case, issued by the rules themselves. The example `samples` writes the same ones for the validators.

use domain::{
    fixtures::{at, captured, placed, seller, stamp, unpaid, with_state},
    invoice::{Invoice, Issued, Series},
    money::Amount,
    order::Order,
    placed_order::{Discount, PlacedOrder},
    policy::{Invoicing, Policy},
    requested_refund::RefundRequest,
    routing::Routed,
    settings::Seller,
    tax::{TaxCategory, Taxation},
};

/// A seller with all that one can have.
fn acme() -> Seller {
    let mut seller = seller();
    seller.address.line1 = "Lange Straße 1 & 2".into();
    seller.address.postal_code = Some("50667".into());
    seller.vat_id = Some("DE136695976".into());
    seller.tax_number = Some("27/123/45678".into());
    seller.registration = Some("Amtsgericht Köln, HRB 12345".into());
    seller.email = Some("invoices@example.com".into());
    seller.iban = "DE89370400440532013000".parse().ok();
    seller.prefix = "RE-".parse().ok();
    seller
}

fn taxed(rate: u16) -> Taxation {
    Taxation { rate: Some(rate), ..Taxation::default() }
}

fn untaxed(category: TaxCategory) -> Taxation {
    Taxation { rate: Some(0), category: Some(category), exemption: None }
}

/// The tax of a price as shops compute it: line by line.
fn tax(price: Amount, rate: u16, included: bool) -> Amount {
    let rate = i64::from(rate);
    let whole = 10_000 + if included { rate } else { 0 };
    (2 * price * rate + whole) / (2 * whole)
}

/// An order for Berlin of units, prices and taxations, with shipping for 4.90 that is taxed as the first line is.
fn order(lines: &[(u32, Amount, Taxation)], tax_included: bool) -> PlacedOrder {
    let skus: Vec<(String, u32, Amount)> =
        (0..).zip(lines).map(|(n, (units, price, _))| (format!("SKU-{n:03}"), *units, *price)).collect();
    let named: Vec<(&str, u32, Amount)> =
        skus.iter().map(|(sku, units, price)| (sku.as_str(), *units, *price)).collect();
    let mut order = placed(&named);
    order.tax_included = tax_included;
    for (line, (units, price, taxation)) in order.lines.iter_mut().zip(lines) {
        line.tax = tax(i64::from(*units) * price, taxation.rate.unwrap_or_default(), tax_included);
        line.taxation = taxation.clone();
        line.title = format!("Théière <émaillée> & \"grande\", {}", line.sku).as_str().into();
    }
    let of_shipping = lines.first().map(|(.., taxation)| taxation.clone()).unwrap_or_default();
    order.shipping.price = 490;
    order.shipping.tax = tax(490, of_shipping.rate.unwrap_or_default(), tax_included);
    order.shipping.taxation = of_shipping;
    order.shipping_address.country = "DE".into();
    order.shipping_address.postal_code = Some("10115".into());
    order
}

fn for_business(mut order: PlacedOrder, country: &str, vat_id: &str) -> PlacedOrder {
    order.shipping_address.country = country.into();
    order.shipping_address.postal_code = None;
    order.shipping_address.company = Some("Müller & Söhne Ges.m.b.H.".into());
    order.customer.vat_id = Some(vat_id.into());
    order
}

/// The order, paid if it is, so that it is invoiced.
fn opened(mut placed: PlacedOrder, is_paid: bool) -> Order {
    let totals = placed.totals().map(|totals| totals.total);
    placed.total = totals.unwrap_or_default();
    assert_eq!(placed.tax_faults(), [], "a sample is an order that is accepted");
    let total = placed.total;
    with_state(unpaid(placed), |mut state| {
        state.policy = Policy { invoicing: Invoicing::AtPayment, ..Policy::default() };
        if is_paid { state.record(&captured(total), at(2)).deduct(&Routed::default(), at(3)) } else { state }
    })
}

/// Issues what the order lacks.
fn issue(order: Order, so_far: &mut Vec<Invoice>) -> Order {
    let nth = u32::try_from(so_far.len()).unwrap() + 1;
    let series = Series { last: nth, last_on: jiff::civil::date(2026, 11, 30) };
    let next = order.next_invoice(so_far, &acme(), (&"acme#2026".parse().unwrap(), &series), at(9)).unwrap();
    let (key, mut invoice) = next.unwrap();
    invoice.supplied_on = Some(invoice.issued_on);
    let issued = Issued { number: invoice.number.clone(), key, kind: invoice.kind, total: invoice.total };
    so_far.push(invoice);
    with_state(order, |state| state.invoice_issued(issued, &stamp(9)))
}

pub fn invoice(placed: PlacedOrder) -> Invoice {
    let mut so_far = Vec::new();
    issue(opened(placed, true), &mut so_far);
    so_far.remove(0)
}

/// What follows an invoice when this becomes of its order.
fn credit_note(placed: PlacedOrder, then: impl FnOnce(Order) -> Order) -> Invoice {
    let mut so_far = Vec::new();
    let order = then(issue(opened(placed, true), &mut so_far));
    issue(order, &mut so_far);
    so_far.remove(1)
}

fn refund(order: Order, lines: &[(u16, u32)], shipping: Amount, amount: Option<Amount>) -> Order {
    let lines = lines.iter().map(|(line, units)| (*line, *units)).collect();
    let asked = RefundRequest { lines, shipping, amount, reason: "sorry".into(), key: "1".into() };
    order.request_refund(&asked, &stamp(20)).unwrap()
}

/// Two rates, a discount on a line and one on all, a free item.
fn mixed(tax_included: bool) -> PlacedOrder {
    let mut mixed = order(
        &[(3, 1333, taxed(1900)), (7, 799, taxed(700)), (1, 0, taxed(1900)), (2, 995, taxed(1900))],
        tax_included,
    );
    let line = &mut mixed.lines[3];
    line.discount = 199;
    line.tax = tax(2 * 995 - 199, 1900, tax_included);
    mixed.discount = Some(Discount { code: Some("SUMMER".into()), amount: 700 });
    if !tax_included {
        // As the shop spreads the discount: over the lines by what they cost, and taxes computed after that.
        let (before, totals) = (mixed.lines.clone(), mixed.totals().map(|totals| totals.lines).unwrap());
        for ((line, before), total) in mixed.lines.iter_mut().zip(&before).zip(totals) {
            line.tax = tax(total - before.tax, line.taxation.rate.unwrap_or_default(), false);
        }
    }
    mixed
}

fn many(tax_included: bool) -> PlacedOrder {
    let rates = [1900, 700, 1900, 550];
    let lines: Vec<_> =
        (0..300).map(|n| (n % 5 + 1, 13 + i64::from(n) * 37 % 2999, taxed(rates[n as usize % rates.len()]))).collect();
    order(&lines, tax_included)
}

fn every(category: TaxCategory) -> PlacedOrder {
    order(&[(3, 1333, untaxed(category)), (1, 25_000, untaxed(category))], false)
}

fn exempt() -> PlacedOrder {
    let with = |words: &str| Taxation { exemption: Some(words.into()), ..untaxed(TaxCategory::Exempt) };
    order(&[(1, 9900, with("§ 4 Nr. 21 UStG")), (2, 500, with("§ 4 Nr. 14 UStG"))], true)
}

fn export() -> PlacedOrder {
    let mut export = every(TaxCategory::Export);
    export.shipping_address.country = "CH".into();
    export
}

fn oss() -> PlacedOrder {
    let mut oss = order(&[(2, 1999, taxed(2000)), (1, 550, taxed(550))], true);
    oss.shipping_address.country = "FR".into();
    oss.shipping_address.postal_code = Some("75001".into());
    oss
}

/// Not paid yet: it names the account.
fn on_account() -> Invoice {
    let mut invoice = invoice(mixed(false));
    invoice.paid = 0;
    invoice
}

/// All cases by name.
pub fn all() -> Vec<(&'static str, Invoice)> {
    let intra = || for_business(every(TaxCategory::IntraCommunity), "AT", "ATU13585627");
    vec![
        ("gross", invoice(mixed(true))),
        ("net", invoice(mixed(false))),
        ("on-account", on_account()),
        ("300-gross", invoice(many(true))),
        ("300-net", invoice(many(false))),
        ("zero-rated", invoice(every(TaxCategory::ZeroRated))),
        ("exempt", invoice(exempt())),
        ("reverse-charge", invoice(for_business(every(TaxCategory::ReverseCharge), "DE", "DE136695976"))),
        ("intra-community", invoice(intra())),
        ("export", invoice(export())),
        ("oss", invoice(oss())),
        ("credit-all", credit_note(mixed(true), |order| order.cancel("why", &stamp(10)).unwrap())),
        ("credit-units", credit_note(mixed(false), |order| refund(order, &[(0, 1), (3, 1)], 0, None))),
        ("credit-shipping", credit_note(mixed(true), |order| refund(order, &[], 490, None))),
        ("credit-goodwill", credit_note(mixed(true), |order| refund(order, &[], 0, Some(500)))),
        ("credit-intra", credit_note(intra(), |order| refund(order, &[(0, 2)], 0, None))),
    ]
}
