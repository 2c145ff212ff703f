//! Tests that files do not import each other in a circle.

use crate::{
    modules::{Crate, Use},
    paths::Path,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path as FilePath, PathBuf},
};

/// Sibling modules, and for each the siblings that it uses.
type Siblings = BTreeMap<String, BTreeSet<String>>;

/// The uses between each module's own modules. A file counts for all the modules that contain it: if `services/access`
/// uses `lambda/process`, then `services` uses `lambda`.
fn siblings(uses: &BTreeSet<Use>) -> BTreeMap<Path, Siblings> {
    let mut all: BTreeMap<Path, Siblings> = BTreeMap::new();
    for Use { by, of } in uses {
        let common = by.iter().zip(of).take_while(|(by, of)| by == of).count();
        // A module and its own modules are one subject.
        if let (Some(user), Some(used)) = (by.get(common), of.get(common)) {
            let siblings = all.entry(by[..common].to_vec()).or_default();
            siblings.entry(user.clone()).or_default().insert(used.clone());
        }
    }
    all
}

/// Each group of modules in which every module uses every other one, directly or indirectly.
fn circles(siblings: &Siblings) -> BTreeSet<Vec<&str>> {
    let reached = |from: &str| {
        let mut reached = BTreeSet::new();
        let mut next: Vec<&str> = vec![siblings.get_key_value(from).map_or("", |(name, _)| name)];
        while let Some(name) = next.pop() {
            next.extend(
                siblings.get(name).into_iter().flatten().map(String::as_str).filter(|used| reached.insert(*used)),
            );
        }
        reached
    };
    let reached: BTreeMap<&str, BTreeSet<&str>> = siblings.keys().map(|name| (name.as_str(), reached(name))).collect();
    let back = |name: &str, of: &str| reached.get(of).is_some_and(|reached| reached.contains(name));
    reached
        .iter()
        .map(|(name, used)| used.iter().copied().filter(|of| back(name, of)).collect::<Vec<_>>())
        .filter(|circle| !circle.is_empty())
        .collect()
}

/// Each circle of a crate: its files, and the uses between them.
fn circles_of(all: &Crate) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (parent, siblings) in siblings(&all.uses()) {
        let name = |name: &str| parent.iter().map(String::as_str).chain([name]).collect::<Vec<_>>().join("::");
        for circle in circles(&siblings) {
            let uses = circle.iter().map(|user| {
                let used = circle.iter().filter(|used| siblings[*user].contains(**used));
                format!("{} -> {}", name(user), used.copied().collect::<Vec<_>>().join(", "))
            });
            found.insert(uses.collect::<Vec<_>>().join("; "));
        }
    }
    found
}

/// Crates that still have circles.
const NOT_YET: &[&str] = &["shared/api/src/lib.rs"];

#[test]
fn no_file_imports_a_file_that_imports_it() {
    let workspace = FilePath::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for root in roots(&workspace) {
        let circles = circles_of(&Crate::load(&root, &|file| fs::read_to_string(file).ok()));
        let name = root.strip_prefix(&workspace).unwrap().to_string_lossy();
        if NOT_YET.contains(&&*name) {
            println!("{name}, not yet: {circles:#?}");
            assert!(!circles.is_empty(), "{name} has no circle any more, and so no place in NOT_YET");
        } else {
            assert!(circles.is_empty(), "files of {name} that import each other in a circle: {circles:#?}");
        }
    }
}

/// Every `lib.rs` and `main.rs`, including those of tests with several files.
fn roots(directory: &FilePath) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy();
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            found.extend(roots(&path));
        } else if name == "lib.rs" || name == "main.rs" {
            found.push(path);
        }
    }
    found
}

/// The circles of a crate with these files. The first file is its root.
fn circles_in(files: &[(&str, &str)]) -> Vec<String> {
    let text = |path: &FilePath| {
        let file = files.iter().find(|(name, _)| path == FilePath::new(name));
        file.map(|(_, text)| (*text).to_owned())
    };
    circles_of(&Crate::load(FilePath::new(files[0].0), &text)).into_iter().collect()
}

#[test]
fn a_circle_is_found_however_its_files_import_each_other() {
    let sample =
        |root: &str, a: &str| circles_in(&[("lib.rs", root), ("a.rs", a), ("b.rs", "use super::a::A; pub struct B;")]);
    for (root, a) in [
        ("mod a; mod b;", "use super::b::B; pub struct A;"),
        ("mod a; mod b;", "use crate::b::B; pub struct A;"),
        ("mod a; mod b;", "use super::{self as up, b::{self, B as Other}}; pub struct A;"),
        ("mod a; mod b;", "use super::b; pub struct A;"),
        ("mod a; mod b;", "use super::b::*; pub struct A;"),
        ("mod a; mod b;", "pub struct A(crate::b::B);"),
        ("mod a; mod b;", "pub struct A; fn f() { use crate::b::B; }"),
        ("mod a; mod b;", "pub struct A; fn f() { vec![super::b::B]; }"),
        ("mod a; mod b;", "pub struct A; fn f() -> impl Sized + use<> {} fn g() { crate::b::B }"),
        ("mod a; mod b;", "pub struct A; mod inner { use super::super::b::B; }"),
        ("mod a; mod b; pub use b::B;", "use super::B; pub struct A;"),
        ("mod a; mod b; pub use self::b::B as C;", "use crate::C; pub struct A;"),
        ("mod a; mod b; pub use b::*;", "use super::B; pub struct A;"),
    ] {
        assert_eq!(sample(root, a), ["a -> b; b -> a"], "{root} {a}");
    }
}

#[test]
fn a_circle_of_many_files_is_one_and_speaks_for_the_directories_they_are_in() {
    let found = circles_in(&[
        ("lib.rs", "mod a; mod b; mod c; mod d;"),
        ("a.rs", "mod deep;"),
        ("a/deep.rs", "use crate::b::B;"),
        ("b/mod.rs", "mod deep; pub struct B;"),
        ("b/deep.rs", "use crate::c::C;"),
        ("c.rs", "use crate::a::A; pub struct C;"),
        ("d.rs", "use crate::a::A;"),
    ]);
    assert_eq!(found, ["a -> b; b -> c; c -> a"]);
}

#[test]
fn no_circle_is_made_up() {
    let none: [String; 0] = [];
    for a in [
        "pub struct A; // use super::b::B;",
        "pub struct A; const TEXT: &str = \"use super::b::B;\";",
        "pub struct A; #[cfg(test)] mod tests { use crate::b::B; }",
        "pub struct A; #[cfg(test)] use super::b::B;",
        "use other::b::B; pub struct A;",
        "use super::Shared; pub struct A;",
        "mod b { pub struct B; } use self::b::B; pub struct A;",
    ] {
        let root = "mod a; mod b; pub struct Shared; impl Shared { fn f(self: &Self) { a::A; b::B; } }";
        assert_eq!(
            circles_in(&[("lib.rs", root), ("a.rs", a), ("b.rs", "use super::a::A; pub struct B;")]),
            none,
            "{a}"
        );
    }
}
