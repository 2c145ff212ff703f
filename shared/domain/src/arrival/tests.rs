#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::*;
use jiff::civil::date;
use proptest::prelude::*;

fn moment(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn in_zone(zone: &str) -> ScheduleSettings {
    ScheduleSettings { time_zone: zone.into(), ..ScheduleSettings::default() }
}

fn schedule(settings: ScheduleSettings) -> Schedule {
    Schedule::try_from(settings).unwrap()
}

/// `[ships_on, earliest, latest]`
fn dates(arrival: Arrival) -> [String; 3] {
    [arrival.ships_on, arrival.earliest, arrival.latest].map(|date| date.to_string())
}

/// By default: Monday to Friday, cut-off 14:00, one day of handling, two to four days of transit.
#[test]
fn the_clock_starts_on_the_first_working_day_whose_cut_off_has_not_passed() {
    let table = "
        UTC                2026-11-23T09:00:00Z 2026-11-24 2026-11-26 2026-11-30 a Monday morning
        UTC                2026-11-23T14:00:00Z 2026-11-24 2026-11-26 2026-11-30 exactly at the cut-off
        UTC                2026-11-23T14:00:00.000000001Z 2026-11-25 2026-11-27 2026-12-01 a nanosecond after the cut-off
        UTC                2026-11-27T13:59:59Z 2026-11-30 2026-12-02 2026-12-04 Friday before the cut-off ships over the weekend's end
        UTC                2026-11-27T14:00:01Z 2026-12-01 2026-12-03 2026-12-07 Friday after the cut-off is Monday's work
        UTC                2026-11-28T08:00:00Z 2026-12-01 2026-12-03 2026-12-07 so is Saturday morning
        UTC                2026-11-29T23:59:59Z 2026-12-01 2026-12-03 2026-12-07 and Sunday night
        UTC                2026-12-31T10:00:00Z 2027-01-01 2027-01-05 2027-01-07 over the end of the year
        UTC                2028-02-28T10:00:00Z 2028-02-29 2028-03-02 2028-03-06 over a leap day
        Pacific/Kiritimati 2026-11-23T21:00:00Z 2026-11-25 2026-11-27 2026-12-01 Kiritimati is 14 hours ahead: it is Tuesday there, at 11:00
        Pacific/Kiritimati 2026-11-22T10:00:00Z 2026-11-24 2026-11-26 2026-11-30 and on Sunday at 10:00 UTC it is Monday at midnight
        Pacific/Honolulu   2026-11-23T00:30:00Z 2026-11-24 2026-11-26 2026-11-30 Honolulu is 10 hours behind: still Sunday at 14:30
        Europe/Berlin      2026-11-23T13:00:01Z 2026-11-25 2026-11-27 2026-12-01 Berlin in winter: 14:00 is 13:00 UTC
        Europe/Berlin      2026-07-06T12:00:01Z 2026-07-08 2026-07-10 2026-07-14 Berlin in summer: 14:00 is 12:00 UTC
        Europe/Berlin      2026-03-27T13:00:00Z 2026-03-30 2026-04-01 2026-04-03 the Friday before clocks go forward, in time
        Europe/Berlin      2026-03-30T13:00:00Z 2026-04-01 2026-04-03 2026-04-07 the Monday after it, the same UTC time is too late
        America/New_York   2026-10-30T18:30:00Z 2026-11-03 2026-11-05 2026-11-09 the Friday before clocks go back, too late
        America/New_York   2026-11-02T18:30:00Z 2026-11-03 2026-11-05 2026-11-09 the Monday after it, the same UTC time is in time
        Asia/Kolkata       2026-11-23T08:30:00Z 2026-11-24 2026-11-26 2026-11-30 a half-hour zone";
    for row in table.trim().lines() {
        let [zone, placed, ships_on, earliest, latest] = row.split_whitespace().take(5).collect::<Vec<_>>()[..] else {
            panic!("{row}");
        };
        let arrival = schedule(in_zone(zone)).estimate(moment(placed), 0, Calendar::default());
        assert_eq!(dates(arrival), [ships_on, earliest, latest], "{row}");
    }
}

#[test]
fn holidays_are_not_worked() {
    let christmas = ["2026-12-24", "2026-12-25", "2026-12-28", "2026-12-29"];
    let schedule = schedule(ScheduleSettings {
        holidays: christmas.into_iter().map(day).collect(),
        ..ScheduleSettings::default()
    });
    let table = [
        // Handling skips the holidays: 24, 25, the weekend, 28, 29.
        ("2026-12-23T10:00:00Z", ["2026-12-30", "2027-01-01", "2027-01-05"]),
        ("2026-12-23T15:00:00Z", ["2026-12-31", "2027-01-04", "2027-01-06"]),
        ("2026-12-25T10:00:00Z", ["2026-12-31", "2027-01-04", "2027-01-06"]),
        // Transit skips them.
        ("2026-12-21T10:00:00Z", ["2026-12-22", "2026-12-30", "2027-01-01"]),
    ];
    for (placed, expected) in table {
        assert_eq!(dates(schedule.estimate(moment(placed), 0, Calendar::default())), expected, "{placed}");
    }
}

/// Epiphany, 6 January, is a holiday in Bavaria and in Austria, and none in the rest of Germany.
#[test]
fn public_holidays_at_the_location_delay_the_hand_over_and_at_the_destination_the_delivery() {
    let calendar = |name: &str| name.parse::<CalendarName>().unwrap();
    let placed = moment("2027-01-05T08:00:00Z");
    let table = [
        (None, "DE", ["2027-01-06", "2027-01-07", "2027-01-08"]),
        (Some("DE-BY"), "DE", ["2027-01-07", "2027-01-08", "2027-01-11"]),
        (None, "AT", ["2027-01-06", "2027-01-08", "2027-01-11"]),
        (Some("DE-BY"), "AT", ["2027-01-07", "2027-01-08", "2027-01-11"]),
    ];
    for (own, to, expected) in table {
        let schedule = schedule(ScheduleSettings {
            calendar: own.map(calendar),
            transit_days: DayRange { min: 1, max: 2 },
            ..ScheduleSettings::default()
        });
        assert_eq!(dates(schedule.estimate(placed, 0, Calendar::named(&calendar(to)))), expected, "{own:?} {to}");
    }
}

#[test]
fn a_week_may_have_other_working_days() {
    let schedule = schedule(ScheduleSettings {
        working_days: BTreeSet::from([Weekday::Sunday, Weekday::Wednesday]),
        transit_days: DayRange { min: 1, max: 1 },
        ..in_zone("Asia/Dubai")
    });
    let arrival = schedule.estimate(moment("2026-11-22T09:00:00Z"), 0, Calendar::default());
    assert_eq!(dates(arrival), ["2026-11-25", "2026-11-29", "2026-11-29"]);
}

#[test]
fn nothing_to_do_and_no_way_to_go_arrives_on_the_same_day() {
    let schedule = schedule(ScheduleSettings {
        handling_days: 0,
        transit_days: DayRange { min: 0, max: 0 },
        ..ScheduleSettings::default()
    });
    let monday = schedule.estimate(moment("2026-11-23T09:00:00Z"), 0, Calendar::default());
    assert_eq!(dates(monday), ["2026-11-23"; 3]);
    let saturday = schedule.estimate(moment("2026-11-28T09:00:00Z"), 0, Calendar::default());
    assert_eq!(dates(saturday), ["2026-11-30"; 3]);
}

#[test]
fn a_backorder_delays_by_calendar_days() {
    let table = [
        // Monday + 3 is Thursday, then one day of handling.
        (3, ["2026-11-27", "2026-12-01", "2026-12-03"]),
        // Monday + 5 is Saturday: work goes on on Monday.
        (5, ["2026-12-01", "2026-12-03", "2026-12-07"]),
        (6, ["2026-12-01", "2026-12-03", "2026-12-07"]),
        (7, ["2026-12-01", "2026-12-03", "2026-12-07"]),
        (8, ["2026-12-02", "2026-12-04", "2026-12-08"]),
    ];
    for (delay, expected) in table {
        let arrival = Schedule::default().estimate(moment("2026-11-23T09:00:00Z"), delay, Calendar::default());
        assert_eq!(dates(arrival), expected, "{delay} days");
    }
}

#[test]
fn a_parcel_on_its_way_is_estimated_from_the_hand_over() {
    let schedule = schedule(in_zone("Europe/Berlin"));
    let table = [
        // The cut-off applies to orders, not to a parcel that has left. 23:30 UTC is tomorrow in Berlin.
        ("2026-11-23T17:00:00Z", ["2026-11-23", "2026-11-25", "2026-11-27"]),
        ("2026-11-23T23:30:00Z", ["2026-11-24", "2026-11-26", "2026-11-30"]),
        ("2026-11-28T09:00:00Z", ["2026-11-28", "2026-12-02", "2026-12-04"]),
    ];
    for (handed_over, expected) in table {
        assert_eq!(dates(schedule.in_transit(moment(handed_over), Calendar::default())), expected, "{handed_over}");
    }
}

/// On 25 October 2026, a Sunday, 02:30 occurs twice in Berlin. On 29 March it does not occur.
#[test]
fn a_cut_off_in_the_night_of_a_clock_change_happens_once() {
    let settings = ScheduleSettings {
        cut_off: time(2, 30, 0, 0),
        working_days: BTreeSet::from([Weekday::Sunday, Weekday::Monday]),
        handling_days: 0,
        transit_days: DayRange { min: 0, max: 0 },
        ..in_zone("Europe/Berlin")
    };
    let schedule = schedule(settings);
    let table = [
        ("2026-10-25T00:30:00Z", "2026-10-25"), // 02:30, the first
        ("2026-10-25T00:45:00Z", "2026-10-26"), // 02:45
        ("2026-10-25T01:15:00Z", "2026-10-26"), // 02:15 again: the cut-off stays passed
        ("2026-03-29T00:59:00Z", "2026-03-29"), // 01:59
        ("2026-03-29T01:30:00Z", "2026-03-29"), // 03:30, which is 02:30 by yesterday's clock
        ("2026-03-29T01:31:00Z", "2026-03-30"),
    ];
    for (placed, expected) in table {
        let ships_on = schedule.estimate(moment(placed), 0, Calendar::default()).ships_on;
        assert_eq!(ships_on, day(expected), "{placed}");
    }
}

#[test]
fn a_day_that_a_zone_skipped_does_no_harm() {
    // Samoa had no 30 December 2011.
    let arrival = schedule(in_zone("Pacific/Apia")).estimate(moment("2011-12-29T22:00:00Z"), 0, Calendar::default());
    assert_eq!(dates(arrival), ["2011-12-30", "2012-01-03", "2012-01-05"]);
}

#[test]
fn the_end_of_time_is_no_panic() {
    let arrival = Schedule::default().estimate(Timestamp::MAX, u16::MAX, Calendar::default());
    assert_eq!(arrival.latest, Date::MAX);
    assert_eq!(Schedule::default().in_transit(Timestamp::MAX, Calendar::default()).latest, Date::MAX);
}

#[test]
fn every_wrong_field_is_named_at_once() {
    let wrong = ScheduleSettings {
        time_zone: "Europe/Atlantis".into(),
        cut_off: time(14, 0, 0, 0),
        handling_days: MAX_HANDLING_DAYS + 1,
        working_days: BTreeSet::new(),
        calendar: None,
        holidays: date(2026, 1, 1).series(1.day()).take(MAX_HOLIDAYS + 1).collect(),
        transit_days: DayRange { min: MAX_TRANSIT_DAYS + 2, max: MAX_TRANSIT_DAYS + 1 },
    };
    let errors = Schedule::try_from(wrong).unwrap_err();
    let fields: Vec<_> = errors.0.iter().map(|error| error.field()).collect();
    assert_eq!(
        fields,
        ["time_zone", "handling_days", "working_days", "holidays", "transit_days.min", "transit_days.max"],
    );
    let text = errors.to_string();
    assert!(text.starts_with("time_zone is not an IANA time zone; use a name"), "{text}");
    assert!(text.contains("; handling_days must be at most 90; "), "{text}");
}

#[test]
fn the_limits_themselves_are_allowed() {
    schedule(ScheduleSettings {
        handling_days: MAX_HANDLING_DAYS,
        working_days: BTreeSet::from([Weekday::Thursday]),
        holidays: date(2026, 1, 1).series(1.day()).take(MAX_HOLIDAYS).collect(),
        transit_days: DayRange { min: MAX_TRANSIT_DAYS, max: MAX_TRANSIT_DAYS },
        ..ScheduleSettings::default()
    });
}

#[test]
fn only_names_of_the_iana_database_are_time_zones() {
    for zone in ["Berlin", "Etc/Unknown", "CET-1CEST,M3.5.0,M10.5.0/3", "+02:00", "../etc/passwd"] {
        let errors = Schedule::try_from(in_zone(zone)).unwrap_err();
        assert_eq!(errors.0, [ScheduleError::UnknownTimeZone], "{zone}");
    }
    for zone in ["UTC", "America/Argentina/Buenos_Aires", "Asia/Kathmandu"] {
        schedule(in_zone(zone));
    }
}

#[test]
fn settings_are_stored_in_snake_case_and_may_be_left_out() {
    let nothing: Schedule = serde_json::from_str("{}").unwrap();
    assert_eq!(nothing, Schedule::default());

    let stored = serde_json::json!({
        "time_zone": "Europe/Berlin",
        "cut_off": "15:30:00",
        "handling_days": 2,
        "working_days": ["monday", "saturday"],
        "holidays": ["2026-12-25"],
        "transit_days": { "min": 1, "max": 3 },
    });
    let schedule: Schedule = serde_json::from_value(stored.clone()).unwrap();
    assert_eq!(serde_json::to_value(&schedule).unwrap(), stored);
    assert_eq!(schedule.settings().handling_days, 2);
}

#[test]
fn stored_settings_are_checked_when_they_are_read() {
    let table = [
        (r#"{"time_zone":"Mars/Olympus"}"#, "time_zone is not"),
        (r#"{"time_zone":""}"#, "must be a text"),
        (r#"{"working_days":[]}"#, "working_days must name"),
        (r#"{"transit_days":{"min":3,"max":2}}"#, "transit_days.min must not be"),
        (r#"{"handling_day":3}"#, "unknown field `handling_day`"),
        (r#"{"handling_days":-1}"#, "invalid value"),
        (r#"{"working_days":["Montag"]}"#, "unknown variant `Montag`"),
        (r#"{"holidays":["2026-02-30"]}"#, "parsed date is not valid"),
    ];
    for (json, message) in table {
        let error = serde_json::from_str::<Schedule>(json).unwrap_err().to_string();
        assert!(error.contains(message), "{json}: {error}");
    }
}

fn any_schedule() -> impl Strategy<Value = Schedule> {
    let zone = prop::sample::select(vec![
        "UTC",
        "Europe/Berlin",
        "America/St_Johns",
        "America/Sao_Paulo",
        "Australia/Lord_Howe",
        "Pacific/Apia",
        "Pacific/Kiritimati",
        "Pacific/Honolulu",
        "Asia/Kathmandu",
        "Asia/Beirut",
    ]);
    let weekday = prop::sample::select(vec![
        Weekday::Monday,
        Weekday::Tuesday,
        Weekday::Wednesday,
        Weekday::Thursday,
        Weekday::Friday,
        Weekday::Saturday,
        Weekday::Sunday,
    ]);
    let holiday = (0..20_000_i64).prop_map(|days| date(1990, 1, 1).saturating_add(days.days()));
    (
        zone,
        0..86_400_i64,
        0..6_u16,
        prop::collection::btree_set(weekday, 1..=7),
        prop::collection::btree_set(holiday, 0..MAX_HOLIDAYS),
        any_calendar(),
        (0..5_u16, 0..5_u16),
    )
        .prop_map(|(zone, cut_off, handling_days, working_days, holidays, calendar, (min, more))| {
            schedule(ScheduleSettings {
                cut_off: Time::midnight().wrapping_add(cut_off.seconds()),
                handling_days,
                working_days,
                calendar,
                holidays,
                transit_days: DayRange { min, max: min + more },
                ..in_zone(zone)
            })
        })
}

fn any_calendar() -> impl Strategy<Value = Option<CalendarName>> {
    let names = [None, Some("DE-BY"), Some("US"), Some("IR")];
    prop::sample::select(names.map(|name| name.map(|name| name.parse().unwrap())).to_vec())
}

fn any_destination() -> impl Strategy<Value = Calendar> {
    any_calendar().prop_map(|name| name.as_ref().map(Calendar::named).unwrap_or_default())
}

fn any_moment() -> impl Strategy<Value = Timestamp> {
    // 1990 to 2040: clock changes at midnight, skipped days, and years to come.
    (631_152_000..2_208_988_800_i64).prop_map(|second| Timestamp::from_second(second).unwrap())
}

proptest! {
    #[test]
    fn dates_are_in_order_and_worked(
        schedule in any_schedule(),
        placed in any_moment(),
        delay in 0..60_u16,
        to in any_destination(),
    ) {
        let Arrival { ships_on, earliest, latest } = schedule.estimate(placed, delay, to);
        prop_assert!(schedule.date_of(placed) <= ships_on);
        prop_assert!(ships_on <= earliest && earliest <= latest);
        prop_assert!(!schedule.settings.calendar.as_ref().is_some_and(|own| Calendar::named(own).has(ships_on)));
        for day in [ships_on, earliest, latest] {
            prop_assert!(schedule.settings.working_days.contains(&day.weekday().into()));
            prop_assert!(!schedule.settings.holidays.contains(&day));
            prop_assert!(day == ships_on || !to.has(day));
        }
    }

    #[test]
    fn a_later_moment_never_arrives_earlier(
        schedule in any_schedule(),
        placed in any_moment(),
        later in prop_oneof![0..7_200_i64, 0..1_000_000_i64],
        delay in 0..60_u16,
        to in any_destination(),
    ) {
        let before = schedule.estimate(placed, delay, to);
        let after = schedule.estimate(placed.saturating_add(later.seconds()).unwrap(), delay, to);
        prop_assert!(before.ships_on <= after.ships_on);
        prop_assert!(before.earliest <= after.earliest && before.latest <= after.latest);
    }

    #[test]
    fn a_longer_delay_never_arrives_earlier(
        schedule in any_schedule(),
        placed in any_moment(),
        delay in 0..60_u16,
        more in 0..10_u16,
        to in any_destination(),
    ) {
        let before = schedule.estimate(placed, delay, to);
        let after = schedule.estimate(placed, delay + more, to);
        prop_assert!(before.ships_on <= after.ships_on);
        prop_assert!(before.earliest <= after.earliest && before.latest <= after.latest);
    }

    #[test]
    fn a_schedule_survives_its_own_json(schedule in any_schedule()) {
        let json = serde_json::to_string(&schedule).unwrap();
        prop_assert_eq!(serde_json::from_str::<Schedule>(&json).unwrap(), schedule);
    }
}
