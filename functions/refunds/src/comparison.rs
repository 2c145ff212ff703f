//! Compares the books of a day with a payment provider's own list, one step a message.
//!
//! The list is read page by page. What it says otherwise than the books is asked about, payment by payment, and what the provider then
//! tells is recorded like its events: a webhook that never came is made good. Of a provider that cannot be asked, the list itself tells
//! that. Then the books' own rows of the day are looked for in the list. What differs in the end waits for a person.

use crate::{App, take_in};
use app::{Error, comparison};
use domain::{
    books::MovementKind,
    comparison::{Run, Step},
    ids::{PaymentId, ProviderName},
    safeguards::Safeguard,
    statement::{Entry, Parts, moved_by},
};
use jiff::Timestamp;
use payments::{ApiClient, webhook::ReportedEvent};
use std::collections::{BTreeMap, BTreeSet};

/// Rows and payments that one step looks at: at worst each asks the provider, and the function has a minute.
const AT_ONCE: usize = 25;

/// Makes the next step, if one is owed.
pub(crate) async fn go_on(app: &App, provider: &ProviderName) -> Result<(), Error> {
    let Some((read, run)) = comparison::under_way(&app.store, provider).await? else { return Ok(()) };
    let Ok(client) = app.providers.of(provider) else {
        tracing::warn!(%provider, day = %run.day, "the books are not compared: the provider is in use no more");
        return comparison::go_on(&app.store, &read, None, BTreeMap::new(), app.clock.now()).await;
    };
    let (now, complete) = (app.clock.now(), run.window().end + client.listed_after());
    if client.lists().is_empty() {
        tracing::info!(%provider, "the books are not compared: the provider has no list, or may not be asked for it");
        return comparison::go_on(&app.store, &read, None, BTreeMap::new(), now).await;
    }
    if now < complete {
        return comparison::put_off(&app.store, &read, complete, now).await;
    }
    let mut parts = run.parts.clone();
    let look = Look { app, client, provider, listed_until: run.window().end };
    let next = match &run.step {
        Step::List(cursor) => look.at_list(&run, cursor.as_deref(), &mut parts).await?,
        Step::Rows(after) => look.at_rows(&run, after.as_deref()).await?,
        Step::Differences(after) => look.at_differences(after.as_deref()).await?,
    };
    if next.is_none() {
        tracing::info!(%provider, day = %run.day, steps = run.made + 1, "the books are compared with the provider's list");
    }
    comparison::go_on(&app.store, &read, next, parts, app.clock.now()).await
}

struct Look<'a> {
    app: &'a App,
    client: &'a ApiClient,
    provider: &'a ProviderName,
    /// What is booked later may not be in the list yet.
    listed_until: Timestamp,
}

impl Look<'_> {
    /// A page of the provider's list. After the last one, each payout is compared with its parts.
    async fn at_list(
        &self,
        run: &Run,
        cursor: Option<&str>,
        parts: &mut BTreeMap<String, Parts>,
    ) -> Result<Option<Step>, Error> {
        let page = self.client.listed(&run.window(), cursor).await?;
        let mut entries: BTreeMap<PaymentId, Vec<(String, Entry)>> = BTreeMap::new();
        for listed in page.entries {
            let about = PaymentId { provider: self.provider.clone(), id: listed.about };
            entries.entry(about).or_default().push((listed.id.into(), listed.entry));
        }
        let mut told: BTreeMap<PaymentId, Vec<ReportedEvent>> = BTreeMap::new();
        for fact in page.told {
            told.entry(fact.event.payment.clone()).or_default().push(fact);
        }
        let mut outcome = Ok(());
        for (about, entries) in entries {
            let told = told.remove(&about).unwrap_or_default();
            outcome = outcome.and(self.compare(&about, &entries, told, &BTreeSet::new()).await);
        }
        outcome?;
        for part in page.parts {
            parts.entry(part.payout.into()).or_default().add(part.net);
        }
        if page.next.is_some() {
            return Ok(Some(Step::List(page.next)));
        }
        for (payout, parts) in std::mem::take(parts) {
            let id = payout.parse().map_err(|_| Error::Defect(format!("{payout:?} is no payout")))?;
            let payout = PaymentId { provider: self.provider.clone(), id };
            comparison::compare_payout(&self.app.store, &payout, parts, self.app.clock.now()).await?;
        }
        Ok(Some(Step::Rows(None)))
    }

    /// Rows of the day in the books.
    async fn at_rows(&self, run: &Run, after: Option<&str>) -> Result<Option<Step>, Error> {
        let after = after.map(str::parse).transpose().map_err(|_| Error::Defect("a place is malformed".into()))?;
        let (rows, next) = self.app.store.booked(run.day, after.as_ref(), AT_ONCE).await?;
        // Of a kind of which the list does not tell all, only what it has told is compared.
        let mut booked: BTreeMap<PaymentId, BTreeSet<MovementKind>> = BTreeMap::new();
        let own = rows.into_iter().map(|row| row.movement).filter(|row| row.payment.provider == *self.provider);
        for row in own.filter(|row| !matches!(row.kind, MovementKind::Fee | MovementKind::Payout)) {
            let of_payment = booked.entry(row.payment).or_default();
            of_payment.extend(Some(row.kind).filter(|kind| self.client.lists().contains(kind)));
        }
        let mut outcome = Ok(());
        for (payment, booked) in booked {
            outcome = outcome.and(self.compare(&payment, &[], Vec::new(), &booked).await);
        }
        outcome?;
        Ok(Some(next.map_or(Step::Differences(None), |place| Step::Rows(Some(place.to_string())))))
    }

    /// What differed on earlier days and nobody has settled: the books may have learned it since.
    async fn at_differences(&self, after: Option<&str>) -> Result<Option<Step>, Error> {
        let mut open: Vec<PaymentId> = self.app.store.differing().await?.into_iter().map(|(id, _)| id).collect();
        open.retain(|id| id.provider == *self.provider && after.is_none_or(|after| id.to_string().as_str() > after));
        open.sort_by_key(ToString::to_string);
        let has_more = open.len() > AT_ONCE;
        open.truncate(AT_ONCE);
        let last = open.last().map(ToString::to_string);
        let mut outcome = Ok(());
        for payment in open {
            outcome = outcome.and(self.ask(&payment, Vec::new(), &BTreeSet::new()).await);
        }
        outcome?;
        Ok(last.filter(|_| has_more).map(|last| Step::Differences(Some(last))))
    }

    /// Takes what is listed of a payment, and asks about it if the books say something else. `listed`: the facts of the entries, if
    /// the list has them.
    async fn compare(
        &self,
        payment: &PaymentId,
        entries: &[(String, Entry)],
        listed: Vec<ReportedEvent>,
        booked: &BTreeSet<MovementKind>,
    ) -> Result<(), Error> {
        let now = self.app.clock.now();
        let differs = comparison::list(&self.app.store, payment, entries, booked, now).await?;
        if differs { self.ask(payment, listed, booked).await } else { Ok(()) }
    }

    /// Takes in what the provider knows of a payment, and notes what still differs.
    async fn ask(
        &self,
        payment: &PaymentId,
        listed: Vec<ReportedEvent>,
        booked: &BTreeSet<MovementKind>,
    ) -> Result<(), Error> {
        let mut reported = self.client.payment(&payment.id, self.app.clock.now()).await?;
        let (refunds, are_all) = self.listed_refunds(payment).await?;
        reported.extend(refunds);
        let mut told = moved_by(reported.iter().map(|reported| &reported.event), payment);
        for kind in self.client.tells() {
            told.entry(*kind).or_default();
        }
        if !are_all {
            told.remove(&MovementKind::Refunded); // the list knows more
        }
        if !Safeguard::ListedMoneyIsTakenIn.is_off() {
            take_in(self.app, reported).await?;
            take_in(self.app, listed).await?;
        }
        let (store, now) = (&self.app.store, self.app.clock.now());
        comparison::compare(store, payment, &told, booked, self.listed_until, now).await
    }

    /// What the provider knows of the refunds that its list names, where it does not tell them with their payment. Also whether
    /// it knows all of them.
    async fn listed_refunds(&self, payment: &PaymentId) -> Result<(Vec<ReportedEvent>, bool), Error> {
        let (kind, mut told, mut are_all) = (MovementKind::Refunded, Vec::new(), true);
        if self.client.tells().contains(&kind) {
            return Ok((told, are_all));
        }
        for refund in comparison::listed(&self.app.store, payment, kind).await? {
            let of_it = self.client.listed_refund(&refund, self.app.clock.now()).await?;
            are_all &= !of_it.is_empty();
            told.extend(of_it);
        }
        Ok((told, are_all))
    }
}
