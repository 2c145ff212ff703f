//! `cargo run -- services`: the services around functions that SAM runs in containers.

use super::{
    CliError,
    ports::{BackingPortArgs, check},
    state::State,
    stop_requested,
};
use clap::Args;
use orderly_local::{
    Triggers,
    backing::{self, Backing, BackingOptions},
    console::Link,
    event_source::Retry,
    lambda::{Invoker, Remote},
    template::System,
};
use serde_json::json;
use std::{collections::BTreeMap, path::Path};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream, lookup_host},
};

const ENVIRONMENT: &str = "sam-env.json";

#[derive(Debug, Args)]
pub(crate) struct ServicesArgs {
    /// Where `sam local start-lambda` answers: queued messages and schedules go there
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:3001")]
    lambda_endpoint: String,
    /// Where `sam local start-api` answers: the payment provider's webhooks go there
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:3000")]
    api_url: String,
    /// Answer on this address of the machine too, such as the one that containers know it by. Nothing here asks who
    /// calls: let it be one that only they can reach
    #[arg(long, value_name = "HOST")]
    advertise: Option<String>,
    #[command(flatten)]
    ports: BackingPortArgs,
}

pub(crate) async fn run(template: &Path, arguments: ServicesArgs) -> Result<(), CliError> {
    let ServicesArgs { lambda_endpoint, api_url, advertise, ports } = arguments;
    let ports = ports.into();
    if let Some(host) = &advertise {
        refuse_everywhere(host).await?;
    }
    let state = State::hold(template)?;
    check(ports).await?;
    let options = BackingOptions {
        template: template.to_owned(),
        data_dir: Some(state.directory().to_owned()),
        ports,
        api_url,
        parameters: BTreeMap::new(),
        links: vec![Link { label: "Functions, in SAM".to_owned(), url: lambda_endpoint.clone() }],
    };
    let backing = Backing::start(options).await?;
    state.announce(backing.console_url(), backing.services.endpoint())?;

    let (mut endpoint, mut providers) =
        (backing.services.endpoint().to_owned(), backing.providers.endpoint().to_owned());
    let mut shop = backing.shop.url().to_owned();
    if let Some(host) = &advertise {
        endpoint = answer_at(host, &endpoint).await?;
        providers = answer_at(host, &providers).await?;
        shop = answer_at(host, &shop).await?;
    }
    let seen_by_functions = backing::load(template, &BTreeMap::new(), &endpoint, &providers)?;
    let environment = state.write(ENVIRONMENT, environment(&seen_by_functions).as_bytes())?;
    introduce(&backing, &endpoint, &shop, &environment);

    let triggers = Triggers::default();
    let invoker = Invoker::Remote(Remote::new(&lambda_endpoint));
    triggers.start_queues(&backing.system, backing.services.sqs(), &invoker, Retry::default());
    triggers.start_streams(&backing.system, backing.services.streams(), &invoker);
    triggers.start_schedules(&backing.system, &invoker);
    stop_requested().await?;
    triggers.shutdown().await;
    backing.shutdown().await;
    Ok(())
}

/// The file for `sam local --env-vars`: the variables of each function, by its logical id.
fn environment(system: &System) -> String {
    let functions = system.functions.values();
    let variables = functions.map(|function| (&function.logical_id, &function.environment));
    format!("{:#}\n", json!(variables.collect::<BTreeMap<_, _>>()))
}

/// Refuses an address such as 0.0.0.0, which would open the services to the whole network.
async fn refuse_everywhere(host: &str) -> Result<(), CliError> {
    let found = lookup_host((host, 0)).await;
    let mut found = found.map_err(|source| CliError::Advertise { address: host.to_owned(), source })?;
    if found.any(|address| address.ip().to_canonical().is_unspecified()) {
        return Err(CliError::AdvertiseEverywhere(host.to_owned()));
    }
    Ok(())
}

/// Forwards another address of this machine, on the same port, to `local` on loopback. Yields the address.
async fn answer_at(host: &str, local: &str) -> Result<String, CliError> {
    let local = local.trim_start_matches("http://").to_owned();
    let port = local.rsplit(':').next().unwrap_or_default();
    let address = format!("{host}:{port}");
    let listener =
        TcpListener::bind(&address).await.map_err(|source| CliError::Advertise { address: address.clone(), source })?;
    tokio::spawn(async move {
        while let Ok((mut outside, _)) = listener.accept().await {
            let local = local.clone();
            tokio::spawn(async move {
                // Either side may close the connection at any time.
                if let Ok(mut inside) = TcpStream::connect(local).await {
                    let _ = copy_bidirectional(&mut outside, &mut inside).await;
                }
            });
        }
    });
    Ok(format!("http://{address}"))
}

fn introduce(backing: &Backing, endpoint: &str, shop: &str, environment: &Path) {
    println!("  Mails and queues    {}", backing.console_url());
    println!("  AWS services        {endpoint}");
    println!("  Shop (WooCommerce)  {shop}");
    println!("  Operator's API key  {}", backing.operator_key);
    println!("  For SAM             sam local start-lambda --env-vars {}", environment.display());
    println!("                      sam local start-api --env-vars {}\n", environment.display());
}
