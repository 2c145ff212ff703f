//! Kills function processes (SIGKILL) at their requests to AWS: it stands between the two.

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

/// What becomes of an invocation at its n-th request. Work that dies twice is spared the third time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Fate {
    /// It dies before the request is carried out.
    #[default]
    Before,
    /// It dies when the request has been carried out, and before it is answered.
    After,
    Spared,
}

#[derive(Clone, Default)]
pub struct Reaper(Arc<Mutex<Plan>>);

#[derive(Default)]
struct Plan {
    /// The AWS services, and the functions; none until the system is there.
    behind: Option<(String, Lambda)>,
    /// None lets everybody live.
    nth: Option<usize>,
    /// By function and trace, which each invocation has for itself.
    invocations: HashMap<(String, String), Invocation>,
    /// What becomes of a function's next invocation.
    next: HashMap<String, Fate>,
    deaths: usize,
}

struct Invocation {
    requests: usize,
    fate: Fate,
}

impl Reaper {
    /// A system whose functions reach AWS through this one.
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

    /// From now on invocations die at their n-th request.
    pub fn comes(&self, nth: usize) {
        let mut plan = self.0.lock().unwrap();
        let behind = plan.behind.take();
        *plan = Plan { behind, nth: Some(nth), ..Plan::default() };
    }

    /// Kills no more, and tells how many it has killed.
    pub fn goes(&self) -> usize {
        let mut plan = self.0.lock().unwrap();
        plan.nth = None;
        plan.deaths
    }
}

impl Plan {
    /// What becomes of the invocation that makes this request.
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
    // What a function asks for while it starts belongs to no invocation.
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
    future::pending().await // Nobody is there to be answered.
}

/// The function that signed the request: the local stack gives each its name for an access key.
fn sender(headers: &HeaderMap) -> &str {
    let signature = headers["authorization"].to_str().unwrap();
    let (_, credential) = signature.split_once("Credential=").unwrap();
    credential.split_once('/').unwrap().0
}
