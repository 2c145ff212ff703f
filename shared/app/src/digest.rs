//! The e-mail that tells the merchant what waits for people: owed by one record, claimed before it is sent, recorded afterward, as
//! customers' e-mails are.

use crate::Error;
use domain::{
    attention::Census,
    digest::{Digest, DigestPace},
    duty::{Duty, OwedDuty, Subject},
};
use jiff::Timestamp;
use store::{DigestKey, Store, Stored, retry_on_conflict};

async fn load(store: &Store) -> Result<Stored<Digest>, Error> {
    Ok(store.load::<Digest>(&DigestKey).await?.unwrap_or_else(|| Stored::absent(DigestKey, Digest::default())))
}

/// Owes an e-mail about what waits, if it is time for one. Returns since when one has been owed. Two runs at once meet on the
/// record's version, and the loser looks again.
pub async fn look(
    store: &Store,
    census: &Census,
    pace: DigestPace,
    now: Timestamp,
) -> Result<Option<Timestamp>, Error> {
    retry_on_conflict(async || {
        let read = load(store).await?;
        let next = read.value.clone().look(census, pace, now);
        let owed_since = next.owed_since;
        let mut write = store.write(now);
        write.replace(&read, next);
        write.commit().await?;
        Ok(owed_since)
    })
    .await
}

/// Sends again that the e-mail is owed.
pub async fn remind(store: &Store) -> usize {
    store.remind(&[OwedDuty { subject: Subject::Digest, duty: Duty::Digest }]).await
}

/// Claims the right to send, and returns what is to be told. None if it was told already.
pub async fn claim(store: &Store, now: Timestamp) -> Result<Option<Census>, Error> {
    retry_on_conflict(async || {
        let read = load(store).await?;
        if read.value.owed.is_empty() {
            return Ok(None);
        }
        let Some(claimed) = read.value.claim(now) else {
            return Err(Error::Outside("another delivery of this message is sending it".into()));
        };
        let telling = claimed.telling.clone();
        let mut write = store.write(now);
        write.replace(&read, claimed);
        write.commit().await?;
        Ok(Some(telling))
    })
    .await
}

/// Records that it was sent.
pub async fn record(store: &Store, now: Timestamp) -> Result<(), Error> {
    change(store, now, |digest| if digest.owed.is_empty() { digest } else { digest.sent(now) }).await
}

/// Lets the next delivery send at once, because this one certainly did not.
pub async fn release(store: &Store, now: Timestamp) -> Result<(), Error> {
    change(store, now, Digest::released).await
}

async fn change(store: &Store, now: Timestamp, rule: impl Fn(Digest) -> Digest) -> Result<(), Error> {
    retry_on_conflict(async || {
        let read = load(store).await?;
        let mut write = store.write(now);
        write.replace(&read, rule(read.value.clone()));
        Ok(write.commit().await?)
    })
    .await
}
