use authorizer::{AuthorizerRequest, handle};
use runtime::{self, Aws, Clock, Error};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    runtime::start_logging()?;
    let (store, clock) = (Aws::from_env()?.store()?, Clock::system());
    runtime::serve_events(async |request: AuthorizerRequest| Ok(handle(&store, &request, clock.now()).await?)).await
}
