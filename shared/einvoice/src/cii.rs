//! UN/CEFACT Cross Industry Invoice (D22B). The order of the elements is that of its schema.

use crate::{
    element::{Element, node, text},
    terms::{Charge, EN_16931, Line, Terms, contact_name, party_name, percent},
};
use domain::{contact::EmailAddress, invoice::TaxSubtotal, placed_order::Address, tax::TaxCategory};
use jiff::civil::Date;

const NAMESPACES: [(&str, &str); 4] = [
    ("xmlns:rsm", "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"),
    ("xmlns:ram", "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"),
    ("xmlns:qdt", "urn:un:unece:uncefact:data:standard:QualifiedDataType:100"),
    ("xmlns:udt", "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100"),
];

pub(crate) fn document(terms: &Terms<'_>) -> Element {
    let invoice = terms.invoice;
    let root =
        NAMESPACES.into_iter().fold(node("rsm:CrossIndustryInvoice"), |root, (name, uri)| root.attribute(name, uri));
    let context = node("rsm:ExchangedDocumentContext")
        .with(node("ram:GuidelineSpecifiedDocumentContextParameter").with(text("ram:ID", EN_16931)));
    let head = node("rsm:ExchangedDocument")
        .with(text("ram:ID", &invoice.number))
        .with(text("ram:TypeCode", terms.type_code()))
        .with(node("ram:IssueDateTime").with(date(invoice.issued_on)));
    let transaction = node("rsm:SupplyChainTradeTransaction")
        .with(terms.lines().map(|line| self::line(terms, &line)))
        .with(agreement(terms))
        .with(delivery(terms))
        .with(settlement(terms));
    root.with([context, head, transaction])
}

/// CCYYMMDD, which UNTDID 2379 calls 102.
fn date(day: Date) -> Element {
    text("udt:DateTimeString", day.strftime("%Y%m%d")).attribute("format", "102")
}

fn line(terms: &Terms<'_>, line: &Line<'_>) -> Element {
    let (category, rate) = line.taxed();
    let product = node("ram:SpecifiedTradeProduct")
        .with(line.row.sku.as_ref().map(|sku| text("ram:SellerAssignedID", sku)))
        .with(text("ram:Name", line.name));
    let price = node("ram:NetPriceProductTradePrice").with(text("ram:ChargeAmount", line.unit_price()));
    let discount = line.net.discount;
    let discount = (discount != 0).then(|| {
        node("ram:SpecifiedTradeAllowanceCharge")
            .with(indicator(discount < 0))
            .with(text("ram:ActualAmount", terms.money(discount.abs())))
            .with((discount > 0).then(|| text("ram:ReasonCode", "95")))
            .with(text("ram:Reason", if discount > 0 { terms.words.discount } else { terms.words.adjustment }))
    });
    let settlement = node("ram:SpecifiedLineTradeSettlement")
        .with(tax("ram:ApplicableTradeTax", category, rate))
        .with(discount)
        .with(
            node("ram:SpecifiedTradeSettlementLineMonetarySummation")
                .with(text("ram:LineTotalAmount", terms.money(line.net.net))),
        );
    node("ram:IncludedSupplyChainTradeLineItem")
        .with(node("ram:AssociatedDocumentLineDocument").with(text("ram:LineID", line.number)))
        .with(product)
        .with(node("ram:SpecifiedLineTradeAgreement").with(price))
        .with(
            node("ram:SpecifiedLineTradeDelivery")
                .with(text("ram:BilledQuantity", line.net.quantity).attribute("unitCode", line.unit)),
        )
        .with(settlement)
}

fn indicator(is_added: bool) -> Element {
    node("ram:ChargeIndicator").with(text("udt:Indicator", is_added))
}

fn tax(name: &'static str, category: TaxCategory, rate: u16) -> Element {
    node(name)
        .with(text("ram:TypeCode", "VAT"))
        .with(text("ram:CategoryCode", category.code()))
        .with(text("ram:RateApplicablePercent", percent(rate)))
}

fn agreement(terms: &Terms<'_>) -> Element {
    let (invoice, seller) = (terms.invoice, &terms.invoice.seller);
    let sells = party("ram:SellerTradeParty", &seller.address, seller.registration.as_deref(), seller.email.as_ref())
        .with(seller.tax_number.as_ref().map(|number| registered("FC", number)))
        .with(seller.vat_id.as_ref().map(|id| registered("VA", id)));
    let buys = party("ram:BuyerTradeParty", &invoice.buyer, None, None)
        .with(invoice.buyer_vat_id.as_ref().map(|id| registered("VA", id)));
    let order = node("ram:SellerOrderReferencedDocument").with(text("ram:IssuerAssignedID", &invoice.reference));
    node("ram:ApplicableHeaderTradeAgreement").with([sells, buys, order])
}

fn registered(scheme: &str, id: &str) -> Element {
    node("ram:SpecifiedTaxRegistration").with(text("ram:ID", id).attribute("schemeID", scheme))
}

fn party(name: &'static str, address: &Address, legal: Option<&str>, email: Option<&EmailAddress>) -> Element {
    let person = contact_name(address);
    let contact = (person.is_some() || email.is_some()).then(|| {
        let email = email.map(|email| node("ram:EmailURIUniversalCommunication").with(text("ram:URIID", email)));
        node("ram:DefinedTradeContact").with(person.map(|person| text("ram:PersonName", person))).with(email)
    });
    let postal = node("ram:PostalTradeAddress")
        .with(address.postal_code.as_ref().map(|code| text("ram:PostcodeCode", code)))
        .with(text("ram:LineOne", &address.line1))
        .with(address.line2.as_ref().map(|line| text("ram:LineTwo", line)))
        .with(address.city.as_ref().map(|city| text("ram:CityName", city)))
        .with(text("ram:CountryID", &address.country))
        .with(address.region.as_ref().map(|region| text("ram:CountrySubDivisionName", region)));
    node(name)
        .with(text("ram:Name", party_name(address)))
        .with(legal.map(|legal| text("ram:Description", legal)))
        .with(contact)
        .with(postal)
}

fn delivery(terms: &Terms<'_>) -> Element {
    let place = |country| node("ram:PostalTradeAddress").with(text("ram:CountryID", country));
    let supplied =
        |day| node("ram:ActualDeliverySupplyChainEvent").with(node("ram:OccurrenceDateTime").with(date(day)));
    node("ram:ApplicableHeaderTradeDelivery")
        .with(terms.invoice.delivered_to.as_ref().map(|country| node("ram:ShipToTradeParty").with(place(country))))
        .with(terms.invoice.supplied_on.map(supplied))
}

fn settlement(terms: &Terms<'_>) -> Element {
    let account = |iban| {
        node("ram:SpecifiedTradeSettlementPaymentMeans")
            .with(text("ram:TypeCode", "58"))
            .with(node("ram:PayeePartyCreditorFinancialAccount").with(text("ram:IBANID", iban)))
    };
    let corrected = |number| node("ram:InvoiceReferencedDocument").with(text("ram:IssuerAssignedID", number));
    node("ram:ApplicableHeaderTradeSettlement")
        .with(text("ram:InvoiceCurrencyCode", terms.invoice.currency))
        .with(terms.iban().map(account))
        .with(terms.breakdown.taxes.iter().map(|sum| subtotal(terms, sum)))
        .with(terms.charges().map(|of| charge(terms, &of)))
        .with(
            terms
                .payment_terms()
                .map(|words| node("ram:SpecifiedTradePaymentTerms").with(text("ram:Description", words))),
        )
        .with(sums(terms))
        .with(terms.invoice.corrects.as_ref().map(corrected))
}

fn subtotal(terms: &Terms<'_>, sum: &TaxSubtotal) -> Element {
    node("ram:ApplicableTradeTax")
        .with(text("ram:CalculatedAmount", terms.money(sum.tax)))
        .with(text("ram:TypeCode", "VAT"))
        .with(terms.exemption(sum).map(|words| text("ram:ExemptionReason", words)))
        .with(text("ram:BasisAmount", terms.money(sum.net)))
        .with(text("ram:CategoryCode", sum.category.code()))
        .with(sum.category.exemption_code().map(|code| text("ram:ExemptionReasonCode", code)))
        .with(text("ram:RateApplicablePercent", percent(sum.rate)))
}

fn charge(terms: &Terms<'_>, charge: &Charge<'_>) -> Element {
    node("ram:SpecifiedTradeAllowanceCharge")
        .with(indicator(charge.is_added))
        .with(text("ram:ActualAmount", terms.money(charge.amount)))
        .with(charge.code.map(|code| text("ram:ReasonCode", code)))
        .with(text("ram:Reason", charge.reason))
        .with(tax("ram:CategoryTradeTax", charge.category, charge.rate))
}

fn sums(terms: &Terms<'_>) -> Element {
    let (of, rounding) = (terms.breakdown, terms.breakdown.rounding);
    let money = |name, amount| text(name, terms.money(amount));
    node("ram:SpecifiedTradeSettlementHeaderMonetarySummation")
        .with(money("ram:LineTotalAmount", of.lines()))
        .with(money("ram:ChargeTotalAmount", of.charges()))
        .with(money("ram:AllowanceTotalAmount", of.allowances()))
        .with(money("ram:TaxBasisTotalAmount", of.net()))
        .with(money("ram:TaxTotalAmount", of.tax()).attribute("currencyID", terms.invoice.currency.as_str()))
        .with((rounding != 0).then(|| money("ram:RoundingAmount", rounding)))
        .with(money("ram:GrandTotalAmount", of.net() + of.tax()))
        .with(money("ram:TotalPrepaidAmount", terms.invoice.paid))
        .with(money("ram:DuePayableAmount", terms.due()))
}
