//! Roles and managed policies. The reader accepts only what the template uses: statements that allow named actions on
//! exact resources or on some with `*`, and the one condition on an e-mail's sender. Anything else in a policy is an
//! error, because a half-understood policy would allow what AWS refuses.

use super::{Grant, Permissions, TemplateError, fields::Fields, resource::Resource, scope::Scope};
use std::collections::BTreeMap;

/// Properties that mean nothing on one machine, such as names and trust policies.
const ROLE_IGNORED: &[&str] =
    &["AssumeRolePolicyDocument", "Description", "MaxSessionDuration", "Path", "RoleName", "Tags"];
const POLICY_IGNORED: &[&str] = &["Description", "ManagedPolicyName", "Path"];

/// The roles by logical id.
pub(super) fn read(
    scope: &Scope<'_>,
    roles: &[Resource<'_>],
    managed_policies: &[Resource<'_>],
) -> Result<BTreeMap<String, Permissions>, TemplateError> {
    let mut managed = BTreeMap::new();
    for resource in managed_policies {
        let mut fields = Fields::read(scope, resource.id, "", &resource.properties)?;
        fields.ignore(POLICY_IGNORED);
        managed.insert(resource.id.to_owned(), document(fields.fields("PolicyDocument")?)?);
        fields.finish()?;
    }
    roles.iter().map(|resource| Ok((resource.id.to_owned(), role(scope, resource, &managed)?))).collect()
}

fn role(
    scope: &Scope<'_>,
    resource: &Resource<'_>,
    managed: &BTreeMap<String, Vec<Grant>>,
) -> Result<Permissions, TemplateError> {
    let mut fields = Fields::read(scope, resource.id, "", &resource.properties)?;
    fields.ignore(ROLE_IGNORED);
    let mut grants = Vec::new();
    for mut policy in fields.list_of_fields("Policies")? {
        policy.ignore(&["PolicyName"]);
        grants.extend(document(policy.fields("PolicyDocument")?)?);
        policy.finish()?;
    }
    for id in fields.texts("ManagedPolicyArns")? {
        let expected = "managed policies of this template";
        let policy = managed.get(&id);
        let policy = policy.ok_or_else(|| fields.invalid("ManagedPolicyArns", expected, fields.line()))?;
        grants.extend(policy.iter().cloned());
    }
    fields.finish()?;
    Ok(Permissions { role: resource.id.to_owned(), grants })
}

fn document(mut fields: Fields<'_>) -> Result<Vec<Grant>, TemplateError> {
    fields.ignore(&["Version"]);
    let grants = fields.list_of_fields("Statement")?.into_iter().map(statement).collect::<Result<_, _>>()?;
    fields.finish()?;
    Ok(grants)
}

fn statement(mut fields: Fields<'_>) -> Result<Grant, TemplateError> {
    let line = fields.line();
    fields.ignore(&["Sid"]);
    fields.only(&["Effect", "Action", "Resource", "Condition"])?;
    if fields.required("Effect")? != "Allow" {
        return Err(fields.invalid("Effect", "Allow", line));
    }
    let actions = fields.one_or_more("Action")?;
    if actions.iter().any(|action| !action.contains(':') || action.contains(['*', '?'])) {
        return Err(fields.invalid("Action", "actions by name, such as sqs:SendMessage", line));
    }
    let resources = fields.one_or_more("Resource")?;
    if resources.iter().any(|resource| resource.contains('?')) {
        return Err(fields.invalid("Resource", "ARNs without `?`", line));
    }
    let mut condition = fields.fields("Condition")?;
    let mut equals = condition.fields("StringEquals")?;
    let from_address = equals.text("ses:FromAddress")?;
    equals.finish()?;
    condition.finish()?;
    Ok(Grant { actions, resources, from_address })
}
