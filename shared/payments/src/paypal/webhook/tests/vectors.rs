//! The vectors of `tests/payloads/vectors/paypal.py`.

use crate::paypal::{Certificates, Fetched, Mode, Roots, Webhook};
use api::Request;
use data_encoding::BASE64;
use jiff::Timestamp;
use rustls_pki_types::{CertificateDer, pem::PemObject};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    future::ready,
    sync::{Arc, LazyLock, Mutex},
};

/// The addresses that were asked.
pub(in crate::paypal) type Asked = Arc<Mutex<Vec<String>>>;

pub(in crate::paypal) struct Case {
    pub name: String,
    pub genuine: bool,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

pub(in crate::paypal) struct Vectors {
    pub now: Timestamp,
    pub cases: Vec<Case>,
    webhook: String,
    root: Vec<u8>,
    served: BTreeMap<String, Vec<u8>>,
}

fn bytes(value: &Value) -> Vec<u8> {
    BASE64.decode(value.as_str().unwrap().as_bytes()).unwrap()
}

/// The certificates in a text.
pub(in crate::paypal) fn chain_of(pem: &[u8]) -> Vec<CertificateDer<'static>> {
    CertificateDer::pem_slice_iter(pem).filter_map(Result::ok).collect()
}

impl Case {
    pub(in crate::paypal) fn request(&self) -> Request {
        Request { headers: self.headers.clone().into_iter().collect(), body: self.body.clone(), ..Request::default() }
    }
}

impl Vectors {
    /// They are read once.
    pub(in crate::paypal) fn read() -> &'static Self {
        static VECTORS: LazyLock<Vectors> = LazyLock::new(Vectors::parse);
        &VECTORS
    }

    fn parse() -> Self {
        let all: Value =
            serde_json::from_str(include_str!("../../../../../../tests/payloads/paypal-signatures.json")).unwrap();
        let case = |case: &Value| {
            // As the edge hands them on.
            let lower = |(name, value): (&String, &Value)| (name.to_lowercase(), value.as_str().unwrap().to_owned());
            Case {
                name: case["name"].as_str().unwrap().to_owned(),
                genuine: case["genuine"].as_bool().unwrap(),
                headers: case["headers"].as_object().unwrap().iter().map(lower).collect(),
                body: bytes(if case["body"].is_null() { &all["body"] } else { &case["body"] }),
            }
        };
        let served = all["certificates"].as_object().unwrap();
        Self {
            now: Timestamp::from_second(all["now"].as_i64().unwrap()).unwrap(),
            cases: all["cases"].as_array().unwrap().iter().map(case).collect(),
            webhook: all["webhook_id"].as_str().unwrap().to_owned(),
            root: bytes(&all["root"]),
            served: served.iter().map(|(address, text)| (address.clone(), bytes(text))).collect(),
        }
    }

    pub(in crate::paypal) fn case(&self, name: &str) -> &Case {
        self.cases.iter().find(|case| case.name == name).unwrap()
    }

    /// What PayPal's address of this name serves.
    pub(in crate::paypal) fn served(&self, name: &str) -> &[u8] {
        &self.served[&format!("https://api.paypal.com/v1/notifications/certs/{name}")]
    }

    pub(in crate::paypal) fn roots(&self) -> Roots {
        Roots::only([self.root.as_slice()])
    }

    pub(in crate::paypal) fn certificates(&self, mode: Mode) -> (Certificates, Asked) {
        let (served, asked) = (self.served.clone(), Asked::default());
        let seen = Arc::clone(&asked);
        let certificates = Certificates::from_source(mode, self.roots(), move |address| {
            let found = served.get(&address).cloned();
            seen.lock().unwrap().push(address);
            ready(Ok(found.map_or(Fetched::Nothing, Fetched::Found)))
        });
        (certificates, asked)
    }

    pub(in crate::paypal) fn webhook(&self, mode: Mode) -> (Webhook, Asked) {
        let (certificates, asked) = self.certificates(mode);
        (Webhook::new(&self.webhook, certificates).unwrap(), asked)
    }
}
