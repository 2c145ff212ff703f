//! The sections of a template that are used here, and the names that they define.

use super::{
    Problem, TemplateError, parameters,
    scope::Scope,
    yaml::{self, Entry, Node, Value},
};
use std::collections::BTreeMap;

#[derive(Debug, Default)]
pub(super) struct Sections<'n> {
    parameters: &'n [Entry],
    pub(super) globals: &'n [Entry],
    conditions: &'n [Entry],
    pub(super) resources: &'n [Entry],
    outputs: &'n [Entry],
}

impl<'n> Sections<'n> {
    pub(super) fn read(document: &'n Node) -> Result<Self, TemplateError> {
        let mut sections = Self::default();
        for Entry { key, line, node } in document.mapping("template")? {
            if let Value::Map(entries) = &node.value {
                for entry in entries {
                    yaml::check_intrinsics(&entry.key, &entry.node)?;
                }
            }
            match key.as_str() {
                "Parameters" => sections.parameters = node.mapping(key)?,
                "Globals" => sections.globals = node.mapping(key)?,
                "Conditions" => sections.conditions = node.mapping(key)?,
                "Resources" => sections.resources = node.mapping(key)?,
                "Outputs" => sections.outputs = node.mapping(key)?,
                "AWSTemplateFormatVersion" | "Transform" | "Description" | "Metadata" => {}
                _ => return Err(Problem::UnknownProperty(key.clone()).at("template", *line)),
            }
        }
        Ok(sections)
    }

    /// The values of the outputs.
    pub(super) fn outputs(&self, scope: &Scope<'_>) -> Result<BTreeMap<String, String>, TemplateError> {
        let mut outputs = BTreeMap::new();
        for Entry { key, line, node } in self.outputs {
            let value = node.mapping(key)?.iter().find(|entry| entry.key == "Value");
            let value = value.ok_or_else(|| Problem::Missing("Value".to_owned()).at(key, *line))?;
            outputs.insert(key.clone(), scope.text(key, &value.node)?);
        }
        Ok(outputs)
    }

    /// Adds the sections' names to `scope`. `given` are values for parameters.
    pub(super) fn declare(&self, scope: &mut Scope<'_>, given: &BTreeMap<String, String>) -> Result<(), TemplateError> {
        for name in given.keys() {
            if !self.parameters.iter().any(|entry| entry.key == *name) {
                return Err(TemplateError::UnknownParameter(name.clone()));
            }
        }
        let outer = Scope::new(scope.context);
        for Entry { key, node, .. } in self.parameters {
            let value = parameters::read(&outer, key, node, given.get(key))?;
            scope.declare_parameter(key, value);
        }
        scope.declare_conditions(self.conditions)?;
        for Entry { key, line, node } in self.resources {
            let kind = node.mapping(key)?.iter().find(|entry| entry.key == "Type");
            let kind = kind.ok_or_else(|| Problem::Missing("Type".to_owned()).at(key, *line))?;
            scope.declare_resource(key, &scope.text(key, &kind.node)?);
        }
        Ok(())
    }
}
