//! Invoices and credit notes, as they were issued.

use crate::{
    App,
    paper::{answer, day, lines, percent, written},
};
use api::{Caller, Error, Request, Response};
use app::invoices;
use domain::invoice::{Invoice, InvoiceKind, Row, taxes};
use papers::{Invoice as Sheet, InvoiceRow, Language, Paper, TaxLine};

pub(crate) async fn invoice(app: &App, caller: &Caller, request: &Request) -> Result<Response, Error> {
    let (order, number) = (request.path_param("order_id")?, request.path_param("number")?);
    let invoice = invoices::read(&app.store, &order, &caller.scope(), &number).await?;
    let kind = match invoice.kind {
        InvoiceKind::Invoice => "invoice",
        InvoiceKind::CreditNote => "credit-note",
    };
    answer(app, kind, &Paper::Invoice(Box::new(sheet(&invoice))))
}

fn sheet(invoice: &Invoice) -> Sheet {
    let language = Language::of(invoice.locale.as_deref().unwrap_or_default());
    let money = |amount| written(amount, invoice.currency, language);
    let rate = |rate: Option<u16>| rate.map(|rate| percent(rate, language));
    let row = |row: &Row| InvoiceRow {
        title: row.title.as_ref().map(ToString::to_string),
        sku: row.sku.as_ref().map(ToString::to_string),
        quantity: (row.quantity != 0).then(|| row.quantity.to_string()),
        unit_price: (row.quantity != 0).then(|| money(row.unit_price)),
        rate: rate(row.tax_rate),
        gross: money(row.gross),
    };
    let seller = &invoice.seller;
    let facts = [
        seller.registration.as_ref().map(ToString::to_string),
        seller.email.as_ref().map(ToString::to_string),
        seller.iban.as_ref().map(|iban| format!("IBAN {}", iban.as_str())),
    ];
    Sheet {
        language,
        is_credit_note: invoice.kind == InvoiceKind::CreditNote,
        number: invoice.number.to_string(),
        issued_on: day(invoice.issued_on, language),
        corrects: invoice.corrects.as_ref().map(ToString::to_string),
        order: invoice.reference.clone(),
        ordered_on: day(invoice.ordered_on, language),
        supplied_on: invoice.supplied_on.map(|date| day(date, language)),
        seller: lines(&seller.address, language),
        vat_id: seller.vat_id.as_ref().map(ToString::to_string),
        tax_number: seller.tax_number.as_ref().map(ToString::to_string),
        seller_facts: facts.into_iter().flatten().collect(),
        buyer: lines(&invoice.buyer, language),
        currency: invoice.currency.to_string(),
        tax_included: invoice.tax_included,
        rows: invoice.rows.iter().map(row).collect(),
        taxes: taxes(&invoice.rows)
            .iter()
            .map(|sum| TaxLine { rate: rate(sum.rate), net: money(sum.net), tax: money(sum.tax) })
            .collect(),
        net: money(invoice.total - invoice.tax),
        total: money(invoice.total),
    }
}
