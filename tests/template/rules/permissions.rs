//! Rules of permissions: named actions on named resources, and no more than the function's job needs.

use crate::{
    Edit::{Remove, Set},
    Violations, law,
    template::{FUNCTION, QUEUE, ROLE, SECRET, TABLE, Template, each, referent},
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const MANAGED_POLICY: &str = "AWS::IAM::ManagedPolicy";

/// The only resources with a wildcard, each with its reason.
const WILDCARDS: [(&str, &str, &str); 7] = [
    ("xray:PutTraceSegments", "*", "X-Ray knows no resource for it"),
    ("xray:PutTelemetryRecords", "*", "X-Ray knows no resource for it"),
    (
        "ses:SendEmail",
        "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/*",
        "SES checks the address, its domain or the recipient; the condition on the sender narrows it",
    ),
    (STREAM_ACTIONS[0], STOCK_STREAMS, "a stream is named by its moment, and a restored table has its own"),
    (STREAM_ACTIONS[1], STOCK_STREAMS, "as above"),
    (STREAM_ACTIONS[2], STOCK_STREAMS, "as above"),
    ("dynamodb:ListStreams", "*", "DynamoDB knows no resource for it"),
];

/// What Lambda does with a stream in the name of the function that reads it.
const STREAM_ACTIONS: [&str; 3] = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"];
/// The streams of the stock table, restored or not.
const STOCK_STREAMS: &str = "${StockTable.Arn}*/stream/*";

/// The actions on a table that a function may have. None scans or deletes.
const TABLE_ACTIONS: [&str; 6] = [
    "dynamodb:GetItem",
    "dynamodb:BatchGetItem",
    "dynamodb:Query",
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
    "dynamodb:ConditionCheckItem",
];
const CONSUME: [&str; 3] = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"];

struct Grant<'a> {
    /// The role or managed policy that grants it.
    holder: &'a str,
    statement: &'a Value,
    action: &'a str,
    resource: &'a Value,
}

/// Every action on every resource, one by one.
fn grants(template: &Template) -> Vec<Grant<'_>> {
    let of_roles = template
        .all(ROLE)
        .flat_map(|(id, role)| each(&role["Policies"]).iter().map(move |policy| (id, &policy["PolicyDocument"])));
    let of_policies = template.all(MANAGED_POLICY).map(|(id, policy)| (id, &policy["PolicyDocument"]));
    let mut grants = Vec::new();
    for (holder, document) in of_roles.chain(of_policies) {
        for statement in each(&document["Statement"]) {
            // One that is there only under a condition is judged as if it were there.
            let statement = statement["Fn::If"].get(1).unwrap_or(statement);
            for action in each(&statement["Action"]) {
                let action = action.as_str().unwrap_or("");
                for resource in each(&statement["Resource"]) {
                    grants.push(Grant { holder, statement, action, resource });
                }
            }
        }
    }
    grants
}

/// The actions on `resource` that the function with the role `role` is granted.
fn granted<'a>(template: &'a Template, role: &str, resource: &str) -> BTreeSet<&'a str> {
    grants(template)
        .into_iter()
        .filter(|grant| grant.holder == role && referent(grant.resource) == Some(resource))
        .map(|grant| grant.action)
        .collect()
}

fn role_of<'a>(template: &'a Template, function: &str) -> &'a str {
    referent(&template.properties(function)["Role"]).unwrap_or("no role")
}

fn own_roles(template: &Template) -> Violations {
    let mut seen = BTreeSet::new();
    let mut violations = Violations::new();
    for (id, function) in template.all(FUNCTION) {
        let role = role_of(template, id);
        if !template.is(role, ROLE) {
            violations.push(format!("{id} gets SAM's role, which may read every queue of the account"));
        } else if !seen.insert(role) {
            violations.push(format!("{id} shares {role}"));
        }
        if !function["Policies"].is_null() {
            violations.push(format!("{id} has policies that its role hides"));
        }
    }
    for (id, role) in template.all(ROLE) {
        if each(&role["ManagedPolicyArns"])
            .iter()
            .any(|arn| !referent(arn).is_some_and(|id| template.is(id, MANAGED_POLICY)))
        {
            violations.push(format!("{id} takes a policy that this template does not declare"));
        }
    }
    violations
}

#[test]
fn every_function_has_a_role_of_its_own() {
    law(
        own_roles,
        &[
            (Remove("/Resources/StockFunction/Properties/Role"), "StockFunction"),
            (
                Set("/Resources/StockFunction/Properties/Role", json!({ "Fn::GetAtt": ["RefundsRole", "Arn"] })),
                "StockFunction",
            ),
            (Set("/Resources/StockFunction/Properties/Policies", json!(["AmazonDynamoDBFullAccess"])), "StockFunction"),
            (
                Set(
                    "/Resources/StockRole/Properties/ManagedPolicyArns",
                    json!(["arn:aws:iam::aws:policy/AdministratorAccess"]),
                ),
                "StockRole",
            ),
        ],
    );
}

fn named_actions(template: &Template) -> Violations {
    grants(template)
        .iter()
        .filter(|grant| grant.action.contains(['*', '?']) || !grant.action.contains(':'))
        .map(|grant| format!("{} may do {:?}", grant.holder, grant.action))
        .collect()
}

#[test]
fn no_action_has_a_wildcard() {
    let action = "/Resources/StockRole/Properties/Policies/0/PolicyDocument/Statement/0/Action";
    law(
        named_actions,
        &[
            (Set(action, json!(["dynamodb:*"])), "StockRole"),
            (Set(action, json!("*")), "StockRole"),
            (Set(action, json!(["dynamodb:GetItem", "dynamodb:Batch*"])), "StockRole"),
            (Set("/Resources/Telemetry/Properties/PolicyDocument/Statement/0/Action", json!("logs:*")), "Telemetry"),
        ],
    );
}

/// Whether a resource names another one of the template: by `Ref`, `GetAtt`, or within a `Sub`.
fn names_one(template: &Template, resource: &Value) -> bool {
    let within = resource["Fn::Sub"].as_str().unwrap_or_default().split("${").skip(1);
    let named = within.filter_map(|name| name.split(['.', '}']).next()).chain(referent(resource));
    named.into_iter().any(|id| !template.resource(id).is_null())
}

/// A resource is a `Ref`, a `GetAtt`, an index of a table, or one of the wildcards with a reason.
fn named_resources(template: &Template) -> Violations {
    grants(template)
        .iter()
        .filter(|grant| {
            let text = grant.resource.as_str().or(grant.resource["Fn::Sub"].as_str());
            let excused = WILDCARDS.iter().any(|(action, wild, _)| *action == grant.action && text == Some(wild));
            let named = text.is_none_or(|text| !text.contains('*')) && names_one(template, grant.resource);
            !excused && !named
        })
        .map(|grant| format!("{} may {} on {}", grant.holder, grant.action, grant.resource))
        .collect()
}

#[test]
fn no_resource_has_a_wildcard_without_a_reason() {
    let resource = "/Resources/StockRole/Properties/Policies/0/PolicyDocument/Statement/0/Resource";
    law(
        named_resources,
        &[
            (Set(resource, json!("*")), "StockRole"),
            (Set(resource, json!({ "Fn::Sub": "${StockTable.Arn}/index/*" })), "StockRole"),
            (Set(resource, json!("arn:aws:dynamodb:us-east-1:123456789012:table/x")), "StockRole"),
            (Set(resource, json!({ "Fn::GetAtt": ["GoneTable", "Arn"] })), "StockRole"),
        ],
    );
}

fn only_allowed(template: &Template) -> Violations {
    let mut violations = Violations::new();
    for (holder, role) in template.all(ROLE) {
        for policy in each(&role["Policies"]) {
            for statement in each(&policy["PolicyDocument"]["Statement"]) {
                let statement = statement["Fn::If"].get(1).unwrap_or(statement);
                let names: Vec<_> =
                    statement.as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
                if statement["Effect"] != "Allow" || names.iter().any(|name| name.starts_with("Not")) {
                    violations.push(format!("{holder} says what it may not: {statement}"));
                }
            }
        }
    }
    for grant in grants(template) {
        if grant.action == "ses:SendEmail"
            && grant.statement["Condition"]["StringEquals"]["ses:FromAddress"] != json!({ "Ref": "MailFrom" })
        {
            violations.push(format!("{} may send as anybody", grant.holder));
        }
    }
    violations
}

#[test]
fn a_statement_allows_and_an_email_has_the_shop_as_its_sender() {
    let statement = "/Resources/StockRole/Properties/Policies/0/PolicyDocument/Statement/0";
    let condition = "/Resources/EmailConfirmationRole/Properties/Policies/0/PolicyDocument/Statement/2/Condition";
    law(
        only_allowed,
        &[
            (Set(statement, json!({ "Effect": "Allow", "NotAction": "iam:*", "Resource": "*" })), "StockRole"),
            (Remove(condition), "EmailConfirmationRole"),
        ],
    );
}

fn tables(template: &Template) -> Violations {
    let mut violations = Violations::new();
    for grant in grants(template) {
        if grant.action == "dynamodb:ListStreams" || grant.resource["Fn::Sub"] == STOCK_STREAMS {
            let of = |(function, ..): &(&str, &str, &Value)| role_of(template, function) == grant.holder;
            if !template.events("DynamoDB").any(|event| of(&event)) {
                violations.push(format!("{} may {}, and reads no stream", grant.holder, grant.action));
            }
            continue;
        }
        let Some(table) = referent(grant.resource).filter(|id| template.is(id, TABLE)) else {
            if grant.action.starts_with("dynamodb:") {
                violations.push(format!("{} may {} on no table", grant.holder, grant.action));
            }
            continue;
        };
        // It could delete too. What the search finds can be made again from the orders. Of the books a row that is deleted is
        // missed: its order knows it.
        let writes_entries =
            grant.action == "dynamodb:BatchWriteItem" && ["SearchTable", "BooksTable"].contains(&table);
        if !TABLE_ACTIONS.contains(&grant.action) && !writes_entries {
            violations.push(format!("{} may {} on {table}", grant.holder, grant.action));
        }
        let path = grant.resource["Fn::Sub"].as_str().and_then(|text| text.split_once("/index/"));
        let indexes = each(&template.properties(table)["GlobalSecondaryIndexes"]);
        if let Some((_, index)) = path
            && !indexes.iter().any(|declared| declared["IndexName"] == index)
        {
            violations.push(format!("{} reads {index}, which {table} does not have", grant.holder));
        }
        if path.is_some() && grant.action != "dynamodb:Query" {
            violations.push(format!("{} may {} on an index, which means nothing", grant.holder, grant.action));
        }
    }
    violations
}

#[test]
fn a_table_is_read_and_written_by_key_and_index_never_scanned_or_deleted_from() {
    let statement = "/Resources/OrderIntakeRole/Properties/Policies/0/PolicyDocument/Statement/0";
    let with = |action: &str, resource: Value| json!({ "Effect": "Allow", "Action": action, "Resource": resource });
    let orders = json!({ "Fn::GetAtt": ["OrdersTable", "Arn"] });
    let index = |name: &str| json!({ "Fn::Sub": format!("${{OrdersTable.Arn}}/index/{name}") });
    law(
        tables,
        &[
            (Set(statement, with("dynamodb:Scan", orders.clone())), "OrderIntakeRole"),
            (Set(statement, with("dynamodb:DeleteTable", orders)), "OrderIntakeRole"),
            (Set(statement, with("dynamodb:Query", index("listings"))), "listings"),
            (Set(statement, with("dynamodb:GetItem", index("listing"))), "OrderIntakeRole"),
            (Set(statement, with("dynamodb:Query", json!({ "Ref": "RefundsQueue" }))), "OrderIntakeRole"),
            (Set(statement, with("dynamodb:GetRecords", json!({ "Fn::Sub": STOCK_STREAMS }))), "OrderIntakeRole"),
        ],
    );
}

/// A function receives only from the queue that triggers it. It may send to any queue except a dead-letter queue, which
/// only SQS fills.
fn queues(template: &Template) -> Violations {
    let mut violations = Violations::new();
    for (function, _) in template.all(FUNCTION) {
        let role = role_of(template, function);
        for (queue, properties) in template.all(QUEUE) {
            let consumes = template
                .events("SQS")
                .any(|(consumer, _, mapping)| consumer == function && referent(&mapping["Queue"]) == Some(queue));
            let dead = properties["RedrivePolicy"].is_null();
            let mut granted = granted(template, role, queue);
            if granted.remove("sqs:SendMessage") && dead {
                violations.push(format!("{function} may send to {queue}"));
            }
            let needed = if consumes { BTreeSet::from(CONSUME) } else { BTreeSet::new() };
            if granted != needed {
                violations.push(format!("{function} may do {granted:?} on {queue}, its job is {needed:?}"));
            }
        }
    }
    violations
}

#[test]
fn a_function_receives_from_its_own_queue_only_and_sends_to_no_dead_letter_queue() {
    let intake = "/Resources/OrderIntakeRole/Properties/Policies/0/PolicyDocument/Statement/4";
    let on = |action: &str, queue: &str| json!({ "Effect": "Allow", "Action": action, "Resource": { "Fn::GetAtt": [queue, "Arn"] } });
    law(
        queues,
        &[
            (Set(intake, on("sqs:ReceiveMessage", "RefundsQueue")), "OrderIntakeFunction"),
            (Set(intake, on("sqs:PurgeQueue", "RefundsQueue")), "OrderIntakeFunction"),
            (Set(intake, on("sqs:SendMessage", "RefundsDeadLetters")), "OrderIntakeFunction"),
            (
                Set(
                    "/Resources/RefundsRole/Properties/Policies/0/PolicyDocument/Statement/6",
                    on("sqs:ReceiveMessage", "RefundsQueue"),
                ),
                "RefundsFunction",
            ),
        ],
    );
}

/// Secrets that a function writes, since people tell it what is in them.
const WRITTEN: [(&str, &str); 1] = [("ChannelSetupFunction", "ChannelSecrets")];

/// A secret's ARN is in a variable, only that function may read it, and its value is not in the template.
fn secrets(template: &Template) -> Violations {
    let mut violations = Violations::new();
    for (secret, properties) in template.all(SECRET) {
        for value in ["SecretString", "GenerateSecretString"] {
            if !properties[value].is_null() {
                violations.push(format!("{secret} has a value in the template"));
            }
        }
    }
    for (function, _) in template.all(FUNCTION) {
        let named: BTreeSet<_> = template.environment(function).filter_map(|(_, value)| referent(value)).collect();
        for (secret, _) in template.all(SECRET) {
            let granted = granted(template, role_of(template, function), secret);
            let mut needed = BTreeSet::new();
            needed.extend(named.contains(secret).then_some("secretsmanager:GetSecretValue"));
            needed.extend(WRITTEN.contains(&(function, secret)).then_some("secretsmanager:PutSecretValue"));
            if granted != needed {
                violations.push(format!("{function} may do {granted:?} on {secret}, its job is {needed:?}"));
            }
        }
        for (name, value) in template.environment(function) {
            let secretive = ["SECRET", "KEY", "TOKEN", "PASSWORD", "CREDENTIAL"].iter().any(|word| name.contains(word));
            let kept = referent(value).is_some_and(|id| template.is(id, SECRET));
            if secretive != kept {
                violations.push(format!("{function}'s {name} and Secrets Manager disagree"));
            }
        }
    }
    violations
}

#[test]
fn a_secret_is_a_reference_that_one_function_may_read() {
    law(
        secrets,
        &[
            (
                Set("/Resources/RefundsFunction/Properties/Environment/Variables/STRIPE_API_KEY", json!("sk_live_1")),
                "STRIPE_API_KEY",
            ),
            (
                Set("/Globals/Function/Environment/Variables/MAIL_PASSWORD", json!({ "Ref": "ShopName" })),
                "MAIL_PASSWORD",
            ),
            (
                Set("/Globals/Function/Environment/Variables/STRIPE", json!({ "Ref": "StripeApiKey" })),
                "AuthorizerFunction",
            ),
            (Set("/Resources/StripeApiKey/Properties/SecretString", json!("sk_live_1")), "StripeApiKey"),
            (
                Set(
                    "/Resources/StockRole/Properties/Policies/0/PolicyDocument/Statement/0",
                    json!({
                        "Effect": "Allow",
                        "Action": "secretsmanager:GetSecretValue",
                        "Resource": { "Ref": "StripeApiKey" }
                    }),
                ),
                "StockFunction",
            ),
        ],
    );
}
