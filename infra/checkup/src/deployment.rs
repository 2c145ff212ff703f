//! The stack as it was deployed: what CloudFormation knows of it.

use crate::AwsError;
use aws_sdk_cloudformation::{Client, types::StackStatus};
use runtime::Aws;
use std::collections::BTreeMap;

/// A resource of the stack.
#[derive(Debug, Clone)]
pub struct Resource {
    pub logical_id: String,
    /// A name, a URL or an ARN, as the kind has it.
    pub physical_id: String,
    pub kind: String,
}

#[derive(Debug, Clone, Default)]
pub struct Deployment {
    pub stack: String,
    /// `UPDATE_COMPLETE`.
    pub status: String,
    pub parameters: BTreeMap<String, String>,
    pub outputs: BTreeMap<String, String>,
    pub resources: Vec<Resource>,
}

impl Deployment {
    pub async fn read(aws: &Aws, stack: &str) -> Result<Self, AwsError> {
        let client = Client::new(aws.config());
        let named = || format!("the stack {stack}");
        let described = client.describe_stacks().stack_name(stack).send().await;
        let described = described.map_err(AwsError::of("DescribeStacks", named()))?;
        let found = described.stacks().first().ok_or_else(|| AwsError::Missing { what: named() })?;
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let parameters = found.parameters().iter().map(|p| (text(p.parameter_key()), text(p.parameter_value())));
        let outputs = found.outputs().iter().map(|o| (text(o.output_key()), text(o.output_value())));
        let mut resources = Vec::new();
        let mut pages = client.list_stack_resources().stack_name(stack).into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(AwsError::of("ListStackResources", named()))?;
            resources.extend(page.stack_resource_summaries().iter().map(|resource| Resource {
                logical_id: text(resource.logical_resource_id()),
                physical_id: text(resource.physical_resource_id()),
                kind: text(resource.resource_type()),
            }));
        }
        Ok(Self {
            stack: stack.to_owned(),
            status: text(found.stack_status().map(StackStatus::as_str)),
            parameters: parameters.collect(),
            outputs: outputs.collect(),
            resources,
        })
    }

    /// The physical id of a resource, by its logical id.
    pub fn resource(&self, logical_id: &str) -> Option<&str> {
        let found = self.resources.iter().find(|resource| resource.logical_id == logical_id);
        found.map(|resource| resource.physical_id.as_str())
    }

    /// The names of the tables with this suffix, or with the one that the stack is deployed with.
    pub fn tables(&self, suffix: Option<&str>) -> Result<store::Tables, AwsError> {
        let suffix = suffix.or(self.parameters.get("TableSuffix").map(String::as_str)).unwrap_or_default();
        store::Tables::of(|table| {
            let logical_id = table.logical_id();
            let own = self.resource(logical_id);
            let missing = || AwsError::Missing { what: format!("{logical_id} of the stack {}", self.stack) };
            own.map(|own| format!("{own}{suffix}")).ok_or_else(missing)
        })
    }
}
