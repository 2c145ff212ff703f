//! Orderly in one process: all the functions' own `handle` against the embedded DynamoDB and SQS, with simulated time,
//! a seeded scheduler, and faults at the SDK's HTTP client. The same seed always gives the same history.

mod faults;
mod functions;
mod invocation;
mod listed;
mod network;
mod people;
mod plain;
mod queues;
mod report;
mod run;
mod scene;
mod shelves;
mod time;
mod verdict;
mod world;

pub use faults::{Call, Fault, Plan};
pub use report::Report;
pub use run::{batches, cancellations, large_orders, pairs_of_faults, run, single_faults};
pub use scene::{Large, Scene};
