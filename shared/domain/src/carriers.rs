//! Carriers by name: the page where a parcel is followed, and whether its number is mistyped.
//!
//! Whoever hands a parcel over says who carries it. The number never decides that, because the carriers' formats overlap.

mod check_digits;

use crate::{contact::WebUrl, placed_order::Address};
use check_digits::Form;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};

/// One row a carrier. Their pages and numbers: the carriers' own sites, and
/// <https://github.com/jkeen/tracking_number_data> for the check digits.
const CARRIERS: &str = include_str!("carriers/carriers.tsv");

/// Everything but RFC 3986's unreserved characters.
const NOT_UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

struct Carrier {
    /// The first of its names, which no other has.
    name: &'static str,
    forms: Vec<Form>,
    page: &'static str,
}

impl Carrier {
    /// Those of a name, however it is written. Two businesses of one group may share it.
    fn named(name: &str) -> Vec<Self> {
        let wanted = comparable(name);
        let row = |row: &'static str| {
            let (names, rest) = row.split_once('\t')?;
            let (forms, page) = rest.split_once('\t')?;
            let is_it = names.split('|').any(|name| comparable(name) == wanted);
            is_it.then(|| Self {
                name: names.split('|').next().unwrap_or_default(),
                forms: forms.split(',').filter_map(Form::read).collect(),
                page,
            })
        };
        CARRIERS.lines().filter_map(row).collect()
    }

    fn fits(&self, number: &str) -> bool {
        self.forms.iter().any(|form| form.fits(number))
    }

    /// The one that carries this number. Of two that share a name, it is the one whose numbers look like it.
    fn of(name: &str, number: &str) -> Option<Self> {
        let mut named = Self::named(name);
        if named.len() > 1 {
            named.retain(|carrier| carrier.fits(number));
        }
        named.into_iter().next()
    }
}

/// A carrier's name as names are compared: `D.H.L. Paket` and `dhl-paket` are the same.
pub fn comparable(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// People write numbers in groups.
fn compact(number: &str) -> String {
    number.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_uppercase()
}

/// The page of a parcel at its carrier. Some carriers ask for the country and the postal code of its address too. None: the carrier
/// is not known, or the address is.
pub fn tracking_page(carrier: &str, number: &str, address: Option<&Address>) -> Option<WebUrl> {
    let number = compact(number);
    let page = Carrier::of(carrier, &number)?.page.replace("{number}", &escaped(&number).to_string());
    if !page.contains('{') {
        return page.parse().ok();
    }
    let address = address?;
    let postal_code = compact(address.postal_code.as_ref()?);
    page.replace("{country}", address.country.as_str())
        .replace("{postal_code}", &escaped(&postal_code).to_string())
        .parse()
        .ok()
}

/// Why a tracking number is probably mistyped. None: nothing speaks against it.
pub fn doubt_about(carrier: &str, number: &str) -> Option<&'static str> {
    let number = compact(number);
    let carrier = Carrier::of(carrier, &number)?;
    let mut fitting = carrier.forms.iter().filter(|form| form.fits(&number)).peekable();
    fitting.peek()?;
    let is_right = fitting.any(|form| form.is_right(&number));
    (!is_right).then_some("its check digit is wrong: probably a character is mistyped")
}

/// The business that carries this number, by the name that is its own: of two that share a name, the one whose numbers look like
/// it. None: the carrier is not known.
pub fn business(name: &str, number: &str) -> Option<&'static str> {
    Carrier::of(name, &compact(number)).map(|carrier| carrier.name)
}

/// Whether two names may mean the same carrier. Of a name that is not known here, nobody can say that it does not.
pub fn may_be_one(name: &str, other: &str) -> bool {
    let (own, others) = (Carrier::named(name), Carrier::named(other));
    let is_one = |carrier: &Carrier| others.iter().any(|other| other.name == carrier.name);
    own.is_empty() || others.is_empty() || own.iter().any(is_one)
}

fn escaped(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, NOT_UNRESERVED)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
