//! A proxy in front of AWS that kills function processes (SIGKILL) at their requests.

use crate::{
    relay::{Request, serve},
    world::World,
};
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Method, Uri},
    response::Response,
};
use orderly_local::{Stack, StackOptions, lambda::Lambda};
use std::{
    collections::HashMap,
    future,
    sync::{Arc, Mutex},
};

/// The fate of an invocation at its n-th request. Work that has died twice is spared the third time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Fate {
    /// The process dies before the request is carried out.
    #[default]
    Before,
    /// The process dies after the request was carried out and before it is answered.
    After,
    Spared,
}

#[derive(Clone, Default)]
pub struct Reaper(Arc<Mutex<Plan>>);

#[derive(Default)]
struct Plan {
    /// The AWS services and the functions; none until the system is started.
    behind: Option<(String, Lambda)>,
    /// The request to kill at; none kills nothing.
    nth: Option<usize>,
    /// By function and trace. Each invocation has its own trace.
    invocations: HashMap<(String, String), Invocation>,
    /// The fate of a function's next invocation.
    next: HashMap<String, Fate>,
    deaths: usize,
}

struct Invocation {
    requests: usize,
    fate: Fate,
}

impl Reaper {
    /// Starts a system whose functions reach AWS through this proxy.
    pub async fn start() -> (World, Self) {
        let reaper = Self::default();
        let url = serve(Router::new().fallback(meet).with_state(reaper.clone())).await;
        let set = |options: &mut StackOptions| {
            options.parameters.insert("AwsEndpoint".to_owned(), url);
        };
        let started = |stack: &Stack| {
            reaper.0.lock().unwrap().behind = Some((stack.endpoint().to_owned(), stack.lambda().clone()));
        };
        (World::start_between(set, started).await, reaper)
    }

    /// Kills invocations at their n-th request from now on.
    pub fn comes(&self, nth: usize) {
        let mut plan = self.0.lock().unwrap();
        let behind = plan.behind.take();
        *plan = Plan { behind, nth: Some(nth), ..Plan::default() };
    }

    /// Stops killing; yields the number of kills.
    pub fn goes(&self) -> usize {
        let mut plan = self.0.lock().unwrap();
        plan.nth = None;
        plan.deaths
    }
}

impl Plan {
    /// Decides the fate of the invocation that makes this request.
    fn meets(&mut self, function: &str, trace: &str) -> Fate {
        let Some(nth) = self.nth else { return Fate::Spared };
        let next = self.next.entry(function.to_owned()).or_default();
        let key = (function.to_owned(), trace.to_owned());
        let invocation = self.invocations.entry(key).or_insert_with(|| {
            let fate = *next;
            if fate == Fate::Spared {
                *next = Fate::Before;
            }
            Invocation { requests: 0, fate }
        });
        invocation.requests += 1;
        if invocation.requests != nth || invocation.fate == Fate::Spared {
            return Fate::Spared;
        }
        *next = if invocation.fate == Fate::Before { Fate::After } else { Fate::Spared };
        self.deaths += 1;
        invocation.fate
    }
}

async fn meet(State(reaper): State<Reaper>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let function = sender(&headers).to_owned();
    // A function's requests during its start belong to no invocation.
    let trace = headers.get("x-amzn-trace-id").map(|trace| trace.to_str().unwrap().to_owned());
    let (fate, (url, lambda)) = {
        let mut plan = reaper.0.lock().unwrap();
        (trace.map_or(Fate::Spared, |trace| plan.meets(&function, &trace)), plan.behind.clone().unwrap())
    };
    let request = Request { method, uri, headers, body };
    match fate {
        Fate::Spared => return request.pass_on(&url).await,
        Fate::Before => {}
        Fate::After => drop(request.pass_on(&url).await),
    }
    let _ = lambda.kill(&function);
    future::pending().await // The client is dead, so nobody waits for an answer.
}

/// The function that signed the request. The local stack uses its name as access key.
fn sender(headers: &HeaderMap) -> &str {
    let signature = headers["authorization"].to_str().unwrap();
    let (_, credential) = signature.split_once("Credential=").unwrap();
    credential.split_once('/').unwrap().0
}
