//! Parameters: the values that a template is deployed with.

use super::{
    Problem, TemplateError,
    fields::Fields,
    scope::Scope,
    yaml::{Node, Value},
};

/// The value that a parameter has: the one given, or its default.
pub(super) fn read(
    scope: &Scope<'_>,
    name: &str,
    declaration: &Node,
    given: Option<&String>,
) -> Result<Node, TemplateError> {
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
