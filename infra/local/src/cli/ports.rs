//! Where the parts of the stack answer.

use super::CliError;
use clap::Args;
use orderly_local::{Ports, StackError, services::BindError};

/// The ports of the whole stack.
#[derive(Debug, Clone, Copy, Args)]
#[command(next_help_heading = "Ports (0 takes any free one)")]
pub(crate) struct PortArgs {
    /// The HTTP API
    #[arg(long = "api-port", value_name = "PORT", env = "ORDERLY_API_PORT", default_value_t = 3000)]
    api: u16,
    /// Lambda's Invoke API
    #[arg(long = "invoke-port", value_name = "PORT", env = "ORDERLY_INVOKE_PORT", default_value_t = 3001)]
    invoke: u16,
    #[command(flatten)]
    backing: BackingPortArgs,
}

/// The ports of what functions need around them.
#[derive(Debug, Clone, Copy, Args)]
#[command(next_help_heading = "Ports (0 takes any free one)")]
pub(crate) struct BackingPortArgs {
    /// The pages with mails, queues and dead letters
    #[arg(long = "console-port", value_name = "PORT", env = "ORDERLY_CONSOLE_PORT", default_value_t = 3002)]
    console: u16,
    /// The receiver of the warehouse's webhook
    #[arg(long = "warehouse-port", value_name = "PORT", env = "ORDERLY_WAREHOUSE_PORT", default_value_t = 3003)]
    warehouse: u16,
    /// DynamoDB, SQS, SES and Secrets Manager
    #[arg(long = "services-port", value_name = "PORT", env = "ORDERLY_SERVICES_PORT", default_value_t = 4566)]
    services: u16,
    /// The payment provider
    #[arg(long = "stripe-port", value_name = "PORT", env = "ORDERLY_STRIPE_PORT", default_value_t = 12111)]
    stripe: u16,
}

impl From<PortArgs> for Ports {
    fn from(PortArgs { api, invoke, backing }: PortArgs) -> Self {
        Self { api, invoke, ..backing.into() }
    }
}

impl From<BackingPortArgs> for Ports {
    fn from(BackingPortArgs { console, warehouse, services, stripe }: BackingPortArgs) -> Self {
        Self { console, warehouse, services, stripe, ..Self::default() }
    }
}

/// Adds the flag to the error of a port that is taken.
pub(crate) fn explain(ports: Ports, error: StackError) -> CliError {
    let StackError::Bind(source @ (BindError::Taken(port) | BindError::Refused { port, .. })) = error else {
        return CliError::Stack(error);
    };
    let Ports { api, console, services, invoke, stripe, warehouse } = ports;
    let flags = [
        ("api", api),
        ("console", console),
        ("services", services),
        ("invoke", invoke),
        ("stripe", stripe),
        ("warehouse", warehouse),
    ];
    match flags.into_iter().find(|(_, of_flag)| *of_flag == port) {
        Some((flag, _)) => CliError::Taken { flag, source },
        None => CliError::Stack(StackError::Bind(source)),
    }
}
