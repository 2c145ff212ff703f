#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::*;
use proptest::prelude::*;

const SECRET: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";
const OTHER: &str = "whsec_//79//79//79//79//79//79//79//79//79//79AQ==";

fn secret(text: &str) -> Secret {
    Secret::new(text).unwrap()
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn received(headers: &Headers<String>) -> Headers<Option<&str>> {
    Headers { id: Some(&headers.id), timestamp: Some(&headers.timestamp), signature: Some(&headers.signature) }
}

/// Made by the Python library `standardwebhooks` 1.1.0, `Webhook.sign`.
#[test]
fn the_reference_library_signs_the_same() {
    let created = r#"{"type":"fulfillment.created","data":{"id":"ful_1"}}"#;
    let unicode = "{\"title\":\"Grüße 🎁\"}\n";
    let long = "whsec_yMnKy8zNzs/Q0dLT1NXW19jZ2tvc3d7f4OHi4+Tl5ufo6err7O3u7/Dx8vP09fb3+Pn6+/z9/v8xMjM0NTY3OA==";
    let message = "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W";
    let fulfillment = "ord_7:fulfillment#01";
    let table = [
        (SECRET, message, created, "LK3jcev3M86Zqv4/pSI30UFxaEec21i69fpylKfUUuM="),
        (SECRET, fulfillment, unicode, "LeJIV8bx5RV2paE7cF4iBDn/4cZdkfT0ftoFibiExoo="),
        (SECRET, "msg_empty", "", "Q3c8mR+9fq9IGlnm+SlELXUMzVTRg8ISlvDbzP8/lGE="),
        (long, message, created, "ujbLG1K3MOGAJIcF2SPak0iOxot3o6QesO7UoZTq80E="),
        (long, fulfillment, unicode, "PrHWrjD/8plRe8SBgwWXBrDP9JJIqO3rzn2ooZpl8vk="),
        (long, "msg_empty", "", "N8kTlU5uG3kRMExT2mpom5g52rHNBlEIihy/3b7VWoA="),
        (OTHER, message, created, "WTvasyKjtzyYGnJ6/CRr4pqdz2VZJUdcbj0GMfMAMno="),
        (OTHER, fulfillment, unicode, "LPPTSPYda2sjA9y/Svu6FPY/jf60Y07z8u9bkVaa0WM="),
        (OTHER, "msg_empty", "", "Ml4lYLWFKc0BbLQna/ZoJnQYDqfSyTu46Nfssg+EM/w="),
    ];
    let now = at(1_795_442_400);
    for (text, id, body, signature) in table {
        let expected =
            Headers { id: id.to_owned(), timestamp: "1795442400".to_owned(), signature: format!("v1,{signature}") };
        for text in [text, text.trim_end_matches('=')] {
            let secret = secret(text);
            assert_eq!(sign(id, body.as_bytes(), &secret, now).unwrap(), expected, "{text}");
            assert_eq!(verify(&received(&expected), body.as_bytes(), &[secret], now), Ok(()), "{text}");
        }
    }
}

#[test]
fn secrets_are_checked_when_they_are_read() {
    let table = [
        ("", SignatureError::NoSecret),
        ("whsec_", SignatureError::NoSecret),
        ("whsec_==", SignatureError::NoSecret),
        ("AAECAwQFBgcICQoLDA0ODxAREhMUFRYX", SignatureError::MalformedSecret),
        ("whsec_not base64", SignatureError::MalformedSecret),
        ("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX\n", SignatureError::MalformedSecret),
        ("WHSEC_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX", SignatureError::MalformedSecret),
    ];
    for (text, expected) in table {
        assert_eq!(Secret::new(text).unwrap_err(), expected, "{text:?}");
    }
    assert_eq!(format!("{:?}", secret(SECRET)), "Secret(…)");
}

#[test]
fn either_signature_and_either_secret_do_while_a_secret_is_rolled_over() {
    let now = at(1_795_442_400);
    let [old, new] = [SECRET, OTHER].map(secret);
    let by_old = sign("msg_1", b"{}", &old, now).unwrap();
    let by_new = sign("msg_1", b"{}", &new, now).unwrap();
    let both = Headers { signature: format!("v1a,AAAA {} {}", by_old.signature, by_new.signature), ..by_old.clone() };
    let no_match = Err(SignatureError::NoMatch);
    for (headers, secrets, expected) in [
        (&both, vec![old.clone()], Ok(())),
        (&both, vec![new.clone()], Ok(())),
        (&by_old, vec![new.clone(), old.clone()], Ok(())),
        (&by_old, vec![new.clone()], no_match),
        (&both, vec![], Err(SignatureError::NoSecret)),
    ] {
        assert_eq!(verify(&received(headers), b"{}", &secrets, now), expected);
    }
}

#[test]
fn three_hundred_seconds_either_way_are_near_enough() {
    let secrets = [secret(SECRET)];
    let signed_at = 1_795_442_400;
    let headers = sign("msg_1", b"{}", &secrets[0], at(signed_at)).unwrap();
    let too_far = Err(SignatureError::TimestampOutOfTolerance);
    for (offset, expected) in [(-301, too_far), (-300, Ok(())), (300, Ok(())), (301, too_far)] {
        let verified = verify(&received(&headers), b"{}", &secrets, at(signed_at + offset));
        assert_eq!(verified, expected, "{offset}");
    }
}

#[test]
fn hostile_headers() {
    let secrets = [secret(SECRET)];
    let now = at(1_795_442_400);
    let signed = sign("msg_1", b"{}", &secrets[0], now).unwrap();
    let good = received(&signed);
    let base64 = signed.signature.strip_prefix("v1,").unwrap();
    let verified = |headers: Headers<Option<&str>>| verify(&headers, b"{}", &secrets, now).unwrap_err();

    for (headers, name) in [
        (Headers { id: None, ..good.clone() }, ID_HEADER),
        (Headers { timestamp: None, ..good.clone() }, TIMESTAMP_HEADER),
        (Headers { signature: None, ..good.clone() }, SIGNATURE_HEADER),
    ] {
        assert_eq!(verified(headers), SignatureError::Missing(name));
    }
    // "msg_1.1795442400" and "" would sign the same bytes as "msg_1" and "1795442400".
    for id in ["", "msg_1.1795442400", "msg 1", "msg_1\n", "mśg"] {
        let error = verified(Headers { id: Some(id), ..good.clone() });
        assert!(matches!(error, SignatureError::Malformed(_)), "{id:?}");
        assert!(matches!(sign(id, b"{}", &secrets[0], now), Err(SignatureError::Malformed(_))));
    }
    for timestamp in ["", "now", "+1795442400", "-1", "1795442400.0", "99999999999999999999"] {
        let error = verified(Headers { timestamp: Some(timestamp), ..good.clone() });
        assert!(matches!(error, SignatureError::Malformed(_)), "{timestamp:?}");
    }
    let unpadded = format!("v1,{}", base64.trim_end_matches('='));
    let others = [format!("v1a,{base64}"), format!("v2,{base64}"), format!("v1,{base64}=")];
    for signature in
        ["", " ", "v1", "v1,", "garbage", base64, &unpadded].into_iter().chain(others.iter().map(String::as_str))
    {
        let error = verified(Headers { signature: Some(signature), ..good.clone() });
        assert_eq!(error, SignatureError::NoMatch, "{signature:?}");
    }
    for (id, timestamp) in [("msg_2", "1795442400"), ("msg_1", "1795442401"), ("msg_1", "01795442400")] {
        let error = verified(Headers { id: Some(id), timestamp: Some(timestamp), ..good.clone() });
        assert_eq!(error, SignatureError::NoMatch, "{id} {timestamp}");
    }
}

proptest! {
    #[test]
    fn any_text_as_headers_and_secret_is_refused(
        id: Option<String>, timestamp: Option<String>, signature: Option<String>, body: Vec<u8>, text: String,
    ) {
        let headers = Headers { id: id.as_deref(), timestamp: timestamp.as_deref(), signature: signature.as_deref() };
        prop_assert!(verify(&headers, &body, &[secret(SECRET)], at(0)).is_err());
        prop_assert!(Secret::new(&text).is_err());
    }

    /// Of all mixes of genuine headers' parts, only the genuine headers are accepted.
    #[test]
    fn headers_of_genuine_parts_are_judged_by_all_three(id in 0..4_usize, timestamp in 0..4_usize,
        signatures in prop::collection::vec(0..6_usize, 0..5),
    ) {
        let now = at(1_795_442_400);
        let genuine = sign("msg_1", b"{}", &secret(SECRET), now).unwrap();
        let base64 = genuine.signature.strip_prefix("v1,").unwrap();
        let ids = ["msg_1", "msg_1.1795442400", "msg_1 ", ""];
        let times = ["1795442400", "+1795442400", "1795442400 ", "01795442400"];
        let pieces = [&genuine.signature, base64, "v1,", "v1a,AAAA", "\u{0}", &genuine.signature.to_lowercase()];
        let signature = signatures.iter().map(|&n| pieces[n]).collect::<Vec<_>>().join(" ");
        let headers =
            Headers { id: Some(ids[id]), timestamp: Some(times[timestamp]), signature: Some(signature.as_str()) };
        let is_genuine = (id, timestamp) == (0, 0) && signatures.contains(&0);
        prop_assert_eq!(verify(&headers, b"{}", &[secret(SECRET)], now).is_ok(), is_genuine, "{:?}", headers);
    }

    #[test]
    fn a_flipped_bit_is_found(body in prop::collection::vec(any::<u8>(), 1..300), bit: prop::sample::Index) {
        let (secret, now) = (secret(SECRET), at(1_795_442_400));
        let headers = sign("msg_1", &body, &secret, now).unwrap();
        let mut changed = body.clone();
        let bit = bit.index(body.len() * 8);
        changed[bit / 8] ^= 1 << (bit % 8);
        let secrets = [secret];
        prop_assert_eq!(verify(&received(&headers), &body, &secrets, now), Ok(()));
        prop_assert_eq!(verify(&received(&headers), &changed, &secrets, now), Err(SignatureError::NoMatch));
    }
}

#[test]
fn a_flipped_bit_of_any_header_is_found() {
    let (secrets, now) = ([secret(SECRET)], at(1_795_442_400));
    let signed = sign("msg_1", b"{}", &secrets[0], now).unwrap();
    let flips = |text: &str| {
        let bytes = text.as_bytes().to_vec();
        (0..bytes.len() * 8).filter_map(move |bit| {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            String::from_utf8(changed).ok()
        })
    };
    let ids = flips(&signed.id).map(|id| Headers { id, ..signed.clone() });
    let timestamps = flips(&signed.timestamp).map(|timestamp| Headers { timestamp, ..signed.clone() });
    let signatures = flips(&signed.signature).map(|signature| Headers { signature, ..signed.clone() });
    for headers in ids.chain(timestamps).chain(signatures) {
        assert!(verify(&received(&headers), b"{}", &secrets, now).is_err(), "{headers:?}");
    }
}
