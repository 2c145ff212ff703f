use super::*;

/// Examples of the IBAN registry.
const GOOD: [&str; 9] = [
    "DE89370400440532013000",
    "GB29NWBK60161331926819",
    "NL91ABNA0417164300",
    "FR1420041010050500013M02606",
    "MT84MALT011000012345MTLCAST001S",
    "NO9386011117947",
    "CH9300762011623852957",
    "AT611904300234573201",
    "BR9700360305000010009795493P1",
];

#[test]
fn ibans_of_the_registry_are_taken_in_groups_and_small_letters_too() {
    for good in GOOD {
        let iban: Iban = good.parse().unwrap();
        assert_eq!(iban.as_str(), good);
        assert_eq!(iban.to_string().parse(), Ok(iban.clone()), "{iban}");
        assert_eq!(good.to_lowercase().parse(), Ok(iban));
    }
}

#[test]
fn what_is_no_iban_is_refused_with_what_is_wrong() {
    let table = [
        ("", InvalidIban::Form),
        ("DE89", InvalidIban::Form),
        ("1289370400440532013000", InvalidIban::Form),
        ("DEXX370400440532013000", InvalidIban::Form),
        ("DE89-3704-0044-0532-0130-00", InvalidIban::Form),
        ("DÄ89370400440532013000", InvalidIban::Form),
        ("DE8937040044053201300", InvalidIban::Length),
        ("DE88370400440532013000", InvalidIban::Checksum),
        ("DE89370400440532013001", InvalidIban::Checksum),
        ("DE89370400440532031000", InvalidIban::Checksum), // two digits change places
    ];
    for (bad, why) in table {
        assert_eq!(bad.parse::<Iban>(), Err(why), "{bad}");
    }
}

#[test]
fn any_single_wrong_digit_is_noticed() {
    let good = GOOD[0];
    for at in 2..good.len() {
        for digit in '0'..='9' {
            let other = format!("{}{digit}{}", &good[..at], &good[at + 1..]);
            assert_eq!(other.parse::<Iban>().is_ok(), other == good, "{other}");
        }
    }
}

#[test]
fn it_is_shown_in_groups_and_masked_in_logs() {
    let iban: Iban = GOOD[0].parse().unwrap();
    assert_eq!(iban.to_string(), "DE89 3704 0044 0532 0130 00");
    assert_eq!(format!("{iban:?}"), "Iban(DE…3000)");
}

#[test]
fn a_german_bank_code_and_number_make_the_iban() {
    assert_eq!(Iban::german("37040044", "532013000").unwrap().as_str(), GOOD[0]);
    assert_eq!(Iban::german("3704004", "532013000"), None);
    assert_eq!(Iban::german("37040044", ""), None);
    assert_eq!(Iban::german("37040044", "5320A3000"), None);
}

/// `ibans.json` is written by `tests/payloads/vectors/banking.py`: what an independent library takes and refuses.
#[test]
fn an_independent_library_agrees_for_each_country_of_sepa() {
    let all = include_str!("../../../../../tests/payloads/banking/ibans.json");
    let all: serde_json::Value = serde_json::from_str(all).unwrap();
    for (list, valid) in [("good", true), ("bad", false)] {
        let texts = all[list].as_array().unwrap();
        assert!(texts.len() >= 39);
        for text in texts {
            assert_eq!(text.as_str().unwrap().parse::<Iban>().is_ok(), valid, "{text}");
        }
    }
}
