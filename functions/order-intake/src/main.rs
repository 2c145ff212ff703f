use order_intake::{App, handle};
use runtime::{self, Aws, Clock, Error};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    runtime::start_logging()?;
    let aws = Aws::from_env()?;
    let app = App {
        store: aws.store()?,
        clock: Clock::system(),
        providers: payments::configured()?,
        conditions: runtime::conditions_from_env()?,
    };
    runtime::serve_http(async |request| handle(&app, &request).await).await
}
