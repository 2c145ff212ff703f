#![allow(clippy::unwrap_used)]

use super::super::Aws;
use super::*;
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// A server that answers the first `alive` requests of each connection, and nothing after that: as if what is between had
/// forgotten the connection.
struct Server {
    url: String,
    connections: Arc<AtomicUsize>,
}

impl Server {
    async fn answering(alive: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let connections = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&connections);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                counter.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(answer(stream, alive));
            }
        });
        Self { url, connections }
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }
}

async fn answer(mut stream: TcpStream, alive: usize) {
    let (mut buffer, mut answered) = ([0; 4096], 0);
    while stream.read(&mut buffer).await.is_ok_and(|length| length > 0) {
        if answered < alive {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await.unwrap();
            answered += 1;
        }
    }
}

/// A sandbox whose wall clock is set by hand. No time passes for its monotonic clock.
struct Sandbox {
    seconds: Arc<AtomicI64>,
    aws: Aws,
}

impl Sandbox {
    fn new() -> Self {
        let seconds = Arc::new(AtomicI64::new(1_764_000_000));
        let time = Arc::clone(&seconds);
        let clock = Clock::new(move || Timestamp::from_second(time.load(Ordering::Relaxed)).unwrap());
        let credentials = SharedCredentialsProvider::new(Credentials::new("test", "test", None, None, "test"));
        let aws = Aws::new("us-east-1".to_owned(), credentials, None, &clock, over_tls);
        Self { seconds, aws }
    }

    fn freezes_for(&self, seconds: i64) {
        self.seconds.fetch_add(seconds, Ordering::Relaxed);
    }

    async fn asks(&self, server: &Server) -> Result<http::StatusCode, String> {
        let request = http::Request::post(&server.url).body(Vec::new()).unwrap();
        let answer = self.aws.web(Duration::from_millis(300)).send(request).await;
        answer.map(|answer| answer.status).map_err(|error| error.to_string())
    }

    async fn asks_dynamodb(&self, server: &Server) -> bool {
        let config = aws_sdk_dynamodb::config::Builder::from(self.aws.config()).endpoint_url(&server.url).build();
        aws_sdk_dynamodb::Client::from_conf(config).list_tables().send().await.is_ok()
    }
}

#[tokio::test]
async fn a_connection_is_used_again_for_a_while() {
    let (server, sandbox) = (Server::answering(usize::MAX).await, Sandbox::new());
    for (passed, connections) in [(0, 1), (1, 1), (2, 1), (2, 2), (3, 2), (1, 3)] {
        sandbox.freezes_for(passed);
        sandbox.asks(&server).await.unwrap();
        assert_eq!(server.connections(), connections);
    }
}

#[tokio::test]
async fn a_host_that_is_asked_seldom_meets_no_connection_that_a_busy_one_kept() {
    let (busy, seldom, sandbox) = (Server::answering(usize::MAX).await, Server::answering(1).await, Sandbox::new());
    for _ in 0..3 {
        sandbox.asks(&seldom).await.unwrap();
        for _ in 0..3 {
            sandbox.freezes_for(2);
            sandbox.asks(&busy).await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_request_that_is_sent_once_never_meets_a_connection_from_before_a_freeze() {
    let (server, sandbox) = (Server::answering(1).await, Sandbox::new());
    sandbox.asks(&server).await.unwrap();
    assert!(sandbox.asks(&server).await.is_err(), "the second request of a connection is not answered");
    for _ in 0..3 {
        sandbox.freezes_for(5);
        sandbox.asks(&server).await.unwrap();
    }
    assert_eq!(server.connections(), 4);
}

#[tokio::test]
async fn aws_is_asked_over_a_new_connection_within_a_minute() {
    let (server, sandbox) = (Server::answering(usize::MAX).await, Sandbox::new());
    for (frozen, connections) in [(0, 1), (30, 1), (19, 1), (1, 2), (49, 2), (60, 3), (3_600, 4)] {
        sandbox.freezes_for(frozen);
        assert!(sandbox.asks_dynamodb(&server).await);
        assert_eq!(server.connections(), connections, "after {frozen} s");
    }
}

#[tokio::test]
async fn a_clock_that_was_set_back_is_taken_for_a_freeze() {
    let (server, sandbox) = (Server::answering(usize::MAX).await, Sandbox::new());
    sandbox.asks(&server).await.unwrap();
    sandbox.freezes_for(-3_600);
    sandbox.asks(&server).await.unwrap();
    assert_eq!(server.connections(), 2);
}
