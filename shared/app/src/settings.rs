//! What operators set: locations, channels, API keys, products.

use crate::{Error, FieldError, Refusal, place};
use domain::{
    history::Stamp,
    ids::{ChannelId, LocationId},
    settings::{ApiKey, Channel, Location, Product, Role},
    text::Text,
};
use store::{Record, Store, Stored, retry_on_conflict};

/// Refuses a location that there is none of.
pub(crate) async fn must_know_location(store: &Store, location: &LocationId) -> Result<(), Error> {
    if store.locations().await?.iter().any(|known| known.id == *location) {
        return Ok(());
    }
    let detail = format!("there is no location {location}; make it with PUT /locations/{location}");
    Err(Refusal::invalid(vec![FieldError::new("location", detail)]).into())
}

/// Sets a location, and returns it as it is stored. Running sandboxes may use the old one for some seconds.
pub async fn put_location(store: &Store, location: Location, stamp: &Stamp) -> Result<Location, Error> {
    let location =
        put(store, &location.id.clone(), Location { changed: Some(stamp.into()), ..location }, stamp).await?;
    store.forget_locations();
    Ok(location)
}

pub async fn put_channel(store: &Store, channel: Channel, stamp: &Stamp) -> Result<Channel, Error> {
    put(store, &channel.id.clone(), Channel { changed: Some(stamp.into()), ..channel }, stamp).await
}

pub async fn put_product(store: &Store, product: Product, stamp: &Stamp) -> Result<Product, Error> {
    put(store, &product.sku.clone(), Product { changed: Some(stamp.into()), ..product }, stamp).await
}

/// Stores a new API key. `secret` is the key itself; only its hash is kept.
pub async fn create_key(
    store: &Store,
    secret: &str,
    name: Text<1, 60>,
    role: Role,
    channel: Option<ChannelId>,
    stamp: &Stamp,
) -> Result<ApiKey, Error> {
    if let Some(channel) = &channel {
        place::require_channel(store, channel).await?;
    }
    let key = ApiKey {
        id: ApiKey::id_of(secret),
        name,
        role,
        channel,
        created_at: stamp.at,
        revoked_at: None,
        changed: Some(stamp.into()),
    };
    put(store, &key.id.clone(), key, stamp).await
}

/// Revokes a key. The first time stands.
pub async fn revoke_key(store: &Store, id: &str, stamp: &Stamp) -> Result<(), Error> {
    retry_on_conflict(async || {
        let none = || Refusal::not_found("there is no key with this id; GET /keys lists them");
        let read = store.load::<ApiKey>(&id.to_owned()).await?.ok_or_else(none)?;
        if read.value.revoked_at.is_some() {
            return Ok(());
        }
        let changed = Some(stamp.into());
        let revoked = ApiKey { revoked_at: Some(stamp.at), changed, ..read.value.clone() };
        let mut write = store.write(stamp.at);
        write.replace(&read, revoked);
        Ok(write.commit().await?)
    })
    .await
}

/// Writes a record over any existing one, and returns it.
async fn put<T: Record>(store: &Store, key: &T::Key, value: T, stamp: &Stamp) -> Result<T, Error> {
    retry_on_conflict(async || {
        let read: Option<Stored<T>> = store.load(key).await?;
        let mut write = store.write(stamp.at);
        match read {
            Some(read) => write.replace(&read, value.clone()),
            None => write.create(key.clone(), value.clone()),
        }
        Ok(write.commit().await?)
    })
    .await
    .map(|()| value)
}
