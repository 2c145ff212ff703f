//! Evidence goes the way of a refund: once, whatever the provider answers and whenever the function dies.

use super::{PAYMENT, Stage, began, order};
use domain::{
    duty::{Duty, ItemName, Subject},
    fixtures::placed,
    history::{Event, Stamp},
    ids::ProviderId,
    ledger::{Case, DisputeStatus, MoneyEvent, MoneyFact, RequestName, RequestState},
    order_state::{Answer, OrderState},
    placed_order::Placement,
};
use jiff::SignedDuration;
use orderly_local::payments::stripe::{self, Breakdown, Dispute};
use store::ItemKey;

const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);

impl Stage {
    /// A paid order whose payment is disputed, and whose operator has ordered the answer.
    async fn disputed() -> Self {
        let stage = Self::without_order().await;
        stage.stripe.dispute(PAYMENT, "fraudulent", WEEK).unwrap().unwrap();
        let case = Case { due_by: Some(began() + WEEK), answered: false, reason: Some("fraudulent".to_owned()) };
        let told = MoneyEvent {
            payment: format!("stripe_{PAYMENT}").parse().unwrap(),
            at: began(),
            event: "evt_2".to_owned(),
            currency: "EUR".parse().ok(),
            step: 1,
            fact: MoneyFact::Dispute { id: stage.id().into(), amount: 1000, status: DisputeStatus::Open, case },
        };
        let id = stage.id();
        stage
            .place(&told, |state| {
                let words = "She wrote that it had come.".parse().unwrap();
                let answer = Answer::Submit(Some(words));
                *state = state.clone().answer_dispute(&id, &answer, &Stamp::orderly(began())).unwrap();
            })
            .await;
        let placement = Placement {
            fingerprint: "1".to_owned(),
            reserved_until: began(),
            first_total: None,
            order: placed(&[("MUG", 1, 1000)]),
        };
        let mut write = stage.app.store.write(began());
        write.create(ItemKey::new(&order(), ItemName::Placed), placement);
        write.commit().await.unwrap();
        stage
    }

    fn dispute(&self) -> Dispute {
        self.stripe.disputes().pop().unwrap()
    }

    fn id(&self) -> ProviderId {
        self.dispute().id.parse().unwrap()
    }

    /// Delivers the message. Returns the order, and whether it will come again.
    async fn answer(&self) -> (OrderState, bool) {
        let comes_again = self.deliver_duty(Duty::Evidence, Subject::OrderItem(order(), ItemName::State)).await;
        (self.state().await, comes_again)
    }

    fn key(&self, attempt: u32) -> String {
        format!("evidence:{}:{}:{attempt}", order(), self.id())
    }

    fn evidence<'a>(&self, state: &'a OrderState) -> (u32, &'a RequestState) {
        let evidence = &state.ledger.evidence[&self.id()];
        (evidence.attempt, &evidence.state)
    }
}

#[tokio::test]
async fn evidence_is_submitted_once_with_what_the_order_says() {
    let stage = Stage::disputed().await;
    let (state, comes_again) = stage.answer().await;
    assert!(!comes_again && matches!(stage.evidence(&state), (1, RequestState::Pending { .. })), "{state:?}");
    assert!(!state.owed.contains(&Duty::Evidence) && state.evidence_due_by().is_none());
    assert!(state.history.iter().any(|entry| entry.what == Event::EvidenceSubmitted));
    let dispute = stage.dispute();
    assert_eq!(dispute.submissions, [began()]);
    assert_eq!(dispute.evidence["customer_email_address"], "ada@example.com");
    assert_eq!(dispute.evidence["product_description"], "1 × MUG (MUG), 10.00 EUR");
    assert!(dispute.evidence["uncategorized_text"].starts_with("She wrote that it had come."));
    assert_eq!(stage.answer().await, (state, false), "nothing is owed any more");
    stage.end().await;
}

#[tokio::test]
async fn evidence_whose_answer_was_a_failure_is_looked_for() {
    // It was submitted all the same.
    let stage = Stage::disputed().await;
    stage.stripe.break_down(&stage.key(1), Breakdown::After);
    let (state, comes_again) = stage.answer().await;
    assert!(comes_again && matches!(stage.evidence(&state), (1, RequestState::Unknown { .. })));
    stage.pass_to(SignedDuration::from_secs(1));
    let (state, comes_again) = stage.answer().await;
    assert!(!comes_again && matches!(stage.evidence(&state), (1, RequestState::Pending { .. })));
    assert_eq!(stage.dispute().submissions.len(), 1);
    stage.end().await;

    // It was not, and its key repeats the failure for ever.
    let stage = Stage::disputed().await;
    stage.stripe.break_down(&stage.key(1), Breakdown::Before);
    for minutes in [0, 1, 9] {
        stage.pass_to(SignedDuration::from_mins(minutes));
        assert!(stage.answer().await.1, "it may still appear after {minutes} min");
    }
    stage.pass_to(SignedDuration::from_mins(11));
    let (state, comes_again) = stage.answer().await;
    assert!(!comes_again && matches!(stage.evidence(&state), (2, RequestState::Pending { .. })));
    assert_eq!(stage.dispute().submissions.len(), 1);
    stage.end().await;
}

#[tokio::test]
async fn a_function_that_dies_after_sending_submits_nothing_twice() {
    let stage = Stage::disputed().await;
    let sent = stage.state().await;
    stage.answer().await;
    // Its outcome was not recorded, and the order has more to say by now: the key is refused with other content.
    let read = stage.app.store.order_state(&order()).await.unwrap().unwrap();
    let paid = MoneyEvent {
        payment: format!("stripe_{PAYMENT}").parse().unwrap(),
        at: began(),
        event: "evt_1".to_owned(),
        currency: "EUR".parse().ok(),
        step: 1,
        fact: MoneyFact::Captured(1000),
    };
    let lost = sent.request_sent(&RequestName::Evidence(stage.id()), began()).record(&paid, began());
    let mut write = stage.app.store.write(began());
    write.replace(&read, lost);
    write.commit().await.unwrap();
    stage.pass_to(SignedDuration::from_mins(2));
    let (state, comes_again) = stage.answer().await;
    assert!(!comes_again && matches!(stage.evidence(&state), (1, RequestState::Pending { .. })), "{state:?}");
    assert_eq!(stage.dispute().submissions.len(), 1);
    stage.end().await;
}

#[tokio::test]
async fn evidence_for_a_dispute_that_is_over_is_refused_with_a_reason() {
    let stage = Stage::disputed().await;
    stage.stripe.decide(PAYMENT, stripe::DisputeStatus::Lost).unwrap().unwrap();
    let (state, comes_again) = stage.answer().await;
    assert!(!comes_again && matches!(stage.evidence(&state), (1, RequestState::Failed { refused: true, .. })));
    assert!(state.history.iter().any(|entry| entry.what == Event::EvidenceFailed));
    stage.end().await;
}
