//! An address of an order, and who is there.

use crate::woocommerce::fields::text;
use domain::channel_order::PostalAddress;
use serde_json::Value;

/// First and last name, or the company where there is none.
pub(super) fn name(address: &Value) -> String {
    let person = person(address);
    if person.is_empty() { text(address, "company") } else { person }
}

fn person(address: &Value) -> String {
    let names = ["first_name", "last_name"].map(|field| text(address, field));
    names.into_iter().filter(|name| !name.is_empty()).collect::<Vec<_>>().join(" ")
}

/// None: it is empty. A country alone is the shop's own, which WooCommerce fills in.
pub(super) fn read(address: &Value) -> Option<PostalAddress> {
    let read = PostalAddress {
        name: name(address),
        // It stands once where it is the name.
        company: if person(address).is_empty() { String::new() } else { text(address, "company") },
        line1: text(address, "address_1"),
        line2: text(address, "address_2"),
        city: text(address, "city"),
        postal_code: text(address, "postcode"),
        region: text(address, "state"),
        country: text(address, "country").to_ascii_uppercase(),
    };
    let PostalAddress { name, company, line1, line2, city, postal_code, region: _, country: _ } = &read;
    let is_empty = [name, company, line1, line2, city, postal_code].into_iter().all(String::is_empty);
    (!is_empty).then_some(read)
}
