//! DynamoDB attributes, and the values in them.

use super::{Item, StoreError};
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};
use std::fmt::Display;

pub(crate) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(crate) fn number(value: impl Into<i128>) -> AttributeValue {
    AttributeValue::N(value.into().to_string())
}

pub(crate) fn text_of<'a>(item: &'a Item, name: &str) -> Option<&'a str> {
    item.get(name)?.as_s().ok().map(String::as_str)
}

/// A key from its text attributes.
pub(crate) fn key_item<const N: usize>(parts: [(&str, String); N]) -> Item {
    parts.into_iter().map(|(name, value)| (name.to_owned(), text(value))).collect()
}

pub(crate) use domain::search::sortable;

pub(crate) fn from_sortable(text: &str) -> Option<Timestamp> {
    Timestamp::from_millisecond(text.get(..14)?.parse().ok()?).ok()
}

pub(crate) fn to_item(value: &impl Serialize, name: impl Display) -> Result<Item, StoreError> {
    serde_dynamo::to_item(value).map_err(|e| StoreError::unreadable(name, e))
}

pub(crate) fn from_item<T: DeserializeOwned>(item: Item, name: impl Display) -> Result<T, StoreError> {
    serde_dynamo::from_item(item).map_err(|e| StoreError::unreadable(name, e))
}
