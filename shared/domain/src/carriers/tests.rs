use super::*;
use crate::fixtures::placed;

fn page(carrier: &str, number: &str) -> Option<String> {
    tracking_page(carrier, number, None).map(|page| page.to_string())
}

#[test]
fn a_page_follows_from_the_carriers_name_however_it_is_written() {
    for name in ["UPS", "ups", "U.P.S.", "United Parcel Service"] {
        let expected = "https://www.ups.com/track?loc=en_US&tracknum=1Z5R89390357567127";
        assert_eq!(page(name, "1Z 5R8 939 03 5756 7127").as_deref(), Some(expected), "{name}");
    }
    for unknown in ["", "Carrier pigeon", "UPS Mail Innovations"] {
        assert_eq!(page(unknown, "1Z5R89390357567127"), None, "{unknown}");
    }
}

#[test]
fn of_two_carriers_with_one_name_the_number_tells_which() {
    assert!(page("DHL", "3318810025").unwrap().contains("tracking-express"));
    assert!(page("DHL", "00340434161094042557").unwrap().contains("dhl.de"));
    assert!(page("DHL", "123456789012").unwrap().contains("dhl.de"));
    assert_eq!(page("DHL", "GM2951173225174494"), None, "it may be either's");
    assert!(page("DHL Express", "GM2951173225174494").is_some(), "the full name decides");
}

#[test]
fn every_carrier_has_a_page_that_can_be_opened() {
    let address = placed(&[("MUG", 1, 1000)]).shipping_address;
    let rows: Vec<&str> = CARRIERS.lines().filter(|row| !row.starts_with('#')).collect();
    assert!(rows.len() >= 20);
    for row in rows {
        let [names, forms, _] = row.split('\t').collect::<Vec<_>>().try_into().unwrap();
        for name in names.split('|') {
            // What two share needs a number of one of them.
            let number = if name == "DHL" { "3318810025" } else { "A/1&x=<é>" };
            let page = tracking_page(name, number, Some(&address)).unwrap_or_else(|| panic!("{name} has no page"));
            assert!(!page.contains(['{', '<']) && page.starts_with("https://"), "{page}");
        }
        for form in forms.split(',').filter(|form| !form.is_empty()) {
            assert!(Form::read(form).is_some(), "{form} of {names}");
        }
    }
}

#[test]
fn a_page_that_needs_the_address_is_absent_once_that_is_erased() {
    let mut address = placed(&[("MUG", 1, 1000)]).shipping_address;
    address.postal_code = Some("1012 AB".into());
    let page =
        |address: Option<&Address>| tracking_page("PostNL", "3SABCD1234567", address).map(|page| page.to_string());
    let expected = format!("https://jouw.postnl.nl/track-and-trace/3SABCD1234567-{}-1012AB", address.country);
    assert_eq!(page(Some(&address)), Some(expected));
    address.postal_code = None;
    assert_eq!((page(Some(&address)), page(None)), (None, None));
}

/// Numbers from <https://github.com/jkeen/tracking_number_data> (MIT) and the carriers' own examples.
#[test]
fn a_wrong_check_digit_is_doubted_and_a_right_one_is_not() {
    let right = [
        ("UPS", "1Z5R89390357567127 1Z879E930346834440 1Z410E7W0392751591 1Z8V92A70367203024"),
        ("FedEx", "986578788855 477179081230 799531274483 790535312317"),
        ("FedEx", "041441760228964 568283610012000 568283610012734"),
        ("USPS", "03071790000523483741 71123456789123456787 9400111206206406260787 9505511069605048600624"),
        ("USPS", "420787459400111206206406260787 4201002334249200190132607600833457 RB123456785US"),
        ("DHL Express", "3318810025 8487135506 1099255990"),
        ("DHL Paket", "00340434161094042557"),
        ("DPD", "008182709980000020033350276C 008182709980000020045327276N 09980000020033F 09980000020034D"),
        ("Canada Post", "0073938000549297 7035114477138472 4002847016405018"),
        ("Royal Mail", "RB123456785GB RB473124829GB"),
    ];
    for (carrier, numbers) in right {
        for number in numbers.split(' ') {
            assert_eq!(doubt_about(carrier, number), None, "{carrier} {number}");
            // Each scheme sees a single wrong digit at the end of the checked ones.
            let at = if number.ends_with(|c: char| c.is_ascii_digit()) { number.len() - 1 } else { number.len() - 3 };
            let digit = number[at..=at].parse::<u8>();
            let Ok(digit) = digit else { continue };
            let wrong = format!("{}{}{}", &number[..at], (digit + 1) % 10, &number[at + 1..]);
            assert!(doubt_about(carrier, &wrong).is_some(), "{carrier} {wrong}");
        }
    }
}

#[test]
fn a_number_of_another_form_is_not_doubted() {
    for (carrier, number) in [("UPS", "T1234567890"), ("GLS", "ZX12"), ("Carrier pigeon", "1"), ("FedEx", "")] {
        assert_eq!(doubt_about(carrier, number), None, "{carrier} {number}");
    }
}

#[test]
fn of_two_businesses_of_one_name_the_number_says_which() {
    assert_eq!(business("DHL", "00340434161094042557"), Some("DHL Paket"));
    assert_eq!(business("dhl", "JJD1"), None, "the numbers of neither look so");
    assert_eq!(business("United Parcel Service", "1Z"), Some("UPS"));
    assert_eq!(business("My cousin's van", "1"), None);
    for (name, other, may_be) in [
        ("DHL", "DHL Paket", true),
        ("DHL", "DHL Express", true),
        ("DHL Paket", "DHL Express", false),
        ("UPS", "FedEx", false),
        ("UPS", "My cousin's van", true),
        ("", "UPS", true),
    ] {
        assert_eq!(may_be_one(name, other), may_be, "{name} and {other}");
    }
}
