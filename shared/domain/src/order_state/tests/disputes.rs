//! Disputes wait for an answer until it is given, until its time is over, or until the bank has decided.

use super::*;
use crate::{
    duty::{Due, Owed},
    fixtures::{completed, stamp},
    ids::ProviderId,
    ledger::Case,
    order_state::Answer,
    problem::Code,
};

const DUE: i64 = 1_000_000;

fn id() -> ProviderId {
    "dp_1".parse().unwrap()
}

/// The dispute as it is at some second.
fn told(second: i64, status: DisputeStatus, case: Case) -> MoneyEvent {
    let fact = MoneyFact::Dispute { id: id().into(), amount: 3700, status, case };
    MoneyEvent { at: at(second), ..event("stripe_pi_1", fact) }
}

fn wanted() -> Case {
    Case { due_by: Some(at(DUE)), answered: false, reason: Some("fraudulent".to_owned()) }
}

fn answered() -> Case {
    Case { answered: true, ..wanted() }
}

/// An order whose goods were delivered, with a dispute that is to be answered.
fn disputed(status: DisputeStatus) -> OrderState {
    completed().state.record(&told(1_000, status, wanted()), at(1_000))
}

fn waits(state: &OrderState) -> bool {
    let state = OrderState { owed: Owed::new(), ..state.clone() };
    matches!(state.due(None, at(2_000)), Some(Due::Waiting(_)))
}

fn submit(state: OrderState) -> OrderState {
    state.answer_dispute(&id(), &Answer::Submit(None), &stamp(2_000)).unwrap()
}

fn begun(state: OrderState, attempt: u32) -> OrderState {
    let attempt = Attempt { name: RequestName::Evidence(id()), number: attempt };
    state.request_sent(&attempt.name, at(2_001)).request_begun(&attempt, "dp_1", at(2_002))
}

fn refusal(state: &OrderState, answer: &Answer, second: i64) -> Code {
    state.clone().answer_dispute(&id(), answer, &stamp(second)).unwrap_err().code
}

#[test]
fn what_ends_the_wait_for_an_answer() {
    use DisputeStatus::{Inquiry, InquiryClosed, Lost, Open, Won};
    for status in [Inquiry, Open] {
        let state = disputed(status);
        assert_eq!((state.evidence_due_by(), waits(&state)), (Some(at(DUE)), true), "{status:?}");
        let elsewhere = state.clone().answer_dispute(&id(), &Answer::Elsewhere, &stamp(2_000)).unwrap();
        let ends = [
            ("submitted", begun(submit(state.clone()), 1)),
            ("answered elsewhere", elsewhere),
            ("answered at the provider", state.clone().record(&told(1_001, status, answered()), at(1_001))),
            ("closed", state.clone().record(&told(1_001, InquiryClosed, wanted()), at(1_001))),
            ("won", state.clone().record(&told(1_001, Won, wanted()), at(1_001))),
            ("lost", state.clone().record(&told(1_001, Lost, wanted()), at(1_001))),
            ("too late", state.miss_evidence(at(DUE))),
        ];
        for (why, state) in ends {
            assert_eq!((state.evidence_due_by(), waits(&state)), (None, false), "{status:?}: {why}");
        }
    }
    let without = Case { due_by: None, ..wanted() };
    let state = completed().state.record(&told(1_000, Open, without), at(1_000));
    assert_eq!(state.evidence_due_by(), None, "nobody is waited for who cannot answer");
}

#[test]
fn what_answered_an_inquiry_answers_no_dispute_that_follows_it() {
    let state = begun(submit(disputed(DisputeStatus::Inquiry)), 1);
    let state = state.record(&told(1_500, DisputeStatus::Inquiry, answered()), at(2_003));
    assert!(matches!(state.ledger.evidence["dp_1"].state, RequestState::Succeeded { .. }));
    let escalated = state.record(&told(3_000, DisputeStatus::Open, wanted()), at(3_000));
    assert_eq!(escalated.evidence_due_by(), Some(at(DUE)));
    let again = submit(escalated);
    assert_eq!((again.ledger.evidence["dp_1"].attempt, again.owed.contains(&Duty::Evidence)), (2, true));
    assert_eq!(begun(again, 2).evidence_due_by(), None);
}

#[test]
fn evidence_is_given_once_and_in_time() {
    let state = submit(disputed(DisputeStatus::Open));
    assert!(state.owed.contains(&Duty::Evidence) && state.ledger.evidence["dp_1"].state == RequestState::Intended);
    assert_eq!(submit(state.clone()), state, "the same again changes nothing");
    let words = Answer::Submit(Some("Signed for.".parse().unwrap()));
    assert_eq!(refusal(&state, &words, 2_000), Code::NothingToAnswer, "other words come too late");
    let given = begun(state, 1);
    assert!(!given.owed.contains(&Duty::Evidence));
    assert_eq!(submit(given.clone()), given);
    assert_eq!(refusal(&given, &words, 2_003), Code::NothingToAnswer);

    let open = disputed(DisputeStatus::Open);
    assert_eq!(refusal(&open, &words, DUE), Code::NothingToAnswer, "it was due");
    let over = open.record(&told(1_001, DisputeStatus::Won, wanted()), at(1_001));
    for answer in [words, Answer::Elsewhere] {
        assert_eq!(refusal(&over, &answer, 2_000), Code::NothingToAnswer);
    }
    assert_eq!(refusal(&completed().state, &Answer::Elsewhere, 2_000), Code::NotFound);
}

#[test]
fn evidence_that_failed_is_waited_for_again() {
    let attempt = Attempt { name: RequestName::Evidence(id()), number: 1 };
    let sent = submit(disputed(DisputeStatus::Open)).request_sent(&attempt.name, at(2_001));
    let refused = sent.clone().request_refused(&attempt, "no_evidence_accepted", at(2_002));
    assert_eq!((refused.evidence_due_by(), refused.owed.contains(&Duty::Evidence)), (Some(at(DUE)), false));
    let last = refused.history.last().unwrap();
    assert_eq!((last.what, last.note.as_str()), (Event::EvidenceFailed, "dp_1 no_evidence_accepted"));
    assert_eq!(submit(refused).ledger.evidence["dp_1"].attempt, 2, "under a new key");

    let anew = sent.request_not_made(&attempt, "Stripe answered 500", at(2_002));
    let evidence = &anew.ledger.evidence["dp_1"];
    assert_eq!((evidence.attempt, &evidence.state), (2, &RequestState::Intended));
    let over = anew.record(&told(1_001, DisputeStatus::Lost, wanted()), at(2_003));
    assert!(!over.owed.contains(&Duty::Evidence), "it would come too late");
}

#[test]
fn a_new_date_is_waited_for_after_one_was_missed() {
    let missed = disputed(DisputeStatus::Inquiry).miss_evidence(at(DUE + 1));
    let told_of = missed.history.iter().filter(|entry| entry.what == Event::EvidenceMissed).count();
    assert_eq!((told_of, missed.clone().miss_evidence(at(DUE + 2)) == missed), (1, true), "it is told once");
    let later = Case { due_by: Some(at(2 * DUE)), ..wanted() };
    let open = missed.record(&told(DUE + 5, DisputeStatus::Open, later), at(DUE + 5));
    assert_eq!(open.evidence_due_by(), Some(at(2 * DUE)));
}
