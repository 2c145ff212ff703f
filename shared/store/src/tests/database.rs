//! The embedded DynamoDB behind the SDK's HTTP connector: real requests and answers, without a socket. It has SQS
//! beside it.

use super::{
    Item, Message, Record, Sender, Store, Tables,
    queues::{self, Mood, Sqs},
};
use aws_credential_types::Credentials;
use aws_smithy_runtime_api::{
    client::{
        http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
        orchestrator::{HttpRequest, HttpResponse},
        result::ConnectorError,
    },
    http::StatusCode,
};
use aws_smithy_types::body::SdkBody;
use domain::duty::{Consumer, OwedDuty};
use dynoxide::{Database, DynoxideError};
use runtime::{Aws, Clock};
use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::{
    collections::VecDeque,
    fmt,
    ops::Deref,
    sync::{Arc, Mutex},
};

/// A fault of one request.
pub(super) enum Fault {
    /// The request is carried out, but its answer is lost.
    AnswerLost,
    /// A transaction collides with another one. The emulator does one thing at a time, so it never gives this answer
    /// itself.
    TransactionConflict,
    /// A batch is answered only in part: this many of its keys.
    OnlyFirstKeys(usize),
}

/// A store over its own database and queues.
pub(super) struct TestStore {
    store: Store,
    database: DynamoDb,
    queues: Arc<Sqs>,
}

impl TestStore {
    pub(super) fn new() -> Self {
        let database = DynamoDb { database: Database::memory().unwrap(), state: Arc::default() };
        for table in tables_of_the_template() {
            call(table, |input| database.database.create_table(input)).unwrap();
        }
        let Ok(tables) = Tables::of(|table| Ok::<_, std::convert::Infallible>(table.logical_id().to_owned()));
        let queues = Arc::new(Sqs::default());
        let connector = SharedHttpConnector::new(Connector { database: database.clone(), queues: Arc::clone(&queues) });
        let connect = move |_| {
            let connector = connector.clone();
            http_client_fn(move |_, _| connector.clone())
        };
        let credentials = aws_sdk_dynamodb::config::SharedCredentialsProvider::new(Credentials::new(
            "test", "test", None, None, "test",
        ));
        let endpoint = Some("http://aws.invalid".to_owned());
        let aws = Aws::new("eu-central-1".to_owned(), credentials, endpoint, &Clock::system(), connect);
        let client = aws_sdk_dynamodb::Client::new(aws.config());
        let sender = Sender::new(queues::all(), move || aws_sdk_sqs::Client::new(aws.config()));
        Self { store: Store::new(client, tables, sender), database, queues }
    }

    /// The store of another process, which has cached nothing.
    pub(super) fn another_process(&self) -> Store {
        Store::new(self.store.client.clone(), (*self.store.tables).clone(), self.store.sender.clone())
    }

    /// The store of a process whose SDK would name transactions as another's that started at the same moment.
    pub(super) fn process_that_started_alike(&self) -> Store {
        let config = self.store.client.config().to_builder().idempotency_token_provider("alike").build();
        let client = aws_sdk_dynamodb::Client::from_conf(config);
        Store::new(client, (*self.store.tables).clone(), self.store.sender.clone())
    }

    /// The faults of the next requests that change something or read a batch.
    pub(super) fn fail_next(&self, faults: impl IntoIterator<Item = Fault>) {
        self.database.state.lock().unwrap().faults.extend(faults);
    }

    /// How SQS answers from now on.
    pub(super) fn sqs(&self, mood: Mood) {
        self.queues.is(mood);
    }

    /// The messages sent since the last call, with their consumers.
    pub(super) fn messages(&self) -> Vec<(Consumer, String)> {
        self.queues.take()
    }

    /// The duties in the messages.
    pub(super) fn sent(&self) -> Vec<OwedDuty> {
        let owed = |(_, body): (Consumer, String)| {
            let Message { subject, duty, .. } = serde_json::from_str(&body).unwrap();
            OwedDuty { subject, duty }
        };
        self.messages().into_iter().map(owed).collect()
    }

    /// The requests made since the last call.
    pub(super) fn requests(&self) -> Vec<String> {
        std::mem::take(&mut self.database.state.lock().unwrap().operations)
    }

    /// An item as it is stored, attribute by attribute.
    pub(super) async fn raw_item(&self, table: &str, key: Item) -> Item {
        let get = self.store.client.get_item().table_name(table).set_key(Some(key));
        get.send().await.unwrap().item.unwrap()
    }

    /// A record as it is stored, attribute by attribute.
    pub(super) async fn raw<T: Record>(&self, key: &T::Key) -> Item {
        self.raw_item(self.store.tables.name(T::TABLE), T::key(key)).await
    }

    /// Puts an item unchanged, over any existing one.
    pub(super) async fn put_raw(&self, table: &str, item: Item) {
        self.store.client.put_item().table_name(table).set_item(Some(item)).send().await.unwrap();
    }
}

impl Deref for TestStore {
    type Target = Store;

    fn deref(&self) -> &Store {
        &self.store
    }
}

#[derive(Clone)]
struct DynamoDb {
    database: Database,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    operations: Vec<String>,
    faults: VecDeque<Fault>,
}

/// What the SDK takes for the network.
struct Connector {
    database: DynamoDb,
    queues: Arc<Sqs>,
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Connector")
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (service, operation) = request.headers().get("x-amz-target").unwrap().split_once('.').unwrap();
        let body: Value = serde_json::from_slice(request.body().bytes().unwrap_or_default()).unwrap();
        self.database.state.lock().unwrap().operations.push(operation.to_owned());
        let answer = match service {
            "AmazonSQS" => Ok(self.queues.answer(operation, &body)),
            _ => self.database.answer(operation, body),
        };
        let response = |(status, body): (u16, Value)| {
            HttpResponse::new(StatusCode::try_from(status).unwrap(), SdkBody::from(body.to_string()))
        };
        HttpConnectorFuture::ready(answer.map(response))
    }
}

impl DynamoDb {
    /// The status and body of the answer to a request.
    fn answer(&self, operation: &str, body: Value) -> Result<(u16, Value), ConnectorError> {
        let fault = {
            let mut state = self.state.lock().unwrap();
            let may_fail = ["PutItem", "TransactWriteItems", "BatchGetItem"].contains(&operation);
            may_fail.then(|| state.faults.pop_front()).flatten()
        };
        Ok(match fault {
            Some(Fault::TransactionConflict) => (400, conflict(operation, &body)),
            Some(Fault::OnlyFirstKeys(count)) => (200, self.batch_in_part(body, count)),
            Some(Fault::AnswerLost) => {
                let _ = self.perform(operation, body);
                return Err(ConnectorError::io("the connection was closed".into()));
            }
            None => match self.perform(operation, body) {
                Ok(answer) => (200, answer),
                Err(error) => (error.status_code(), serde_json::from_str(&error.to_json()).unwrap()),
            },
        })
    }

    fn perform(&self, operation: &str, body: Value) -> Result<Value, DynoxideError> {
        let db = &self.database;
        match operation {
            "BatchGetItem" => call(body, |input| db.batch_get_item(input)),
            "BatchWriteItem" => call(body, |input| db.batch_write_item(input)),
            "GetItem" => call(body, |input| db.get_item(input)),
            "PutItem" => call(body, |input| db.put_item(input)),
            "Query" => call(body, |input| db.query(input)),
            "TransactWriteItems" => call(body, |input| db.transact_write_items(input)),
            other => panic!("the store does not use {other}"),
        }
    }

    fn batch_in_part(&self, mut body: Value, count: usize) -> Value {
        let mut left = body["RequestItems"].clone();
        for (table, request) in body["RequestItems"].as_object_mut().unwrap() {
            let keys = request["Keys"].as_array_mut().unwrap();
            let rest = keys.split_off(count.min(keys.len()));
            left[table]["Keys"] = rest.into();
        }
        left.as_object_mut().unwrap().retain(|_, request| request["Keys"] != json!([]));
        let mut answer = if count == 0 { json!({}) } else { self.perform("BatchGetItem", body).unwrap() };
        answer["UnprocessedKeys"] = left;
        answer
    }
}

fn conflict(operation: &str, body: &Value) -> Value {
    let kind = |name: &str| format!("com.amazonaws.dynamodb.v20120810#{name}");
    if operation == "PutItem" {
        return json!({"__type": kind("TransactionConflictException"), "message": "busy"});
    }
    let mut reasons = vec![json!({"Code": "None"}); body["TransactItems"].as_array().unwrap().len()];
    reasons[0] = json!({"Code": "TransactionConflict", "Message": "busy"});
    json!({"__type": kind("TransactionCanceledException"), "Message": "cancelled", "CancellationReasons": reasons})
}

/// One action of the emulator, from JSON to JSON.
fn call<I: DeserializeOwned, O: Serialize>(
    request: Value,
    action: impl FnOnce(I) -> dynoxide::Result<O>,
) -> Result<Value, DynoxideError> {
    let input = serde_json::from_value(request);
    let input = input.map_err(|e| DynoxideError::ValidationException(e.to_string()))?;
    Ok(serde_json::to_value(action(input)?).unwrap())
}

/// The properties of the template's tables under their logical ids. `CreateTable` takes them as they are.
fn tables_of_the_template() -> Vec<Value> {
    let text = include_str!("../../../../template.yaml");
    let template = plain(&Yaml::load_from_str(text).unwrap()[0]);
    let resources = template["Resources"].as_object().unwrap();
    let tables = resources.iter().filter(|(_, resource)| resource["Type"] == "AWS::DynamoDB::Table");
    let taken = ["AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode"];
    let table = |(id, resource): (&String, &Value)| {
        let properties = resource["Properties"].as_object().unwrap();
        let mut table: serde_json::Map<_, _> = properties.clone();
        table.retain(|name, _| taken.contains(&name.as_str()));
        table.insert("TableName".to_owned(), json!(id));
        Value::Object(table)
    };
    tables.map(table).collect()
}

/// YAML as JSON. The values of intrinsics do not matter here.
fn plain(node: &Yaml<'_>) -> Value {
    match node {
        Yaml::Value(Scalar::String(text)) => json!(text),
        Yaml::Sequence(items) => items.iter().map(plain).collect(),
        Yaml::Mapping(entries) => {
            let entry = |(key, value): (&Yaml<'_>, &Yaml<'_>)| (key.as_str().unwrap().to_owned(), plain(value));
            Value::Object(entries.iter().map(entry).collect())
        }
        Yaml::Tagged(_, inner) => plain(inner),
        _ => Value::Null,
    }
}
