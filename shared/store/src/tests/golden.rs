//! The exact form of what is stored and sent: each version must read what a version running beside it wrote.
//!
//! Each item is compared with a file, attribute by attribute with its type, and each message with its body on a queue.
//! `INSTA_UPDATE=always` rewrites the files. Look at what has changed, and whether old items can still be read.

use super::{
    round_trips::{
        all_duties, all_facts, all_holdings, all_refund_states, eur, event, full, with_captures, with_evidence,
        with_manual_payments,
    },
    *,
};
use attributes::key_item;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    arrival::{DayRange, Schedule, ScheduleSettings},
    attention::{AttentionReason, Census, WaitingFor},
    batch::{Batch, Candidate, First, Wanted},
    books::{MovementKind, day_of},
    comparison::{Comparison, Step},
    digest::{Digest, DigestPace},
    duty::{Consumer, Duty, EmailKind, OwedDuty, Subject},
    email_claim::EmailClaim,
    fixtures::{
        cancelled, completed, deducted, dispatched, dispute, leaving, packing, paid, picked, wanted, with_state,
    },
    fulfillment::{HandOver, Packing, Scan},
    history::{Actor, Stamp},
    ids::{Barcode, BatchId, ParcelId, PaymentId},
    invoice::{Series, SeriesId},
    ledger::{DisputeStatus, MoneyFact, Refund},
    mail_report::{MailReport, Told},
    order_state::HoldReason,
    payment_record::{Named, PaymentRecord},
    policy::Invoicing,
    product_code::{CodeOwner, ProductCode},
    returns::{Disposition, Grade, Inspection, RefundWish},
    session::Session,
    settings::{ApiKey, Channel, ChannelKind, Closure, Connection, EmailsBy, Product, RefundsBy, Role, Seller},
    shop_watch::ShopWatch,
    statement::{self, Fee, Moved, Parts, Statement},
    stock::{Count, CountOf, Movement, MovementRecord},
    stock_sync::{CheckReason, FirstNumbers, Seen, SkuSync, StockCheck, StockSync},
    unread::UnreadWebhook,
};
use std::collections::{BTreeMap, BTreeSet};

/// The golden files: each belongs to a test here.
const FILES: [&str; 42] = [
    "api_key",
    "batch",
    "books_row",
    "channel",
    "code_owner",
    "code_owner_none",
    "comparison",
    "digest",
    "email_claim",
    "email_claim_bounced",
    "fulfillment_handed_over",
    "fulfillment_on_batch",
    "fulfillment_open",
    "fulfillment_scanned",
    "fulfillment_to_put_back",
    "invoice",
    "location",
    "messages",
    "movement",
    "movement_key",
    "payment_assigned",
    "payment_claimed",
    "payment_matched",
    "payment_unmatched",
    "placed",
    "product",
    "return_inspected",
    "return_requested",
    "seller",
    "shop_watch",
    "series",
    "state_cancelled_with_refunds",
    "state_open_with_holds",
    "state_pending",
    "state_unsettled",
    "state_with_captures",
    "state_with_evidence",
    "state_with_every_fact_about_money",
    "state_with_manual_payments",
    "statement",
    "stock_level",
    "webhook_unread",
];

fn assert_golden(name: &str, text: &str) {
    assert!(FILES.contains(&name), "name it in FILES");
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(name, text) });
}

fn assert_item(name: &str, item: &Item) {
    assert_golden(name, &attributes(item).join("\n"));
}

/// One line per attribute, however deep: its path, its type, its value.
fn attributes(item: &Item) -> Vec<String> {
    let sorted: BTreeMap<_, _> = item.iter().collect();
    sorted.into_iter().flat_map(|(name, value)| leaves(name, value)).collect()
}

fn leaves(path: &str, value: &AttributeValue) -> Vec<String> {
    match value {
        AttributeValue::S(text) => vec![format!("{path}: S {text:?}")],
        AttributeValue::N(digits) => vec![format!("{path}: N {digits}")],
        AttributeValue::Bool(value) => vec![format!("{path}: BOOL {value}")],
        AttributeValue::Null(_) => vec![format!("{path}: NULL")],
        AttributeValue::M(map) if map.is_empty() => vec![format!("{path}: M, empty")],
        AttributeValue::L(list) if list.is_empty() => vec![format!("{path}: L, empty")],
        AttributeValue::M(map) => {
            let sorted: BTreeMap<_, _> = map.iter().collect();
            sorted.into_iter().flat_map(|(name, value)| leaves(&format!("{path}.{name}"), value)).collect()
        }
        AttributeValue::L(list) => {
            (0..).zip(list).flat_map(|(n, value): (u32, _)| leaves(&format!("{path}[{n}]"), value)).collect()
        }
        other => panic!("the store writes no {other:?}"),
    }
}

/// Compares the item of a record that has just been created.
async fn assert_record<T: Record>(name: &str, key: T::Key, value: T) {
    let store = TestStore::new();
    store.created(&key, value).await;
    assert_item(name, &store.raw::<T>(&key).await);
}

fn item_of(order: &Order, name: ItemName) -> ItemKey {
    ItemKey::new(&order.id, name)
}

#[test]
fn every_golden_file_belongs_to_a_test() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/tests/snapshots");
    let names = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let found: BTreeSet<String> = names.collect();
    assert_eq!(found, FILES.map(|name| format!("store__tests__golden__{name}.snap")).into());
}

#[tokio::test]
async fn a_webhook_that_was_not_understood() {
    let provider = "stripe".parse().unwrap();
    let kept = UnreadWebhook::new(provider, br#"{"type":"new"}"#, "the event's id is missing".into(), at(1));
    assert_record("webhook_unread", kept.id(), kept).await;
}

#[tokio::test]
async fn what_a_provider_s_list_says_of_a_payment() {
    let entry = |kind, amount, fee: Option<i64>| statement::Entry {
        at: at(1),
        kind,
        amount,
        currency: eur(),
        fee: fee.map(|amount| Fee { amount, currency: eur() }),
    };
    let payment = "stripe_po_1".parse().unwrap();
    let booked = BTreeSet::from([MovementKind::Disputed]);
    let listed = Statement::default()
        .list(&payment, "txn_1", entry(MovementKind::Captured, 5100, Some(101)), at(2))
        .list(&payment, "txn_2", entry(MovementKind::Payout, -4999, None), at(2))
        .made_of(Parts { count: 1, net: 4999 })
        .compare(
            &Moved::from([(MovementKind::Captured, 5000)]),
            &Moved::new(),
            &booked,
            &BTreeSet::new(),
            Some(eur()),
            at(2),
        )
        .settle("a gift card", &Stamp::new(Actor::caller("operator", "anna"), at(3)))
        .list(&payment, "txn_3", entry(MovementKind::Refunded, -100, None), at(4))
        .compare(&Moved::new(), &Moved::new(), &booked, &BTreeSet::new(), Some(eur()), at(4));
    let statement = Statement {
        order: Some(pending().id),
        folded: Moved::from([(MovementKind::Refunded, -7)]),
        books: listed.books.clone().written(),
        ..listed
    };
    assert_record("statement", payment, statement).await;
}

#[tokio::test]
async fn how_far_the_books_are_compared() {
    let parts = BTreeMap::from([("po_1".to_owned(), Parts { count: 2, net: 9_850 })]);
    let begun = Comparison { done: Some("1970-01-01".parse().unwrap()), ..Comparison::default() };
    let begun = begun.begin(at(3 * 86_400)).go_on(Some(Step::List(Some("txn_1".to_owned()))), parts, at(3 * 86_400));
    assert_record("comparison", "stripe".parse().unwrap(), begun).await;
}

#[tokio::test]
async fn a_row_of_the_books() {
    let store = TestStore::new();
    let read = store.created(&item_of(&pending(), ItemName::State), state()).await;
    let paid = read.value.clone().record(&event("stripe_pi_1", 2, MoneyFact::Captured(5100)), at(2));
    store.replaced(&read, paid, at(2)).await;
    let (rows, _) = store.booked(day_of(at(2)), None, 1).await.unwrap();
    let key =
        |shard: u8| key_item([("day", format!("{}#{shard}", day_of(at(2)))), ("place", rows[0].place().to_string())]);
    for shard in 0..4 {
        let get = store.client.get_item().table_name("BooksTable").set_key(Some(key(shard)));
        if let Some(item) = get.send().await.unwrap().item {
            return assert_item("books_row", &item);
        }
    }
    panic!("the row is in none of the shards");
}

#[tokio::test]
async fn what_was_placed() {
    let key = item_of(&pending(), ItemName::Placed);
    assert_record("placed", key, placement("5f3a9c", full())).await;
}

#[tokio::test]
async fn the_state_of_a_pending_order() {
    assert_record("state_pending", item_of(&pending(), ItemName::State), state()).await;
}

#[tokio::test]
async fn the_state_of_an_order_that_has_still_to_move_stock() {
    let order = dispatched();
    let short = order.clone().confirm_picks(FULFILLMENT, &[(0, 1), (1, 1)].into(), &stamp(5)).unwrap();
    let mut state = short.order.state.clone();
    state.decide(&short.stock(&order), &short.corrections, &short.to_recount, 0);
    assert_record("state_unsettled", item_of(&order, ItemName::State), state).await;
}

#[tokio::test]
async fn the_state_of_an_open_order_with_holds_and_every_holding_of_stock() {
    let order = dispatched();
    let state = order.state.clone().record(&dispute(DisputeStatus::Open), at(5));
    let state = state.hold(HoldReason::IncorrectAddress, "no such street", &stamp(6)).unwrap();
    let stock = (0..).zip(all_holdings()).map(|(line, held)| allocation(line, "TEE", 2, held)).collect();
    let state = OrderState { revision: second_revision(), stock, ..state };
    assert_record("state_open_with_holds", item_of(&order, ItemName::State), state).await;
}

#[tokio::test]
async fn the_state_of_a_cancelled_order_with_a_refund_in_every_state() {
    let order = cancelled();
    let mut state = order.state.clone();
    for (n, refund_state) in (1..).zip(all_refund_states()) {
        let payment = "stripe_pi_1".parse().unwrap();
        let refund = Refund { payment, amount: 100, attempt: n, came_back: 0, state: refund_state };
        state.ledger.refunds.insert(format!("return-0{n}").parse().unwrap(), refund);
    }
    assert_record("state_cancelled_with_refunds", item_of(&order, ItemName::State), state).await;
}

#[tokio::test]
async fn the_state_of_an_order_with_a_capture_in_every_state() {
    assert_record("state_with_captures", item_of(&pending(), ItemName::State), with_captures(state())).await;
}

#[tokio::test]
async fn the_state_of_an_order_with_payments_that_people_entered() {
    let state = with_manual_payments(state());
    assert_record("state_with_manual_payments", item_of(&pending(), ItemName::State), state).await;
}

#[tokio::test]
async fn the_state_of_an_order_with_evidence_in_every_state() {
    assert_record("state_with_evidence", item_of(&pending(), ItemName::State), with_evidence(state())).await;
}

#[tokio::test]
async fn the_state_of_an_order_with_every_fact_about_money() {
    let facts = (1..).zip(all_facts());
    let state = facts.fold(state(), |state, (n, fact)| state.record(&event("stripe_pi_1", n, fact), at(n)));
    assert_record("state_with_every_fact_about_money", item_of(&pending(), ItemName::State), state).await;
}

#[tokio::test]
async fn an_open_fulfillment_of_which_the_warehouse_is_to_be_told() {
    let bins = [(fixtures::main(), "A-01".into())].into();
    let tee = Product {
        sku: "TEE".parse().unwrap(),
        title: "T-shirt, navy, M".into(),
        weight_g: None,
        bins,
        codes: Vec::new(),
        discontinued: false,
        changed: None,
    };
    let mut wrapped = deducted();
    wrapped.placed = full();
    let order = wrapped.dispatch(&[(tee.sku.clone(), tee)].into(), &[fixtures::main()].into(), at(4));
    let key = item_of(&order, ItemName::Fulfillment(FULFILLMENT));
    assert_record("fulfillment_open", key, order.fulfillments[&FULFILLMENT].clone()).await;
}

#[tokio::test]
async fn a_batch_that_somebody_picks_and_a_fulfillment_on_it() {
    let order = dispatched();
    let id = BatchId::derive(&fixtures::main(), "key-1");
    let wanted = Wanted { totes: vec!["CART-1-A".into()], orders: Some(1), first: First::SingleLine };
    let candidate = Candidate { order: order.id.clone(), fulfillment: FULFILLMENT, lines: 2 };
    let totes = wanted.choose(vec![candidate]);
    let batch = Batch::new(fixtures::main(), wanted, totes, &stamp(5)).claim(&stamp(6)).unwrap();
    assert_record("batch", id.clone(), batch).await;
    let fulfillment = order.fulfillments[&FULFILLMENT].clone().on_batch(&id);
    assert_record("fulfillment_on_batch", item_of(&order, ItemName::Fulfillment(FULFILLMENT)), fulfillment).await;
    let scan = Scan { sku: "TEE".parse().unwrap(), units: 1, bin: None, key: "scan-1".into() };
    let (scanned, _) = order.scan(FULFILLMENT, &scan, &stamp(7)).unwrap();
    let item = |order: &Order| item_of(order, ItemName::Fulfillment(FULFILLMENT));
    assert_record("fulfillment_scanned", item(&scanned), scanned.fulfillments[&FULFILLMENT].clone()).await;
    let cancelled = scanned.cancel("a mistake", &stamp(8)).unwrap();
    assert_record("fulfillment_to_put_back", item(&cancelled), cancelled.fulfillments[&FULFILLMENT].clone()).await;
}

#[tokio::test]
async fn a_fulfillment_with_a_parcel_on_its_way_and_one_that_has_arrived() {
    let second = ParcelId::nth(2);
    let with_size = Packing { dimensions_mm: Some([300, 200, 100]), ..packing(&[(0, 2)], "key-1") };
    let order = picked().pack(FULFILLMENT, &with_size, &stamp(6)).unwrap();
    let order = order.pack(FULFILLMENT, &packing(&[(1, 1)], "key-2"), &stamp(7)).unwrap();
    let tracking_url = Some("https://track.example/JD-P1".into());
    let both = [HandOver { tracking_url, ..leaving(PARCEL) }, leaving(second)];
    let order = order.hand_over(FULFILLMENT, &both, &stamp(8)).unwrap().order;
    let order = order.deliver(FULFILLMENT, PARCEL, &stamp(9)).unwrap();
    let key = item_of(&order, ItemName::Fulfillment(FULFILLMENT));
    assert_record("fulfillment_handed_over", key, order.fulfillments[&FULFILLMENT].clone()).await;
}

#[tokio::test]
async fn a_return_that_is_asked_for_and_one_that_is_inspected() {
    let (id, order) = completed().request_return(&wanted(&[(0, 2), (1, 1)]), "key-1", &stamp(10)).unwrap();
    let key = item_of(&order, ItemName::Return(id));
    assert_record("return_requested", key.clone(), order.returns[&id].clone()).await;

    let order = order.change_return(id, |returned| returned.approve(&stamp(11))).unwrap();
    let received = |returned: Return| returned.receive(&[(0, 2)].into(), &fixtures::main(), &stamp(12));
    let order = order.change_return(id, received).unwrap();
    let units = |disposition, grade| Inspection { quantity: 1, disposition, grade };
    let shirts = vec![units(Disposition::Restocked, Some(Grade::A)), units(Disposition::ProcessingRequired, None)];
    let found = [(0, shirts), (1, vec![units(Disposition::Missing, None)])].into();
    let order = order.inspect_return(id, &found, &RefundWish::default(), &stamp(13)).unwrap().order;
    assert_record("return_inspected", key, order.returns[&id].clone()).await;
}

#[tokio::test]
async fn the_claim_of_an_e_mail() {
    let owing = Box::new(ItemName::Fulfillment(FULFILLMENT));
    let key = item_of(&pending(), ItemName::Email(owing, EmailKind::Shipped(PARCEL)));
    assert_record("email_claim", key.clone(), EmailClaim::first(at(5)).again(at(70))).await;
    let told = |report, attempt, second| Told { report, attempt, at: at(second), reason: "General".to_owned() };
    let first = EmailClaim::first(at(5)).report(&told(MailReport::Bounced, 1, 6)).sent_again(&stamp(7));
    let second =
        first.again(at(70)).report(&told(MailReport::Delivered, 2, 71)).report(&told(MailReport::Bounced, 2, 72));
    assert_record("email_claim_bounced", key, second).await;
}

#[tokio::test]
async fn what_the_merchant_is_told() {
    let failed = WaitingFor::Hold(HoldReason::RefundFailed);
    let census = Census::of([(failed, "ord_1".to_owned(), at(3)), (failed, "ord_2".to_owned(), at(5))]);
    let told = Digest::default().look(&census, DigestPace::AtOnce, at(6)).sent(at(7));
    let mail = WaitingFor::Other(AttentionReason::MailNotDelivered);
    let new = Census::of([(failed, "ord_1".to_owned(), at(3)), (mail, "ord_3".to_owned(), at(4_000))]);
    let owed = told.look(&new, DigestPace::AtOnce, at(5_000)).claim(at(5_001)).unwrap();
    assert_record("digest", DigestKey, owed).await;
}

#[tokio::test]
async fn a_payment_whose_order_is_not_there_yet_and_one_whose_order_is() {
    let key: PaymentId = "stripe_pi_1".parse().unwrap();
    let keep = |record: PaymentRecord, (n, fact)| record.keep(&event("stripe_pi_1", n, fact), &order(1).into(), at(20));
    let facts = (1..).zip(all_facts());
    assert_record("payment_unmatched", key.clone(), facts.fold(PaymentRecord::default(), keep)).await;
    assert_record("payment_matched", key.clone(), PaymentRecord::default().taken(order(1))).await;
    assert_record("payment_claimed", key.clone(), PaymentRecord::default().claimed(order(1))).await;
    let named = Named { order: None, channel: "web".parse().ok() };
    let lost = PaymentRecord::default().keep(&event("stripe_pi_1", 1, MoneyFact::Captured(5)), &named, at(20));
    assert_record("payment_assigned", key, lost.assign(order(1), &stamp(21))).await;
}

#[tokio::test]
async fn a_location() {
    let settings = ScheduleSettings {
        time_zone: "America/New_York".into(),
        holidays: ["2026-12-25".parse().unwrap()].into(),
        transit_days: DayRange { min: 2, max: 4 },
        ..ScheduleSettings::default()
    };
    let location = Location {
        schedule: Schedule::try_from(settings).unwrap(),
        webhook_url: Some("https://wms.example/hook".into()),
        closed: Some(Closure { since: at(2), by: "operator:ada".into(), reason: "burst pipe".into() }),
        changed: Some((&stamp(3)).into()),
        ..super::settings::location("east")
    };
    assert_record("location", location.id.clone(), location).await;
}

fn stock_sync() -> StockSync {
    let differs = SkuSync { share: Some(50), buffer: Some(0), cap: Some(3) };
    StockSync {
        first: FirstNumbers::Shop,
        count_at: "main".parse().ok(),
        buffer: 2,
        cap: Some(40),
        locations: ["main".parse().unwrap()].into(),
        skus: [("TEE".parse().unwrap(), differs)].into(),
        ..StockSync::of_everything(at(4))
    }
}

#[tokio::test]
async fn a_channel() {
    let channel = Channel {
        id: "web".parse().unwrap(),
        name: "Web shop".into(),
        seller: "acme".parse().ok(),
        connection: Some(Connection {
            kind: ChannelKind::WooCommerce,
            url: "https://shop.example".into(),
            since: at(2),
            emails: EmailsBy::Shop,
            refunds: RefundsBy::Shop,
            stock: Some(stock_sync()),
        }),
        changed: Some((&stamp(3)).into()),
    };
    assert_record("channel", channel.id.clone(), channel).await;
}

#[tokio::test]
async fn a_shop_watch() {
    let watch = ShopWatch::new("web".parse().unwrap(), at(2));
    let watch = watch.taken_over(Some(at(40)), at(60)).asked(Some("no answer in 10 s".to_owned()), at(60));
    let seen = Seen { listings: 9, matched: 5, unmatched: 3, not_counted: 1, mended: 2, refused: 0 };
    let check = StockCheck::begin(["main".parse().unwrap()].into(), CheckReason::Regular, at(70));
    let stock = Some(check.after(seen, Some("2".to_owned()), at(80)));
    assert_record("shop_watch", watch.channel.clone(), ShopWatch { webhooks_at: Some(at(3)), stock, ..watch }).await;
}

#[tokio::test]
async fn a_seller() {
    let seller = Seller {
        registration: Some("Amtsgericht Köln, HRB 1234".into()),
        prefix: "RE-".parse().ok(),
        changed: Some((&stamp(3)).into()),
        ..fixtures::seller()
    };
    assert_record("seller", seller.id.clone(), seller).await;
}

#[tokio::test]
async fn an_invoice_and_the_count_of_its_year() {
    let order = with_state(paid(), |mut state| {
        state.policy.invoicing = Invoicing::AtPayment;
        state
    });
    let id: SeriesId = "acme#2026".parse().unwrap();
    let series = Series { last: 7, last_on: jiff::civil::date(2026, 11, 30) };
    let (key, invoice) = order.next_invoice(&[], &fixtures::seller(), (&id, &series), at(9)).unwrap().unwrap();
    assert_record("invoice", key, invoice).await;
    assert_record("series", id, series).await;
}

#[tokio::test]
async fn an_api_key() {
    let key = ApiKey {
        id: ApiKey::id_of("ok_test"),
        channel: "web".parse().ok(),
        locations: ["main".parse().unwrap()].into(),
        refund_limit: "EUR:5000,JPY:300".parse().unwrap(),
        expires_at: Some(at(99)),
        last_used_on: "2026-11-28".parse().ok(),
        revoked_at: Some(at(9)),
        sessions: vec![Session { id: ApiKey::id_of("os_test"), opened_at: at(5), expires_at: at(50) }],
        changed: Some((&stamp(9)).into()),
        ..ApiKey::new(String::new(), "web shop".into(), Role::Storefront, at(0))
    };
    assert_record("api_key", key.id.clone(), key).await;
}

#[tokio::test]
async fn a_product() {
    let bins = [("main".parse().unwrap(), "A-01".into()), ("store".parse().unwrap(), "7".into())].into();
    let product = Product {
        sku: "MUG".parse().unwrap(),
        title: "Stoneware mug".into(),
        weight_g: Some(350),
        bins,
        codes: vec![
            ProductCode { code: "4006381333931".parse().unwrap(), units: 1 },
            ProductCode { code: "MUG-BOX".parse().unwrap(), units: 12 },
        ],
        discontinued: true,
        changed: Some((&stamp(3)).into()),
    };
    assert_record("product", product.sku.clone(), product).await;
}

#[tokio::test]
async fn whose_a_barcode_is() {
    let code: Barcode = "4006381333931".parse().unwrap();
    let owner = CodeOwner::NOBODY.taken_by(&"MUG".parse().unwrap(), &code).unwrap();
    assert_record("code_owner", code.key(), owner).await;
    let upc: Barcode = "036000291452".parse().unwrap();
    assert_record("code_owner_none", upc.key(), CodeOwner::NOBODY).await;
}

fn every_term() -> Terms {
    let seen = Some(true);
    Terms { backorder: seen, to_recount: seen, attention: seen, ..Terms::default() }
}

fn every_bucket() -> StockDelta {
    StockDelta {
        on_hand: 50,
        reserved: 2,
        committed: 3,
        backordered: 4,
        waiting: 9,
        damaged: 5,
        quality_control: 6,
        safety: 7,
        incoming: 8,
    }
}

#[tokio::test]
async fn a_level_of_stock() {
    let store = TestStore::new();
    let mut write = store.write(at(0));
    write.stock_on_terms(&place("TEE", "main"), every_bucket(), every_term());
    write.commit().await.unwrap();
    let key = key_item([("sku", "TEE".to_owned()), ("item", "location#main".to_owned())]);
    assert_item("stock_level", &store.raw_item("StockTable", key).await);
}

#[tokio::test]
async fn a_movement_and_the_key_that_lets_it_happen_once() {
    let store = TestStore::new();
    let movement = Movement {
        at: at(5),
        by: stamp(5).by.to_string(),
        location: "main".parse().unwrap(),
        reason: "counted".into(),
        change: every_bucket(),
    };
    let counted = Some(Count { on_hand: 50, of: CountOf::Everything, safety: Some(7) });
    let record = MovementRecord { id: "key-1".into(), movement, counted };
    let mut write = store.write(at(5));
    write.movement(&"TEE".parse().unwrap(), &record);
    write.commit().await.unwrap();
    for (file, item) in [("movement", "movement#01764000005000#key-1"), ("movement_key", "movement-key#key-1")] {
        let key = key_item([("sku", "TEE".to_owned()), ("item", item.to_owned())]);
        assert_item(file, &store.raw_item("StockTable", key).await);
    }
}

/// What can owe this duty.
fn owed_by(duty: &Duty) -> Subject {
    let item = match duty {
        Duty::Digest => return Subject::Digest,
        Duty::Comparison => return Subject::Provider("stripe".parse().unwrap()),
        Duty::ChannelCatchUp | Duty::ChannelStockCheck => return Subject::Channel("web".parse().unwrap()),
        Duty::ChannelStock | Duty::ChannelRestock => {
            return Subject::Listing("web".parse().unwrap(), "TEE".parse().unwrap());
        }
        Duty::ChannelOrder => return Subject::ChannelOrder("web".parse().unwrap(), "41".into()),
        Duty::StockDeduction
        | Duty::StockSettlement
        | Duty::FulfillmentDispatch
        | Duty::Refund
        | Duty::Capture
        | Duty::Evidence
        | Duty::PaymentCheck
        | Duty::Invoice
        | Duty::ChannelDecision
        | Duty::Email(
            EmailKind::PaymentConfirmed
            | EmailKind::OrderEdited(_)
            | EmailKind::OrderCancelled
            | EmailKind::RestCancelled
            | EmailKind::RefundSent(_),
        ) => ItemName::State,
        Duty::WarehouseNotice
        | Duty::Tracking
        | Duty::Label
        | Duty::ChannelShipment
        | Duty::Email(
            EmailKind::Shipped(_)
            | EmailKind::Delivered(_)
            | EmailKind::ParcelTrouble(..)
            | EmailKind::TrackingCorrected(..),
        ) => ItemName::Fulfillment(FULFILLMENT),
        Duty::Email(EmailKind::ReturnReceived) => ItemName::Return(ReturnId::nth(1)),
    };
    item_of(&pending(), item).subject()
}

#[tokio::test]
async fn the_message_of_each_duty() {
    let store = TestStore::new();
    for duty in all_duties() {
        let subject = owed_by(&duty);
        assert_eq!(store.remind(&[OwedDuty { subject, duty }]).await, 1);
    }
    let line = |(consumer, body): (Consumer, String)| format!("{}: {body}", consumer.variable());
    let lines: Vec<String> = store.messages().into_iter().map(line).collect();
    assert_golden("messages", &lines.join("\n"));
}

#[test]
fn a_message_carries_the_trace_that_it_became_owed_in() {
    let owing = OwedDuty { subject: ItemKey::state(&pending().id).subject(), duty: Duty::Refund };
    let mut message = Message::new(&owing);
    message.trace = Some("Root=1-67891233-abcdef012345678912345678".into());
    let body = serde_json::to_string(&message).unwrap();
    let known =
        r#"{"v":1,"subject":"order/ord_1/state","duty":"refund","trace":"Root=1-67891233-abcdef012345678912345678"}"#;
    assert_eq!(body, known);
    assert_eq!(serde_json::from_str::<Message>(known).unwrap(), message);
}

#[test]
fn a_message_of_another_version_is_refused() {
    let body = |v: u8| format!(r#"{{"v":{v},"subject":"order/ord_1/state","duty":"refund"}}"#);
    assert!(serde_json::from_str::<Message>(&body(1)).is_ok());
    assert!(serde_json::from_str::<Message>(&body(2)).is_err());
}
