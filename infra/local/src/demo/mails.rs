//! The demo's mails as files, which outlive its stack.

use crate::{files, services::Mail};
use std::{fs, io, path::Path};

/// Writes mails (newest first, as a mailbox lists them) as pages for a browser: `01-order-1001-is-confirmed.html`. They
/// replace those of an earlier demo.
pub fn keep_mails(directory: &Path, mails: &[Mail]) -> io::Result<()> {
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => fs::create_dir_all(directory)?,
    }
    for (index, mail) in mails.iter().rev().enumerate() {
        let (content, extension) = match &mail.html {
            Some(html) => (html.as_str(), "html"),
            None => (mail.text.as_deref().unwrap_or_default(), "txt"),
        };
        let name = format!("{:02}-{}.{extension}", index + 1, file_name(&mail.subject));
        files::write(&directory.join(name), content.as_bytes())?;
    }
    Ok(())
}

/// The subject as a file name: lower case, with dashes.
fn file_name(subject: &str) -> String {
    let words = subject.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-")
}
