use crate::{Fixture, eventually, is_running, is_stopped};
use orderly_local::{
    http_client,
    lambda::{Invocation, InvokeError},
};
use serde_json::{Value, json};
use std::{
    process::Command,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

async fn obey(fixture: &Fixture, event: Value) -> Invocation {
    fixture.stack.lambda().invoke("obey", event.to_string()).await.unwrap()
}

fn body(invocation: &Invocation) -> Value {
    serde_json::from_slice(&invocation.payload).unwrap()
}

#[tokio::test]
async fn an_event_comes_back_with_lambdas_context_and_environment() {
    let fixture = Fixture::start().await;
    let before = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
    let invocation = obey(&fixture, json!({ "n": 1 })).await;
    assert!(invocation.cold && !invocation.function_error);
    assert!(invocation.billed >= Duration::from_millis(1));

    let answer = body(&invocation);
    assert_eq!(answer["event"], json!({ "n": 1 }));
    let remaining = u128::from(answer["deadline"].as_u64().unwrap()) - before;
    assert!((1_000..6_000).contains(&remaining), "{remaining}");
    assert!(answer["trace"].as_str().unwrap().starts_with("Root=1-"));
    assert_eq!(answer["arn"], "arn:aws:lambda:us-east-1:000000000000:function:obey");

    let environment = answer["environment"].as_object().unwrap();
    assert_eq!(environment["ENDPOINT"], fixture.stack.endpoint());
    assert_eq!(environment["AWS_ACCESS_KEY_ID"], "obey");
    assert_eq!(environment["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"], "128");
    // Nothing of the developer's own environment may be there, for example Cargo's variables.
    assert!(!environment.keys().any(|name| name.starts_with("CARGO") || name == "HOME"), "{environment:?}");
}

#[tokio::test]
async fn a_process_is_used_again_and_several_run_at_once() {
    let fixture = Fixture::start().await;
    let first = body(&obey(&fixture, json!({})).await);
    let second = obey(&fixture, json!({})).await;
    assert!(!second.cold);
    assert_eq!(first["pid"], body(&second)["pid"]);

    let slow = json!({ "do": "sleep", "millis": 300 });
    let calls = (0..4).map(|_| obey(&fixture, slow.clone()));
    let answers = futures::future::join_all(calls).await;
    let mut pids: Vec<_> = answers.iter().map(|answer| body(answer)["pid"].as_u64().unwrap()).collect();
    pids.sort_unstable();
    pids.dedup();
    assert_eq!(pids.len(), 4);

    let counters = fixture.stack.lambda().counters()["obey"];
    assert_eq!((counters.invocations, counters.cold_starts, counters.errors), (6, 4, 0));
    assert!(counters.billed >= Duration::from_millis(4 * 300));
}

#[tokio::test]
async fn a_process_is_frozen_between_events() {
    let fixture = Fixture::start().await;
    let pid = body(&obey(&fixture, json!({})).await)["pid"].as_u64().unwrap();
    for _ in 0..3 {
        eventually("it is stopped", async || is_stopped(pid).then_some(())).await;
        assert_eq!(body(&obey(&fixture, json!({})).await)["pid"], pid);
    }
}

#[tokio::test]
async fn the_machines_limit_makes_callers_wait_and_the_templates_limit_refuses() {
    let fixture = Fixture::start_with(|options| options.lambda.concurrency = 1).await;
    let slow = json!({ "do": "sleep", "millis": 300 });
    let answers = futures::future::join_all([obey(&fixture, slow.clone()), obey(&fixture, slow.clone())]).await;
    assert_eq!(body(&answers[0])["pid"], body(&answers[1])["pid"]);

    let lambda = fixture.stack.lambda();
    let calls = [lambda.invoke("single", slow.to_string()), lambda.invoke("SingleFunction", slow.to_string())];
    let results = futures::future::join_all(calls).await;
    let throttled = results.iter().filter(|result| matches!(result, Err(InvokeError::Throttled(_)))).count();
    assert_eq!(throttled, 1);
}

#[tokio::test]
async fn a_function_that_takes_too_long_is_killed() {
    let fixture = Fixture::start().await;
    let pid = body(&obey(&fixture, json!({})).await)["pid"].as_u64().unwrap();
    let invocation = obey(&fixture, json!({ "do": "sleep", "millis": 60_000 })).await;
    assert!(invocation.function_error);
    assert!((1_000..3_000).contains(&invocation.billed.as_millis()), "{:?}", invocation.billed);
    let error = body(&invocation);
    assert_eq!(error["errorType"], "Sandbox.Timedout");
    let message = error["errorMessage"].as_str().unwrap();
    assert!(message.ends_with("Error: Task timed out after 1.00 seconds"), "{message}");
    assert!(!is_running(pid));
    assert!(obey(&fixture, json!({})).await.cold);
}

#[tokio::test]
async fn a_crash_fails_the_invocation_and_the_next_one_starts_a_process() {
    let fixture = Fixture::start().await;
    for (deed, status) in [("exit", "exit status: 3"), ("abort", "signal: 6")] {
        let invocation = obey(&fixture, json!({ "do": deed })).await;
        assert!(invocation.function_error);
        let error = body(&invocation);
        assert_eq!(error["errorType"], "Runtime.ExitError");
        assert!(error["errorMessage"].as_str().unwrap().contains(status), "{error}");
        let next = obey(&fixture, json!({})).await;
        assert!(next.cold && !next.function_error);
    }
    assert_eq!(fixture.stack.lambda().counters()["obey"].errors, 2);
}

#[tokio::test]
async fn an_error_that_the_function_returns_is_its_own() {
    let fixture = Fixture::start().await;
    let invocation = obey(&fixture, json!({ "do": "fail" })).await;
    assert!(invocation.function_error);
    assert_eq!(body(&invocation)["errorMessage"], "as you wish");
    assert!(!obey(&fixture, json!({})).await.cold);
}

#[tokio::test]
async fn a_process_that_died_idle_costs_nothing() {
    let fixture = Fixture::start().await;
    let pid = body(&obey(&fixture, json!({})).await)["pid"].as_u64().unwrap();
    assert!(Command::new("kill").args(["-KILL", &pid.to_string()]).status().unwrap().success());
    eventually("the idle process ends", async || (!is_running(pid)).then_some(())).await;
    let next = obey(&fixture, json!({})).await;
    assert!(next.cold && !next.function_error);
    assert_eq!(fixture.stack.lambda().counters()["obey"].errors, 0);
}

#[tokio::test]
async fn a_function_that_cannot_start_says_why() {
    let fixture = Fixture::start().await;
    let invocation = fixture.stack.lambda().invoke("stillborn", "{}").await.unwrap();
    let error = body(&invocation);
    assert_eq!(error["errorType"], "Runtime.ExitError");
    let message = error["errorMessage"].as_str().unwrap();
    assert!(message.contains("exit status: 1") && message.contains("the variable TABLE is missing"), "{message}");
}

#[tokio::test]
async fn limits_are_lambdas() {
    let fixture = Fixture::start().await;
    let large = fixture.stack.lambda().invoke("obey", vec![b' '; 6 * 1024 * 1024 + 1]).await;
    assert!(matches!(large, Err(InvokeError::PayloadTooLarge(_))));
    let answer = obey(&fixture, json!({ "do": "large" })).await;
    assert_eq!(body(&answer)["errorType"], "Function.ResponseSizeTooLarge");
    let unknown = fixture.stack.lambda().invoke("nobody", "{}").await;
    assert!(matches!(unknown, Err(InvokeError::UnknownFunction(_))));
}

#[tokio::test]
async fn kill_ends_busy_and_idle_processes() {
    let fixture = Fixture::start().await;
    let lambda = fixture.stack.lambda();
    let pid = body(&lambda.invoke("single", "{}").await.unwrap())["pid"].as_u64().unwrap();
    let kill = async {
        until_busy(&fixture).await;
        lambda.kill("single")
    };
    let (invocation, killed) = tokio::join!(lambda.invoke("single", r#"{"do":"sleep","millis":60000}"#), kill);
    assert_eq!(killed, 1);
    assert!(body(&invocation.unwrap())["errorMessage"].as_str().unwrap().contains("signal: 9"));
    assert!(!is_running(pid));

    let pid = body(&lambda.invoke("single", "{}").await.unwrap())["pid"].as_u64().unwrap();
    assert_eq!(lambda.kill("single"), 1);
    eventually("the idle process ends", async || (!is_running(pid)).then_some(())).await;
}

/// Waits until the sleeping function has begun to sleep.
async fn until_busy(fixture: &Fixture) {
    eventually("it is busy", async || fixture.logged("single", "pausing").pop()).await;
}

#[tokio::test]
async fn idle_processes_are_stopped() {
    let fixture = Fixture::start_with(|options| options.lambda.keep_warm = Duration::from_millis(100)).await;
    let pid = body(&obey(&fixture, json!({})).await)["pid"].as_u64().unwrap();
    eventually("the idle process ends", async || (!is_running(pid)).then_some(())).await;
}

#[tokio::test]
async fn the_invoke_api_answers_like_lambdas() {
    let fixture = Fixture::start().await;
    let client = http_client();
    let url = |function: &str| format!("{}/2015-03-31/functions/{function}/invocations", fixture.stack.invoke_url());
    let response = client.post(url("ObeyFunction")).body(r#"{"n":7}"#).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(!response.headers().contains_key("x-amz-function-error"));
    let answer: Value = response.json().await.unwrap();
    assert_eq!(answer["event"]["n"], 7);

    let response = client.post(url("obey")).body(r#"{"do":"fail"}"#).send().await.unwrap();
    assert_eq!(response.headers()["x-amz-function-error"], "Unhandled");

    let event = client.post(url("obey")).header("x-amz-invocation-type", "Event");
    assert_eq!(event.body("{}").send().await.unwrap().status(), 202);
    eventually("the asynchronous invocation", async || {
        (fixture.stack.lambda().counters()["obey"].invocations == 3).then_some(())
    })
    .await;

    let response = client.post(url("nobody")).body("{}").send().await.unwrap();
    assert_eq!(response.status(), 404);
    assert_eq!(response.headers()["x-amzn-errortype"], "ResourceNotFoundException");
    let response = client.post(url("obey")).body("no json").send().await.unwrap();
    assert_eq!(response.status(), 400);
}

#[tokio::test]
async fn a_schedule_can_be_run_now() {
    let fixture = Fixture::start().await;
    fixture.stack.run_schedule_now("obey").await.unwrap();
    assert_eq!(fixture.stack.lambda().counters()["obey"].invocations, 1);
}

#[tokio::test]
async fn shutdown_lets_an_invocation_end_and_leaves_no_process() {
    let fixture = Fixture::start().await;
    let lambda = fixture.stack.lambda().clone();
    let idle = body(&lambda.invoke("obey", "{}").await.unwrap())["pid"].as_u64().unwrap();
    let busy = tokio::spawn(async move { lambda.invoke("single", r#"{"do":"sleep","millis":500}"#).await });
    until_busy(&fixture).await;
    fixture.stack.shutdown().await;
    let answer = body(&busy.await.unwrap().unwrap());
    assert_eq!(answer["event"]["do"], "sleep");
    assert!(!is_running(idle) && !is_running(answer["pid"].as_u64().unwrap()));
}
