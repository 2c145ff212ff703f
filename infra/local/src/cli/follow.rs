//! The functions' logs, readable: `12:03:04.123 order-intake  INFO  order accepted  order=ord_1`.

use orderly_local::{
    logs::{Line, Stream},
    terminal::{CYAN, DIM, Ink, PLAIN, RED, YELLOW},
};
use serde_json::{Map, Value};
use std::{
    fmt::Write as _,
    io::{self, Write as _},
};
use tokio::sync::broadcast::{Receiver, error::RecvError};

/// Fields of a log record that the line shows elsewhere, or that say nothing on one machine.
const SHOWN: [&str; 4] = ["timestamp", "level", "message", "target"];

/// Prints every line until the logs end or standard output is closed.
pub(crate) async fn follow(mut lines: Receiver<Line>, widest_name: usize) {
    let ink = Ink::of_terminal();
    loop {
        let text = match lines.recv().await {
            Ok(line) => format(ink, &line, widest_name),
            Err(RecvError::Lagged(missed)) => format!("… {missed} lines came too fast to show"),
            Err(RecvError::Closed) => return,
        };
        if writeln!(io::stdout(), "{text}").is_err() {
            return;
        }
    }
}

fn format(ink: Ink, line: &Line, widest_name: usize) -> String {
    let time = line.time.strftime("%H:%M:%S%.3f").to_string();
    let name = format!("{:widest_name$}", line.function);
    let start = format!("{} {}", ink.paint(DIM, &time), ink.paint(CYAN, &name));
    match serde_json::from_str::<Map<String, Value>>(&line.text) {
        Ok(found) if line.stream != Stream::Platform => format!("{start}  {}", record(ink, &found)),
        _ => {
            let color = if line.stream == Stream::Stdout { PLAIN } else { RED };
            format!("{start}  {}", ink.paint(color, &line.text))
        }
    }
}

fn record(ink: Ink, record: &Map<String, Value>) -> String {
    let text = |name: &str| record.get(name).and_then(Value::as_str).unwrap_or_default();
    let level = text("level");
    let color = match level {
        "ERROR" => RED,
        "WARN" => YELLOW,
        "DEBUG" | "TRACE" => DIM,
        _ => PLAIN,
    };
    let mut shown = format!("{}  {}", ink.paint(color, &format!("{level:5}")), ink.paint(color, text("message")));
    // The order comes first.
    let order = record.get_key_value("order").into_iter();
    let others = record.iter().filter(|(name, _)| *name != "order" && !SHOWN.contains(&name.as_str()));
    for (name, value) in order.chain(others) {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let _ = write!(shown, "  {}", ink.paint(DIM, &format!("{name}={value}")));
    }
    shown
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
        assert_eq!(
            format(Ink::Black, &line(Stream::Stdout, record), 7),
            "00:00:00.000 stock    WARN   slow  order=ord_1  a=1"
        );
        let colored = format(Ink::Colored, &line(Stream::Stdout, record), 5);
        assert!(colored.contains("\x1b[33mslow\x1b[0m"), "{colored}");
    }

    #[test]
    fn what_is_no_record_is_shown_as_it_is() {
        for stream in [Stream::Stdout, Stream::Stderr, Stream::Platform] {
            assert_eq!(format(Ink::Black, &line(stream, "panicked at x"), 5), "00:00:00.000 stock  panicked at x");
        }
    }
}
