//! The tables as they are: read page by page, as plain JSON.

use crate::AwsError;
use aws_sdk_dynamodb::{
    Client,
    types::{AttributeValue, IndexStatus, KeySchemaElement, KeyType, KeysAndAttributes, TableStatus},
};
use laws::Item;
use runtime::Aws;
use serde_json::Value;
use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

/// A table's keys and indexes, as text: `order_id, item`; `due: due_class, due_at`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shape {
    pub key: String,
    pub indexes: BTreeMap<String, String>,
}

/// The items of an endpoint's tables.
#[derive(Debug, Clone)]
pub struct Tables {
    client: Client,
    pub names: store::Tables,
}

/// DynamoDB's limit for one `BatchGetItem`.
const MAX_KEYS: usize = 100;
/// How often a request for what DynamoDB left out is repeated.
const MAX_ATTEMPTS: u32 = 10;

impl Tables {
    pub fn new(aws: &Aws, names: store::Tables) -> Self {
        Self { client: Client::new(aws.config()), names }
    }

    /// Hands over the items of a table, page by page, strongly consistent. Items of one partition come one after the other.
    pub async fn scan(
        &self,
        table: &str,
        mut page: impl AsyncFnMut(Vec<Item>) -> Result<(), AwsError>,
    ) -> Result<(), AwsError> {
        let mut pages = self.client.scan().table_name(table).consistent_read(true).into_paginator().send();
        while let Some(found) = pages.next().await {
            let found = found.map_err(AwsError::of("Scan", named(table)))?;
            page(found.items.unwrap_or_default().into_iter().map(plain_item).collect()).await?;
        }
        Ok(())
    }

    /// All items of a table that is small.
    pub async fn all(&self, table: &str) -> Result<Vec<Item>, AwsError> {
        let mut all = Vec::new();
        let read = self.scan(table, async |page| {
            all.extend(page);
            Ok(())
        });
        read.await?;
        Ok(all)
    }

    /// All items of one order, strongly consistent.
    pub async fn order(&self, order: &str) -> Result<Vec<Item>, AwsError> {
        self.partition(&self.names.orders, "order_id", order).await
    }

    /// All items whose partition key has this value, strongly consistent.
    pub async fn partition(&self, table: &str, key: &str, value: &str) -> Result<Vec<Item>, AwsError> {
        let query = self.client.query().table_name(table).consistent_read(true);
        let query = query
            .key_condition_expression("#key = :value")
            .expression_attribute_names("#key", key)
            .expression_attribute_values(":value", AttributeValue::S(value.to_owned()));
        let mut items = query.into_paginator().items().send();
        let mut found = Vec::new();
        while let Some(item) = items.next().await {
            found.push(plain_item(item.map_err(AwsError::of("Query", named(table)))?));
        }
        Ok(found)
    }

    /// Some items by their keys, strongly consistent. Missing ones are left out.
    pub async fn some(&self, table: &str, keys: &[Vec<(&str, &str)>]) -> Result<Vec<Item>, AwsError> {
        let mut found = Vec::new();
        for chunk in keys.chunks(MAX_KEYS) {
            let attribute = |(name, value): &(&str, &str)| ((*name).to_owned(), AttributeValue::S((*value).to_owned()));
            let keys: Vec<HashMap<_, _>> = chunk.iter().map(|key| key.iter().map(attribute).collect()).collect();
            let failed = || AwsError::of("BatchGetItem", named(table));
            let build = |keys| KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true).build();
            let wanted = build(keys).map_err(|error| AwsError::Failed {
                operation: "BatchGetItem",
                what: named(table),
                why: error.to_string(),
            })?;
            let mut wanted = HashMap::from([(table.to_owned(), wanted)]);
            for attempt in 0..MAX_ATTEMPTS {
                let answer = self.client.batch_get_item().set_request_items(Some(wanted)).send().await;
                let answer = answer.map_err(failed())?;
                let items = answer.responses.unwrap_or_default().into_values().flatten();
                found.extend(items.map(plain_item));
                wanted = answer.unprocessed_keys.unwrap_or_default();
                if wanted.is_empty() {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(50) * 2_u32.pow(attempt)).await;
            }
            if !wanted.is_empty() {
                let why = "DynamoDB leaves keys out again and again".to_owned();
                return Err(AwsError::Failed { operation: "BatchGetItem", what: named(table), why });
            }
        }
        Ok(found)
    }

    /// The keys and indexes of a table that can be used. An index that is still being built is left out.
    pub async fn shape(&self, table: &str) -> Result<Shape, AwsError> {
        let answer = self.client.describe_table().table_name(table).send().await;
        let answer = answer.map_err(AwsError::of("DescribeTable", named(table)))?;
        let found = answer.table.ok_or_else(|| AwsError::Missing { what: named(table) })?;
        // What does not tell its state is in use.
        let is_active = found.table_status().is_none_or(|status| *status == TableStatus::Active);
        if !is_active {
            let why = "it is still being made".to_owned();
            return Err(AwsError::Failed { operation: "DescribeTable", what: named(table), why });
        }
        let keys = |schema: &[KeySchemaElement]| {
            let of = |kind: KeyType| {
                schema.iter().filter(move |key| *key.key_type() == kind).map(KeySchemaElement::attribute_name)
            };
            of(KeyType::Hash).chain(of(KeyType::Range)).collect::<Vec<_>>().join(", ")
        };
        let usable = found
            .global_secondary_indexes()
            .iter()
            .filter(|index| index.index_status().is_none_or(|status| *status == IndexStatus::Active));
        let indexes =
            usable.map(|index| (index.index_name().unwrap_or_default().to_owned(), keys(index.key_schema()))).collect();
        Ok(Shape { key: keys(found.key_schema()), indexes })
    }
}

fn named(table: &str) -> String {
    format!("the table {table}")
}

fn plain_item(item: HashMap<String, AttributeValue>) -> Item {
    item.into_iter().map(|(name, value)| (name, plain(value))).collect()
}

/// An attribute without DynamoDB's type. The books hold whole numbers only.
fn plain(value: AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => text.into(),
        AttributeValue::N(number) => number.parse::<i64>().map_or(Value::String(number), Value::from),
        AttributeValue::Bool(flag) => flag.into(),
        AttributeValue::L(items) => items.into_iter().map(plain).collect(),
        AttributeValue::M(members) => plain_item(members).into(),
        AttributeValue::Ss(texts) | AttributeValue::Ns(texts) => texts.into(),
        _ => Value::Null,
    }
}
