//! What services' bodies say.

use super::*;
use domain::parcel_state::ParcelState::{self, *};

type Row<'a> = (String, ParcelState, &'a str);

fn told(reading: &Reading) -> Vec<Row<'_>> {
    let moments = reading.told.iter().flat_map(|told| &told.moments);
    moments.map(|moment| (moment.at.to_string(), moment.state, moment.words.as_str())).collect()
}

fn rows(expected: &[(&str, ParcelState, &'static str)]) -> Vec<Row<'static>> {
    expected.iter().map(|(at, state, words)| ((*at).to_owned(), *state, *words)).collect()
}

fn whose(reading: &Reading) -> (&str, &str) {
    (&reading.told.as_ref().unwrap().carrier, &reading.told.as_ref().unwrap().number)
}

fn states(reading: &Reading) -> Vec<ParcelState> {
    reading.told.iter().flat_map(|told| &told.moments).map(|moment| moment.state).collect()
}

#[test]
fn easypost_tells_the_whole_history_of_a_parcel() {
    let reading = said(Service::EasyPost, payload!("easypost-tracker.updated").as_bytes());
    assert_eq!(whose(&reading), ("FedEx", "1"));
    let expected = rows(&[
        ("2024-07-31T19:27:00Z", InTransit, "Picked up"),
        ("2024-07-31T22:35:00Z", InTransit, "Arrived at FedEx location"),
        ("2024-08-01T14:42:13Z", InTransit, "Departed FedEx location"),
        ("2024-08-02T02:46:19Z", InTransit, "On the way"),
        ("2024-08-02T18:35:20Z", InTransit, "On the way"),
        ("2024-08-02T18:50:00Z", InTransit, "Arrived at FedEx location"),
    ]);
    assert_eq!(told(&reading), expected);
    assert_eq!(reading.ignored, ["pre_transit/label_created"]);
}

#[test]
fn easypost_tells_of_a_parcel_without_scans_by_its_status() {
    let mut event = body(Service::EasyPost);
    event["result"]["tracking_details"] = json!([]);
    event["result"]["status"] = "delivered".into();
    let reading = said(Service::EasyPost, event.to_string().as_bytes());
    assert_eq!(told(&reading), rows(&[("2024-08-02T19:26:51Z", Delivered, "")]));
}

#[test]
fn shippo_tells_the_history_and_the_status_once() {
    let reading = said(Service::Shippo, &bytes(Service::Shippo));
    assert_eq!(whose(&reading), ("USPS", "9205590164917312751089"));
    let expected = rows(&[
        ("2023-07-21T15:33:00Z", InTransit, "Your shipment has been accepted."),
        ("2023-07-23T13:03:00Z", Delivered, "Your shipment has been delivered at the destination mailbox."),
    ]);
    assert_eq!(told(&reading), expected);
}

#[test]
fn shippo_tells_nothing_of_a_parcel_that_nobody_has_scanned() {
    let body = json!({"event": "track_updated", "test": false, "data": {"carrier": "ups", "tracking_number": "1Z",
        "tracking_status": null, "tracking_history": [{"status": "PRE_TRANSIT", "status_details": "made"}]}});
    let reading = said(Service::Shippo, body.to_string().as_bytes());
    assert_eq!((reading.told, reading.ignored, reading.unread), (None, vec!["PRE_TRANSIT".to_owned()], None));
}

#[test]
fn sendcloud_tells_one_change_at_the_carrier_s_time_or_its_own() {
    let recorded = said(Service::Sendcloud, payload!("sendcloud-webhook-parcel_status_changed").as_bytes());
    assert_eq!((recorded.told, recorded.ignored), (None, vec!["1".to_owned()]), "ready to send");
    let mut event = body(Service::Sendcloud);
    let reading = |event: &Value| said(Service::Sendcloud, event.to_string().as_bytes());
    let first = reading(&event);
    assert_eq!(whose(&first), ("PostNL", "3SYZXG132912330"));
    assert_eq!(told(&first), rows(&[("2025-11-24T16:00:00Z", Delivered, "Delivered")]));
    event["carrier_status_change_timestamp"] = Value::Null;
    event["timestamp"] = 1_764_003_600.into();
    assert_eq!(told(&reading(&event)), rows(&[("2025-11-24T17:00:00Z", Delivered, "Delivered")]));
    event["timestamp"] = 123.into();
    assert_eq!(reading(&event).ignored, ["11 without a time"]);
}

/// AfterShip's sample with other checkpoints and fields.
fn aftership(checkpoints: &Value, more: &[(&str, Value)]) -> Reading {
    let mut event = body(Service::AfterShip);
    event["msg"]["checkpoints"] = checkpoints.clone();
    for (field, value) in more {
        event["msg"][*field] = value.clone();
    }
    said(Service::AfterShip, event.to_string().as_bytes())
}

#[test]
fn aftership_s_local_times_are_the_latest_that_they_can_be() {
    let recorded = said(Service::AfterShip, payload!("aftership-tracking_update").as_bytes());
    assert_eq!(whose(&recorded), ("USPS", "0000000000000000"));
    let words = "Departed Shipping Partner Facility, USPS Awaiting Item";
    assert_eq!(told(&recorded), rows(&[("2021-01-14T12:52:00Z", InTransit, words)]));
    for (local, heard, at) in [
        ("2026-11-20T14:00:00", "2026-11-20T13:20:00Z", "2026-11-20T13:20:00Z"), // in Berlin
        ("2026-11-20T14:00:00", "2026-11-20T22:20:00Z", "2026-11-20T22:20:00Z"), // in Los Angeles
        ("2026-11-20T14:00:00", "2026-11-25T00:00:00Z", "2026-11-21T02:00:00Z"), // registered late
        ("2026-11-20T14:00:00+01:00", "2026-11-25T00:00:00Z", "2026-11-20T13:00:00Z"),
        ("2026-11-20T14:00:00-08:00", "2026-11-20T22:20:00Z", "2026-11-20T22:00:00Z"),
    ] {
        let reading = aftership(
            &json!([{"tag": "Delivered", "checkpoint_time": local, "created_at": heard}]),
            &[("updated_at", json!(heard))],
        );
        // The sample was sent in 2024, so without the time when it was heard of a checkpoint would end there.
        assert_eq!(reading.told.as_ref().unwrap().moments[0].at.to_string(), at, "{local}, heard of {heard}");
    }
}

#[test]
fn aftership_s_moments_stay_in_their_order_whenever_they_were_heard_of() {
    let at = |time: &str, tag: &str| json!({"tag": tag, "checkpoint_time": time, "created_at": "2026-11-20T12:30:00Z"});
    let both = json!([at("2026-11-20T08:00:00", "OutForDelivery"), at("2026-11-20T12:00:00", "Delivered")]);
    let expected = [("2026-11-20T12:30:00Z", OutForDelivery, ""), ("2026-11-20T12:30:00.001Z", Delivered, "")];
    assert_eq!(told(&aftership(&both, &[])), rows(&expected));
}

#[test]
fn aftership_tells_that_a_parcel_goes_back_or_is_silent_beside_its_checkpoints() {
    let checkpoint = |tag: &str, day: u8| {
        let time = format!("2024-03-{day}T08:00:00Z");
        json!({"tag": tag, "subtag": format!("{tag}_001"), "checkpoint_time": time})
    };
    let (on_its_way, stopped, delivered) =
        (checkpoint("InTransit", 10), checkpoint("Exception", 12), checkpoint("Delivered", 14));
    let back = [("return_to_sender", json!(true))];
    assert_eq!(states(&aftership(&json!([on_its_way, stopped]), &[])), [InTransit, Exception]);
    assert_eq!(states(&aftership(&json!([on_its_way, stopped]), &back)), [InTransit, Returned]);
    assert_eq!(states(&aftership(&json!([on_its_way, delivered]), &back)), [InTransit, Returned]);
    let silent = aftership(&json!([on_its_way]), &[("tag", json!("Expired")), ("subtag", json!("Expired_001"))]);
    assert_eq!(states(&silent), [InTransit, Exception]);
    assert_eq!(
        silent.told.as_ref().unwrap().moments[1].at,
        Timestamp::from_second(1_712_741_696).unwrap(),
        "when it was told"
    );
}

/// A body that tells one moment.
fn telling(service: Service, status: &str, closer: &str) -> Value {
    let (at, mut body) = ("2024-03-20T08:00:00Z", body(service));
    match service {
        Service::EasyPost => {
            body["result"]["status"] = status.into();
            body["result"]["status_detail"] = closer.into();
            body["result"]["tracking_details"] = json!([{"status": status, "status_detail": closer, "datetime": at}]);
        }
        Service::Shippo => {
            let substatus = if closer.is_empty() { Value::Null } else { json!({"code": closer}) };
            body["data"]["tracking_history"] = json!([]);
            body["data"]["tracking_status"] = json!({"status": status, "substatus": substatus, "status_date": at});
        }
        Service::Sendcloud => {
            let id = status.parse::<i64>();
            body["parcel"]["status"] = id.map_or_else(|_| json!({"code": status}), |id| json!({"id": id}));
        }
        Service::AfterShip => {
            body["msg"]["checkpoints"] = json!([{"tag": status, "subtag": closer, "checkpoint_time": at}]);
            body["msg"]["tag"] = status.into();
            body["msg"]["subtag"] = closer.into();
        }
    }
    body
}

/// By the documentation of each service, and not by its table.
#[test]
fn each_service_s_words_are_our_states() {
    use Service::{AfterShip, EasyPost, Sendcloud, Shippo};
    type Words = &'static [(&'static str, &'static str, ParcelState)];
    let tables: [(Service, Words); 4] = [
        (
            EasyPost,
            &[
                ("in_transit", "arrived_at_facility", InTransit),
                ("in_transit", "brand_new", InTransit),
                ("in_transit", "weather_delay", Delayed),
                ("in_transit", "held", Exception),
                ("in_transit", "delivery_exception", AttemptFailed),
                ("out_for_delivery", "out_for_delivery", OutForDelivery),
                ("available_for_pickup", "arrived_at_pickup_location", AwaitingPickup),
                ("delivered", "arrived_at_destination", Delivered),
                ("return_to_sender", "return", Returned),
                ("failure", "unknown", Exception),
                ("failure", "lost", Lost),
                ("failure", "damaged", Damaged),
                ("failure", "refused", Refused),
                ("error", "expired", Exception),
            ],
        ),
        (
            Shippo,
            &[
                ("TRANSIT", "", InTransit),
                ("TRANSIT", "package_accepted", InTransit),
                ("TRANSIT", "delivery_rescheduled", InTransit),
                ("TRANSIT", "delayed", Delayed),
                ("TRANSIT", "out_for_delivery", OutForDelivery),
                ("TRANSIT", "pickup_available", AwaitingPickup),
                ("TRANSIT", "delivery_attempted", AttemptFailed),
                ("TRANSIT", "notice_left", AttemptFailed),
                ("TRANSIT", "package_held", Exception),
                ("TRANSIT", "address_issue", Exception),
                ("TRANSIT", "package_damaged", Damaged),
                ("DELIVERED", "delivered", Delivered),
                ("RETURNED", "return_to_sender", Returned),
                ("RETURNED", "package_unclaimed", Returned),
                ("FAILURE", "package_lost", Lost),
                ("FAILURE", "package_undeliverable", Exception),
                ("FAILURE", "package_disposed", Exception),
            ],
        ),
        (
            Sendcloud,
            &[
                ("3", "", InTransit),
                ("62989", "", InTransit),
                ("4", "", Delayed),
                ("92", "", OutForDelivery),
                ("12", "", AwaitingPickup),
                ("8", "", AttemptFailed),
                ("80", "", Exception),
                ("62991", "", Refused),
                ("62992", "", Returned),
                ("11", "", Delivered),
                ("93", "", Delivered),
                ("shipment-on-route", "", InTransit),
                ("driver-on-route", "", OutForDelivery),
                ("awaiting-customer-pickup", "", AwaitingPickup),
                ("delivery-failed", "", AttemptFailed),
                ("returned-to-sender", "", Returned),
                ("collected-by-customer", "", Delivered),
            ],
        ),
        (
            AfterShip,
            &[
                ("InTransit", "InTransit_007", InTransit),
                ("OutForDelivery", "OutForDelivery_001", OutForDelivery),
                ("AvailableForPickup", "AvailableForPickup_001", AwaitingPickup),
                ("AttemptFail", "AttemptFail_002", AttemptFailed),
                ("Delivered", "Delivered_005", Delivered),
                ("Exception", "Exception_001", Exception),
                ("Exception", "Exception_003", Refused),
                ("Exception", "Exception_007", Exception),
                ("Exception", "Exception_010", Returned),
                ("Exception", "Exception_011", Returned),
                ("Exception", "Exception_012", Damaged),
                ("Exception", "Exception_013", Lost),
                ("Exception", "Exception_017", Delayed),
            ],
        ),
    ];
    for (service, table) in tables {
        for (status, closer, state) in table {
            let reading = said(service, telling(service, status, closer).to_string().as_bytes());
            assert_eq!(states(&reading), [*state], "{service:?} {status} {closer}");
        }
    }
}

#[test]
fn what_a_label_goes_through_is_nothing_and_an_unknown_word_is_named() {
    use Service::{AfterShip, EasyPost, Sendcloud, Shippo};
    for (service, status, closer, ignored) in [
        (EasyPost, "unknown", "unknown", "unknown/unknown"),
        (EasyPost, "pre_transit", "label_created", "pre_transit/label_created"),
        (EasyPost, "cancelled", "cancelled", "cancelled/cancelled"),
        (EasyPost, "beamed", "up", "unknown beamed/up"),
        (Shippo, "PRE_TRANSIT", "information_received", "PRE_TRANSIT/information_received"),
        (Shippo, "UNKNOWN", "other", "UNKNOWN/other"),
        (Shippo, "BEAMED", "", "unknown BEAMED"),
        (Sendcloud, "1000", "", "1000"),
        (Sendcloud, "2000", "", "2000"),
        (Sendcloud, "424242", "", "unknown 424242"),
        (AfterShip, "Pending", "Pending_001", "Pending/Pending_001"),
        (AfterShip, "Exception", "Exception_020", "Exception/Exception_020"),
        (AfterShip, "Beamed", "Beamed_001", "unknown Beamed/Beamed_001"),
    ] {
        let reading = said(service, telling(service, status, closer).to_string().as_bytes());
        assert_eq!((reading.told, reading.unread), (None, None), "{service:?} {status}");
        assert_eq!(reading.ignored, [ignored]);
    }
}

#[test]
fn events_about_other_things_are_ignored_by_name() {
    for (service, field, kind) in [
        (Service::EasyPost, "description", "batch.created"),
        (Service::Shippo, "event", "transaction_created"),
        (Service::Sendcloud, "action", "integration_updated"),
        (Service::AfterShip, "event", "edd_revise"),
    ] {
        let reading = said(service, json!({ field: kind }).to_string().as_bytes());
        assert_eq!((reading.ignored, reading.told, reading.unread), (vec![kind.to_owned()], None, None));
    }
}

#[test]
fn what_is_genuine_and_not_understood_is_kept_with_the_reason() {
    let without = |service, pointer: &str, field: &str| {
        let mut body = body(service);
        body.pointer_mut(pointer).unwrap().as_object_mut().unwrap().remove(field);
        body.to_string()
    };
    for (service, body, why) in [
        (Service::EasyPost, "no JSON".to_owned(), "JSON"),
        (Service::EasyPost, "[]".to_owned(), "description"),
        (Service::EasyPost, without(Service::EasyPost, "/result", "tracking_code"), "tracking_code"),
        (Service::Shippo, without(Service::Shippo, "", "event"), "event"),
        (Service::Shippo, without(Service::Shippo, "/data", "tracking_number"), "tracking_number"),
        (Service::Sendcloud, without(Service::Sendcloud, "/parcel", "status"), "parcel.status"),
        (Service::Sendcloud, without(Service::Sendcloud, "/parcel", "tracking_number"), "tracking_number"),
        (Service::AfterShip, without(Service::AfterShip, "", "msg"), "tracking_number"),
    ] {
        let reading = said(service, body.as_bytes());
        assert_eq!((reading.told, reading.ignored), (None, vec![]), "{body}");
        assert!(reading.unread.as_ref().is_some_and(|told| told.contains(why)), "{:?}", reading.unread);
    }
}

#[test]
fn the_one_who_took_a_parcel_is_not_named() {
    let mut event = telling(Service::EasyPost, "delivered", "arrived_at_destination");
    event["result"]["signed_by"] = "J SMITH".into();
    event["result"]["tracking_details"][0]["message"] = "Delivered. Signed by: J SMITH".into();
    let reading = said(Service::EasyPost, event.to_string().as_bytes());
    assert_eq!(told(&reading)[0].2, "Delivered");
    assert!(!format!("{:?}", reading.told).contains("SMITH"));
}
