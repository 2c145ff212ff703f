//! What surrounds the functions: the AWS services, the payment providers, a shop, a warehouse's system, and the console pages
//! that show all of it.

use crate::{
    Ports, StackError,
    channels::{self, woocommerce::Shop},
    console::{self, Console, Link},
    keep::Keep,
    payments::{self, StandIns, StandInsConfig},
    services::{Listener, Server, Services, ServicesConfig, warehouse_hook::WarehouseHook},
    template::{Context, System},
    tracking,
};
use domain::{
    settings::{ApiKey, Role},
    text::Text,
};
use jiff::Timestamp;
use runtime::{Aws, Clock};
use std::{
    collections::BTreeMap,
    convert::Infallible,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
    time::Duration,
};
use store::{CommitError, Queues, Store, StoreError, Tables};

/// The table that holds API keys.
const SETTINGS_TABLE: &str = "SettingsTable";
/// How long shutdown waits for the console's open requests.
const GRACE: Duration = Duration::from_secs(1);

/// What to start, and where.
#[derive(Debug, Clone)]
pub struct BackingOptions {
    pub template: PathBuf,
    /// The directory for tables, mails, payments, the shop and secrets. Without one they are kept in memory.
    pub data_dir: Option<PathBuf>,
    pub ports: Ports,
    /// The HTTP API's address, for the provider's webhooks; no final slash.
    pub api_url: String,
    /// Values for the template's parameters. They override the local values and the template's defaults.
    pub parameters: BTreeMap<String, String>,
    /// Addresses for the console's first page.
    pub links: Vec<Link>,
}

/// The running services, and the system that they were made for.
pub struct Backing {
    pub system: System,
    pub services: Services,
    /// The payment providers.
    pub providers: StandIns,
    /// The services that tell of parcels. They answer at the payment providers' address.
    pub tracking: tracking::StandIns,
    /// The shop of a sales channel.
    pub shop: Shop,
    shop_server: Server,
    pub warehouse: WarehouseHook,
    /// An API key with the operator's role.
    pub operator_key: String,
    console: Server,
    exports: Arc<OnceLock<String>>,
}

impl Backing {
    /// Binds every port before it creates anything, so that a taken port leaves nothing behind.
    pub async fn start(options: BackingOptions) -> Result<Self, StackError> {
        let BackingOptions { template, data_dir, ports, api_url, mut parameters, links } = options;
        // The console is asked by names of this machine, and without TLS.
        parameters.entry("ConsoleApi".to_owned()).or_insert_with(|| api_url.clone());
        let webhooks = || format!("{api_url}/webhooks/channels");
        parameters.entry("ChannelWebhooksUrl".to_owned()).or_insert_with(webhooks);
        let listener = Listener::bind(ports.services).await?;
        let payments = Listener::bind(ports.stripe).await?;
        let warehouse = Listener::bind(ports.warehouse).await?;
        let console = Listener::bind(ports.console).await?;
        let shop_listener = Listener::bind(ports.shop).await?;

        let system = load(&template, &parameters, &listener.endpoint(), &payments.endpoint())?;
        let Keep { operator_key, secrets } = Keep::open(data_dir.as_deref(), &system.secrets)?;
        let tracking = tracking::StandIns::new(&tracking::StandInsConfig {
            api_url: api_url.clone(),
            secrets: secrets.clone(),
            clock: Clock::system(),
        });
        let shop = channels::start(shop_listener.endpoint(), &secrets, data_dir.clone(), Clock::system())?;
        let stand_ins = StandInsConfig {
            api_url: api_url.clone(),
            secrets: secrets.clone(),
            data_dir: data_dir.clone(),
            clock: Clock::system(),
        };
        // Where the API and its webhooks are, as CloudFormation tells it of a deployed stack.
        let webhooks = format!("{api_url}/webhooks/payments/stripe");
        let outputs = [("ApiUrl", api_url), ("StripeWebhookUrl", webhooks)];
        let outputs = outputs.into_iter().map(|(name, url)| (name.to_owned(), url)).collect();
        let keeps_in = data_dir.clone();
        let config = ServicesConfig { data_dir, secrets, outputs, ..ServicesConfig::default() };
        let services = Services::start(listener, &system, config).await?;
        let providers = StandIns::start_beside(payments, stand_ins, tracking.router())?;
        let shop_server = shop_listener.serve(shop.router());
        let signing = (providers.clone(), tracking.clone(), shop.clone());
        services.secrets().watch(move |name, value| {
            signing.0.secret_is_put(name, value);
            signing.1.secret_is_put(name, value);
            channels::secret_is_put(&signing.2, name, value);
            let kept = keeps_in.as_deref().map(|directory| Keep::change(directory, name, value));
            if let Some(Err(error)) = kept {
                tracing::error!(%error, secret = name, "the new value is lost with the next start");
            }
        });
        let warehouse = WarehouseHook::start(warehouse);
        let exports = Arc::default();
        let hook = Some(warehouse.clone());
        let mut links = links;
        links.push(Link {
            label: "Payment providers, and a page to pay at".to_owned(),
            url: providers.endpoint().to_owned(),
        });
        links.push(Link {
            label: "A sales channel's shop, and a page to buy at".to_owned(),
            url: shop.url().to_owned(),
        });
        let pages = Console { services: services.clone(), warehouse: hook, links, exports: Arc::clone(&exports) };
        let console = console.serve(console::router(pages));
        let backing = Self {
            system,
            services,
            providers,
            tracking,
            shop,
            shop_server,
            warehouse,
            operator_key,
            console,
            exports,
        };
        if backing.system.tables.iter().any(|table| table.name == SETTINGS_TABLE) {
            backing.store_operator_key().await?;
        }
        Ok(backing)
    }

    /// The address of the pages.
    pub fn console_url(&self) -> &str {
        self.console.endpoint()
    }

    /// Shows addresses and keys on the first page.
    pub fn show_exports(&self, exports: &str) {
        let _ = self.exports.set(exports.to_owned());
    }

    /// Finishes open requests and closes every address.
    pub async fn shutdown(&self) {
        self.tracking.withhold_webhooks();
        self.shop.withhold_webhooks();
        tokio::join!(
            self.shop_server.shutdown(GRACE),
            self.console.shutdown(GRACE),
            self.providers.shutdown(),
            self.warehouse.shutdown(),
            self.services.shutdown(),
        );
    }

    /// Stores the first API key. Every other key is made through the API.
    async fn store_operator_key(&self) -> Result<(), StoreError> {
        // A key owes nothing, so no message is sent.
        let store = store(&self.services, "");
        let (id, name) = (ApiKey::id_of(&self.operator_key), Text::literal("bootstrap"));
        let key = ApiKey::new(id, name, Role::Operator, Timestamp::now());
        let mut write = store.write(key.created_at);
        write.create(key.id.clone(), key);
        match write.commit().await {
            // An earlier start stored it.
            Ok(()) | Err(CommitError::Conflict(_)) => {}
            Err(CommitError::Store(error)) => return Err(error),
        }
        // The stack's own requests are no part of an order's cost.
        self.services.reset_meter();
        Ok(())
    }
}

/// A store over the services' tables, with all permissions. It sends every new duty to one queue.
pub fn store(services: &Services, queue_url: &str) -> Store {
    let Ok(tables) = Tables::of(|table| Ok::<_, Infallible>(services.table_in_use(table.logical_id())));
    let Ok(queues) = Queues::of(|_| Ok::<_, Infallible>(queue_url.to_owned()));
    Aws::beside(services.endpoint()).store_of(tables, queues)
}

/// The template with the parameters that make it local. Addresses have no final slash.
pub fn load(
    template: &Path,
    parameters: &BTreeMap<String, String>,
    endpoint: &str,
    providers: &str,
) -> Result<System, StackError> {
    let outside = payments::parameters(providers).into_iter().chain(tracking::parameters(providers));
    let own = [("AwsEndpoint", endpoint.to_owned()), ("UseChannels", "true".to_owned())];
    let local = own.into_iter().chain(outside);
    let mut all: BTreeMap<_, _> = local.map(|(name, value)| (name.to_owned(), value)).collect();
    all.extend(parameters.clone());
    System::load(template, &all, &Context { endpoint: endpoint.to_owned() })
        .map_err(|source| StackError::Template { template: template.to_owned(), source: Box::new(source) })
}
