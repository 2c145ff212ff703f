//! The books of a day beside the reports of the local Adyen, which cannot be asked about a payment.

use super::{Stage, began, order};
use app::{comparison, payments::record_payment};
use domain::{
    books::MovementKind,
    duty::{Duty, Subject},
    ids::{PaymentId, ProviderName},
    ledger::{Case, DisputeStatus, MoneyEvent, MoneyFact, PartStatus, RefundStatus, RequestState},
    payment_record::Named,
    statement::Statement,
};
use jiff::SignedDuration;
use orderly_local::{
    payments::{
        DisputeStatus as SimulatedStatus, Made, Provider, Simulator, StandIns, StandInsConfig, adyen::MERCHANT_ACCOUNT,
    },
    services::Listener,
};
use payments::{
    ApiClients,
    adyen::{Api, Captures},
};
use runtime::{Aws, Secret};
use std::collections::BTreeMap;

/// When the day of the beginning is over for more than four hours, and when the reports of it are there for certain.
const NEXT_DAY: SignedDuration = SignedDuration::from_hours(13);
const REPORTED: SignedDuration = SignedDuration::from_hours(8 + 24 + 16);
const DAY: SignedDuration = SignedDuration::from_hours(24);

fn told_of(payment: &str, fact: MoneyFact) -> MoneyEvent {
    let (payment, currency) = (payment.parse().unwrap(), "EUR".parse().ok());
    MoneyEvent { payment, at: began(), event: "evt_1".to_owned(), currency, step: 1, fact }
}

fn adyen() -> ProviderName {
    "adyen".parse().unwrap()
}

/// An order of 10.00 EUR at a shop that takes payments by Adyen, whose webhooks do not come.
struct Shop {
    stage: Stage,
    stand_ins: StandIns,
}

impl Shop {
    async fn open() -> Self {
        let mut stage = Stage::without_order().await;
        let config = StandInsConfig {
            api_url: "http://127.0.0.1:1".to_owned(),
            secrets: BTreeMap::new(),
            data_dir: None,
            clock: stage.app.clock.clone(),
        };
        let stand_ins = StandIns::start(Listener::bind(0).await.unwrap(), config).unwrap();
        let (aws, url) = (Aws::beside(""), format!("{}/adyen", stand_ins.endpoint()));
        let secret = |name| Secret::fixed(name, "key");
        let api = Api::new(&aws, &url, secret("ADYEN_API_KEY"), MERCHANT_ACCOUNT);
        let api = api.with_reports(&aws, &url, secret("ADYEN_REPORT_KEY"), Captures::automatic());
        stage.app.providers = ApiClients::new([api.into()]);
        let shop = Self { stage, stand_ins };
        shop.simulator().withhold_webhooks();
        shop
    }

    fn simulator(&self) -> Simulator {
        self.stand_ins.provider(Provider::Adyen)
    }

    /// Pays 10.00 EUR for the order. `told`: as much as a webhook has told of it.
    async fn pay(&self, told: i64) -> PaymentId {
        let id = self.simulator().pay(order().as_str(), 1000, "EUR").unwrap().payment.id;
        let payment: PaymentId = format!("adyen_{id}").parse().unwrap();
        let paid = MoneyFact::CapturePart { id: id.clone(), amount: told, status: PartStatus::Succeeded };
        let other = told_of("adyen_NOTHING", MoneyFact::Captured(0));
        let paid = MoneyEvent { payment: payment.clone(), fact: paid, ..other.clone() };
        self.stage.place(if told == 0 { &other } else { &paid }, |_| {}).await;
        payment
    }

    /// A webhook tells it now.
    async fn tell(&self, told: &MoneyEvent) {
        let app = &self.stage.app;
        record_payment(&app.store, &Named::from(order()), told, app.clock.now()).await.unwrap();
    }

    /// Begins what is to be compared now. Returns whether a step is owed.
    async fn begin(&self) -> bool {
        let app = &self.stage.app;
        !comparison::begin(&app.store, &[adyen()], app.clock.now()).await.unwrap().is_empty()
    }

    /// Delivers the message of the next step. Returns whether it fails.
    async fn step(&self) -> bool {
        self.stage.deliver_duty(Duty::Comparison, Subject::Provider(adyen())).await
    }

    /// Compares the day of the beginning, whose reports are there.
    async fn compare(&self) {
        self.stage.pass_to(NEXT_DAY);
        assert!(self.begin().await && !self.step().await);
        self.compare_at(REPORTED).await;
    }

    /// Compares the next day, whose reports are there so long after the beginning.
    async fn compare_at(&self, since: SignedDuration) {
        self.stage.pass_to(since);
        assert!(self.begin().await, "it is taken up again");
        for _ in 0..10 {
            assert!(!self.step().await);
            if comparison::under_way(&self.stage.app.store, &adyen()).await.unwrap().is_none() {
                return;
            }
        }
        panic!("it comes to no end");
    }

    async fn differences(&self, payment: &PaymentId) -> Vec<(MovementKind, i64, i64)> {
        let read = self.stage.app.store.load::<Statement>(payment).await.unwrap().unwrap();
        let all = read.value.differences.iter();
        all.map(|(kind, difference)| (*kind, difference.ours, difference.theirs)).collect()
    }

    async fn end(self) {
        self.stand_ins.shutdown().await;
        self.stage.end().await;
    }
}

#[tokio::test]
async fn webhooks_that_never_came_are_made_good_by_the_reports() {
    let shop = Shop::open().await;
    let payment = shop.pay(0).await;
    shop.simulator().refund(payment.id.as_str(), Some(200)).unwrap();
    shop.compare().await;
    let (ledger, eur) = (shop.stage.state().await.ledger, "EUR".parse().unwrap());
    assert_eq!((ledger.payments[&payment].captured, ledger.refunded(eur)), (1000, 200));
    assert_eq!(shop.differences(&payment).await, []);
    shop.end().await;
}

#[tokio::test]
async fn orderly_knows_its_own_refund_in_the_reports_and_counts_what_it_knew_once() {
    let shop = Shop::open().await;
    let payment = shop.pay(1000).await;
    shop.stage.intend("cancel", 300).await;
    let (state, comes_again) = shop.stage.run().await;
    assert!(!comes_again && !matches!(state.ledger.refunds["cancel"].state, RequestState::Succeeded { .. }));
    shop.compare().await;
    let ledger = shop.stage.state().await.ledger;
    assert_eq!(ledger.payments[&payment].captured, 1000);
    assert!(matches!(ledger.refunds["cancel"].state, RequestState::Succeeded { .. }), "{ledger:?}");
    assert_eq!((ledger.refunds.len(), shop.differences(&payment).await), (1, Vec::new()));
    shop.end().await;
}

#[tokio::test]
async fn a_day_is_not_owed_before_its_reports_are_there() {
    let shop = Shop::open().await;
    shop.stage.pass_to(NEXT_DAY);
    assert!(shop.begin().await && !shop.step().await);
    assert!(!shop.begin().await && !shop.step().await, "nobody is waited for");
    shop.stage.pass_to(REPORTED - SignedDuration::from_secs(1));
    assert!(!shop.begin().await);
    shop.stage.pass_to(REPORTED);
    assert!(shop.begin().await);
    shop.end().await;
}

/// What Adyen calls what was done, by its webhook.
fn reference(made: &Made) -> String {
    let item = &made.webhooks[0].event()["notificationItems"][0]["NotificationRequestItem"];
    item["pspReference"].as_str().unwrap().to_owned()
}

fn went_back(id: String, amount: i64) -> MoneyFact {
    MoneyFact::Refund { ours: None, id, amount, status: RefundStatus::Succeeded }
}

/// The reports end at midnight, and the books are compared with them forty hours later.
#[tokio::test]
async fn what_moved_again_after_the_reports_is_compared_with_the_next_ones() {
    let shop = Shop::open().await;
    let payment = shop.pay(1000).await;
    shop.tell(&told_of("adyen_UNKNOWN", MoneyFact::Captured(700))).await;
    for since in [SignedDuration::from_mins(1), REPORTED - SignedDuration::from_hours(6)] {
        shop.stage.pass_to(since);
        let made = shop.simulator().refund(payment.id.as_str(), Some(200)).unwrap();
        shop.tell(&told_of(&payment.to_string(), went_back(reference(&made), 200))).await;
    }
    shop.compare().await;
    assert_eq!(shop.differences(&payment).await, [], "the reports cannot have the second refund");
    let forged = "adyen_UNKNOWN".parse().unwrap();
    assert_eq!(shop.differences(&forged).await, [(MovementKind::Captured, 700, 0)], "others are told at once");
    // Whatever a webhook says, nobody gives this back.
    shop.stage.pass_to(REPORTED + SignedDuration::from_mins(1));
    shop.tell(&told_of(&payment.to_string(), went_back("FORGED".to_owned(), 100))).await;
    shop.compare_at(REPORTED + DAY).await;
    assert_eq!(shop.differences(&payment).await, []);
    shop.compare_at(REPORTED + 2 * DAY).await;
    assert_eq!(shop.differences(&payment).await, [(MovementKind::Refunded, -500, -400)], "its own day's reports");
    shop.end().await;
}

/// Its reports do not tell of each dispute, so of these only what they have told is compared.
#[tokio::test]
async fn money_that_a_bank_gives_back_after_the_reports_is_no_difference() {
    let shop = Shop::open().await;
    let payment = shop.pay(1000).await;
    let of = |id: &str, status| {
        let fact = MoneyFact::Dispute { id: id.to_owned(), amount: 1000, status, case: Case::default() };
        MoneyEvent { at: shop.stage.app.clock.now(), ..told_of(&payment.to_string(), fact) }
    };
    shop.stage.pass_to(SignedDuration::from_mins(1));
    let opened = reference(&shop.simulator().dispute(payment.id.as_str()).unwrap());
    shop.tell(&of(&opened, DisputeStatus::Open)).await;
    let later = REPORTED - SignedDuration::from_hours(1);
    shop.stage.pass_to(later);
    shop.tell(&of(&opened, DisputeStatus::Won)).await;
    shop.compare().await;
    assert_eq!(shop.differences(&payment).await, []);
    shop.compare_at(REPORTED + DAY).await;
    assert_eq!(shop.differences(&payment).await, []);
    shop.compare_at(REPORTED + 2 * DAY).await;
    let expected = [(MovementKind::Disputed, 0, -1000)];
    assert_eq!(shop.differences(&payment).await, expected, "the bank's word is in no report of its day");
    shop.stage.pass_to(REPORTED + 2 * DAY + SignedDuration::from_mins(1));
    shop.simulator().decide(payment.id.as_str(), SimulatedStatus::Won).unwrap();
    for days in 3..5 {
        shop.compare_at(REPORTED + days * DAY).await;
    }
    assert_eq!(shop.differences(&payment).await, []);
    shop.end().await;
}

#[tokio::test]
async fn what_the_reports_do_not_have_waits_for_a_person() {
    let shop = Shop::open().await;
    let payment = shop.pay(1000).await;
    let forged = told_of("adyen_UNKNOWN", MoneyFact::Captured(700));
    shop.tell(&forged).await;
    shop.compare().await;
    assert_eq!(shop.differences(&forged.payment).await, [(MovementKind::Captured, 700, 0)]);
    assert_eq!(shop.differences(&payment).await, []);
    shop.end().await;
}
