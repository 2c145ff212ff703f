//! From a paper to the answer that has it, and what all papers have in common.

use crate::App;
use api::{Code, Error, Problem, Response};
use domain::{
    batch::ToteName, fulfillment::Service, ids::LocationId, order::Order, placed_order::Address, postal::CountryNames,
    settings::Location,
};
use http::{HeaderValue, header};
use papers::{Error as PaperError, Language, Paper, ServiceLine};

/// The paper as a PDF, under a name that a browser keeps it by.
pub(crate) fn answer(app: &App, kind: &str, paper: &Paper) -> Result<Response, Error> {
    let pdf = app.typesetter.pdf(paper).map_err(|error| refused(&error))?;
    let name = format!("inline; filename=\"{kind}-{}.pdf\"", plain(paper.number()));
    let name = HeaderValue::from_str(&name).unwrap_or(HeaderValue::from_static("inline"));
    // It has a customer's address, and is another one tomorrow.
    Ok(Response::bytes(200, "application/pdf", pdf)
        .with_value(header::CONTENT_DISPOSITION, name)
        .with(header::CACHE_CONTROL, "no-store"))
}

fn refused(error: &PaperError) -> Error {
    let code = match error {
        PaperError::TooLong(_) => Code::PaperTooLong,
        PaperError::NotCompiled => Code::NoTypesetter,
        PaperError::Template(_) => return Error::Internal(error.to_string()),
    };
    let detail = match error {
        PaperError::NotCompiled => format!(
            "{error}; `cargo run` compiles one while it runs, so try again in some minutes, and `sam build` with \
             functions/documents/CargoLambda.toml"
        ),
        PaperError::TooLong(_) | PaperError::Template(_) => error.to_string(),
    };
    Problem::new(code, detail).into()
}

/// A number with nothing in it that a header or a file system takes for something else.
fn plain(number: &str) -> String {
    number.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).take(80).collect()
}

/// The customer's language, as far as papers have it.
pub(crate) fn language(order: &Order) -> Language {
    Language::of(order.placed.customer.locale.as_deref().unwrap_or_default())
}

/// The lines of an address as its country writes them.
pub(crate) fn lines(address: &Address, language: Language) -> Vec<String> {
    let names = match language {
        Language::English => CountryNames::ENGLISH,
        Language::German => CountryNames::GERMAN,
    };
    names.address(address).into_iter().filter(|line| !line.is_empty()).collect()
}

/// A location, if it is known.
pub(crate) async fn location(app: &App, id: &LocationId) -> Result<Option<Location>, Error> {
    Ok(app.store.locations().await?.iter().find(|location| location.id == *id).cloned())
}

/// What people call a location.
pub(crate) fn name_of(id: &LocationId, location: Option<&Location>) -> String {
    location.map_or(id.to_string(), |location| location.name.to_string())
}

/// What is done beside, for the goods in a tote if there is one.
pub(crate) fn service(service: &Service, tote: Option<&ToteName>) -> ServiceLine {
    let tote = tote.map(ToString::to_string);
    ServiceLine { title: service.title.clone(), quantity: service.quantity, tote }
}

/// The address of a location. Empty if nobody has told it.
pub(crate) fn lines_of(location: Option<&Location>, language: Language) -> Vec<String> {
    location.and_then(|location| location.address.as_ref()).map(|address| lines(address, language)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_by_letters_and_digits_only() {
        for (number, name) in [("1001", "1001"), ("#10/01\"\r\n", "-10-01---"), ("Größe", "Gr--e")] {
            assert_eq!(plain(number), name);
        }
        assert_eq!(plain(&"9".repeat(200)).len(), 80);
    }
}
