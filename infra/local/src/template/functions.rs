//! Functions, their triggers and their permissions.

use super::{
    Function, Need, Permissions, Problem, TemplateError, Trigger,
    api::Api,
    arn,
    fields::Fields,
    globals::{function_defaults, merge},
    resource::Resource,
    scope::Scope,
    triggers::trigger,
    yaml::{Entry, Node},
};
use std::{collections::BTreeMap, time::Duration};

/// How a function is built, deployed and watched.
const DEPLOYMENT: &[&str] =
    &["Architectures", "CodeUri", "Description", "Handler", "LoggingConfig", "Runtime", "Tags", "Tracing"];

/// What Lambda does with a queue in the function's name.
const CONSUME: [&str; 3] = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"];

/// What Lambda does with the stream of a table in the function's name.
const READ: [&str; 3] = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"];

/// Lambda's defaults for a function's timeout and memory.
const DEFAULT_TIMEOUT_SECONDS: u64 = 3;
const DEFAULT_MEMORY_MB: u32 = 128;

/// The name of each function's binary, by logical id.
pub(super) fn names(scope: &Scope<'_>, functions: &[Resource<'_>]) -> Result<BTreeMap<String, String>, TemplateError> {
    functions.iter().map(|resource| Ok((resource.id.to_owned(), binary(scope, resource)?))).collect()
}

/// The functions, by the names of their binaries.
pub(super) fn read(
    scope: &Scope<'_>,
    globals: &[Entry],
    functions: Vec<Resource<'_>>,
    names: &BTreeMap<String, String>,
    api: &Api,
    roles: &BTreeMap<String, Permissions>,
) -> Result<BTreeMap<String, Function>, TemplateError> {
    let defaults = function_defaults(globals)?;
    let mut all = BTreeMap::new();
    for resource in functions {
        let properties = match defaults {
            Some(defaults) => merge(defaults, resource.properties),
            None => resource.properties,
        };
        let name = names.get(resource.id).cloned().unwrap_or_default();
        let function = function(scope, resource.id, name.clone(), &properties, api, roles)?;
        if let Some(twin) = all.insert(name, function) {
            let expected = format!("another binary than that of {}", twin.logical_id);
            return Err(Problem::invalid("Metadata.BuildProperties.Binary", &expected).at(resource.id, resource.line));
        }
    }
    Ok(all)
}

/// The cargo binary that `sam build` makes for the function.
fn binary(scope: &Scope<'_>, resource: &Resource<'_>) -> Result<String, TemplateError> {
    let missing = || Problem::Missing("Metadata.BuildProperties.Binary".to_owned()).at(resource.id, resource.line);
    let metadata = resource.metadata.ok_or_else(missing)?;
    let mut metadata = Fields::read(scope, resource.id, "Metadata", metadata)?;
    metadata.fixed("BuildMethod", "rust-cargolambda")?;
    let mut properties = metadata.fields("BuildProperties")?;
    let binary = properties.required("Binary")?;
    properties.finish()?;
    metadata.finish()?;
    Ok(binary)
}

fn function(
    scope: &Scope<'_>,
    id: &str,
    name: String,
    properties: &Node,
    api: &Api,
    roles: &BTreeMap<String, Permissions>,
) -> Result<Function, TemplateError> {
    let mut fields = Fields::read(scope, id, "", properties)?;
    fields.ignore(DEPLOYMENT);
    fields.fixed("PackageType", "Zip")?;
    asynchronous(fields.fields("EventInvokeConfig")?)?;
    let mut environment = fields.fields("Environment")?;
    let variables = environment.fields("Variables")?.into_texts()?;
    environment.finish()?;
    let mut triggers = Vec::new();
    for (_, event) in fields.fields("Events")?.into_named_fields()? {
        triggers.extend(trigger(scope, event, api)?);
    }
    let function = Function {
        name,
        logical_id: id.to_owned(),
        memory_mb: fields.number("MemorySize")?.unwrap_or(DEFAULT_MEMORY_MB),
        timeout: Duration::from_secs(fields.number("Timeout")?.unwrap_or(DEFAULT_TIMEOUT_SECONDS)),
        max_concurrency: fields.number("ReservedConcurrentExecutions")?,
        environment: variables,
        permissions: permissions(&mut fields, roles, &triggers)?,
        triggers,
    };
    fields.finish()?;
    Ok(function)
}

/// Reads what happens to asynchronous events, such as a schedule's. The local stack gives each one to the function
/// immediately and once, so none becomes too old.
fn asynchronous(mut fields: Fields<'_>) -> Result<(), TemplateError> {
    fields.fixed("MaximumRetryAttempts", "0")?;
    fields.ignore(&["MaximumEventAgeInSeconds"]);
    fields.finish()
}

/// The permissions of the function's role. SAM would make a role for a function without one; here every function has
/// its own.
fn permissions(
    fields: &mut Fields<'_>,
    roles: &BTreeMap<String, Permissions>,
    triggers: &[Trigger],
) -> Result<Permissions, TemplateError> {
    let role = fields.required("Role")?;
    let permissions = role.rsplit('/').next().and_then(|id| roles.get(id));
    let permissions = permissions.ok_or_else(|| fields.invalid("Role", "the Arn of a role", fields.line()))?;
    for trigger in triggers {
        let needs = match trigger {
            Trigger::Queue(mapping) => CONSUME.map(|action| Need::new(action, arn("sqs", &mapping.queue))),
            Trigger::Stream(mapping) => READ.map(|action| Need::new(action, &mapping.arn)),
            Trigger::Http(_) | Trigger::Schedule(_) => continue,
        };
        if let Some(Need { action, resource, .. }) = needs.into_iter().find(|need| !permissions.allow(need)) {
            return Err(fields.problem(Problem::NotAllowed { role: permissions.role.clone(), action, resource }));
        }
    }
    Ok(permissions.clone())
}
