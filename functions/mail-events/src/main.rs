use mail_events::{App, handle};
use runtime::{self, Aws, Clock, Error};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    runtime::start_logging()?;
    let app = App { store: Aws::from_env()?.store()?, clock: Clock::system() };
    runtime::serve_events(async |event| Ok(handle(&app, event).await)).await
}
