//! Reads again what looked broken, because it may have been in motion.

use super::{
    judge::{Judge, MAX_SUSPECTS},
    report::{Broken, Report},
};
use crate::AwsError;
use std::{collections::BTreeSet, time::Duration};
use tokio::time::sleep;

/// How often it is read again. What is broken each time is broken.
const TIMES: usize = 2;

pub(super) async fn orders(
    judge: &Judge<'_>,
    mut suspects: BTreeSet<String>,
    patience: Duration,
    report: &mut Report,
    say: &dyn Fn(&str),
) -> Result<(), AwsError> {
    if suspects.len() == MAX_SUSPECTS {
        report.broken.push(Broken {
            law: "most orders keep the laws",
            of: judge.tables.names.orders.clone(),
            says: format!("at least {MAX_SUSPECTS} orders look broken; only these are looked at again"),
            remedy: "are the tables of one moment, and of this version? Else restore them to one moment",
        });
    }
    let mut broken = Vec::new();
    for _ in 0..TIMES {
        if suspects.is_empty() {
            return Ok(());
        }
        say(&format!("{} orders look broken: reading them again in a moment", suspects.len()));
        sleep(patience).await;
        broken.clear();
        let mut still = BTreeSet::new();
        for order in suspects {
            let items = judge.tables.order(&order).await?;
            let found = judge.judged(vec![items]).await?.into_iter().flat_map(|(_, broken)| broken);
            let before = broken.len();
            broken.extend(found);
            if broken.len() > before {
                still.insert(order);
            }
        }
        suspects = still;
    }
    report.broken.append(&mut broken);
    Ok(())
}

pub(super) async fn payments(
    judge: &Judge<'_>,
    mut suspects: BTreeSet<String>,
    patience: Duration,
    report: &mut Report,
) -> Result<(), AwsError> {
    let mut broken = Vec::new();
    for _ in 0..TIMES {
        if suspects.is_empty() {
            return Ok(());
        }
        sleep(patience).await;
        let keys: Vec<_> = suspects.iter().map(|id| vec![("payment_id", id.as_str())]).collect();
        let items = judge.tables.some(&judge.tables.names.payments, &keys).await?;
        let mut named = judge.judged_payments(items).await?;
        named.retain(|(_, broken)| !broken.is_empty());
        suspects = named.iter().map(|(id, _)| id.clone()).collect();
        broken = named.into_iter().flat_map(|(_, broken)| broken).collect();
    }
    report.broken.append(&mut broken);
    Ok(())
}
