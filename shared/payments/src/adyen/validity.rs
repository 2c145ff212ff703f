//! How long an authorization may be captured.

use jiff::{SignedDuration, Timestamp};

/// The days by Adyen's names of payment methods. No event tells them. The card schemes' days are those for a payment
/// that its customer made online: <https://docs.adyen.com/online-payments/adjust-authorisation>. A pre-authorization
/// lasts longer, but an item does not say whether it is one. Adyen itself keeps an authorization for 28 days, one of
/// Cartes Bancaires for 12, and promises three for `paypal`: <https://www.adyen.help/hc/en-us/articles/115001179684>.
/// Klarna's are <https://docs.adyen.com/payment-methods/klarna/web-component#capture>.
///
/// Of any other method the days are not known.
const DAYS: [(&str, i64); 10] = [
    ("amex", 7),
    ("mc", 7),
    ("maestro", 7),
    ("visa", 10),
    ("electron", 5),
    ("discover", 10),
    ("diners", 10),
    ("cartebancaire", 12),
    ("paypal", 3),
    ("klarna", 28),
];

/// Until when what was authorized at `at` can be captured. None: it is not known.
///
/// The name of a wallet or a variant follows its method: `visa_applepay`, `klarna_account`.
pub(super) fn until(method: &str, at: Timestamp) -> Option<Timestamp> {
    let method = method.split_once('_').map_or(method, |(method, _)| method);
    let (_, days) = DAYS.iter().find(|(known, _)| *known == method)?;
    at.checked_add(SignedDuration::from_hours(24 * days)).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn an_authorization_lasts_as_long_as_its_payment_method_promises() {
        let at = Timestamp::from_second(1_764_000_000).unwrap();
        let table = [
            ("visa", Some(10)),
            ("visa_applepay", Some(10)),
            ("mc_googlepay", Some(7)),
            ("amex", Some(7)),
            ("electron", Some(5)),
            ("cartebancaire", Some(12)),
            ("paypal", Some(3)),
            ("klarna_account", Some(28)),
            ("visadankort", None),
            ("ach", None),
            ("", None),
        ];
        for (method, days) in table {
            let expected = days.map(|days: i64| at + SignedDuration::from_hours(24 * days));
            assert_eq!(until(method, at), expected, "{method}");
        }
        assert_eq!(until("visa", Timestamp::MAX), None);
    }
}
