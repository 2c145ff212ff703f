//! The resources of a template, and the tables of what means nothing on one machine.

use std::{collections::BTreeMap, time::Duration};

use super::{
    Index, Keys, Problem, Projection, Queue, Redrive, Secret, Sections, System, Table, TemplateError,
    fields::Fields,
    functions, roles,
    scope::Scope,
    yaml::{Entry, Node, Value},
};

/// Resources of the template that are not needed on one machine: those that watch.
const NOT_NEEDED: &[&str] = &[
    "AWS::CloudWatch::Alarm",
    "AWS::Logs::LogGroup",
    "AWS::Logs::MetricFilter",
    "AWS::SNS::Subscription",
    "AWS::SNS::Topic",
];

/// Attributes beside `Properties` that say how a resource is deployed, not what it is.
const DEPLOYMENT: &[&str] = &["Condition", "DeletionPolicy", "DependsOn", "Metadata", "Type", "UpdateReplacePolicy"];

/// One resource as the template declares it.
#[derive(Debug)]
pub(super) struct Resource<'n> {
    pub(super) id: &'n str,
    pub(super) line: usize,
    pub(super) metadata: Option<&'n Node>,
    pub(super) properties: Node,
}

/// Reads everything that the system is made of.
pub(super) fn read(scope: &Scope<'_>, sections: &Sections<'_>) -> Result<System, TemplateError> {
    let mut system = System {
        functions: BTreeMap::new(),
        queues: Vec::new(),
        tables: Vec::new(),
        secrets: Vec::new(),
        authorizers: BTreeMap::new(),
    };
    let mut functions = Vec::new();
    let mut apis = Vec::new();
    let mut roles = Vec::new();
    let mut managed_policies = Vec::new();
    for entry in sections.resources {
        let Some((kind, resource)) = resource(scope, entry)? else {
            continue;
        };
        match kind.as_str() {
            "AWS::Serverless::Function" => functions.push(resource),
            "AWS::Serverless::HttpApi" => apis.push(resource),
            "AWS::IAM::Role" => roles.push(resource),
            "AWS::IAM::ManagedPolicy" => managed_policies.push(resource),
            "AWS::SQS::Queue" => system.queues.push(queue(scope, &resource)?),
            "AWS::DynamoDB::Table" => system.tables.push(table(scope, &resource)?),
            "AWS::SecretsManager::Secret" => system.secrets.push(secret(scope, &resource)?),
            known if NOT_NEEDED.contains(&known) => {}
            _ => return Err(Problem::UnknownType(kind).at(resource.id, resource.line)),
        }
    }
    let roles = roles::read(scope, &roles, &managed_policies)?;
    functions::read(scope, sections.globals, &roles, functions, apis, &mut system)?;
    Ok(system)
}

/// The resource and its type; none if its condition is false.
fn resource<'n>(scope: &Scope<'_>, entry: &'n Entry) -> Result<Option<(String, Resource<'n>)>, TemplateError> {
    let Entry { key: id, line, node } = entry;
    let attributes = super::mapping(id, node)?;
    let find = |key: &str| attributes.iter().find(|attribute| attribute.key == key).map(|attribute| &attribute.node);
    for attribute in attributes {
        if attribute.key != "Properties" && !DEPLOYMENT.contains(&attribute.key.as_str()) {
            return Err(Problem::UnknownProperty(attribute.key.clone()).at(id, attribute.line));
        }
    }
    if let Some(condition) = find("Condition")
        && !scope.named_condition(id, &scope.text(id, condition)?, condition.line)?
    {
        return Ok(None);
    }
    let kind = find("Type").ok_or_else(|| Problem::Missing("Type".to_owned()).at(id, *line))?;
    let resource = Resource {
        id,
        line: *line,
        metadata: find("Metadata"),
        properties: find("Properties").cloned().unwrap_or_else(|| Node::null(*line)),
    };
    Ok(Some((scope.text(id, kind)?, resource)))
}

fn queue(scope: &Scope<'_>, resource: &Resource<'_>) -> Result<Queue, TemplateError> {
    let mut fields = Fields::read(scope, resource.id, "", &resource.properties)?;
    fields.ignore(&["SqsManagedSseEnabled", "Tags"]);
    let mut policy = fields.fields("RedrivePolicy")?;
    let redrive = if policy.is_empty() {
        None
    } else {
        let arn = policy.required("deadLetterTargetArn")?;
        let max_receive_count = policy.number("maxReceiveCount")?.ok_or_else(|| policy.missing("maxReceiveCount"))?;
        let dead_letters = scope
            .queue(&arn)
            .ok_or_else(|| policy.invalid("deadLetterTargetArn", "the Arn of a queue", policy.line()))?;
        Some(Redrive { dead_letters, max_receive_count })
    };
    policy.finish()?;
    // SQS's own defaults: 30 seconds, four days.
    let visibility_timeout = Duration::from_secs(fields.number("VisibilityTimeout")?.unwrap_or(30));
    let retention = Duration::from_secs(fields.number("MessageRetentionPeriod")?.unwrap_or(345_600));
    fields.finish()?;
    Ok(Queue { name: resource.id.to_owned(), visibility_timeout, retention, redrive })
}

fn table(scope: &Scope<'_>, resource: &Resource<'_>) -> Result<Table, TemplateError> {
    let mut fields = Fields::read(scope, resource.id, "", &resource.properties)?;
    fields.fixed("BillingMode", "PAY_PER_REQUEST")?;
    fields.ignore(&["DeletionProtectionEnabled", "PointInTimeRecoverySpecification", "SSESpecification", "Tags"]);
    let mut attributes = Vec::new();
    for mut attribute in fields.list_of_fields("AttributeDefinitions")? {
        attributes.push(attribute.required("AttributeName")?);
        if attribute.required("AttributeType")? != "S" {
            return Err(attribute.invalid("AttributeType", "S: keys are strings here", attribute.line()));
        }
        attribute.finish()?;
    }
    let mut indexes = Vec::new();
    for mut index in fields.list_of_fields("GlobalSecondaryIndexes")? {
        indexes.push(Index {
            name: index.required("IndexName")?,
            keys: keys(&mut index)?,
            projection: projection(index.fields("Projection")?)?,
        });
        index.finish()?;
    }
    let mut ttl = fields.fields("TimeToLiveSpecification")?;
    let ttl_attribute = ttl.text("AttributeName")?;
    let enabled = ttl.flag("Enabled")? == Some(true);
    let ttl_attribute = ttl_attribute.filter(|_| enabled);
    ttl.finish()?;
    let keys = keys(&mut fields)?;
    fields.finish()?;
    Ok(Table { name: resource.id.to_owned(), attributes, keys, indexes, ttl_attribute })
}

fn keys(fields: &mut Fields<'_>) -> Result<Keys, TemplateError> {
    let (mut hash, mut range) = (None, None);
    for mut key in fields.list_of_fields("KeySchema")? {
        let name = key.required("AttributeName")?;
        match key.required("KeyType")?.as_str() {
            "HASH" => hash = Some(name),
            "RANGE" => range = Some(name),
            _ => return Err(key.invalid("KeyType", "HASH or RANGE", key.line())),
        }
        key.finish()?;
    }
    Ok(Keys { hash: hash.ok_or_else(|| fields.missing("KeySchema"))?, range })
}

fn projection(mut fields: Fields<'_>) -> Result<Projection, TemplateError> {
    let attributes = fields.texts("NonKeyAttributes")?;
    let projection = match fields.required("ProjectionType")?.as_str() {
        "ALL" => Projection::All,
        "KEYS_ONLY" => Projection::KeysOnly,
        "INCLUDE" => Projection::Include(attributes),
        _ => {
            return Err(fields.invalid("ProjectionType", "ALL, KEYS_ONLY or INCLUDE", fields.line()));
        }
    };
    fields.finish()?;
    Ok(projection)
}

fn secret(scope: &Scope<'_>, resource: &Resource<'_>) -> Result<Secret, TemplateError> {
    let mut fields = Fields::read(scope, resource.id, "", &resource.properties)?;
    fields.ignore(&["Description", "Tags"]);
    fields.finish()?;
    let arn = Node { line: resource.line, value: Value::Call("Ref".to_owned(), Box::new(Node::text(0, resource.id))) };
    Ok(Secret { name: resource.id.to_owned(), arn: scope.text(resource.id, &arn)? })
}
