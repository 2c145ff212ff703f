//! `template.yaml`, read as AWS SAM reads it: the only description of the system.
//!
//! Everything in the file is either understood, or stands in a table of what means nothing on one
//! machine ([`resources`]), or is an error that names it with its line.

mod fields;
mod functions;
mod model;
mod permissions;
mod resources;
mod roles;
#[cfg(test)]
mod roles_tests;
mod scope;
#[cfg(test)]
mod tests;
mod yaml;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

pub use model::*;
pub use permissions::{Grant, Need, Permissions};

use self::{
    fields::Fields,
    scope::Scope,
    yaml::{Entry, Node, Value},
};

/// The region that the local services and the functions say they are in.
pub const REGION: &str = "us-east-1";
/// The account that owns everything local.
pub const ACCOUNT: &str = "000000000000";

/// The ARN of something local: `arn("sqs", "RefundsQueue")`.
pub(crate) fn arn(service: &str, resource: &str) -> String {
    format!("arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}")
}

/// Where the local services are.
#[derive(Debug, Clone)]
pub struct Context {
    /// The address of the AWS services without a final slash: `http://127.0.0.1:4566`.
    pub endpoint: String,
}

/// Why a template cannot be run.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    #[error("cannot read {}", path.display())]
    Read {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("line {line}: {message}")]
    Syntax { line: usize, message: String },
    #[error("the template has no parameter `{0}`")]
    UnknownParameter(String),
    #[error("line {line}, {place}: {problem}")]
    At {
        line: usize,
        place: String,
        #[source]
        problem: Problem,
    },
}

/// What is wrong at one place of a template.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Problem {
    #[error("the local stack does not know the resource type `{0}`")]
    UnknownType(String),
    #[error("the local stack does not understand the property `{0}`")]
    UnknownProperty(String),
    #[error("CloudFormation has no function `{0}`")]
    UnknownIntrinsic(String),
    #[error("the local stack does not understand the function `{0}`")]
    UnsupportedIntrinsic(String),
    #[error("nothing is named `{0}`")]
    UnknownReference(String),
    #[error("no condition is named `{0}`, or it depends on itself")]
    UnknownCondition(String),
    #[error("`{0}` is missing")]
    Missing(String),
    #[error("`{what}` must be {expected}")]
    Invalid { what: String, expected: String },
    #[error("{role} does not allow {action} on {resource}, which the event source needs")]
    NotAllowed { role: String, action: String, resource: String },
}

impl Problem {
    fn invalid(what: &str, expected: &str) -> Self {
        Self::Invalid { what: what.to_owned(), expected: expected.to_owned() }
    }

    fn at(self, place: &str, line: usize) -> TemplateError {
        TemplateError::At { line, place: place.to_owned(), problem: self }
    }
}

impl System {
    /// Reads the template at `path`. `parameters` take the place of the template's defaults.
    pub fn load(path: &Path, parameters: &BTreeMap<String, String>, context: &Context) -> Result<Self, TemplateError> {
        let text =
            std::fs::read_to_string(path).map_err(|source| TemplateError::Read { path: path.to_owned(), source })?;
        Self::parse(&text, parameters, context)
    }

    /// [`System::load`] from the template's text.
    pub fn parse(text: &str, parameters: &BTreeMap<String, String>, context: &Context) -> Result<Self, TemplateError> {
        let document = yaml::parse(text)?;
        let mut scope = Scope::new(context);
        let sections = Sections::read(&document)?;
        sections.declare(&mut scope, parameters)?;
        resources::read(&scope, &sections)
    }
}

/// The parts of a template that are used here.
#[derive(Debug, Default)]
struct Sections<'n> {
    parameters: &'n [Entry],
    globals: &'n [Entry],
    conditions: &'n [Entry],
    resources: &'n [Entry],
}

impl<'n> Sections<'n> {
    fn read(document: &'n Node) -> Result<Self, TemplateError> {
        let mut sections = Self::default();
        for Entry { key, line, node } in mapping("template", document)? {
            if let Value::Map(entries) = &node.value {
                for entry in entries {
                    yaml::check_intrinsics(&entry.key, &entry.node)?;
                }
            }
            match key.as_str() {
                "Parameters" => sections.parameters = mapping(key, node)?,
                "Globals" => sections.globals = mapping(key, node)?,
                "Conditions" => sections.conditions = mapping(key, node)?,
                "Resources" => sections.resources = mapping(key, node)?,
                "AWSTemplateFormatVersion" | "Transform" | "Description" | "Metadata" | "Outputs" => {}
                _ => return Err(Problem::UnknownProperty(key.clone()).at("template", *line)),
            }
        }
        Ok(sections)
    }

    fn declare(&self, scope: &mut Scope<'_>, given: &BTreeMap<String, String>) -> Result<(), TemplateError> {
        for name in given.keys() {
            if !self.parameters.iter().any(|entry| entry.key == *name) {
                return Err(TemplateError::UnknownParameter(name.clone()));
            }
        }
        let outer = Scope::new(scope.context);
        for Entry { key, node, .. } in self.parameters {
            let value = parameter(&outer, key, node, given.get(key))?;
            scope.declare_parameter(key, value);
        }
        scope.declare_conditions(self.conditions)?;
        for Entry { key, line, node } in self.resources {
            let kind = mapping(key, node)?.iter().find(|entry| entry.key == "Type");
            let kind = kind.ok_or_else(|| Problem::Missing("Type".to_owned()).at(key, *line))?;
            scope.declare_resource(key, &scope.text(key, &kind.node)?);
        }
        Ok(())
    }
}

/// The value that a parameter has: the one given, or its default.
fn parameter(scope: &Scope<'_>, name: &str, declaration: &Node, given: Option<&String>) -> Result<Node, TemplateError> {
    let mut fields = Fields::read(scope, name, "", declaration)?;
    let line = fields.line();
    let kind = fields.required("Type")?;
    let default = fields.text("Default")?;
    let allowed = fields.texts("AllowedValues")?;
    let (least, most) = (fields.number::<f64>("MinValue")?, fields.number::<f64>("MaxValue")?);
    fields.ignore(&["ConstraintDescription", "Description", "NoEcho"]);
    let value = given.cloned().or(default).ok_or_else(|| fields.missing("Default"))?;
    let invalid = |expected: &str| Err(Problem::invalid(name, expected).at("Parameters", line));
    fields.finish()?;

    if !allowed.is_empty() && !allowed.contains(&value) {
        return invalid(&format!("one of {}", allowed.join(", ")));
    }
    let value = match kind.as_str() {
        "String" => Value::Text(value),
        "CommaDelimitedList" => Value::List(value.split(',').map(|item| Node::text(line, item.trim())).collect()),
        "Number" => {
            let Ok(number) = value.parse::<f64>() else {
                return invalid("a number");
            };
            if least.is_some_and(|least| number < least) || most.is_some_and(|most| number > most) {
                return invalid("between MinValue and MaxValue");
            }
            Value::Text(value)
        }
        _ => return Err(Problem::UnknownType(kind).at(name, line)),
    };
    Ok(Node { line, value })
}

fn mapping<'n>(place: &str, node: &'n Node) -> Result<&'n [Entry], TemplateError> {
    match &node.value {
        Value::Map(entries) => Ok(entries),
        Value::Null => Ok(&[]),
        _ => Err(Problem::invalid(place, "a mapping").at(place, node.line)),
    }
}
