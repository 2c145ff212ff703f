#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::*;
use std::{collections::BTreeMap, path::Path, time::Duration};

const ENDPOINT: &str = "http://127.0.0.1:4566";

fn context() -> Context {
    Context { endpoint: ENDPOINT.to_owned() }
}

fn parse(text: &str) -> Result<System, TemplateError> {
    System::parse(text, &BTreeMap::new(), &context())
}

fn parameters(given: &[(&str, &str)]) -> BTreeMap<String, String> {
    given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// A function with these environment variables, after these other parts.
fn with_variables(parts: &str, variables: &str) -> String {
    format!(
        "{parts}\nResources:\n  Queue:\n    Type: AWS::SQS::Queue\n  Role:\n    Type: AWS::IAM::Role\n  Fn:\n    \
         Type: AWS::Serverless::Function\n    Metadata: {{ BuildProperties: {{ Binary: fn }} }}\n    Properties:\n      \
         Role: !GetAtt Role.Arn\n      Environment:\n        Variables:\n{variables}"
    )
}

/// The variables of that function.
fn variables(parts: &str, lines: &[&str]) -> BTreeMap<String, String> {
    let lines = format!(
        "          {}",
        lines.join(
            "
          "
        )
    );
    let system = parse(&with_variables(parts, &lines)).unwrap();
    system.functions["fn"].environment.clone()
}

mod this_repository {
    use super::*;

    fn load(given: &[(&str, &str)]) -> System {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../template.yaml");
        System::load(&path, &parameters(given), &context()).unwrap()
    }

    #[test]
    fn every_function_stands_for_a_package() {
        let system = load(&[]);
        let packages = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../functions");
        for name in system.functions.keys() {
            assert!(packages.join(name).join("Cargo.toml").exists(), "functions/{name} is missing");
        }
    }

    #[test]
    fn globals_and_own_properties_are_one() {
        let system = load(&[("AwsEndpoint", ENDPOINT), ("Livemode", "false")]);
        let webhook = &system.functions["payment-webhook"];
        assert_eq!(webhook.logical_id, "PaymentWebhookFunction");
        assert_eq!(webhook.memory_mb, 256);
        assert_eq!(webhook.environment["ORDERLY_AWS_ENDPOINT"], ENDPOINT);
        assert_eq!(webhook.environment["ORDERS_TABLE"], "OrdersTable");
        assert_eq!(webhook.environment["REFUNDS_QUEUE"], format!("{ENDPOINT}/000000000000/RefundsQueue"));
        assert_eq!(webhook.environment["STRIPE_LIVEMODE"], "false");
        let secret = system.secrets.iter().find(|secret| secret.name == "StripeWebhookSecret").unwrap();
        assert_eq!(webhook.environment["STRIPE_WEBHOOK_SECRET"], secret.arn);
        assert_eq!(system.functions["refunds"].timeout, Duration::from_mins(1));
    }

    #[test]
    fn triggers() {
        let system = load(&[]);
        let routes = |name: &str| -> Vec<Route> {
            let routes = system.functions[name].triggers.iter().map(|trigger| match trigger {
                Trigger::Http(route) => route.clone(),
                other => panic!("{other:?}"),
            });
            routes.collect()
        };
        let route = |method: &str, path: &str, authorizer: Option<&str>| Route {
            method: method.to_owned(),
            path: path.to_owned(),
            authorizer: authorizer.map(str::to_owned),
        };
        let intake = routes("order-intake");
        assert!(intake.contains(&route("POST", "/orders", Some("ApiKey"))), "{intake:?}");
        assert!(intake.contains(&route("GET", "/orders/{order_id}", Some("ApiKey"))), "{intake:?}");
        let webhook = routes("payment-webhook");
        assert!(webhook.contains(&route("POST", "/webhooks/payments/{provider}", None)), "{webhook:?}");
        let [Trigger::Queue(mapping)] = system.functions["stock-deduction"].triggers.as_slice() else {
            panic!("{:?}", system.functions["stock-deduction"].triggers)
        };
        assert_eq!(mapping.queue, "StockDeductionQueue");
        assert_eq!((mapping.batch_size, mapping.batching_window), (100, Duration::from_secs(1)));
        assert!(mapping.report_batch_item_failures);
        assert_eq!(mapping.max_concurrency, Some(2));
        let [Trigger::Schedule(every)] = system.functions["reconcile"].triggers.as_slice() else {
            panic!("{:?}", system.functions["reconcile"].triggers)
        };
        assert_eq!(*every, Duration::from_mins(1));
        let authorizer = &system.authorizers["ApiKey"];
        assert_eq!(authorizer.function, "authorizer");
        assert_eq!(authorizer.identity_headers, ["authorization"]);
        assert_eq!(authorizer.cache_ttl, Duration::from_mins(1));
    }

    #[test]
    fn queues_and_tables() {
        let system = load(&[]);
        assert_eq!(system.queues.len(), 22);
        let queue = system.queues.iter().find(|queue| queue.name == "RefundsQueue").unwrap();
        assert_eq!(queue.visibility_timeout, Duration::from_mins(6));
        let redrive = queue.redrive.as_ref().unwrap();
        assert_eq!((redrive.dead_letters.as_str(), redrive.max_receive_count), ("RefundsDeadLetters", 5));
        let names: Vec<_> = system.tables.iter().map(|table| table.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "OrdersTable",
                "StockTable",
                "PaymentsTable",
                "CatalogTable",
                "SettingsTable",
                "SearchTable",
                "BatchesTable",
                "InvoicesTable",
                "BooksTable"
            ]
        );
        let orders = &system.tables[0];
        assert_eq!((orders.keys.hash.as_str(), orders.keys.range.as_deref()), ("order_id", Some("item")));
        let indexes: Vec<_> = orders.indexes.iter().map(|index| index.name.as_str()).collect();
        assert_eq!(indexes, ["listing", "due", "work", "email", "phone", "name", "surname"]);
        assert_eq!(orders.indexes[0].projection, Projection::KeysOnly);
    }
}

#[test]
fn functions_of_cloudformation() {
    let parts = "Parameters:\n  Stage: { Type: String, Default: dev }\nConditions:\n  Never: !Not [!Condition Dev]\n  \
                 Dev: !Equals [!Ref Stage, dev]\n  Both: !And [{ Condition: Dev }, !Or [!Condition Never, !Condition \
                 Dev]]";
    let found = variables(
        parts,
        &[
            "REF: !Ref Queue",
            "LONG: { Ref: Stage }",
            "ATTRIBUTE: !GetAtt Queue.Arn",
            "LONG_ATTRIBUTE: { 'Fn::GetAtt': [Queue, QueueName] }",
            "SUB: !Sub '${Stage}-${AWS::Region}-${Queue.QueueName}-${!Literal}'",
            "SUB_OWN: !Sub ['${Mine}/${Stage}', { Mine: !Ref Queue }]",
            "JOIN: !Join [':', [a, !Ref Stage]]",
            "IF: !If [Both, yes, no]",
            "LONG_IF: { 'Fn::If': [Never, yes, !Sub '${Stage}!'] }",
            "GONE: !If [Never, here, !Ref AWS::NoValue]",
            "EMPTY: ''",
            "NUMBER: 007",
        ],
    );
    let expected = [
        ("REF", "http://127.0.0.1:4566/000000000000/Queue"),
        ("LONG", "dev"),
        ("ATTRIBUTE", "arn:aws:sqs:us-east-1:000000000000:Queue"),
        ("LONG_ATTRIBUTE", "Queue"),
        ("SUB", "dev-us-east-1-Queue-${Literal}"),
        ("SUB_OWN", "http://127.0.0.1:4566/000000000000/Queue/dev"),
        ("JOIN", "a:dev"),
        ("IF", "yes"),
        ("LONG_IF", "dev!"),
        ("EMPTY", ""),
        ("NUMBER", "007"),
    ];
    assert_eq!(found, parameters(&expected));
}

#[test]
fn a_resource_whose_condition_is_false_is_not_there() {
    let system = parse(
        "Parameters: { Stage: { Type: String, Default: dev } }\nConditions: { Live: !Equals [!Ref Stage, live] }\n\
         Resources:\n  Queue:\n    Type: AWS::SQS::Queue\n    Condition: Live\n  Other:\n    Type: AWS::SQS::Queue\n",
    );
    let names: Vec<_> = system.unwrap().queues.into_iter().map(|queue| queue.name).collect();
    assert_eq!(names, ["Other"]);
}

#[test]
fn parameters_are_checked() {
    let text = "Parameters:\n  Mode: { Type: String, Default: a, AllowedValues: [a, b] }\n  Minutes: { Type: Number, \
                Default: 5, MinValue: 1 }\n  Must: { Type: String }\nResources: {}";
    let load = |given: &[(&str, &str)]| System::parse(text, &parameters(given), &context()).map(|_| ());
    load(&[("Must", "x"), ("Mode", "b"), ("Minutes", "1")]).unwrap();
    for (given, message) in [
        (vec![], "line 4, Must: `Default` is missing"),
        (vec![("Must", "x"), ("Mode", "c")], "line 2, Parameters: `Mode` must be one of a, b"),
        (vec![("Must", "x"), ("Minutes", "0")], "line 3, Parameters: `Minutes` must be between MinValue and MaxValue"),
        (vec![("Must", "x"), ("Minutes", "soon")], "line 3, Parameters: `Minutes` must be a number"),
        (vec![("Most", "x")], "the template has no parameter `Most`"),
    ] {
        assert_eq!(load(&given).unwrap_err().to_string(), message);
    }
}

#[test]
fn each_mistake_is_named_with_its_place() {
    let function = |rest: &str| {
        format!(
            "Resources:\n  Fn:\n    Type: AWS::Serverless::Function\n    Metadata: {{ BuildProperties: {{ Binary: fn }} }}\n    \
             Properties:\n{rest}"
        )
    };
    let queue = |rest: &str| format!("Resources:\n  Queue:\n    Type: AWS::SQS::Queue\n    Properties:\n{rest}");
    for (text, message) in [
        ("Resources: [".to_owned(), "line 2: while parsing a node, did not find expected node content"),
        ("Resources:\n  A: 1\n  A: 2".to_owned(), "line 3: `A` stands here twice"),
        ("Mappings: {}".to_owned(), "line 1, template: the local stack does not understand the property `Mappings`"),
        (
            "Resources:\n  Bus:\n    Type: AWS::Events::EventBus".to_owned(),
            "line 2, Bus: the local stack does not know the resource type `AWS::Events::EventBus`",
        ),
        ("Resources:\n  Bus: {}".to_owned(), "line 2, Bus: `Type` is missing"),
        (
            "Resources:\n  Role:\n    Type: AWS::IAM::Role\n    Properties:\n      RoleName: !Reff Nothing".to_owned(),
            "line 5, Role: CloudFormation has no function `Reff`",
        ),
        (
            queue("      VisibilityTimeOut: 5"),
            "line 5, Queue: the local stack does not understand the property `VisibilityTimeOut`",
        ),
        (queue("      VisibilityTimeout: soon"), "line 5, Queue: `VisibilityTimeout` must be a whole number"),
        (
            queue("      RedrivePolicy:\n        maxReceiveCount: 5"),
            "line 6, Queue: `RedrivePolicy.deadLetterTargetArn` is missing",
        ),
        (
            queue("      RedrivePolicy: { deadLetterTargetArn: 'a:b', maxReceiveCount: 5 }"),
            "line 5, Queue: `RedrivePolicy.deadLetterTargetArn` must be the Arn of a queue",
        ),
        (
            function("      Timeout: !ImportValue x"),
            "line 6, Fn: the local stack does not understand the function `ImportValue`",
        ),
        (function("      Environment: { Variables: { A: !Ref Nothing } }"), "line 6, Fn: nothing is named `Nothing`"),
        (
            function("      Environment: { Variables: { A: !Sub '${Fn.Nothing}' } }"),
            "line 6, Fn: nothing is named `Fn.Nothing`",
        ),
        (
            function("      Environment: { Variables: { A: !Sub ['${Mine}', { Mine: [b] }] } }"),
            "line 6, Fn: `Sub.Mine` must be a text",
        ),
        (
            function("      Environment: { Variables: { A: !If [No, a, b] } }"),
            "line 6, Fn: no condition is named `No`, or it depends on itself",
        ),
        (
            function("      Events: { A: { Type: Kinesis } }"),
            "line 6, Fn: `Events.A.Properties.Type` must be HttpApi, SQS, DynamoDB, Schedule or ScheduleV2",
        ),
        (
            function("      Events: { A: { Type: Schedule, Properties: { Schedule: 'cron(0 0 * * ? *)' } } }"),
            "line 6, Fn: `Events.A.Properties.Schedule` must be rate(n minutes), hours or days",
        ),
        (
            function("      Events: { A: { Type: HttpApi, Properties: { ApiId: x, Method: GET, Path: / } } }"),
            "line 6, Fn: `Events.A.Properties.ApiId` must be the template's HTTP API",
        ),
    ] {
        match parse(&text) {
            Ok(system) => panic!("{text}\n{system:?}"),
            Err(error) => assert_eq!(error.to_string(), message, "{text}"),
        }
    }
}

#[test]
fn what_would_make_it_behave_otherwise_is_refused() {
    let function = |rest: &str| {
        format!(
            "Resources:\n  HttpApi:\n    Type: AWS::Serverless::HttpApi\n  Role:\n    Type: AWS::IAM::Role\n  Fn:\n    \
             Type: AWS::Serverless::Function\n    Metadata: {{ BuildProperties: {{ Binary: fn }} }}\n    Properties:\n      \
             Role: !GetAtt Role.Arn\n      {rest}"
        )
    };
    let route = |rest: &str| {
        function(&format!(
            "Events: {{ A: {{ Type: HttpApi, Properties: {{ ApiId: !Ref HttpApi, Method: GET, Path: /, {rest} }} }} }}"
        ))
    };
    let schedule = |rest: &str| {
        function(&format!("Events: {{ A: {{ Type: Schedule, Properties: {{ Schedule: rate(1 hour), {rest} }} }} }}"))
    };
    let resource =
        |kind: &str, rest: &str| format!("Resources:\n  It:\n    Type: {kind}\n    Properties: {{ {rest} }}");
    let parameter =
        |rest: &str| format!("Parameters: {{ P: {{ Type: String, Default: a, {rest} }} }}\nResources: {{}}");
    let unknown = |property: &str| format!("the local stack does not understand the property `{property}`");

    for (text, message) in [
        (
            route("PayloadFormatVersion: '1.0'"),
            "`Events.A.Properties.PayloadFormatVersion` must be 2.0 here".to_owned(),
        ),
        (route("TimeoutInMillis: 100"), unknown("Events.A.Properties.TimeoutInMillis")),
        (route("RouteSettings: {}"), unknown("Events.A.Properties.RouteSettings")),
        (route("Enabled: false"), unknown("Events.A.Properties.Enabled")),
        (schedule("Enabled: True"), "`Events.A.Properties.Enabled` must be true or false".to_owned()),
        (schedule("State: enabled"), "`Events.A.Properties.State` must be ENABLED or DISABLED".to_owned()),
        (schedule("RetryPolicy: {}"), unknown("Events.A.Properties.RetryPolicy")),
        (function("PackageType: Image"), "`PackageType` must be Zip here".to_owned()),
        (
            function("EventInvokeConfig: { MaximumRetryAttempts: 2 }"),
            "`EventInvokeConfig.MaximumRetryAttempts` must be 0 here".to_owned(),
        ),
        (function("EventInvokeConfig: { DestinationConfig: {} }"), unknown("EventInvokeConfig.DestinationConfig")),
        (function("AutoPublishAlias: live"), unknown("AutoPublishAlias")),
        (
            resource("AWS::Serverless::HttpApi", "DefaultRouteSettings: { DetailedMetricsEnabled: true }"),
            unknown("DefaultRouteSettings.DetailedMetricsEnabled"),
        ),
        (resource("AWS::SQS::Queue", "RedriveAllowPolicy: {}"), unknown("RedriveAllowPolicy")),
        (
            resource("AWS::DynamoDB::Table", "BillingMode: PROVISIONED"),
            "`BillingMode` must be PAY_PER_REQUEST here".to_owned(),
        ),
        (resource("AWS::SecretsManager::Secret", "Name: mine"), unknown("Name")),
        (
            resource("AWS::Kinesis::Stream", ""),
            "the local stack does not know the resource type `AWS::Kinesis::Stream`".to_owned(),
        ),
        (parameter("AllowedPattern: b"), unknown("AllowedPattern")),
        (parameter("MaxLength: 2"), unknown("MaxLength")),
    ] {
        match parse(&text) {
            Ok(system) => panic!("{text}\n{system:?}"),
            Err(error) => assert!(error.to_string().ends_with(&message), "{error}\n{text}"),
        }
    }

    let enabled = |text: String| !parse(&text).unwrap().functions["fn"].triggers.is_empty();
    assert!(enabled(schedule("Enabled: true")) && enabled(schedule("State: ENABLED")));
    assert!(!enabled(schedule("Enabled: false")) && !enabled(schedule("State: DISABLED")));
    assert!(enabled(route("PayloadFormatVersion: '2.0'")));
    parse(&function("EventInvokeConfig: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 }")).unwrap();
}

#[test]
fn alarms_are_not_read() {
    let system = parse(
        "Resources:\n  Alarm:\n    Type: AWS::CloudWatch::Alarm\n    Properties: { Anything: !GetAtt Else.Where }\n",
    );
    assert!(system.unwrap().queues.is_empty());
}
