use documents::{App, handle};
use papers::Typesetter;
use runtime::{self, Aws, Clock, Error};
use shipping::Sellers;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    runtime::start_logging()?;
    let (aws, clock) = (Aws::from_env()?, Clock::system());
    let sellers = Sellers::keepers_from_env(&aws, &clock)?;
    let app = App { store: aws.store()?, clock, typesetter: Typesetter::new(), sellers };
    runtime::serve_http(async |request| handle(&app, &request).await).await
}
