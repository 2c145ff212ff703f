use runtime::{self, Aws, Error};
use stock_changes::{App, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    runtime::start_logging()?;
    let app = App { store: Aws::from_env()?.store()? };
    runtime::serve_events(async |event| Ok(handle(&app, event).await?)).await
}
