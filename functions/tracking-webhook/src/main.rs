use runtime::{self, Aws, Clock, Error};
use shipping::Webhooks;
use tracking_webhook::{App, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    runtime::start_logging()?;
    let (aws, clock) = (Aws::from_env()?, Clock::system());
    let webhooks = Webhooks::from_env(&aws, &clock)?;
    let app = App { store: aws.store()?, clock, webhooks };
    runtime::serve_http(async |request| handle(&app, &request).await).await
}
