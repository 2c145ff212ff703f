//! Writes every case in both syntaxes into a directory, for validators (`.ci/papers`).

#![allow(clippy::unwrap_used)]

#[path = "../tests/einvoice/samples.rs"]
mod samples;

use einvoice::{Syntax, xml};
use std::{env, error, fs, path::PathBuf};

fn main() -> Result<(), Box<dyn error::Error>> {
    let directory = PathBuf::from(env::args().nth(1).ok_or("name a directory")?);
    fs::create_dir_all(&directory)?;
    for (name, invoice) in samples::all() {
        for (syntax, ending) in [(Syntax::Cii, "cii"), (Syntax::Ubl, "ubl")] {
            fs::write(directory.join(format!("{name}.{ending}.xml")), xml(&invoice, syntax)?)?;
        }
    }
    Ok(())
}
