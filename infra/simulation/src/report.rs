//! The report of a run.

use crate::faults::{Call, Fault};

/// The result of a run.
#[derive(Debug)]
pub struct Report {
    /// The requests that the functions made, in order.
    pub calls: Vec<Call>,
    /// The faults that happened.
    pub happened: Vec<(Call, Fault)>,
    /// Laws that are broken at the end, and answers that must never be given.
    pub broken: Vec<String>,
    /// E-mails that were sent twice or more because a process died, or an answer was lost, before the sending was
    /// recorded.
    pub doubled_mails: usize,
    /// The trace, line by line. The same seed gives the same trace.
    pub trace: Vec<String>,
    /// The number of accepted orders.
    pub orders: usize,
}
