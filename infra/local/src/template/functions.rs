//! Functions, what triggers them, and the authorizers of the HTTP API.

use std::{collections::BTreeMap, time::Duration};

use super::{
    Authorizer, EventSourceMapping, Function, Need, Permissions, Problem, Route, System, TemplateError, Trigger, arn,
    fields::Fields,
    resources::Resource,
    scope::Scope,
    yaml::{Entry, Node, Value},
};

/// How a function is built, deployed and watched.
const DEPLOYMENT: &[&str] =
    &["Architectures", "CodeUri", "Description", "Handler", "LoggingConfig", "Runtime", "Tags", "Tracing"];

/// What Lambda does with a queue in the function's name.
const CONSUME: [&str; 3] = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"];

/// The longest that Lambda lets a function run by default, and the memory it gives.
const DEFAULT_TIMEOUT_SECONDS: u64 = 3;
const DEFAULT_MEMORY_MB: u32 = 128;

pub(super) fn read(
    scope: &Scope<'_>,
    globals: &[Entry],
    roles: &BTreeMap<String, Permissions>,
    functions: Vec<Resource<'_>>,
    apis: Vec<Resource<'_>>,
    system: &mut System,
) -> Result<(), TemplateError> {
    let mut defaults = None;
    for Entry { key, line, node } in globals {
        match key.as_str() {
            "Function" => defaults = Some(node),
            _ => return Err(Problem::UnknownProperty(key.clone()).at("Globals", *line)),
        }
    }
    let mut names = BTreeMap::new();
    for resource in &functions {
        names.insert(resource.id.to_owned(), binary(scope, resource)?);
    }
    let mut api = Api::default();
    for resource in apis {
        if let Some(first) = &api.id {
            let expected = format!("one API only, {first}");
            return Err(Problem::invalid(resource.id, &expected).at(resource.id, resource.line));
        }
        api = Api::read(scope, &resource, &names)?;
    }
    for resource in functions {
        let properties = match defaults {
            Some(defaults) => merge(defaults, resource.properties),
            None => resource.properties,
        };
        let name = names.get(resource.id).cloned().unwrap_or_default();
        let function = function(scope, resource.id, name.clone(), &properties, &api, roles)?;
        if let Some(twin) = system.functions.insert(name, function) {
            let expected = format!("another binary than that of {}", twin.logical_id);
            return Err(Problem::invalid("Metadata.BuildProperties.Binary", &expected).at(resource.id, resource.line));
        }
    }
    system.authorizers = api.authorizers;
    Ok(())
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

/// SAM's rule for globals: mappings merge, lists are appended, anything else is overridden.
fn merge(global: &Node, own: Node) -> Node {
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

/// What becomes of events that nobody waits for, such as a schedule's: here they are given to the function at once,
/// so none is ever too old, and one time only.
fn asynchronous(mut fields: Fields<'_>) -> Result<(), TemplateError> {
    fields.fixed("MaximumRetryAttempts", "0")?;
    fields.ignore(&["MaximumEventAgeInSeconds"]);
    fields.finish()
}

/// What the function's role allows. SAM would make a role for a function without one; here every function has its own.
fn permissions(
    fields: &mut Fields<'_>,
    roles: &BTreeMap<String, Permissions>,
    triggers: &[Trigger],
) -> Result<Permissions, TemplateError> {
    let role = fields.required("Role")?;
    let permissions = role.rsplit('/').next().and_then(|id| roles.get(id));
    let permissions = permissions.ok_or_else(|| fields.invalid("Role", "the Arn of a role", fields.line()))?;
    for trigger in triggers {
        let Trigger::Queue(mapping) = trigger else { continue };
        let needs = CONSUME.map(|action| Need::new(action, arn("sqs", &mapping.queue)));
        if let Some(Need { action, resource, .. }) = needs.into_iter().find(|need| !permissions.allow(need)) {
            return Err(fields.problem(Problem::NotAllowed { role: permissions.role.clone(), action, resource }));
        }
    }
    Ok(permissions.clone())
}

/// The trigger; none if the template disables it.
fn trigger(scope: &Scope<'_>, mut event: Fields<'_>, api: &Api) -> Result<Option<Trigger>, TemplateError> {
    let kind = event.required("Type")?;
    let mut properties = event.fields("Properties")?;
    event.finish()?;
    // Nothing switches a route off.
    let enabled = kind == "HttpApi" || is_enabled(&mut properties)?;
    let trigger = match kind.as_str() {
        "HttpApi" => Trigger::Http(route(&mut properties, api)?),
        "SQS" => Trigger::Queue(event_source(scope, &mut properties)?),
        "Schedule" => Trigger::Schedule(schedule(&mut properties, "Schedule")?),
        "ScheduleV2" => Trigger::Schedule(schedule(&mut properties, "ScheduleExpression")?),
        _ => {
            return Err(properties.invalid("Type", "HttpApi, SQS, Schedule or ScheduleV2", properties.line()));
        }
    };
    properties.finish()?;
    Ok(enabled.then_some(trigger))
}

fn is_enabled(properties: &mut Fields<'_>) -> Result<bool, TemplateError> {
    let line = properties.line();
    let state = match properties.text("State")?.as_deref() {
        None | Some("ENABLED") => true,
        Some("DISABLED") => false,
        Some(_) => return Err(properties.invalid("State", "ENABLED or DISABLED", line)),
    };
    Ok(state && properties.flag("Enabled")?.unwrap_or(true))
}

fn route(properties: &mut Fields<'_>, api: &Api) -> Result<Route, TemplateError> {
    let line = properties.line();
    let target = properties.required("ApiId")?;
    if api.id.as_ref() != Some(&target) {
        return Err(properties.invalid("ApiId", "the template's HTTP API", line));
    }
    let mut auth = properties.fields("Auth")?;
    let authorizer = match auth.text("Authorizer")? {
        None => api.default_authorizer.clone(),
        Some(none) if none == "NONE" => None,
        Some(name) if api.authorizers.contains_key(&name) => Some(name),
        Some(_) => {
            return Err(auth.invalid("Authorizer", "an authorizer of the API, or NONE", line));
        }
    };
    auth.finish()?;
    properties.fixed("PayloadFormatVersion", "2.0")?;
    Ok(Route { method: properties.required("Method")?.to_uppercase(), path: properties.required("Path")?, authorizer })
}

fn event_source(scope: &Scope<'_>, properties: &mut Fields<'_>) -> Result<EventSourceMapping, TemplateError> {
    let line = properties.line();
    let arn = properties.required("Queue")?;
    let queue = scope.queue(&arn).ok_or_else(|| properties.invalid("Queue", "the Arn of a queue", line))?;
    let mut scaling = properties.fields("ScalingConfig")?;
    let max_concurrency = scaling.number("MaximumConcurrency")?;
    scaling.finish()?;
    let response_types = properties.texts("FunctionResponseTypes")?;
    if response_types.iter().any(|kind| kind != "ReportBatchItemFailures") {
        return Err(properties.invalid("FunctionResponseTypes", "ReportBatchItemFailures", line));
    }
    Ok(EventSourceMapping {
        queue,
        // Lambda's defaults.
        batch_size: properties.number("BatchSize")?.unwrap_or(10),
        batching_window: Duration::from_secs(properties.number("MaximumBatchingWindowInSeconds")?.unwrap_or(0)),
        report_batch_item_failures: !response_types.is_empty(),
        max_concurrency,
    })
}

fn schedule(properties: &mut Fields<'_>, key: &str) -> Result<Duration, TemplateError> {
    let line = properties.line();
    let expression = properties.required(key)?;
    properties.ignore(&["Description", "Name"]);
    rate(&expression).ok_or_else(|| properties.invalid(key, "rate(n minutes), hours or days", line))
}

/// `rate(1 minute)`, `rate(5 hours)`.
fn rate(expression: &str) -> Option<Duration> {
    let (number, unit) = expression.strip_prefix("rate(")?.strip_suffix(')')?.split_once(' ')?;
    let number: u64 = number.parse().ok().filter(|number| *number > 0)?;
    let seconds = match unit.strip_suffix('s').unwrap_or(unit) {
        "minute" => 60,
        "hour" => 3600,
        "day" => 86_400,
        _ => return None,
    };
    Some(Duration::from_secs(number * seconds))
}

/// The HTTP API that routes belong to.
#[derive(Debug, Default)]
struct Api {
    id: Option<String>,
    default_authorizer: Option<String>,
    authorizers: BTreeMap<String, Authorizer>,
}

impl Api {
    fn read(
        scope: &Scope<'_>,
        resource: &Resource<'_>,
        functions: &BTreeMap<String, String>,
    ) -> Result<Self, TemplateError> {
        let mut fields = Fields::read(scope, resource.id, "", &resource.properties)?;
        fields.ignore(&["AccessLogSettings", "Description", "Name", "Tags"]);
        // One developer is no flood: nothing is throttled here (docs/ARCHITECTURE.md says so).
        let mut throttling = fields.fields("DefaultRouteSettings")?;
        throttling.ignore(&["ThrottlingBurstLimit", "ThrottlingRateLimit"]);
        throttling.finish()?;
        let mut auth = fields.fields("Auth")?;
        fields.finish()?;
        let mut authorizers = BTreeMap::new();
        for (name, fields) in auth.fields("Authorizers")?.into_named_fields()? {
            authorizers.insert(name, authorizer(fields, functions)?);
        }
        let default_authorizer = auth.text("DefaultAuthorizer")?;
        if default_authorizer.as_ref().is_some_and(|name| !authorizers.contains_key(name)) {
            return Err(auth.invalid("DefaultAuthorizer", "one of Authorizers", auth.line()));
        }
        auth.finish()?;
        Ok(Self { id: Some(resource.id.to_owned()), default_authorizer, authorizers })
    }
}

fn authorizer(mut fields: Fields<'_>, functions: &BTreeMap<String, String>) -> Result<Authorizer, TemplateError> {
    fields.ignore(&["FunctionInvokeRole"]);
    let line = fields.line();
    if fields.required("AuthorizerPayloadFormatVersion")? != "2.0" {
        return Err(fields.invalid("AuthorizerPayloadFormatVersion", "2.0", line));
    }
    if fields.flag("EnableSimpleResponses")? != Some(true) {
        return Err(fields.invalid("EnableSimpleResponses", "true", line));
    }
    let arn = fields.required("FunctionArn")?;
    let function = arn.rsplit(':').next().and_then(|id| functions.get(id)).cloned();
    let function = function.ok_or_else(|| fields.invalid("FunctionArn", "the Arn of a function", line))?;
    let mut identity = fields.fields("Identity")?;
    let headers = identity.texts("Headers")?;
    let ttl = identity.number("ReauthorizeEvery")?.ok_or_else(|| identity.missing("ReauthorizeEvery"))?;
    identity.finish()?;
    fields.finish()?;
    Ok(Authorizer {
        function,
        identity_headers: headers.iter().map(|header| header.to_lowercase()).collect(),
        cache_ttl: Duration::from_secs(ttl),
    })
}
