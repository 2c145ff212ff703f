#![allow(clippy::unwrap_used)]

use super::*;
use crate::standard_webhooks::{Headers, Secret, SenderKey, sign, verify_with};
use data_encoding::HEXLOWER;
use jiff::Timestamp;
use proptest::prelude::*;
use ring::signature::{Ed25519KeyPair, KeyPair};

const SIGNED_AT: i64 = 1_795_442_400;

fn pair(seed: u8) -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap()
}

fn public(pair: &Ed25519KeyPair) -> String {
    format!("whpk_{}", BASE64.encode(pair.public_key().as_ref()))
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn signature(pair: &Ed25519KeyPair, body: &[u8]) -> String {
    let signed = [b"msg_1.1795442400.".as_slice(), body].concat();
    format!("v1a,{}", BASE64.encode(pair.sign(&signed).as_ref()))
}

fn verified(signatures: &str, body: &[u8], keys: &[&str], now: i64) -> Result<(), SignatureError> {
    let headers = Headers { id: Some("msg_1"), timestamp: Some("1795442400"), signature: Some(signatures) };
    let keys: Vec<SenderKey> = keys.iter().map(|key| SenderKey::new(key).unwrap()).collect();
    verify_with(&headers, body, &keys, at(now))
}

#[test]
fn one_of_the_signatures_made_by_one_of_the_keys_will_do_whatever_their_kinds() {
    let (first, second) = (pair(1), pair(2));
    let secret = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";
    let by_secret = sign("msg_1", b"{}", &Secret::new(secret).unwrap(), at(SIGNED_AT)).unwrap().signature;
    let [by_first, by_second] = [&first, &second].map(|pair| signature(pair, b"{}"));
    let (first, second) = (public(&first), public(&second));
    let no_match = Err(SignatureError::NoMatch);
    let table = [
        (by_first.clone(), vec![first.as_str()], Ok(())),
        (by_first.clone(), vec![&second, secret, &first], Ok(())),
        (by_first.clone(), vec![&second, secret], no_match),
        (format!("{by_second} {by_first}"), vec![&first], Ok(())),
        (format!("v1a, v1a,AAAA v1a v2,x {by_secret} {by_first}"), vec![&first], Ok(())),
        (by_secret.clone(), vec![&first, secret], Ok(())),
        (by_secret, vec![&first, &second], no_match),
        (by_first, vec![], Err(SignatureError::NoSecret)),
    ];
    for (signatures, keys, expected) in table {
        assert_eq!(verified(&signatures, b"{}", &keys, SIGNED_AT), expected, "{signatures} {keys:?}");
    }
}

#[test]
fn three_hundred_seconds_either_way_are_near_enough() {
    let pair = pair(1);
    let too_far = Err(SignatureError::TimestampOutOfTolerance);
    for (offset, expected) in [(-301, too_far), (-300, Ok(())), (300, Ok(())), (301, too_far)] {
        let now = SIGNED_AT + offset;
        assert_eq!(verified(&signature(&pair, b"{}"), b"{}", &[&public(&pair)], now), expected, "{offset}");
    }
}

#[test]
fn keys_are_checked_when_they_are_read() {
    let malformed = SignatureError::MalformedSecret;
    let good = public(&pair(1));
    let base64 = good.strip_prefix("whpk_").unwrap();
    let table = [
        ("", SignatureError::NoSecret),
        ("whpk_", SignatureError::NoSecret),
        ("whsec_", SignatureError::NoSecret),
        (base64, malformed),
        (&good[..good.len() - 4], malformed),
        (&format!("{good}\n"), malformed),
        (&format!("whsk_{base64}"), malformed),
        (&format!("WHPK_{base64}"), malformed),
        (&format!("whpk_{}", BASE64.encode(&[1; 33])), malformed),
    ];
    for (text, expected) in table {
        assert_eq!(SenderKey::new(text).unwrap_err(), expected, "{text:?}");
    }
    let padded = PublicKey::new(&good).unwrap();
    assert_eq!(PublicKey::new(good.trim_end_matches('=')).unwrap(), padded);
}

/// It first shows that each refused key is one for which a signature can be made without any private key.
#[test]
fn a_key_that_everybody_can_sign_for_is_none() {
    for y in SMALL_ORDER {
        let key = HEXLOWER.decode(y.as_bytes()).unwrap();
        let forged = (0..=255_u8).any(|message| {
            SMALL_ORDER.iter().flat_map(|point| [0, 0x80].map(|sign| (point, sign))).any(|(point, sign)| {
                let mut signature = HEXLOWER.decode(point.as_bytes()).unwrap();
                signature[31] |= sign;
                signature.extend([0; 32]);
                UnparsedPublicKey::new(&ED25519, &key).verify(&[message], &signature).is_ok()
            })
        });
        assert!(forged, "{y}");
        for sign in [0, 0x80] {
            let mut key = key.clone();
            key[31] |= sign;
            let text = format!("whpk_{}", BASE64.encode(&key));
            assert_eq!(PublicKey::new(&text).unwrap_err(), SignatureError::MalformedSecret, "{text}");
        }
    }
}

#[test]
fn a_flipped_bit_of_a_signature_is_found() {
    let pair = pair(1);
    let good = signature(&pair, b"{}");
    let bytes = BASE64.decode(good.strip_prefix("v1a,").unwrap().as_bytes()).unwrap();
    for bit in 0..bytes.len() * 8 {
        let mut changed = bytes.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        let signatures = format!("v1a,{}", BASE64.encode(&changed));
        let verified = verified(&signatures, b"{}", &[&public(&pair)], SIGNED_AT);
        assert_eq!(verified, Err(SignatureError::NoMatch), "bit {bit}");
    }
}

proptest! {
    #[test]
    fn a_flipped_bit_of_the_body_is_found(body in prop::collection::vec(any::<u8>(), 1..200), bit: prop::sample::Index) {
        let pair = pair(1);
        let (signatures, key) = (signature(&pair, &body), public(&pair));
        let mut changed = body.clone();
        let bit = bit.index(body.len() * 8);
        changed[bit / 8] ^= 1 << (bit % 8);
        prop_assert_eq!(verified(&signatures, &body, &[&key], SIGNED_AT), Ok(()));
        prop_assert_eq!(verified(&signatures, &changed, &[&key], SIGNED_AT), Err(SignatureError::NoMatch));
    }

    #[test]
    fn any_text_as_a_signature_or_a_key_is_refused(signatures: String, text: String) {
        let (key, prefixed) = (public(&pair(1)), format!("v1a,{signatures}"));
        for signatures in [signatures, prefixed] {
            let refused = verified(&signatures, b"", &[&key], SIGNED_AT).is_err();
            prop_assert!(refused, "{}", signatures);
        }
        let keys = [SenderKey::new(&text).is_ok(), SenderKey::new(&["whpk_!", &text].concat()).is_ok()];
        prop_assert_eq!(keys, [false, false], "{}", text);
    }
}
