//! Invoices and credit notes, as they were issued.

use crate::{
    App,
    paper::{answer, day, file_name, lines, percent, written},
};
use api::{Caller, Code, Error, FieldError, Problem, Request, Response};
use app::invoices;
use domain::invoice::{Breakdown, Gap, Invoice, InvoiceKind, Row, TaxSubtotal, TaxSum};
use einvoice::{Syntax, Words, xml};
use http::header;
use papers::{Invoice as Sheet, InvoiceRow, Language, Paper, TaxLine};

pub(crate) async fn invoice(app: &App, caller: &Caller, request: &Request) -> Result<Response, Error> {
    let (order, number) = (request.path_param("order_id")?, request.path_param("number")?);
    let invoice = invoices::read(&app.store, &order, &caller.scope(), &number).await?;
    answer(app, kind(&invoice), &Paper::Invoice(Box::new(sheet(&invoice))))
}

/// The electronic invoice alone. It needs no typesetter.
pub(crate) async fn electronic(app: &App, caller: &Caller, request: &Request) -> Result<Response, Error> {
    let (order, number) = (request.path_param("order_id")?, request.path_param("number")?);
    let syntax = request.query_param("syntax")?.unwrap_or(Syntax::Cii);
    let invoice = invoices::read(&app.store, &order, &caller.scope(), &number).await?;
    let xml = xml(&invoice, syntax).map_err(unwritten)?;
    let name = file_name(&format!("{}-{}", kind(&invoice), invoice.number), "xml");
    Ok(Response::bytes(200, "application/xml", xml)
        .with_value(header::CONTENT_DISPOSITION, name)
        .with(header::CACHE_CONTROL, "no-store"))
}

fn unwritten(error: einvoice::Error) -> Error {
    let gaps = match error {
        einvoice::Error::Gaps(gaps) => gaps,
        einvoice::Error::Xml(error) => return Error::Internal(error.to_string()),
    };
    let errors = gaps.into_iter().map(|Gap { field, why }| FieldError::new(field, why)).collect();
    let detail =
        "it is no electronic invoice by EN 16931, and what is issued never changes; see errors. The PDF is there";
    Problem { errors, ..Problem::new(Code::NotElectronic, detail) }.into()
}

fn kind(invoice: &Invoice) -> &'static str {
    match invoice.kind {
        InvoiceKind::Invoice => "invoice",
        InvoiceKind::CreditNote => "credit-note",
    }
}

fn sheet(invoice: &Invoice) -> Sheet {
    let language = Language::of(invoice.locale.as_deref().unwrap_or_default());
    let money = |amount| written(amount, invoice.currency, language);
    let rate = |rate: Option<u16>| rate.map(|rate| percent(rate, language));
    let words = Words::of(invoice.locale.as_deref());
    let tax = |sum: &TaxSum| {
        let alike = |of: &&TaxSubtotal| (Some(of.category), Some(of.rate)) == (sum.category, sum.rate);
        let own = invoice.breakdown.iter().flat_map(|of| &of.taxes).find(alike).and_then(|of| of.exemption.as_deref());
        let exemption = sum.category.and_then(|category| words.exemption(category, own));
        TaxLine {
            rate: rate(sum.rate),
            net: money(sum.net),
            tax: money(sum.tax),
            exemption: exemption.map(str::to_owned),
        }
    };
    let rounding = invoice.breakdown.as_ref().map_or(0, |breakdown| breakdown.rounding);
    let row = |row: &Row| InvoiceRow {
        title: row.title.as_ref().map(ToString::to_string),
        sku: row.sku.as_ref().map(ToString::to_string),
        quantity: (row.quantity != 0).then(|| row.quantity.to_string()),
        unit_price: (row.quantity != 0).then(|| money(row.unit_price)),
        rate: rate(row.taxation.rate),
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
        buyer_vat_id: invoice.buyer_vat_id.as_ref().map(ToString::to_string),
        currency: invoice.currency.to_string(),
        tax_included: invoice.tax_included,
        rows: invoice.rows.iter().map(row).collect(),
        taxes: invoice.taxes().iter().map(tax).collect(),
        net: money(invoice.breakdown.as_ref().map_or(invoice.total - invoice.tax, Breakdown::net)),
        rounding: (rounding != 0).then(|| money(rounding)),
        total: money(invoice.total),
        // One that is none is a PDF all the same.
        electronic: xml(invoice, Syntax::Cii).ok(),
        issued: (invoice.issued_on.year(), invoice.issued_on.month(), invoice.issued_on.day()),
    }
}
