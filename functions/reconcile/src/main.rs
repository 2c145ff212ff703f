use domain::fulfillment::ASKED_AFTER;
use reconcile::{App, handle};
use runtime::{self, Aws, Clock, Error};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    runtime::start_logging()?;
    let aws = Aws::from_env()?;
    let days = |name| reconcile::days(name, &runtime::variable(name)?);
    let app = App {
        store: aws.store()?,
        clock: Clock::system(),
        parcel_overdue: days("PARCEL_OVERDUE_DAYS")?,
        parcel_asked_about: runtime::optional("TRACKED_BY").map(|_| ASKED_AFTER),
        retention: days("RETENTION_DAYS")?,
        providers: reconcile::providers(
            &runtime::variable("PAYMENT_PROVIDERS")?,
            &runtime::variable("COMPARED_PROVIDERS")?,
        )?,
        digests: reconcile::digests(&runtime::variable("ATTENTION_MAILS")?)?,
        backlogs: reconcile::Backlogs::default(),
    };
    runtime::serve_events(async |_: Value| Ok(handle(&app).await?)).await
}
