//! What the parts of an order are read with, and what is doubtful about them.

use crate::woocommerce::{amounts::Exact, fields::whole};
use domain::money::{Amount, Currency};
use serde_json::Value;

/// Whoever has read so many doubts needs no more.
const MAX_DOUBTS: usize = 20;

pub(super) struct Reader {
    currency: Currency,
    /// Whether the order's prices contain their tax. WooCommerce's amounts never do.
    pub tax_included: bool,
    /// The rates of its taxes, in hundredths of a percent, by their ids.
    rates: Vec<(String, u16)>,
    doubts: Vec<String>,
    /// Those beyond the most that are kept.
    more: usize,
}

impl Reader {
    pub(super) fn new(currency: Currency, tax_included: bool, rates: Vec<(String, u16)>) -> Self {
        Self { currency, tax_included, rates, doubts: Vec::new(), more: 0 }
    }

    pub(super) fn doubt(&mut self, doubt: String) {
        if self.doubts.len() < MAX_DOUBTS { self.doubts.push(doubt) } else { self.more += 1 }
    }

    pub(super) fn doubts(mut self) -> Vec<String> {
        if self.more > 0 {
            self.doubts.push(format!("There is more of the like: {}.", self.more));
        }
        self.doubts
    }

    /// The rate of a tax by its id.
    pub(super) fn rate(&self, id: &str) -> Option<u16> {
        self.rates.iter().find(|(known, _)| known == id).map(|(_, rate)| *rate)
    }

    /// An amount that must be there. `place`: of the object, for people, with its dot.
    pub(super) fn amount(&mut self, object: &Value, place: &str, field: &str) -> Result<Amount, String> {
        let exact = required(object, place, field)?;
        self.minor(exact, place, field)
    }

    /// A tax, which may be absent.
    pub(super) fn tax(&mut self, object: &Value, place: &str, field: &str) -> Result<Amount, String> {
        let exact = optional(object, place, field)?;
        self.minor(exact, place, field)
    }

    /// An amount, with its tax if the order's prices contain it.
    pub(super) fn charged(&mut self, object: &Value, place: &str, field: &str, tax: &str) -> Result<Amount, String> {
        let net = required(object, place, field)?;
        let tax = if self.tax_included { optional(object, place, tax)? } else { Exact::ZERO };
        let gross = net.plus(tax).ok_or_else(|| format!("{place}{field} is too large"))?;
        self.minor(gross, place, field)
    }

    /// What was given back, which some versions write below 0.
    pub(super) fn given_back(&mut self, object: &Value, place: &str, field: &str) -> Result<Amount, String> {
        let exact = required(object, place, field)?.positive();
        self.minor(exact, place, field)
    }

    fn minor(&mut self, exact: Exact, place: &str, field: &str) -> Result<Amount, String> {
        let currency = self.currency;
        let (nearest, is_same) = exact.minor(currency).ok_or_else(|| format!("{place}{field} is too large"))?;
        if !is_same {
            let taken = currency.format(nearest);
            self.doubt(format!(
                "{place}{field} makes {exact} {currency}, which nobody can pay: {taken} is the nearest."
            ));
        }
        Ok(nearest)
    }

    /// How many units there are. `sign`: -1 where they are written below 0.
    pub(super) fn units(&mut self, object: &Value, place: &str, sign: i64) -> Result<u32, String> {
        let value = &object["quantity"];
        let units = whole(value).and_then(|units| units.checked_mul(sign)).map(u32::try_from);
        let Some(Ok(units)) = units else { return Err(format!("{place}quantity is missing or malformed")) };
        let is_whole = value.as_f64().is_none_or(|number| number.fract() == 0.0)
            && value.as_str().is_none_or(|text| !text.contains('.') || text.trim_end_matches('0').ends_with('.'));
        if !is_whole {
            self.doubt(format!("{place}quantity is not whole: {units} are taken."));
        }
        Ok(units)
    }
}

fn required(object: &Value, place: &str, field: &str) -> Result<Exact, String> {
    let value = object.get(field).ok_or_else(|| format!("{place}{field} is missing"))?;
    Exact::read(value).ok_or_else(|| format!("{place}{field} is no amount"))
}

fn optional(object: &Value, place: &str, field: &str) -> Result<Exact, String> {
    Exact::read(&object[field]).ok_or_else(|| format!("{place}{field} is no amount"))
}
