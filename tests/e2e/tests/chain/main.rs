//! The whole chain with the very binaries that are deployed: every test has a stack of its own, in memory.
//! Time passes by hand ([`World::time_passes`]), and each test ends with the laws that always hold ([`laws`]).

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod access;
mod binaries;
mod demo;
mod goods;
mod hostile;
mod kills;
mod laws;
mod life;
mod messages;
mod money;
mod provider;
mod reaper;
mod relay;
mod shop;
mod tables;
mod world;
