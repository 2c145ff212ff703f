//! What a run comes to.

use crate::faults::{Call, Fault};

/// What became of a run.
#[derive(Debug)]
pub struct Report {
    /// The requests that the functions made, in order.
    pub calls: Vec<Call>,
    /// What went wrong with some of them.
    pub happened: Vec<(Call, Fault)>,
    /// Laws that do not hold at the end, and answers that nobody may get.
    pub broken: Vec<String>,
    /// E-mails that went out more than once because a process died, or an answer was lost, before they were recorded.
    pub doubled_mails: usize,
    /// Line by line what happened. The same seed has the same.
    pub trace: Vec<String>,
    /// Orders that were accepted.
    pub orders: usize,
}
