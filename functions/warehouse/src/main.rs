use runtime::{self, Aws, Clock, Error};
use warehouse::{App, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    runtime::start_logging()?;
    let aws = Aws::from_env()?;
    let follows = runtime::optional("TRACKED_BY").is_some();
    let labels_from = runtime::optional("LABELS_FROM");
    let app = App { store: aws.store()?, clock: Clock::system(), follows, labels_from };
    runtime::serve_http(async |request| handle(&app, &request).await).await
}
