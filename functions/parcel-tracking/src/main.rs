use domain::fulfillment::ASKED_AFTER;
use parcel_tracking::{App, handle};
use runtime::{self, Aws, Clock, Error};
use shipping::Client;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    runtime::start_logging()?;
    let (aws, clock) = (Aws::from_env()?, Clock::system());
    let follower = Client::from_env(&aws, &clock)?;
    let app = App { store: aws.store()?, clock, follower, asked_after: ASKED_AFTER };
    runtime::serve_events(async |event| Ok(handle(&app, event).await)).await
}
