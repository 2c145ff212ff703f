//! The routes are those of the template, function by function.

use api::Access;
use openapi::routes;
use saphyr::{LoadableYamlNode, Yaml};
use std::{collections::BTreeMap, fs, path::Path};

/// A function's routes, and whether each asks for an API key.
type Routes = BTreeMap<String, bool>;

/// The routes of each function of the template that has any, by the name of its binary.
fn declared() -> BTreeMap<String, Routes> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../template.yaml");
    let template = Yaml::load_from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let resources = template[0].as_mapping_get("Resources").unwrap().as_mapping().unwrap();
    let functions = resources.values().filter_map(|resource| {
        let binary = text(resource.as_mapping_get("Metadata")?.as_mapping_get("BuildProperties")?, "Binary")?;
        let events = resource.as_mapping_get("Properties")?.as_mapping_get("Events")?.as_mapping()?;
        let routes: Routes =
            events.values().filter(|event| text(event, "Type") == Some("HttpApi")).map(route).collect();
        (!routes.is_empty()).then(|| (binary.to_owned(), routes))
    });
    functions.collect()
}

fn route(event: &Yaml<'_>) -> (String, bool) {
    let properties = event.as_mapping_get("Properties").unwrap();
    let key = format!("{} {}", text(properties, "Method").unwrap(), text(properties, "Path").unwrap());
    let open = properties.as_mapping_get("Auth").is_some_and(|auth| text(auth, "Authorizer") == Some("NONE"));
    (key, !open)
}

fn text<'a>(node: &'a Yaml<'_>, name: &str) -> Option<&'a str> {
    node.as_mapping_get(name)?.as_str()
}

#[test]
fn every_function_answers_the_routes_that_the_template_gives_it_and_no_other() {
    let tables = routes::all().into_iter().map(|group| {
        let rows = group.routes.iter().map(|route| route.declared);
        let routes: Routes = rows.map(|row| (row.key.to_owned(), matches!(row.access, Access::Keys(_)))).collect();
        (group.function.to_owned(), routes)
    });
    let mut declared = declared();
    assert!(declared.remove(routes::PAGES).is_some(), "the console has no routes");
    assert_eq!(tables.collect::<BTreeMap<_, _>>(), declared);
}

/// What the console answers is not described, and asks for a session's cookie instead of an API key.
#[test]
fn the_console_answers_pages_that_the_description_leaves_out() {
    let pages = declared().remove(routes::PAGES).unwrap();
    let expected = console::ROUTES.map(|route| (route.to_owned(), false));
    assert_eq!(pages, Routes::from(expected));
    assert!(!openapi::text(&openapi::document()).contains("/console"));
}

#[test]
fn every_route_has_prose_and_all_prose_is_about_a_route() {
    assert_eq!(routes::unmatched(), Vec::<&str>::new());
}
