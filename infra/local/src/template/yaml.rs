//! The template's text as a tree with line numbers. `!Sub x` and `Fn::Sub: x` are the same here.

use super::{Problem, TemplateError};
use saphyr_parser::{Event, Parser, ScalarStyle, StrInput};

/// A value and the line it starts on.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) line: usize,
    pub(super) value: Value,
}

/// CloudFormation reads `5`, `"5"`, `true` and `"true"` alike, so every scalar is text.
#[derive(Debug, Clone)]
pub(super) enum Value {
    /// An empty value, or the result of `AWS::NoValue`.
    Null,
    Text(String),
    List(Vec<Node>),
    Map(Vec<Entry>),
    /// An intrinsic function by its name without `Fn::`, and its argument.
    Call(String, Box<Node>),
}

#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) line: usize,
    pub(super) node: Node,
}

impl Node {
    pub(super) fn text(line: usize, text: impl Into<String>) -> Self {
        Self { line, value: Value::Text(text.into()) }
    }

    pub(super) fn null(line: usize) -> Self {
        Self { line, value: Value::Null }
    }

    /// The entries of a mapping; an empty value has none.
    pub(super) fn mapping(&self, place: &str) -> Result<&[Entry], TemplateError> {
        match &self.value {
            Value::Map(entries) => Ok(entries),
            Value::Null => Ok(&[]),
            _ => Err(Problem::invalid(place, "a mapping").at(place, self.line)),
        }
    }
}

/// Reads one YAML document.
pub(super) fn parse(text: &str) -> Result<Node, TemplateError> {
    let mut events = Events(Parser::new_from_str(text));
    loop {
        match events.next()? {
            (Event::StreamStart | Event::DocumentStart(_) | Event::Nothing, _) => {}
            (Event::StreamEnd, line) => return Ok(Node::null(line)),
            (first, line) => return events.node(first, line),
        }
    }
}

struct Events<'t>(Parser<'t, StrInput<'t>>);

impl<'t> Events<'t> {
    fn next(&mut self) -> Result<(Event<'t>, usize), TemplateError> {
        match self.0.next_event() {
            Some(Ok((event, span))) => Ok((event, span.start.line())),
            Some(Err(error)) => Err(syntax(error.marker().line(), error.info())),
            None => Ok((Event::StreamEnd, 0)),
        }
    }

    /// The node that begins with `first`.
    fn node(&mut self, first: Event<'t>, line: usize) -> Result<Node, TemplateError> {
        let (value, tag) = match first {
            Event::Scalar(text, style, _, tag) => {
                let empty = style == ScalarStyle::Plain && matches!(&*text, "" | "~" | "null");
                let value = if empty && tag.is_none() { Value::Null } else { Value::Text(text.into_owned()) };
                (value, tag)
            }
            Event::SequenceStart(_, tag) => (Value::List(self.items()?), tag),
            Event::MappingStart(_, tag) => (long_form(self.entries()?), tag),
            Event::Alias(_) => return Err(syntax(line, "aliases are not understood here")),
            _ => return Err(syntax(line, "a value is missing")),
        };
        let node = Node { line, value };
        Ok(match tag {
            Some(tag) if !tag.is_yaml_core_schema() => {
                Node { line, value: Value::Call(tag.suffix.clone(), Box::new(node)) }
            }
            _ => node,
        })
    }

    fn items(&mut self) -> Result<Vec<Node>, TemplateError> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(items),
                (first, line) => items.push(self.node(first, line)?),
            }
        }
    }

    fn entries(&mut self) -> Result<Vec<Entry>, TemplateError> {
        let mut entries: Vec<Entry> = Vec::new();
        loop {
            let (key, line) = match self.next()? {
                (Event::MappingEnd, _) => return Ok(entries),
                (Event::Scalar(key, ..), line) => (key.into_owned(), line),
                (_, line) => return Err(syntax(line, "a key must be text")),
            };
            if entries.iter().any(|entry| entry.key == key) {
                return Err(syntax(line, &format!("`{key}` stands here twice")));
            }
            let (first, value_line) = self.next()?;
            entries.push(Entry { key, line, node: self.node(first, value_line)? });
        }
    }
}

fn syntax(line: usize, message: &str) -> TemplateError {
    TemplateError::Syntax { line, message: message.to_owned() }
}

/// `{Fn::Sub: x}` and `{Ref: x}` are calls; any other mapping is a mapping.
fn long_form(mut map: Vec<Entry>) -> Value {
    let name = match map.as_slice() {
        [only] if only.key == "Ref" => Some("Ref".to_owned()),
        [only] => only.key.strip_prefix("Fn::").map(str::to_owned),
        _ => None,
    };
    match (name, map.pop()) {
        (Some(name), Some(entry)) => Value::Call(name, Box::new(entry.node)),
        (_, last) => {
            map.extend(last);
            Value::Map(map)
        }
    }
}

/// CloudFormation's functions. Any other name is a typing error, wherever it stands.
const INTRINSICS: &[&str] = &[
    "And",
    "Base64",
    "Cidr",
    "Condition",
    "Equals",
    "FindInMap",
    "ForEach",
    "GetAtt",
    "GetAZs",
    "If",
    "ImportValue",
    "Join",
    "Length",
    "Not",
    "Or",
    "Ref",
    "Select",
    "Split",
    "Sub",
    "ToJsonString",
    "Transform",
];

/// Refuses a function that CloudFormation does not have, even in parts that the local stack does not use.
pub(super) fn check_intrinsics(place: &str, node: &Node) -> Result<(), TemplateError> {
    match &node.value {
        Value::Null | Value::Text(_) => Ok(()),
        Value::List(items) => items.iter().try_for_each(|item| check_intrinsics(place, item)),
        Value::Map(entries) => entries.iter().try_for_each(|entry| check_intrinsics(place, &entry.node)),
        Value::Call(name, argument) => {
            if !INTRINSICS.contains(&name.as_str()) {
                return Err(Problem::UnknownIntrinsic(name.clone()).at(place, node.line));
            }
            check_intrinsics(place, argument)
        }
    }
}
