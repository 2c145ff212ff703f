//! Reads a mapping property by property, so that an unknown property is an error and not lost.

use super::{
    Problem, TemplateError,
    scope::Scope,
    yaml::{Entry, Node, Value},
};
use std::{collections::BTreeMap, str::FromStr};

/// The properties of one mapping that have not been read yet.
#[derive(Debug)]
pub(super) struct Fields<'a> {
    scope: &'a Scope<'a>,
    /// The logical id that errors name.
    place: String,
    /// The path below the logical id: `Environment.Variables`, or empty.
    path: String,
    line: usize,
    unread: Vec<Entry>,
}

impl<'a> Fields<'a> {
    /// `node` must be a mapping, or a function that yields one.
    pub(super) fn read(scope: &'a Scope<'a>, place: &str, path: &str, node: &Node) -> Result<Self, TemplateError> {
        // Only a function at this level is resolved, because the content may include parts that are never needed.
        let resolved;
        let node = match node.value {
            Value::Call(..) => {
                resolved = scope.resolve(place, node)?;
                &resolved
            }
            _ => node,
        };
        let unread = match &node.value {
            Value::Map(entries) => entries.clone(),
            Value::Null => Vec::new(),
            _ => return Err(Problem::invalid(path, "a mapping").at(place, node.line)),
        };
        Ok(Self { scope, place: place.to_owned(), path: path.to_owned(), line: node.line, unread })
    }

    /// The line of the mapping.
    pub(super) fn line(&self) -> usize {
        self.line
    }

    fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    fn take_raw(&mut self, key: &str) -> Option<Entry> {
        let index = self.unread.iter().position(|entry| entry.key == key)?;
        Some(self.unread.remove(index))
    }

    fn take(&mut self, key: &str) -> Result<Option<Node>, TemplateError> {
        let Some(entry) = self.take_raw(key) else {
            return Ok(None);
        };
        let node = self.scope.resolve(&self.place, &entry.node)?;
        Ok(if matches!(node.value, Value::Null) { None } else { Some(node) })
    }

    /// A value of any kind, resolved.
    pub(super) fn node(&mut self, key: &str) -> Result<Option<Node>, TemplateError> {
        self.take(key)
    }

    pub(super) fn text(&mut self, key: &str) -> Result<Option<String>, TemplateError> {
        match self.take(key)? {
            None => Ok(None),
            Some(Node { value: Value::Text(text), .. }) => Ok(Some(text)),
            Some(node) => Err(self.invalid(key, "a text", node.line)),
        }
    }

    pub(super) fn required(&mut self, key: &str) -> Result<String, TemplateError> {
        let value = self.text(key)?;
        value.ok_or_else(|| self.missing(key))
    }

    pub(super) fn number<T: FromStr>(&mut self, key: &str) -> Result<Option<T>, TemplateError> {
        let line = self.line_of(key);
        let Some(text) = self.text(key)? else {
            return Ok(None);
        };
        text.parse().map(Some).map_err(|_| self.invalid(key, "a whole number", line))
    }

    /// `true` or `false`.
    pub(super) fn flag(&mut self, key: &str) -> Result<Option<bool>, TemplateError> {
        let line = self.line_of(key);
        match self.text(key)?.as_deref() {
            None => Ok(None),
            Some("false") => Ok(Some(false)),
            Some("true") => Ok(Some(true)),
            Some(_) => Err(self.invalid(key, "true or false", line)),
        }
    }

    /// Accepts a property only if it is absent or states what holds locally anyway.
    pub(super) fn fixed(&mut self, key: &str, value: &str) -> Result<(), TemplateError> {
        let line = self.line_of(key);
        match self.text(key)? {
            Some(other) if other != value => Err(self.invalid(key, &format!("{value} here"), line)),
            _ => Ok(()),
        }
    }

    pub(super) fn texts(&mut self, key: &str) -> Result<Vec<String>, TemplateError> {
        let line = self.line_of(key);
        let nodes = self.list(key)?;
        self.texts_of(nodes, key, line)
    }

    /// A list of texts, or a single text.
    pub(super) fn one_or_more(&mut self, key: &str) -> Result<Vec<String>, TemplateError> {
        let line = self.line_of(key);
        let nodes = match self.take(key)? {
            None => return Err(self.missing(key)),
            Some(Node { value: Value::List(items), .. }) => items,
            Some(one) => vec![one],
        };
        self.texts_of(nodes, key, line)
    }

    fn texts_of(&self, nodes: Vec<Node>, key: &str, line: usize) -> Result<Vec<String>, TemplateError> {
        // As CloudFormation leaves out what is `AWS::NoValue`.
        let nodes = nodes.into_iter().filter(|node| !matches!(node.value, Value::Null));
        let text = |node: Node| match node.value {
            Value::Text(text) => Ok(text),
            _ => Err(self.invalid(key, "a list of texts", line)),
        };
        nodes.into_iter().map(text).collect()
    }

    fn list(&mut self, key: &str) -> Result<Vec<Node>, TemplateError> {
        match self.take(key)? {
            None => Ok(Vec::new()),
            Some(Node { value: Value::List(items), .. }) => Ok(items),
            Some(node) => Err(self.invalid(key, "a list", node.line)),
        }
    }

    /// A mapping below this one; empty if it is absent.
    pub(super) fn fields(&mut self, key: &str) -> Result<Fields<'a>, TemplateError> {
        let path = self.path_of(key);
        let node = self.take_raw(key).map_or_else(|| Node::null(self.line), |entry| entry.node);
        Fields::read(self.scope, &self.place, &path, &node)
    }

    /// A list of mappings; empty if it is absent.
    pub(super) fn list_of_fields(&mut self, key: &str) -> Result<Vec<Fields<'a>>, TemplateError> {
        let path = self.path_of(key);
        let is_there = |node: &&Node| !matches!(node.value, Value::Null);
        let nodes = self.list(key)?;
        nodes.iter().filter(is_there).map(|node| Fields::read(self.scope, &self.place, &path, node)).collect()
    }

    /// The mapping's values, which are mappings, by name.
    pub(super) fn into_named_fields(self) -> Result<Vec<(String, Fields<'a>)>, TemplateError> {
        let read = |entry: &Entry| {
            let fields = Fields::read(self.scope, &self.place, &self.path_of(&entry.key), &entry.node)?;
            Ok((entry.key.clone(), fields))
        };
        self.unread.iter().map(read).collect()
    }

    /// The mapping's values, which are texts, by name. A value that resolves to nothing is left out.
    pub(super) fn into_texts(mut self) -> Result<BTreeMap<String, String>, TemplateError> {
        let keys: Vec<String> = self.unread.iter().map(|entry| entry.key.clone()).collect();
        let mut texts = BTreeMap::new();
        for key in keys {
            if let Some(text) = self.text(&key)? {
                texts.insert(key, text);
            }
        }
        Ok(texts)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.unread.is_empty()
    }

    /// Drops properties that mean nothing locally, unresolved.
    pub(super) fn ignore(&mut self, keys: &[&str]) {
        self.unread.retain(|entry| !keys.contains(&entry.key.as_str()));
    }

    /// Fails if a property has not been read.
    pub(super) fn finish(self) -> Result<(), TemplateError> {
        self.only(&[])
    }

    /// Fails if a property other than these has not been read.
    pub(super) fn only(&self, keys: &[&str]) -> Result<(), TemplateError> {
        match self.unread.iter().find(|entry| !keys.contains(&entry.key.as_str())) {
            None => Ok(()),
            Some(entry) => Err(Problem::UnknownProperty(self.path_of(&entry.key)).at(&self.place, entry.line)),
        }
    }

    fn line_of(&self, key: &str) -> usize {
        self.unread.iter().find(|entry| entry.key == key).map_or(self.line, |entry| entry.line)
    }

    /// An error about the mapping as a whole.
    pub(super) fn problem(&self, problem: Problem) -> TemplateError {
        problem.at(&self.place, self.line)
    }

    pub(super) fn missing(&self, key: &str) -> TemplateError {
        Problem::Missing(self.path_of(key)).at(&self.place, self.line)
    }

    pub(super) fn invalid(&self, key: &str, expected: &str, line: usize) -> TemplateError {
        Problem::invalid(&self.path_of(key), expected).at(&self.place, line)
    }
}
