//! Adyen's reports, which are files that are made once a day: <https://docs.adyen.com/reporting/automatically-get-reports>.

use super::captures::Captures;
use app::Error;
use http::{Request, StatusCode};
use jiff::{ToSpan as _, civil::Date};
use runtime::{Aws, Secret, client::Client};

/// No report is longer: it has a hundred thousand rows.
const MAX_REPORT: usize = 32 * 1024 * 1024;

/// So many days in a row may be without a report.
const QUIET_DAYS: i32 = 7;

/// The Payments accounting reports of a merchant account.
#[derive(Debug)]
pub(super) struct Reports {
    client: Client,
    pub(super) merchant_account: String,
    /// How the account captures: no report tells it.
    pub(super) captures: Captures,
}

impl Reports {
    pub(super) fn new(aws: &Aws, url: &str, key: Secret, merchant_account: &str, captures: Captures) -> Self {
        let client = Client::new("Adyen", aws, url, key).reading(MAX_REPORT);
        Self { client, merchant_account: merchant_account.to_owned(), captures }
    }

    /// The report of a day in the account's time zone. None: nothing was booked on it. One that is not there yet is an error.
    pub(super) async fn of(&self, day: Date) -> Result<Option<String>, Error> {
        if let Some(report) = self.download(day).await? {
            return Ok(Some(report));
        }
        // Adyen may make none of a day without payments. It makes them in order, so a later one tells.
        for later in 1..=QUIET_DAYS {
            if self.download(day.saturating_add(later.days())).await?.is_some() {
                return Ok(None);
            }
        }
        Err(Error::Outside(format!("Adyen has no {} yet: is the report made each day?", name(day))))
    }

    /// None: there is no such file.
    async fn download(&self, day: Date) -> Result<Option<String>, Error> {
        let (account, file) = (&self.merchant_account, name(day));
        let account: String = form_urlencoded::byte_serialize(account.as_bytes()).collect();
        let url = self.client.url(&format!("/reports/download/MerchantAccount/{account}/{file}"));
        let answer = self.client.ask(|key| Request::get(&url).header("X-API-Key", key), "").await?;
        match answer.status {
            StatusCode::OK if answer.body.len() >= MAX_REPORT => Err(Error::Outside(format!("{file} is too long"))),
            StatusCode::OK => Ok(Some(String::from_utf8_lossy(&answer.body).into_owned())),
            StatusCode::NOT_FOUND => Ok(None),
            status => Err(Error::Outside(format!("Adyen answered {status} when asked for {file}"))),
        }
    }
}

fn name(day: Date) -> String {
    format!("payments_accounting_report_{}.csv", day.strftime("%Y_%m_%d"))
}

#[cfg(test)]
mod tests;
