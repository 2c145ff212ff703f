#![allow(clippy::unwrap_used)]

use super::*;

#[test]
fn a_text_is_trimmed_and_counted_in_characters() {
    assert_eq!("  Ada  ".parse::<Text<1, 3>>().unwrap(), "Ada");
    assert_eq!("äöü".parse::<Text<3, 3>>().unwrap(), "äöü");
    for bad in ["", "  ", "four", "a\u{0}b", "\u{7}"] {
        let wrong = bad.parse::<Text<1, 3>>().unwrap_err().to_string();
        assert!(
            wrong.starts_with("must be a text of 1 to 3 characters, without control characters"),
            "{bad:?}: {wrong}"
        );
    }
    assert!("ab".parse::<Text<3, 9>>().is_err());
}

#[test]
fn breaks_of_lines_and_tabulators_become_blanks() {
    for (written, read) in [
        ("Flat 3\nHigh Street", "Flat 3 High Street"),
        ("Flat 3\r\n  High Street\n", "Flat 3 High Street"),
        ("\u{85}a\u{2028}b\tc\u{b}", "a b c"),
        ("two  blanks", "two  blanks"),
    ] {
        assert_eq!(written.parse::<Name>().unwrap(), read);
    }
}

#[test]
fn a_text_of_which_nothing_can_be_seen_is_none() {
    for bad in ["\u{200b}", "\u{a0}\u{2003}", "\u{feff}\u{2060}", "\u{3164}", "\u{ad}\u{115f}", "\u{2800}", "\u{202e}"]
    {
        assert!(bad.parse::<Name>().is_err(), "{bad:?}");
    }
    for good in ["‏שלום", "👩‍🔧", "a\u{200b}b"] {
        assert_eq!(good.parse::<Name>().unwrap(), good);
    }
    assert_eq!("".parse::<Text<0, 3>>().unwrap(), "");
}

#[test]
fn a_stored_text_is_checked_as_a_sent_one() {
    let read = |json: &str| serde_json::from_str::<Name>(json);
    assert_eq!(serde_json::to_string(&read(r#""Ada""#).unwrap()).unwrap(), r#""Ada""#);
    assert!(read(r#""""#).is_err());
    assert!(read(&format!("{:?}", "x".repeat(201))).is_err());
}
