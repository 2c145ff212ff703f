//! A JSON document that can contain invalid JSON.

use serde_json::Value;
use std::fmt;

/// A part of a document. Names and scalars are kept as written, with their quotes.
#[derive(Debug, Clone)]
pub(crate) enum Node {
    Raw(String),
    Object(Vec<(String, Node)>),
    Array(Vec<Node>),
}

/// A change in one place.
#[derive(Debug, Clone)]
pub(crate) enum Edit {
    Replace(String),
    Delete,
    /// The same element twice.
    Double,
    /// The same name again, with another value.
    Contradict(String),
    /// Another name, if the place is a text.
    Rename(String),
    /// The value in a list, at a place for no list.
    Wrap,
}

impl From<&Value> for Node {
    fn from(value: &Value) -> Self {
        match value {
            Value::Object(fields) => {
                let field = |(name, value): (&String, &Value)| (Value::from(name.as_str()).to_string(), value.into());
                Self::Object(fields.iter().map(field).collect())
            }
            Value::Array(items) => Self::Array(items.iter().map(Self::from).collect()),
            scalar => Self::Raw(scalar.to_string()),
        }
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Raw(text) => f.write_str(text),
            Self::Object(fields) => {
                f.write_str("{")?;
                for (n, (name, value)) in fields.iter().enumerate() {
                    write!(f, "{}{name}:{value}", if n == 0 { "" } else { "," })?;
                }
                f.write_str("}")
            }
            Self::Array(items) => {
                f.write_str("[")?;
                for (n, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if n == 0 { "" } else { "," })?;
                }
                f.write_str("]")
            }
        }
    }
}

impl Node {
    /// Makes a change at a place. 0 is the whole document; the others are fields and items, at any depth.
    pub(crate) fn edit(&mut self, place: usize, edit: &Edit) {
        match place.checked_sub(1) {
            None => self.change(edit),
            Some(mut inside) => drop(self.edit_inside(&mut inside, edit)),
        }
    }

    /// The number of fields and items, at any depth.
    pub(crate) fn places(&self) -> usize {
        match self {
            Self::Raw(_) => 0,
            Self::Object(fields) => fields.iter().map(|(_, value)| 1 + value.places()).sum(),
            Self::Array(items) => items.iter().map(|item| 1 + item.places()).sum(),
        }
    }

    /// A change that needs nothing around the value.
    fn change(&mut self, edit: &Edit) {
        match edit {
            Edit::Replace(text) | Edit::Contradict(text) | Edit::Rename(text) => *self = Self::Raw(text.clone()),
            Edit::Delete => *self = Self::Raw(String::new()),
            Edit::Double | Edit::Wrap => *self = Self::Array(vec![self.clone(), self.clone()]),
        }
    }

    /// Counts `place` down to its field or item, and changes it. Yields whether the place was in this node.
    fn edit_inside(&mut self, place: &mut usize, edit: &Edit) -> bool {
        let count = match self {
            Self::Raw(_) => 0,
            Self::Object(fields) => fields.len(),
            Self::Array(items) => items.len(),
        };
        for n in 0..count {
            if *place == 0 {
                match self {
                    Self::Object(fields) => edit_field(fields, n, edit),
                    Self::Array(items) => edit_item(items, n, edit),
                    Self::Raw(_) => {}
                }
                return true;
            }
            *place -= 1;
            let inner = match self {
                Self::Object(fields) => &mut fields[n].1,
                Self::Array(items) => &mut items[n],
                Self::Raw(_) => return false,
            };
            if inner.edit_inside(place, edit) {
                return true;
            }
        }
        false
    }
}

fn edit_field(fields: &mut Vec<(String, Node)>, n: usize, edit: &Edit) {
    match edit {
        Edit::Delete => drop(fields.remove(n)),
        Edit::Double => fields.push(fields[n].clone()),
        Edit::Contradict(text) => fields.push((fields[n].0.clone(), Node::Raw(text.clone()))),
        Edit::Rename(text) if text.starts_with('"') => fields[n].0.clone_from(text),
        Edit::Replace(_) | Edit::Rename(_) | Edit::Wrap => fields[n].1.change(edit),
    }
}

fn edit_item(items: &mut Vec<Node>, n: usize, edit: &Edit) {
    match edit {
        Edit::Delete => drop(items.remove(n)),
        Edit::Double => items.push(items[n].clone()),
        Edit::Contradict(_) | Edit::Replace(_) | Edit::Rename(_) | Edit::Wrap => items[n].change(edit),
    }
}
