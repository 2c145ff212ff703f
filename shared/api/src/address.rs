//! Postal addresses in bodies.

use super::Fields;
use domain::{contact::Country, placed_order::Address};

/// Reads an address, which has a city where the country's addresses have one.
pub fn address(fields: &Fields<'_>) -> Option<Address> {
    let name = fields.text("name");
    let company = fields.optional_text("company");
    let line1 = fields.text("line1");
    let line2 = fields.optional_text("line2");
    let city = fields.optional_text("city");
    let postal_code = fields.optional_text("postal_code");
    let region = fields.optional_text("region");
    let country: Option<Country> = fields.text("country");
    if let (Some(None), Some(country)) = (&city, &country)
        && country.has_cities()
    {
        fields.report("city", format!("is required: addresses in {country} have one"));
        return None;
    }
    Some(Address {
        name: name?,
        company: company?,
        line1: line1?,
        line2: line2?,
        city: city?,
        postal_code: postal_code?,
        region: region?,
        country: country?,
    })
}
