//! Which provider is asked for a refund.

use super::Stage;
use domain::ledger::RefundState;

#[tokio::test]
async fn a_refund_of_a_provider_that_is_not_configured_stays_owed_and_is_not_marked_as_sent() {
    let stage = Stage::start("acme").await;
    let owes = stage.state().await;
    let (state, comes_again) = stage.run().await;
    assert!(comes_again, "it is seen as stuck");
    assert_eq!(state, owes);
    assert!(state.ledger.refunds.values().all(|refund| refund.state == RefundState::Intended));
    assert_eq!(stage.refunded(), 0);
    stage.end().await;
}
