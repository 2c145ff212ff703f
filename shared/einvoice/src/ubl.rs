//! OASIS UBL 2.1: `Invoice` and `CreditNote`. The order of the elements is that of its schema.

use crate::{
    element::{Element, node, text},
    terms::{Charge, EN_16931, Line, Terms, contact_name, party_name, percent},
};
use domain::{contact::EmailAddress, invoice::TaxSubtotal, money::Amount, placed_order::Address, tax::TaxCategory};

const INVOICE: &str = "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2";
const CREDIT_NOTE: &str = "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2";
const AGGREGATES: &str = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2";
const BASICS: &str = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2";

/// UBL wants a buyer's order number wherever the seller's is told.
const NO_ORDER_OF_THE_BUYER: &str = "NA";

pub(crate) fn document(terms: &Terms<'_>) -> Element {
    let invoice = terms.invoice;
    let (root, namespace, type_name) = if terms.is_credit_note() {
        ("CreditNote", CREDIT_NOTE, "cbc:CreditNoteTypeCode")
    } else {
        ("Invoice", INVOICE, "cbc:InvoiceTypeCode")
    };
    let order = node("cac:OrderReference")
        .with(text("cbc:ID", NO_ORDER_OF_THE_BUYER))
        .with(text("cbc:SalesOrderID", &invoice.reference));
    let corrected =
        |number| node("cac:BillingReference").with(node("cac:InvoiceDocumentReference").with(text("cbc:ID", number)));
    let terms_of_payment = terms.payment_terms().map(|words| node("cac:PaymentTerms").with(text("cbc:Note", words)));
    node(root)
        .attribute("xmlns", namespace)
        .attribute("xmlns:cac", AGGREGATES)
        .attribute("xmlns:cbc", BASICS)
        .with(text("cbc:CustomizationID", EN_16931))
        .with(text("cbc:ID", &invoice.number))
        .with(text("cbc:IssueDate", invoice.issued_on))
        .with(text(type_name, terms.type_code()))
        .with(text("cbc:DocumentCurrencyCode", invoice.currency))
        .with(order)
        .with(invoice.corrects.as_ref().map(corrected))
        .with(seller(terms))
        .with(buyer(terms))
        .with(delivery(terms))
        .with(terms.iban().map(account))
        .with(terms_of_payment)
        .with(terms.charges().map(|of| charge(terms, &of)))
        .with(
            node("cac:TaxTotal")
                .with(money(terms, "cbc:TaxAmount", terms.breakdown.tax()))
                .with(terms.breakdown.taxes.iter().map(|sum| subtotal(terms, sum))),
        )
        .with(sums(terms))
        .with(terms.lines().map(|line| self::line(terms, &line)))
}

fn money(terms: &Terms<'_>, name: &'static str, amount: Amount) -> Element {
    text(name, terms.money(amount)).attribute("currencyID", terms.invoice.currency.as_str())
}

fn seller(terms: &Terms<'_>) -> Element {
    let seller = &terms.invoice.seller;
    let taxes = [
        seller.vat_id.as_ref().map(|id| registered("VAT", id)),
        seller.tax_number.as_ref().map(|number| registered("TAX", number)),
    ];
    let party =
        party(&seller.address, taxes.into_iter().flatten(), seller.registration.as_deref(), seller.email.as_ref());
    node("cac:AccountingSupplierParty").with(party)
}

fn buyer(terms: &Terms<'_>) -> Element {
    let taxes = terms.invoice.buyer_vat_id.as_ref().map(|id| registered("VAT", id));
    node("cac:AccountingCustomerParty").with(party(&terms.invoice.buyer, taxes, None, None))
}

fn registered(scheme: &str, id: &str) -> Element {
    node("cac:PartyTaxScheme").with(text("cbc:CompanyID", id)).with(node("cac:TaxScheme").with(text("cbc:ID", scheme)))
}

fn party(
    address: &Address,
    taxes: impl IntoIterator<Item = Element>,
    legal: Option<&str>,
    email: Option<&EmailAddress>,
) -> Element {
    let postal = node("cac:PostalAddress")
        .with(text("cbc:StreetName", &address.line1))
        .with(address.line2.as_ref().map(|line| text("cbc:AdditionalStreetName", line)))
        .with(address.city.as_ref().map(|city| text("cbc:CityName", city)))
        .with(address.postal_code.as_ref().map(|code| text("cbc:PostalZone", code)))
        .with(address.region.as_ref().map(|region| text("cbc:CountrySubentity", region)))
        .with(country(&address.country));
    let entity = node("cac:PartyLegalEntity")
        .with(text("cbc:RegistrationName", party_name(address)))
        .with(legal.map(|legal| text("cbc:CompanyLegalForm", legal)));
    let person = contact_name(address);
    let contact = (person.is_some() || email.is_some()).then(|| {
        node("cac:Contact")
            .with(person.map(|person| text("cbc:Name", person)))
            .with(email.map(|email| text("cbc:ElectronicMail", email)))
    });
    node("cac:Party").with(postal).with(taxes).with(entity).with(contact)
}

fn country(code: &str) -> Element {
    node("cac:Country").with(text("cbc:IdentificationCode", code))
}

fn delivery(terms: &Terms<'_>) -> Option<Element> {
    let (day, to) = (terms.invoice.supplied_on, terms.invoice.delivered_to.as_ref());
    let place = |to| node("cac:DeliveryLocation").with(node("cac:Address").with(country(to)));
    (day.is_some() || to.is_some()).then(|| {
        node("cac:Delivery").with(day.map(|day| text("cbc:ActualDeliveryDate", day))).with(to.map(|to| place(to)))
    })
}

fn account(iban: &str) -> Element {
    node("cac:PaymentMeans")
        .with(text("cbc:PaymentMeansCode", "58"))
        .with(node("cac:PayeeFinancialAccount").with(text("cbc:ID", iban)))
}

fn category(name: &'static str, category: TaxCategory, rate: u16, exemption: Option<&str>) -> Element {
    let code = exemption.and(category.exemption_code());
    node(name)
        .with(text("cbc:ID", category.code()))
        .with(text("cbc:Percent", percent(rate)))
        .with(code.map(|code| text("cbc:TaxExemptionReasonCode", code)))
        .with(exemption.map(|words| text("cbc:TaxExemptionReason", words)))
        .with(node("cac:TaxScheme").with(text("cbc:ID", "VAT")))
}

fn charge(terms: &Terms<'_>, charge: &Charge<'_>) -> Element {
    node("cac:AllowanceCharge")
        .with(text("cbc:ChargeIndicator", charge.is_added))
        .with(charge.code.map(|code| text("cbc:AllowanceChargeReasonCode", code)))
        .with(text("cbc:AllowanceChargeReason", charge.reason))
        .with(money(terms, "cbc:Amount", charge.amount))
        .with(category("cac:TaxCategory", charge.category, charge.rate, None))
}

fn subtotal(terms: &Terms<'_>, sum: &TaxSubtotal) -> Element {
    node("cac:TaxSubtotal")
        .with(money(terms, "cbc:TaxableAmount", sum.net))
        .with(money(terms, "cbc:TaxAmount", sum.tax))
        .with(category("cac:TaxCategory", sum.category, sum.rate, terms.exemption(sum)))
}

fn sums(terms: &Terms<'_>) -> Element {
    let (of, rounding) = (terms.breakdown, terms.breakdown.rounding);
    let money = |name, amount| money(terms, name, amount);
    node("cac:LegalMonetaryTotal")
        .with(money("cbc:LineExtensionAmount", of.lines()))
        .with(money("cbc:TaxExclusiveAmount", of.net()))
        .with(money("cbc:TaxInclusiveAmount", of.net() + of.tax()))
        .with(money("cbc:AllowanceTotalAmount", of.allowances()))
        .with(money("cbc:ChargeTotalAmount", of.charges()))
        .with(money("cbc:PrepaidAmount", terms.invoice.paid))
        .with((rounding != 0).then(|| money("cbc:PayableRoundingAmount", rounding)))
        .with(money("cbc:PayableAmount", terms.due()))
}

fn line(terms: &Terms<'_>, line: &Line<'_>) -> Element {
    let (name, quantity) = if terms.is_credit_note() {
        ("cac:CreditNoteLine", "cbc:CreditedQuantity")
    } else {
        ("cac:InvoiceLine", "cbc:InvoicedQuantity")
    };
    let discount = line.net.discount;
    let discount = (discount != 0).then(|| {
        node("cac:AllowanceCharge")
            .with(text("cbc:ChargeIndicator", discount < 0))
            .with((discount > 0).then(|| text("cbc:AllowanceChargeReasonCode", "95")))
            .with(text(
                "cbc:AllowanceChargeReason",
                if discount > 0 { terms.words.discount } else { terms.words.adjustment },
            ))
            .with(money(terms, "cbc:Amount", discount.abs()))
    });
    let (of, rate) = line.taxed();
    let number = |sku| node("cac:SellersItemIdentification").with(text("cbc:ID", sku));
    let item = node("cac:Item")
        .with(text("cbc:Name", line.name))
        .with(line.row.sku.as_ref().map(number))
        .with(category("cac:ClassifiedTaxCategory", of, rate, None));
    let price = text("cbc:PriceAmount", line.unit_price()).attribute("currencyID", terms.invoice.currency.as_str());
    node(name)
        .with(text("cbc:ID", line.number))
        .with(text(quantity, line.net.quantity).attribute("unitCode", line.unit))
        .with(money(terms, "cbc:LineExtensionAmount", line.net.net))
        .with(discount)
        .with(item)
        .with(node("cac:Price").with(price))
}
