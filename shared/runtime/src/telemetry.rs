//! Logs: one JSON object per line, with the event's fields at the top level.

use super::{ConfigError, variable};
use tracing::{Level, level_filters::LevelFilter};
use tracing_subscriber::{Layer, filter::Targets, fmt, layer::SubscriberExt, util::SubscriberInitExt};

/// Crates whose logs are worth their cost only when somebody looks for a fault in them.
const QUIET: [&str; 6] = ["aws_config", "aws_runtime", "aws_smithy_runtime", "hyper", "hyper_util", "lambda_runtime"];

/// Starts logging to standard output at the level that `ORDERLY_LOG` names.
pub fn start_logging() -> Result<(), ConfigError> {
    let name = variable("ORDERLY_LOG")?;
    let problem = || format!("{name:?} is not a log level; use error, warn, info or debug");
    let level: LevelFilter =
        name.parse().map_err(|_| ConfigError::Invalid { name: "ORDERLY_LOG", problem: problem() })?;
    let filter = Targets::new().with_default(level).with_targets(QUIET.map(|target| (target, Level::WARN)));
    let lines = fmt::layer().json().flatten_event(true).with_current_span(false).with_span_list(false);
    tracing_subscriber::registry().with(lines.with_filter(filter)).init();
    Ok(())
}
