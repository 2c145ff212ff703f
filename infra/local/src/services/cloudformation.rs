//! CloudFormation: the one stack that the template is deployed as, to be looked at.

use super::query::{self, Xml};
use crate::template::{Declared, System};
use axum::{http::StatusCode, response::Response};
use std::collections::BTreeMap;

/// The name of the local stack.
pub const STACK: &str = "orderly-local";
/// CloudFormation's page size.
const PAGE: usize = 100;

/// The stack as it was deployed.
#[derive(Debug)]
pub(super) struct CloudFormation {
    parameters: BTreeMap<String, String>,
    outputs: BTreeMap<String, String>,
    resources: Vec<Declared>,
}

impl CloudFormation {
    /// `outputs` override the template's: locally an address is another than on AWS.
    pub(super) fn new(system: &System, outputs: BTreeMap<String, String>) -> Self {
        let (parameters, resources) = (system.parameters.clone(), system.resources.clone());
        Self { parameters, outputs: system.outputs.clone().into_iter().chain(outputs).collect(), resources }
    }

    pub(super) fn handle(&self, operation: &str, body: &[u8]) -> Response {
        let fields = query::fields(body);
        let name = fields.get("StackName").map_or("", String::as_str);
        if name != STACK {
            let message = format!("Stack with id {name} does not exist");
            return query::refuse(StatusCode::BAD_REQUEST, "ValidationError", &message);
        }
        let answer = match operation {
            "DescribeStacks" => self.describe(),
            _ => self.list(fields.get("NextToken").and_then(|token| token.parse().ok()).unwrap_or(0)),
        };
        query::answer(operation, &answer)
    }

    fn describe(&self) -> Xml {
        let pairs = |pairs: &BTreeMap<String, String>, key: &'static str, value: &'static str| {
            Xml::list(pairs.iter().map(|(name, text)| {
                Xml::Elements(vec![(key, Xml::text(name.as_str())), (value, Xml::text(text.as_str()))])
            }))
        };
        let stack = Xml::Elements(vec![
            ("StackName", Xml::text(STACK)),
            ("StackStatus", Xml::text("CREATE_COMPLETE")),
            ("CreationTime", Xml::text("2026-01-01T00:00:00Z")),
            ("Parameters", pairs(&self.parameters, "ParameterKey", "ParameterValue")),
            ("Outputs", pairs(&self.outputs, "OutputKey", "OutputValue")),
        ]);
        Xml::Elements(vec![("Stacks", Xml::list(std::iter::once(stack)))])
    }

    fn list(&self, from: usize) -> Xml {
        let page = self.resources.iter().skip(from).take(PAGE).map(|resource| {
            Xml::Elements(vec![
                ("LogicalResourceId", Xml::text(resource.logical_id.as_str())),
                ("PhysicalResourceId", Xml::text(resource.physical_id.as_str())),
                ("ResourceType", Xml::text(resource.kind.as_str())),
                ("ResourceStatus", Xml::text("CREATE_COMPLETE")),
                ("LastUpdatedTimestamp", Xml::text("2026-01-01T00:00:00Z")),
            ])
        });
        let mut answer = vec![("StackResourceSummaries", Xml::list(page))];
        if from + PAGE < self.resources.len() {
            answer.push(("NextToken", Xml::text((from + PAGE).to_string())));
        }
        Xml::Elements(answer)
    }
}
