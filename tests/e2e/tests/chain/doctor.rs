//! `cargo run -- doctor` on a whole stack: it finds nothing on one that is set up, and each thing that is set up wrong on purpose.

use crate::world::World;
use checkup::{
    Deployment, connect,
    doctor::{Findings, Grade, examine},
};
use orderly_local::{payments::stripe::Endpoint, services::STACK};
use serde_json::json;

impl World {
    async fn examined(&self) -> Findings {
        let aws = connect("us-east-1", Some(self.stack.endpoint()));
        let deployment = Deployment::read(&aws, STACK).await.unwrap();
        examine(&aws, &deployment).await
    }

    /// Asserts that the doctor says this, of this.
    async fn finds(&self, grade: Grade, of: &str, says: &str) {
        let findings = self.examined().await;
        let found = findings.all().iter().any(|finding| {
            finding.grade == grade
                && finding.of.starts_with(of)
                && finding.says.contains(says)
                && finding.remedy.is_some()
        });
        assert!(found, "{of} is not found to be {grade:?} because {says:?}:\n{findings}");
    }
}

#[tokio::test]
async fn doctor_finds_nothing_on_a_stack_that_is_set_up() {
    let world = World::start().await;
    let findings = world.examined().await;
    assert_eq!(findings.worst(), Grade::Fine, "{findings}");
    let subjects: Vec<&str> = findings.all().iter().map(|finding| finding.of.as_str()).collect();
    for of in [
        "stack",
        "API",
        "table OrdersTable",
        "API keys",
        "secret StripeApiKey",
        "secret StripeWebhookSecret",
        "secret WarehouseWebhookSecret",
        "Stripe API key",
        "Stripe webhook",
        "mail account",
        "mail sender",
        "alarms, topic Alerts",
        "concurrency",
    ] {
        assert!(subjects.contains(&of), "{of} is not looked at: {subjects:?}");
    }
    for secret in ["StripeApiKey", "StripeWebhookSecret", "WarehouseWebhookSecret"] {
        let value = world.stack.secret(secret).unwrap();
        assert!(!findings.to_string().contains(&value), "the value of {secret} is told");
    }
}

#[tokio::test]
async fn doctor_finds_each_secret_that_is_wrong() {
    let world = World::start().await;
    let secrets = world.stack.secrets();
    for (secret, value, says) in [
        ("StripeApiKey", "", "it is empty"),
        ("StripeApiKey", "sk_live_1", "of the live mode, and the stack of the test mode"),
        ("StripeApiKey", "whsec_0123456789abcdef", "no secret or restricted key"),
        ("StripeWebhookSecret", "sk_test_1", "no signing secret"),
        ("WarehouseWebhookSecret", "hush", "no signing secret"),
    ] {
        let before = secrets.get(secret).unwrap();
        secrets.set(secret, value);
        world.finds(Grade::Failure, &format!("secret {secret}"), says).await;
        secrets.set(secret, before);
    }
    // A key that the provider refuses.
    secrets.set("StripeApiKey", "sk_test_");
    world.finds(Grade::Failure, "Stripe API key", "Stripe does not know it").await;
}

#[tokio::test]
async fn doctor_finds_a_webhook_that_is_not_told_of_everything() {
    let world = World::start().await;
    let stripe = world.stack.stripe();
    let own = Endpoint::of_everything(&format!("{}/webhooks/payments/stripe", world.stack.api_url()));
    let few = vec!["charge.refunded".to_owned(), "payment_intent.canceled".to_owned()];
    for (endpoints, grade, says) in [
        (vec![], Grade::Failure, "tells this stack nothing"),
        (vec![Endpoint::of_everything("https://old.example/hook")], Grade::Failure, "https://old.example/hook"),
        (vec![Endpoint { is_enabled: false, ..own.clone() }], Grade::Failure, "disabled"),
        (vec![Endpoint { events: few, ..own.clone() }], Grade::Failure, "payment_intent.succeeded"),
        (vec![Endpoint { api_version: Some("2019-12-03".to_owned()), ..own.clone() }], Grade::Failure, "2019-12-03"),
        (vec![own.clone(), own.clone()], Grade::Warning, "2 endpoints"),
    ] {
        stripe.change_endpoints(|registered| *registered = endpoints);
        world.finds(grade, "Stripe webhook", says).await;
    }
    stripe.change_endpoints(|registered| *registered = vec![own]);
    assert_eq!(world.examined().await.worst(), Grade::Fine);
}

#[tokio::test]
async fn doctor_finds_what_is_wrong_with_the_account() {
    let world = World::start().await;
    let account = world.stack.account();
    // A test shop may be in the sandbox and may have few functions; a live one may not, which the doctor's own tests show.
    account.change(|is| is.is_in_sandbox = true);
    world.finds(Grade::Warning, "mail account", "sandbox").await;
    account.change(|is| is.sends_mail = false);
    world.finds(Grade::Failure, "mail account", "paused").await;
    account.change(|is| (is.sends_mail, is.is_in_sandbox) = (true, false));
    account.change(|is| is.enforcement = "PROBATION".to_owned());
    world.finds(Grade::Warning, "mail account", "PROBATION").await;
    account.change(|is| is.enforcement = "HEALTHY".to_owned());

    account.change(|is| is.identities = [("orders@example.com".to_owned(), false)].into());
    world.finds(Grade::Failure, "mail sender", "not verified").await;
    account.change(|is| is.identities.clear());
    world.finds(Grade::Failure, "mail sender", "neither orders@example.com nor its domain").await;
    // Its domain is enough.
    account.change(|is| is.identities = [("example.com".to_owned(), true)].into());

    account.change(|is| is.subscriptions = [("me@shop.de".to_owned(), false)].into());
    world.finds(Grade::Failure, "alarms", "me@shop.de has not confirmed").await;
    account.change(|is| is.subscriptions.clear());
    world.finds(Grade::Failure, "alarms", "nobody is told").await;
    account.change(|is| is.subscriptions = [("me@shop.de".to_owned(), true)].into());

    account.change(|is| is.concurrency = 10);
    world.finds(Grade::Warning, "concurrency", "10 functions").await;
    account.change(|is| is.concurrency = 1_000);
    assert_eq!(world.examined().await.worst(), Grade::Fine);
}

#[tokio::test]
async fn doctor_finds_tables_and_functions_that_do_not_work() {
    let world = World::start().await;
    let disable = json!({
        "TableName": "OrdersTable",
        "PointInTimeRecoverySpecification": { "PointInTimeRecoveryEnabled": false },
    });
    world.dynamodb("UpdateContinuousBackups", &disable).await;
    world.finds(Grade::Failure, "table OrdersTable", "cannot be restored").await;
    world.break_function("authorizer");
    world.finds(Grade::Failure, "API", "to a key that nobody has").await;
}

#[tokio::test]
async fn doctor_finds_a_stack_that_is_pointed_at_tables_that_are_not_there() {
    let world = World::start().await;
    let aws = connect("us-east-1", Some(world.stack.endpoint()));
    let mut deployment = Deployment::read(&aws, STACK).await.unwrap();
    deployment.parameters.insert("TableSuffix".to_owned(), "-gone".to_owned());
    let findings = examine(&aws, &deployment).await;
    let missing =
        findings.all().iter().filter(|finding| finding.grade == Grade::Failure && finding.says == "it is not there");
    assert_eq!(missing.count(), 9, "{findings}");
}

#[tokio::test]
async fn doctor_tells_of_channels_whose_orders_nobody_invoices() {
    let world = World::start().await;
    let aws = connect("us-east-1", Some(world.stack.endpoint()));
    let mut deployment = Deployment::read(&aws, STACK).await.unwrap();
    deployment.parameters.insert("Invoice".to_owned(), "at-payment".to_owned());
    let told = async || {
        let findings = examine(&aws, &deployment).await;
        let of_invoices = findings.all().iter().find(|finding| finding.of == "invoices").unwrap();
        (of_invoices.grade, of_invoices.says.clone())
    };
    assert_eq!(told().await.0, Grade::Fine);
    world.operator.put("/channels/web", &json!({ "name": "Web shop" })).await.unwrap();
    let (grade, says) = told().await;
    assert_eq!((grade, says.contains("no invoices are issued for web")), (Grade::Warning, true), "{says}");
}
