//! Orders, one by one and by their change: <https://woocommerce.github.io/woocommerce-rest-api-docs/#list-all-orders>.
//!
//! A page is cut by the time of change, and not by rows: an order that changes leaves its row, all later rows move up, and a page by rows
//! would skip the first of them. So a page ends before the second that its last order changed in, and the next begins with that second.
//! If all of a page changed in one second, the orders of that second are read by rows, from the last page back: what has moved up since is still
//! ahead. WooCommerce filters by whole seconds, strictly after.

use super::{
    answers::{Fault, Said},
    api::Api,
    fields::{self, list, utc},
    order,
};
use crate::seam::{OrderPage, Unreadable};
use app::Error;
use domain::channel_order::ChannelOrder;
use jiff::Timestamp;
use serde_json::Value;

/// How many orders a page has at most, as a number and as it is asked for. Each order that something was paid back of takes one more
/// request.
const PER_PAGE: (usize, &str) = (50, "50");
/// The most refunds that are read at once.
const REFUNDS_PER_PAGE: &str = "100";

/// Where a page begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Orders that changed in this second or later.
    From(i64),
    /// Those that changed in this second alone; the page, counted from 1.
    Within(i64, u32),
}

impl Place {
    fn read(text: &str) -> Option<Self> {
        let (second, page) = match text.split_once('.') {
            Some((second, page)) => (second, Some(page.parse().ok().filter(|page| *page > 0)?)),
            None => (text, None),
        };
        let second = second.parse().ok()?;
        Some(page.map_or(Self::From(second), |page| Self::Within(second, page)))
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::From(second) => write!(f, "{second}"),
            Self::Within(second, page) => write!(f, "{second}.{page}"),
        }
    }
}

impl Api {
    /// One that was thrown into the trash is cancelled, as it is told: it is not to be sent. One that was deleted for good is none.
    pub(crate) async fn order(&self, id: &str) -> Result<Option<ChannelOrder>, Error> {
        let Some(order) = self.fetch(id).await? else { return Ok(None) };
        let Some(refunds) = self.refunds(id, &order).await? else { return Ok(None) };
        let unreadable = |why: String| Error::Defect(format!("order {id} of the shop cannot be read: {why}"));
        order::read(&order, &refunds).map(Some).map_err(unreadable)
    }

    /// An order as it came. None: it is gone.
    pub(super) async fn fetch(&self, id: &str) -> Result<Option<Value>, Error> {
        if !fields::is_id(id) {
            return Ok(None);
        }
        match self.get(&format!("/orders/{id}"), &[]).await {
            Ok(said) if fields::id(&said.body["id"]).as_deref() == Some(id) => Ok(Some(said.body)),
            Ok(_) => Err(Error::Outside("the shop's answer is not the order that was asked for".to_owned())),
            Err(Fault::Refused(refusal)) if refusal.is_gone() => Ok(None),
            Err(fault) => Err(fault.into()),
        }
    }

    /// What was paid back of an order. None: the order is gone.
    async fn refunds(&self, id: &str, order: &Value) -> Result<Option<Vec<Value>>, Error> {
        let mut refunds = Vec::new();
        if list(order, "refunds").is_empty() {
            return Ok(Some(refunds));
        }
        for page in 1_u32.. {
            let query =
                [("per_page", REFUNDS_PER_PAGE), ("page", &page.to_string()), ("orderby", "id"), ("order", "asc")];
            let said = match self.get(&format!("/orders/{id}/refunds"), &query).await {
                Ok(said) => said,
                Err(Fault::Refused(refusal)) if refusal.is_gone() => return Ok(None),
                Err(fault) => return Err(fault.into()),
            };
            let rows = rows(said.body)?;
            let is_last = said.pages.is_none_or(|pages| pages <= page) || rows.is_empty();
            refunds.extend(rows);
            if is_last {
                break;
            }
        }
        Ok(Some(refunds))
    }

    pub(crate) async fn changed_orders(&self, since: Timestamp, page: Option<&str>) -> Result<OrderPage, Error> {
        let misplaced = || Error::Defect("no page of orders begins there".to_owned());
        let place = page.map_or(Some(Place::From(since.as_second())), Place::read);
        match place.ok_or_else(misplaced)? {
            Place::From(second) => self.orders_from(second).await,
            Place::Within(second, page) => self.orders_within(second, page).await,
        }
    }

    async fn orders_from(&self, second: i64) -> Result<OrderPage, Error> {
        let after = written(second - 1)?;
        let query = [("modified_after", after.as_str()), ("orderby", "modified")];
        let said = self.get("/orders", &listed(&query, &[])).await?;
        let rows = rows(said.body)?;
        let has_more = said.pages.map_or(rows.len() >= PER_PAGE.0, |pages| pages > 1);
        if !has_more {
            return self.page(rows, None).await;
        }
        let times: Vec<Option<i64>> = rows.iter().map(|row| Some(utc(row, "date_modified_gmt")?.as_second())).collect();
        let (first, last) = (times.iter().flatten().min(), times.iter().flatten().max());
        match (first, last) {
            // Otherwise the same page would come again, and again.
            (Some(&first), Some(&last)) if first >= second && first < last => {
                let before = rows.into_iter().zip(times).filter(|(_, at)| at.is_none_or(|at| at < last));
                self.page(before.map(|(row, _)| row).collect(), Some(Place::From(last))).await
            }
            (Some(&first), Some(&last)) if first >= second && first == last => {
                let said = self.one_second(first, 1).await?;
                let pages = said.pages.ok_or_else(|| outside("does not say how many pages of orders it has"))?;
                if pages > 1 {
                    return self.orders_within(first, pages).await;
                }
                self.page(rows_of(said)?, Some(Place::From(first + 1))).await
            }
            (Some(_), Some(_)) => Err(outside("lists orders that did not change since the time that it was told")),
            (None, _) | (_, None) => Err(outside("says of none of its orders when they changed")),
        }
    }

    async fn orders_within(&self, second: i64, page: u32) -> Result<OrderPage, Error> {
        let rows = rows_of(self.one_second(second, page).await?)?;
        let next = if page > 1 { Place::Within(second, page - 1) } else { Place::From(second + 1) };
        self.page(rows, Some(next)).await
    }

    /// A page of those that changed in this second.
    async fn one_second(&self, second: i64, page: u32) -> Result<Said, Error> {
        let (after, before) = (written(second - 1)?, written(second + 1)?);
        let (query, page) =
            ([("modified_after", after.as_str()), ("modified_before", before.as_str())], page.to_string());
        Ok(self.get("/orders", &listed(&query, &[("orderby", "id"), ("page", &page)])).await?)
    }

    /// Reads the rows of a page. One that cannot be read holds up no other.
    async fn page(&self, rows: Vec<Value>, next: Option<Place>) -> Result<OrderPage, Error> {
        let mut page = OrderPage { next: next.map(|place| place.to_string()), ..OrderPage::default() };
        for row in rows {
            let id = fields::id(&row["id"]);
            let refunds = match &id {
                Some(id) => self.refunds(id, &row).await?,
                None => Some(Vec::new()),
            };
            let Some(refunds) = refunds else { continue }; // it was deleted meanwhile
            match order::read(&row, &refunds) {
                Ok(order) => page.orders.push(order),
                Err(why) => page.unread.push(Unreadable {
                    id: id.unwrap_or_default(),
                    changed_at: utc(&row, "date_modified_gmt"),
                    why,
                }),
            }
        }
        Ok(page)
    }
}

/// What all lists of orders ask for.
fn listed<'a>(one: &[(&'a str, &'a str)], two: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let all = [("dates_are_gmt", "true"), ("order", "asc"), ("per_page", PER_PAGE.1), ("status", "any")];
    [one, two, &all].concat()
}

/// A second as WooCommerce reads it: without a zone, which `dates_are_gmt` tells.
fn written(second: i64) -> Result<String, Error> {
    let at = Timestamp::from_second(second).map_err(|_| Error::Defect("no order changed at that time".to_owned()))?;
    Ok(at.strftime("%Y-%m-%dT%H:%M:%S").to_string())
}

fn rows(body: Value) -> Result<Vec<Value>, Error> {
    match body {
        Value::Array(rows) => Ok(rows),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            Err(outside("answered something else than a list"))
        }
    }
}

fn rows_of(said: Said) -> Result<Vec<Value>, Error> {
    rows(said.body)
}

fn outside(what: &str) -> Error {
    Error::Outside(format!("the shop {what}"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
