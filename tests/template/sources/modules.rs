//! A crate's modules, and their uses of each other's declarations.

use crate::paths::{Contents, Path, read};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path as FilePath,
};

/// All modules under one `lib.rs` or `main.rs`.
#[derive(Debug, Default)]
pub(crate) struct Crate {
    modules: BTreeMap<Path, Module>,
}

/// Reads a file's text, if the file exists.
type Text<'f> = &'f dyn Fn(&FilePath) -> Option<String>;

#[derive(Debug)]
struct Module {
    contents: Contents,
    /// The module of the file. A module in braces has the file of the module around it.
    file: Path,
}

/// A use of one file's declaration in another file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Use {
    pub(crate) by: Path,
    pub(crate) of: Path,
}

impl Crate {
    pub(crate) fn load(root: &FilePath, text: Text<'_>) -> Self {
        let mut all = Self::default();
        let content = text(root).expect("a crate has a root");
        all.file(&content, text, root.parent().unwrap_or(root), &Vec::new());
        all
    }

    /// `directory` holds the files of the module's own modules.
    fn file(&mut self, content: &str, text: Text<'_>, directory: &FilePath, path: &Path) {
        self.module(read(content, path), text, directory, path.clone(), path);
    }

    fn module(&mut self, mut contents: Contents, text: Text<'_>, directory: &FilePath, path: Path, file: &Path) {
        for (name, inner) in &mut contents.modules {
            let path = [path.as_slice(), std::slice::from_ref(name)].concat();
            let directory = directory.join(&*name);
            if let Some(contents) = inner.take() {
                self.module(contents, text, &directory, path, file);
            } else {
                let beside = text(&directory.with_extension("rs"));
                let content = beside.or_else(|| text(&directory.join("mod.rs")));
                let content = content.unwrap_or_else(|| panic!("{} has no file", directory.display()));
                self.file(&content, text, &directory, &path);
            }
        }
        self.modules.insert(path, Module { contents, file: file.clone() });
    }

    /// Every use of one file by another.
    pub(crate) fn uses(&self) -> BTreeSet<Use> {
        let of = |path| self.modules[self.owner(path, &mut BTreeSet::new())].file.clone();
        self.modules
            .values()
            .flat_map(|module| {
                module.contents.mentions.iter().map(|path| Use { by: module.file.clone(), of: of(path) })
            })
            .filter(|found| found.by != found.of)
            .collect()
    }

    /// The module that declares the path's last name, even if others re-export it.
    fn owner<'c>(&'c self, path: &[String], seen: &mut BTreeSet<Path>) -> &'c Path {
        let depth = (0..=path.len()).rev().find(|depth| self.modules.contains_key(&path[..*depth])).unwrap_or(0);
        let (place, module) = self.modules.get_key_value(&path[..depth]).expect("the root of a crate is a module");
        let Some(name) = path.get(depth) else { return place };
        if module.contents.declared.contains(name) || !seen.insert(path.to_vec()) {
            return place;
        }
        let handed_on = |(known, target): &(String, Path)| {
            let whole = match known.as_str() {
                "*" => [target, &path[depth..]].concat(),
                known if known == name => [target, &path[depth + 1..]].concat(),
                _ => return None,
            };
            let owner = self.owner(&whole, seen);
            let declares = |owner: &Path| self.modules[owner].contents.declared.contains(name);
            (known != "*" || declares(owner)).then_some(owner)
        };
        module.contents.imports.iter().find_map(handed_on).unwrap_or(place)
    }
}
