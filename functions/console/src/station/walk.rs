//! Where somebody is on the walk. It is kept nowhere but in the page: in the fields of its forms and in its address. What counts is told
//! to the API with each scan, so whoever loses the page loses nothing but which bin was scanned last, and what was not found.

use super::job::{Job, Stop};

#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Walk {
    /// The bin that was scanned.
    pub bin: String,
    /// The tote that was scanned before its goods.
    pub tote: String,
    /// The tote that the last goods go into, until it is scanned or something else is.
    pub into: String,
    /// The stop that was counted last.
    pub last: String,
    /// Stops where something was not found.
    pub missing: Vec<Missing>,
}

/// A stop with fewer good units than are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    pub stop: String,
    /// Whether the units lie there and are broken.
    pub is_damaged: bool,
}

const DAMAGED: &str = "damaged";

impl Missing {
    fn read(text: &str) -> Option<Self> {
        let (stop, why) = text.rsplit_once('/')?;
        Some(Self { stop: stop.to_owned(), is_damaged: why == DAMAGED })
    }

    fn text(&self) -> String {
        format!("{}/{}", self.stop, if self.is_damaged { DAMAGED } else { "gone" })
    }
}

impl Walk {
    /// As the fields of a form or of an address have it.
    pub fn read<'f>(field: impl Fn(&str) -> &'f str) -> Self {
        let text = |name| field(name).to_owned();
        let missing = field("missing").split(' ').filter_map(Missing::read).collect();
        Self { bin: text("bin"), tote: text("tote"), into: text("into"), last: text("last"), missing }
    }

    pub fn fields(&self) -> Vec<(&'static str, String)> {
        let missing: Vec<String> = self.missing.iter().map(Missing::text).collect();
        let all = [
            ("bin", self.bin.clone()),
            ("tote", self.tote.clone()),
            ("into", self.into.clone()),
            ("last", self.last.clone()),
            ("missing", missing.join(" ")),
        ];
        all.into_iter().filter(|(_, value)| !value.is_empty()).collect()
    }

    /// Notes that units of a stop are not there, or are broken.
    pub fn miss(&mut self, stop: &str, is_damaged: bool) {
        self.missing.retain(|missing| missing.stop != stop);
        self.missing.push(Missing { stop: stop.to_owned(), is_damaged });
        (self.bin, self.tote, self.into) = Default::default();
    }

    fn misses(&self, stop: &Stop) -> bool {
        let id = stop.id();
        self.missing.iter().any(|missing| missing.stop == id)
    }

    /// Where to go next.
    pub fn next<'j>(&self, job: &'j Job) -> Option<&'j Stop> {
        job.stops.iter().find(|stop| stop.left() > 0 && !self.misses(stop))
    }

    /// The next few after that.
    pub fn then<'j>(&self, job: &'j Job) -> Vec<&'j Stop> {
        job.stops.iter().filter(|stop| stop.left() > 0 && !self.misses(stop)).skip(1).take(5).collect()
    }

    /// The stops where something is missing, with whether it is damaged.
    pub fn short<'j>(&self, job: &'j Job) -> Vec<(&'j Stop, bool)> {
        let of = |missing: &Missing| Some((job.stop(&missing.stop)?, missing.is_damaged));
        self.missing.iter().filter_map(of).filter(|(stop, _)| stop.left() > 0).collect()
    }
}
