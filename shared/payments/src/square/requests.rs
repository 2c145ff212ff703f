//! What Square is asked for. Each request may be repeated: a refund has a key, and a capture or a void is of a payment
//! that is captured or given up once. Amounts go out as they are, because Square's [units](super::units()) are ours.

use super::api::Api;
use crate::request::{Action, MoneyRequest, Outcome, Reply};
use app::Error;

impl Api {
    /// See [`ApiClient::request`](crate::ApiClient::request).
    pub async fn request(&self, request: &MoneyRequest<'_>) -> Result<Reply, Error> {
        match request.action() {
            Action::Refund(ours) => self.refund(request, &ours).await,
            Action::Capture(amount) => self.capture(request, amount).await,
            Action::Void => self.void(request).await,
        }
    }

    /// See [`ApiClient::find`](crate::ApiClient::find).
    pub async fn find(&self, request: &MoneyRequest<'_>) -> Result<Option<Outcome>, Error> {
        match request.action() {
            Action::Refund(ours) => self.find_refund(request, &ours).await,
            Action::Capture(_) | Action::Void => self.find_capture(request).await,
        }
    }
}
