//! The console's cookies: the key of the session, and the language that was chosen.

use api::Request;

const SESSION: &str = "__Host-session";
const LANGUAGE: &str = "__Host-language";

/// The key of the session, if the browser sends one.
pub fn session(request: &Request) -> Option<&str> {
    value(request, SESSION)
}

/// The cookie of a session. Only this host gets it, only over TLS (loopback counts as that), no script sees it, and no other site's
/// request carries it. With an age of 0 the browser forgets it.
pub fn of_session(key: &str, age: i64) -> String {
    format!("{SESSION}={key}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age={age}")
}

/// The tag of the language that was chosen.
pub fn language(request: &Request) -> Option<&str> {
    value(request, LANGUAGE)
}

/// The cookie of a language, for a year.
pub fn of_language(tag: &str) -> String {
    format!("{LANGUAGE}={tag}; Path=/; Secure; SameSite=Lax; Max-Age=31536000")
}

/// The value of a cookie. Values with other signs than our own cookies have are none.
fn value<'r>(request: &'r Request, name: &str) -> Option<&'r str> {
    let all = request.cookies.iter().filter_map(|cookie| cookie.split_once('='));
    let value = all.filter(|(own, _)| *own == name).map(|(_, value)| value).next()?;
    let is_ours = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    (!value.is_empty() && value.len() <= 200 && value.bytes().all(is_ours)).then_some(value)
}
