//! What becomes of e-mails: SES's configuration sets, and the rules of the event bus that pass their events on to queues.

use super::{
    ConfigurationSet, EventRule, InputTransformer, Need, Pattern, Problem, Queue, TemplateError, arn,
    fields::Fields,
    resource::Resource,
    scope::Scope,
    yaml::{Node, Value},
};
use std::collections::{BTreeMap, BTreeSet};

/// Who sends what a rule passes on.
const SENDER: &str = "events.amazonaws.com";
const SEND: &str = "sqs:SendMessage";

/// The events that SES publishes, as CloudFormation names them.
const EVENTS: [&str; 4] = ["bounce", "complaint", "delivery", "reject"];

/// The resources of the template that are about e-mails and their events.
#[derive(Debug, Default)]
pub(super) struct Resources<'n> {
    pub(super) configuration_sets: Vec<Resource<'n>>,
    pub(super) destinations: Vec<Resource<'n>>,
    pub(super) rules: Vec<Resource<'n>>,
    pub(super) queue_policies: Vec<Resource<'n>>,
}

pub(super) fn configuration_sets(
    scope: &Scope<'_>,
    resources: &Resources<'_>,
) -> Result<Vec<ConfigurationSet>, TemplateError> {
    let mut sets = Vec::new();
    for resource in &resources.configuration_sets {
        let mut fields = Fields::read(scope, resource.id, "", &resource.properties)?;
        fields.ignore(&["ReputationOptions", "Tags"]);
        let mut suppression = fields.fields("SuppressionOptions")?;
        // Nobody's address bounces here but those of SES's mailbox simulator, which are never on the list.
        suppression.ignore(&["SuppressedReasons"]);
        suppression.finish()?;
        fields.finish()?;
        sets.push(ConfigurationSet { name: resource.id.to_owned(), events: BTreeSet::new() });
    }
    for resource in &resources.destinations {
        let mut fields = Fields::read(scope, resource.id, "", &resource.properties)?;
        let name = fields.required("ConfigurationSetName")?;
        let mut destination = fields.fields("EventDestination")?;
        destination.ignore(&["Name"]);
        let enabled = destination.flag("Enabled")?.unwrap_or(false);
        let events = destination.texts("MatchingEventTypes")?;
        if events.iter().any(|event| !EVENTS.contains(&event.as_str())) {
            return Err(destination.invalid("MatchingEventTypes", &EVENTS.join(", "), destination.line()));
        }
        let mut bus = destination.fields("EventBridgeDestination")?;
        if bus.required("EventBusArn")? != arn("events", "event-bus/default") {
            return Err(bus.invalid("EventBusArn", "the default event bus: SES knows no other", bus.line()));
        }
        bus.finish()?;
        destination.finish()?;
        let line = fields.line();
        let set = sets.iter_mut().find(|set| set.name == name);
        let set = set.ok_or_else(|| fields.invalid("ConfigurationSetName", "a configuration set", line))?;
        set.events.extend(events.into_iter().filter(|_| enabled));
        fields.finish()?;
    }
    Ok(sets)
}

/// The rules of the default event bus. Each passes events on to one queue, whose policy must allow it.
pub(super) fn rules(
    scope: &Scope<'_>,
    resources: &Resources<'_>,
    queues: &[Queue],
) -> Result<Vec<EventRule>, TemplateError> {
    let allowed = allowed(scope, &resources.queue_policies)?;
    resources.rules.iter().map(|resource| rule(scope, resource, queues, &allowed)).collect()
}

fn rule(
    scope: &Scope<'_>,
    resource: &Resource<'_>,
    queues: &[Queue],
    allowed: &BTreeSet<(String, String)>,
) -> Result<EventRule, TemplateError> {
    let mut fields = Fields::read(scope, resource.id, "", &resource.properties)?;
    fields.ignore(&["Description", "Name"]);
    fields.fixed("State", "ENABLED")?;
    let pattern = fields.node("EventPattern")?.ok_or_else(|| fields.missing("EventPattern"))?;
    let pattern = pattern_of(&pattern)
        .ok_or_else(|| fields.invalid("EventPattern", "mappings down to lists of texts", pattern.line))?;
    let line = fields.line();
    let mut targets = fields.list_of_fields("Targets")?;
    let (Some(mut target), true) = (targets.pop(), targets.is_empty()) else {
        return Err(fields.invalid("Targets", "one target", line));
    };
    target.ignore(&["Id"]);
    let target_arn = target.required("Arn")?;
    let queue = scope.queue(&target_arn).filter(|name| queues.iter().any(|queue| queue.name == *name));
    let queue = queue.ok_or_else(|| target.invalid("Arn", "the Arn of a queue", target.line()))?;
    let input = transformer(target.fields("InputTransformer")?)?;
    let rule_arn = arn("events", &format!("rule/{}", resource.id));
    if !allowed.contains(&(rule_arn, target_arn.clone())) {
        let Need { action, resource, .. } = Need::new(SEND, target_arn);
        return Err(target.problem(Problem::NotAllowed { role: format!("the policy of {queue}"), action, resource }));
    }
    target.finish()?;
    fields.finish()?;
    Ok(EventRule { name: resource.id.to_owned(), pattern, queue, input })
}

fn pattern_of(node: &Node) -> Option<Pattern> {
    match &node.value {
        Value::Map(entries) => {
            let field = |entry: &super::yaml::Entry| Some((entry.key.clone(), pattern_of(&entry.node)?));
            entries.iter().map(field).collect::<Option<_>>().map(Pattern::Fields)
        }
        Value::List(items) => {
            let text = |item: &Node| match &item.value {
                Value::Text(text) => Some(text.clone()),
                _ => None,
            };
            items.iter().map(text).collect::<Option<_>>().map(Pattern::OneOf)
        }
        Value::Null | Value::Text(_) | Value::Call(..) => None,
    }
}

fn transformer(mut fields: Fields<'_>) -> Result<InputTransformer, TemplateError> {
    let line = fields.line();
    let mut paths = BTreeMap::new();
    for (name, path) in fields.fields("InputPathsMap")?.into_texts()? {
        let steps = path.strip_prefix("$.").filter(|path| !path.contains(['[', '*', '\'']));
        let steps = steps.ok_or_else(|| fields.invalid("InputPathsMap", "paths such as $.detail.mail", line))?;
        paths.insert(name, steps.split('.').map(str::to_owned).collect());
    }
    let input = InputTransformer { paths, template: fields.required("InputTemplate")? };
    if !input.is_sound() {
        return Err(fields.invalid("InputTemplate", "JSON with <names> of InputPathsMap as values", line));
    }
    fields.finish()?;
    Ok(input)
}

/// Which rule may send to which queue, by their ARNs.
fn allowed(scope: &Scope<'_>, policies: &[Resource<'_>]) -> Result<BTreeSet<(String, String)>, TemplateError> {
    let mut allowed = BTreeSet::new();
    for resource in policies {
        let mut fields = Fields::read(scope, resource.id, "", &resource.properties)?;
        fields.ignore(&["Queues"]);
        let mut document = fields.fields("PolicyDocument")?;
        document.ignore(&["Version"]);
        for mut statement in document.list_of_fields("Statement")? {
            let line = statement.line();
            let mut principal = statement.fields("Principal")?;
            let service = principal.required("Service")?;
            principal.finish()?;
            let (effect, action) = (statement.required("Effect")?, statement.required("Action")?);
            if (effect.as_str(), service.as_str(), action.as_str()) != ("Allow", SENDER, SEND) {
                let expected = format!("a statement that allows {SENDER} to {SEND}");
                return Err(statement.invalid("PolicyDocument", &expected, line));
            }
            let queue = statement.required("Resource")?;
            let mut condition = statement.fields("Condition")?;
            let mut equals = condition.fields("ArnEquals")?;
            let rules = equals.one_or_more("aws:SourceArn")?;
            equals.finish()?;
            condition.finish()?;
            statement.finish()?;
            allowed.extend(rules.into_iter().map(|rule| (rule, queue.clone())));
        }
        document.finish()?;
        fields.finish()?;
    }
    Ok(allowed)
}
