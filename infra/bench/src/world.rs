//! A running stack with its own shop, for measurements.

use crate::{
    error::BenchError,
    shop::{self, LOCATION},
};
use orderly_local::{
    Stack, StackOptions, backing,
    binaries::{self, Fit},
    client::Client,
    logs::{Line, Stream},
    payments::only_stripe,
};
use serde_json::json;
use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};
use tokio::{
    runtime::Handle,
    sync::broadcast::{Receiver, error::RecvError},
};

/// The pause between checks that everything is done. A check uses nothing that is measured.
const LOOK_AGAIN: Duration = Duration::from_millis(5);
/// How long the stack may make no visible progress before a run is given up.
const PATIENCE: Duration = Duration::from_mins(10);

/// The directory of the functions' binaries, and their template.
#[derive(Debug, Clone)]
pub struct Built {
    pub template: PathBuf,
    pub binaries: PathBuf,
}

/// The function for comparison: `infra/bench/hello`.
pub const HELLO: &str = "hello-world";
/// The packages to build with the functions: this program, which Cargo finds built already, and the function for
/// comparison.
const PACKAGES: &[&str] = &["bench", HELLO];

impl Built {
    /// Builds the functions in the profile of this program, unless `binaries` says where they are.
    pub async fn find(binaries: Option<PathBuf>) -> Result<Self, BenchError> {
        let here = std::env::current_dir().map_err(BenchError::io("the current directory"))?;
        let mut candidates = here.ancestors().map(|directory| directory.join("template.yaml"));
        let template = candidates.find(|path| path.is_file()).ok_or(BenchError::NoTemplate)?;
        let binaries = if let Some(directory) = binaries {
            directory.canonicalize().map_err(BenchError::io(directory.display().to_string()))?
        } else {
            let system = backing::load(&template, &std::collections::BTreeMap::new(), "", "")?;
            let workspace = template.parent().unwrap_or(Path::new("."));
            binaries::build(workspace, &system, Fit::Run(PACKAGES)).await?
        };
        Ok(Self { template, binaries })
    }
}

/// The running stack and its clients.
pub struct World {
    pub stack: Stack,
    pub operator: Client,
    pub storefront: Client,
    pub warehouse: Client,
}

/// The settings of a world.
#[derive(Debug, Clone, Copy)]
pub struct WorldOptions<'a> {
    /// The directory for the tables. Without one they are kept in memory.
    pub data_dir: Option<&'a Path>,
    /// Products in the shop.
    pub skus: usize,
    /// Whether the warehouse's system is notified by webhook.
    pub told: bool,
    /// Whether channels may be connected to shops.
    pub channels: bool,
}

/// Prints the functions' output that is no log record (a panic), and the stack's messages about them (a time-out, an
/// exit).
async fn tell_trouble(mut lines: Receiver<Line>) {
    loop {
        match lines.recv().await {
            Ok(line) if line.stream == Stream::Stdout => {}
            Ok(line) => eprintln!("  {}: {}", line.instance, line.text),
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return,
        }
    }
}

impl World {
    /// Starts the stack on a runtime of its own, so that its threads can be told from its clients'.
    pub async fn start(runtime: &Handle, built: &Built, options: WorldOptions<'_>) -> Result<Self, BenchError> {
        let mut settings = StackOptions::new(&built.template, &built.binaries);
        settings.data_dir = options.data_dir.map(Path::to_owned);
        // Most shops have one provider.
        settings.parameters = only_stripe();
        // An ordinary life is told by the warehouse.
        settings.parameters.insert("TrackedBy".to_owned(), String::new());
        settings.parameters.insert("UseChannels".to_owned(), options.channels.to_string());
        // An order's cost must not depend on whether a minute ends during the run.
        settings.schedules = false;
        // A stopped process would take its CPU time and its peak memory with it.
        settings.lambda.keep_warm = Duration::from_hours(24);
        let stack = runtime.spawn(Stack::start(settings)).await??;
        runtime.spawn(tell_trouble(stack.logs().follow()));
        let operator = Client::new(stack.api_url(), stack.operator_key());
        let webhook = options.told.then(|| stack.warehouse().url());
        let keys = shop::open(&operator, options.skus, webhook.as_deref()).await?;
        let storefront = Client::new(stack.api_url(), &keys.storefront);
        let warehouse = Client::new(stack.api_url(), &keys.warehouse);
        Ok(Self { stack, operator, storefront, warehouse })
    }

    /// Waits until nothing is queued and no webhook is in progress: all resulting work is done.
    pub async fn until_settled(&self) -> Result<(), BenchError> {
        self.until("everything that followed is done", async || Ok(self.under_way().await? == 0)).await
    }

    /// Waits until one queue is empty.
    pub async fn until_empty(&self, queue: &str) -> Result<(), BenchError> {
        self.until(&format!("{queue} is empty"), async || Ok(self.queued(queue).await? == 0)).await
    }

    async fn until(&self, what: &str, check: impl AsyncFn() -> Result<bool, BenchError>) -> Result<(), BenchError> {
        let start = Instant::now();
        // A message can move from the last queue to the first during a check. Two checks in a row are reliable.
        while !(check().await? && check().await?) {
            if start.elapsed() > PATIENCE {
                return Err(BenchError::Odd(format!("after {} s it is still not so that {what}", PATIENCE.as_secs())));
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        Ok(())
    }

    async fn under_way(&self) -> Result<u64, BenchError> {
        let mut under_way = (self.stack.stripe().undelivered() + self.stack.streams().waiting()) as u64;
        for queue in self.stack.sqs().queues().iter().filter(|queue| queue.redrive.is_some()) {
            under_way += self.queued(&queue.name).await?;
        }
        Ok(under_way)
    }

    /// The number of messages in a queue, including those in progress.
    async fn queued(&self, queue: &str) -> Result<u64, BenchError> {
        let depth = self.stack.sqs().depth(queue).await?;
        Ok(depth.visible + depth.in_flight + depth.delayed)
    }

    /// Fails if a message failed for good or a function lacked a permission: such a run measures nothing.
    pub async fn verify(&self) -> Result<(), BenchError> {
        for queue in self.stack.sqs().queues().iter().filter(|queue| queue.redrive.is_none()) {
            let dead = self.queued(&queue.name).await?;
            if dead > 0 {
                let letters = self.stack.sqs().dead_letters(&queue.name).await?;
                let why = letters.iter().find_map(|letter| Some(letter.failure.as_ref()?.error.as_str()));
                let why = why.unwrap_or("nobody noted why");
                return Err(BenchError::Odd(format!("{dead} messages failed for good, in {}: {why}", queue.name)));
            }
        }
        match self.stack.refusals().first() {
            Some(refusal) => Err(BenchError::Odd(refusal.to_string())),
            None => Ok(()),
        }
    }

    /// Receives goods at the warehouse.
    pub async fn restock(&self, sku: &str, units: u64) -> Result<(), BenchError> {
        let came =
            json!({ "sku": sku, "location": LOCATION, "kind": "receive", "quantity": units, "reason": "delivery" });
        self.warehouse.post_once("/stock", &format!("delivery-{:016x}", fastrand::u64(..)), &came).await?;
        Ok(())
    }

    pub async fn reconcile(&self) -> Result<(), BenchError> {
        let run = self.stack.lambda().invoke("reconcile", json!({}).to_string()).await?;
        if run.function_error {
            return Err(BenchError::Odd(format!("reconcile failed: {}", String::from_utf8_lossy(&run.payload))));
        }
        Ok(())
    }
}
