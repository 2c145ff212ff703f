//! Names of things. Each is parsed once, at the edge, and not checked again.

mod barcode;
mod manual;
mod scanned;
mod sku;
mod unread;

pub use barcode::{Barcode, CodeKey, InvalidBarcode};
pub use manual::end_to_end_id;
pub use scanned::{InvalidScan, ScannedCode};
pub use sku::{InvalidSku, Sku};
pub use unread::UnreadId;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{fmt, str::FromStr};

/// Why a text is not a valid name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to {max} characters out of {allowed}")]
pub struct InvalidId {
    max: usize,
    allowed: &'static str,
}

/// What all names that are texts have in common, whatever their parsers take.
macro_rules! text_name {
    ($name:ident, $invalid:ty) => {
        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = $invalid;

            fn try_from(text: String) -> Result<Self, $invalid> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}
use text_name;

/// Declares a name type: its maximum length and the punctuation that it allows besides ASCII letters and digits (`-`
/// must come last).
macro_rules! id {
    ($(#[$doc:meta])* $name:ident, max $max:literal, also $also:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        text_name!($name, InvalidId);

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let allowed = |c: char| c.is_ascii_alphanumeric() || $also.contains(c);
                if text.is_empty() || text.len() > $max || !text.chars().all(allowed) {
                    return Err(InvalidId {
                        max: $max,
                        allowed: concat!("letters, digits and ", $also),
                    });
                }
                Ok(Self(text.to_owned()))
            }
        }

        #[cfg(feature = "schema")]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "type": "string",
                    "minLength": 1,
                    "maxLength": $max,
                    "pattern": concat!("^[A-Za-z0-9", $also, "]+$"),
                })
            }
        }
    };
}

id! {
    /// `ord_` and 26 characters, derived from the channel and the channel's own order id.
    OrderId, max 64, also "_-"
}
id! {
    /// A storefront or marketplace that orders come from.
    ChannelId, max 32, also "_-"
}
id! {
    /// A warehouse, store or partner that stock lies at.
    LocationId, max 32, also "_-"
}
id! {
    /// The name of a payment provider, as in its webhook's address and in the ids of its payments. It has no `_`: see
    /// [`PaymentId`].
    ProviderName, max 16, also "-"
}
id! {
    /// A refund within its order: `cancel`, `return-01`, or the provider's own id for one made elsewhere.
    RefundId, max 128, also "_.-"
}

id! {
    /// A capture or a void within its order: `capture-1`, `void-1`.
    CaptureId, max 128, also "_.-"
}

id! {
    /// The id that a payment provider gives to a payment, refund, dispute or event.
    ProviderId, max 128, also "_-"
}

id! {
    /// A legal entity that sells: its invoices have a numbering of their own.
    SellerId, max 32, also "_-"
}

id! {
    /// The number of an invoice or a credit note, as it is printed: `RE-2026-000001`.
    InvoiceNumber, max 32, also "-"
}

id! {
    /// What the numbers of a seller's invoices begin with: `RE-`.
    NumberPrefix, max 16, also "-"
}

id! {
    /// `bat_` and 26 characters, derived from the location and the idempotency key that it was made with.
    BatchId, max 64, also "_-"
}

impl BatchId {
    /// The id of the batch that was made at `location` under `key`. A batch asked for twice gets the same id.
    pub fn derive(location: &LocationId, key: &str) -> Self {
        Self(format!("bat_{}", derived(location.as_str(), key)))
    }
}

/// 128 bits of SHA-256 as 26 base32 characters in lower case, so that people can read them out and type them. No name contains
/// the byte between the two, so no two pairs collide.
fn derived(name: &str, text: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(name);
    hash.update([0]);
    hash.update(text);
    data_encoding::BASE32_NOPAD.encode(&hash.finalize()[..16]).to_ascii_lowercase()
}

impl OrderId {
    /// The id of the order that `channel` calls `reference`. An order posted twice gets the same id.
    pub fn derive(channel: &ChannelId, reference: &str) -> Self {
        Self(format!("ord_{}", derived(channel.as_str(), reference)))
    }
}

/// Why a text is not the name of a numbered thing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be a name such as {0}")]
pub struct InvalidNumber(&'static str);

/// Declares the name of the n-th thing within its order. Names sort by number, whatever their length.
macro_rules! numbered {
    ($(#[$doc:meta])* $name:ident, $prefix:literal, width $width:literal, first $first:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(u16);

        impl $name {
            /// The name of the `n`-th one, counted from 1.
            pub const fn nth(n: u16) -> Self {
                Self(n)
            }

            /// The name after all of these.
            pub fn after<'a>(known: impl IntoIterator<Item = &'a Self>) -> Self {
                Self(known.into_iter().map(|id| id.0).max().unwrap_or(0).saturating_add(1))
            }

            /// The names after all of these, one after the other.
            pub fn all_after<'a>(known: impl IntoIterator<Item = &'a Self>) -> impl Iterator<Item = Self> {
                (Self::after(known).0..=u16::MAX).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "{:0", $width, "}"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = InvalidNumber;

            fn from_str(text: &str) -> Result<Self, InvalidNumber> {
                let number = text.strip_prefix($prefix).and_then(|number| number.parse().ok());
                // Each thing has one name: neither `1` nor `001` names the first.
                number.map(Self).filter(|id| id.0 > 0 && id.to_string() == text).ok_or(InvalidNumber($first))
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidNumber;

            fn try_from(text: String) -> Result<Self, InvalidNumber> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.to_string()
            }
        }

        #[cfg(feature = "schema")]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "type": "string",
                    "pattern": concat!("^", $prefix, "[0-9]{", $width, ",5}$"),
                    "examples": [$first],
                })
            }
        }
    };
}

numbered! {
    /// `01`, `02`…: a fulfillment within its order.
    FulfillmentId, "", width 2, first "01"
}
numbered! {
    /// `01`, `02`…: a return (RMA) within its order.
    ReturnId, "", width 2, first "01"
}
numbered! {
    /// `P1`, `P2`…: a parcel within its fulfillment.
    ParcelId, "P", width 1, first "P1"
}
numbered! {
    /// `L1`, `L2`…: a label within its fulfillment.
    LabelId, "L", width 1, first "L1"
}

/// The id of a line of an order. It is given when the line is added, never changes and is never reused. After an edit
/// of the order, ids may differ from positions.
pub type LineId = u16;

/// A payment: its provider and the provider's id of it.
///
/// It is stored and shown as one text. The provider's name stands before the first `_`, and the provider's id after it:
/// `acme_pay_7` is what `acme` calls `pay_7`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PaymentId {
    pub provider: ProviderName,
    pub id: ProviderId,
}

/// Why a text is not the name of a payment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be a payment provider's name, an underscore and the provider's id of the payment")]
pub struct InvalidPaymentId;

impl FromStr for PaymentId {
    type Err = InvalidPaymentId;

    fn from_str(text: &str) -> Result<Self, InvalidPaymentId> {
        let (provider, id) = text.split_once('_').ok_or(InvalidPaymentId)?;
        let (provider, id) = (provider.parse(), id.parse());
        Ok(Self { provider: provider.map_err(|_| InvalidPaymentId)?, id: id.map_err(|_| InvalidPaymentId)? })
    }
}

impl TryFrom<String> for PaymentId {
    type Error = InvalidPaymentId;

    fn try_from(text: String) -> Result<Self, InvalidPaymentId> {
        text.parse()
    }
}

impl From<PaymentId> for String {
    fn from(payment: PaymentId) -> Self {
        payment.to_string()
    }
}

impl fmt::Display for PaymentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", self.provider, self.id)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for PaymentId {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "PaymentId".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "pattern": "^[A-Za-z0-9-]{1,16}_[A-Za-z0-9_-]{1,128}$",
            "description": "The payment provider's name, an underscore and the provider's id of the payment.",
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_same_order_of_the_same_channel_has_the_same_id() {
        let web: ChannelId = "web".parse().unwrap();
        let id = OrderId::derive(&web, "1001");
        assert_eq!(id, OrderId::derive(&web, "1001"));
        assert_ne!(id, OrderId::derive(&web, "1002"));
        assert_ne!(id, OrderId::derive(&"web1".parse().unwrap(), "001"));
        assert_eq!(id.as_str().len(), 30);
        assert_eq!(id.as_str().parse::<OrderId>().unwrap(), id);
    }

    #[test]
    fn a_name_takes_only_its_characters_and_length() {
        for bad in ["", "a b", "a/b", "ä", "a\u{0}", &"x".repeat(33)] {
            assert!(bad.parse::<LocationId>().is_err(), "{bad:?}");
        }
        assert_eq!("main-01_a".parse::<LocationId>().unwrap().as_str(), "main-01_a");
        assert_eq!(
            "a b".parse::<LocationId>().unwrap_err().to_string(),
            "must be 1 to 32 characters out of letters, digits and _-"
        );
    }

    #[test]
    fn numbered_things_sort_by_their_number_and_have_one_name_each() {
        let ids: Vec<FulfillmentId> = ["11", "100", "02"].map(|text| text.parse().unwrap()).to_vec();
        assert_eq!(FulfillmentId::after(&ids).to_string(), "101");
        assert!("11".parse::<FulfillmentId>().unwrap() < "100".parse().unwrap());
        for bad in ["", "0", "00", "1", "001", "+1", "-1", "a", "65536", "P1"] {
            assert!(bad.parse::<FulfillmentId>().is_err(), "{bad:?}");
        }
        for bad in ["", "P", "P0", "P01", "1", "p1"] {
            assert!(bad.parse::<ParcelId>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_payment_reads_back_from_its_text_whatever_its_parts_are() {
        let table = [("acme", "pay_123"), ("acme-pay", "_x_"), ("A1", "-"), (&"p".repeat(16), &"9".repeat(128))];
        for (provider, id) in table {
            let payment = PaymentId { provider: provider.parse().unwrap(), id: id.parse().unwrap() };
            assert_eq!(payment.to_string(), format!("{provider}_{id}"));
            assert_eq!(payment.to_string().parse::<PaymentId>().unwrap(), payment);
            assert_eq!(PaymentId::try_from(String::from(payment.clone())).unwrap(), payment);
        }
    }

    #[test]
    fn a_text_without_provider_or_id_names_no_payment() {
        for bad in ["", "acme", "acme_", "_pay", "a b_c", "acme_a b", "acme_ä", &format!("{}_1", "p".repeat(17))] {
            assert_eq!(bad.parse::<PaymentId>(), Err(InvalidPaymentId), "{bad:?}");
        }
    }
}
