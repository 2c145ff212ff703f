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
        conditions: order_intake::conditions(
            &runtime::variable("RESERVATION_MINUTES")?,
            &runtime::variable("SURPLUS")?,
            &runtime::optional("REFUND_APPROVAL").unwrap_or_default(),
            &runtime::variable("CAPTURE")?,
            &runtime::variable("INVOICE")?,
        )?,
    };
    runtime::serve_http(async |request| handle(&app, &request).await).await
}
