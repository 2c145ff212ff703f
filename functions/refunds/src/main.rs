use refunds::{App, handle, stripe::Stripe};
use runtime::{self, Aws, Clock, Error};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    runtime::start_logging()?;
    let aws = Aws::from_env()?;
    let app = App {
        store: aws.store()?,
        clock: Clock::system(),
        stripe: Stripe::new(&aws, &runtime::variable("STRIPE_API_URL")?),
        aws,
    };
    runtime::serve_events(async |event| Ok(handle(&app, event).await)).await
}
