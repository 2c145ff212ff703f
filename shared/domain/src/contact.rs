//! How people and systems are reached: e-mail addresses, web addresses, countries.

mod web;

pub use web::{InvalidUrl, InvalidWebhook, WebUrl, WebhookUrl};

/// Declares a text of one form: its check, the message of a refusal, and its JSON Schema.
macro_rules! form {
    ($(#[$doc:meta])* $name:ident, $error:ident($message:literal), $check:path, $schema:tt) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        /// Why a text is not one.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
        #[error($message)]
        pub struct $error;

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = $error;

            fn from_str(text: &str) -> Result<Self, $error> {
                if $check(text) { Ok(Self(text.to_owned())) } else { Err($error) }
            }
        }

        impl TryFrom<String> for $name {
            type Error = $error;

            fn try_from(text: String) -> Result<Self, $error> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        impl std::ops::Deref for $name {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.0 == *other
            }
        }

        /// In tests, where a literal is its own proof.
        #[cfg(any(test, feature = "fixtures"))]
        #[allow(clippy::unwrap_used)]
        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                text.parse().unwrap()
            }
        }

        #[cfg(feature = "schema")]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn inline_schema() -> bool {
                true
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!($schema)
            }
        }
    };
}

use form;

/// RFC 5321, section 4.5.3.1: the longest path without its angle brackets.
const MAX_EMAIL: usize = 254;

form! {
    /// What can be an e-mail address and mail servers take. Whether it exists, only a mail to it tells.
    EmailAddress,
    InvalidEmail("must be an e-mail address"),
    is_email,
    { "type": "string", "format": "email", "maxLength": MAX_EMAIL }
}

form! {
    /// An ISO 3166-1 alpha-2 code, by its shape.
    Country,
    InvalidCountry("must be an ISO 3166-1 country code in upper case, for example DE"),
    is_country,
    { "type": "string", "pattern": "^[A-Z]{2}$" }
}

/// One `@` between words with dots between them (RFC 5321: 64 characters before it).
fn is_email(text: &str) -> bool {
    let word =
        |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_graphic() && !"<>()[]\\,;:\"@".contains(c));
    let label = |part: &str| {
        let letters = part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        (1..=63).contains(&part.len()) && letters && !part.starts_with('-') && !part.ends_with('-')
    };
    text.len() <= MAX_EMAIL
        && text.split_once('@').is_some_and(|(local, domain)| {
            local.len() <= 64 && local.split('.').all(word) && domain.contains('.') && domain.split('.').all(label)
        })
}

fn is_country(code: &str) -> bool {
    code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase())
}

#[cfg(test)]
mod tests;
