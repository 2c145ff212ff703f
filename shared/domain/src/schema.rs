//! JSON Schemas of foreign types, only for the OpenAPI description.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use std::borrow::Cow;

/// Declares the JSON form of a foreign type: a text in a format that JSON Schema has a name for.
macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $format:literal) => {
        $(#[$doc])*
        pub struct $name;

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn inline_schema() -> bool {
                true
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "format": $format })
            }
        }
    };
}

text! {
    /// Stands for [`jiff::Timestamp`].
    Moment, "date-time"
}
text! {
    /// Stands for [`jiff::civil::Date`].
    Date, "date"
}
text! {
    /// Stands for [`jiff::civil::Time`]: `14:00:00`, without an offset.
    TimeOfDay, "partial-time"
}
