//! A label's file, which is somewhere at its service.

use crate::{account::Account, answers};
use app::Error;
use http::Uri;
use runtime::Answer;

/// A function answers with 6 MB at most, and in base64. More of an answer is read, so a larger one is seen.
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// Whether a label may be asked for at this address: nobody between must be able to read it. `api`: the service's own address.
fn is_private(url: &str, api: &str) -> bool {
    is_at(url, api) || url.parse::<Uri>().is_ok_and(|uri| uri.scheme_str() == Some("https") && uri.host().is_some())
}

/// Whether an address is one of the service's own.
fn is_at(url: &str, api: &str) -> bool {
    let origin = |url: &str| {
        let uri: Uri = url.parse().ok()?;
        let (scheme, authority) = (uri.scheme_str()?.to_owned(), uri.authority()?.as_str().to_ascii_lowercase());
        // Whoever stands before an @ is not who answers.
        (!authority.contains('@')).then_some((scheme, authority))
    };
    origin(url).is_some_and(|url| origin(api) == Some(url))
}

/// Fetches a label whose address is signed, or cannot be guessed, and is not the API's: it must not get the key.
pub(crate) async fn fetch(service: &str, account: &Account, url: &str) -> Result<Vec<u8>, Error> {
    if !is_private(url, &account.url("/")) {
        return Err(nowhere(service));
    }
    pdf(service, account.public_pdf(url).await?)
}

/// Fetches a label that is at the API itself, which wants the key. Nobody else gets it.
pub(crate) async fn fetch_with_key(service: &str, account: &Account, url: &str) -> Result<Vec<u8>, Error> {
    if !is_at(url, &account.url("/")) {
        return Err(nowhere(service));
    }
    pdf(service, account.own_pdf(url).await?)
}

/// There is none, or it is where a label must not be fetched from.
fn nowhere(service: &str) -> Error {
    Error::Outside(format!("{service} has told no address that a label may be fetched from"))
}

/// The answer's PDF.
fn pdf(service: &str, answer: Answer) -> Result<Vec<u8>, Error> {
    if !answer.status.is_success() {
        return Err(answers::undecided(service, &answer, "it has no label there"));
    }
    if answer.body.len() > MAX_BYTES {
        return Err(answers::undecided(service, &answer, "the label is larger than 4 MiB"));
    }
    if !answer.body.starts_with(b"%PDF") {
        return Err(answers::undecided(service, &answer, "the label is no PDF"));
    }
    Ok(answer.body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_fetched_in_private_only() {
        for (url, private, own) in [
            ("https://api.example/v2/labels/1.pdf?a=b", true, true),
            ("https://API.example/1.pdf", true, true),
            ("https://files.example/1.pdf", true, false),
            ("https://api.example.evil/1.pdf", true, false),
            ("https://api.example@evil/1.pdf", true, false),
            ("https://api.example:444/1.pdf", true, false),
            ("http://api.example/1.pdf", false, false),
            ("http://169.254.169.254/latest", false, false),
            ("file:///etc/passwd", false, false),
            ("/1.pdf", false, false),
            ("", false, false),
            ("https://ex ample/", false, false),
        ] {
            assert_eq!(
                (is_private(url, "https://api.example"), is_at(url, "https://api.example")),
                (private, own),
                "{url}"
            );
        }
        assert!(is_private("http://127.0.0.1:1/1.pdf", "http://127.0.0.1:1"), "a stand-in");
    }
}
