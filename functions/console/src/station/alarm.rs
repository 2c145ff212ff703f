//! What stops everything: a scan that is wrong, with what was scanned and what was expected.

use super::job::Stop;
use crate::{trouble::Problem, words::Words};

/// Something that may be scanned now.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Expected {
    pub units: u32,
    pub sku: String,
    pub title: String,
    pub bin: String,
    pub tote: String,
}

impl From<&Stop> for Expected {
    fn from(stop: &Stop) -> Self {
        let (bin, tote) = (stop.bin().to_owned(), stop.tote().to_owned());
        Self { units: stop.left(), sku: stop.sku.clone(), title: stop.title.clone(), bin, tote }
    }
}

/// The status of a page with an alarm: it is not what was asked for.
pub const STATUS: u16 = 409;

#[derive(Debug)]
pub struct Alarm {
    pub title: &'static str,
    /// What was scanned, as it was read. Empty: nothing was.
    pub scanned: String,
    /// The product that it is, if it is known.
    pub what: Option<String>,
    pub expected: Vec<Expected>,
    /// What the API says, where the title says too little.
    pub problem: Option<Problem>,
}

impl Alarm {
    /// Of what the API refuses. `kind`: what that is here.
    pub fn new(w: &'static Words, kind: &str, scanned: &str, problem: Problem) -> Self {
        let title = title(w, kind);
        let problem = Some(problem).filter(|_| title.is_none());
        let title = title.unwrap_or(w.conflict);
        Self { title, scanned: shown(scanned), what: None, expected: Vec::new(), problem }
    }
}

fn title(w: &'static Words, kind: &str) -> Option<&'static str> {
    Some(match kind {
        "wrong-item" => w.wrong_item,
        "wrong-bin" => w.wrong_bin,
        "wrong-tote" => w.wrong_tote,
        "too-many-picked" | "too-many-packed" => w.too_many,
        "not-found" | "invalid" => w.unknown_code,
        "on-hold" => w.held_leave,
        "not-claimed" => w.not_claimed,
        _ => return None,
    })
}

/// A code as people see it: what cannot be seen has a sign.
pub fn shown(code: &str) -> String {
    code.chars().map(|sign| if sign.is_control() { '\u{241d}' } else { sign }).collect()
}
