//! The tokens of a source file: what it declares, what it imports, and every path of its own crate in it. Whatever is under
//! `#[cfg(test)]` is left out.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree, token_stream::IntoIter};
use std::iter::Peekable;

/// Names from the crate's root to a module or an item: `["services", "access", "Access"]`.
pub(crate) type Path = Vec<String>;

/// The contents of a module, without its own modules.
#[derive(Debug, Default)]
pub(crate) struct Contents {
    /// Functions, types, constants and so on.
    pub(crate) declared: Vec<String>,
    /// The local name of an import, and what it stands for. `*` stands for all its names.
    pub(crate) imports: Vec<(String, Path)>,
    /// All paths in the module, including imports.
    pub(crate) mentions: Vec<Path>,
    /// The module's own modules: those in braces with their contents, the others in separate files.
    pub(crate) modules: Vec<(String, Option<Contents>)>,
}

/// The contents of the module `here`, from its text.
pub(crate) fn read(text: &str, here: &[String]) -> Contents {
    let tokens: TokenStream = text.parse().expect("a source file that the compiler reads");
    module(tokens, here)
}

fn module(tokens: TokenStream, here: &[String]) -> Contents {
    let mut contents = Contents::default();
    scan(tokens, here, true, &mut contents);
    // `use access::Access` means the module `access` of this one, if there is such a module.
    let own: Vec<String> = contents.modules.iter().map(|(name, _)| name.clone()).collect();
    let full = |path: &Path| match path.split_first() {
        Some((root, rest)) if root == "crate" => Some(rest.to_vec()),
        Some((first, _)) if own.contains(first) => Some([here, path.as_slice()].concat()),
        _ => None,
    };
    contents.mentions = contents.mentions.iter().filter_map(full).collect();
    contents.imports = contents.imports.iter().filter_map(|(name, path)| Some((name.clone(), full(path)?))).collect();
    contents
}

/// Names are declared only while `outside` is true: outside of functions and other items.
fn scan(tokens: TokenStream, here: &[String], outside: bool, contents: &mut Contents) {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == '#' => {
                if let Some(TokenTree::Group(attribute)) = tokens.peek()
                    && attribute.stream().to_string().replace(' ', "") == "cfg(test)"
                {
                    skip_item(&mut tokens);
                }
            }
            TokenTree::Group(group) => scan(group.stream(), here, false, contents),
            TokenTree::Ident(ident) => match ident.to_string().as_str() {
                // `impl Future + use<>` is no import.
                "use" if tokens.peek().is_some_and(|next| !is(next, '<')) => {
                    let imports = import(&mut tokens, here);
                    contents.mentions.extend(imports.iter().map(|(_, path)| path.clone()));
                    if outside {
                        contents.imports.extend(imports);
                    }
                }
                "mod" if outside => {
                    let name = name(&mut tokens);
                    let inner = match tokens.next() {
                        Some(TokenTree::Group(group)) => {
                            Some(module(group.stream(), &[here, std::slice::from_ref(&name)].concat()))
                        }
                        _ => None,
                    };
                    contents.modules.push((name, inner));
                }
                "fn" | "struct" | "enum" | "union" | "trait" | "type" | "const" | "static" if outside => {
                    if let Some(TokenTree::Ident(name)) = tokens.peek() {
                        contents.declared.push(name.to_string());
                    }
                }
                root @ ("crate" | "super" | "self") => {
                    let mut path = vec![root.to_owned()];
                    while separator(&mut tokens)
                        && let Some(TokenTree::Ident(name)) = tokens.peek()
                    {
                        path.push(name.to_string());
                        tokens.next();
                    }
                    if path.len() > 1 {
                        contents.mentions.push(rooted(path, here));
                    }
                }
                _ => {}
            },
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

/// The same path from the root of the crate: `super::stripe` is `crate::services::stripe`. Another crate's path stays.
fn rooted(path: Path, here: &[String]) -> Path {
    let mut base = here;
    let mut rest = path.as_slice();
    match path[0].as_str() {
        "self" => rest = &rest[1..],
        "super" => {
            while rest.first().is_some_and(|name| name == "super") {
                base = &base[..base.len() - 1];
                rest = &rest[1..];
            }
        }
        _ => return path,
    }
    [&["crate".to_owned()], base, rest].concat()
}

/// The names and paths of one `use`, up to its semicolon.
fn import(tokens: &mut Peekable<IntoIter>, here: &[String]) -> Vec<(String, Path)> {
    let until: TokenStream = tokens.take_while(|token| !is(token, ';')).collect();
    let mut found = Vec::new();
    tree(until, &mut Vec::new(), &mut found);
    found.into_iter().map(|(name, path)| (name, rooted(path, here))).collect()
}

/// `a::{b, c as d, e::*}`, after the names of `before`.
fn tree(tokens: TokenStream, before: &mut Path, found: &mut Vec<(String, Path)>) {
    let mut tokens = tokens.into_iter().peekable();
    let depth = before.len();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(ident) if ident == "as" => {
                if let Some(last) = found.last_mut() {
                    last.0 = name(&mut tokens);
                }
            }
            TokenTree::Ident(ident) => {
                let ident = ident.to_string();
                // `a::{self}` is `a`.
                if ident != "self" || before.is_empty() {
                    before.push(ident);
                }
                if !separator(&mut tokens) {
                    found.push((before.last().cloned().unwrap_or_default(), before.clone()));
                }
            }
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => tree(group.stream(), before, found),
            TokenTree::Punct(punct) if punct.as_char() == '*' => found.push(("*".to_owned(), before.clone())),
            TokenTree::Punct(punct) if punct.as_char() == ',' => before.truncate(depth),
            _ => {}
        }
    }
    before.truncate(depth);
}

/// Skips `::`, if it is next.
fn separator(tokens: &mut Peekable<IntoIter>) -> bool {
    let first = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ':' && punct.spacing() == Spacing::Joint);
    tokens.next_if(first).and_then(|_| tokens.next()).is_some()
}

fn name(tokens: &mut Peekable<IntoIter>) -> String {
    tokens.next().map(|token| token.to_string()).unwrap_or_default()
}

/// Skips one item, up to its semicolon or its last brace.
fn skip_item(tokens: &mut Peekable<IntoIter>) {
    for token in tokens {
        let braces = matches!(&token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
        if braces || is(&token, ';') {
            return;
        }
    }
}

fn is(token: &TokenTree, character: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == character)
}
