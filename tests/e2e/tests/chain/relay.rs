//! Addresses that tests put before those of the system, to meddle with what goes through.

use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, Method, Uri},
    response::{IntoResponse, Response},
};
use tokio::net::TcpListener;

/// Answers on a free port, and yields its address without a final slash.
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
    /// Asks for it at `url`, and yields the answer.
    pub async fn pass_on(self, url: &str) -> Response {
        let Self { method, uri, headers, body } = self;
        let request = orderly_local::http_client().request(method, format!("{url}{uri}"));
        let answer = request.headers(headers).body(body).send().await.unwrap();
        (answer.status(), answer.headers().clone(), answer.bytes().await.unwrap()).into_response()
    }
}
