//! The ports of the local stack.

/// The port of each part; 0 takes any free port.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ports {
    pub api: u16,
    pub console: u16,
    pub services: u16,
    pub invoke: u16,
    pub shop: u16,
    pub stripe: u16,
    pub warehouse: u16,
}
