use channel_setup::{App, handle};
use channels::Shops;
use runtime::{self, Aws, Clock, Error};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    runtime::start_logging()?;
    let (aws, clock) = (Aws::from_env()?, Clock::system());
    let app = App { store: aws.store()?, shops: Shops::from_env(&aws, &clock)?, clock };
    runtime::serve_http(async |request| handle(&app, &request).await).await
}
