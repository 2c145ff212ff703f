//! `GET` and `POST /orders/{order_id}/disputes/{dispute}/evidence`.

use crate::{App, request::AnswerDispute};
use api::{Caller, Code, Error, Problem, Request, Response, view::OrderView};
use app::orders;
use domain::{
    evidence::GatheredEvidence,
    ids::{OrderId, PaymentId, ProviderId},
    order_state::Answer,
};
use payments::{Provider, evidence::Answering};
use serde::Serialize;

/// What the order has to say about a dispute, and who gives it to the provider.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EvidenceView {
    #[serde(flatten)]
    pub evidence: GatheredEvidence,
    /// Where a person gives it, with `text`. Absent if Orderly gives it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by_hand_at: Option<&'static str>,
}

/// Where a person answers a dispute of this payment. None: Orderly answers it.
fn by_hand_at(payment: &PaymentId) -> Option<&'static str> {
    match Provider::named(payment.provider.as_str()).map(Provider::answering) {
        Some(Answering::ByOrderly) => None,
        Some(Answering::ByHand(place)) => Some(place),
        None => Some("at the payment provider"),
    }
}

async fn gathered(app: &App, caller: &Caller, request: &Request) -> Result<EvidenceView, Error> {
    let (order, dispute): (OrderId, ProviderId) = (request.path_param("order_id")?, request.path_param("dispute")?);
    let evidence = orders::evidence(&caller.scope().order(&app.store, &order).await?, &dispute)?;
    let by_hand_at = by_hand_at(&evidence.payment);
    Ok(EvidenceView { evidence, by_hand_at })
}

pub async fn read(app: &App, caller: &Caller, request: &Request) -> Result<Response, Error> {
    Ok(Response::json(200, &gathered(app, caller, request).await?))
}

/// Only an operator may: a bank takes evidence once, and more money depends on it than any key of customer service may give.
pub async fn answer(app: &App, caller: &Caller, body: AnswerDispute, request: &Request) -> Result<Response, Error> {
    let stamp = caller.stamp(app.clock.now());
    let EvidenceView { evidence, by_hand_at } = gathered(app, caller, request).await?;
    let answer = match (body.at_provider, by_hand_at) {
        (true, _) => Answer::Elsewhere,
        (false, None) => Answer::Submit(body.text),
        (false, Some(place)) => {
            let why = format!(
                "its provider takes evidence from people: {place}. `text` is what to copy; afterwards send \"at_provider\": true"
            );
            return Err(Problem::new(Code::AnsweredByHand, why).with("text", evidence.text).into());
        }
    };
    let id = request.path_param("order_id")?;
    let order = orders::answer_dispute(&app.store, &id, &evidence.dispute, &answer, &stamp).await?;
    Ok(Response::json(200, &OrderView::of(&order)))
}
