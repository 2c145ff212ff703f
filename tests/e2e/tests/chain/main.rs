//! Tests of the whole chain with the deployed binaries. Every test has its own stack in memory. Tests advance time
//! explicitly ([`World::time_passes`]) and end with the laws that always hold ([`laws`]).

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod access;
mod assortment;
mod attention;
mod bank;
mod batches;
mod binaries;
mod bounces;
mod captures;
mod check;
mod codes;
mod console;
mod demo;
mod digests;
mod disputes;
mod doctor;
mod documents;
mod field;
mod goods;
mod hostile;
mod invoices;
mod keys;
mod kills;
mod large;
mod laws;
mod life;
mod line;
mod locations;
mod manual;
mod messages;
mod money;
mod people;
mod provider;
mod providers;
mod readme;
mod reaper;
mod relay;
mod restore;
mod scans;
mod shelves;
mod shop;
mod tables;
mod thaw;
mod world;
