//! Tests of the tables' statements about the functions: who may call them, and how they fail.

use crate::{all_routes, operation};
use api::{Access, Caller, Code, Error, Request, Response};
use aws_credential_types::Credentials;
use aws_sdk_dynamodb::config::{SharedCredentialsProvider, retry::RetryConfig};
use domain::settings::Role;
use runtime::{Aws, Clock};
use std::{
    collections::{BTreeSet, HashMap},
    fs,
    path::Path,
};
use store::{Queues, Sender, Store, Tables};

/// The functions, over a database that does not answer. That is enough to test refusals.
struct Functions {
    store: Store,
    aws: Aws,
}

impl Functions {
    fn new() -> Self {
        let credentials = SharedCredentialsProvider::new(Credentials::for_tests());
        let connect = |_| aws_smithy_http_client::Builder::new().build_http();
        let endpoint = Some("http://127.0.0.1:1".into());
        let aws = Aws::new("us-east-1".into(), credentials, endpoint, &Clock::system(), connect);
        let config = aws.config().to_builder().retry_config(RetryConfig::disabled()).build();
        let none = String::new;
        let Ok(tables) = Tables::of(|_| Ok::<_, std::convert::Infallible>(none()));
        let Ok(queues) = Queues::of(|_| Ok::<_, std::convert::Infallible>(none()));
        let database = aws_sdk_dynamodb::Client::new(&config);
        let sender = Sender::new(queues, move || aws_sdk_sqs::Client::new(&config));
        Self { store: Store::new(database, tables, sender), aws }
    }

    async fn handle(&self, tag: &str, request: &Request) -> Result<Response, Error> {
        let (store, clock) = (self.store.clone(), Clock::system());
        match tag {
            "orders" => {
                let conditions = runtime::conditions("60", "hold", "", "when-told", "when-told").unwrap();
                let providers = payments::Provider::ALL.to_vec();
                order_intake::handle(&order_intake::App { store, clock, conditions, providers }, request).await
            }
            "stock" => stock::handle(&stock::App { store, clock }, request).await,
            "warehouse" => {
                warehouse::handle(&warehouse::App { store, clock, follows: false, labels_from: None }, request).await
            }
            "documents" => {
                let typesetter = papers::Typesetter::new();
                documents::handle(
                    &documents::App { store, clock, typesetter, sellers: shipping::Sellers::new([]) },
                    request,
                )
                .await
            }
            "returns" => returns::handle(&returns::App { store, clock }, request).await,
            "operations" => operations::handle(&operations::App { store, clock }, request).await,
            "tracking" => {
                let webhooks = shipping::Webhooks::new([]);
                tracking_webhook::handle(&tracking_webhook::App { store, clock, webhooks }, request).await
            }
            "shops" => {
                let keyring = channels::Keyring::of(runtime::Secret::fixed("CHANNEL_SECRETS", "{}"));
                channel_webhook::handle(&channel_webhook::App { store, keyring }, request).await
            }
            "channels" => {
                let keyring = channels::Keyring::of(runtime::Secret::fixed("CHANNEL_SECRETS", "{}"));
                let shops = channels::Shops::new(keyring, &self.aws, &clock);
                channel_setup::handle(&channel_setup::App { store, shops, clock }, request).await
            }
            "payments" => {
                let webhooks = payments::Webhooks::new([]);
                payment_webhook::handle(&payment_webhook::App { store, clock, webhooks }, request).await
            }
            other => panic!("no function is known as {other}"),
        }
    }
}

/// The problem that a request of this role gets, by its status and detail. Parameters and body are invalid, so that
/// almost no request gets past decoding.
async fn met(functions: &Functions, tag: &str, key: &str, role: Role) -> (u16, String) {
    let channel = (role == Role::Storefront).then(|| "web".parse().unwrap());
    let request = Request {
        route: key.to_owned(),
        query: HashMap::from(["status", "location"].map(|name| (name.to_owned(), "no such".to_owned()))),
        caller: Some(Caller { channel, ..Caller::new(role, "test") }),
        ..Request::default()
    };
    match functions.handle(tag, &request).await {
        Err(Error::Problem(problem)) => (problem.status, problem.detail),
        Err(other) => (500, other.to_string()),
        Ok(response) => panic!("{key}: {response:?} without a database"),
    }
}

#[tokio::test]
async fn the_roles_are_those_that_the_functions_let_through() {
    let functions = Functions::new();
    for group in openapi::routes::all() {
        for route in group.routes {
            let Access::Keys(roles) = route.declared.access else { continue };
            for role in Role::ALL {
                let (status, detail) = Box::pin(met(&functions, group.tag, route.key(), role)).await;
                assert!(!detail.starts_with("there is no route"), "{}: {detail}", route.key());
                let may = role == Role::Operator || roles.contains(&role);
                assert_eq!(status != 403, may, "{} as {role:?}: {status} {detail}", route.key());
            }
        }
    }
}

fn sources(directory: &Path, found: &mut String) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && !path.file_stem().unwrap().to_string_lossy().ends_with("tests")
        {
            found.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}

/// A code that nothing tells is one that readers wait for in vain.
#[test]
fn every_code_is_told_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut text = String::new();
    for directory in ["shared", "functions"] {
        sources(&root.join(directory), &mut text);
    }
    for code in Code::ALL {
        assert!(text.contains(&format!("Code::{code:?}")), "nothing tells {code}");
    }
}

#[test]
fn every_code_is_described() {
    let document = openapi::document();
    let codes = Code::ALL
        .iter()
        // What a function would say without its authorizer, which the template does not allow.
        .filter(|code| **code != Code::Unauthorized);
    let shared = document["components"]["responses"].as_object().unwrap().values();
    let own: Vec<_> = all_routes().map(|route| operation(&document, &route)["responses"].clone()).collect();
    let own = own.iter().flat_map(|responses| responses.as_object().unwrap().values());
    let descriptions = shared.chain(own).filter_map(|response| response["description"].as_str());
    let described: BTreeSet<&str> =
        descriptions.flat_map(str::lines).filter_map(|line| line.strip_prefix("- `")?.split('`').next()).collect();
    assert_eq!(described, codes.map(|code| code.as_str()).collect());
}
