//! Rules of the workspace's sources.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod circles;
mod modules;
mod paths;
mod providers;
mod workspace;
