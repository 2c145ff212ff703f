#![allow(clippy::unwrap_used)]

use super::*;

/// Adyen's own columns and those that merchants added, as reports of the tests of a merchant's importer have them
/// (wikimedia/wikimedia-fundraising-SmashPig), with invented payments.
const REPORT: &str = include_str!("../../../../../tests/payloads/adyen-payments-accounting-report.csv");
const ACCOUNT: &str = "ExampleShop";

fn said(item: &Value) -> (&str, &str, &str, i64, &str) {
    let text = |name: &str| item[name].as_str().unwrap();
    let amount = &item["amount"];
    let (value, currency) = (amount["value"].as_i64().unwrap(), amount["currency"].as_str().unwrap());
    (text("eventCode"), text("pspReference"), text("originalReference"), value, currency)
}

#[test]
fn a_row_is_the_item_of_the_webhook_that_tells_the_same() {
    let items = items(REPORT, ACCOUNT).unwrap();
    let expected = [
        ("AUTHORISATION", "PAYMENT000000001", "PAYMENT000000001", 1040, "USD"),
        ("CAPTURE", "CAPTURE000000001", "PAYMENT000000001", 1040, "USD"),
        ("REFUND", "REFUND0000000001", "PAYMENT000000001", 400, "USD"),
        ("CHARGEBACK", "DISPUTE000000001", "PAYMENT000000002", 2000, "JPY"),
        ("CHARGEBACK_REVERSED", "DISPUTE000000002", "PAYMENT000000003", 5200, "USD"),
    ];
    assert_eq!(
        items.iter().map(said).collect::<Vec<_>>(),
        expected,
        "another account's and other records are left out"
    );
    let text = |n: usize, name: &str| items[n][name].as_str().unwrap().to_owned();
    assert_eq!(text(0, "eventDate"), "2026-11-27T11:11:33Z");
    assert_eq!(text(1, "merchantReference"), "web/1001", "what Adyen did by itself has the payment's reference");
    assert_eq!(text(2, "merchantReference"), "ord_7pn7eajnquvjilq3ggx3th55aq/return-01/1");
    assert_eq!((text(0, "paymentMethod"), text(0, "success")), ("mc".to_owned(), "true".to_owned()));
}

/// What a report says as items of webhooks.
fn items(report: &str, account: &str) -> Result<Vec<Value>, Error> {
    read(report, account).map(|accounted| accounted.items)
}

/// What a report says was kept: of which payment, for what, how much, and in which currency.
fn fees(report: &str) -> Vec<(String, String, i64, String)> {
    let fees = read(report, ACCOUNT).unwrap().fees.into_values();
    let told = fees.map(|of| (of.about.into(), of.id.into(), of.entry.amount, of.entry.currency.to_string()));
    told.collect()
}

#[test]
fn what_adyen_keeps_is_a_fee_of_the_payment_and_counts_when_it_is_settled() {
    let fee = |payment: &str, id: &str, amount| (payment.to_owned(), id.to_owned(), amount, "USD".to_owned());
    let expected = [
        fee("PAYMENT000000001", "CAPTURE000000001-Settled-1795785054", -38),
        fee("PAYMENT000000002", "DISPUTE000000001-Chargeback-1795802675", -1086),
        fee("PAYMENT000000003", "DISPUTE000000002-ChargebackReversed-1795806000", -11),
    ];
    assert_eq!(fees(REPORT), expected, "what is sent for settlement only forecasts it");
}

#[test]
fn fees_are_added_up_before_they_are_rounded_and_may_be_given_back() {
    let row = |record: &str, fees: &str| {
        format!("{fees},EUR,,0,0,EUR,,OPERATION1,{record},UTC,2026-11-27 10:00:00,visa,web/1,PAYMENT1,{ACCOUNT}")
    };
    let names = COLUMNS.iter().rev().copied().collect::<Vec<_>>().join(",");
    let report = |rows: &[String]| [std::slice::from_ref(&names), rows].concat().join("\n");
    let told =
        |record, of| fees(&report(&[row(record, of)])).into_iter().map(|(_, _, amount, _)| amount).collect::<Vec<_>>();
    assert_eq!(told("Settled", "0.0149,0.0149,,0.1"), [-13]);
    assert_eq!(told("SettledReversed", "-0.20,,,"), [20]);
    assert_eq!(told("Settled", "0.001,,,0.0"), [0; 0], "less than a cent");
    assert_eq!(told("SentForSettle", "0.20,,,"), [0; 0]);
    let installments = [row("SettledInInstallments", "0.20,,,"), row("SettledInInstallments", "0.10,,,")];
    let sum = fees(&report(&installments)).into_iter().map(|(_, _, amount, _)| amount).collect::<Vec<_>>();
    assert_eq!(sum, [-30], "two rows of one moment");
    let why = read(&report(&[row("Settled", "0.20,x,,")]), ACCOUNT).unwrap_err().to_string();
    assert!(why.contains("the fees in row 2"), "{why}");
}

/// A report with only the columns that are needed, in another order.
fn report(rows: &[[&str; 6]]) -> String {
    let names = COLUMNS.iter().rev().copied().collect::<Vec<_>>().join(",");
    let row = |[record, operation, currency, register, original, zone]: &[&str; 6]| {
        let registers = [register, register];
        let [authorised, captured] = registers;
        format!(
            ",,,,,{original},{captured},{authorised},{currency},,{operation},{record},{zone},2026-11-27 10:00:00,visa,web/1,PAYMENT1,{ACCOUNT}"
        )
    };
    [names].into_iter().chain(rows.iter().map(row)).collect::<Vec<_>>().join("\r\n")
}

#[test]
fn amounts_are_decimals_of_the_currency_whatever_adyen_s_units_are() {
    let table = [
        ("EUR", "-4.5", 450),
        ("JPY", "500", 500),
        ("KWD", "1.234", 1234),
        ("CLP", "500.00", 50_000),
        ("IDR", "500", 500),
    ];
    for (currency, amount, expected) in table {
        let report = report(&[["SentForSettle", "CAPTURE1", currency, amount, "", "UTC"]]);
        assert_eq!(said(&items(&report, ACCOUNT).unwrap()[0]).3, expected, "{currency}");
    }
    let given_back = report(&[["RefundedReversed", "REFUND1", "EUR", "", "7.00", "UTC"]]);
    assert_eq!(said(&items(&given_back, ACCOUNT).unwrap()[0]).3, 700, "a bank's sum is in no register");
}

#[test]
fn what_ends_by_itself_may_have_no_reference_of_its_own() {
    let report =
        report(&[["Expired", "", "EUR", "-1.00", "", "UTC"], ["Cancelled", "CANCEL1", "EUR", "-1.00", "", "UTC"]]);
    let items = items(&report, ACCOUNT).unwrap();
    let named = items.iter().map(|item| (said(item).0, said(item).1)).collect::<Vec<_>>();
    assert_eq!(named, [("EXPIRE", "PAYMENT1"), ("CANCELLATION", "CANCEL1")]);
}

#[test]
fn a_report_without_a_column_or_with_what_cannot_be_read_is_an_error_that_says_where() {
    let why = |report: &str| items(report, ACCOUNT).unwrap_err().to_string();
    for column in COLUMNS {
        let without = REPORT.replacen(column, "Another", if column == PAYMENT { 1 } else { usize::MAX });
        let why = why(&without);
        assert!(why.contains(column), "{column}: {why}");
    }
    let good = ["SentForSettle", "CAPTURE1", "EUR", "1.00", "", "UTC"];
    for (place, wrong, column) in [(2, "EURO", CURRENCY), (3, "1.0.0", CAPTURED), (3, "", CAPTURED), (5, "IST", ZONE)] {
        let mut row = good;
        row[place] = wrong;
        let why = why(&report(&[good, row]));
        assert!(why.contains(column) && why.contains("row 3"), "{why}");
    }
    assert!(items(&report(&[]), ACCOUNT).unwrap().is_empty(), "a day without payments");
}
