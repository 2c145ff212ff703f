//! The functions' logs, readable: `12:03:04.123 order-intake  INFO  order accepted  order=ord_1`.

use std::{
    env,
    fmt::Write as _,
    io::{self, IsTerminal, Write as _},
};

use orderly_local::logs::{Line, Stream};
use serde_json::{Map, Value};
use tokio::sync::broadcast::{Receiver, error::RecvError};

const RED: &str = "31";
const YELLOW: &str = "33";
const CYAN: &str = "36";
const DIM: &str = "2";
const PLAIN: &str = "0";

/// Fields of a log record that are shown by themselves, or say nothing on one machine.
const SHOWN: [&str; 4] = ["timestamp", "level", "message", "target"];

/// Prints every line until the logs end, or nobody reads any more.
pub(crate) async fn follow(mut lines: Receiver<Line>, widest_name: usize) {
    let style = Style::of_terminal();
    loop {
        let text = match lines.recv().await {
            Ok(line) => style.format(&line, widest_name),
            Err(RecvError::Lagged(missed)) => format!("… {missed} lines came too fast to show"),
            Err(RecvError::Closed) => return,
        };
        if writeln!(io::stdout(), "{text}").is_err() {
            return;
        }
    }
}

/// Whether to use color.
#[derive(Debug, Clone, Copy)]
struct Style {
    color: bool,
}

impl Style {
    /// Color for people, unless they do not want it (<https://no-color.org>).
    fn of_terminal() -> Self {
        Self { color: io::stdout().is_terminal() && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()) }
    }

    fn format(self, line: &Line, widest_name: usize) -> String {
        let time = line.time.strftime("%H:%M:%S%.3f").to_string();
        let name = format!("{:widest_name$}", line.function);
        let start = format!("{} {}", self.paint(DIM, &time), self.paint(CYAN, &name));
        match serde_json::from_str::<Map<String, Value>>(&line.text) {
            Ok(record) if line.stream != Stream::Platform => format!("{start}  {}", self.record(&record)),
            _ => {
                let color = if line.stream == Stream::Stdout { PLAIN } else { RED };
                format!("{start}  {}", self.paint(color, &line.text))
            }
        }
    }

    fn record(self, record: &Map<String, Value>) -> String {
        let text = |name: &str| record.get(name).and_then(Value::as_str).unwrap_or_default();
        let level = text("level");
        let color = match level {
            "ERROR" => RED,
            "WARN" => YELLOW,
            "DEBUG" | "TRACE" => DIM,
            _ => PLAIN,
        };
        let mut shown = format!("{}  {}", self.paint(color, &format!("{level:5}")), self.paint(color, text("message")));
        // What it is about first.
        let order = record.get_key_value("order").into_iter();
        let others = record.iter().filter(|(name, _)| *name != "order" && !SHOWN.contains(&name.as_str()));
        for (name, value) in order.chain(others) {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let _ = write!(shown, "  {}", self.paint(DIM, &format!("{name}={value}")));
        }
        shown
    }

    fn paint(self, color: &str, text: &str) -> String {
        if self.color && color != PLAIN { format!("\x1b[{color}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn line(stream: Stream, text: &str) -> Line {
        Line {
            time: Timestamp::UNIX_EPOCH,
            function: "stock".into(),
            instance: "stock-1".into(),
            stream,
            text: text.into(),
        }
    }

    #[test]
    fn a_record_is_one_line_with_the_order_first() {
        let record = r#"{"timestamp":"x","level":"WARN","message":"slow","a":1,"order":"ord_1","target":"stock"}"#;
        let plain = Style { color: false };
        assert_eq!(
            plain.format(&line(Stream::Stdout, record), 7),
            "00:00:00.000 stock    WARN   slow  order=ord_1  a=1"
        );
        let colored = Style { color: true }.format(&line(Stream::Stdout, record), 5);
        assert!(colored.contains("\x1b[33mslow\x1b[0m"), "{colored}");
    }

    #[test]
    fn what_is_no_record_is_shown_as_it_is() {
        let plain = Style { color: false };
        for stream in [Stream::Stdout, Stream::Stderr, Stream::Platform] {
            assert_eq!(plain.format(&line(stream, "panicked at x"), 5), "00:00:00.000 stock  panicked at x");
        }
    }
}
