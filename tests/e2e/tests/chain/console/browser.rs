//! As much of a browser as the tests need: cookies, forms, and no redirect that is followed by itself.

use crate::world::World;
use reqwest::{Method, header::HeaderMap, redirect::Policy};
use std::collections::BTreeMap;

pub struct Browser {
    http: reqwest::Client,
    base: String,
    pub cookies: BTreeMap<String, String>,
}

/// An answer, with its text if it is one.
pub struct Shown {
    pub status: u16,
    headers: HeaderMap,
    pub bytes: Vec<u8>,
    pub html: String,
}

impl Browser {
    pub fn new(world: &World) -> Self {
        let _ = orderly_local::http_client(); // installs what the client below wants
        let http = reqwest::Client::builder().tls_certs_only([]).no_proxy().redirect(Policy::none()).build().unwrap();
        Self { http, base: world.stack.api_url().to_owned(), cookies: BTreeMap::new() }
    }

    pub async fn signed_in(world: &World, key: &str) -> Self {
        let mut browser = Self::new(world);
        let answer = browser.post("/console/sign-in", &[("key", key), ("to", "/console")]).await;
        assert_eq!((answer.status, answer.leads_to()), (303, "/console"), "{}", answer.html);
        browser
    }

    pub async fn get(&mut self, path: &str) -> Shown {
        self.send(Method::GET, path, None, &[("sec-fetch-site", "same-origin")]).await
    }

    /// Sends a form of a page of the console.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Shown {
        self.send(Method::POST, path, Some(fields), &[("sec-fetch-site", "same-origin")]).await
    }

    pub async fn send(
        &mut self,
        method: Method,
        path: &str,
        form: Option<&[(&str, &str)]>,
        headers: &[(&str, &str)],
    ) -> Shown {
        let mut request = self.http.request(method, format!("{}{path}", self.base));
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        request = request.header("cookie", cookies.join("; "));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(form) = form {
            request = request.form(form);
        }
        let answer = request.send().await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let bytes = answer.bytes().await.unwrap().to_vec();
        for cookie in headers.get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            if cookie.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let html = String::from_utf8_lossy(&bytes).into_owned();
        Shown { status, headers, bytes, html }
    }
}

impl Shown {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    /// Where a redirect leads. Empty if it is none.
    pub fn leads_to(&self) -> &str {
        self.header("location")
    }

    /// A whole `Set-Cookie`.
    pub fn cookie(&self, name: &str) -> &str {
        let all = self.headers.get_all("set-cookie").into_iter().map(|cookie| cookie.to_str().unwrap());
        all.into_iter().find(|cookie| cookie.starts_with(&format!("{name}="))).unwrap_or_default()
    }
}
