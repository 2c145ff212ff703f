use labels::{App, handle};
use runtime::{self, Aws, Clock, Error};
use shipping::Sellers;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    runtime::start_logging()?;
    let (aws, clock) = (Aws::from_env()?, Clock::system());
    let sellers = Sellers::from_env(&aws, &clock)?;
    let app = App { store: aws.store()?, clock, sellers };
    runtime::serve_events(async |event| Ok(handle(&app, event).await)).await
}
