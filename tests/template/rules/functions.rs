//! Rules of functions: all functions of the repository are deployed and no others, and each has one job.

use crate::{
    Edit::{Remove, Set},
    Violations, law,
    template::{FUNCTION, LOG_GROUP, Template, referent, workspace},
};
use serde_json::{Value, json};
use std::{collections::BTreeSet, fs};

fn packages(template: &Template) -> Violations {
    let packages: BTreeSet<String> = fs::read_dir(workspace().join("functions"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("Cargo.toml").exists())
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    let declared: BTreeSet<String> = template
        .all(FUNCTION)
        .filter_map(|(id, _)| template.resource(id)["Metadata"]["BuildProperties"]["Binary"].as_str())
        .map(str::to_owned)
        .collect();
    packages
        .symmetric_difference(&declared)
        .map(|name| format!("{name} is in functions/ or in the template, not in both"))
        .collect()
}

#[test]
fn every_package_in_functions_is_deployed_and_nothing_else() {
    law(
        packages,
        &[
            (Remove("/Resources/OrderIntakeFunction"), "order-intake"),
            (Set("/Resources/StockFunction/Metadata/BuildProperties/Binary", json!("stok")), "stok"),
        ],
    );
}

/// A package in the same build would add features to the functions' dependencies, and so to the deployed binaries.
#[test]
fn cargo_lambda_builds_the_functions_without_the_local_stack_and_the_tests() {
    let excluded = fs::read_to_string(workspace().join("CargoLambda.toml")).unwrap();
    for directory in ["infra", "tests"] {
        for entry in fs::read_dir(workspace().join(directory)).unwrap() {
            let Ok(manifest) = fs::read_to_string(entry.unwrap().path().join("Cargo.toml")) else { continue };
            let name = manifest.lines().find_map(|line| line.strip_prefix("name = ")).unwrap();
            assert!(excluded.contains(name), "CargoLambda.toml does not exclude {name}");
        }
    }
}

/// `OrderIntakeFunction` is named after `order-intake`, so that a person finds one from the other.
fn names(template: &Template) -> Violations {
    template
        .all(FUNCTION)
        .filter(|(id, _)| {
            let mut kebab = String::new();
            for letter in id.strip_suffix("Function").unwrap_or(id).chars() {
                if letter.is_uppercase() && !kebab.is_empty() {
                    kebab.push('-');
                }
                kebab.extend(letter.to_lowercase());
            }
            template.resource(id)["Metadata"]["BuildProperties"]["Binary"] != kebab
        })
        .map(|(id, _)| format!("{id} is not named after its binary"))
        .collect()
}

#[test]
fn a_function_is_named_after_its_binary() {
    law(names, &[(Set("/Resources/StockFunction/Metadata/BuildProperties/Binary", json!("stok")), "StockFunction")]);
}

fn one_trigger(template: &Template) -> Violations {
    template
        .all(FUNCTION)
        .filter(|(_, function)| {
            let events = function["Events"].as_object().into_iter().flatten();
            events.map(|(_, event)| event["Type"].as_str()).collect::<BTreeSet<_>>().len() > 1
        })
        .map(|(id, _)| format!("{id} has several kinds of trigger"))
        .collect()
}

#[test]
fn a_function_has_one_kind_of_trigger() {
    let schedule = json!({ "Type": "Schedule", "Properties": { "Schedule": "rate(1 minute)" } });
    law(one_trigger, &[(Set("/Resources/RefundsFunction/Properties/Events/Nightly", schedule), "RefundsFunction")]);
}

fn observed(template: &Template) -> Violations {
    let mut violations = Violations::new();
    for (id, _) in template.all(FUNCTION) {
        let logging = template.setting(id, "LoggingConfig");
        if logging["LogFormat"] != "JSON" {
            violations.push(format!("{id} does not log JSON"));
        }
        let group = referent(&logging["LogGroup"]).filter(|group| template.is(group, LOG_GROUP));
        if group.is_none_or(|group| template.properties(group)["RetentionInDays"].is_null()) {
            violations.push(format!("{id} keeps its logs for ever"));
        }
        if template.setting(id, "Tracing") != "Active" {
            violations.push(format!("{id} is not traced"));
        }
    }
    violations
}

#[test]
fn every_function_logs_json_that_is_kept_for_a_time_and_is_traced() {
    law(
        observed,
        &[
            (Set("/Globals/Function/LoggingConfig/LogFormat", json!("Text")), "StockFunction"),
            (Remove("/Globals/Function/LoggingConfig/LogGroup"), "StockFunction"),
            (Remove("/Resources/FunctionLogs/Properties/RetentionInDays"), "StockFunction"),
            (Set("/Resources/StockFunction/Properties/Tracing", json!("PassThrough")), "StockFunction"),
        ],
    );
}

fn runs(template: &Template) -> Violations {
    let mut violations = Violations::new();
    for (id, _) in template.all(FUNCTION) {
        let is = |name: &str, wanted: &Value| template.setting(id, name) == wanted;
        let within = |name: &str, range: std::ops::RangeInclusive<u64>| {
            template.setting(id, name).as_u64().is_some_and(|value| range.contains(&value))
        };
        if !is("Runtime", &json!("provided.al2023")) || !is("Handler", &json!("bootstrap")) {
            violations.push(format!("{id} does not run a bootstrap on provided.al2023"));
        }
        if !is("Architectures", &json!([{ "Ref": "Architecture" }])) {
            violations.push(format!("{id} chooses its own architecture"));
        }
        if !within("MemorySize", 128..=1024) || !within("Timeout", 1..=60) {
            violations.push(format!("{id} has no sensible memory or timeout"));
        }
    }
    if template.at("/Parameters/Architecture/Default") != "arm64" {
        violations.push("Architecture is not arm64 by default".to_owned());
    }
    violations
}

#[test]
fn every_function_is_an_arm64_bootstrap_with_chosen_memory_and_timeout() {
    law(
        runs,
        &[
            (Set("/Globals/Function/Runtime", json!("provided.al2")), "StockFunction"),
            (Set("/Resources/StockFunction/Properties/Architectures", json!(["x86_64"])), "StockFunction"),
            (Set("/Resources/StockFunction/Properties/MemorySize", json!(10_240)), "StockFunction"),
            (Remove("/Globals/Function/Timeout"), "StockFunction"),
            (Set("/Parameters/Architecture/Default", json!("x86_64")), "Architecture"),
        ],
    );
}

/// A schedule's run must not overlap with the previous run or its retry.
fn alone(template: &Template) -> Violations {
    template
        .events("Schedule")
        .filter(|(function, _, event)| {
            event["Schedule"] == "rate(1 minute)"
                && (template.setting(function, "Timeout").as_u64().is_none_or(|timeout| timeout >= 60)
                    || template.properties(function)["EventInvokeConfig"]["MaximumRetryAttempts"] != 0)
        })
        .map(|(function, ..)| format!("{function} may run twice at once"))
        .collect()
}

#[test]
fn a_scheduled_run_ends_before_the_next_and_is_not_retried() {
    law(
        alone,
        &[
            (Set("/Resources/ReconcileFunction/Properties/Timeout", json!(60)), "ReconcileFunction"),
            (Remove("/Resources/ReconcileFunction/Properties/EventInvokeConfig"), "ReconcileFunction"),
        ],
    );
}
