//! Parameters: the values that a template is deployed with.

use super::{
    Problem, TemplateError,
    fields::Fields,
    scope::Scope,
    yaml::{Node, Value},
};

/// The local stack's own shop, for what a deployment must name itself.
const DEMO: [(&str, &str); 4] = [
    ("MailFrom", "orders@example.com"),
    ("ShopName", "Orderly Demo Shop"),
    ("ContactEmail", "help@example.com"),
    ("ContactUrl", "https://example.com/help"),
];

/// The value that a parameter has: the one given, or the demo shop's, or its default.
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
    let shortest = fields.number::<usize>("MinLength")?;
    let (least, most) = (fields.number::<f64>("MinValue")?, fields.number::<f64>("MaxValue")?);
    fields.ignore(&["ConstraintDescription", "Description", "NoEcho"]);
    let demo = || DEMO.into_iter().find(|(known, _)| *known == name).map(|(_, value)| value.to_owned());
    let value = given.cloned().or_else(demo).or(default).ok_or_else(|| fields.missing("Default"))?;
    let invalid = |expected: &str| Err(Problem::invalid(name, expected).at("Parameters", line));
    fields.finish()?;

    if shortest.is_some_and(|shortest| value.chars().count() < shortest) {
        return invalid("a text that is not shorter than MinLength");
    }
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
