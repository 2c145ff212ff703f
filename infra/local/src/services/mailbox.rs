//! SES: takes mails and keeps them, for people to look at.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
};

use axum::{
    Json,
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use jiff::Timestamp;
use mail_parser::{Address, MessageParser};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::answer::{AwsError, parse};
use crate::files;

/// Why mails cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum MailboxError {
    #[error("cannot use the mail directory {}", path.display())]
    Directory {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("{} is not a mail of the local stack: delete it, or `cargo run -- reset`", path.display())]
    Unreadable {
        path: PathBuf,
        #[source]
        source: serde_json::Error,
    },
}

/// A mail as it would have been delivered.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Mail {
    /// SES's message id.
    pub id: String,
    pub sent_at: Timestamp,
    pub from: String,
    pub to: Vec<String>,
    #[serde(default)]
    pub cc: Vec<String>,
    #[serde(default)]
    pub bcc: Vec<String>,
    #[serde(default)]
    pub reply_to: Vec<String>,
    pub subject: String,
    pub html: Option<String>,
    pub text: Option<String>,
    /// Headers beyond those above.
    #[serde(default)]
    pub headers: Vec<(String, String)>,
    /// The message itself, when it was sent raw.
    #[serde(default)]
    pub raw: Option<String>,
}

/// Every mail that was sent. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Mailbox {
    directory: Option<Arc<Path>>,
    /// Oldest first.
    mails: Arc<RwLock<Vec<Mail>>>,
}

impl Mailbox {
    /// Keeps mails under `directory` too, and has those that are there already.
    pub(super) fn open(directory: Option<PathBuf>) -> Result<Self, MailboxError> {
        let mut mails = Vec::new();
        if let Some(path) = &directory {
            read_all(path, &mut mails)?;
        }
        mails.sort_by_key(|mail: &Mail| mail.sent_at);
        Ok(Self { directory: directory.map(Arc::from), mails: Arc::new(RwLock::new(mails)) })
    }

    /// All mails, newest first.
    pub fn list(&self) -> Vec<Mail> {
        self.mails.read().unwrap_or_else(PoisonError::into_inner).iter().rev().cloned().collect()
    }

    pub fn get(&self, id: &str) -> Option<Mail> {
        let mails = self.mails.read().unwrap_or_else(PoisonError::into_inner);
        mails.iter().find(|mail| mail.id == id).cloned()
    }

    pub(super) fn handle(&self, body: &[u8]) -> Response {
        let mail = parse::<SendEmail>(body).and_then(SendEmail::into_mail);
        match mail {
            Ok(mail) => match self.keep(mail) {
                Ok(id) => Json(json!({"MessageId": id})).into_response(),
                Err(error) => AwsError::new("InternalServiceErrorException", error.to_string()).into_response(),
            },
            Err(error) => error.into_response(),
        }
    }

    fn keep(&self, mail: Mail) -> std::io::Result<String> {
        if let Some(directory) = &self.directory {
            files::write(&directory.join(format!("{}.json", mail.id)), &serde_json::to_vec_pretty(&mail)?)?;
        }
        let id = mail.id.clone();
        self.mails.write().unwrap_or_else(PoisonError::into_inner).push(mail);
        Ok(id)
    }
}

fn read_all(directory: &Path, mails: &mut Vec<Mail>) -> Result<(), MailboxError> {
    let failed = |source| MailboxError::Directory { path: directory.to_owned(), source };
    std::fs::create_dir_all(directory).map_err(failed)?;
    for entry in std::fs::read_dir(directory).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        // Whatever else lies here (the remains of a crash, a desktop's own files) is no mail.
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let text = std::fs::read(&path).map_err(failed)?;
        mails.push(serde_json::from_slice(&text).map_err(|source| MailboxError::Unreadable { path, source })?);
    }
    Ok(())
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SendEmail {
    from_email_address: Option<String>,
    #[serde(default)]
    destination: Destination,
    #[serde(default)]
    reply_to_addresses: Vec<String>,
    content: Content,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Destination {
    #[serde(rename = "ToAddresses")]
    to: Vec<String>,
    #[serde(rename = "CcAddresses")]
    cc: Vec<String>,
    #[serde(rename = "BccAddresses")]
    bcc: Vec<String>,
}

/// Exactly one of the three.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Content {
    simple: Option<Simple>,
    raw: Option<Raw>,
    template: Option<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Simple {
    subject: Part,
    body: Body,
    #[serde(default)]
    headers: Vec<Header>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Body {
    text: Option<Part>,
    html: Option<Part>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Part {
    data: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Header {
    name: String,
    value: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Raw {
    /// The message in base64.
    data: String,
}

impl SendEmail {
    fn into_mail(self) -> Result<Mail, AwsError> {
        let mut mail = Mail {
            id: Uuid::new_v4().to_string(),
            sent_at: Timestamp::now(),
            from: self.from_email_address.unwrap_or_default(),
            to: self.destination.to,
            cc: self.destination.cc,
            bcc: self.destination.bcc,
            reply_to: self.reply_to_addresses,
            subject: String::new(),
            html: None,
            text: None,
            headers: Vec::new(),
            raw: None,
        };
        match self.content {
            Content { simple: Some(simple), raw: None, template: None } => {
                mail.subject = simple.subject.data;
                mail.html = simple.body.html.map(|part| part.data);
                mail.text = simple.body.text.map(|part| part.data);
                mail.headers = simple.headers.into_iter().map(|header| (header.name, header.value)).collect();
            }
            Content { simple: None, raw: Some(raw), template: None } => read_raw(&mut mail, &raw.data)?,
            Content { template: Some(_), .. } => {
                return Err(AwsError::unsupported("SendEmail with a stored template"));
            }
            _ => return Err(bad_request("Content must have one of Simple and Raw")),
        }
        if mail.from.is_empty() {
            return Err(bad_request("the mail has no sender"));
        }
        // SES's own limit.
        let recipients = mail.to.len() + mail.cc.len() + mail.bcc.len();
        if !(1..=50).contains(&recipients) {
            return Err(bad_request(&format!("the mail has {recipients} recipients: 1 to 50 are possible")));
        }
        Ok(mail)
    }
}

/// Fills `mail` from a message in base64. What the request itself says goes before the headers.
fn read_raw(mail: &mut Mail, data: &str) -> Result<(), AwsError> {
    let raw = BASE64_STANDARD.decode(data).map_err(|error| bad_request(&format!("Raw.Data: {error}")))?;
    let message = MessageParser::default().parse(&raw).ok_or_else(|| bad_request("Raw.Data is not a message"))?;
    if mail.from.is_empty() {
        mail.from = addresses(message.from()).into_iter().next().unwrap_or_default();
    }
    if mail.to.is_empty() && mail.cc.is_empty() && mail.bcc.is_empty() {
        mail.to = addresses(message.to());
        mail.cc = addresses(message.cc());
        mail.bcc = addresses(message.bcc());
    }
    if mail.reply_to.is_empty() {
        mail.reply_to = addresses(message.reply_to());
    }
    message.subject().unwrap_or_default().clone_into(&mut mail.subject);
    // The parser makes up the part that is missing from the other one; only real ones count.
    mail.html =
        message.html_part(0).filter(|part| part.is_text_html()).and_then(|_| message.body_html(0)).map(Into::into);
    mail.text =
        message.text_part(0).filter(|part| !part.is_text_html()).and_then(|_| message.body_text(0)).map(Into::into);
    mail.raw = Some(String::from_utf8_lossy(&raw).into_owned());
    Ok(())
}

fn addresses(field: Option<&Address<'_>>) -> Vec<String> {
    let all = field.into_iter().flat_map(Address::iter);
    let show = |address: &mail_parser::Addr<'_>| match (address.name(), address.address()) {
        (Some(name), Some(address)) => Some(format!("{name} <{address}>")),
        (_, address) => address.map(str::to_owned),
    };
    all.filter_map(show).collect()
}

fn bad_request(message: &str) -> AwsError {
    AwsError::new("BadRequestException", message)
}
