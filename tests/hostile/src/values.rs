//! Values that have broken parsers.

use proptest::prelude::*;

/// As written in a document. Some are invalid JSON.
const WRITTEN: [&str; 72] = [
    // Empty values, and other types.
    "",
    "null",
    "true",
    "false",
    "[]",
    "{}",
    "[null]",
    "{\"\":null}",
    "\"\"",
    "\" \"",
    "\"true\"",
    "\"null\"",
    // Numbers around the edges of types, and beyond them.
    "0",
    "-0",
    "-1",
    "1",
    "1.0",
    "1e0",
    "1.5",
    "0.1",
    "01",
    "+1",
    ".5",
    "1.",
    "0x10",
    "1_000",
    "65535",
    "65536",
    "2147483647",
    "2147483648",
    "4294967295",
    "4294967296",
    "9007199254740993",
    "1000000000000000",
    "1000000000000001",
    "92233720368547759",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "-9223372036854775809",
    "18446744073709551615",
    "18446744073709551616",
    "1e15",
    "1e400",
    "1e999",
    "-1e999",
    "1e-999",
    "NaN",
    "Infinity",
    "-Infinity",
    // Times at the ends of the range, and invalid ones.
    "253402207200",
    "-377705023201",
    "\"9999-12-31T23:59:59.999999999Z\"",
    "\"-009999-01-01\"",
    "\"0000-00-00\"",
    "\"24:00:00\"",
    "\"23:59:60\"",
    // Texts.
    r#""\ud800""#,
    r#""\udc00\ud800""#,
    r#""\u0000""#,
    r#""\u001b[2J""#,
    "\"\u{1}\"",
    "\"a\nb\"",
    r#""\u202e\ufeff""#,
    "\"ﷺ𝟙é\u{301}\"",
    "\"mga\"",
    "\"isk\"",
    "\"../../etc/passwd\"",
    "\"%00%2e%2e\"",
    "\"a@b@c\"",
    "\"__proto__\"",
    "\"{{7*7}}${7*7}<script>\"", // for templates and pages
];

pub(crate) fn short() -> impl Iterator<Item = String> {
    WRITTEN.map(str::to_owned).into_iter()
}

/// Values as written, from short to far too long and far too deep.
pub(crate) fn all() -> Vec<String> {
    let text = |part: &str, count: usize| format!("\"{}\"", part.repeat(count));
    let long = ["x", "é", "\\u0000", "\\ud83d\\ude00", " "].map(|part| text(part, 300));
    let far_too_long = ["x", "email#", "../"].map(|part| text(part, 100_000));
    let digits = ["9".repeat(400), format!("0.{}", "3".repeat(400))];
    // serde_json reads at most 127 levels.
    let deep = [20, 120, 127, 50_000].map(|depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth)));
    let nested = [20, 50_000].map(|depth| format!("{}0{}", "{\"id\":".repeat(depth), "}".repeat(depth)));
    short().chain(long).chain(far_too_long).chain(digits).chain(deep).chain(nested).collect()
}

/// One of these values, or a random one.
pub(crate) fn any_value() -> impl Strategy<Value = String> {
    prop_oneof![
        10 => prop::sample::select(all()),
        1 => any::<i64>().prop_map(|number| number.to_string()),
        1 => any::<f64>().prop_map(|number| format!("{number:e}")),
        1 => ".{0,12}".prop_map(|text| serde_json::Value::from(text).to_string()),
    ]
}
