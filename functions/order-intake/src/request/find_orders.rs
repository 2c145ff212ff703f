//! The body of `POST /orders/search`.

use api::{Body, Fields, cursor_of_any};
use domain::{
    ids::ChannelId,
    search::{By, Wanted},
    settings::Role,
    text::Text,
};
use jiff::Timestamp;

/// What is known of the orders that are looked for. People's data must be in no address, which logs keep, so this is a body.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct FindOrders {
    /// What `value` is. A warehouse key takes `reference`, `sku` and `tracking` only.
    pub by: By,
    /// The whole of it: an e-mail address in any case, a phone number with or without its country's prefix, a SKU, a
    /// reference, a tracking number. Of a name, its beginning, or that of its last word: three letters or more, or a whole
    /// word.
    #[cfg_attr(feature = "schema", schemars(with = "Text<1, 254>"))]
    pub value: Known,
    /// Orders of this channel only.
    #[cfg_attr(feature = "schema", schemars(with = "Option<Text<1, 32>>"))]
    pub channel: Option<ChannelId>,
    /// Orders that were placed at this moment or later.
    #[cfg_attr(feature = "schema", schemars(with = "Option<domain::schema::Moment>"))]
    pub placed_from: Option<Timestamp>,
    /// Orders that were placed before this moment.
    #[cfg_attr(feature = "schema", schemars(with = "Option<domain::schema::Moment>"))]
    pub placed_before: Option<Timestamp>,
    /// The `next_cursor` of the page before.
    #[cfg_attr(feature = "schema", schemars(with = "Option<Text<1, 400>>"))]
    pub cursor: Option<String>,
}

/// What is looked for.
#[derive(Debug)]
pub enum Known {
    Reference(String),
    Of(Wanted),
}

/// Whether it tells who a customer is. The warehouse looks no customers up.
fn is_personal(by: By) -> bool {
    matches!(by, By::Email | By::Phone | By::Name)
}

fn known(by: By, fields: &Fields<'_>) -> Option<Known> {
    const VALUE: &str = "value";
    Some(match by {
        By::Reference => Known::Reference(fields.text::<Text<1, 128>>(VALUE)?.to_string()),
        By::Email => Known::Of(Wanted::Email(fields.text(VALUE)?)),
        By::Phone => Known::Of(Wanted::Phone(fields.text(VALUE)?)),
        By::Name => Known::Of(Wanted::Name(fields.text(VALUE)?)),
        By::Sku => Known::Of(Wanted::Sku(fields.text(VALUE)?)),
        By::Tracking => Known::Of(Wanted::Tracking(fields.text(VALUE)?)),
    })
}

impl Body for FindOrders {
    fn read(fields: &Fields<'_>) -> Option<Self> {
        let by: Option<By> = fields.text("by");
        let is_warehouse = fields.request().caller.as_ref().is_some_and(|caller| caller.role == Role::Warehouse);
        if is_warehouse && by.is_some_and(is_personal) {
            fields.report("by", "must be reference, sku or tracking: a warehouse key looks no customers up");
        }
        let value = match by {
            Some(by) => known(by, fields),
            None => fields.text::<Text<1, 254>>("value").and(None),
        };
        let channel = fields.optional_text("channel");
        let (from, before) = (fields.optional_text("placed_from"), fields.optional_text("placed_before"));
        let cursor = fields.optional_text_by("cursor", cursor_of_any);
        Some(Self {
            by: by?,
            value: value?,
            channel: channel?,
            placed_from: from?,
            placed_before: before?,
            cursor: cursor?,
        })
    }
}
