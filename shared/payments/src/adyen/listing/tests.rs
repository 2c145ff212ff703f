#![allow(clippy::unwrap_used)]

use super::*;
use crate::{adyen::Captures, testing};
use domain::{
    ids::PaymentId,
    statement::{Moved, moved_by},
};
use http::StatusCode;
use runtime::{Aws, Secret};
use std::collections::BTreeMap;

const REPORT: &str = include_str!("../../../../../tests/payloads/adyen-payments-accounting-report.csv");

fn window() -> Range<Timestamp> {
    "2026-11-26T00:00:00Z".parse().unwrap().."2026-11-28T00:00:00Z".parse().unwrap()
}

/// An account whose reports are these, by day; the others have no rows.
async fn account(reports: Vec<(&'static str, String)>, captures: Captures) -> Api {
    let answer = move |seen: &testing::Seen| {
        let own = reports.iter().find(|(day, _)| seen.uri.path().ends_with(&format!("{day}.csv")));
        let empty = REPORT.lines().next().unwrap().to_owned();
        (StatusCode::OK, ("content-type", "text/csv".to_owned()), own.map_or(empty, |(_, report)| report.clone()))
    };
    let (url, _) = testing::serving(answer).await;
    let (aws, secret) = (Aws::beside(""), |name| Secret::fixed(name, "key"));
    let api = Api::new(&aws, &url, secret("ADYEN_API_KEY"), "ExampleShop");
    api.with_reports(&aws, &url, secret("ADYEN_REPORT_KEY"), captures)
}

/// All pages, and how many they are.
async fn read_all(api: &Api) -> (Vec<Listed>, Vec<ReportedEvent>, usize) {
    let (mut cursor, mut entries, mut told, mut pages) = (None, Vec::new(), Vec::new(), 0);
    loop {
        let page = api.listed(&window(), cursor.as_deref()).await.unwrap();
        entries.extend(page.entries);
        told.extend(page.told);
        pages += 1;
        match page.next {
            Some(next) => cursor = Some(next),
            None => return (entries, told, pages),
        }
    }
}

fn said(entries: &[Listed]) -> Vec<(&str, &str, MovementKind, i64)> {
    entries.iter().map(|of| (of.about.as_str(), of.id.as_str(), of.entry.kind, of.entry.amount)).collect()
}

#[tokio::test]
async fn what_adyen_captures_by_itself_is_captured_with_its_authorization_and_once() {
    use MovementKind::{Captured, Disputed, Fee, Refunded};
    let adyen = account(vec![("2026_11_27", REPORT.to_owned())], Captures::automatic()).await;
    let (entries, told, pages) = read_all(&adyen).await;
    let expected = [
        ("PAYMENT000000001", "PAYMENT000000001", Captured, 1040),
        ("PAYMENT000000001", "PAYMENT000000001", Captured, 1040),
        ("PAYMENT000000001", "REFUND0000000001", Refunded, -400),
        ("PAYMENT000000002", "DISPUTE000000001", Disputed, -2000),
        ("PAYMENT000000003", "DISPUTE000000002", Disputed, 0),
        ("PAYMENT000000001", "CAPTURE000000001-Settled-1795785054", Fee, -38),
        ("PAYMENT000000002", "DISPUTE000000001-Chargeback-1795802675", Fee, -1086),
        ("PAYMENT000000003", "DISPUTE000000002-ChargebackReversed-1795806000", Fee, -11),
    ];
    assert_eq!((said(&entries), pages), (expected.to_vec(), 3), "three reports tell of two days");
    let payment: PaymentId = "adyen_PAYMENT000000001".parse().unwrap();
    let moved = moved_by(told.iter().map(|told| &told.event), &payment);
    assert_eq!(moved, Moved::from([(Captured, 1040), (Refunded, -400)]));
    let refund = told.iter().find(|told| matches!(told.event.fact, MoneyFact::Refund { .. })).unwrap();
    let MoneyFact::Refund { ours, .. } = &refund.event.fact else { panic!("{refund:?}") };
    assert_eq!((ours.is_some(), refund.event.event.as_str()), (true, "REFUND-REFUND0000000001"), "as its webhook says");
}

#[tokio::test]
async fn what_is_captured_when_it_is_asked_for_has_its_own_reference() {
    let adyen = account(vec![("2026_11_27", REPORT.to_owned())], Captures::manual()).await;
    let (entries, ..) = read_all(&adyen).await;
    assert_eq!(said(&entries)[0], ("PAYMENT000000001", "CAPTURE000000001", MovementKind::Captured, 1040));
    assert_eq!(entries.len(), 4 + 3, "with fees");
}

#[tokio::test]
async fn what_fails_later_takes_back_what_was_listed() {
    let later = REPORT.replace("SentForSettle", "CaptureFailed").replace("SentForRefund", "RefundFailed");
    let later = later.replace("ChargebackReversed", "SecondChargeback").replace(",Chargeback,", ",ChargebackReversed,");
    let reports = vec![("2026_11_27", REPORT.to_owned()), ("2026_11_28", later)];
    let (entries, ..) = read_all(&account(reports, Captures::manual()).await).await;
    // A statement knows an entry by its id: the last word counts.
    let moved = entries.iter().filter(|of| of.entry.kind != MovementKind::Fee);
    let last: BTreeMap<&str, i64> = moved.map(|of| (of.id.as_str(), of.entry.amount)).collect();
    let expected =
        [("CAPTURE000000001", 0), ("DISPUTE000000001", 0), ("DISPUTE000000002", -5200), ("REFUND0000000001", 0)];
    assert_eq!(last, BTreeMap::from(expected));
}

#[tokio::test]
async fn a_long_report_is_told_page_by_page() {
    let mut lines = REPORT.lines();
    let (names, row) = (lines.next().unwrap(), lines.find(|line| line.contains("SentForRefund")).unwrap());
    let rows = (0..ITEMS - 1).map(|n| row.replace("REFUND0000000001", &format!("REFUND{n:010}")));
    let settled = REPORT.lines().find(|line| line.contains(",Settled,")).unwrap();
    let fees = (0..ITEMS).map(|n| settled.replace("CAPTURE000000001", &format!("CAPTURE{n:09}")));
    let report = [names.to_owned()].into_iter().chain(fees).chain(rows).collect::<Vec<_>>().join("\n");
    let adyen = account(vec![("2026_11_26", report)], Captures::automatic()).await;
    let (entries, _, pages) = read_all(&adyen).await;
    let ids: std::collections::BTreeSet<&str> = entries.iter().map(|of| of.id.as_str()).collect();
    assert_eq!((ids.len(), entries.len(), pages), (2 * ITEMS - 1, 2 * ITEMS - 1, 4));
    assert!(adyen.listed(&window(), Some("no cursor")).await.is_err());
}

#[tokio::test]
async fn without_reports_nothing_is_listed() {
    let adyen = Api::new(&Aws::beside(""), "http://127.0.0.1:1", Secret::fixed("ADYEN_API_KEY", "key"), "ExampleShop");
    assert!(adyen.lists().is_empty());
    assert_eq!(adyen.listed(&window(), None).await.unwrap(), Page::default());
}
