//! The bodies of the `PUT` requests, for the OpenAPI description. They are read straight into what is stored, together
//! with the name in the path; the tests of infra/openapi hold the two to each other.

use super::{MAX_BIN, MAX_BINS, MAX_NAME, MAX_PRIORITY, MAX_WEIGHT_G};
use domain::{arrival::ScheduleSettings, ids::LocationId};
use schemars::JsonSchema;
use std::collections::BTreeMap;

/// Product master data.
#[derive(JsonSchema)]
pub struct PutProduct {
    #[schemars(length(min = 1, max = MAX_NAME))]
    pub title: String,
    /// Grams.
    #[schemars(range(max = MAX_WEIGHT_G))]
    pub weight_g: Option<u32>,
    /// Where it lies at each location.
    #[schemars(extend("maxProperties" = MAX_BINS))]
    pub bins: Option<BTreeMap<LocationId, Bin>>,
}

/// A place in a location.
#[derive(JsonSchema)]
pub struct Bin(#[schemars(length(min = 1, max = MAX_BIN))] pub String);

/// A location.
#[derive(JsonSchema)]
pub struct PutLocation {
    #[schemars(length(min = 1, max = MAX_NAME))]
    pub name: String,
    /// Lower is preferred; 100 if absent.
    #[schemars(range(max = MAX_PRIORITY))]
    pub priority: Option<u16>,
    pub schedule: Option<ScheduleSettings>,
    /// `https`, or `http` to this machine.
    #[schemars(url, length(max = 500))]
    pub webhook_url: Option<String>,
}

#[derive(JsonSchema)]
pub struct PutChannel {
    #[schemars(length(min = 1, max = MAX_NAME))]
    pub name: String,
}
