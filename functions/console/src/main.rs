use console::{App, handle};
use runtime::{self, Aws, Clock, Error, optional};
use std::time::Duration;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    runtime::start_logging()?;
    let (aws, clock) = (Aws::from_env()?, Clock::system());
    let web = aws.web(Duration::from_secs(10));
    // A long paper takes the typesetter's time, and has its size.
    let files = aws.web(Duration::from_secs(25)).reading(5 * 1024 * 1024);
    let app = App { web, files, clock, api: optional("CONSOLE_API") };
    runtime::serve_http(async |request| Ok(handle(&app, &request).await)).await
}
