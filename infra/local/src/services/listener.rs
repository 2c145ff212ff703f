//! Local addresses. They are bound first, so that they can be passed to others, and served later.

use axum::Router;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Mutex,
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinHandle,
};

/// An idle connection is closed after this time, as everybody does whom a function asks. A frozen function finds its
/// connections closed when its next event comes.
const IDLE: Duration = Duration::from_secs(2);
/// How long nothing is accepted after the system has refused (too many open files).
const PAUSE: Duration = Duration::from_millis(100);

/// Why a port cannot be bound.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    #[error("port {0} is in use by another program: stop it, or choose another port")]
    Taken(u16),
    #[error("cannot listen on port {port}")]
    Refused {
        port: u16,
        #[source]
        source: std::io::Error,
    },
}

/// A bound address on loopback that is not served yet. Connections wait.
#[derive(Debug)]
pub struct Listener {
    inner: TcpListener,
    address: SocketAddr,
}

impl Listener {
    /// Binds `port`; 0 takes any free one.
    pub async fn bind(port: u16) -> Result<Self, BindError> {
        let bound = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
        let bound = bound.and_then(|inner| Ok((inner.local_addr()?, inner)));
        match bound {
            Ok((address, inner)) => Ok(Self { inner, address }),
            Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => Err(BindError::Taken(port)),
            Err(source) => Err(BindError::Refused { port, source }),
        }
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// `http://127.0.0.1:4566`, with no final slash.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The bound socket, for servers of another kind.
    pub(crate) fn into_socket(self) -> TcpListener {
        self.inner
    }

    /// Serves `router` until [`Server::shutdown`].
    pub(crate) fn serve(self, router: Router) -> Server {
        let endpoint = self.endpoint();
        let (stop, mut stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(async move {
            let open = GracefulShutdown::new();
            loop {
                // Dropping the sender stops the server too.
                let accepted = tokio::select! { _ = &mut stopped => break, accepted = self.inner.accept() => accepted };
                match accepted {
                    Ok((stream, _)) => serve_connection(stream, router.clone(), &open),
                    Err(error) => {
                        tracing::error!(%error, "a local server accepts no connection");
                        tokio::time::sleep(PAUSE).await;
                    }
                }
            }
            drop(self.inner);
            open.shutdown().await;
        });
        Server { endpoint, running: Mutex::new(Some((stop, task))) }
    }
}

fn serve_connection(stream: TcpStream, router: Router, open: &GracefulShutdown) {
    // Answers are small, and a delay would only be waited for.
    let _ = stream.set_nodelay(true);
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(IDLE)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    // A broken connection is its client's affair.
    tokio::spawn(open.watch(connection));
}

/// A served address. Dropping it stops the server without waiting.
#[derive(Debug)]
pub(crate) struct Server {
    endpoint: String,
    running: Mutex<Option<(oneshot::Sender<()>, JoinHandle<()>)>>,
}

impl Server {
    pub(crate) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Accepts no more connections, and waits at most `grace` for open requests.
    pub(crate) async fn shutdown(&self, grace: Duration) {
        let running = self.running.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        if let Some((stop, mut task)) = running {
            let _ = stop.send(());
            if tokio::time::timeout(grace, &mut task).await.is_err() {
                task.abort();
            }
        }
    }
}
