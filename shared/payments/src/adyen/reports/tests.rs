#![allow(clippy::unwrap_used)]

use super::*;
use crate::testing::{self, Calls, Seen};
use jiff::civil::date;

const ACCOUNT: &str = "ExampleShop";

/// An Adyen that has the reports of these days of November, and the requests that it received.
async fn with_reports(days: &'static [i8], status: StatusCode) -> (Reports, Calls) {
    let answer = move |seen: &Seen| {
        let has = days
            .iter()
            .any(|day| seen.uri.path().ends_with(&format!("/payments_accounting_report_2026_11_{day:02}.csv")));
        let answered = if has { status } else { StatusCode::NOT_FOUND };
        (answered, ("content-type", "text/csv".to_owned()), "the report".to_owned())
    };
    let (url, calls) = testing::serving(answer).await;
    let key = Secret::fixed("ADYEN_REPORT_KEY", "AQE_report");
    (Reports::new(&Aws::beside(""), &url, key, ACCOUNT, Captures::automatic()), calls)
}

#[tokio::test]
async fn a_report_is_downloaded_by_its_day_with_the_report_user_s_key() {
    let (reports, calls) = with_reports(&[27], StatusCode::OK).await;
    assert_eq!(reports.of(date(2026, 11, 27)).await.unwrap().as_deref(), Some("the report"));
    let asked = calls.lock().unwrap()[0].clone();
    assert_eq!(
        asked.uri.path(),
        "/reports/download/MerchantAccount/ExampleShop/payments_accounting_report_2026_11_27.csv"
    );
    assert_eq!(asked.headers["x-api-key"], "AQE_report");
}

#[tokio::test]
async fn a_day_without_a_report_is_quiet_if_a_later_one_has_one_and_otherwise_not_over() {
    let (reports, _) = with_reports(&[20, 23], StatusCode::OK).await;
    assert_eq!(reports.of(date(2026, 11, 21)).await.unwrap(), None);
    let why = reports.of(date(2026, 11, 24)).await.unwrap_err().to_string();
    assert!(why.contains("payments_accounting_report_2026_11_24.csv"), "{why}");
}

#[tokio::test]
async fn an_answer_that_is_no_report_is_an_error() {
    let (reports, _) = with_reports(&[27], StatusCode::UNAUTHORIZED).await;
    assert!(matches!(reports.of(date(2026, 11, 27)).await, Err(Error::Outside(_))));
}
