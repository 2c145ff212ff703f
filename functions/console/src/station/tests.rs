use super::{
    job::{Job, Stop},
    walk::Walk,
};
use serde_json::json;

fn job() -> Job {
    let stop = |line: u32, bin: &str, state: &str, scanned: u32| {
        json!({ "state": state, "bin": bin, "sku": format!("SKU-{line}"), "title": "A thing", "quantity": 2,
                "scanned": scanned, "tote": "A", "order": "ord_1", "fulfillment": "01", "line": line })
    };
    let stops = json!([
        stop(0, "A-1", "to_pick", 2),
        stop(1, "A-2", "on_hold", 0),
        stop(2, "A-3", "to_pick", 1),
        stop(3, "A-4", "to_pick", 0)
    ]);
    serde_json::from_value(json!({ "is_batch": true, "status": "picking", "stops": stops })).unwrap()
}

#[test]
fn the_walk_goes_to_the_next_stop_where_something_is_to_be_taken() {
    let (job, mut walk) = (job(), Walk::default());
    assert_eq!(walk.next(&job).map(Stop::bin), Some("A-3"));
    assert_eq!(walk.then(&job).iter().map(|stop| stop.bin()).collect::<Vec<_>>(), ["A-4"]);
    walk.miss("ord_1/01/2", false);
    assert_eq!(walk.next(&job).map(Stop::bin), Some("A-4"));
    walk.miss("ord_1/01/3", true);
    walk.miss("ord_1/01/0", false);
    assert_eq!(walk.next(&job).map(Stop::bin), None);
    let short: Vec<_> =
        walk.short(&job).iter().map(|(stop, is_damaged)| (stop.bin(), stop.left(), *is_damaged)).collect();
    assert_eq!(short, [("A-3", 1, false), ("A-4", 2, true)], "what is complete is not short");
    assert_eq!(job.progress(), (3, 8));
}

#[test]
fn where_somebody_is_stands_in_the_page_and_is_read_back() {
    let mut walk = Walk { bin: "A-3".into(), into: "B 2".into(), last: "ord_1/01/0".into(), ..Walk::default() };
    let read = |walk: &Walk| {
        let fields = walk.fields();
        let value = |name: &str| fields.iter().find(|(own, _)| *own == name).map_or("", |(_, value)| value.as_str());
        Walk::read(value)
    };
    assert_eq!(read(&walk), walk);
    walk.miss("ord_1/01/2", true);
    walk.miss("ord_1/02/0", false);
    assert_eq!((walk.bin.as_str(), walk.into.as_str()), ("", ""), "another bin comes");
    assert_eq!(read(&walk), walk);
    assert_eq!(Walk::read(|_| "nonsense").missing, []);
}
