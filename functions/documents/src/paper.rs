//! From a paper to the answer that has it, and what all papers have in common.

use crate::App;
use api::{Code, Error, Problem, Response};
use domain::{
    batch::ToteName,
    fulfillment::Service,
    ids::LocationId,
    money::{Amount, Currency, decimal},
    order::Order,
    placed_order::Address,
    postal::CountryNames,
    settings::Location,
};
use http::{HeaderValue, header};
use jiff::civil::Date;
use papers::{Error as PaperError, Language, Paper, ServiceLine};

/// The paper as a PDF, under a name that a browser keeps it by.
pub(crate) fn answer(app: &App, kind: &str, paper: &Paper) -> Result<Response, Error> {
    let pdf = app.typesetter.pdf(paper).map_err(|error| refused(&error))?;
    let name = file_name(&format!("{kind}-{}", paper.number()), "pdf");
    // It has a customer's address, and is another one tomorrow.
    Ok(Response::bytes(200, "application/pdf", pdf)
        .with_value(header::CONTENT_DISPOSITION, name)
        .with(header::CACHE_CONTROL, "no-store"))
}

/// What a browser keeps a file by.
pub(crate) fn file_name(name: &str, extension: &str) -> HeaderValue {
    let name = format!("inline; filename=\"{}.{extension}\"", plain(name));
    HeaderValue::from_str(&name).unwrap_or(HeaderValue::from_static("inline"))
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

/// An amount without its currency, with the currency's decimals, as people of the language write it. A dash stands for the minus
/// sign, which the papers' fonts do not have.
pub(crate) fn written(amount: Amount, currency: Currency, language: Language) -> String {
    let (group, mark) = match language {
        Language::English => (",", "."),
        Language::German => (".", ","),
    };
    let plain = decimal(amount, currency.exponent());
    let (sign, digits) = plain.strip_prefix('-').map_or(("", plain.as_str()), |digits| ("\u{2013}", digits));
    let (whole, cents) = digits.split_once('.').map_or((digits, None), |(whole, cents)| (whole, Some(cents)));
    let first = whole.len() % 3;
    let mut grouped = whole.get(..first).unwrap_or_default().to_owned();
    for three in (first..whole.len()).step_by(3).filter_map(|from| whole.get(from..from + 3)) {
        if !grouped.is_empty() {
            grouped += group;
        }
        grouped += three;
    }
    format!("{sign}{grouped}{}", cents.map(|cents| format!("{mark}{cents}")).unwrap_or_default())
}

/// A rate of tax in hundredths of a percent: `19 %`, `5.5 %`.
pub(crate) fn percent(rate: u16, language: Language) -> String {
    let (whole, rest) = (rate / 100, rate % 100);
    let mark = if language == Language::German { "," } else { "." };
    match rest {
        0 => format!("{whole}\u{a0}%"),
        _ => format!("{whole}{mark}{}\u{a0}%", format!("{rest:02}").trim_end_matches('0')),
    }
}

/// A day as people of the language write it.
pub(crate) fn day(date: Date, language: Language) -> String {
    let form = match language {
        Language::English => "%-d %B %Y",
        Language::German => "%d.%m.%Y",
    };
    date.strftime(form).to_string()
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
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn amounts_rates_and_days_are_written_as_in_the_language() {
        let written = |amount, currency: &str, language| written(amount, currency.parse().unwrap(), language);
        for (amount, currency, english, german) in [
            (0, "EUR", "0.00", "0,00"),
            (123_450, "EUR", "1,234.50", "1.234,50"),
            (-5, "EUR", "\u{2013}0.05", "\u{2013}0,05"),
            (1_234_567, "JPY", "1,234,567", "1.234.567"),
            (100_000_000, "KWD", "100,000.000", "100.000,000"),
        ] {
            assert_eq!(written(amount, currency, Language::English), english);
            assert_eq!(written(amount, currency, Language::German), german);
        }
        for (rate, english, german) in
            [(1900, "19", "19"), (550, "5.5", "5,5"), (0, "0", "0"), (1925, "19.25", "19,25")]
        {
            assert_eq!(percent(rate, Language::English), format!("{english}\u{a0}%"));
            assert_eq!(percent(rate, Language::German), format!("{german}\u{a0}%"));
        }
        let date = jiff::civil::date(2026, 3, 2);
        assert_eq!(
            (day(date, Language::English), day(date, Language::German)),
            ("2 March 2026".into(), "02.03.2026".into())
        );
    }

    #[test]
    fn a_file_is_named_by_letters_and_digits_only() {
        for (number, name) in [("1001", "1001"), ("#10/01\"\r\n", "-10-01---"), ("Größe", "Gr--e")] {
            assert_eq!(plain(number), name);
        }
        assert_eq!(plain(&"9".repeat(200)).len(), 80);
    }
}
