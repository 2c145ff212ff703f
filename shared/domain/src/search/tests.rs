#![allow(clippy::unwrap_used)]

use super::*;
use crate::fixtures;

fn key() -> SearchKey {
    SearchKey::new(&[7; 32])
}

fn customer(name: &str, email: &str, phone: &str) -> Customer {
    let phone = (!phone.is_empty()).then(|| phone.parse().unwrap());
    Customer { name: name.parse().unwrap(), email: email.into(), phone, locale: None, vat_id: None }
}

fn order_of(customer: Customer) -> PlacedOrder {
    PlacedOrder { customer, ..fixtures::two_lines() }
}

fn found_by(customer: &Customer) -> FoundBy {
    key().found_by(customer, fixtures::at(0))
}

/// Whether the index finds the order, and the order agrees.
fn is_found(wanted: &Wanted, customer: &Customer) -> bool {
    let (found_by, key) = (found_by(customer), key());
    let by_index = match wanted {
        Wanted::Email(email) => found_by.email_key == Some(key.email(email)),
        Wanted::Phone(phone) => found_by.phone_key == Some(key.phone(phone)),
        Wanted::Name(name) => {
            let wanted = key.name(name);
            let begins = |key: &Option<String>, at: &Option<String>| {
                *key == Some(wanted.first.clone()) && at.as_ref().is_some_and(|at| at.starts_with(&wanted.rest))
            };
            begins(&found_by.name_key, &found_by.name_at) || begins(&found_by.surname_key, &found_by.surname_at)
        }
        Wanted::Sku(_) | Wanted::Tracking(_) => unreachable!("these are no customer's"),
    };
    let met = wanted.is_met_by(&order_of(customer.clone()));
    assert!(by_index || !met, "{wanted:?} is met by an order that the index does not find");
    by_index && met
}

#[test]
fn a_customer_is_found_by_the_beginning_of_the_name_or_of_its_last_word() {
    let table = [
        ("Ada Lovelace", "ada", true),
        ("Ada Lovelace", "Ada Lov", true),
        ("Ada Lovelace", "lovel", true),
        ("Ada Lovelace", "Lovelace, Ada", true),
        ("Ada Lovelace", "lovelace adam", false),
        ("Ada Lovelace", "ad", false), // too short for a beginning
        ("Ada Lovelace", "love lace", false),
        ("Maria del Carmen García López", "maria del c", true),
        ("Maria del Carmen García López", "lopez", true),
        ("Jürgen Groß", "jurgen gross", true),
        ("Jürgen Groß", "GROSS", true),
        ("Søren Kierkegaard", "soren", true),
        ("Sinéad O’Connor", "oconnor", true),
        ("Łukasz Żak", "zak luk", true),
        ("Li Wei", "li", true),
        ("Linda Wei", "li", false),
        ("田中 太郎", "田中", true),
        ("Иван Петров", "петр", true),
        ("Wolfeschlegelsteinhausen A", "wolfeschlegelsteinhausenb", false), // longer than the key
        ("Wolfeschlegelsteinhausen A", "wolfeschlegelsteinh", true),
    ];
    for (name, wanted, found) in table {
        let by = Wanted::Name(wanted.parse().unwrap());
        assert_eq!(is_found(&by, &customer(name, "ada@example.com", "")), found, "{wanted:?} in {name:?}");
    }
}

#[test]
fn a_customer_is_found_by_the_whole_address_in_any_case() {
    let ada = customer("Ada", "Ada.L@Example.com", "");
    assert!(is_found(&Wanted::Email("ada.l@example.COM".into()), &ada));
    assert!(!is_found(&Wanted::Email("ada@example.com".into()), &ada));
}

#[test]
fn a_phone_number_is_found_with_its_countrys_prefix_and_without() {
    let table = [
        ("+44 20 7946 0018", "020 7946 0018", true),
        ("+44 (0)20 7946 0018", "+442079460018", true),
        ("020-7946-0018", "0044 20 79460018", true),
        ("020 7946 0018", "7946 0018", true),
        ("+44 20 7946 0018", "+49 30 7946 0018", false),
        ("+44 20 7946 0018", "020 7946 0019", false),
    ];
    for (phone, wanted, found) in table {
        let by = Wanted::Phone(wanted.parse().unwrap());
        assert_eq!(is_found(&by, &customer("Ada", "ada@example.com", phone)), found, "{wanted:?} in {phone:?}");
    }
    assert!("1234".parse::<PhoneDigits>().is_err());
}

#[test]
fn a_tracking_number_is_found_however_it_is_spaced() {
    let of = |text: &str| text.parse::<TrackingNumber>().ok();
    assert_eq!(of("1z 999-aa1"), of("1Z999AA1"));
    assert_eq!(of(" - "), None);
}

#[test]
fn no_key_tells_a_value_or_depends_on_something_else_than_the_secret() {
    let ada = customer("Ada Lovelace", "ada@example.com", "+44 20 7946 0018");
    let found_by = found_by(&ada);
    assert_eq!(found_by, key().found_by(&ada, fixtures::at(0)));
    assert_ne!(found_by.email_key, SearchKey::new(&[8; 32]).found_by(&ada, fixtures::at(0)).email_key);
    let stored = serde_json::to_string(&found_by).unwrap().to_lowercase();
    for told in ["ada", "love", "example", "7946"] {
        assert!(!stored.contains(told), "{told} in {stored}");
    }
    assert_eq!(format!("{:?}", key()), "SearchKey(…)");
}
