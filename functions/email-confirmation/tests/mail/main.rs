//! What each kind of e-mail must say in each language, and what no stranger can make it say.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod english;
mod german;
mod reader;
mod shape;
mod strangers;
mod templates;
