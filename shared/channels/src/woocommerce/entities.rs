//! What HTML writes in place of a character: `&amp;`, `&#8211;`.

/// The longest name of a character that is looked for.
const MAX_NAME: usize = 10;

/// A title, as WordPress stores it.
pub(crate) fn title(text: &str) -> String {
    decoded(text, |name| match name {
        "nbsp" => Some(' '),
        "ndash" => Some('–'),
        "mdash" => Some('—'),
        "hellip" => Some('…'),
        "lsquo" => Some('‘'),
        "rsquo" => Some('’'),
        "ldquo" => Some('“'),
        "rdquo" => Some('”'),
        "laquo" => Some('«'),
        "raquo" => Some('»'),
        "times" => Some('×'),
        "deg" => Some('°'),
        "copy" => Some('©'),
        "reg" => Some('®'),
        "trade" => Some('™'),
        "euro" => Some('€'),
        "apos" => Some('\''),
        name => special(name).or_else(|| numbered(name)).filter(|c| !c.is_control()),
    })
}

/// A secret, as WooCommerce signs with it: it takes it for a text of a page. See `wp_specialchars_decode` with `ENT_QUOTES`.
pub(crate) fn secret(text: &str) -> String {
    decoded(text, special)
}

/// The characters that mean something in HTML.
fn special(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        name => numbered(name).filter(|c| "&<>\"'".contains(*c)),
    }
}

/// `#39` and `#x27`, with any zeros.
fn numbered(name: &str) -> Option<char> {
    let number = name.strip_prefix('#')?;
    let code = match number.strip_prefix(['x', 'X']) {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => number.parse(),
    };
    char::from_u32(code.ok()?)
}

/// Reads the text once, from its start to its end: `&amp;lt;` is `&lt;`.
fn decoded(text: &str, known: impl Fn(&str) -> Option<char>) -> String {
    let mut read = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        read.push_str(before);
        let named = after.split_once(';').filter(|(name, _)| name.len() <= MAX_NAME);
        if let Some((character, after)) = named.and_then(|(name, rest)| Some((known(name)?, rest))) {
            read.push(character);
            rest = after;
        } else {
            read.push('&');
            rest = after;
        }
    }
    read.push_str(rest);
    read
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_read_as_pages_show_them() {
        for (stored, shown) in [
            ("Ship Your Idea &ndash; Color: Black", "Ship Your Idea – Color: Black"),
            ("Salt &amp; pepper", "Salt & pepper"),
            ("Salt & pepper; oil", "Salt & pepper; oil"),
            ("5&#8243; &#x2033; &#0039;x&#39;", "5″ ″ 'x'"),
            ("&amp;lt;", "&lt;"),
            (
                "&unknown; &; &#; &#x; &#xd800; &#0; &#99999999999; &",
                "&unknown; &; &#; &#x; &#xd800; &#0; &#99999999999; &",
            ),
            ("Größe&nbsp;M", "Größe M"),
            ("&ä;", "&ä;"),
            ("", ""),
        ] {
            assert_eq!(title(stored), shown, "{stored}");
        }
    }

    #[test]
    fn of_a_secret_only_what_means_something_in_html_is_read() {
        for (written, signed_with) in [
            ("plain", "plain"),
            ("a&amp;b&lt;c&gt;d&quot;e", "a&b<c>d\"e"),
            ("&#039;&#39;&#x27;&#X0027;&#0034;&#60;&#62;&#38;", "''''\"<>&"),
            ("&ndash;&apos;&nbsp;&#65;", "&ndash;&apos;&nbsp;&#65;"),
            ("&amp;amp;", "&amp;"),
        ] {
            assert_eq!(secret(written), signed_with, "{written}");
        }
    }
}
