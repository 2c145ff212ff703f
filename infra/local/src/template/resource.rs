//! One resource as the template declares it.

use super::{
    Problem, TemplateError,
    scope::Scope,
    yaml::{Entry, Node},
};

/// Attributes beside `Properties` that control how a resource is deployed and not what it is.
const DEPLOYMENT: &[&str] = &["Condition", "DeletionPolicy", "DependsOn", "Metadata", "Type", "UpdateReplacePolicy"];

/// A logical id and what stands under it.
#[derive(Debug)]
pub(super) struct Resource<'n> {
    pub(super) id: &'n str,
    pub(super) line: usize,
    pub(super) metadata: Option<&'n Node>,
    pub(super) properties: Node,
}

impl<'n> Resource<'n> {
    /// The resource and its type; none if its condition is false.
    pub(super) fn read(scope: &Scope<'_>, entry: &'n Entry) -> Result<Option<(String, Self)>, TemplateError> {
        let Entry { key: id, line, node } = entry;
        let attributes = node.mapping(id)?;
        let find =
            |key: &str| attributes.iter().find(|attribute| attribute.key == key).map(|attribute| &attribute.node);
        for attribute in attributes {
            if attribute.key != "Properties" && !DEPLOYMENT.contains(&attribute.key.as_str()) {
                return Err(Problem::UnknownProperty(attribute.key.clone()).at(id, attribute.line));
            }
        }
        if let Some(condition) = find("Condition")
            && !scope.named_condition(id, &scope.text(id, condition)?, condition.line)?
        {
            return Ok(None);
        }
        let kind = find("Type").ok_or_else(|| Problem::Missing("Type".to_owned()).at(id, *line))?;
        let resource = Self {
            id,
            line: *line,
            metadata: find("Metadata"),
            properties: find("Properties").cloned().unwrap_or_else(|| Node::null(*line)),
        };
        Ok(Some((scope.text(id, kind)?, resource)))
    }
}
