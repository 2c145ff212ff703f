//! An API key to be made.

use api::{Body, Fields};
use domain::{
    ids::{ChannelId, LocationId},
    limits::Limits,
    money::Currency,
    settings::{ApiKey, Role},
    text::Text,
    whole::Price,
};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// They go with each request of the key.
const MAX_LOCATIONS: usize = 50;

/// An API key to be made. A restriction is taken as it is or refused: an empty text is no way to leave it out.
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(extend("examples" = [
        { "name": "packing table", "role": "warehouse", "locations": ["main"] },
        { "name": "Anna", "role": "customer_service", "refund_limit": { "EUR": 5000 } },
    ]))
)]
#[derive(Debug)]
pub struct CreateKey {
    /// What people call it. What it does is noted in timelines as done by `role:name`.
    pub name: Text<1, 60>,
    /// What it may do. It cannot be changed later.
    pub role: Role,
    /// Required for a storefront, and only for it.
    pub channel: Option<ChannelId>,
    /// For the warehouse only: where it works. All else it is neither shown nor lets it change. Without this field it works
    /// everywhere.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = MAX_LOCATIONS)))]
    pub locations: Option<Vec<LocationId>>,
    /// For customer service only: what it may give back of one order at most, in minor units, by currency: `{"EUR": 5000}` is
    /// 50.00 EUR. Of an order in another currency it may give back nothing, and without this field of none. What all keys of
    /// customer service give back of an order counts together: refunds by hand, refunds of returns that they decide, and cheaper
    /// shipping. A cancellation does not count.
    #[cfg_attr(
        feature = "schema",
        schemars(with = "Option<BTreeMap<Currency, Price>>", extend("minProperties" = 1))
    )]
    pub refund_limit: Option<Limits>,
    /// From when on it is refused. Without this field it does not expire.
    #[cfg_attr(feature = "schema", schemars(with = "Option<domain::schema::Moment>"))]
    pub expires_at: Option<Timestamp>,
}

impl Body for CreateKey {
    fn read(fields: &Fields<'_>) -> Option<Self> {
        let name = fields.text("name");
        let role = fields.text("role");
        let channel = fields.restriction("channel");
        let locations = fields.optional_texts("locations", 1..=MAX_LOCATIONS, str::parse);
        let refund_limit = refund_limit(fields);
        let expires_at = fields.restriction("expires_at");
        let key = Self {
            name: name?,
            role: role?,
            channel: channel?,
            locations: locations?,
            refund_limit: refund_limit?,
            expires_at: expires_at?,
        };
        let of_others = [
            ("channel", key.channel.is_some(), Role::Storefront, "is for storefronts only"),
            ("locations", key.locations.is_some(), Role::Warehouse, "is for the warehouse only"),
            ("refund_limit", key.refund_limit.is_some(), Role::CustomerService, "is for customer service only"),
        ];
        let mut is_right = true;
        for (field, _, _, why) in of_others.into_iter().filter(|(_, is_there, of, _)| *is_there && key.role != *of) {
            fields.report(field, why);
            is_right = false;
        }
        if key.role == Role::Storefront && key.channel.is_none() {
            fields.report("channel", "is required: a storefront sees one channel's orders");
            is_right = false;
        }
        is_right.then_some(key)
    }
}

#[allow(clippy::option_option)] // absent and wrong are different
fn refund_limit(fields: &Fields<'_>) -> Option<Option<Limits>> {
    let given: Option<BTreeMap<Currency, Price>> = fields.optional_wholes("refund_limit")?;
    if given.as_ref().is_some_and(BTreeMap::is_empty) {
        fields.report("refund_limit", "must name a currency; leave it out for a key that refunds nothing");
        return None;
    }
    Some(given.map(|given| Limits(given.into_iter().map(|(currency, limit)| (currency, limit.get())).collect())))
}

impl CreateKey {
    /// The key whose hash is `id`.
    pub fn key(self, id: String, created_at: Timestamp) -> ApiKey {
        let Self { name, role, channel, locations, refund_limit, expires_at } = self;
        ApiKey {
            channel,
            locations: locations.into_iter().flatten().collect(),
            refund_limit: refund_limit.unwrap_or_default(),
            expires_at,
            ..ApiKey::new(id, name, role, created_at)
        }
    }
}
