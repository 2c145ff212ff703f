//! A sentence that is written once and reads well as HTML and as plain text.

use std::{fmt, ops::Add};

/// Text with emphasized parts. `parts.html` renders the spans as HTML and escapes them like every other value. As plain
/// text they are simply joined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence(Vec<Span>);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Span {
    Plain(String),
    Strong(String),
    /// The name of a person. Its direction may differ from that of the words around it.
    Name(String),
}

pub(super) fn plain(text: impl Into<String>) -> Sentence {
    Sentence(vec![Span::Plain(text.into())])
}

pub(super) fn strong(text: impl Into<String>) -> Sentence {
    Sentence(vec![Span::Strong(text.into())])
}

pub(super) fn name(text: impl Into<String>) -> Sentence {
    Sentence(vec![Span::Name(text.into())])
}

impl Sentence {
    pub(super) fn spans(&self) -> &[Span] {
        &self.0
    }
}

impl Add for Sentence {
    type Output = Self;

    fn add(mut self, rest: Self) -> Self {
        self.0.extend(rest.0);
        self
    }
}

impl<T: Into<String>> Add<T> for Sentence {
    type Output = Self;

    fn add(self, rest: T) -> Self {
        self + plain(rest)
    }
}

impl fmt::Display for Sentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|span| {
            let (Span::Plain(text) | Span::Strong(text) | Span::Name(text)) = span;
            f.write_str(text)
        })
    }
}
