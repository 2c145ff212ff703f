//! The system as `template.yaml` declares it, with every intrinsic resolved: what the local stack starts.

use super::Permissions;
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// Everything that the template declares and the local stack runs.
#[derive(Debug, Clone)]
pub struct System {
    /// By binary name (`order-intake`), which is what people and logs call a function.
    pub functions: BTreeMap<String, Function>,
    pub queues: Vec<Queue>,
    pub tables: Vec<Table>,
    pub secrets: Vec<Secret>,
    pub configuration_sets: Vec<ConfigurationSet>,
    pub event_rules: Vec<EventRule>,
    pub authorizers: BTreeMap<String, Authorizer>,
    /// What the template was read with, defaults included.
    pub parameters: BTreeMap<String, String>,
    /// Every resource whose condition holds, also those that mean nothing on one machine.
    pub resources: Vec<Declared>,
    pub outputs: BTreeMap<String, String>,
}

/// A resource as CloudFormation lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    pub logical_id: String,
    /// What a `Ref` to it is.
    pub physical_id: String,
    /// `AWS::SQS::Queue`.
    pub kind: String,
}

#[derive(Debug, Clone)]
pub struct Function {
    /// The cargo binary, from `Metadata.BuildProperties.Binary`.
    pub name: String,
    pub logical_id: String,
    pub memory_mb: u32,
    pub timeout: Duration,
    /// `ReservedConcurrentExecutions`, if the template limits it.
    pub max_concurrency: Option<u32>,
    pub environment: BTreeMap<String, String>,
    pub triggers: Vec<Trigger>,
    pub permissions: Permissions,
}

#[derive(Debug, Clone)]
pub enum Trigger {
    Http(Route),
    Queue(EventSourceMapping),
    Stream(StreamMapping),
    Schedule(Duration),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// `POST`, or `ANY`.
    pub method: String,
    /// As the template writes it: `/orders/{order_id}/cancel`.
    pub path: String,
    /// The authorizer's name; none for routes that anyone may call.
    pub authorizer: Option<String>,
}

#[derive(Debug, Clone)]
pub struct EventSourceMapping {
    /// The queue's name, as in [`Queue::name`].
    pub queue: String,
    pub batch_size: usize,
    pub batching_window: Duration,
    /// Whether the function reports the records that failed (`ReportBatchItemFailures`).
    pub report_batch_item_failures: bool,
    pub max_concurrency: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamMapping {
    /// The table's name, as in [`Table::name`].
    pub table: String,
    /// The stream's.
    pub arn: String,
    pub batch_size: usize,
}

#[derive(Debug, Clone)]
pub struct Authorizer {
    /// The binary name of the authorizer's function.
    pub function: String,
    /// The headers that identify the caller, lower case. A request without one is 401 at once.
    pub identity_headers: Vec<String>,
    pub cache_ttl: Duration,
}

#[derive(Debug, Clone)]
pub struct Queue {
    /// The logical id: the local queue's name.
    pub name: String,
    pub visibility_timeout: Duration,
    pub retention: Duration,
    pub redrive: Option<Redrive>,
}

#[derive(Debug, Clone)]
pub struct Redrive {
    /// The dead-letter queue's name.
    pub dead_letters: String,
    pub max_receive_count: u32,
}

#[derive(Debug, Clone)]
pub struct Table {
    /// The logical id: the local table's name.
    pub name: String,
    pub attributes: Vec<String>,
    pub keys: Keys,
    pub indexes: Vec<Index>,
    pub ttl_attribute: Option<String>,
    /// What its stream tells of each change, if it has one.
    pub stream: Option<StreamView>,
}

/// What a record of a stream has of the item that changed, besides its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StreamView {
    KeysOnly,
    NewImage,
    OldImage,
    NewAndOldImages,
}

impl StreamView {
    pub const ALL: [Self; 4] = [Self::KeysOnly, Self::NewImage, Self::OldImage, Self::NewAndOldImages];

    pub fn name(self) -> &'static str {
        match self {
            Self::KeysOnly => "KEYS_ONLY",
            Self::NewImage => "NEW_IMAGE",
            Self::OldImage => "OLD_IMAGE",
            Self::NewAndOldImages => "NEW_AND_OLD_IMAGES",
        }
    }

    /// Whether a record has this image.
    pub fn has(self, image: &str) -> bool {
        match self {
            Self::KeysOnly => false,
            Self::NewImage => image == "NewImage",
            Self::OldImage => image == "OldImage",
            Self::NewAndOldImages => true,
        }
    }
}

/// Key attributes are strings; the template's parser refuses any other type.
#[derive(Debug, Clone)]
pub struct Keys {
    pub hash: String,
    pub range: Option<String>,
}

#[derive(Debug, Clone)]
pub struct Index {
    pub name: String,
    pub keys: Keys,
    pub projection: Projection,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Projection {
    All,
    KeysOnly,
    Include(Vec<String>),
}

#[derive(Debug, Clone)]
pub struct Secret {
    /// The logical id: the local secret's name.
    pub name: String,
    pub arn: String,
}

/// What SES is told to do with the mails that go out under it.
#[derive(Debug, Clone)]
pub struct ConfigurationSet {
    /// The logical id: the local set's name.
    pub name: String,
    /// The events that it publishes: `bounce`, `delivery`….
    pub events: BTreeSet<String>,
}

/// A rule of the event bus.
#[derive(Debug, Clone)]
pub struct EventRule {
    pub name: String,
    pub pattern: Pattern,
    /// The queue that gets what matches.
    pub queue: String,
    pub input: InputTransformer,
}

/// What an event must look like.
#[derive(Debug, Clone)]
pub enum Pattern {
    Fields(BTreeMap<String, Pattern>),
    /// The value, or one of a list of values, is one of these.
    OneOf(Vec<String>),
}

impl System {
    /// The functions that read the stream of each table, by its name.
    pub fn stream_readers(&self) -> BTreeMap<String, BTreeSet<String>> {
        let mut readers: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for function in self.functions.values() {
            for trigger in &function.triggers {
                if let Trigger::Stream(mapping) = trigger {
                    readers.entry(mapping.table.clone()).or_default().insert(function.name.clone());
                }
            }
        }
        readers
    }

    /// The name of a table of the template, by its logical id: the one in use, which after a restore is another than the
    /// stack's own.
    pub fn table_in_use(&self, logical_id: &str) -> String {
        format!("{logical_id}{}", self.parameters.get("TableSuffix").map_or("", String::as_str))
    }
}

impl Pattern {
    pub fn matches(&self, event: &Value) -> bool {
        match (self, event) {
            (Self::Fields(fields), event) => {
                fields.iter().all(|(name, pattern)| event.get(name).is_some_and(|value| pattern.matches(value)))
            }
            (Self::OneOf(_), Value::Array(values)) => values.iter().any(|value| self.matches(value)),
            (Self::OneOf(texts), Value::String(value)) => texts.contains(value),
            (Self::OneOf(_), _) => false,
        }
    }
}

/// What of an event is passed on.
#[derive(Debug, Clone)]
pub struct InputTransformer {
    /// The steps to each named value.
    pub paths: BTreeMap<String, Vec<String>>,
    /// JSON with `<name>` for each value.
    pub template: String,
}

impl InputTransformer {
    /// Whether the template is JSON that uses known names.
    pub(super) fn is_sound(&self) -> bool {
        let filled = self.fill(|name| self.paths.contains_key(name).then(|| "null".to_owned()));
        filled.is_some_and(|filled| serde_json::from_str::<Value>(&filled).is_ok())
    }

    /// What is passed on. None: the event lacks one of the values.
    pub fn apply(&self, event: &Value) -> Option<String> {
        let value = |steps: &[String]| steps.iter().try_fold(event, |at, step| at.get(step));
        self.fill(|name| self.paths.get(name).and_then(|steps| value(steps)).map(Value::to_string))
    }

    fn fill(&self, value: impl Fn(&str) -> Option<String>) -> Option<String> {
        let (mut filled, mut rest) = (String::with_capacity(self.template.len()), self.template.as_str());
        while let Some((before, after)) = rest.split_once('<') {
            let (name, after) = after.split_once('>')?;
            filled.push_str(before);
            filled.push_str(&value(name)?);
            rest = after;
        }
        filled.push_str(rest);
        Some(filled)
    }
}
