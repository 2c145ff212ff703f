//! Orderly on one machine: the whole system as `template.yaml` declares it.

pub mod backing;
pub mod binaries;
pub mod channels;
pub mod client;
pub mod console;
pub mod demo;
mod error;
pub mod event_source;
mod files;
pub mod http_api;
mod keep;
pub mod lambda;
pub mod logs;
mod outside;
pub mod payments;
mod ports;
mod schedule;
pub mod seed;
pub mod services;
mod stack;
mod stream_source;
pub mod template;
pub mod terminal;
pub mod tracking;
mod triggers;

pub use self::error::StackError;
pub use self::files::KeepError;
pub use self::ports::Ports;
pub use self::stack::{Stack, StackOptions};
pub use self::triggers::Triggers;

/// The local stack's allocator. A quarter of the stack's time went into the system's allocator. The functions keep the
/// system's, because another one would be the larger part of their start (docs/adr/0004).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// An HTTP client for addresses on this machine.
pub fn http_client() -> reqwest::Client {
    // The client wants a TLS provider even if it never uses one. A second installation changes nothing.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // Local addresses have no certificates, so the machine's root certificates need not be read.
    reqwest::Client::builder().tls_certs_only([]).no_proxy().build().unwrap_or_default()
}
