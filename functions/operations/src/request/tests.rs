#![allow(clippy::unwrap_used)]

use super::*;
use api::{Error, Request};
use domain::{
    arrival::{MAX_HOLIDAYS, Schedule, ScheduleSettings, Weekday},
    ids::ChannelId,
    settings::{Location, Role},
};
use jiff::Timestamp;
use serde_json::{Value, json};

fn decoded<T: Body>(body: &Value) -> Result<T, Error> {
    api::decode(body, &Request::default())
}

fn product(sku: Sku, body: &Value) -> Result<Product, Error> {
    decoded::<PutProduct>(body).map(|put| put.product(sku))
}

fn location(id: LocationId, body: &Value) -> Result<Location, Error> {
    decoded::<PutLocation>(body).map(|put| put.location(id))
}

fn channel(id: ChannelId, body: &Value) -> Result<Channel, Error> {
    decoded::<PutChannel>(body).map(|put| put.channel(id))
}

fn key(body: &Value) -> Result<CreateKey, Error> {
    decoded(body)
}

fn wrong_fields<T: std::fmt::Debug>(outcome: Result<T, Error>) -> Vec<String> {
    match outcome {
        Err(Error::Problem(problem)) => problem.errors.into_iter().map(|error| error.field).collect(),
        other => panic!("wrong fields were expected: {other:?}"),
    }
}

fn long(characters: usize) -> Value {
    json!("x".repeat(characters))
}

fn sku() -> Sku {
    "MUG".parse().unwrap()
}

fn main() -> LocationId {
    "main".parse().unwrap()
}

#[test]
fn a_product_is_read_bare_and_with_everything() {
    let bare = product(sku(), &json!({"title": "Mug"})).unwrap();
    assert_eq!((bare.title.as_str(), bare.weight_g, bare.bins.len()), ("Mug", None, 0));
    assert!(decoded::<PutProduct>(&json!({"title": "Mug"})).unwrap().codes.is_none(), "they stay as they were");
    let codes = json!([{"code": "4006381333931"}, {"code": "BOX", "units": 12}]);
    let read = product(sku(), &json!({"title": "Mug", "codes": codes})).unwrap().codes;
    assert_eq!(
        read.iter().map(|own| (own.code.as_str(), own.units)).collect::<Vec<_>>(),
        [("4006381333931", 1), ("BOX", 12)]
    );
    let full = product(sku(), &json!({"title": " Mug ", "weight_g": 350, "bins": {"main": "A-01"}})).unwrap();
    assert_eq!((full.title.as_str(), full.weight_g, full.bins[&main()].as_str()), ("Mug", Some(350), "A-01"));
}

#[test]
fn every_wrong_field_of_a_product_is_named() {
    let many: serde_json::Map<_, _> = (0..=MAX_BINS).map(|n| (format!("L{n}"), json!("A"))).collect();
    let table = [
        ("title", vec![json!(null), json!(""), json!(7), long(201)]),
        ("weight_g", vec![json!(-1), json!(1.5), json!("350"), json!(10_000_001)]),
        ("bins", vec![json!([]), json!("A-01"), json!({"main": ""}), json!({"main": 1}), json!({"a b": "A"})]),
        ("bins", vec![json!({"main": "x".repeat(41)}), Value::Object(many)]),
        ("codes", vec![json!({}), json!("1"), json!(vec![json!({}); 21])]),
        ("codes", vec![json!([{"code": "036000291452"}, {"code": "0036000291452"}])]),
        ("codes[0].code", vec![json!([{"units": 1}]), json!([{"code": "a b"}]), json!([{"code": 7}])]),
        ("codes[0].units", vec![json!([{"code": "1", "units": 0}]), json!([{"code": "1", "units": 10_001}])]),
        ("sku", vec![json!("MUG")]),
    ];
    for (field, values) in table {
        for value in values {
            let mut body = json!({"title": "Mug"});
            body[field.split('[').next().unwrap()] = value.clone();
            assert_eq!(wrong_fields(product(sku(), &body)), [field], "{value}");
        }
    }
    assert_eq!(wrong_fields(product(sku(), &json!({"weight_g": "x", "color": 1}))), ["title", "weight_g", "color"]);
}

#[test]
fn what_a_location_leaves_out_has_its_default() {
    let bare = location(main(), &json!({"name": "Main"})).unwrap();
    assert_eq!((bare.priority, bare.webhook_url), (100, None));
    assert_eq!(bare.schedule, Schedule::default());
    let part = location(main(), &json!({"name": "Main", "schedule": {"handling_days": 3}})).unwrap();
    let expected = ScheduleSettings { handling_days: 3, ..ScheduleSettings::default() };
    assert_eq!(*part.schedule.settings(), expected);
}

#[test]
fn a_location_is_read_with_everything() {
    let body = json!({
        "name": "East", "priority": 0, "webhook_url": "https://wms.example/hook?t=1",
        "schedule": {
            "time_zone": "America/New_York", "cut_off": "14:30:00", "handling_days": 2, "working_days": ["saturday", "sunday"],
            "calendar": "US-CA", "holidays": ["2026-12-25", "2026-12-25"], "transit_days": {"min": 1, "max": 4},
        },
    });
    let read = location(main(), &body).unwrap();
    let settings = read.schedule.settings();
    assert_eq!((settings.time_zone.as_str(), settings.cut_off), ("America/New_York", jiff::civil::time(14, 30, 0, 0)));
    assert_eq!(settings.working_days, [Weekday::Saturday, Weekday::Sunday].into());
    assert_eq!(settings.calendar.as_ref().map(ToString::to_string).as_deref(), Some("US-CA"));
    assert_eq!(settings.holidays, [jiff::civil::date(2026, 12, 25)].into());
    assert_eq!((settings.transit_days.min, settings.transit_days.max), (1, 4));
}

#[test]
fn every_wrong_field_of_a_location_is_named_by_its_path() {
    let table = [
        (json!({}), "name"),
        (json!({"name": long(201)}), "name"),
        (json!({"priority": -1}), "priority"),
        (json!({"priority": 1001}), "priority"),
        (json!({"schedule": "always"}), "schedule"),
        (json!({"schedule": {"time_zone": "Mars/Olympus"}}), "schedule.time_zone"),
        (json!({"schedule": {"cut_off": "noon"}}), "schedule.cut_off"),
        (json!({"schedule": {"cut_off": 14}}), "schedule.cut_off"),
        (json!({"schedule": {"handling_days": 91}}), "schedule.handling_days"),
        (json!({"schedule": {"working_days": []}}), "schedule.working_days"),
        (json!({"schedule": {"working_days": ["monday", "someday"]}}), "schedule.working_days[1]"),
        (json!({"schedule": {"calendar": "Germany"}}), "schedule.calendar"),
        (json!({"schedule": {"calendar": "DE-XX"}}), "schedule.calendar"),
        (json!({"schedule": {"holidays": ["2026-02-30"]}}), "schedule.holidays[0]"),
        (json!({"schedule": {"holidays": [20_261_225]}}), "schedule.holidays[0]"),
        (json!({"schedule": {"holidays": vec!["2026-12-25"; MAX_HOLIDAYS + 1]}}), "schedule.holidays"),
        (json!({"schedule": {"transit_days": {"min": 1}}}), "schedule.transit_days.max"),
        (json!({"schedule": {"transit_days": {"min": 1, "max": 91}}}), "schedule.transit_days.max"),
        (json!({"schedule": {"transit_days": {"min": 3, "max": 2}}}), "schedule.transit_days.min"),
        (json!({"schedule": {"cutoff": "12:00:00"}}), "schedule.cutoff"),
        (json!({"webhook": "https://x.example"}), "webhook"),
    ];
    for (mut body, field) in table {
        if field != "name" {
            body["name"] = json!("Main");
        }
        assert_eq!(wrong_fields(location(main(), &body)), [field], "{body}");
    }
}

#[test]
fn a_webhook_goes_over_tls_except_to_this_machine() {
    let of = |url: &str| location(main(), &json!({"name": "Main", "webhook_url": url}));
    for good in ["https://wms.example:8443/a?b=c#d", "http://localhost:9000"] {
        assert_eq!(of(good).unwrap().webhook_url.as_deref(), Some(good));
    }
    for bad in ["http://wms.example", "http://localhost@evil.example"] {
        assert_eq!(wrong_fields(of(bad)), ["webhook_url"], "{bad}");
    }
}

#[test]
fn a_key_is_restricted_as_its_role_can_be() {
    let restrictions = [
        ("locations", json!(["main", "store", "main"]), "warehouse"),
        ("refund_limit", json!({"EUR": 5000, "JPY": 0}), "customer_service"),
        ("channel", json!("web"), "storefront"),
    ];
    for role in Role::ALL {
        for (field, value, of) in &restrictions {
            let mut body = json!({"name": "x", "role": role.as_str(), "expires_at": "2030-01-01T00:00:00Z"});
            if role == Role::Storefront {
                body["channel"] = json!("web");
            }
            body[field] = value.clone();
            if role.as_str() == *of {
                key(&body).unwrap();
            } else {
                assert_eq!(wrong_fields(key(&body)), [*field], "{role:?}");
            }
        }
    }
    let made = |body: Value| key(&body).unwrap().key("id".into(), Timestamp::UNIX_EPOCH);
    let bound = made(json!({"name": "x", "role": "warehouse", "locations": ["store", "main", "main"]}));
    assert_eq!(bound.locations.iter().map(LocationId::as_str).collect::<Vec<_>>(), ["main", "store"]);
    let limited = made(json!({"name": "x", "role": "customer_service", "refund_limit": {"EUR": 5000}}));
    assert_eq!(limited.refund_limit.to_string(), "EUR:5000");
    let bare = made(json!({"name": "x", "role": "customer_service"}));
    assert!(bare.refund_limit.is_empty() && bare.expires_at.is_none(), "it may refund nothing");
}

/// What is meant as a restriction must never be lost without a word.
#[test]
fn a_restriction_that_cannot_be_read_is_refused() {
    let table = [
        ("operator", "expires_at", vec![json!(""), json!(" "), json!("tomorrow"), json!(7), json!("2030-01-01")]),
        ("warehouse", "locations", vec![json!([]), json!(""), json!("main"), json!({})]),
        ("warehouse", "locations", vec![json!(vec!["main"; 51])]),
        ("customer_service", "refund_limit", vec![json!({}), json!(""), json!(5000), json!([])]),
        ("storefront", "channel", vec![json!(""), json!(" "), json!(7)]),
        ("operator", "channel", vec![json!("")]),
    ];
    for (role, field, values) in table {
        for value in values {
            let mut body = json!({"name": "x", "role": role});
            body[field] = value.clone();
            assert_eq!(wrong_fields(key(&body)), [field], "{role} {value}");
        }
    }
    let limits = json!({"EUR": -1, "EURO": 1, "JPY": 1.5, "USD": "1", "CHF": 7.0});
    let body = json!({"name": "x", "role": "customer_service", "refund_limit": limits});
    let wrong = ["refund_limit.EUR", "refund_limit.EURO", "refund_limit.JPY", "refund_limit.USD"];
    assert_eq!(wrong_fields(key(&body)), wrong);
    let body = json!({"name": "x", "role": "warehouse", "locations": ["main", "a b", ""]});
    assert_eq!(wrong_fields(key(&body)), ["locations[1]", "locations[2]"]);
}

#[test]
fn a_key_has_a_channel_if_and_only_if_it_is_a_storefront_s() {
    let storefront = key(&json!({"name": "shop", "role": "storefront", "channel": "web"})).unwrap();
    assert_eq!((storefront.role, storefront.channel.unwrap().as_str()), (Role::Storefront, "web"));
    for role in ["warehouse", "customer_service", "operator"] {
        assert_eq!(key(&json!({"name": "x", "role": role})).unwrap().role.as_str(), role);
        assert_eq!(wrong_fields(key(&json!({"name": "x", "role": role, "channel": "web"}))), ["channel"]);
    }
    assert_eq!(wrong_fields(key(&json!({"name": "x", "role": "storefront"}))), ["channel"]);
    let bad = json!({"name": "x".repeat(61), "role": "root", "channel": "a b", "key": "ok_1"});
    assert_eq!(wrong_fields(key(&bad)), ["name", "role", "channel", "key"]);
}

#[test]
fn a_channel_has_a_name() {
    let of = |body: Value| channel("web".parse().unwrap(), &body);
    assert_eq!(of(json!({"name": "Web shop"})).unwrap().name, "Web shop");
    for bad in [json!({}), json!({"name": ""}), json!({"name": 1}), json!({"name": long(201)})] {
        assert_eq!(wrong_fields(of(bad)), ["name"]);
    }
}
