//! The bodies of `POST /channels/{channel}/connect` and `PUT /channels/{channel}/stock`.

use api::{Body, Fields};
use channels::Keys;
use domain::{
    contact::WebhookUrl,
    ids::{LocationId, Sku},
    settings::{ChannelKind, Connection, EmailsBy, RefundsBy},
    stock_sync::{FirstNumbers, MAX_EXCEPTIONS, Percent, SkuSync, StockSync, ToldUnits},
    text::Text,
};
use jiff::Timestamp;

/// A shop, and what it takes to sign in there.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct ConnectShop {
    /// What runs the shop.
    pub kind: ChannelKind,
    /// Its address: `https://shop.example`, with the folder if it is in one. `https` only, but for loopback.
    pub url: WebhookUrl,
    /// The first part of its key: WooCommerce's consumer key, `ck_…`. It needs read and write access.
    pub key: Text<1, 200>,
    /// The second part of its key: WooCommerce's consumer secret, `cs_…`. It is kept as a secret, and told by no answer.
    pub secret: Text<1, 200>,
    /// Who writes to the customers of the shop. The shop, if absent: it does so already.
    pub emails: Option<EmailsBy>,
    /// Who gives back the money of its orders. People, if absent.
    pub refunds: Option<RefundsBy>,
}

impl Body for ConnectShop {
    fn read(fields: &Fields<'_>) -> Option<Self> {
        let (kind, url) = (fields.text("kind"), fields.text("url"));
        let (key, secret) = (fields.text("key"), fields.text("secret"));
        let (emails, refunds) = (fields.optional_text("emails"), fields.optional_text("refunds"));
        Some(Self { kind: kind?, url: url?, key: key?, secret: secret?, emails: emails?, refunds: refunds? })
    }
}

impl ConnectShop {
    /// The connection, which begins now, and its keys.
    pub fn connection(self, now: Timestamp) -> (Connection, Keys) {
        let Self { kind, url, key, secret, emails, refunds } = self;
        let (emails, refunds) = (emails.unwrap_or(EmailsBy::Shop), refunds.unwrap_or(RefundsBy::People));
        let connection = Connection { kind, url, since: now, emails, refunds, stock: None };
        (connection, Keys { key: key.into(), secret: secret.into() })
    }
}

/// How the shop of a channel is told how many units it may sell: `max(0, min(cap, ⌊share × (available − buffer)⌋))`.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct PutStockSync {
    /// What is counted here already counts, and overwrites what the shop says. Of what no location keeps yet, `orderly`: the shop is told nothing
    /// until somebody counts it here; `shop`: what the shop says is counted into `count_at`, once.
    pub first: FirstNumbers,
    /// Where what the shop has is counted. Required with `"first": "shop"`, and refused otherwise.
    pub count_at: Option<LocationId>,
    /// How much of the available units the shop may sell, in percent, rounded down. 100 if absent.
    pub share: Option<Percent>,
    /// Units that are kept back from it, for what two channels sell in the same second. 0 if absent.
    pub buffer: Option<ToldUnits>,
    /// The most that it is told.
    pub cap: Option<ToldUnits>,
    /// The locations whose stock it sells. All, if absent.
    pub locations: Option<Vec<LocationId>>,
    /// What is different for some SKUs. At most 500.
    pub skus: Option<Vec<PutSkuSync>>,
}

/// What is different for a SKU. What is absent is as for the others.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct PutSkuSync {
    /// The SKU that it is about.
    pub sku: Sku,
    /// How much of the available units the shop may sell, in percent.
    pub share: Option<Percent>,
    /// Units that are kept back.
    pub buffer: Option<ToldUnits>,
    /// The most that is told. 0: the shop sells none.
    pub cap: Option<ToldUnits>,
}

impl Body for PutStockSync {
    fn read(fields: &Fields<'_>) -> Option<Self> {
        let (first, count_at) = (fields.text("first"), fields.optional_text("count_at"));
        let (share, buffer, cap) = shares(fields);
        let locations = fields.optional_texts("locations", 1..=100, str::parse);
        let skus = fields.optional_list("skus", 0..=MAX_EXCEPTIONS, |fields| {
            let sku = fields.text("sku");
            let (share, buffer, cap) = shares(fields);
            Some(PutSkuSync { sku: sku?, share: share?, buffer: buffer?, cap: cap? })
        });
        let (first, count_at): (FirstNumbers, Option<LocationId>) = (first?, count_at?);
        match (first, &count_at) {
            (FirstNumbers::Shop, None) => {
                fields.report("count_at", "is required: the location where what the shop has is counted");
                return None;
            }
            (FirstNumbers::Orderly, Some(_)) => {
                fields.report("count_at", "is for \"first\": \"shop\" only");
                return None;
            }
            _ => {}
        }
        let (locations, skus): (Option<Vec<LocationId>>, Option<Vec<PutSkuSync>>) = (locations?, skus?);
        if let (Some(place), Some(all)) = (&count_at, &locations)
            && !all.contains(place)
        {
            fields.report("count_at", "must be one of the locations whose stock the shop sells");
            return None;
        }
        Some(Self { first, count_at, share: share?, buffer: buffer?, cap: cap?, locations, skus })
    }
}

type Shares = (Option<Option<Percent>>, Option<Option<ToldUnits>>, Option<Option<ToldUnits>>);

fn shares(fields: &Fields<'_>) -> Shares {
    (fields.optional_whole("share"), fields.optional_whole("buffer"), fields.optional_whole("cap"))
}

impl PutStockSync {
    /// The settings, which begin now.
    pub fn sync(self, now: Timestamp) -> StockSync {
        let Self { first, count_at, share, buffer, cap, locations, skus } = self;
        let different = |PutSkuSync { sku, share, buffer, cap }: PutSkuSync| {
            let (share, buffer) = (share.map(Percent::get), buffer.map(ToldUnits::get));
            (sku, SkuSync { share, buffer, cap: cap.map(ToldUnits::get) })
        };
        let all = StockSync::of_everything(now);
        StockSync {
            first,
            count_at,
            share: share.map_or(all.share, Percent::get),
            buffer: buffer.map_or(all.buffer, ToldUnits::get),
            cap: cap.map(ToldUnits::get),
            locations: locations.into_iter().flatten().collect(),
            skus: skus.into_iter().flatten().map(different).collect(),
            ..all
        }
    }
}
