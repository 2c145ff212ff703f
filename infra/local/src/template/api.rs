//! The HTTP API that routes belong to, and its authorizers.

use super::{Authorizer, Problem, TemplateError, fields::Fields, resource::Resource, scope::Scope};
use std::{collections::BTreeMap, time::Duration};

/// The HTTP API that routes belong to.
#[derive(Debug, Default)]
pub(super) struct Api {
    pub(super) id: Option<String>,
    pub(super) default_authorizer: Option<String>,
    pub(super) authorizers: BTreeMap<String, Authorizer>,
}

impl Api {
    /// The single API that a template may have. `functions` are binaries by logical id.
    pub(super) fn read(
        scope: &Scope<'_>,
        apis: &[Resource<'_>],
        functions: &BTreeMap<String, String>,
    ) -> Result<Self, TemplateError> {
        match apis {
            [] => Ok(Self::default()),
            [api] => Self::of(scope, api, functions),
            [first, second, ..] => {
                let expected = format!("one API only, {}", first.id);
                Err(Problem::invalid(second.id, &expected).at(second.id, second.line))
            }
        }
    }

    fn of(
        scope: &Scope<'_>,
        resource: &Resource<'_>,
        functions: &BTreeMap<String, String>,
    ) -> Result<Self, TemplateError> {
        let mut fields = Fields::read(scope, resource.id, "", &resource.properties)?;
        // Nothing is throttled here: one developer is no flood (docs/ARCHITECTURE.md says so).
        fields.ignore(&["AccessLogSettings", "Description", "Name", "RouteSettings", "Tags"]);
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
