//! Records what becomes of customer e-mails: SES's events, which EventBridge sends without anybody's address.

mod event;

pub use event::MailEvent;

use app::{
    Error,
    emails::{self, OwedEmail},
};
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use domain::mail_report::MailTags;
use runtime::{Clock, process};
use store::Store;

/// What the function works with.
pub struct App {
    pub store: Store,
    pub clock: Clock,
}

pub async fn handle(app: &App, event: SqsEvent) -> SqsBatchResponse {
    process(event, async |event: MailEvent| record(app, event).await).await
}

async fn record(app: &App, event: MailEvent) -> Result<(), Error> {
    let tags = event.tags().map_err(|unknown| Error::Defect(unknown.to_string()))?;
    let Some(MailTags { order, item, kind, attempt }) = tags else {
        tracing::info!(%event, "an e-mail of somebody else goes out under our configuration set");
        return Ok(());
    };
    let email = OwedEmail { order, item, kind };
    let told = event.told(attempt);
    let unreached = emails::record_report(&app.store, &email, &told, app.clock.now()).await?;
    if unreached.is_some() {
        let (order, kind, report) = (&email.order, &email.kind, told.report);
        tracing::warn!(%order, %kind, %report, reason = told.reason, "an e-mail did not reach its customer");
    }
    Ok(())
}
