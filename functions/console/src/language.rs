//! The language of whoever looks: chosen once, or as the browser says.

use crate::{
    trouble::Trouble,
    visit::{Visit, own_address},
    words::{ENGLISH, GERMAN, Words},
};
use api::{Request, Response};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    English,
    German,
}

const COOKIE: &str = "__Host-language";

impl Language {
    pub fn of(request: &Request) -> Self {
        let chosen = cookie(request, COOKIE).and_then(Self::read);
        chosen.unwrap_or_else(|| Self::accepted(request.header("accept-language").unwrap_or_default()))
    }

    /// A tag, with its region or without.
    fn read(tag: &str) -> Option<Self> {
        match tag.trim().split('-').next()?.to_ascii_lowercase().as_str() {
            "en" => Some(Self::English),
            "de" => Some(Self::German),
            _ => None,
        }
    }

    /// The one of ours that the browser likes best. Browsers name them in that order.
    fn accepted(header: &str) -> Self {
        let tags = header.split(',').filter_map(|entry| entry.split(';').next());
        tags.filter_map(Self::read).next().unwrap_or(Self::English)
    }

    pub fn words(self) -> &'static Words {
        match self {
            Self::English => &ENGLISH,
            Self::German => &GERMAN,
        }
    }
}

/// The value of a cookie. Values with other signs than our own cookies have are none.
pub fn cookie<'r>(request: &'r Request, name: &str) -> Option<&'r str> {
    let all = request.cookies.iter().filter_map(|cookie| cookie.split_once('='));
    let value = all.filter(|(own, _)| *own == name).map(|(_, value)| value).next()?;
    let is_ours = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    (!value.is_empty() && value.len() <= 200 && value.bytes().all(is_ours)).then_some(value)
}

/// `POST /console/language`
pub fn choose(visit: &Visit<'_>) -> Result<Response, Trouble> {
    let chosen = Language::read(visit.field("language")).ok_or(Trouble::Missing)?;
    let cookie = format!("{COOKIE}={}; Path=/; Secure; SameSite=Lax; Max-Age=31536000", chosen.words().tag);
    Ok(Response::redirect(own_address(visit.field("to"))).with_cookie(cookie))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_the_first_of_ours_that_the_browser_names() {
        for (header, language) in [
            ("", Language::English),
            ("de-AT,de;q=0.9,en;q=0.8", Language::German),
            ("fr,en;q=0.7,de;q=0.3", Language::English),
            ("ar, DE", Language::German),
            ("*", Language::English),
        ] {
            assert_eq!(Language::accepted(header), language, "{header}");
        }
    }
}
