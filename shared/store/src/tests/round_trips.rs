//! Whatever is stored reads back equal, in every variant of its types.

use super::*;
use domain::{
    duty::{Duty, EmailKind},
    email_claim::EmailClaim,
    fixtures::units,
    fulfillment::{Parcel, ReceivedBack, Remedy, Report, Resolution, Shipment, ToldToChannel},
    history::Event,
    ids::PaymentId,
    ledger::{
        Capture, CaptureTerms, Case, DisputeStatus, Evidence, Manual, MoneyEvent, MoneyFact, OurRefund, Payer,
        PaymentMethod, Refund, RefundStatus, RequestState,
    },
    money::MAX_AMOUNT,
    order_state::{AskedOfShop, EnteredPayment, Hold, HoldReason, OrderStatus, Standing, ToldByShop},
    parcel_state::ParcelState,
    placed_order::{Address, Discount, Line},
    policy::{Capturing, Policy},
    returns::{Deduction, Disposition, Grade, Inspection, ReturnLine, ReturnReason, ReturnStatus},
};
use std::collections::BTreeMap;

async fn reads_back<T: Record<Key = ItemKey> + std::fmt::Debug>(values: impl IntoIterator<Item = (ItemName, T)>) {
    let store = TestStore::new();
    for (n, (name, value)) in (0..).zip(values) {
        let key = ItemKey::new(&order(n), name);
        let stored = store.created(&key, value.clone()).await;
        assert_eq!(stored.value, value);
        assert_eq!((stored.key, stored.version), (key, 1));
    }
}

fn fulfillment_name() -> ItemName {
    ItemName::Fulfillment(FULFILLMENT)
}

pub(super) fn all_holdings() -> Vec<AllocationState> {
    let main = || "main".parse().unwrap();
    vec![
        AllocationState::Missing,
        AllocationState::Reserved(main()),
        AllocationState::Backordered(main()),
        AllocationState::Waiting(vec![main(), "store".parse().unwrap()]),
        AllocationState::Committed(main()),
        AllocationState::Dispatched(main()),
    ]
}

pub(super) fn all_facts() -> Vec<MoneyFact> {
    let dispute = |status| MoneyFact::Dispute { id: "dp_1".into(), amount: 5100, status, case: Case::default() };
    let refund = |ours, status| MoneyFact::Refund { ours, id: "re_1".into(), amount: 100, status };
    let ours = OurRefund { id: "return-01.2".parse().unwrap(), attempt: 3 };
    vec![
        MoneyFact::Pending { until: None },
        MoneyFact::Pending { until: Some(at(9)) },
        MoneyFact::Promised { amount: 5100, until: None },
        MoneyFact::Promised { amount: 5100, until: Some(at(9)) },
        MoneyFact::authorized(5100),
        MoneyFact::Authorized { amount: 5100, until: Some(at(9)), several: false },
        MoneyFact::Released(100),
        MoneyFact::Captured(MAX_AMOUNT),
        MoneyFact::CapturedAs { id: "cap_1".into(), amount: 100, last: false },
        MoneyFact::Failed("card_declined".into()),
        MoneyFact::Voided,
        MoneyFact::RefundedInTotal(0),
        MoneyFact::RefundedInTotal(100),
        refund(None, RefundStatus::Pending),
        refund(Some(ours), RefundStatus::Succeeded),
        refund(None, RefundStatus::Failed),
        dispute(DisputeStatus::Inquiry),
        dispute(DisputeStatus::InquiryClosed),
        dispute(DisputeStatus::Open),
        dispute(DisputeStatus::Won),
        dispute(DisputeStatus::Lost),
    ]
}

pub(super) fn all_refund_states() -> [RequestState; 8] {
    let provider_id = || "re_3MmlLrLkdIwHu7ix0uke3Ezy".to_owned();
    [
        RequestState::Intended,
        RequestState::Blocked,
        RequestState::Covered,
        RequestState::Sent { at: at(3) },
        RequestState::Unknown { at: at(3), asked_at: Some(at(4)), reason: "HTTP 500".into() },
        RequestState::Pending { provider_id: provider_id(), since: Some(at(5)) },
        RequestState::Succeeded { provider_id: provider_id() },
        RequestState::Failed { reason: "charge_already_refunded".into(), refused: true },
    ]
}

pub(super) fn all_duties() -> [Duty; 30] {
    [
        Duty::StockDeduction,
        Duty::StockSettlement,
        Duty::FulfillmentDispatch,
        Duty::WarehouseNotice,
        Duty::Refund,
        Duty::Capture,
        Duty::Evidence,
        Duty::PaymentCheck,
        Duty::Digest,
        Duty::Comparison,
        Duty::Invoice,
        Duty::Tracking,
        Duty::Label,
        Duty::ChannelShipment,
        Duty::ChannelDecision,
        Duty::ChannelOrder,
        Duty::ChannelCatchUp,
        Duty::ChannelStock,
        Duty::ChannelRestock,
        Duty::ChannelStockCheck,
        Duty::Email(EmailKind::PaymentConfirmed),
        Duty::Email(EmailKind::OrderCancelled),
        Duty::Email(EmailKind::RestCancelled),
        Duty::Email(EmailKind::OrderEdited(2)),
        Duty::Email(EmailKind::Shipped(PARCEL)),
        Duty::Email(EmailKind::Delivered("P2".parse().unwrap())),
        Duty::Email(EmailKind::ParcelTrouble(PARCEL, ParcelState::Lost)),
        Duty::Email(EmailKind::TrackingCorrected(PARCEL, 2)),
        Duty::Email(EmailKind::ReturnReceived),
        Duty::Email(EmailKind::RefundSent("return-01.2".parse().unwrap())),
    ]
}

pub(super) fn eur() -> domain::money::Currency {
    "EUR".parse().unwrap()
}

pub(super) fn event(payment: &str, second: i64, fact: MoneyFact) -> MoneyEvent {
    MoneyEvent {
        payment: payment.parse().unwrap(),
        at: at(second),
        event: format!("evt_{second}"),
        currency: "EUR".parse().ok(),
        step: 1,
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
    reads_back(statuses.into_iter().map(|status| (ItemName::State, OrderState { status, ..state() }))).await;
}

#[tokio::test]
async fn a_head_reads_back_with_every_holding_of_stock() {
    let stock = (0..).zip(all_holdings()).map(|(n, state)| allocation(n, "TEE", u32::from(n) + 1, state));
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
    let fulfillments = (1..).map(FulfillmentId::nth).zip(statuses).collect();
    let holds = HoldReason::ALL.iter().copied().map(hold).collect();
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
    let mut state = state();
    for (n, refund_state) in (0_u32..).zip(all_refund_states()) {
        let payment = "stripe_pi_1".parse().unwrap();
        let refund = Refund { payment, amount: MAX_AMOUNT, attempt: n, came_back: i64::from(n), state: refund_state };
        state.ledger.refunds.insert(format!("return-{n}").parse().unwrap(), refund);
    }
    reads_back([(ItemName::State, state)]).await;
}

#[tokio::test]
async fn a_head_reads_back_with_several_captures_of_a_payment() {
    let mut state = with_captures(state());
    (state.policy.capturing, state.sent_worth) = (Capturing::PerParcel, 1900);
    for (n, capture) in (0..).zip(state.ledger.captures.values_mut()) {
        capture.terms = CaptureTerms { after: n * 100, keeps_rest: true };
    }
    let payment = state.ledger.expect(&"paypal_A1".parse().unwrap());
    (payment.several, payment.closed) = (true, true);
    reads_back([(ItemName::State, state)]).await;
}

/// A void is a capture of nothing.
pub(super) fn with_captures(mut state: OrderState) -> OrderState {
    for (n, capture_state) in (1_u32..).zip(all_refund_states()) {
        let (payment, amount) = ("stripe_pi_1".parse().unwrap(), i64::from(n - 1) * 100);
        let terms = CaptureTerms::default();
        let capture = Capture { payment, amount, terms, attempt: n, state: capture_state };
        state.ledger.captures.insert(format!("capture-{n}").parse().unwrap(), capture);
    }
    OrderState {
        policy: Policy { capturing: Capturing::AtHandOver, ..state.policy },
        warned_of: Some(at(9)),
        told_by_shop: Some(Box::new(told_by_shop())),
        reminded: [(HoldReason::PaymentOverdue, at(8))].into(),
        ..state
    }
}

fn told_by_shop() -> ToldByShop {
    ToldByShop {
        changed_at: at(6),
        who: "4ag1pPTNfvOzQgN8".to_owned(),
        units: [("56".to_owned(), 2)].into(),
        refunds: ["9".to_owned()].into(),
        is_over: true,
        asked: [("request-1".parse().unwrap(), AskedOfShop { attempt: 2, at: at(7), is_for_people: true })].into(),
        doubts: [(HoldReason::UnknownSku, "\"Mug\" has no SKU".to_owned())].into(),
        not_followed: "line 57 went from 1 to 2 units".to_owned(),
    }
}

/// An order that is paid by transfer, and goes out.
pub(super) fn with_manual_payments(state: OrderState) -> OrderState {
    let payer = Payer { name: "Erika Mustermann".into(), iban: "DE89370400440532013000".parse().ok() };
    let entered = |key: &str, method, standing| EnteredPayment {
        id: PaymentId::manual(&[key]),
        standing,
        amount: 100,
        on: Some(at(1)),
        manual: Manual { method, reference: Some("web-1001".into()), payer: Some(payer.clone()) },
    };
    [
        entered("transfer", PaymentMethod::BankTransfer, Standing::Received),
        entered("gift", PaymentMethod::GiftCard, Standing::Expected),
        entered("invoice", PaymentMethod::Invoice, Standing::OnAccount),
    ]
    .iter()
    .fold(state, |state, payment| state.enter_payment(payment, &stamp(2)).unwrap())
}

#[tokio::test]
async fn a_head_reads_back_with_payments_that_people_entered() {
    let state = with_manual_payments(state());
    let state = OrderState { books: state.books.clone().written(), ..state };
    reads_back([(ItemName::State, state)]).await;
}

/// The last one was given at the provider.
pub(super) fn with_evidence(mut state: OrderState) -> OrderState {
    for (n, evidence_state) in (0_u32..).zip(all_refund_states()) {
        let (payment, text) = ("stripe_pi_1".parse().unwrap(), (n > 0).then(|| "Signed for.".parse().unwrap()));
        let evidence = Evidence { payment, stage: DisputeStatus::Open, text, attempt: n, state: evidence_state };
        state.ledger.evidence.insert(format!("dp_{n}").parse().unwrap(), evidence);
    }
    let case = Case { due_by: Some(at(9_000)), answered: true, reason: Some("fraudulent".to_owned()) };
    let told = MoneyFact::Dispute { id: "dp_9".to_owned(), amount: 100, status: DisputeStatus::Open, case };
    OrderState { evidence_missed: Some(at(8_000)), ..state.record(&event("stripe_pi_1", 7, told), at(8)) }
}

#[tokio::test]
async fn a_head_reads_back_with_evidence_in_every_state() {
    reads_back([(ItemName::State, with_evidence(state()))]).await;
}

#[tokio::test]
async fn a_head_reads_back_with_a_capture_in_every_state() {
    reads_back([(ItemName::State, with_captures(state()))]).await;
}

#[tokio::test]
async fn whatever_may_owe_reads_back_with_every_duty() {
    let owed: Owed = all_duties().into();
    reads_back([(ItemName::State, OrderState { owed: owed.clone(), confirmed: true, ..state() })]).await;
    reads_back([(fulfillment_name(), Fulfillment { owed: owed.clone(), ..fulfillment("main") })]).await;
    reads_back([(return_name(), Return { owed, ..returned(ReturnStatus::Requested) })]).await;
}

fn told_to_channel(id: Option<&str>, refused: Option<&str>) -> ToldToChannel {
    let (id, refused) = (id.map(str::to_owned), refused.map(str::to_owned));
    ToldToChannel { at: at(601), tracking_number: "JD01".to_owned(), id, refused }
}

#[tokio::test]
async fn a_fulfillment_reads_back_at_every_step() {
    let parcel = |shipment, delivered_at| Parcel {
        id: PARCEL,
        contents: units(&[(0, 2)]),
        weight_g: 700,
        dimensions_mm: Some([300, 200, 100]),
        key: "8f14e45f".into(),
        shipment,
        delivered_at,
        reports: BTreeMap::new(),
        received_back: None,
        resolution: None,
        at_channel: None,
        followed: None,
    };
    let shipment = |tracking_url| Shipment {
        carrier: "DHL".into(),
        tracking_number: "JD01".into(),
        tracking_url,
        handed_over_at: at(600),
        corrected: Vec::new(),
    };
    let fresh = Fulfillment { history: Vec::new(), ..fulfillment("main") };
    let mut picked = fresh.clone();
    picked.lines[0] = PickLine { bin: Some("A-01".into()), picked: Some(0), ..picked.lines[0].clone() };
    let parcels = [
        Parcel { dimensions_mm: None, ..parcel(None, None) },
        Parcel { at_channel: Some(told_to_channel(Some("7"), None)), ..parcel(Some(shipment(None)), None) },
        Parcel { at_channel: Some(told_to_channel(None, Some("it is closed"))), ..parcel(Some(shipment(None)), None) },
        parcel(Some(shipment(None)), None),
        parcel(Some(shipment(Some("https://t.example/1".into()))), Some(at(900))),
        Parcel {
            shipment: Some(Shipment { corrected: vec![shipment(None).tracking()], ..shipment(None) }),
            reports: [(ParcelState::Lost, Report { at: at(800), reason: "at sea".into() })].into(),
            received_back: Some(ReceivedBack {
                at: at(900),
                location: "main".parse().unwrap(),
                found: [(0, vec![Inspection { quantity: 2, disposition: Disposition::Restocked, grade: None }])].into(),
            }),
            resolution: Some(Resolution {
                remedy: Remedy::Refund,
                at: at(950),
                reason: "lost".into(),
                amount: 1450,
                shipping: 490,
            }),
            ..parcel(None, None)
        },
    ];
    let parcels = parcels.map(|parcel| Fulfillment { parcels: vec![parcel], ..picked.clone() });
    let noted = Fulfillment {
        history: Event::ALL.iter().map(|event| stamp(1).entry(*event, "a note")).collect(),
        ..picked.clone()
    };
    let all = [fresh, picked, noted].into_iter().chain(parcels);
    reads_back(all.map(|value| (fulfillment_name(), value))).await;
}

fn return_name() -> ItemName {
    ItemName::Return(ReturnId::nth(1))
}

fn returned(status: ReturnStatus) -> Return {
    Return {
        requested_at: at(0),
        status,
        lines: vec![return_line(ReturnReason::Unwanted, Vec::new())],
        key: "k".into(),
        location: None,
        refund: None,
        to_approve: Some(1450),
        shipping: 490,
        deduction: Some(Deduction { amount: 100, reason: "scratched".into() }),
        credits: [("re_1".parse().unwrap(), 50)].into(),
        owed: Owed::new(),
        history: Vec::new(),
    }
}

fn return_line(reason: ReturnReason, inspected: Vec<Inspection>) -> ReturnLine {
    ReturnLine {
        line: 0,
        sku: "TEE".parse().unwrap(),
        quantity: 2,
        reason,
        received: 0,
        inspected,
        refund: None,
        made_good: 0,
    }
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
    reads_back(all.map(|value| (return_name(), value))).await;
}

#[tokio::test]
async fn an_e_mail_s_claim_reads_back_whether_held_or_given_back() {
    let name = || ItemName::Email(Box::new(fulfillment_name()), EmailKind::Shipped(PARCEL));
    let held = EmailClaim::first(at(1)).again(at(5));
    let given_back = EmailClaim { claimed_at: None, attempts: 0, ..EmailClaim::first(at(1)) };
    reads_back([(name(), held), (name(), given_back)]).await;
}

/// An order with every optional part.
pub(super) fn full() -> PlacedOrder {
    let mut full = two_lines();
    let wrap = Line { id: 2, sku: "WRAP/large 1".parse().unwrap(), stocked: false, ..full.lines[1].clone() };
    full.lines.push(wrap);
    let address = Address {
        company: Some("Ada & Co".into()),
        line2: Some("c/o".into()),
        postal_code: None,
        region: Some("Greater London".into()),
        ..full.shipping_address.clone()
    };
    full.revision = second_revision();
    full.customer.phone = Some("+44 1".into());
    full.customer.locale = Some("en-GB".into());
    full.billing_address = Some(address);
    full.discount = Some(Discount { code: Some("SUMMER".into()), amount: 100 });
    full.lines[0].discount = 50;
    full.lines[0].tax = 300;
    full.shipping.price = 490;
    full.shipping.discount = 90;
    full.shipping.tax = MAX_AMOUNT;
    full.tax_included = false;
    full.payment = "stripe_pi_1".parse().ok();
    full
}

#[tokio::test]
async fn details_read_back_bare_and_with_everything() {
    let store = TestStore::new();
    store.fill().await;
    for (n, placed) in (0..).zip([two_lines(), full()]) {
        let placement = placement(&"f".repeat(32), placed);
        let mut write = store.write(at(0));
        write.place(&order(n), &placement, OrderState { revision: placement.order.revision, ..state() });
        write.commit().await.unwrap();
        assert_eq!(store.placement(&order(n)).await.unwrap().as_ref(), Some(&placement));
        let read = store.order(&order(n)).await.unwrap().unwrap();
        assert_eq!(read.order.placed, placement.order);
        let key = ItemKey::new(&order(n), ItemName::Placed);
        let stored = store.load::<Placement>(&key).await.unwrap().unwrap();
        assert_eq!(read.stored(ItemName::Placed, placement), stored);
    }
}

#[tokio::test]
async fn one_read_tells_the_whole_story_of_an_order() {
    let store = TestStore::new();
    store.fill().await;
    let claim = ItemName::Email(Box::new(ItemName::State), EmailKind::PaymentConfirmed);
    let [first, second] = [1, 2].map(FulfillmentId::nth);
    let open = |id| (id, FulfillmentStatus::Open);
    let state = || OrderState { fulfillments: [open(first), open(second)].into(), ..state() };
    let item = |name| ItemKey::new(&order(1), name);
    let mut write = store.write(at(0));
    write.place(&order(1), &placement("f", two_lines()), state());
    write.create(item(ItemName::Fulfillment(first)), fulfillment("main"));
    write.create(item(ItemName::Fulfillment(second)), fulfillment("store"));
    write.create(item(return_name()), returned(ReturnStatus::Requested));
    write.create(item(claim.clone()), EmailClaim::first(at(0)));
    write.commit().await.unwrap();
    store.created(&state_key(2), state()).await;

    store.requests();
    let read = store.order(&order(1)).await.unwrap().unwrap();
    assert_eq!(store.requests(), ["Query"]);
    let wanted = Order {
        id: order(1),
        placed: two_lines(),
        state: state(),
        fulfillments: [(first, fulfillment("main")), (second, fulfillment("store"))].into(),
        returns: [(ReturnId::nth(1), returned(ReturnStatus::Requested))].into(),
    };
    assert_eq!(read.order, wanted);
    assert_eq!(read.email_claims.keys().collect::<Vec<_>>(), [&claim]);
    assert_eq!(read.email_claims[&claim].value, EmailClaim::first(at(0)));
    assert!(store.order(&order(2)).await.unwrap().is_none(), "a state without what was ordered is no order");
    assert!(store.order(&order(3)).await.unwrap().is_none());
}
