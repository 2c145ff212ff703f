//! Which deployment a command looks at: the running local stack, or one at AWS.

use super::{CliError, state::services_of_running};
use checkup::{Deployment, Shape, connect};
use clap::Args;
use orderly_local::{backing, services::STACK, template::Keys};
use runtime::{Aws, optional};
use std::{collections::BTreeMap, path::Path};

#[derive(Debug, Args)]
pub(crate) struct DeploymentArgs {
    /// The CloudFormation stack; without it, the local stack that is running
    #[arg(long, value_name = "NAME")]
    stack: Option<String>,
    /// Where the AWS APIs are, when they are not AWS
    #[arg(long, value_name = "URL", env = "AWS_ENDPOINT_URL")]
    endpoint_url: Option<String>,
    /// The region; without it, that of the environment
    #[arg(long, env = "AWS_REGION")]
    region: Option<String>,
}

/// How to reach a deployment, and what it is.
pub(crate) struct Reached {
    pub(crate) aws: Aws,
    pub(crate) deployment: Deployment,
}

impl DeploymentArgs {
    pub(crate) async fn reach(self, template: &Path) -> Result<Reached, CliError> {
        let endpoint = match (self.endpoint_url, &self.stack) {
            (Some(url), _) => Some(url.trim_end_matches('/').to_owned()),
            (None, Some(_)) => None,
            (None, None) => Some(services_of_running(template)?),
        };
        let region = self.region.or_else(|| optional("AWS_DEFAULT_REGION"));
        let region = match (region, &endpoint) {
            (Some(region), _) => region,
            (None, Some(_)) => orderly_local::template::REGION.to_owned(),
            (None, None) => return Err(CliError::NoRegion),
        };
        let aws = connect(&region, endpoint.as_deref());
        let deployment = Deployment::read(&aws, self.stack.as_deref().unwrap_or(STACK)).await?;
        Ok(Reached { aws, deployment })
    }
}

/// The keys and indexes of the template's tables.
pub(crate) fn shapes(template: &Path) -> Result<Vec<(String, Shape)>, CliError> {
    let system = backing::load(template, &BTreeMap::new(), "", "")?;
    let keys = |keys: &Keys| {
        [Some(&keys.hash), keys.range.as_ref()].into_iter().flatten().cloned().collect::<Vec<_>>().join(", ")
    };
    let shape = |table: orderly_local::template::Table| {
        let indexes = table.indexes.iter().map(|index| (index.name.clone(), keys(&index.keys))).collect();
        (table.name, Shape { key: keys(&table.keys), indexes })
    };
    Ok(system.tables.into_iter().map(shape).collect())
}
