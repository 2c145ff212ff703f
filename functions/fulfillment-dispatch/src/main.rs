use fulfillment_dispatch::{
    App, handle,
    notice::{self, Warehouses},
};
use runtime::{self, Aws, Clock, Error, Secret};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    runtime::start_logging()?;
    let (aws, clock) = (Aws::from_env()?, Clock::system());
    let warehouses = Warehouses::new(&aws, Secret::new(&aws, &clock, notice::SECRET)?);
    let app = App { store: aws.store()?, clock, warehouses };
    runtime::serve_events(async |event| Ok(handle(&app, event).await)).await
}
