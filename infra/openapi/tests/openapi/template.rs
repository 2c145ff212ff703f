//! The routes are those of the template.

use crate::all_routes;
use openapi::Access;
use saphyr::{LoadableYamlNode, Yaml};
use std::{collections::BTreeMap, fs, path::Path};

/// The route keys of the template, and whether each asks for an API key.
fn declared() -> BTreeMap<String, bool> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../template.yaml");
    let template = Yaml::load_from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let resources = template[0].as_mapping_get("Resources").unwrap().as_mapping().unwrap();
    let events = resources
        .values()
        .filter_map(|resource| resource.as_mapping_get("Properties")?.as_mapping_get("Events")?.as_mapping());
    let http = events.flat_map(|events| events.values()).filter(|event| text(event, "Type") == Some("HttpApi"));
    http.map(|event| {
        let properties = event.as_mapping_get("Properties").unwrap();
        let key = format!("{} {}", text(properties, "Method").unwrap(), text(properties, "Path").unwrap());
        let open = properties.as_mapping_get("Auth").is_some_and(|auth| text(auth, "Authorizer") == Some("NONE"));
        (key, !open)
    })
    .collect()
}

fn text<'a>(node: &'a Yaml<'_>, name: &str) -> Option<&'a str> {
    node.as_mapping_get(name)?.as_str()
}

#[test]
fn every_route_of_the_template_is_described_and_no_other() {
    let described = all_routes().map(|route| (route.key.to_owned(), matches!(route.access, Access::Keys(_))));
    assert_eq!(described.collect::<BTreeMap<_, _>>(), declared());
}
