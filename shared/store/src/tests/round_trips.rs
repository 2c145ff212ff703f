//! What is stored reads back equal, whatever variant of its types it holds.

use super::*;
use domain::{
    duty::{Duty, EmailKind},
    fulfillment::{PackedLine, Parcel, Shipment},
    history::Entry,
    ledger::{DisputeStatus, MoneyEvent, MoneyFact, OurRefund, Refund, RefundState, RefundStatus},
    money::MAX_AMOUNT,
    order_state::{Hold, HoldReason, OrderStatus},
    placed_order::{Address, Discount},
    returns::{Disposition, Grade, Inspection, ReturnLine, ReturnReason, ReturnStatus},
};

async fn reads_back<T: Aggregate + std::fmt::Debug>(values: impl IntoIterator<Item = (ItemName, T)>) {
    let store = TestStore::new();
    for (n, (name, value)) in (0..).zip(values) {
        let stored = store.created(&order(n), name.clone(), value.clone()).await;
        assert_eq!(stored.value, value);
        assert_eq!((stored.order, stored.name, stored.version), (order(n), name, 1));
    }
}

fn all_holdings() -> Vec<AllocationState> {
    let main = || "main".parse().unwrap();
    vec![
        AllocationState::Missing,
        AllocationState::Reserved(main()),
        AllocationState::Backordered(main()),
        AllocationState::Committed(main()),
        AllocationState::Dispatched(main()),
    ]
}

pub(super) fn all_facts() -> Vec<MoneyFact> {
    let dispute = |status| MoneyFact::Dispute { id: "dp_1".into(), amount: 5100, status };
    let refund = |ours, status| MoneyFact::Refund { ours, id: "re_1".into(), amount: 100, status };
    let ours = OurRefund { id: "return-01.2".parse().unwrap(), attempt: 3 };
    vec![
        MoneyFact::Pending,
        MoneyFact::Authorized(5100),
        MoneyFact::Captured(MAX_AMOUNT),
        MoneyFact::Failed("card_declined".into()),
        MoneyFact::Voided,
        MoneyFact::RefundedInTotal(0),
        refund(None, RefundStatus::Pending),
        refund(Some(ours), RefundStatus::Succeeded),
        refund(None, RefundStatus::Failed),
        dispute(DisputeStatus::Open),
        dispute(DisputeStatus::Won),
        dispute(DisputeStatus::Lost),
    ]
}

pub(super) fn event(payment: &str, second: i64, fact: MoneyFact) -> MoneyEvent {
    MoneyEvent {
        payment: payment.parse().unwrap(),
        at: at(second),
        event: format!("evt_{second}"),
        currency: "EUR".parse().ok(),
        fact,
    }
}

#[tokio::test]
async fn a_head_reads_back_in_every_status() {
    let statuses = [
        OrderStatus::Pending { reserved_until: at(1800) },
        OrderStatus::Open,
        OrderStatus::Completed,
        OrderStatus::Cancelled { reason: "changed my mind, \"really\" ☂".into() },
        OrderStatus::Cancelled { reason: String::new() },
        OrderStatus::Expired,
    ];
    reads_back(statuses.map(|status| (ItemName::State, OrderState { status, ..state() }))).await;
}

#[tokio::test]
async fn a_head_reads_back_with_every_holding_of_stock() {
    let stock = (0..).zip(all_holdings()).map(|(n, state)| allocation(n, "TEE-M", u32::from(n) + 1, state));
    let largest = allocation(u16::MAX, "x", u32::MAX, AllocationState::Missing);
    reads_back([(ItemName::State, OrderState { stock: stock.chain([largest]).collect(), ..state() })]).await;
}

#[tokio::test]
async fn a_head_reads_back_with_every_hold_and_fulfillment_status() {
    let hold = |reason: HoldReason| (reason, Hold { since: at(1), note: String::new() });
    let statuses = [
        FulfillmentStatus::Open,
        FulfillmentStatus::Picking,
        FulfillmentStatus::Picked,
        FulfillmentStatus::Packed,
        FulfillmentStatus::HandedOver,
        FulfillmentStatus::Closed,
        FulfillmentStatus::Short,
        FulfillmentStatus::Cancelled,
    ];
    let fulfillments = (1..).map(domain::ids::FulfillmentId::nth).zip(statuses).collect();
    let holds = HoldReason::ALL.into_iter().map(hold).collect();
    reads_back([(ItemName::State, OrderState { holds, fulfillments, ..state() })]).await;
}

#[tokio::test]
async fn a_head_reads_back_with_every_fact_about_money() {
    let of = |fact: MoneyFact| state().record(&event("stripe_pi_1", 7, fact), at(8));
    let single = all_facts().into_iter().map(of);
    let all = (0..).zip(all_facts()).fold(state(), |state, (n, fact)| {
        state.record(&MoneyEvent { currency: None, ..event(&format!("stripe_pi_{}", n % 3), n, fact) }, at(n))
    });
    reads_back(single.chain([all]).map(|state| (ItemName::State, state))).await;
}

#[tokio::test]
async fn a_head_reads_back_with_a_refund_in_every_state() {
    let provider_id = || "re_3MmlLrLkdIwHu7ix0uke3Ezy".to_owned();
    let states = [
        RefundState::Intended,
        RefundState::Sent { at: at(3) },
        RefundState::Pending { provider_id: provider_id() },
        RefundState::Succeeded { provider_id: provider_id() },
        RefundState::Failed { reason: "charge_already_refunded".into() },
    ];
    let mut state = state();
    for (n, refund_state) in (0_u32..).zip(states) {
        let payment = "stripe_pi_1".parse().unwrap();
        let refund = Refund { payment, amount: MAX_AMOUNT, attempt: n, state: refund_state };
        state.ledger.refunds.insert(format!("return-{n}").parse().unwrap(), refund);
    }
    reads_back([(ItemName::State, state)]).await;
}

#[tokio::test]
async fn every_aggregate_reads_back_with_every_duty() {
    let owed: Owed = [
        Duty::StockDeduction,
        Duty::FulfillmentDispatch,
        Duty::WarehouseNotice,
        Duty::Refund,
        Duty::Email(EmailKind::PaymentConfirmed),
        Duty::Email(EmailKind::OrderCancelled),
        Duty::Email(EmailKind::Shipped("P1".parse().unwrap())),
        Duty::Email(EmailKind::Delivered("P2".parse().unwrap())),
        Duty::Email(EmailKind::ReturnReceived),
        Duty::Email(EmailKind::RefundSent("return-01.2".parse().unwrap())),
    ]
    .into();
    reads_back([(ItemName::State, OrderState { owed: owed.clone(), confirmed: true, ..state() })]).await;
    reads_back([(fulfillment_name(1), Fulfillment { owed: owed.clone(), ..fulfillment("main") })]).await;
    reads_back([(return_name(1), Return { owed, ..returned(ReturnStatus::Requested) })]).await;
}

#[tokio::test]
async fn a_fulfillment_reads_back_at_every_step() {
    let parcel = |shipment, delivered_at| Parcel {
        id: "P1".parse().unwrap(),
        contents: vec![PackedLine { line: 0, quantity: 2 }],
        weight_g: 700,
        dimensions_mm: Some([300, 200, 100]),
        key: "8f14e45f".into(),
        shipment,
        delivered_at,
    };
    let shipment = |tracking_url| Shipment {
        carrier: "DHL".into(),
        tracking_number: "JD01".into(),
        tracking_url,
        handed_over_at: at(600),
    };
    let mut picked = fulfillment("main");
    picked.lines[0] = PickLine { bin: Some("A-01".into()), picked: Some(0), ..picked.lines[0].clone() };
    let parcels = [
        Parcel { dimensions_mm: None, ..parcel(None, None) },
        parcel(Some(shipment(None)), None),
        parcel(Some(shipment(Some("https://t.example/1".into()))), Some(at(900))),
    ];
    let parcels = parcels.map(|parcel| Fulfillment { parcels: vec![parcel], ..picked.clone() });
    let noted = Fulfillment { history: vec![Entry::new(at(1), &by(), "created", "")], ..picked.clone() };
    let all = [fulfillment("main"), picked, noted].into_iter().chain(parcels);
    reads_back(all.map(|value| (fulfillment_name(1), value))).await;
}

fn return_name(n: usize) -> ItemName {
    ItemName::Return(domain::ids::ReturnId::nth(n))
}

fn returned(status: ReturnStatus) -> Return {
    Return {
        requested_at: at(0),
        status,
        lines: vec![return_line(ReturnReason::Unwanted, Vec::new())],
        key: "k".into(),
        location: None,
        refund: None,
        owed: Owed::new(),
        history: Vec::new(),
    }
}

fn return_line(reason: ReturnReason, inspected: Vec<Inspection>) -> ReturnLine {
    ReturnLine { line: 0, sku: "TEE-M".parse().unwrap(), quantity: 2, reason, received: 0, inspected, refund: None }
}

#[tokio::test]
async fn a_return_reads_back_in_every_status_with_every_reason_and_disposition() {
    use ReturnReason::{
        Color, Defective, NotAsDescribed, Other, SizeTooLarge, SizeTooSmall, Style, Unwanted, WrongItem,
    };
    let statuses = [
        ReturnStatus::Requested,
        ReturnStatus::Approved,
        ReturnStatus::Declined,
        ReturnStatus::PartiallyReceived,
        ReturnStatus::Received,
        ReturnStatus::Inspected,
    ];
    let reasons = [Color, Defective, NotAsDescribed, SizeTooLarge, SizeTooSmall, Style, Unwanted, WrongItem, Other];
    let dispositions =
        [Disposition::Restocked, Disposition::NotRestocked, Disposition::ProcessingRequired, Disposition::Missing];
    let grades = [None, Some(Grade::A), Some(Grade::B), Some(Grade::C)];
    let inspected: Vec<_> = dispositions
        .into_iter()
        .zip(grades)
        .map(|(disposition, grade)| Inspection { quantity: 1, disposition, grade })
        .collect();
    let finished = Return {
        lines: vec![ReturnLine { received: 2, refund: Some(0), ..return_line(Other, inspected) }],
        location: Some("main".parse().unwrap()),
        refund: Some(MAX_AMOUNT),
        ..returned(ReturnStatus::Inspected)
    };
    let lines = reasons.map(|reason| return_line(reason, Vec::new())).to_vec();
    let all_reasons = Return { lines, ..returned(ReturnStatus::Requested) };
    let all = statuses.map(returned).into_iter().chain([finished, all_reasons]);
    reads_back(all.map(|value| (return_name(1), value))).await;
}

#[tokio::test]
async fn an_e_mail_s_claim_reads_back_whether_held_or_given_back() {
    let name = || ItemName::Email(Box::new(fulfillment_name(1)), EmailKind::Shipped("P1".parse().unwrap()));
    let held = EmailRecord { claimed_at: Some(at(5)), attempts: 2 };
    let given_back = EmailRecord { claimed_at: None, attempts: 0 };
    reads_back([(name(), held), (name(), given_back)]).await;
}

#[tokio::test]
async fn details_read_back_bare_and_with_everything() {
    let store = TestStore::new();
    let bare = two_lines();
    let mut full = two_lines();
    let address = Address {
        company: Some("Ada & Co".into()),
        line2: Some("c/o".into()),
        postal_code: None,
        region: Some("Greater London".into()),
        ..full.shipping_address.clone()
    };
    full.customer.phone = Some("+44 1".into());
    full.customer.locale = Some("en-GB".into());
    full.billing_address = Some(address);
    full.discount = Some(Discount { code: Some("SUMMER".into()), amount: 100 });
    full.lines[0].discount = 50;
    full.lines[0].tax = 300;
    full.shipping.price = 490;
    full.shipping.tax = MAX_AMOUNT;
    full.tax_included = false;
    full.payment = "stripe_pi_1".parse().ok();
    for (n, placed) in (0..).zip([bare, full]) {
        let placement = Placement { fingerprint: "f".repeat(32), reserved_until: at(1800), order: placed };
        let mut write = store.write(at(0));
        write.place(&order(n), &placement);
        write.create(&order(n), ItemName::State, state());
        write.commit().await.unwrap();
        assert_eq!(store.placed(&order(n)).await.unwrap().as_ref(), Some(&placement));
        assert_eq!(store.order(&order(n)).await.unwrap().unwrap().placement, placement);
    }
}

#[tokio::test]
async fn one_read_tells_the_whole_story_of_an_order() {
    let store = TestStore::new();
    let claim = ItemName::Email(Box::new(ItemName::State), EmailKind::PaymentConfirmed);
    let placement = Placement { fingerprint: "f".into(), reserved_until: at(1800), order: two_lines() };
    let open = |n| (domain::ids::FulfillmentId::nth(n), FulfillmentStatus::Open);
    let state = || OrderState { fulfillments: [open(1), open(2)].into(), ..state() };
    let mut write = store.write(at(0));
    write.place(&order(1), &placement);
    write.create(&order(1), ItemName::State, state());
    write.create(&order(1), fulfillment_name(1), fulfillment("main"));
    write.create(&order(1), fulfillment_name(2), fulfillment("store"));
    write.create(&order(1), return_name(1), returned(ReturnStatus::Requested));
    write.create(&order(1), claim.clone(), EmailRecord { claimed_at: Some(at(0)), attempts: 1 });
    write.commit().await.unwrap();
    store.created(&order(2), ItemName::State, state()).await;

    let read = store.order(&order(1)).await.unwrap().unwrap();
    assert_eq!(read.placed(), &two_lines());
    assert_eq!(read.state.value, state());
    let locations: Vec<_> = read.fulfillments.values().map(|f| f.value.location.as_str()).collect();
    assert_eq!(locations, ["main", "store"]);
    assert_eq!(read.returns.len(), 1);
    assert_eq!(read.emails[&claim].value.attempts, 1);
    assert!(store.order(&order(2)).await.unwrap().is_none(), "a state without what was ordered is no order");
    assert!(store.order(&order(3)).await.unwrap().is_none());
}
