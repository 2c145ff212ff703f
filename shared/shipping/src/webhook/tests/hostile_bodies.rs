//! Genuine bodies with anything in them.

use super::*;
use proptest::prelude::*;

/// Reads a body that a service has signed. Whatever it tells must fit a parcel's record, or it is kept with a reason.
fn judge(service: Service, body: &[u8]) -> Result<(), String> {
    let fits = |told: &Told| {
        let moments = &told.moments;
        !moments.is_empty()
            && moments.len() <= 200
            && moments.is_sorted_by(|a, b| a.at < b.at)
            && moments.iter().all(|moment| {
                moment.at <= now() + SignedDuration::from_mins(6)
                    && moment.words.chars().count() <= 200
                    && !moment.words.contains(char::is_control)
            })
            && !told.number.is_empty()
            && told.number.chars().count() <= 100
            && told.carrier.chars().count() <= 100
    };
    match read(&webhook(service, SECRET), &signed(service, body, SECRET)) {
        Ok(reading)
            if reading.told.iter().all(fits)
                && reading.ignored.iter().all(|name| name.len() <= 200)
                && reading.unread.as_ref().is_none_or(|why| !why.is_empty()) =>
        {
            let said =
                usize::from(reading.told.is_some()) + reading.ignored.len() + usize::from(reading.unread.is_some());
            if said > 0 { Ok(()) } else { Err("nothing came of it".to_owned()) }
        }
        Err(Error::Problem(problem)) if matches!(problem.status, 400 | 413) && !problem.detail.is_empty() => Ok(()),
        other => Err(format!("{service:?}: {other:?}").chars().take(1_000).collect()),
    }
}

#[test]
fn a_body_with_any_one_value_hostile_tells_what_fits_or_is_kept() {
    for &service in Service::ALL {
        let mut body = body(service);
        // What holds of two moments holds of seven.
        if let Some(Value::Array(details)) = body.pointer_mut("/result/tracking_details") {
            details.drain(..5);
        }
        for body in hostile::each_edit(&body) {
            judge(service, &body).unwrap();
        }
    }
}

fn any_body() -> impl Strategy<Value = (Service, Vec<u8>)> {
    let of = |service: Service| hostile::json(vec![body(service)]).prop_map(move |body| (service, body));
    prop_oneof![of(Service::EasyPost), of(Service::Shippo), of(Service::Sendcloud), of(Service::AfterShip)]
}

proptest! {
    #[test]
    fn a_hostile_body_tells_what_fits_or_is_kept((service, body) in any_body()) {
        let judged = judge(service, &body);
        prop_assert!(judged.is_ok(), "{judged:?}");
    }
}
