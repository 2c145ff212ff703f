//! Tests that each route's decoder reads any input or reports what is wrong with it.

use crate::{
    all_routes,
    bodies::{check, request},
};
use api::{Error, Problem, Takes};
use hostile::{each_edit, json};
use openapi::Route;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

/// The number of documents for each route, in addition to all single edits.
const CASES: u32 = 64;

/// A refusal must tell its reader what to mend.
fn judge(route: &Route, body: Vec<u8>) -> Result<(), String> {
    match check(route, &request(body)) {
        Err(Error::Problem(problem)) if !says_what_is_wrong(&problem) => Err(format!("{}: {problem:?}", route.id())),
        Ok(()) | Err(Error::Problem(_)) => Ok(()),
        Err(other) => Err(format!("{}: {other}", route.id())),
    }
}

fn says_what_is_wrong(problem: &Problem) -> bool {
    let names_fields = problem.errors.iter().all(|error| !error.field.is_empty() && !error.detail.is_empty());
    match problem.status {
        400 | 413 => !problem.detail.is_empty() && problem.errors.is_empty(),
        422 => !problem.errors.is_empty() && names_fields,
        _ => false,
    }
}

#[test]
fn every_decoder_reads_hostile_bodies_or_says_what_is_wrong() {
    for route in all_routes().filter(|route| matches!(route.declared.takes, Takes::Json(_))) {
        let Some(body) = route.body() else { continue };
        for bytes in each_edit(&body.example) {
            judge(&route, bytes).unwrap();
        }
        let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
        let several = |bytes| judge(&route, bytes).map_err(TestCaseError::fail);
        TestRunner::new(config).run(&json(vec![body.example]), several).unwrap();
    }
}
