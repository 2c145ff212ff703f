#![allow(clippy::unwrap_used)]

use super::*;

#[test]
fn a_text_is_trimmed_and_counted_in_characters() {
    assert_eq!("  Ada  ".parse::<Text<1, 3>>().unwrap(), "Ada");
    assert_eq!("äöü".parse::<Text<3, 3>>().unwrap(), "äöü");
    for bad in ["", "  ", "four", "a\u{0}b", "a\nb", "\u{85}a\u{85}b"] {
        let wrong = bad.parse::<Text<1, 3>>().unwrap_err().to_string();
        assert_eq!(wrong, "must be a text of 1 to 3 characters, without control characters", "{bad:?}");
    }
    assert!("ab".parse::<Text<3, 9>>().is_err());
}

#[test]
fn a_stored_text_is_checked_as_a_sent_one() {
    let read = |json: &str| serde_json::from_str::<Name>(json);
    assert_eq!(serde_json::to_string(&read(r#""Ada""#).unwrap()).unwrap(), r#""Ada""#);
    assert!(read(r#""""#).is_err());
    assert!(read(&format!("{:?}", "x".repeat(201))).is_err());
}
