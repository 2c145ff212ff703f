#![allow(clippy::unwrap_used)]

use super::*;

#[test]
fn an_e_mail_address_is_one_that_mail_servers_take() {
    let longest = format!("{}@{}.example", "a".repeat(64), "b".repeat(63));
    for good in ["ada@example.com", "a.b+c@x-y.example", "o'hara@example.co.uk", &longest] {
        assert_eq!(good.parse::<EmailAddress>().unwrap().as_str(), good);
    }
    let long = format!("{}@example.com", "a".repeat(65));
    for bad in [
        "",
        "ada",
        "ada@b",
        "@example.com",
        "ada@",
        "a@b@example.com",
        "a..b@example.com",
        "a b@example.com",
        "ada@-x.example",
        "ada@example.com\r\nBcc: x@y.example",
        "<ada@example.com>",
        "ädä@example.com",
        "ada@exa\u{200B}mple .com",
        "ada@ä_b.example",
        &long,
    ] {
        assert_eq!(bad.parse::<EmailAddress>(), Err(InvalidEmail), "{bad}");
    }
}

#[test]
fn an_e_mail_address_is_read_as_mail_servers_write_it() {
    for (written, read) in [
        (" ada@example.com\r\n", "ada@example.com"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("Ada@BÜCHER.example", "Ada@xn--bcher-kva.example"),
        ("ada@例え.テスト", "ada@xn--r8jz45g.xn--zckzah"),
    ] {
        assert_eq!(written.parse::<EmailAddress>().unwrap(), read);
    }
}

#[test]
fn a_country_is_one_of_iso_3166() {
    for good in ["DE", "GB", "US", "AX", "XK", " FR "] {
        assert_eq!(good.parse::<Country>().unwrap(), good.trim());
    }
    for bad in ["", "D", "de", "DEU", "D1", "ÄÖ"] {
        assert_eq!(bad.parse::<Country>(), Err(InvalidCountry::Form), "{bad}");
    }
    for unknown in ["XX", "ZZ", "EU", "AN", "AC"] {
        assert_eq!(unknown.parse::<Country>(), Err(InvalidCountry::Unknown), "{unknown}");
    }
    assert!("UK".parse::<Country>().unwrap_err().to_string().starts_with("must be GB"));
    assert!("EL".parse::<Country>().unwrap_err().to_string().starts_with("must be GR"));
}

#[test]
fn a_country_says_whether_its_addresses_have_a_city_and_how_they_are_laid_out() {
    let country = |code: &str| code.parse::<Country>().unwrap();
    let cities = |code: &str| country(code).has_cities();
    assert!(cities("DE") && cities("GB") && cities("US") && cities("MC"));
    assert!(!cities("SG") && !cities("HK") && !cities("GI"));
    assert_eq!(country("US").layout(true), "%N%n%O%n%A%n%C, %S %Z");
    assert_ne!(country("JP").layout(true), country("JP").layout(false));
}

#[test]
fn a_country_has_a_time_that_there_is() {
    let zone = |code: &str| code.parse::<Country>().unwrap().time_zone();
    assert_eq!(
        (zone("GB"), zone("DE"), zone("NZ")),
        (Some("Europe/London"), Some("Europe/Berlin"), Some("Pacific/Auckland"))
    );
    assert_eq!((zone("US"), zone("HM")), (Some("America/New_York"), None));
    let rows = include_str!("countries.tsv").lines().skip(1).map(|row| row.rsplit_once('\t').unwrap().1);
    for zone in rows.filter(|zone| *zone != "-") {
        assert!(jiff::tz::TimeZone::get(zone).is_ok(), "{zone}");
    }
}

/// Refused as any kind of web address.
const NOT_ON_THE_WEB: [&str; 19] = [
    "",
    "t.example/1",
    "//t.example/1",
    "ftp://t.example",
    "javascript:alert(1)",
    "JAVASCRIPT://x.example/%0aalert(1)",
    "data:text/html,x",
    "https://",
    "https:///x",
    "https://:80",
    " https://t.example",
    "https://user:pw@t.example",
    "http://localhost@evil.example",
    "https://t.example/\"onclick=\"x",
    "https://t.example/<b>",
    "https://t.example\\@evil.example",
    "https://t.example/a b",
    "https://t.example/\r\nX: y",
    "https://ä.example",
];

#[test]
fn a_page_has_a_host_and_nothing_that_could_run() {
    let longest = format!("https://t.example/{}", "x".repeat(482));
    for good in [
        "https://t.example",
        "http://t.example/1?a=b&c=d#e",
        "https://t.example:8443/",
        "http://localhost:3000/t/1",
        "http://[::1]:80/",
        &longest,
    ] {
        assert_eq!(good.parse::<WebUrl>().unwrap().as_str(), good);
    }
    let long = format!("{longest}x");
    for bad in NOT_ON_THE_WEB.into_iter().chain([long.as_str()]) {
        assert!(bad.parse::<WebUrl>().is_err(), "{bad}");
        assert!(bad.parse::<WebhookUrl>().is_err(), "{bad}");
    }
}

#[test]
fn a_webhook_goes_over_tls_except_to_this_machine() {
    for good in [
        "https://wms.example/hook",
        "https://wms.example:8443/a?b=c#d",
        "http://127.0.0.1:9000/x",
        "http://localhost",
        "http://localhost:9000",
    ] {
        assert_eq!(good.parse::<WebhookUrl>().unwrap().as_str(), good);
    }
    for bad in ["http://wms.example", "http://localhost.evil.example", "http://127.0.0.1.evil.example"] {
        assert!(bad.parse::<WebhookUrl>().is_err(), "{bad}");
        assert!(bad.parse::<WebUrl>().is_ok(), "{bad}");
    }
}
