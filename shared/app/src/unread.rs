//! Webhooks that are genuine and were not understood: kept, and done with once they are.

use crate::Error;
use domain::{
    ids::{ProviderName, UnreadId},
    unread::UnreadWebhook,
};
use jiff::Timestamp;
use store::{CommitError, Store, Stored, retry_on_conflict};

/// Keeps a webhook that was not understood. The same body is kept once.
pub async fn keep(
    store: &Store,
    provider: &ProviderName,
    body: &[u8],
    why: &str,
    now: Timestamp,
) -> Result<UnreadId, Error> {
    let kept = UnreadWebhook::new(provider.clone(), body, why.to_owned(), now);
    let id = kept.id();
    if store.load::<UnreadWebhook>(&id).await?.is_none() {
        let mut write = store.write(now);
        write.create(id.clone(), kept);
        match write.commit().await {
            Ok(()) | Err(CommitError::Conflict(_)) => {} // another delivery of the same body was faster
            Err(CommitError::Store(error)) => return Err(error.into()),
        }
    }
    Ok(id)
}

/// Records that a kept webhook has been understood, or why it still is not.
pub async fn read_again(
    store: &Store,
    id: &UnreadId,
    outcome: Result<(), &str>,
    now: Timestamp,
) -> Result<Option<Stored<UnreadWebhook>>, Error> {
    retry_on_conflict(async || {
        let Some(read) = store.load::<UnreadWebhook>(id).await? else { return Ok(None) };
        let mut next = read.value.clone();
        match outcome {
            Ok(()) => next.understood_at = next.understood_at.or(Some(now)),
            Err(why) => why.clone_into(&mut next.why),
        }
        let mut write = store.write(now);
        write.replace(&read, next.clone());
        write.commit().await?;
        Ok(Some(Stored { value: next, ..read }))
    })
    .await
}
