//! A short order for each other provider: it is paid, its goods are taken, and a part of its money goes back.

use super::{DemoError, Scene, Stage, money, order, text};
use crate::{
    payments::Provider,
    seed::{PRODUCTS, Product},
};
use serde_json::json;

/// What is ordered each time.
const LINE: (Product, i64) = (PRODUCTS[3], 1);
/// So many cents go back.
const BACK: i64 = 100;

pub(super) async fn pay_with_each_other(scene: &Scene, stage: &mut Stage) -> Result<(), DemoError> {
    for provider in Provider::ALL.into_iter().filter(|provider| *provider != Provider::Stripe) {
        let reference = format!("{}-{provider}", scene.reference());
        let accepted = scene.storefront.post("/orders", &order(&reference, &[LINE])).await?;
        let id = text(&accepted["id"]);
        let webhook = scene.pay(provider, id, &accepted["total"]).await?;
        stage.step(&format!("Paid by {provider:?}"), &format!("{id}, {}: {webhook}", money(&accepted["total"])));
        scene.until(id, "it is paid", |order| order["payment_status"] == "paid").await?;

        let wanted = json!({ "amount": BACK, "reason": "a scratch" });
        scene.operator.post_once(&format!("/orders/{id}/refunds"), &format!("{id}-scratch"), &wanted).await?;
        let order = scene.until(id, "a part of it is refunded", |order| order["refunded"] == BACK).await?;
        let refund =
            order["refunds"].as_object().and_then(|refunds| refunds.values().next().cloned()).unwrap_or_default();
        stage.more(&format!("{} go back by its API, {}", money(&order["refunded"]), text(&refund["provider_id"])));
        scene.until(id, "its e-mails are sent", |order| order["owed"].as_array().is_some_and(Vec::is_empty)).await?;
    }
    Ok(())
}
