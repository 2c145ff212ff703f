use channel_stock::{App, handle};
use channels::Shops;
use runtime::{self, Aws, Clock, Error};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    runtime::start_logging()?;
    let (aws, clock) = (Aws::from_env()?, Clock::system());
    let app = App {
        store: aws.store()?,
        shops: Shops::from_env(&aws, &clock)?,
        conditions: runtime::conditions_from_env()?,
        clock,
    };
    runtime::serve_events(async |event| Ok(handle(&app, event).await)).await
}
