use documents::{App, handle};
use papers::Typesetter;
use runtime::{self, Aws, Clock, Error};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    runtime::start_logging()?;
    let aws = Aws::from_env()?;
    let app = App { store: aws.store()?, clock: Clock::system(), typesetter: Typesetter::new() };
    runtime::serve_http(async |request| handle(&app, &request).await).await
}
