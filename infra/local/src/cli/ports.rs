//! Where the parts of the stack answer.

use super::CliError;
use clap::Args;
use orderly_local::{Ports, services::Listener};

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
    /// The shop of a sales channel, and its page
    #[arg(long = "shop-port", value_name = "PORT", env = "ORDERLY_SHOP_PORT", default_value_t = 3004)]
    shop: u16,
    /// The payment providers, and their page
    #[arg(long = "stripe-port", value_name = "PORT", env = "ORDERLY_STRIPE_PORT", default_value_t = 12111)]
    stripe: u16,
}

impl From<PortArgs> for Ports {
    fn from(PortArgs { api, invoke, backing }: PortArgs) -> Self {
        Self { api, invoke, ..backing.into() }
    }
}

impl From<BackingPortArgs> for Ports {
    fn from(BackingPortArgs { console, warehouse, services, shop, stripe }: BackingPortArgs) -> Self {
        Self { console, warehouse, services, shop, stripe, ..Self::default() }
    }
}

/// Each port under the name of its flag.
fn flags(ports: Ports) -> [(&'static str, u16); 7] {
    let Ports { api, console, services, invoke, shop, stripe, warehouse } = ports;
    [
        ("api", api),
        ("console", console),
        ("services", services),
        ("invoke", invoke),
        ("shop", shop),
        ("stripe", stripe),
        ("warehouse", warehouse),
    ]
}

/// Names every port that cannot be had, so that nobody finds them one by one. A port that is taken after this is named when it
/// is bound.
pub(crate) async fn check(ports: Ports) -> Result<(), CliError> {
    let mut problems = Vec::new();
    let mut bound: Vec<(&str, Listener)> = Vec::new();
    for (flag, port) in flags(ports).into_iter().filter(|(_, port)| *port != 0) {
        if let Some((other, _)) = bound.iter().find(|(_, listener)| listener.port() == port) {
            problems.push(format!("--{other}-port and --{flag}-port are both {port}: each needs a port of its own"));
            continue;
        }
        match Listener::bind(port).await {
            Ok(listener) => bound.push((flag, listener)),
            Err(error) => problems.push(format!("{error} (--{flag}-port)")),
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(CliError::Ports(problems)) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[tokio::test]
    async fn all_ports_that_cannot_be_had_are_named_at_once() {
        let (one, two) = (Listener::bind(0).await.unwrap(), Listener::bind(0).await.unwrap());
        let free = Listener::bind(0).await.unwrap().port();
        let ports = Ports { api: one.port(), console: free, services: free, stripe: two.port(), ..Ports::default() };
        let error = check(ports).await.unwrap_err().to_string();
        let expected = [
            format!("port {} is in use by another program: stop it, or choose another port (--api-port)", one.port()),
            format!("--console-port and --services-port are both {free}: each needs a port of its own"),
            format!(
                "port {} is in use by another program: stop it, or choose another port (--stripe-port)",
                two.port()
            ),
        ];
        assert_eq!(error, expected.join("\n       "));
        check(Ports::default()).await.unwrap();
    }
}
