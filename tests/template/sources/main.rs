//! What the sources of the workspace must keep to.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod circles;
mod modules;
mod paths;
mod providers;
mod workspace;
