//! The escapers of values in templates (`askama.toml` names them).
//!
//! Strangers write names, titles and addresses. A line break in one could forge a line of the text version, or a
//! header. A bidirectional override could reverse the rest of a line.

use askama::filters::Escaper;
use std::fmt::{self, Write};

/// For `.html`: escapes markup too.
#[derive(Debug, Clone, Copy)]
pub struct Html;

impl Escaper for Html {
    fn write_escaped_str<W: Write>(&self, mut dest: W, string: &str) -> fmt::Result {
        harmless(string).try_for_each(|c| askama::filters::Html.write_escaped_char(&mut dest, c))
    }
}

/// For `.txt`, and for subjects.
#[derive(Debug, Clone, Copy)]
pub struct Text;

impl Escaper for Text {
    fn write_escaped_str<W: Write>(&self, mut dest: W, string: &str) -> fmt::Result {
        harmless(string).try_for_each(|c| dest.write_char(c))
    }
}

pub(super) fn harmless(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter_map(|c| match c {
        // Embeddings, overrides and isolates. Right-to-left letters need none of them.
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => None,
        '\u{2028}' | '\u{2029}' => Some(' '),
        _ if c.is_control() => Some(' '),
        _ => Some(c),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn escaped(escaper: impl Escaper, text: &str) -> String {
        let mut escaped = String::new();
        assert!(escaper.write_escaped_str(&mut escaped, text).is_ok());
        escaped
    }

    #[test]
    fn what_could_do_harm_is_taken_out() {
        let table = [
            // value, as text, as HTML
            ("Ada", "Ada", "Ada"),
            ("a\r\nb\tc\0d\u{7f}e\u{85}f", "a  b c d e f", "a  b c d e f"),
            ("a\u{2028}b\u{2029}c", "a b c", "a b c"),
            ("\u{202e}gpj.exe\u{2066}", "gpj.exe", "gpj.exe"),
            ("שלום 👩🏽‍🚀 é", "שלום 👩🏽‍🚀 é", "שלום 👩🏽‍🚀 é"),
            ("<b>\"&'", "<b>\"&'", "&#60;b&#62;&#34;&#38;&#39;"),
        ];
        for (value, text, html) in table {
            assert_eq!(escaped(Text, value), text);
            assert_eq!(escaped(Html, value), html);
        }
    }
}
