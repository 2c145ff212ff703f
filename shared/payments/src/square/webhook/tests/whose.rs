//! Whose events count: the seller's, the location's, the environment's.

use super::*;
use crate::square::sources::ids;

fn from(event: &Value, sources: Sources) -> Said {
    said(&square().with(sources), &signed(&event.to_string())).unwrap()
}

fn list(ids: &[&str]) -> Vec<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}

#[test]
fn only_events_of_the_named_merchants_count() {
    for sample in samples() {
        let of = |merchants: &[&str]| from(&sample, Sources { merchants: list(merchants), ..Sources::default() });
        assert!(matches!(of(&[]), Said::Facts(_)), "all of them, if none is named");
        assert!(matches!(of(&["MLOTHER", "MLEXAMPLE0001"]), Said::Facts(_)));
        assert_eq!(of(&["MLOTHER"]), Said::Nothing("of another merchant".to_owned()));
        let mut of_nobody = sample.clone();
        of_nobody["merchant_id"] = json!(null);
        let named = Sources { merchants: list(&["MLEXAMPLE0001"]), ..Sources::default() };
        assert_eq!(from(&of_nobody, named), Said::Nothing("of another merchant".to_owned()));
    }
}

#[test]
fn only_events_of_the_named_locations_count() {
    for sample in samples() {
        let of = |event: &Value, locations: &[&str]| {
            from(event, Sources { locations: list(locations), ..Sources::default() })
        };
        assert!(matches!(of(&sample, &["LOTHER", "LEXAMPLESHOP1"]), Said::Facts(_)));
        assert_eq!(of(&sample, &["LTILL"]), Said::Nothing("of another location".to_owned()));
        let mut nowhere = with(sample.clone(), &json!({"location_id": null}));
        nowhere["location_id"] = json!(null);
        assert!(matches!(of(&nowhere, &["LTILL"]), Said::Facts(_)), "it may be of the shop");
    }
    let mut dispute = with(sample!("dispute.created"), &json!({"location_id": null}));
    dispute["location_id"] = json!("LTILL");
    let shop = Sources { locations: list(&["LEXAMPLESHOP1"]), ..Sources::default() };
    assert_eq!(from(&dispute, shop), Said::Nothing("of another location".to_owned()));
}

#[test]
fn what_is_of_another_location_is_ignored_even_if_it_is_malformed() {
    let broken = with(sample!("payment.created-approved"), &json!({"total_money": null, "location_id": "LTILL"}));
    let shop = Sources { locations: list(&["LEXAMPLESHOP1"]), ..Sources::default() };
    assert_eq!(from(&broken, shop), Said::Nothing("of another location".to_owned()));
}

#[test]
fn events_of_the_other_environment_are_refused() {
    let table = [
        (true, Some("Production"), true),
        (true, Some("Sandbox"), false),
        (true, Some("sandbox"), false),
        (true, Some(" SANDBOX "), false),
        (true, None, true),
        (true, Some("Staging"), true),
        (false, Some("Sandbox"), true),
        (false, Some("Production"), false),
        (false, None, true),
    ];
    for (live, environment, is_taken) in table {
        let webhook = Webhook::new(Secret::fixed("SQUARE_WEBHOOK_SECRET", KEY), URL, live);
        let mut request = signed(&sample!("refund.updated").to_string());
        request.headers.extend(environment.map(|told| ("square-environment".to_owned(), told.to_owned())));
        match said(&webhook, &request) {
            Ok(_) => assert!(is_taken, "{live} {environment:?}"),
            refused => assert_eq!((refusal(refused), is_taken), ((400, "wrong-mode".to_owned()), false)),
        }
        request.headers.insert(HEADER.to_owned(), "forged".to_owned());
        assert_eq!(refusal(said(&webhook, &request)), (401, "bad-signature".to_owned()), "the signature comes first");
    }
}

#[test]
fn settings_are_lists_of_ids_and_a_url_that_is_kept_as_it_is() {
    assert_eq!(ids("SQUARE_LOCATIONS", " L1, ,L_2 ").unwrap(), ["L1", "L_2"]);
    assert_eq!(ids("SQUARE_LOCATIONS", "").unwrap(), Vec::<String>::new());
    let wrong = ids("SQUARE_LOCATIONS", "L1;L2").unwrap_err().to_string();
    assert!(wrong.contains("SQUARE_LOCATIONS") && wrong.contains("L1;L2"), "{wrong}");
    for url in ["https://api.example.com/webhooks/payments/square", "https://API.example.com:443/x/?a=1#b"] {
        assert_eq!(notification_url(url).unwrap(), url);
    }
    for url in ["", "http://api.example.com/", "api.example.com", " https://api.example.com/", "https://a b/"] {
        assert!(notification_url(url).unwrap_err().to_string().contains("SQUARE_NOTIFICATION_URL"), "{url}");
    }
    assert!(flag("SQUARE_LIVE", "yes").unwrap_err().to_string().contains("SQUARE_LIVE"));
    assert_eq!((flag("SQUARE_LIVE", "true").unwrap(), flag("SQUARE_LIVE", "false").unwrap()), (true, false));
}
