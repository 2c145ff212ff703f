#![allow(clippy::unwrap_used)]

use super::*;
use proptest::prelude::*;
use serde_json::json;

/// The key and the item of the documentation's example, with its signature.
const KEY: &str = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056";
const SIGNATURE: &str = "coqCmt/IZ4E3CzPvMY8zTjQVL5hYJUiBRg8UU+iCWo0=";

fn key(hex: &str) -> HmacKey {
    HmacKey::new(hex).unwrap()
}

fn example() -> Value {
    json!({
        "additionalData": {"hmacSignature": SIGNATURE},
        "amount": {"currency": "EUR", "value": 1130},
        "eventCode": "AUTHORISATION",
        "merchantAccountCode": "TestMerchant",
        "merchantReference": "TestPayment-1407325143704",
        "pspReference": "7914073381342284",
        "success": "true",
    })
}

fn signed(mut item: Value, key: &HmacKey) -> Value {
    item["additionalData"] = json!({"hmacSignature": sign(&item, key).unwrap()});
    item
}

#[test]
fn the_example_of_adyen_s_documentation_is_genuine() {
    assert_eq!(sign(&example(), &key(KEY)).as_deref(), Some(SIGNATURE));
    assert!(is_genuine(&example(), &[key(KEY)]));
    assert!(is_genuine(&example(), &[key("00"), key(KEY)]));
    assert!(!is_genuine(&example(), &[key("00")]));
    assert!(!is_genuine(&example(), &[]), "no key never means that anything is genuine");
}

#[test]
fn a_key_is_hexadecimal_digits_and_not_empty() {
    assert!(HmacKey::new(&KEY.to_lowercase()).is_ok());
    assert_eq!(HmacKey::new("").err(), Some(SignatureError::NoSecret));
    for malformed in ["4", "zz", " 44", "44 ", "0x44", "44:78", "４４"] {
        assert_eq!(HmacKey::new(malformed).err(), Some(SignatureError::MalformedSecret), "{malformed:?}");
    }
    assert_eq!(format!("{:?}", key(KEY)), "HmacKey(…)");
}

#[test]
fn null_is_as_good_as_missing_and_a_boolean_is_signed_as_its_text() {
    let mut item = signed(example(), &key(KEY));
    item["originalReference"] = Value::Null;
    item["success"] = json!(true);
    assert!(is_genuine(&item, &[key(KEY)]));
    item["success"] = json!(false);
    assert!(!is_genuine(&item, &[key(KEY)]));
}

#[test]
fn what_is_no_text_cannot_be_signed() {
    for field in
        ["pspReference", "originalReference", "merchantAccountCode", "merchantReference", "eventCode", "success"]
    {
        for value in [json!([]), json!({}), json!(["x"])] {
            let mut item = example();
            item[field] = value;
            assert_eq!(sign(&item, &key(KEY)), None, "{item}");
            assert!(!is_genuine(&item, &[key(KEY)]));
        }
    }
    for item in [json!(null), json!([]), json!("text"), json!(1)] {
        assert!(!is_genuine(&item, &[key(KEY)]), "{item}");
    }
}

/// Tries every bit, because there are few.
#[test]
fn a_flipped_bit_of_the_signature_is_found() {
    for bit in 0..SIGNATURE.len() * 8 {
        let mut changed = SIGNATURE.to_owned().into_bytes();
        changed[bit / 8] ^= 1 << (bit % 8);
        if let Ok(changed) = String::from_utf8(changed) {
            let mut item = example();
            item["additionalData"]["hmacSignature"] = json!(changed);
            assert!(!is_genuine(&item, &[key(KEY)]), "{changed}");
        }
    }
}

proptest! {
    #[test]
    fn what_is_signed_is_genuine_and_any_other_field_is_not(
        reference in ".*", other in ".*", value: i64, bytes in prop::collection::vec(any::<u8>(), 1..80),
    ) {
        let key = key(&data_encoding::HEXUPPER.encode(&bytes));
        let mut item = example();
        item["merchantReference"] = json!(reference);
        item["amount"]["value"] = json!(value);
        let item = signed(item, &key);
        prop_assert!(is_genuine(&item, std::slice::from_ref(&key)));
        for field in ["pspReference", "merchantReference", "eventCode", "success"] {
            let mut changed = item.clone();
            changed[field] = json!(other);
            let is_same = changed == item;
            prop_assert_eq!(is_genuine(&changed, std::slice::from_ref(&key)), is_same, "{}", field);
        }
    }

    #[test]
    fn any_text_as_a_signature_is_refused(text in ".*") {
        let mut item = example();
        item["additionalData"]["hmacSignature"] = json!(text);
        prop_assert_eq!(is_genuine(&item, &[key(KEY)]), text == SIGNATURE);
    }
}
