//! Proxies that tests put in front of the system's addresses, to interfere with requests.

use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, Method, Uri},
    response::{IntoResponse, Response},
};
use tokio::net::TcpListener;

/// Serves on a free port; yields its address without a final slash.
pub async fn serve(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

/// A request on its way.
pub struct Request {
    pub method: Method,
    pub uri: Uri,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Request {
    /// Forwards the request to `url`, and yields the answer.
    pub async fn pass_on(self, url: &str) -> Response {
        let Self { method, uri, headers, body } = self;
        let request = orderly_local::http_client().request(method, format!("{url}{uri}"));
        let answer = request.headers(headers).body(body).send().await.unwrap();
        (answer.status(), answer.headers().clone(), answer.bytes().await.unwrap()).into_response()
    }
}
