//! What people look over a deployment with: whether its books keep the laws ([`check`]), and whether it is set up as it must be
//! ([`doctor`]).
//!
//! Everything here only reads. It is no part of any function: the clients of services that no function calls are
//! built into the tools alone.

mod aws;
pub mod check;
mod deployment;
pub mod doctor;
mod tables;

pub use aws::{AwsError, connect};
pub use deployment::{Deployment, Resource};
pub use tables::{Shape, Tables};
