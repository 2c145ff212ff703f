//! What operators set: locations, channels, API keys, products.

use crate::{Error, FieldError, Refusal, place, products};
use domain::{
    history::Stamp,
    ids::LocationId,
    settings::{ApiKey, Channel, Location, Product, Seller, is_expired},
    stock::StockDelta,
    text::Reason,
};
use std::collections::BTreeSet;
use store::{MAX_ACTIONS, Record, Store, Stored, Terms, retry_on_conflict};

/// Refuses a location that there is none of.
pub async fn must_know_location(store: &Store, location: &LocationId) -> Result<(), Error> {
    let is_known = async || Ok::<_, Error>(store.locations().await?.iter().any(|known| known.id == *location));
    if is_known().await? {
        return Ok(());
    }
    // It may be newer than the list.
    store.forget_locations();
    if is_known().await? {
        return Ok(());
    }
    let detail = format!("there is no location {location}; make it with PUT /locations/{location}");
    Err(Refusal::invalid(vec![FieldError::new("location", detail)]).into())
}

/// Sets a location, and returns it as it is stored. Whether it is closed stays as it was. Running sandboxes may use the old
/// one for some seconds.
pub async fn put_location(store: &Store, location: Location, stamp: &Stamp) -> Result<Location, Error> {
    let id = location.id.clone();
    let rule = |before: Option<Location>| {
        let closed = before.and_then(|before| before.closed);
        Ok(Location { changed: Some(stamp.into()), closed, ..location.clone() })
    };
    change_location(store, &id, rule, stamp).await
}

/// Closes a location for new work. What was promised from it stays promised.
pub async fn close_location(store: &Store, id: &LocationId, reason: &Reason, stamp: &Stamp) -> Result<Location, Error> {
    change_location(store, id, |before| Ok(known(before, id)?.close(reason.clone(), stamp)), stamp).await
}

/// Opens a location again. Orders that wait for stock find it within some minutes.
pub async fn reopen_location(store: &Store, id: &LocationId, stamp: &Stamp) -> Result<Location, Error> {
    change_location(store, id, |before| Ok(known(before, id)?.reopen()), stamp).await
}

/// A location, strongly consistent.
pub(crate) async fn location(store: &Store, id: &LocationId) -> Result<Location, Error> {
    known(store.load(id).await?.map(|read: Stored<Location>| read.value), id)
}

fn known(location: Option<Location>, id: &LocationId) -> Result<Location, Error> {
    location.ok_or_else(|| Refusal::not_found(format!("there is no location {id}")).into())
}

async fn change_location(
    store: &Store,
    id: &LocationId,
    rule: impl Fn(Option<Location>) -> Result<Location, Error>,
    stamp: &Stamp,
) -> Result<Location, Error> {
    let changed = change(store, id, rule, stamp).await?;
    store.forget_locations();
    Ok(changed)
}

/// Sets a channel. Its seller must be known. The shop that it is connected to stays.
pub async fn put_channel(store: &Store, channel: Channel, stamp: &Stamp) -> Result<Channel, Error> {
    if let Some(seller) = &channel.seller {
        let known: Option<Stored<Seller>> = store.load(seller).await?;
        if known.is_none() {
            let detail = format!("there is no seller {seller}; make it with PUT /sellers/{seller}");
            return Err(Refusal::invalid(vec![FieldError::new("seller", detail)]).into());
        }
    }
    let rule = |before: Option<Channel>| {
        let connection = before.and_then(|before| before.connection);
        Ok(Channel { changed: Some(stamp.into()), connection, ..channel.clone() })
    };
    change(store, &channel.id, rule, stamp).await
}

/// Sets a seller. Documents that are issued keep it as it was.
pub async fn put_seller(store: &Store, seller: Seller, stamp: &Stamp) -> Result<Seller, Error> {
    put(store, &seller.id.clone(), Seller { changed: Some(stamp.into()), ..seller }, stamp).await
}

/// Sets a product. `keeps_codes`: its barcodes stay as they were. If it is discontinued, no location sells it any more before
/// it is there.
pub async fn put_product(store: &Store, product: Product, keeps_codes: bool, stamp: &Stamp) -> Result<Product, Error> {
    let product = products::put(store, &Product { changed: Some(stamp.into()), ..product }, keeps_codes, stamp).await?;
    if product.discontinued {
        // After the product, so that nobody allows it again meanwhile. Setting it once more mends what is cut off here.
        let mut levels = store.levels_of(&product.sku).await?;
        levels.retain(|level| level.backorder);
        for some in levels.chunks(MAX_ACTIONS) {
            let mut write = store.write(stamp.at);
            for level in some {
                let terms = Terms { backorder: Some(false), ..Terms::default() };
                write.stock_on_terms(&level.place(), StockDelta::default(), terms);
            }
            write.commit().await?;
        }
    }
    Ok(product)
}

/// Stores a new API key.
pub async fn create_key(store: &Store, key: ApiKey, stamp: &Stamp) -> Result<ApiKey, Error> {
    if is_expired(key.expires_at, stamp.at) {
        return Err(Refusal::invalid(vec![FieldError::new("expires_at", "must be in the future")]).into());
    }
    if let Some(channel) = &key.channel {
        place::require_channel(store, channel).await?;
    }
    must_know_locations(store, &key.locations).await?;
    let key = ApiKey { changed: Some(stamp.into()), ..key };
    put(store, &key.id.clone(), key, stamp).await
}

/// Refuses a list of locations that names some that there are none of.
async fn must_know_locations(store: &Store, locations: &BTreeSet<LocationId>) -> Result<(), Error> {
    let unknown = async || {
        let known = store.locations().await?;
        let is_unknown = |location: &&LocationId| known.iter().all(|known| known.id != **location);
        Ok::<_, Error>(locations.iter().filter(is_unknown).cloned().collect::<Vec<_>>())
    };
    if unknown().await?.is_empty() {
        return Ok(());
    }
    // They may be newer than the list.
    store.forget_locations();
    let error = |location: LocationId| {
        FieldError::new("locations", format!("there is no location {location}; make it with PUT /locations/{location}"))
    };
    let errors: Vec<FieldError> = unknown().await?.into_iter().map(error).collect();
    if errors.is_empty() { Ok(()) } else { Err(Refusal::invalid(errors).into()) }
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
        let revoked = ApiKey { revoked_at: Some(stamp.at), changed, sessions: Vec::new(), ..read.value.clone() };
        let mut write = store.write(stamp.at);
        write.replace(&read, revoked);
        Ok(write.commit().await?)
    })
    .await
}

/// Writes a record over any existing one, and returns it.
async fn put<T: Record>(store: &Store, key: &T::Key, value: T, stamp: &Stamp) -> Result<T, Error> {
    change(store, key, |_| Ok(value.clone()), stamp).await
}

/// Makes a record of the one that there is, if any.
async fn change<T: Record>(
    store: &Store,
    key: &T::Key,
    rule: impl Fn(Option<T>) -> Result<T, Error>,
    stamp: &Stamp,
) -> Result<T, Error> {
    retry_on_conflict(async || {
        let read: Option<Stored<T>> = store.load(key).await?;
        let value = rule(read.as_ref().map(|read| read.value.clone()))?;
        let mut write = store.write(stamp.at);
        match read {
            Some(read) => write.replace(&read, value.clone()),
            None => write.create(key.clone(), value.clone()),
        }
        write.commit().await?;
        Ok(value)
    })
    .await
}
