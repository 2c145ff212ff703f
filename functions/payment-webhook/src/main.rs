use payment_webhook::{App, handle, stripe::Stripe};
use runtime::{self, Aws, Clock, Error};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    runtime::start_logging()?;
    let aws = Aws::from_env()?;
    let app = App {
        store: aws.store()?,
        clock: Clock::system(),
        stripe: Stripe::new(&aws.secret("STRIPE_WEBHOOK_SECRET").await?, &runtime::variable("STRIPE_LIVEMODE")?)?,
    };
    runtime::serve_http(async |request| handle(&app, &request).await).await
}
