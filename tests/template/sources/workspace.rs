//! Rules of Cargo's defaults at the top of the workspace.

use std::{fs, path::Path};

/// With more default members, `cargo run` would not know which program to start.
#[test]
fn cargo_run_starts_the_local_stack() {
    let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.toml")).unwrap();
    assert!(manifest.lines().any(|line| line == r#"default-members = ["infra/local"]"#));
}
