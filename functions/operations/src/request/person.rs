//! The body of requests about a person's data.

use api::{Body, Fields, cursor_of_any};
use app::customers::Person;
use domain::{search::PersonBy, text::Text};

/// Whose data it is about. People's data must be in no address, which logs keep, so this is a body.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "PersonRequest"))]
#[derive(Debug)]
pub struct PersonRequest {
    /// Whether `value` is an e-mail address or the id of an order.
    pub by: PersonBy,
    /// The e-mail address that the person ordered under, or the id of one of the person's orders, which is then the only one.
    #[cfg_attr(feature = "schema", schemars(rename = "value", with = "Text<1, 254>"))]
    pub person: Person,
    /// The `next_cursor` of the page before.
    #[cfg_attr(feature = "schema", schemars(with = "Option<Text<1, 400>>"))]
    pub cursor: Option<String>,
}

impl Body for PersonRequest {
    fn read(fields: &Fields<'_>) -> Option<Self> {
        let by = fields.text("by");
        let person = match by {
            Some(PersonBy::Email) => fields.text("value").map(Person::Email),
            Some(PersonBy::Order) => fields.text("value").map(Person::OfOrder),
            None => fields.text::<Text<1, 254>>("value").and(None),
        };
        let cursor = fields.optional_text_by("cursor", cursor_of_any);
        Some(Self { by: by?, person: person?, cursor: cursor? })
    }
}
