use authorizer::{AuthorizerRequest, handle};
use runtime::{self, Aws, Error};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    runtime::start_logging()?;
    let store = Aws::from_env()?.store()?;
    runtime::serve_events(async |request: AuthorizerRequest| Ok(handle(&store, &request).await?)).await
}
