//! The settings that all functions share.

use super::{
    Problem, TemplateError,
    yaml::{Entry, Node, Value},
};

/// The values for functions that set none.
pub(super) fn function_defaults(globals: &[Entry]) -> Result<Option<&Node>, TemplateError> {
    let mut defaults = None;
    for Entry { key, line, node } in globals {
        match key.as_str() {
            "Function" => defaults = Some(node),
            _ => return Err(Problem::UnknownProperty(key.clone()).at("Globals", *line)),
        }
    }
    Ok(defaults)
}

/// SAM's rule for globals: mappings merge, lists are appended, anything else is overridden.
pub(super) fn merge(global: &Node, own: Node) -> Node {
    let value = match (&global.value, own.value) {
        (Value::Map(globals), Value::Map(mut entries)) => {
            for global in globals {
                match entries.iter_mut().find(|entry| entry.key == global.key) {
                    None => entries.push(global.clone()),
                    Some(entry) => {
                        let own = std::mem::replace(&mut entry.node, Node::null(entry.line));
                        entry.node = merge(&global.node, own);
                    }
                }
            }
            Value::Map(entries)
        }
        (Value::List(globals), Value::List(items)) => Value::List(globals.iter().cloned().chain(items).collect()),
        (_, Value::Null) => global.value.clone(),
        (_, own) => own,
    };
    Node { line: own.line, value }
}
