//! The tables in use: there, restorable and protected. A restored table is neither, until somebody makes it so.

use super::Findings;
use crate::{AwsError, Deployment, Tables};
use aws_sdk_dynamodb::{Client, types::PointInTimeRecoveryStatus};
use laws::Settings;
use runtime::Aws;
use store::Table;

pub(super) async fn examine(aws: &Aws, deployment: &Deployment, findings: &mut Findings) {
    let names = match deployment.tables(None) {
        Ok(names) => names,
        Err(error) => return findings.fail("tables", error.to_string(), "deploy the whole template"),
    };
    let client = Client::new(aws.config());
    // The emulator of a rehearsal protects nothing.
    let is_rehearsal = aws.config().endpoint_url().is_some();
    for name in Table::ALL.map(|table| names.name(table)) {
        let of = format!("table {name}");
        match table(&client, name).await {
            Ok((true, _)) if is_rehearsal => findings.fine(&of, "it can be restored to any second"),
            Ok((true, true)) => findings.fine(&of, "it can be restored to any second, and is protected"),
            Ok((false, _)) => {
                let remedy = format!(
                    "aws dynamodb update-continuous-backups --table-name {name} --point-in-time-recovery-specification \
                     PointInTimeRecoveryEnabled=true"
                );
                findings.fail(&of, "it cannot be restored to a point in time", &remedy);
            }
            Ok((true, false)) => {
                let remedy = format!("aws dynamodb update-table --table-name {name} --deletion-protection-enabled");
                findings.warn(&of, "it can be deleted by mistake", &remedy);
            }
            Err(error) if error.is_missing() => {
                let remedy = "deploy with the TableSuffix of tables that are there (docs/RESTORE.md)";
                findings.fail(&of, "it is not there", remedy);
            }
            Err(error) => findings.unknown(&of, &error),
        }
    }
    let settings_table = names.settings.clone();
    match Tables::new(aws, names).all(&settings_table).await {
        Ok(items) => {
            let known = Settings::of(&items);
            settings(&known, findings);
            sellers(deployment, &known, findings);
        }
        Err(error) => findings.unknown("settings", &error),
    }
}

/// Whether it can be restored to a point in time, and whether it is protected from deletion.
async fn table(client: &Client, name: &str) -> Result<(bool, bool), AwsError> {
    let what = || format!("the table {name}");
    let described = client.describe_table().table_name(name).send().await;
    let described = described.map_err(AwsError::of("DescribeTable", what()))?;
    let protection = described.table().and_then(aws_sdk_dynamodb::types::TableDescription::deletion_protection_enabled);
    let backups = client.describe_continuous_backups().table_name(name).send().await;
    let backups = backups.map_err(AwsError::of("DescribeContinuousBackups", what()))?;
    let recovery = backups.continuous_backups_description().and_then(|told| told.point_in_time_recovery_description());
    let status = recovery.and_then(|told| told.point_in_time_recovery_status());
    Ok((status == Some(&PointInTimeRecoveryStatus::Enabled), protection == Some(true)))
}

/// Where invoices are issued by themselves, each channel has a seller, or is invoiced elsewhere on purpose.
fn sellers(deployment: &Deployment, settings: &Settings, findings: &mut Findings) {
    let moment = deployment.parameters.get("Invoice").map_or("when-told", String::as_str);
    let without = settings.without_seller.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    match (moment, without.as_str()) {
        ("when-told", _) => {}
        (_, "") => findings.fine("invoices", format!("they are issued {moment}, and each channel has a seller")),
        _ => {
            let remedy = "PUT /channels/{channel} with `seller`; or leave it so if they are invoiced elsewhere";
            findings.warn(
                "invoices",
                format!("no invoices are issued for {without}: nobody is named who sells there"),
                remedy,
            );
        }
    }
}

fn settings(settings: &Settings, findings: &mut Findings) {
    if settings.has_operator {
        findings.fine("API keys", "there is an operator");
    } else {
        findings.fail("API keys", "nobody has an operator's key", "put one as infra/README.md shows");
    }
    for (what, known) in [("channel", &settings.channels), ("location", &settings.locations)] {
        if known.is_empty() {
            let remedy = format!("PUT /{what}s/{{{what}}}, as infra/README.md shows");
            findings.warn(&format!("{what}s"), format!("there is no {what} yet: no order can be placed"), &remedy);
        } else {
            findings.fine(&format!("{what}s"), known.iter().map(String::as_str).collect::<Vec<_>>().join(", "));
        }
    }
}
