//! What a reader sees in an e-mail.

use email_confirmation::mail::Rendered;

/// The HTML's text without tags, styles and comments.
pub(crate) fn visible(html: &str) -> String {
    let body = &html[html.find("<body").unwrap()..];
    let mut text = String::new();
    for part in body.split('<').skip(1) {
        let (tag, after) = part.split_once('>').unwrap();
        let name = tag.trim_start_matches('/').split(' ').next();
        if !matches!(name, Some("a" | "span" | "strong")) {
            text.push(' ');
        }
        text.push_str(after);
    }
    let entities = [
        ("&nbsp;", " "),
        ("&zwnj;", ""),
        ("&#847;", ""),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#38;", "&"),
    ];
    one_line(&entities.iter().fold(text, |text, (entity, char)| text.replace(entity, char)))
}

/// The text in one line, with every space a plain one, no-break spaces too.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Asserts that both versions say it.
pub(crate) fn assert_says(mail: &Rendered, wanted: &[&str]) {
    let (text, html) = (one_line(&mail.text), visible(&mail.html));
    for wanted in wanted {
        assert!(text.contains(wanted), "the text does not say {wanted:?}:\n{}", mail.text);
        assert!(html.contains(wanted), "the HTML does not say {wanted:?}:\n{html}");
    }
}

/// Asserts that neither version says it.
pub(crate) fn assert_silent(mail: &Rendered, unwanted: &str) {
    assert!(!one_line(&mail.text).contains(unwanted), "{}", mail.text);
    assert!(!visible(&mail.html).contains(unwanted), "{}", visible(&mail.html));
}

/// Asserts the subject. It may have no-break spaces too.
pub(crate) fn assert_subject(mail: &Rendered, wanted: &str) {
    assert_eq!(one_line(&mail.subject), wanted);
}
