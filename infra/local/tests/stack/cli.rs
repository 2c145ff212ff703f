//! Tests of the commands, run as a person runs them.

use crate::{binaries, eventually, is_running, template};
use orderly_local::http_client;
use serde_json::{Value, json};
use std::{
    fs,
    process::{Output, Stdio},
    time::Duration,
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
    time::timeout,
};

/// A project with the small template, and the fake functions.
struct Project {
    directory: TempDir,
    binaries: TempDir,
}

/// `cargo run` in a project, on free ports.
struct Running {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    api: String,
    services: String,
    key: String,
}

impl Project {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        fs::copy(template(), directory.path().join("template.yaml")).unwrap();
        Self { directory, binaries: binaries() }
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_orderly-local"));
        command.current_dir(self.directory.path()).stdin(Stdio::null()).kill_on_drop(true);
        for part in ["API", "CONSOLE", "INVOKE", "WAREHOUSE", "SERVICES", "SHOP", "STRIPE"] {
            command.env(format!("ORDERLY_{part}_PORT"), "0");
        }
        command
    }

    fn run(&self) -> Command {
        let mut command = self.command();
        // The small template has no API to seed a shop with.
        command.arg("--empty").arg("--binaries").arg(self.binaries.path());
        command
    }

    /// Starts the stack and reads its first output.
    async fn start(&self) -> Running {
        let mut child = self.run().stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut value = async |what: &str| {
            while let Some(line) = lines.next_line().await.unwrap() {
                if let Some(value) = line.trim().strip_prefix(what) {
                    return value.trim().to_owned();
                }
            }
            panic!("it did not say: {what}");
        };
        let (api, services) = (value("HTTP API").await, value("AWS services").await);
        let key = value("Operator's API key").await;
        Running { child, lines, api, services, key }
    }

    async fn output(&self, arguments: &[&str]) -> (bool, String) {
        let Output { status, stdout, stderr } = self.command().args(arguments).output().await.unwrap();
        let text = [stdout, stderr].concat();
        (status.success(), String::from_utf8(text).unwrap())
    }
}

impl Running {
    /// Invokes a function that does nothing; yields the process that answered.
    async fn pid_of(&self, function: &str) -> u64 {
        let answer: Value = self.request(function, &json!({})).send().await.unwrap().json().await.unwrap();
        answer["pid"].as_u64().unwrap()
    }

    fn request(&self, function: &str, event: &Value) -> reqwest::RequestBuilder {
        let request = http_client().post(format!("{}/{function}", self.api)).header("content-type", "application/json");
        request.body(event.to_string())
    }

    /// Reads lines until one contains `text`.
    async fn until_said(&mut self, text: &str) {
        while let Some(line) = self.lines.next_line().await.unwrap() {
            if line.contains(text) {
                return;
            }
        }
        panic!("it did not say: {text}");
    }

    async fn signal(&self, signal: &str) {
        let pid = self.child.id().unwrap().to_string();
        Command::new("kill").args([signal, &pid]).status().await.unwrap();
    }
}

#[tokio::test]
async fn ctrl_c_stops_everything_and_the_state_is_kept() {
    let project = Project::new();
    let mut first = project.start().await;
    let pid = first.pid_of("obey").await;
    first.signal("-INT").await;
    let status = timeout(Duration::from_secs(8), first.child.wait()).await.unwrap().unwrap();
    assert!(status.success(), "{status}");
    assert!(!is_running(pid));
    assert!(http_client().get(&first.api).send().await.is_err());
    let mut said = String::new();
    while let Some(line) = first.lines.next_line().await.unwrap() {
        said += &(line + "\n");
    }
    assert!(said.contains("INFO   ready"), "{said}");
    assert_eq!(project.start().await.key, first.key);
}

#[tokio::test]
async fn functions_end_when_the_stack_is_killed() {
    let project = Project::new();
    let mut running = project.start().await;
    let pids = [running.pid_of("obey").await, running.pid_of("single").await];
    // One of the processes is busy and ends after its work; the other is idle.
    let busy = running.request("single", &json!({ "do": "sleep", "millis": 4_000 })).send();
    let killed = async {
        running.until_said("pausing").await;
        running.signal("-KILL").await;
    };
    let (answer, ()) = tokio::join!(busy, killed);
    assert!(answer.is_err());
    running.child.wait().await.unwrap();
    eventually("the functions end", async || (!pids.into_iter().any(is_running)).then_some(())).await;
}

#[tokio::test]
async fn one_stack_runs_at_a_time() {
    let project = Project::new();
    let (done, said) = project.output(&["reset", "--yes"]).await;
    assert!(done && said.contains("Nothing is kept"), "{said}");
    let (done, said) = project.output(&["dead-letters", "list"]).await;
    assert!(!done && said.contains("no local stack is running"), "{said}");

    let mut running = project.start().await;
    for arguments in [&["run"][..], &["services"], &["reset", "--yes"]] {
        let (done, said) = project.output(arguments).await;
        assert!(!done && said.contains("a local stack is running with"), "{said}");
    }
    running.child.kill().await.unwrap();
    let (done, said) = project.output(&["reset"]).await;
    assert!(done && said.contains("Nothing was deleted"), "{said}");
    let (done, _) = project.output(&["reset", "--yes"]).await;
    assert!(done && !project.directory.path().join(".orderly").exists());
}

#[tokio::test]
async fn a_port_that_is_taken_is_named_with_its_flag() {
    let project = Project::new();
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let log = project.directory.path().join(".orderly/functions.log");
    fs::create_dir(log.parent().unwrap()).unwrap();
    fs::write(&log, "what happened yesterday").unwrap();
    for (flag, command) in [("--api-port", "run"), ("--stripe-port", "run"), ("--services-port", "services")] {
        let mut arguments = vec![command, flag, &port];
        if command == "run" {
            arguments.extend(["--binaries", project.binaries.path().to_str().unwrap()]);
        }
        let (done, said) = project.output(&arguments).await;
        let expected = format!("error: port {port} is in use by another program");
        assert!(!done && said.contains(&expected) && said.contains(flag), "{said}");
    }
    assert_eq!(fs::read_to_string(log).unwrap(), "what happened yesterday");
}

#[tokio::test]
async fn a_seed_that_fails_shows_what_the_functions_said() {
    let project = Project::new();
    // The API accepts a seller, and nothing else of a shop.
    let template = fs::read_to_string(template()).unwrap().replace("/open/{id}", "/sellers/{id}");
    fs::write(project.directory.path().join("template.yaml"), template).unwrap();
    let binaries = project.binaries.path().to_str().unwrap();
    let (done, said) = project.output(&["run", "--binaries", binaries]).await;
    assert!(!done && said.contains("cannot seed the demo shop") && said.contains("INFO   ready"), "{said}");
}

#[tokio::test]
async fn dead_letters_are_listed_and_sent_back() {
    let project = Project::new();
    let running = project.start().await;
    let message = json!({
        "QueueUrl": format!("{}/000000000000/WorkQueue", running.services),
        "MessageBody": r#"{"do":"fail"}"#,
    });
    let request = http_client().post(&running.services).header("x-amz-target", "AmazonSQS.SendMessage");
    request.body(message.to_string()).send().await.unwrap().error_for_status().unwrap();
    eventually("a dead letter", async || {
        let (done, said) = project.output(&["dead-letters", "list"]).await;
        assert!(done, "{said}");
        said.contains(r#"{"do":"fail"}"#).then_some(())
    })
    .await;
    let (_, said) = project.output(&["dead-letters", "list", "WorkDeadLetters"]).await;
    for part in ["\n    as you wish\n", "in worker, tried 2 times, last at 20", ", request "] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let (done, said) = project.output(&["dead-letters", "list", "WorkQueue"]).await;
    assert!(!done && said.contains("WorkQueue is no dead-letter queue"), "{said}");
    let (done, said) = project.output(&["dead-letters", "redrive", "WorkDeadLetters"]).await;
    assert!(done && said.contains("1 sent back"), "{said}");
    let (done, said) = project.output(&["dead-letters", "redrive", "Nothing"]).await;
    assert!(!done && said.contains("there is no queue Nothing"), "{said}");
}

#[tokio::test]
async fn check_and_doctor_look_at_the_running_stack_and_say_what_is_not_there() {
    let project = Project::new();
    for command in ["check", "doctor"] {
        let (done, said) = project.output(&[command]).await;
        assert!(!done && said.contains("no local stack is running"), "{said}");
    }
    let running = project.start().await;
    // The small template has none of the tables.
    let (done, said) = project.output(&["check"]).await;
    assert!(!done && said.contains("OrdersTable of the stack orderly-local does not exist here"), "{said}");
    let (done, said) = project.output(&["doctor"]).await;
    assert!(!done && said.contains("FAILURE  tables") && said.contains("failures, "), "{said}");
    let elsewhere = ["check", "--stack", "another", "--endpoint-url", &running.services];
    let (done, said) = project.output(&elsewhere).await;
    assert!(!done && said.contains("the stack another does not exist here"), "{said}");
}

#[tokio::test]
async fn services_are_not_advertised_to_everybody() {
    let project = Project::new();
    for everywhere in ["0.0.0.0", "::", "::ffff:0.0.0.0"] {
        let (done, said) = project.output(&["services", "--advertise", everywhere]).await;
        assert!(!done && said.contains("would answer everybody"), "{said}");
    }
    assert!(!project.directory.path().join(".orderly").exists());
}

#[tokio::test]
async fn services_alone_write_the_environment_for_sam() {
    let project = Project::new();
    let mut child =
        project.command().args(["services", "--advertise", "127.0.0.2"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    while let Some(line) = lines.next_line().await.unwrap() {
        if line.contains("start-api") {
            break;
        }
    }
    let path = project.directory.path().join(".orderly/sam-env.json");
    let environment: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let variables = &environment["WorkerFunction"];
    let endpoint = variables["ENDPOINT"].as_str().unwrap();
    assert!(endpoint.starts_with("http://127.0.0.2:"), "{endpoint}");
    assert_eq!(variables["QUEUE"], format!("{endpoint}/000000000000/WorkQueue"));

    // The queue answers at the address that the functions use.
    let request = http_client().post(endpoint).header("x-amz-target", "AmazonSQS.SendMessage");
    let message = json!({ "QueueUrl": variables["QUEUE"], "MessageBody": "{}" });
    request.body(message.to_string()).send().await.unwrap().error_for_status().unwrap();
}
