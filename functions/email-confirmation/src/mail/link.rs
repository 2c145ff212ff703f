//! Addresses that customers click on.

use std::fmt;

/// A web address: `https` or `http`, and nothing that could end the attribute or run as a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link(String);

impl Link {
    /// `None` for anything that is not a web address. Escaping does not make `javascript:` harmless.
    pub fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
        let has_host = rest.starts_with(|first: char| first.is_alphanumeric() || first == '[');
        let plain = !text.contains(|c: char| c.is_whitespace() || c.is_control() || "<>\"'`\\".contains(c));
        (has_host && plain).then(|| Self(text.to_owned()))
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_addresses_are_links() {
        for good in [
            "https://track.example/1Z999?a=b&c=d#e",
            "http://localhost:3000/t/1",
            "http://[::1]/",
            "https://bücher.example/ö",
        ] {
            assert_eq!(Link::parse(good).map(|link| link.to_string()).as_deref(), Some(good));
        }
        for bad in [
            "",
            "track.example/1",
            "//track.example/1",
            "javascript:alert(1)",
            "JAVASCRIPT://x.example/%0aalert(1)",
            "data:text/html,x",
            "https://",
            "https:///x",
            " https://x.example/",
            "https://x.example/a b",
            "https://x.example/\r\nBcc: y@example.com",
            "https://x.example/\"onclick=\"x",
            "https://x.example/<script>",
        ] {
            assert_eq!(Link::parse(bad), None, "{bad:?}");
        }
    }
}
