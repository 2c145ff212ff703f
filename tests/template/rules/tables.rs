//! Rules of tables: their costs, and their protection from loss.

use crate::{
    Edit::{Remove, Set},
    Violations, law,
    template::{TABLE, Template},
};
use serde_json::json;

fn safe(template: &Template) -> Violations {
    let wanted = [
        ("/Properties/BillingMode", json!("PAY_PER_REQUEST"), "is not on demand"),
        (
            "/Properties/PointInTimeRecoverySpecification/PointInTimeRecoveryEnabled",
            json!(true),
            "cannot be restored to a point in time",
        ),
        ("/Properties/SSESpecification/SSEEnabled", json!(true), "is not encrypted with a KMS key"),
        ("/Properties/DeletionProtectionEnabled", json!(true), "can be deleted"),
        ("/DeletionPolicy", json!("Retain"), "goes away with the stack"),
        ("/UpdateReplacePolicy", json!("Retain"), "goes away when an update replaces it"),
    ];
    let mut violations = Violations::new();
    for (id, _) in template.all(TABLE) {
        for (path, value, otherwise) in &wanted {
            if template.resource(id).pointer(path) != Some(value) {
                violations.push(format!("{id} {otherwise}"));
            }
        }
    }
    violations
}

#[test]
fn every_table_is_on_demand_restorable_encrypted_and_hard_to_delete() {
    law(
        safe,
        &[
            (Set("/Resources/StockTable/Properties/BillingMode", json!("PROVISIONED")), "StockTable"),
            (Remove("/Resources/StockTable/Properties/PointInTimeRecoverySpecification"), "StockTable"),
            (Remove("/Resources/StockTable/Properties/SSESpecification"), "StockTable"),
            (Set("/Resources/StockTable/Properties/DeletionProtectionEnabled", json!(false)), "StockTable"),
            (Remove("/Resources/StockTable/DeletionPolicy"), "StockTable"),
            (Set("/Resources/StockTable/UpdateReplacePolicy", json!("Delete")), "StockTable"),
        ],
    );
}

/// A projected attribute costs a write of the index with each change.
fn lean_indexes(template: &Template) -> Violations {
    let indexes = template.all(TABLE).flat_map(|(id, table)| {
        let indexes = table["GlobalSecondaryIndexes"].as_array().into_iter().flatten();
        indexes.map(move |index| (id, index))
    });
    indexes
        .filter(|(_, index)| index["Projection"]["ProjectionType"] != "KEYS_ONLY")
        .map(|(id, index)| format!("{id}'s index {} holds more than keys", index["IndexName"]))
        .collect()
}

#[test]
fn an_index_holds_keys_only() {
    let projection = "/Resources/OrdersTable/Properties/GlobalSecondaryIndexes/0/Projection/ProjectionType";
    law(lean_indexes, &[(Set(projection, json!("ALL")), "OrdersTable")]);
}
