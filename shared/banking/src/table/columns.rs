//! What the columns of a table mean, by their names.

use csv::StringRecord;
use domain::money::Currency;

/// Which column is which. Where several may be meant, the likelier ones come first.
#[derive(Debug, Default)]
pub(super) struct Columns {
    pub booked: Vec<usize>,
    pub value: Vec<usize>,
    pub amount: Option<usize>,
    /// Columns of credits and of debits, where there is no common one.
    pub sides: Option<(usize, usize)>,
    pub direction: Option<usize>,
    pub currency: Option<usize>,
    /// The currency that the amount's column names: `Betrag (EUR)`.
    pub named_currency: Option<Currency>,
    pub payer: Vec<usize>,
    /// Whom money goes to, where that is another column.
    pub payee: Vec<usize>,
    pub iban: Vec<usize>,
    pub account: Vec<usize>,
    pub text: Vec<usize>,
    pub reference: Vec<usize>,
    pub bank: Vec<usize>,
    pub status: Vec<usize>,
}

// Names are compared as `plain` writes them.
const BOOKED: &[&str] = &[
    "buchungstag",
    "buchungsdatum",
    "buchung",
    "booking date",
    "booked",
    "completed date",
    "date completed",
    "posting date",
    "transaction date",
    "settlement date",
    "datum",
    "date",
    "date time",
];
const VALUE: &[&str] = &["valutadatum", "wertstellungsdatum", "wertstellung", "valuta", "value date"];
const AMOUNT: &[&str] =
    &["betrag", "amount", "umsatz", "transaction amount", "buchungsbetrag", "betrag in kontowaehrung"];
const CREDIT: &[&str] =
    &["haben", "gutschrift", "eingang", "credit", "credit amount", "paid in", "money in", "deposit"];
const DEBIT: &[&str] =
    &["soll", "lastschrift", "ausgang", "debit", "debit amount", "paid out", "money out", "withdrawal"];
const DIRECTION: &[&str] =
    &["soll haben", "soll haben kennzeichen", "s h", "direction", "umsatztyp", "credit debit", "debit credit"];
const CURRENCY: &[&str] = &["waehrung", "currency", "buchungswaehrung", "ccy"];
const PAYER: &[&str] = &[
    "zahlungspflichtige r",
    "zahlungspflichtiger",
    "payer name",
    "payer",
    "name zahlungsbeteiligter",
    "beguenstigter zahlungspflichtiger",
    "auftraggeber empfaenger",
    "auftraggeber beguenstigter",
    "auftraggeber zahlungsempfaenger",
    "auftraggeber",
    "empfaenger zahlungspflichtiger",
    "partner name",
    "partnername",
    "counterparty name",
    "counterparty",
    "counter party",
    "zahlungsbeteiligter",
    "sender",
    "absender",
    "payee",
    "name",
];
const PAYEE: &[&str] = &["zahlungsempfaenger in", "zahlungsempfaenger", "payee name", "empfaenger", "recipient"];
const IBAN: &[&str] = &[
    "iban zahlungsbeteiligter",
    "kontonummer iban",
    "partner iban",
    "payer iban",
    "counterparty iban",
    "iban",
    "account number",
    "kontonummer",
];
const ACCOUNT: &[&str] = &["iban auftragskonto", "auftragskonto", "own iban", "account iban"];
const TEXT: &[&str] = &[
    "verwendungszweck",
    "vorgang verwendungszweck",
    "purpose",
    "remittance information",
    "payment reference",
    "description",
    "beschreibung",
    "memo",
    "details",
    "buchungstext",
];
const REFERENCE: &[&str] = &[
    "kundenreferenz end to end",
    "end to end referenz",
    "end to end reference",
    "end to end id",
    "kundenreferenz",
    "customer reference",
    "reference",
    "referenz",
];
const BANK: &[&str] = &[
    "transferwise id",
    "transaction id",
    "transaktions id",
    "umsatz id",
    "bankreferenz",
    "bank reference",
    "buchungsreferenz",
    "reference number",
    "id",
];
const STATUS: &[&str] = &["status", "state", "buchungsstatus", "info"];

impl Columns {
    /// The columns that a row names, if it names those of an entry: its date and its amount.
    pub(super) fn find(row: &StringRecord) -> Option<Self> {
        let names: Vec<Name> = row.iter().map(Name::of).collect();
        let all = |known: &[&str]| -> Vec<usize> {
            known
                .iter()
                .flat_map(|known| {
                    names.iter().enumerate().filter(move |(_, name)| name.plain == *known).map(|(n, _)| n)
                })
                .collect()
        };
        let first = |known| all(known).first().copied();
        let amount = first(AMOUNT);
        let sides = first(CREDIT).zip(first(DEBIT));
        let columns = Self {
            booked: all(BOOKED),
            value: all(VALUE),
            amount,
            sides,
            direction: first(DIRECTION),
            // With several, a balance has one too; the amount's stands behind it.
            currency: all(CURRENCY).into_iter().find(|column| Some(*column) > amount).or_else(|| first(CURRENCY)),
            named_currency: amount.or(sides.map(|(credit, _)| credit)).and_then(|column| names[column].currency),
            payer: all(PAYER),
            payee: all(PAYEE),
            iban: all(IBAN),
            account: all(ACCOUNT),
            text: all(TEXT),
            reference: all(REFERENCE),
            bank: all(BANK),
            status: all(STATUS),
        };
        let has_date = !columns.booked.is_empty() || !columns.value.is_empty();
        (has_date && (amount.is_some() || sides.is_some())).then_some(columns)
    }

    /// What a row lacks that names one of the two columns that are needed, and others.
    pub(super) fn lacking(row: &StringRecord) -> Option<&'static str> {
        let names: Vec<Name> = row.iter().map(Name::of).collect();
        let has = |known: &[&str]| names.iter().any(|name| known.contains(&name.plain.as_str()));
        match (has(BOOKED) || has(VALUE), has(AMOUNT), has(TEXT) || has(PAYER)) {
            (true, false, true) => Some("with the amount (Amount or Betrag)"),
            (false, true, true) => Some("with the day of the booking (Date or Buchungstag)"),
            _ => None,
        }
    }

    pub(super) fn amounts(&self) -> impl Iterator<Item = usize> {
        let sides = self.sides.filter(|_| self.amount.is_none());
        self.amount.into_iter().chain(sides.into_iter().flat_map(|(credit, debit)| [credit, debit]))
    }

    pub(super) fn dates(&self) -> impl Iterator<Item = usize> {
        self.booked.iter().chain(&self.value).copied()
    }
}

/// A column's name, and the currency in it.
struct Name {
    plain: String,
    currency: Option<Currency>,
}

impl Name {
    /// `"Betrag (EUR)"` is `betrag` in EUR.
    fn of(written: &str) -> Self {
        let plain = plain(written);
        let code = plain.rsplit(' ').next().and_then(|word| word.to_uppercase().parse::<Currency>().ok());
        let currency = code.or_else(|| super::cells::symbol(written));
        let short = match code {
            Some(_) => plain.rsplit_once(' ').map(|(name, _)| name.strip_suffix(" in").unwrap_or(name).to_owned()),
            None => None,
        };
        Self { plain: short.unwrap_or(plain), currency }
    }
}

/// A name in small letters, its words parted by one blank, umlauts written out.
fn plain(name: &str) -> String {
    let mut plain = String::new();
    // A long cell is no name.
    for c in name.chars().take(100).flat_map(char::to_lowercase) {
        match c {
            'ä' => plain.push_str("ae"),
            'ö' => plain.push_str("oe"),
            'ü' => plain.push_str("ue"),
            'ß' => plain.push_str("ss"),
            c if c.is_alphanumeric() => plain.push(c),
            _ if plain.ends_with(' ') || plain.is_empty() => {}
            _ => plain.push(' '),
        }
    }
    plain.truncate(plain.trim_end().len());
    plain
}
