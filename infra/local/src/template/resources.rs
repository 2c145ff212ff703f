//! All resources of a template: the reader of each, and the list of those that mean nothing on one machine.

use super::{
    Declared, Problem, System, TemplateError, api::Api, functions, mail, queues, resource::Resource, roles,
    scope::Scope, secrets, sections::Sections, tables,
};
use std::collections::BTreeMap;

/// The template's monitoring resources, which are not needed on one machine.
const NOT_NEEDED: &[&str] = &[
    "AWS::CloudWatch::Alarm",
    "AWS::Logs::LogGroup",
    "AWS::Logs::MetricFilter",
    "AWS::SNS::Subscription",
    "AWS::SNS::Topic",
];

/// Reads all resources of the system.
pub(super) fn read(scope: &Scope<'_>, sections: &Sections<'_>) -> Result<System, TemplateError> {
    let mut system = System {
        functions: BTreeMap::new(),
        queues: Vec::new(),
        tables: Vec::new(),
        secrets: Vec::new(),
        configuration_sets: Vec::new(),
        event_rules: Vec::new(),
        authorizers: BTreeMap::new(),
        parameters: scope.parameters(),
        resources: Vec::new(),
        outputs: sections.outputs(scope)?,
    };
    let mut functions = Vec::new();
    let mut apis = Vec::new();
    let mut roles = Vec::new();
    let mut managed_policies = Vec::new();
    let mut mail = mail::Resources::default();
    for entry in sections.resources {
        let Some((kind, resource)) = Resource::read(scope, entry)? else {
            continue;
        };
        let logical_id = resource.id.to_owned();
        let physical_id = scope.physical_id(&logical_id, resource.line);
        system.resources.push(Declared { logical_id, physical_id, kind: kind.clone() });
        match kind.as_str() {
            "AWS::Serverless::Function" => functions.push(resource),
            "AWS::Serverless::HttpApi" => apis.push(resource),
            "AWS::IAM::Role" => roles.push(resource),
            "AWS::IAM::ManagedPolicy" => managed_policies.push(resource),
            "AWS::SQS::Queue" => system.queues.push(queues::read(scope, &resource)?),
            "AWS::DynamoDB::Table" => system.tables.push(tables::read(scope, &resource)?),
            "AWS::SecretsManager::Secret" => system.secrets.push(secrets::read(scope, &resource)?),
            "AWS::SES::ConfigurationSet" => mail.configuration_sets.push(resource),
            "AWS::SES::ConfigurationSetEventDestination" => mail.destinations.push(resource),
            "AWS::Events::Rule" => mail.rules.push(resource),
            "AWS::SQS::QueuePolicy" => mail.queue_policies.push(resource),
            known if NOT_NEEDED.contains(&known) => {}
            _ => return Err(Problem::UnknownType(kind).at(resource.id, resource.line)),
        }
    }
    system.configuration_sets = mail::configuration_sets(scope, &mail)?;
    system.event_rules = mail::rules(scope, &mail, &system.queues)?;
    let roles = roles::read(scope, &roles, &managed_policies)?;
    let names = functions::names(scope, &functions)?;
    let api = Api::read(scope, &apis, &names)?;
    system.functions = functions::read(scope, sections.globals, functions, &names, &api, &roles)?;
    system.authorizers = api.authorizers;
    Ok(system)
}
