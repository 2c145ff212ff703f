//! Where the parts of the stack answer.

use clap::Args;
use orderly_local::{Ports, StackError, services::BindError};

use super::CliError;

/// 0 takes any free port.
#[derive(Debug, Clone, Copy, Args)]
#[command(next_help_heading = "Ports (0 takes any free one)")]
pub(crate) struct PortArgs {
    /// The HTTP API
    #[arg(long = "api-port", global = true, value_name = "PORT", env = "ORDERLY_API_PORT", default_value_t = 3000)]
    api: u16,
    /// The pages with mails, queues and dead letters
    #[arg(
        long = "console-port",
        global = true,
        value_name = "PORT",
        env = "ORDERLY_CONSOLE_PORT",
        default_value_t = 3002
    )]
    console: u16,
    /// Lambda's Invoke API
    #[arg(
        long = "invoke-port",
        global = true,
        value_name = "PORT",
        env = "ORDERLY_INVOKE_PORT",
        default_value_t = 3001
    )]
    invoke: u16,
    /// The receiver of the warehouse's webhook
    #[arg(
        long = "warehouse-port",
        global = true,
        value_name = "PORT",
        env = "ORDERLY_WAREHOUSE_PORT",
        default_value_t = 3003
    )]
    warehouse: u16,
    /// DynamoDB, SQS, SES and Secrets Manager
    #[arg(
        long = "services-port",
        global = true,
        value_name = "PORT",
        env = "ORDERLY_SERVICES_PORT",
        default_value_t = 4566
    )]
    services: u16,
    /// The payment provider
    #[arg(
        long = "stripe-port",
        global = true,
        value_name = "PORT",
        env = "ORDERLY_STRIPE_PORT",
        default_value_t = 12111
    )]
    stripe: u16,
}

impl PortArgs {
    /// Adds the flag to the error of a port that is taken.
    pub(crate) fn explain(self, error: StackError) -> CliError {
        match error {
            StackError::Bind(source @ (BindError::Taken(port) | BindError::Refused { port, .. })) => {
                let flags = [
                    ("api", self.api),
                    ("console", self.console),
                    ("invoke", self.invoke),
                    ("warehouse", self.warehouse),
                    ("services", self.services),
                    ("stripe", self.stripe),
                ];
                match flags.into_iter().find(|(_, of_flag)| *of_flag == port) {
                    Some((flag, _)) => CliError::Taken { flag, source },
                    None => CliError::Stack(StackError::Bind(source)),
                }
            }
            error => CliError::Stack(error),
        }
    }
}

impl From<PortArgs> for Ports {
    fn from(ports: PortArgs) -> Self {
        Self {
            api: ports.api,
            console: ports.console,
            services: ports.services,
            invoke: ports.invoke,
            stripe: ports.stripe,
            warehouse: ports.warehouse,
        }
    }
}
