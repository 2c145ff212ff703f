#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::{Context, Grant, System, TemplateError, arn};
use std::{collections::BTreeMap, path::Path};

fn context() -> Context {
    Context { endpoint: "http://127.0.0.1:4566".to_owned() }
}

/// A function whose role has these lines as its properties.
fn with_role(properties: &str) -> Result<System, TemplateError> {
    let text = format!(
        "Resources:\n  Fn:\n    Type: AWS::Serverless::Function\n    Metadata: {{ BuildProperties: {{ Binary: fn }} }}\n    \
         Properties:\n      Role: !GetAtt FnRole.Arn\n      Events:\n        Work: {{ Type: SQS, Properties: {{ Queue: \
         !GetAtt Work.Arn }} }}\n  Work: {{ Type: AWS::SQS::Queue }}\n  Log:\n    Type: AWS::IAM::ManagedPolicy\n    \
         Properties:\n      PolicyDocument: {{ Statement: [{{ Effect: Allow, Action: 'logs:PutLogEvents', Resource: '*' \
         }}] }}\n  FnRole:\n    Type: AWS::IAM::Role\n    Properties:\n{properties}"
    );
    System::parse(&text, &BTreeMap::new(), &context())
}

/// The same with one policy that has this one statement.
fn with_statement(statement: &str) -> Result<System, TemplateError> {
    with_role(&format!("      Policies: [{{ PolicyName: a, PolicyDocument: {{ Statement: [{statement}] }} }}]"))
}

fn grant(actions: &[&str], resources: &[&str]) -> Grant {
    let all = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    Grant { actions: all(actions), resources: all(resources), from_address: None }
}

#[test]
fn the_grants_of_this_repository() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../template.yaml");
    let parameters = BTreeMap::from([("MailFrom".to_owned(), "shop@example.com".to_owned())]);
    let system = System::load(&path, &parameters, &context()).unwrap();
    let permissions = &system.functions["email-confirmation"].permissions;
    assert_eq!(permissions.role, "EmailConfirmationRole");
    let queue = arn("sqs", "EmailConfirmationQueue");
    let expected = [
        grant(&["dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem"], &[&arn("dynamodb", "table/OrdersTable")]),
        grant(&["dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem"], &[&arn("dynamodb", "table/SettingsTable")]),
        Grant {
            from_address: Some("shop@example.com".to_owned()),
            ..grant(
                &["ses:SendEmail"],
                &[&arn("ses", "identity/*"), &arn("ses", "configuration-set/MailConfiguration")],
            )
        },
        grant(&["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], &[&queue]),
        grant(&["logs:CreateLogStream", "logs:PutLogEvents"], &[&arn("logs", "log-group:FunctionLogs:*")]),
        grant(&["xray:PutTraceSegments", "xray:PutTelemetryRecords"], &["*"]),
    ];
    assert_eq!(permissions.grants, expected);
}

#[test]
fn inline_and_managed_policies_add_up() {
    let consume = "{ Effect: Allow, Sid: a, Action: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', \
                   'sqs:GetQueueAttributes'], Resource: !GetAtt Work.Arn }";
    let system = with_role(&format!(
        "      ManagedPolicyArns: [!Ref Log]\n      Policies: [{{ PolicyName: a, PolicyDocument: {{ Statement: [{consume}] \
         }} }}]"
    ));
    let expected = [
        grant(&["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], &[&arn("sqs", "Work")]),
        grant(&["logs:PutLogEvents"], &["*"]),
    ];
    assert_eq!(system.unwrap().functions["fn"].permissions.grants, expected);
}

#[test]
fn what_is_not_understood_in_a_role_is_named() {
    let at = "line 17, FnRole: ";
    let unknown = |property: &str| format!("{at}the local stack does not understand the property `{property}`");
    let statement = "Policies.PolicyDocument.Statement";
    for (text, message) in [
        (
            "{ Effect: Deny, Action: 'sqs:SendMessage', Resource: '*' }",
            format!("{at}`{statement}.Effect` must be Allow"),
        ),
        ("{ Effect: Allow, NotAction: 'a:B', Resource: '*' }", unknown(&format!("{statement}.NotAction"))),
        ("{ Effect: Allow, Action: 'a:B', NotResource: '*' }", unknown(&format!("{statement}.NotResource"))),
        ("{ Effect: Allow, Action: 'a:B' }", format!("{at}`{statement}.Resource` is missing")),
        (
            "{ Effect: Allow, Action: 'sqs:*', Resource: '*' }",
            format!("{at}`{statement}.Action` must be actions by name, such as sqs:SendMessage"),
        ),
        (
            "{ Effect: Allow, Action: 'a:B', Resource: 'arn:?' }",
            format!("{at}`{statement}.Resource` must be ARNs without `?`"),
        ),
        (
            "{ Effect: Allow, Action: 'a:B', Resource: '*', Condition: { StringLike: { 'a:b': c } } }",
            unknown(&format!("{statement}.Condition.StringLike")),
        ),
        (
            "{ Effect: Allow, Action: 'a:B', Resource: '*', Condition: { StringEquals: { 'aws:SourceVpc': c } } }",
            unknown(&format!("{statement}.Condition.StringEquals.aws:SourceVpc")),
        ),
    ] {
        assert_eq!(with_statement(text).unwrap_err().to_string(), message, "{text}");
    }
    for (properties, message) in [
        ("      PermissionsBoundary: a", unknown("PermissionsBoundary")),
        (
            "      ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess']",
            format!("{at}`ManagedPolicyArns` must be managed policies of this template"),
        ),
    ] {
        assert_eq!(with_role(properties).unwrap_err().to_string(), message, "{properties}");
    }
}

#[test]
fn a_role_must_let_lambda_read_the_queue() {
    let statement = "{ Effect: Allow, Action: ['sqs:ReceiveMessage', 'sqs:GetQueueAttributes'], Resource: '*' }";
    assert_eq!(
        with_statement(statement).unwrap_err().to_string(),
        "line 6, Fn: FnRole does not allow sqs:DeleteMessage on arn:aws:sqs:us-east-1:000000000000:Work, which the event \
         source needs"
    );
}
