//! How people and systems are reached: e-mail addresses, web addresses, bank accounts, VAT ids, countries.

mod country;
mod iban;
mod vat_id;
mod web;

pub use country::{Country, InvalidCountry};
pub use iban::{Iban, InvalidIban};
pub use vat_id::{InvalidVatId, VatId};
pub use web::{InvalidUrl, InvalidWebhook, WebUrl, WebhookUrl};

/// Declares a text of one form: how it is read, why it may be refused, and its JSON Schema. What is read may differ from
/// what was written where nothing is lost by that.
macro_rules! form {
    ($(#[$doc:meta])* $name:ident, $error:ident, $read:path, $schema:tt) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = $error;

            fn from_str(text: &str) -> Result<Self, $error> {
                $read(text).map(Self)
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

pub(crate) use form;

/// RFC 5321, section 4.5.3.1: the longest path without its angle brackets.
const MAX_EMAIL: usize = 254;

form! {
    /// What can be an e-mail address and mail servers take. Whether it exists, only a mail to it tells. A domain in letters
    /// beyond ASCII becomes what the mail servers know it by.
    EmailAddress,
    InvalidEmail,
    read_email,
    { "type": "string", "format": "email", "maxLength": MAX_EMAIL }
}

/// Why a text is no e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be an e-mail address")]
pub struct InvalidEmail;

fn read_email(text: &str) -> Result<String, InvalidEmail> {
    let text = text.trim();
    let address = match text.rsplit_once('@') {
        Some((local, domain)) if !domain.is_ascii() => {
            let domain = idna::domain_to_ascii_strict(domain).map_err(|_| InvalidEmail)?;
            format!("{local}@{domain}")
        }
        _ => text.to_owned(),
    };
    if is_email(&address) { Ok(address) } else { Err(InvalidEmail) }
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

impl EmailAddress {
    /// An address that no mail reaches (RFC 2606).
    pub(crate) fn nobody() -> Self {
        Self("erased@erased.invalid".to_owned())
    }

    /// What stands where a sales channel has told none (RFC 2606).
    pub fn unknown() -> Self {
        Self("unknown@unknown.invalid".to_owned())
    }

    /// Whether nobody knows where e-mails should go.
    pub fn is_unknown(&self) -> bool {
        *self == Self::unknown()
    }
}

#[cfg(test)]
mod tests;
