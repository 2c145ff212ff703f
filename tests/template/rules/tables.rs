//! Rules of tables: their costs, and their protection from loss.

use crate::{
    Edit::{Remove, Set},
    Violations, law,
    template::{TABLE, Template},
};
use serde_json::{Value, json};

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

/// A table that was restored has another name than the stack's own. It is taken over by its suffix, so nothing may name a table
/// without it.
fn suffixed(template: &Template) -> Violations {
    let mut violations = Violations::new();
    let is_table = |id: &str| template.is(id, TABLE);
    for section in ["/Resources", "/Globals"] {
        walk(template.at(section), &mut |name, value| match name {
            "Ref" | "Fn::GetAtt" => {
                let id = value.as_str().or(value[0].as_str()).unwrap_or_default();
                // A stream is taken over by its ARN, and whoever may read one may read those of restored tables.
                if is_table(id) && value[1] != "StreamArn" {
                    violations.push(format!("{id} is named without TableSuffix"));
                }
            }
            "Fn::Sub" => {
                let text = value.as_str().or(value[0].as_str()).unwrap_or_default();
                for (start, _) in text.match_indices("${") {
                    let Some((name, after)) = text[start + 2..].split_once('}') else { continue };
                    let id = name.split('.').next().unwrap_or_default();
                    if is_table(id) && !after.starts_with("${TableSuffix}") && !after.ends_with("/stream/*") {
                        violations.push(format!("{id} is named without TableSuffix in {text}"));
                    }
                }
            }
            _ => {}
        });
    }
    violations
}

/// Every member of every mapping.
fn walk(value: &Value, see: &mut impl FnMut(&str, &Value)) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                see(name, member);
                walk(member, see);
            }
        }
        Value::Array(items) => {
            for item in items {
                walk(item, see);
            }
        }
        _ => {}
    }
}

#[test]
fn a_restored_table_can_be_taken_over_by_its_suffix() {
    let resource = "/Resources/StockRole/Properties/Policies/0/PolicyDocument/Statement/0/Resource";
    let variable = "/Globals/Function/Environment/Variables/SEARCH_TABLE";
    law(
        suffixed,
        &[
            (Set(resource, json!({ "Fn::GetAtt": ["StockTable", "Arn"] })), "StockTable"),
            (Set(resource, json!({ "Fn::Sub": "${OrdersTable.Arn}/index/due" })), "OrdersTable"),
            (Set(variable, json!({ "Ref": "SearchTable" })), "SearchTable"),
        ],
    );
}

/// Who reads a stream can be pointed at that of a restored table.
fn replaced_streams(template: &Template) -> Violations {
    let own = |mapping: &Value| mapping["Stream"]["Fn::If"][0] != "HasStockStream";
    template
        .events("DynamoDB")
        .filter(|(_, _, mapping)| own(mapping))
        .map(|(function, ..)| format!("{function} reads the stream of the stack's own table alone"))
        .collect()
}

#[test]
fn the_stream_of_a_restored_table_can_be_read() {
    let stream = "/Resources/StockChangesFunction/Properties/Events/Stock/Properties/Stream";
    let own = json!({ "Fn::GetAtt": ["StockTable", "StreamArn"] });
    law(replaced_streams, &[(Set(stream, own), "StockChangesFunction")]);
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
