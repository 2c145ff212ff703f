//! `cargo run -- dead-letters`: asks the console of the running stack.

use super::{CliError, state::console_of_running};
use clap::Subcommand;
use orderly_local::{http_client, services::Failure};
use serde::Deserialize;
use std::path::Path;

#[derive(Debug, Subcommand)]
pub(crate) enum DeadLetters {
    /// Show the messages that failed too often, and why
    List {
        /// One queue only
        queue: Option<String>,
    },
    /// Send the messages of a dead-letter queue back to where they failed
    Redrive { queue: String },
}

#[derive(Deserialize)]
struct Queue {
    name: String,
    sources: Vec<String>,
}

#[derive(Deserialize)]
struct Letter {
    message_id: String,
    body: String,
    failure: Option<Failure>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Answer<T> {
    Refused { error: String },
    Given(T),
}

#[derive(Deserialize)]
struct Moved {
    moved: usize,
}

pub(crate) async fn run(template: &Path, command: DeadLetters) -> Result<(), CliError> {
    let console = console_of_running(template)?;
    match command {
        DeadLetters::List { queue: Some(queue) } => list(&console, &queue).await,
        DeadLetters::List { queue: None } => {
            let queues: Vec<Queue> = get(&format!("{console}/queues.json")).await?;
            for queue in queues.iter().filter(|queue| !queue.sources.is_empty()) {
                list(&console, &queue.name).await?;
            }
            Ok(())
        }
        DeadLetters::Redrive { queue } => {
            let request = http_client().post(format!("{console}/queues/{queue}/redrive"));
            let answer = request.header("accept", "application/json").send().await?.json().await?;
            let Moved { moved } = given(answer)?;
            println!("{queue}: {moved} sent back");
            Ok(())
        }
    }
}

async fn list(console: &str, queue: &str) -> Result<(), CliError> {
    let letters: Vec<Letter> = get(&format!("{console}/queues/{queue}.json")).await?;
    println!("{queue}: {}", letters.len());
    for Letter { message_id, body, failure } in letters {
        println!("  {message_id}  {body}");
        if let Some(Failure { at, function, request_id, error, attempts }) = failure {
            let request = request_id.map(|id| format!(", request {id}")).unwrap_or_default();
            println!("    {error}");
            println!("    in {function}, tried {attempts} times, last at {at:.0}{request}");
        }
    }
    Ok(())
}

async fn get<T: for<'de> Deserialize<'de>>(url: &str) -> Result<T, CliError> {
    given(http_client().get(url).send().await?.json().await?)
}

fn given<T>(answer: Answer<T>) -> Result<T, CliError> {
    match answer {
        Answer::Given(given) => Ok(given),
        Answer::Refused { error } => Err(CliError::Refused(error)),
    }
}
