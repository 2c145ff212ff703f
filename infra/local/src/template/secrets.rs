//! Secrets. The template does not contain their values.

use super::{
    Secret, TemplateError,
    fields::Fields,
    resource::Resource,
    scope::Scope,
    yaml::{Node, Value},
};

pub(super) fn read(scope: &Scope<'_>, resource: &Resource<'_>) -> Result<Secret, TemplateError> {
    let mut fields = Fields::read(scope, resource.id, "", &resource.properties)?;
    fields.ignore(&["Description", "Tags"]);
    fields.finish()?;
    let arn = Node { line: resource.line, value: Value::Call("Ref".to_owned(), Box::new(Node::text(0, resource.id))) };
    Ok(Secret { name: resource.id.to_owned(), arn: scope.text(resource.id, &arn)? })
}
