//! Tests that each payment provider is in one folder, and that the rest of the system does not name it.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Where a provider may be named besides its own files, and why. A path that ends in `/` is a folder. `*` at the start
/// stands for any text.
const ALLOWED: [(&str, &str); 23] = [
    ("shared/payments/src/lib.rs", "the list of providers"),
    ("shared/payments/src/adyen/validity.rs", "another provider is one of its payment methods"),
    ("shared/webhooks/src/standard_webhooks", "the specification that the provider `standard` speaks"),
    ("template.yaml", "its settings, secrets and permissions"),
    ("infra/samconfig.toml", "its settings"),
    ("*.md", "for people"),
    ("docs/", "for people"),
    (".ci/", "starts the local stack with its flags"),
    ("*/tests.rs", "fixtures"),
    ("*/tests/", "fixtures"),
    ("*/fixtures.rs", "fixtures"),
    ("*.snap", "fixtures: what a test expects"),
    ("tests/", "the outside world of the end-to-end tests; payloads; this rule"),
    ("infra/local/src/payments.rs", "the list of simulators"),
    ("infra/local/src/payments/", "the simulators"),
    ("infra/local/src/cli", "its flags and the addresses that people are told"),
    ("infra/local/src/demo", "plays a customer who pays"),
    ("infra/local/src/backing.rs", "starts the simulators"),
    ("infra/local/src/stack.rs", "gives tests the simulators"),
    ("infra/local/src/ports.rs", "where the simulators answer"),
    ("infra/checkup/src/doctor", "looks whether it is set up at the provider"),
    ("infra/bench/src/", "plays customers who pay"),
    ("infra/simulation/", "plays the outside world, and the environment of the functions"),
];

fn workspace() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The providers' names, from the list in shared/payments: `Stripe => stripe,`.
fn providers() -> Vec<String> {
    let list = fs::read_to_string(workspace().join("shared/payments/src/lib.rs")).unwrap();
    let (_, list) = list.split_once("providers! {").expect("the list of providers");
    let (list, _) = list.split_once('}').unwrap();
    list.lines()
        .filter_map(|line| line.split_once("=>"))
        .map(|(_, name)| name.trim().trim_end_matches(',').to_owned())
        .collect()
}

fn is_allowed(path: &str, provider: &str) -> bool {
    let own = format!("shared/payments/src/{provider}");
    let fits = |(allowed, _): &(&str, &str)| match allowed.strip_prefix('*') {
        Some(part) if part.ends_with('/') => path.contains(part),
        Some(end) => path.ends_with(end),
        None => path.starts_with(allowed),
    };
    path == format!("{own}.rs") || path.starts_with(&format!("{own}/")) || ALLOWED.iter().any(fits)
}

/// Every hand-written file of the repository, by its path from the root.
fn files() -> Vec<(String, String)> {
    fn walk(directory: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            // Hidden folders hold tools' data, except CI's own.
            let is_made = ["target", "Cargo.lock"].contains(&name.as_str()) || (name.starts_with('.') && name != ".ci");
            match path.is_dir() {
                _ if is_made => {}
                true => walk(&path, found),
                false => found.push(path),
            }
        }
    }
    let mut found = Vec::new();
    walk(&workspace(), &mut found);
    let text = |path: PathBuf| {
        let name = path.strip_prefix(workspace()).unwrap().to_string_lossy().into_owned();
        Some((name, fs::read_to_string(path).ok()?))
    };
    found.into_iter().filter_map(text).collect()
}

/// Names that are ordinary words as well. They are looked for as programs write them.
const WORDS: [&str; 2] = ["square", "standard"];

/// Whether a text names a provider.
fn names(text: &str, provider: &str) -> bool {
    let text = text.to_lowercase();
    if !WORDS.contains(&provider) {
        return text.contains(provider);
    }
    [
        "payments::NAME",
        "NAME::webhook",
        "NAME::api",
        "NAME_live",
        "NAME_webhook_secret",
        "NAME_api",
        "/NAME/",
        "/NAME.rs",
    ]
    .iter()
    .any(|form| text.contains(&form.replace("NAME", provider)))
}

fn named(files: &[(String, String)], providers: &[String]) -> Vec<String> {
    let mut violations = Vec::new();
    for provider in providers {
        for (path, text) in files.iter().filter(|(path, _)| !is_allowed(path, provider)) {
            if names(path, provider) {
                violations.push(format!("{path} is a file of {provider}'s outside its folder"));
            }
            for (n, line) in (1..).zip(text.lines()).filter(|(_, line)| names(line, provider)) {
                violations.push(format!("{path}:{n} names {provider}: {}", line.trim()));
            }
        }
    }
    violations
}

#[test]
fn no_file_but_its_own_names_a_payment_provider() {
    let (files, providers) = (files(), providers());
    assert!(!providers.is_empty());
    assert!(files.len() > 300, "only {} files were looked at", files.len());
    let violations = named(&files, &providers);
    assert!(violations.is_empty(), "{violations:#?}");
}

#[test]
fn a_payment_provider_s_name_elsewhere_is_noticed() {
    let providers = providers();
    let provider = &providers[0];
    for path in ["functions/refunds/src/lib.rs", "shared/domain/src/ledger.rs", "shared/payments/src/webhook.rs"] {
        let text = format!("// one\n// {} two\n", provider.to_uppercase());
        let violations = named(&[(path.to_owned(), text)], &providers);
        assert!(violations[0].starts_with(&format!("{path}:2 names {provider}")), "{violations:?}");
    }
    let path = format!("functions/refunds/src/{provider}.rs");
    assert_eq!(named(&[(path, String::new())], &providers).len(), 1);
    let own = format!("shared/payments/src/{provider}/events.rs");
    assert!(named(&[(own, provider.clone())], &providers).is_empty());
}

#[test]
fn every_place_where_a_provider_may_be_named_is_there() {
    let files = files();
    for (allowed, why) in ALLOWED {
        let part = allowed.trim_start_matches('*');
        assert!(files.iter().any(|(path, _)| path.contains(part)), "{allowed} ({why}) is not there any more");
    }
}
