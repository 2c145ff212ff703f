//! Products and their barcodes.

use crate::{Error, Refusal};
use domain::{
    history::Stamp,
    ids::{CodeKey, ScannedCode, Sku},
    product_code::{self, CodeOwner},
    settings::Product,
};
use std::collections::BTreeMap;
use store::{Store, Stored, retry_on_conflict};

/// Writes a product, and in the same transaction whose the codes are that it gets or has no more. `keeps_codes`: it keeps those
/// that it has.
pub(crate) async fn put(store: &Store, product: &Product, keeps_codes: bool, stamp: &Stamp) -> Result<Product, Error> {
    let sku = &product.sku;
    retry_on_conflict(async || {
        let read: Option<Stored<Product>> = store.load(sku).await?;
        let before = read.as_ref().map(|read| read.value.codes.clone()).unwrap_or_default();
        let codes = if keeps_codes { &before } else { &product.codes };
        let next = Product { codes: codes.clone(), ..product.clone() };
        let (new, old) = product_code::changed(&before, &next.codes);
        let owners = owners(store, new.keys().chain(old.keys())).await?;
        let mut write = store.write(stamp.at);
        for (key, code) in new {
            match owners.get(&key) {
                Some(owner) => write.replace(owner, owner.value.clone().taken_by(sku, code)?),
                None => write.create(key, CodeOwner::NOBODY.taken_by(sku, code)?),
            }
        }
        for owner in old.keys().filter_map(|key| owners.get(key)) {
            write.replace(owner, owner.value.clone().freed_by(sku));
        }
        match read {
            Some(read) => write.replace(&read, next.clone()),
            None => write.create(sku.clone(), next.clone()),
        }
        write.commit().await?;
        Ok(next)
    })
    .await
}

/// Whose these codes are, those that anybody has had.
async fn owners(
    store: &Store,
    keys: impl Iterator<Item = &CodeKey>,
) -> Result<BTreeMap<CodeKey, Stored<CodeOwner>>, Error> {
    let keys: Vec<CodeKey> = keys.cloned().collect();
    let mut owners = BTreeMap::new();
    if !keys.is_empty() {
        for (key, owner) in store.load_all::<CodeOwner>(keys).await? {
            owners.insert(key, owner?);
        }
    }
    Ok(owners)
}

/// What was scanned: a SKU that is expected here, or else the product that has the code, or else a SKU that is not expected; and
/// for how many units it stands.
pub async fn scanned(
    store: &Store,
    code: &ScannedCode,
    is_expected: impl Fn(&Sku) -> bool,
) -> Result<(Sku, u32), Error> {
    let skus: Vec<Sku> = code.readings().iter().filter_map(|reading| reading.as_str().parse().ok()).collect();
    if let Some(sku) = skus.iter().find(|sku| is_expected(sku)) {
        return Ok((sku.clone(), 1));
    }
    let none = match by_code(store, code).await {
        Ok((product, units)) => return Ok((product.sku, units)),
        Err(none @ Error::Refused(_)) => none,
        Err(error) => return Err(error),
    };
    for sku in skus {
        if let Some(product) = store.product(&sku).await? {
            return Ok((product.sku, 1));
        }
    }
    Err(none)
}

/// The product that has a code, and for how many units it stands. What may be read in several ways is the first that is known.
pub async fn by_code(store: &Store, code: &ScannedCode) -> Result<(Product, u32), Error> {
    for reading in code.readings() {
        let owner: Option<Stored<CodeOwner>> = store.load(&reading.key()).await?;
        let product = match owner.and_then(|owner| owner.value.product) {
            Some(sku) => store.product(&sku).await?,
            None => None,
        };
        let units = product.as_ref().and_then(|product| product_code::units_of(&product.codes, &reading));
        if let Some(found) = product.zip(units) {
            return Ok(found);
        }
    }
    let none = format!("no product has the code {}; PUT /products/{{sku}} with `codes` gives it to one", code.bare());
    Err(Refusal::not_found(none).into())
}
