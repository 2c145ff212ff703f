use payments::ApiClients;
use refunds::{App, handle};
use runtime::{self, Aws, Clock, Error};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    runtime::start_logging()?;
    let (aws, clock) = (Aws::from_env()?, Clock::system());
    let providers = ApiClients::from_env(&aws, &clock)?;
    let app = App { store: aws.store()?, clock, providers };
    runtime::serve_events(async |event| Ok(handle(&app, event).await)).await
}
