//! The template as JSON. Short intrinsics have their long form (`!Ref X` is `{"Ref": "X"}`), so that a rule reads the
//! same as AWS.

use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::{Map, Value, json};
use std::{fs, path::PathBuf};

pub(crate) const FUNCTION: &str = "AWS::Serverless::Function";
pub(crate) const QUEUE: &str = "AWS::SQS::Queue";
pub(crate) const TABLE: &str = "AWS::DynamoDB::Table";
pub(crate) const SECRET: &str = "AWS::SecretsManager::Secret";
pub(crate) const ROLE: &str = "AWS::IAM::Role";
pub(crate) const ALARM: &str = "AWS::CloudWatch::Alarm";
pub(crate) const LOG_GROUP: &str = "AWS::Logs::LogGroup";

static NOTHING: Value = Value::Null;

#[derive(Clone)]
pub(crate) struct Template(Value);

impl Template {
    pub(crate) fn load() -> Self {
        let text = fs::read_to_string(workspace().join("template.yaml")).unwrap();
        let documents = Yaml::load_from_str(&text).unwrap();
        Self(long_form(&documents[0]))
    }

    /// The same template with `value` at `path`, which must be there already or be a new member of
    /// a mapping that is.
    pub(crate) fn with(&self, path: &str, value: Value) -> Self {
        let mut edited = self.clone();
        let (parent, name) = path.rsplit_once('/').unwrap();
        let parent = edited.0.pointer_mut(parent).expect(path);
        match parent {
            Value::Array(items) => items[name.parse::<usize>().unwrap()] = value,
            _ => parent[name] = value,
        }
        edited
    }

    pub(crate) fn without(&self, path: &str) -> Self {
        let mut edited = self.clone();
        let (parent, name) = path.rsplit_once('/').unwrap();
        let parent = edited.0.pointer_mut(parent).and_then(Value::as_object_mut);
        parent.expect(path).remove(name).expect(path);
        edited
    }

    pub(crate) fn at(&self, path: &str) -> &Value {
        self.0.pointer(path).unwrap_or(&NOTHING)
    }

    pub(crate) fn resource(&self, id: &str) -> &Value {
        &self.0["Resources"][id]
    }

    pub(crate) fn properties(&self, id: &str) -> &Value {
        &self.resource(id)["Properties"]
    }

    /// The logical ids and properties of all resources of one type.
    pub(crate) fn all(&self, kind: &str) -> impl Iterator<Item = (&str, &Value)> {
        let resources = self.0["Resources"].as_object().unwrap().iter();
        resources
            .filter(move |(_, resource)| resource["Type"] == kind)
            .map(|(id, resource)| (id.as_str(), &resource["Properties"]))
    }

    pub(crate) fn is(&self, id: &str, kind: &str) -> bool {
        self.resource(id)["Type"] == kind
    }

    /// A function's property, or else the value that all functions share.
    pub(crate) fn setting(&self, function: &str, name: &str) -> &Value {
        match &self.properties(function)[name] {
            Value::Null => &self.0["Globals"]["Function"][name],
            own => own,
        }
    }

    /// A function's environment: the shared variables and its own.
    pub(crate) fn environment(&self, function: &str) -> impl Iterator<Item = (&str, &Value)> {
        [&self.0["Globals"]["Function"], self.properties(function)]
            .into_iter()
            .filter_map(|part| part["Environment"]["Variables"].as_object())
            .flatten()
            .map(|(name, value)| (name.as_str(), value))
    }

    /// Every event of one type: the function, the event's name and its properties.
    pub(crate) fn events(&self, kind: &str) -> impl Iterator<Item = (&str, &str, &Value)> {
        self.all(FUNCTION).flat_map(move |(function, properties)| {
            let events = properties["Events"].as_object().into_iter().flatten();
            events
                .filter(move |(_, event)| event["Type"] == kind)
                .map(move |(name, event)| (function, name.as_str(), &event["Properties"]))
        })
    }
}

pub(crate) fn workspace() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The logical id that a `Ref`, a `Fn::GetAtt` or the start of a `Fn::Sub` names.
pub(crate) fn referent(value: &Value) -> Option<&str> {
    // What is there only under a condition is judged as if it were there.
    if let Some(chosen) = value["Fn::If"].get(1) {
        return referent(chosen);
    }
    if let Some(id) = value["Ref"].as_str() {
        return Some(id);
    }
    if let Some(id) = value["Fn::GetAtt"][0].as_str() {
        return Some(id);
    }
    let text = value["Fn::Sub"].as_str()?.strip_prefix("${")?;
    text.split(['.', '}']).next()
}

/// One value or a list, both of which IAM accepts in many places.
pub(crate) fn each(value: &Value) -> &[Value] {
    match value {
        Value::Null => &[],
        Value::Array(items) => items,
        one => std::slice::from_ref(one),
    }
}

fn long_form(node: &Yaml<'_>) -> Value {
    match node {
        Yaml::Value(Scalar::Null) => Value::Null,
        Yaml::Value(Scalar::Boolean(value)) => json!(value),
        Yaml::Value(Scalar::Integer(value)) => json!(value),
        Yaml::Value(Scalar::FloatingPoint(value)) => json!(value.into_inner()),
        Yaml::Value(Scalar::String(value)) => json!(value),
        Yaml::Sequence(items) => items.iter().map(long_form).collect(),
        Yaml::Mapping(entries) => {
            let entry = |(key, value)| (Yaml::as_str(key).unwrap().to_owned(), long_form(value));
            Value::Object(entries.iter().map(entry).collect::<Map<_, _>>())
        }
        Yaml::Tagged(tag, inner) => intrinsic(&tag.suffix, long_form(inner)),
        Yaml::Representation(..) | Yaml::Alias(_) | Yaml::BadValue => {
            panic!("CloudFormation would not read {node:?}")
        }
    }
}

fn intrinsic(name: &str, argument: Value) -> Value {
    match (name, argument) {
        ("Ref", argument) => json!({ "Ref": argument }),
        ("GetAtt", Value::String(path)) => {
            let (id, attribute) = path.split_once('.').expect("!GetAtt wants Resource.Attribute");
            json!({ "Fn::GetAtt": [id, attribute] })
        }
        (name, argument) => json!({ format!("Fn::{name}"): argument }),
    }
}
