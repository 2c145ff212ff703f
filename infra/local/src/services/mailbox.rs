//! SES: accepts mails, keeps them for people to read, and tells what becomes of them.

mod events;

use super::answer::{AwsError, parse};
use crate::template::ConfigurationSet;
use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use jiff::Timestamp;
use mail_parser::{Address, MessageParser};
use runtime::Clock;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{
    fs::{File, OpenOptions},
    io::{self, Read as _, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, RwLock},
};
use uuid::Uuid;

/// Why mails cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum MailboxError {
    #[error("cannot keep mails in {}", path.display())]
    Io {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("{}, line {line} is not a mail of the local stack: delete the file, or `cargo run -- reset`", path.display())]
    Unreadable {
        path: PathBuf,
        line: usize,
        #[source]
        source: serde_json::Error,
    },
}

/// A mail as SES would have delivered it.
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
    /// The whole message, if it was sent raw.
    #[serde(default)]
    pub raw: Option<String>,
}

/// All sent mails. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Mailbox {
    /// A line for each mail.
    file: Option<Arc<Mutex<File>>>,
    /// Oldest first.
    mails: Arc<RwLock<Vec<Mail>>>,
    configuration_sets: Arc<Vec<ConfigurationSet>>,
    clock: Clock,
    /// The error that mails are answered with.
    refusal: Arc<Mutex<Option<(&'static str, String)>>>,
}

impl Mailbox {
    /// Also keeps mails in the file `kept`, and loads those that it holds.
    pub(super) fn open(
        kept: Option<&Path>,
        configuration_sets: &[ConfigurationSet],
        clock: Clock,
    ) -> Result<Self, MailboxError> {
        let (file, mails) = match kept {
            Some(path) => {
                let (file, mails) = read_all(path)?;
                (Some(Arc::new(Mutex::new(file))), mails)
            }
            None => (None, Vec::new()),
        };
        let configuration_sets = Arc::new(configuration_sets.to_vec());
        Ok(Self { file, mails: Arc::new(RwLock::new(mails)), configuration_sets, clock, refusal: Arc::default() })
    }

    /// All mails, newest first.
    pub fn list(&self) -> Vec<Mail> {
        self.mails.read().unwrap_or_else(PoisonError::into_inner).iter().rev().cloned().collect()
    }

    pub fn get(&self, id: &str) -> Option<Mail> {
        let mails = self.mails.read().unwrap_or_else(PoisonError::into_inner);
        mails.iter().find(|mail| mail.id == id).cloned()
    }

    /// Answers every mail with this error from now on; none answers them as usual. For tests: SES pauses an account, or does not
    /// like an address.
    pub fn refuse(&self, error: Option<(&'static str, &str)>) {
        let error = error.map(|(code, message)| (code, message.to_owned()));
        *self.refusal.lock().unwrap_or_else(PoisonError::into_inner) = error;
    }

    /// Takes a mail. Returns the answer, and what SES tells the event bus.
    pub(super) fn handle(&self, body: &[u8]) -> (Response, Vec<Value>) {
        match self.take(body) {
            Ok((id, events)) => (Json(json!({"MessageId": id})).into_response(), events),
            Err(error) => (error.into_response(), Vec::new()),
        }
    }

    fn take(&self, body: &[u8]) -> Result<(String, Vec<Value>), AwsError> {
        if let Some((code, message)) = self.refusal.lock().unwrap_or_else(PoisonError::into_inner).clone() {
            return Err(AwsError::new(code, message));
        }
        let request = parse::<SendEmail>(body)?;
        let set = request.configuration_set_name.as_ref().map(|name| self.configuration_set(name)).transpose()?;
        let tags = request.tags()?;
        let now = self.clock.now();
        let mail = request.into_mail(now)?;
        let events = set.map_or_else(Vec::new, |set| events::of(&mail, set, &tags, now));
        let kept = self.keep(mail);
        let id = kept.map_err(|error| AwsError::new("InternalServiceErrorException", error.to_string()))?;
        Ok((id, events))
    }

    fn configuration_set(&self, name: &str) -> Result<&ConfigurationSet, AwsError> {
        let unknown = || {
            let message = format!("Configuration set <{name}> does not exist.");
            AwsError::new("NotFoundException", message).with_status(StatusCode::NOT_FOUND)
        };
        self.configuration_sets.iter().find(|set| set.name == name).ok_or_else(unknown)
    }

    fn keep(&self, mail: Mail) -> io::Result<String> {
        if let Some(file) = &self.file {
            append(&mut file.lock().unwrap_or_else(PoisonError::into_inner), &mail)?;
        }
        let id = mail.id.clone();
        self.mails.write().unwrap_or_else(PoisonError::into_inner).push(mail);
        Ok(id)
    }
}

/// Opens a file of mails for appending, and reads its mails, oldest first.
fn read_all(path: &Path) -> Result<(File, Vec<Mail>), MailboxError> {
    let failed = |source| MailboxError::Io { path: path.to_owned(), source };
    // Only the owner may read it, because it holds customer data.
    let file = OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(path);
    let mut file = file.map_err(failed)?;
    let mut text = Vec::new();
    file.read_to_end(&mut text).map_err(failed)?;
    // A crash may have left a partial line. Its sender was never told that the mail was sent.
    let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    file.set_len(whole as u64).map_err(failed)?;
    let mut mails = Vec::new();
    for (n, line) in text[..whole].split(|byte| *byte == b'\n').enumerate().filter(|(_, line)| !line.is_empty()) {
        let unreadable = |source| MailboxError::Unreadable { path: path.to_owned(), line: n + 1, source };
        mails.push(serde_json::from_slice(line).map_err(unreadable)?);
    }
    Ok((file, mails))
}

/// Appends a mail, completely or not at all.
fn append(file: &mut File, mail: &Mail) -> io::Result<()> {
    let mut line = serde_json::to_vec(mail)?;
    line.push(b'\n');
    let before = file.metadata()?.len();
    file.write_all(&line).inspect_err(|_| drop(file.set_len(before)))
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
    configuration_set_name: Option<String>,
    #[serde(default)]
    email_tags: Vec<Header>,
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

/// Exactly one of the three is set.
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
    /// The tags, whose names and values may hold letters, digits, `_` and `-`.
    fn tags(&self) -> Result<Vec<(String, String)>, AwsError> {
        let is_good = |text: &str| {
            (1..=256).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
        };
        let tag = |Header { name, value }: &Header| {
            let bad = || bad_request(&format!("the tag {name} is not of 1 to 256 letters, digits, _ and -"));
            (is_good(name) && is_good(value)).then(|| (name.clone(), value.clone())).ok_or_else(bad)
        };
        self.email_tags.iter().map(tag).collect()
    }

    fn into_mail(self, now: Timestamp) -> Result<Mail, AwsError> {
        let mut mail = Mail {
            id: Uuid::new_v4().to_string(),
            sent_at: now,
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

/// Fills `mail` from a message in base64. The fields of the request take precedence over the message's headers.
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
    // The parser derives a missing part from the other one. Only parts that the message has are used.
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
