//! `template.yaml`, read as AWS SAM reads it: the only description of the system.
//!
//! Everything in the file is understood, or listed in a table of what means nothing on one machine ([`resources`]), or
//! reported as an error with its line.

mod api;
mod arn;
mod fields;
mod functions;
mod globals;
mod mail;
#[cfg(test)]
mod mail_tests;
mod model;
mod parameters;
mod permissions;
mod problem;
mod queues;
mod resource;
mod resources;
mod roles;
#[cfg(test)]
mod roles_tests;
mod scope;
mod secrets;
mod sections;
mod tables;
#[cfg(test)]
mod tests;
mod triggers;
mod yaml;

use std::{collections::BTreeMap, path::Path};

pub(crate) use arn::arn;
pub use arn::{ACCOUNT, REGION};
pub use model::*;
pub use permissions::{Grant, Need, Permissions};
pub use problem::{Problem, TemplateError};
pub use scope::Context;

use self::{scope::Scope, sections::Sections};

impl System {
    /// Reads the template at `path`. `parameters` override the template's defaults.
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
