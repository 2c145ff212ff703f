//! Writes every kind of e-mail in every language to `target/mail-preview/`, for people who edit a template or a
//! language: `cargo run -p email-confirmation --example preview`

use email_confirmation::mail::{Language, samples};
use std::{fs, io, path::Path};

fn main() -> io::Result<()> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/mail-preview");
    fs::create_dir_all(&directory)?;
    for language in Language::all() {
        for (kind, mail) in samples::all(language) {
            let name = format!("{kind}.{}", language.tag());
            fs::write(directory.join(format!("{name}.html")), &mail.html)?;
            let text = format!("Subject: {}\n\n{}", mail.subject, mail.text);
            fs::write(directory.join(format!("{name}.txt")), text)?;
        }
    }
    println!("{}", directory.display());
    Ok(())
}
