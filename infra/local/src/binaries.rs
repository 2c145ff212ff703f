//! Builds the functions' binaries with Cargo, in the running program's profile.

use crate::template::System;
use serde::Deserialize;
use std::{
    collections::BTreeMap,
    env,
    ffi::OsStr,
    io,
    path::{Path, PathBuf},
    process::Stdio,
};
use tokio::process::Command;

/// The build that the functions' build must match. Cargo compiles a dependency once for each set of features that the
/// selected packages request, so a matching selection compiles nothing twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// `cargo run`: the running program's packages and the functions. Reuses what `cargo run` compiled.
    Run(&'static [&'static str]),
    /// `cargo test --workspace`: the whole workspace with the features of its tests.
    Tests,
}

/// Why there are no binaries.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    #[error("cannot run {cargo}: {source}")]
    Cargo {
        cargo: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("the functions do not build; Cargo's messages say why\n{0}")]
    Failed(String),
    #[error("Cargo built no binary `{0}`, which the template names")]
    Missing(String),
}

/// Builds every function of the template with one call of Cargo, in the profile of the running program. Yields the
/// directory with the binaries. Shows Cargo's own progress, except in tests.
pub async fn build(workspace: &Path, system: &System, fit: Fit) -> Result<PathBuf, BuildError> {
    let functions: Vec<&str> = system.functions.keys().map(String::as_str).collect();
    let progress = if fit == Fit::Tests { Stdio::piped() } else { Stdio::inherit() };
    let messages = cargo(workspace, &[], arguments(&functions, fit), progress).await?;
    directory(&functions, &messages)
}

/// The function whose papers a typesetter makes, which is built apart (docs/adr/0008).
pub const TYPESETTING: &str = "documents";

/// Builds that function with its typesetter, in a target directory of its own, behind everything else that the machine has
/// to do. Yields the directory with the binary.
pub async fn build_typesetter(workspace: &Path) -> Result<PathBuf, BuildError> {
    let features = format!("{TYPESETTING}/typst");
    let mut arguments: Vec<String> =
        ["build", "--quiet", "--package", TYPESETTING, "--features", &features, "--bins"].map(str::to_owned).into();
    arguments.extend(profile("papers"));
    let messages = cargo(workspace, &["nice", "-n", "19"], arguments, Stdio::piped()).await?;
    directory(&[TYPESETTING], &messages)
}

/// Runs Cargo, behind the words of another command if there are some. Yields its messages.
async fn cargo(
    workspace: &Path,
    before: &[&str],
    arguments: Vec<String>,
    progress: Stdio,
) -> Result<Vec<u8>, BuildError> {
    let cargo = PathBuf::from(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    let mut words = before.iter().map(OsStr::new).chain([cargo.as_os_str()]);
    let mut command = Command::new(words.next().unwrap_or_default());
    command
        .args(words)
        .args(arguments)
        .arg("--message-format=json-render-diagnostics")
        .current_dir(workspace)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(progress)
        .kill_on_drop(true);
    for name in env::vars_os().filter_map(|(name, _)| name.into_string().ok()).filter(|name| is_of_one_package(name)) {
        command.env_remove(name);
    }
    let child = command.spawn().map_err(|source| BuildError::Cargo { cargo: cargo.clone(), source })?;
    let output = child.wait_with_output().await.map_err(|source| BuildError::Cargo { cargo, source })?;
    if !output.status.success() {
        return Err(BuildError::Failed(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    Ok(output.stdout)
}

/// Whether Cargo sets this variable to describe the running program's own package. Some build scripts (ring's) read
/// these variables, so passing them on would rebuild those packages and all their dependents.
fn is_of_one_package(variable: &str) -> bool {
    let prefixes = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CFG_", "CARGO_FEATURE_"];
    let names = ["CARGO_CRATE_NAME", "CARGO_PRIMARY_PACKAGE", "CARGO_TARGET_TMPDIR", "OUT_DIR"];
    prefixes.iter().any(|prefix| variable.starts_with(prefix)) || names.contains(&variable)
}

fn arguments(functions: &[&str], fit: Fit) -> Vec<String> {
    let mut arguments = vec!["build".to_owned()];
    let mut push = |argument: &str| arguments.push(argument.to_owned());
    match fit {
        Fit::Run(packages) => {
            for package in packages.iter().chain(functions) {
                push("--package");
                push(package);
            }
            push("--bins");
        }
        Fit::Tests => {
            push("--workspace");
            push("--quiet");
            // Cargo builds examples with the features of dev-dependencies, and with them everything else.
            push("--examples");
            for function in functions {
                push("--bin");
                push(function);
            }
        }
    }
    arguments.extend(profile(""));
    arguments
}

/// The running program's profile and target directory, or a directory within that.
fn profile(within: &str) -> Vec<String> {
    // target/PROFILE/orderly-local or target/PROFILE/deps/a_test.
    let program = env::current_exe().unwrap_or_default();
    let mut directories = program.ancestors().skip(1);
    let Some(profile) = directories.find(|directory| !directory.ends_with("deps")) else { return Vec::new() };
    let name = profile.file_name().unwrap_or_default().to_string_lossy();
    let name = if name == "debug" { "dev" } else { &name };
    let mut arguments = vec!["--profile".to_owned(), name.to_owned()];
    if let Some(target) = profile.parent() {
        let target = if within.is_empty() { target.to_owned() } else { target.join(within) };
        arguments.extend(["--target-dir".to_owned(), target.display().to_string()]);
    }
    arguments
}

#[derive(Deserialize)]
struct Message {
    target: Option<Target>,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

/// Finds the directory in Cargo's messages, one JSON object a line.
fn directory(functions: &[&str], messages: &[u8]) -> Result<PathBuf, BuildError> {
    let built: BTreeMap<String, PathBuf> = messages
        .split(|&byte| byte == b'\n')
        .filter_map(|line| serde_json::from_slice::<Message>(line).ok())
        .filter_map(|message| Some((message.target?, message.executable?)))
        .filter(|(target, _)| target.kind == ["bin"])
        .map(|(target, executable)| (target.name, executable))
        .collect();
    let missing = |function: &&&str| !built.contains_key(**function);
    if let Some(function) = functions.iter().find(missing) {
        return Err(BuildError::Missing((*function).to_owned()));
    }
    let directory = built.values().next().and_then(|binary| binary.parent());
    Ok(directory.unwrap_or(Path::new(".")).to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn cargo_is_asked_as_it_was_asked_for_this_program() {
        let run = arguments(&["stock"], Fit::Run(&["orderly-local"])).join(" ");
        assert!(run.starts_with("build --package orderly-local --package stock --bins --profile "), "{run}");
        let tests = arguments(&["stock"], Fit::Tests).join(" ");
        assert!(tests.starts_with("build --workspace --quiet --examples --bin stock --profile "), "{tests}");
        let target = env::current_exe().unwrap().ancestors().nth(3).unwrap().display().to_string();
        assert!(tests.ends_with(&format!(" --target-dir {target}")), "{tests}");
    }

    #[test]
    fn only_what_is_about_this_package_is_kept_from_cargo() {
        for variable in ["CARGO_PKG_NAME", "CARGO_MANIFEST_DIR", "CARGO_CRATE_NAME", "CARGO_BIN_EXE_stock"] {
            assert!(is_of_one_package(variable), "{variable}");
        }
        for variable in ["CARGO", "CARGO_HOME", "CARGO_TARGET_DIR", "CARGO_TERM_COLOR", "CARGO_INCREMENTAL", "PATH"] {
            assert!(!is_of_one_package(variable), "{variable}");
        }
    }

    #[test]
    fn a_function_without_a_binary_is_named() {
        let messages = br#"{"reason":"compiler-artifact","target":{"kind":["lib"],"name":"store"},"executable":null}
{"reason":"compiler-artifact","target":{"kind":["bin"],"name":"stock"},"executable":"/t/debug/stock"}
{"reason":"build-finished","success":true}"#;
        assert_eq!(directory(&["stock"], messages).unwrap(), Path::new("/t/debug"));
        assert!(
            matches!(directory(&["stock", "refunds"], messages), Err(BuildError::Missing(name)) if name == "refunds")
        );
    }
}
