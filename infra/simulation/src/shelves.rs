//! Watches the stock after every write: what must hold at any moment, and not only at rest.

use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The levels as they were after the last write, and what was wrong since the beginning.
#[derive(Debug, Default)]
pub struct Shelves {
    levels: BTreeMap<String, Level>,
    wrong: Vec<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Level {
    /// Reserved and committed.
    promised: i64,
    /// On hand, and neither promised nor unsellable.
    free: i64,
    is_closed: bool,
}

impl Level {
    fn of(item: &Map<String, Value>) -> Self {
        let of = |name: &str| item.get(name).map_or(0, number);
        let promised = of("reserved") + of("committed");
        let free = of("on_hand") - promised - of("damaged") - of("quality_control") - of("safety");
        Self { promised, free, is_closed: item.contains_key("recount_since") }
    }
}

fn number(value: &Value) -> i64 {
    value["N"].as_str().and_then(|units| units.parse().ok()).unwrap_or(0)
}

impl Shelves {
    /// Takes the items of all levels after a write.
    ///
    /// A shelf may turn out to hold less than is promised; then nothing more may be promised from it.
    pub fn look(&mut self, items: &Value) {
        for item in items.as_array().into_iter().flatten().filter_map(Value::as_object) {
            let place = format!("{} {}", item["sku"]["S"], item["item"]["S"]);
            for (bucket, units) in item.iter().filter(|(name, units)| *name != "available" && number(units) < 0) {
                self.wrong.push(format!("{place}: {bucket} was {} for a while", units["N"]));
            }
            let now = Level::of(item);
            let before = self.levels.insert(place.clone(), now).unwrap_or_default();
            if now.promised <= before.promised {
                continue;
            }
            if now.free < 0 {
                self.wrong.push(format!("{place}: {} units were promised and not there", -now.free));
            }
            if before.is_closed && now.is_closed {
                self.wrong.push(format!("{place}: units were promised from a shelf that nobody had counted"));
            }
        }
    }

    pub fn wrong(&self) -> Vec<String> {
        self.wrong.clone()
    }
}
