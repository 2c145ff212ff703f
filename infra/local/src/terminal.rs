//! Color for terminals.

use std::{
    env,
    io::{self, IsTerminal},
};

pub const PLAIN: &str = "0";
pub const BOLD: &str = "1";
pub const DIM: &str = "2";
pub const RED: &str = "31";
pub const GREEN: &str = "32";
pub const YELLOW: &str = "33";
pub const CYAN: &str = "36";

/// What text is written with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    Black,
    Colored,
}

impl Ink {
    /// Color where standard output is a terminal, unless it is not wanted (<https://no-color.org>).
    pub fn of_terminal() -> Self {
        let wanted = env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        if wanted && io::stdout().is_terminal() { Self::Colored } else { Self::Black }
    }

    pub fn paint(self, style: &str, text: &str) -> String {
        match self {
            Self::Colored if style != PLAIN => format!("\x1b[{style}m{text}\x1b[0m"),
            _ => text.to_owned(),
        }
    }
}
