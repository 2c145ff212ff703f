//! A request of a browser, as the pages see it.

use crate::{App, client::Client, cookies, language::Language, trouble::Trouble, words::Words};
use api::Request;
use std::collections::BTreeMap;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    Get,
    Post,
}

/// The fields of a form, or of a query string. Of a name that comes again, the last value.
pub type Fields = BTreeMap<String, String>;

/// A form of an order with 500 lines has some 20 KB.
const MAX_FORM: usize = 128 * 1024;

pub struct Visit<'v> {
    pub app: &'v App,
    pub request: &'v Request,
    pub method: Method,
    /// What stands after `/console/`.
    pub path: &'v str,
    pub language: Language,
    /// What was sent by a form.
    pub form: Fields,
}

impl<'v> Visit<'v> {
    pub fn new(app: &'v App, request: &'v Request) -> Self {
        let method = if request.route.starts_with("POST ") { Method::Post } else { Method::Get };
        let sent = if request.body.len() > MAX_FORM { &[] } else { request.body.as_slice() };
        Self {
            app,
            request,
            method,
            path: request.path.get("page").map_or("", String::as_str),
            language: Language::of(request),
            form: form_urlencoded::parse(sent).into_owned().collect(),
        }
    }

    pub fn words(&self) -> &'static Words {
        self.language.words()
    }

    /// A field of the form, without spaces around it. Empty if it was not sent.
    pub fn field(&self, name: &str) -> &str {
        self.form.get(name).map(|value| value.trim()).unwrap_or_default()
    }

    /// A parameter of the query string. Empty if it is not there.
    pub fn query(&self, name: &str) -> &str {
        self.request.query.get(name).map(|value| value.trim()).unwrap_or_default()
    }

    /// The API, asked as whoever has signed in.
    pub fn api(&self) -> Result<Client<'v>, Trouble> {
        let key = cookies::session(self.request).ok_or(Trouble::SignedOut)?;
        Ok(self.api_with(key.to_owned()))
    }

    /// The API, asked with this key.
    pub fn api_with(&self, key: String) -> Client<'v> {
        let base = self.app.api.clone().unwrap_or_else(|| format!("https://{}", self.request.domain));
        Client::new(&self.app.web, &self.app.files, base, key)
    }

    /// Refuses a form that was not sent by a page of the console. Browsers tell where a request comes from: by `Sec-Fetch-Site`, older
    /// ones by `Origin`. What tells neither is no browser that could have been tricked, and has no way in either.
    pub fn must_come_from_here(&self) -> Result<(), Trouble> {
        let comes_from_here = match (self.request.header("sec-fetch-site"), self.request.header("origin")) {
            (Some(site), _) => site == "same-origin",
            (None, Some(origin)) => self
                .request
                .header("host")
                .is_some_and(|host| origin.split_once("://").is_some_and(|(_, of)| of.eq_ignore_ascii_case(host))),
            (None, None) => false,
        };
        if !comes_from_here {
            return Err(Trouble::Elsewhere);
        }
        if self.request.body.len() > MAX_FORM { Err(Trouble::TooMuch) } else { Ok(()) }
    }

    /// Whether a link of another site leads here. Then the browser keeps the cookie back (`SameSite=Strict`).
    pub fn comes_from_elsewhere(&self) -> bool {
        self.request.header("sec-fetch-site").is_some_and(|site| site == "cross-site" || site == "same-site")
    }

    /// Whether a script of the page asks, which shows the answer in its place. Others are redirected after a form, so that a reload
    /// sends nothing again.
    pub fn is_of_a_script(&self) -> bool {
        self.request.header("sec-fetch-dest").is_some_and(|what| what == "empty")
    }

    pub fn takes_gzip(&self) -> bool {
        self.request
            .header("accept-encoding")
            .is_some_and(|all| all.split(',').any(|one| one.trim().starts_with("gzip")))
    }

    /// The address of the page, to come back to. A form's is that of the page that it stands on.
    pub fn here(&self) -> String {
        let path = match (self.method, self.path.split('/').collect::<Vec<_>>().as_slice()) {
            (Method::Post, ["orders", order, ..]) => format!("orders/{order}"),
            (Method::Post, ["stock", ..]) => "stock".to_owned(),
            (Method::Post, ["pick", batch, _]) => format!("pick/{batch}"),
            (Method::Post, [station @ ("pick" | "pack"), order, id, _]) => format!("{station}/{order}/{id}"),
            (Method::Post, ["pick", ..]) => "pick".to_owned(),
            (Method::Post, _) => String::new(),
            (Method::Get, _) => self.path.to_owned(),
        };
        let mut query: Vec<(&String, &String)> = match self.method {
            Method::Get => self.request.query.iter().filter(|(name, _)| *name != "done").collect(),
            Method::Post => Vec::new(),
        };
        query.sort();
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
        let path = if path.is_empty() { "/console".to_owned() } else { format!("/console/{path}") };
        if query.is_empty() { path } else { format!("{path}?{query}") }
    }
}

/// An address of the console, and of nothing else: whoever sends a link with another one leads nobody there.
pub fn own_address(to: &str) -> &str {
    let is_own = to == "/console" || to.starts_with("/console/") || to.starts_with("/console?");
    let is_plain = to.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\') && !to.contains("//");
    if is_own && is_plain && to.len() <= 1_000 { to } else { "/console" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_another_site_is_none_of_ours() {
        for own in
            ["/console", "/console?why=on_hold", "/console/orders/ord_1", "/console/orders?status=open&from=2026-11-01"]
        {
            assert_eq!(own_address(own), own);
        }
        let long = format!("/console/{}", "x".repeat(1_000));
        for other in [
            "",
            "/",
            "/orders",
            "https://evil.example",
            "//evil.example/console",
            "/console//evil.example",
            "/consoles",
            "/console\\evil.example",
            "/console/\r\nset-cookie:x",
            "javascript:alert(1)",
            &long,
        ] {
            assert_eq!(own_address(other), "/console", "{other}");
        }
    }
}
