//! Writes every kind of e-mail to `target/mail-preview/`, to look at while editing a template:
//! `cargo run -p email-confirmation --example preview`

#[path = "../tests/mail/samples.rs"]
mod samples;

use std::{fs, io, path::Path};

fn main() -> io::Result<()> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/mail-preview");
    fs::create_dir_all(&directory)?;
    for (kind, mail) in samples::all() {
        fs::write(directory.join(format!("{kind}.html")), &mail.html)?;
        let text = format!("Subject: {}\n\n{}", mail.subject, mail.text);
        fs::write(directory.join(format!("{kind}.txt")), text)?;
    }
    println!("{}", directory.display());
    Ok(())
}
