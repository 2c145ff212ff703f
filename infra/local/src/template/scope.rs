//! Resolves names in a template: parameters, conditions, resources, and the functions that use them.

use super::{
    ACCOUNT, Problem, REGION, TemplateError,
    yaml::{Entry, Node, Value},
};
use std::collections::BTreeMap;

/// The addresses of the local services.
#[derive(Debug, Clone)]
pub struct Context {
    /// The address of the AWS services with no final slash: `http://127.0.0.1:4566`.
    pub endpoint: String,
}

/// Everything that an intrinsic function can refer to.
#[derive(Debug)]
pub(super) struct Scope<'a> {
    pub(super) context: &'a Context,
    parameters: BTreeMap<String, Node>,
    conditions: BTreeMap<String, bool>,
    /// Logical id to type.
    resources: BTreeMap<String, String>,
}

impl<'a> Scope<'a> {
    pub(super) fn new(context: &'a Context) -> Self {
        Self { context, parameters: BTreeMap::new(), conditions: BTreeMap::new(), resources: BTreeMap::new() }
    }

    pub(super) fn declare_parameter(&mut self, name: &str, value: Node) {
        self.parameters.insert(name.to_owned(), value);
    }

    pub(super) fn declare_resource(&mut self, id: &str, kind: &str) {
        self.resources.insert(id.to_owned(), kind.to_owned());
    }

    /// The values of all parameters, as text.
    pub(super) fn parameters(&self) -> BTreeMap<String, String> {
        let text = |node: &Node| match &node.value {
            Value::Text(text) => text.clone(),
            Value::List(items) => {
                let texts = items.iter().filter_map(|item| match &item.value {
                    Value::Text(text) => Some(text.as_str()),
                    _ => None,
                });
                texts.collect::<Vec<_>>().join(",")
            }
            _ => String::new(),
        };
        self.parameters.iter().map(|(name, node)| (name.clone(), text(node))).collect()
    }

    /// What a `Ref` to a declared resource is.
    pub(super) fn physical_id(&self, id: &str, line: usize) -> String {
        match self.reference(id, line).map(|node| node.value) {
            Some(Value::Text(text)) => text,
            _ => id.to_owned(),
        }
    }

    /// The name of the queue with this ARN, if the template declares it.
    pub(super) fn queue(&self, arn: &str) -> Option<String> {
        let name = arn.rsplit(':').next()?;
        let kind = self.resources.get(name)?;
        (kind == "AWS::SQS::Queue").then(|| name.to_owned())
    }

    /// The name of the table whose stream has this ARN, if the template declares it.
    pub(super) fn streamed_table(&self, arn: &str) -> Option<String> {
        let name = arn.split_once(":table/")?.1.split_once("/stream/")?.0;
        let kind = self.resources.get(name)?;
        (kind == "AWS::DynamoDB::Table").then(|| name.to_owned())
    }

    /// Evaluates the `Conditions` section. A condition may use any other, before or after it.
    pub(super) fn declare_conditions(&mut self, section: &[Entry]) -> Result<(), TemplateError> {
        let mut waiting: Vec<&Entry> = section.iter().collect();
        while !waiting.is_empty() {
            let mut stuck = None;
            let before = waiting.len();
            let mut still_waiting = Vec::new();
            for entry in waiting {
                match self.condition(&entry.key, &entry.node) {
                    Ok(value) => {
                        self.conditions.insert(entry.key.clone(), value);
                    }
                    Err(error @ TemplateError::At { problem: Problem::UnknownCondition(_), .. }) => {
                        stuck = Some(error);
                        still_waiting.push(entry);
                    }
                    Err(error) => return Err(error),
                }
            }
            waiting = still_waiting;
            if let Some(error) = stuck.filter(|_| waiting.len() == before) {
                return Err(error);
            }
        }
        Ok(())
    }

    fn condition(&self, place: &str, node: &Node) -> Result<bool, TemplateError> {
        match &node.value {
            Value::Call(name, argument) => match name.as_str() {
                "Condition" => self.named_condition(place, &self.text(place, argument)?, node.line),
                "Equals" => {
                    let [left, right] = arguments(place, name, argument)?;
                    Ok(self.text(place, left)? == self.text(place, right)?)
                }
                "Not" => {
                    let [inner] = arguments(place, name, argument)?;
                    Ok(!self.condition(place, inner)?)
                }
                "And" | "Or" => {
                    let Value::List(items) = &argument.value else {
                        return Err(Problem::invalid(name, "a list of conditions").at(place, argument.line));
                    };
                    let values = items.iter().map(|item| self.condition(place, item)).collect::<Result<Vec<_>, _>>()?;
                    Ok(if name == "And" { values.iter().all(|v| *v) } else { values.iter().any(|v| *v) })
                }
                _ => Err(Problem::UnsupportedIntrinsic(name.clone()).at(place, node.line)),
            },
            Value::Map(entries) => match entries.as_slice() {
                [Entry { key, node, line }] if key == "Condition" => {
                    self.named_condition(place, &self.text(place, node)?, *line)
                }
                _ => Err(Problem::invalid(place, "a condition").at(place, node.line)),
            },
            _ => Err(Problem::invalid(place, "a condition").at(place, node.line)),
        }
    }

    /// The value of the condition `name`.
    pub(super) fn named_condition(&self, place: &str, name: &str, line: usize) -> Result<bool, TemplateError> {
        let value = self.conditions.get(name).copied();
        value.ok_or_else(|| Problem::UnknownCondition(name.to_owned()).at(place, line))
    }

    /// The node with every function in it replaced by its value.
    pub(super) fn resolve(&self, place: &str, node: &Node) -> Result<Node, TemplateError> {
        let value = match &node.value {
            Value::Null => Value::Null,
            Value::Text(text) => Value::Text(text.clone()),
            Value::List(items) => {
                let mut resolved = Vec::with_capacity(items.len());
                for item in items {
                    let item = self.resolve(place, item)?;
                    if !matches!(item.value, Value::Null) {
                        resolved.push(item);
                    }
                }
                Value::List(resolved)
            }
            Value::Map(entries) => {
                let resolve = |entry: &Entry| {
                    let node = self.resolve(place, &entry.node)?;
                    Ok(Entry { key: entry.key.clone(), line: entry.line, node })
                };
                Value::Map(entries.iter().map(resolve).collect::<Result<_, TemplateError>>()?)
            }
            Value::Call(name, argument) => return self.call(place, name, argument, node.line),
        };
        Ok(Node { line: node.line, value })
    }

    /// The node's value, which must be text.
    pub(super) fn text(&self, place: &str, node: &Node) -> Result<String, TemplateError> {
        match self.resolve(place, node)?.value {
            Value::Text(text) => Ok(text),
            _ => Err(Problem::invalid(place, "a text or number").at(place, node.line)),
        }
    }

    fn call(&self, place: &str, name: &str, argument: &Node, line: usize) -> Result<Node, TemplateError> {
        match name {
            "Ref" => {
                let target = self.text(place, argument)?;
                let value = self.reference(&target, line);
                value.ok_or_else(|| Problem::UnknownReference(target).at(place, line))
            }
            "GetAtt" => {
                let (target, attribute) = self.attribute_path(place, argument)?;
                let value = self.attribute(&target, &attribute);
                let unknown = || Problem::UnknownReference(format!("{target}.{attribute}")).at(place, line);
                Ok(Node::text(line, value.ok_or_else(unknown)?))
            }
            "Sub" => self.substitute(place, argument),
            "Join" => {
                let [delimiter, list] = arguments(place, name, argument)?;
                let Value::List(items) = self.resolve(place, list)?.value else {
                    return Err(Problem::invalid("Join", "a delimiter and a list").at(place, line));
                };
                let items = items.iter().map(|item| self.text(place, item)).collect::<Result<Vec<_>, _>>()?;
                Ok(Node::text(line, items.join(&self.text(place, delimiter)?)))
            }
            "If" => {
                let [condition, then, otherwise] = arguments(place, name, argument)?;
                let condition = self.text(place, condition)?;
                let chosen = if self.named_condition(place, &condition, line)? { then } else { otherwise };
                self.resolve(place, chosen)
            }
            _ => Err(Problem::UnsupportedIntrinsic(name.to_owned()).at(place, line)),
        }
    }

    /// `Queue.Arn`, or `[Queue, Arn]`.
    fn attribute_path(&self, place: &str, argument: &Node) -> Result<(String, String), TemplateError> {
        if let Value::List(_) = argument.value {
            let [target, attribute] = arguments(place, "GetAtt", argument)?;
            return Ok((self.text(place, target)?, self.text(place, attribute)?));
        }
        let path = self.text(place, argument)?;
        let split = path.split_once('.').map(|(target, attribute)| (target.to_owned(), attribute.to_owned()));
        split.ok_or_else(|| Problem::invalid("GetAtt", "LogicalId.Attribute").at(place, argument.line))
    }

    fn substitute(&self, place: &str, argument: &Node) -> Result<Node, TemplateError> {
        let (text, own) = match &argument.value {
            Value::List(_) => {
                let [text, names] = arguments(place, "Sub", argument)?;
                (text, self.own_names(place, names)?)
            }
            _ => (argument, BTreeMap::new()),
        };
        let pattern = self.text(place, text)?;
        let mut result = String::with_capacity(pattern.len());
        let mut rest = pattern.as_str();
        while let Some((before, after)) = rest.split_once("${") {
            let Some((name, tail)) = after.split_once('}') else {
                return Err(Problem::invalid("Sub", "every ${ closed by }").at(place, text.line));
            };
            result.push_str(before);
            rest = tail;
            if let Some(literal) = name.strip_prefix('!') {
                result.extend(["${", literal, "}"]);
                continue;
            }
            let name = name.trim();
            let value = match own.get(name) {
                Some(value) => Some(value.clone()),
                None => self.variable(name, text.line),
            };
            result.push_str(&value.ok_or_else(|| Problem::UnknownReference(name.to_owned()).at(place, text.line))?);
        }
        result.push_str(rest);
        Ok(Node::text(argument.line, result))
    }

    /// The names that a `Sub` gives to values of its own.
    fn own_names(&self, place: &str, names: &Node) -> Result<BTreeMap<String, String>, TemplateError> {
        let names = self.resolve(place, names)?;
        let mut texts = BTreeMap::new();
        for Entry { key, line, node } in names.mapping(place)? {
            match &node.value {
                Value::Text(text) => texts.insert(key.clone(), text.clone()),
                Value::Null => None,
                _ => return Err(Problem::invalid(&format!("Sub.{key}"), "a text").at(place, *line)),
            };
        }
        Ok(texts)
    }

    /// The value of `${name}` in a `Sub`.
    fn variable(&self, name: &str, line: usize) -> Option<String> {
        match name.split_once('.') {
            Some((target, attribute)) => self.attribute(target, attribute),
            None => match self.reference(name, line)?.value {
                Value::Text(text) => Some(text),
                _ => None,
            },
        }
    }

    fn reference(&self, name: &str, line: usize) -> Option<Node> {
        let text = match name {
            "AWS::NoValue" => return Some(Node::null(line)),
            "AWS::Region" => REGION.to_owned(),
            "AWS::AccountId" => ACCOUNT.to_owned(),
            "AWS::Partition" => "aws".to_owned(),
            "AWS::URLSuffix" => "amazonaws.com".to_owned(),
            "AWS::StackName" => "orderly-local".to_owned(),
            _ => {
                if let Some(value) = self.parameters.get(name) {
                    return Some(value.clone());
                }
                match self.resources.get(name)?.as_str() {
                    "AWS::SQS::Queue" => format!("{}/{ACCOUNT}/{name}", self.context.endpoint),
                    "AWS::SecretsManager::Secret" | "AWS::SNS::Topic" => self.attribute(name, "Arn")?,
                    _ => name.to_owned(),
                }
            }
        };
        Some(Node::text(line, text))
    }

    fn attribute(&self, target: &str, attribute: &str) -> Option<String> {
        let arn = |service: &str, resource: &str| Some(super::arn(service, resource));
        match (self.resources.get(target)?.as_str(), attribute) {
            ("AWS::SQS::Queue", "Arn") => arn("sqs", target),
            ("AWS::SQS::Queue", "QueueName") => Some(target.to_owned()),
            ("AWS::SQS::Queue", "QueueUrl") => Some(format!("{}/{ACCOUNT}/{target}", self.context.endpoint)),
            ("AWS::DynamoDB::Table", "Arn") => arn("dynamodb", &format!("table/{target}")),
            ("AWS::DynamoDB::Table", "StreamArn") => arn("dynamodb", &format!("table/{target}/stream/local")),
            ("AWS::SecretsManager::Secret", "Arn" | "Id") => arn("secretsmanager", &format!("secret:{target}-local0")),
            ("AWS::Serverless::Function", "Arn") => arn("lambda", &format!("function:{target}")),
            ("AWS::SNS::Topic", "Arn" | "TopicArn") => arn("sns", target),
            ("AWS::Events::Rule", "Arn") => arn("events", &format!("rule/{target}")),
            ("AWS::Logs::LogGroup", "Arn") => arn("logs", &format!("log-group:{target}:*")),
            ("AWS::IAM::Role", "Arn") => Some(format!("arn:aws:iam::{ACCOUNT}:role/{target}")),
            _ => None,
        }
    }
}

/// The `N` arguments of a function.
fn arguments<'n, const N: usize>(place: &str, name: &str, argument: &'n Node) -> Result<&'n [Node; N], TemplateError> {
    let items = match &argument.value {
        Value::List(items) => items.as_slice(),
        _ => std::slice::from_ref(argument),
    };
    items.try_into().map_err(|_| Problem::invalid(name, &format!("{N} arguments")).at(place, argument.line))
}
