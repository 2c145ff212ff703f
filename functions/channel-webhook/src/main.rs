use channel_webhook::{App, handle};
use channels::Keyring;
use runtime::{self, Aws, Clock, Error};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    runtime::start_logging()?;
    let (aws, clock) = (Aws::from_env()?, Clock::system());
    let app = App { store: aws.store()?, keyring: Keyring::from_env(&aws, &clock)? };
    runtime::serve_http(async |request| handle(&app, &request).await).await
}
