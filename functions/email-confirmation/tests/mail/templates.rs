//! Templates hold only structure. Every word that a customer reads comes from the language.

use std::{fs, path::Path};

/// Cuts out each part between `open` and `close`. Returns the rest, and the parts.
fn cut(text: &str, open: &str, close: &str) -> (String, Vec<String>) {
    let (mut rest, mut left, mut inside) = (text, String::new(), Vec::new());
    while let Some((before, after)) = rest.split_once(open) {
        let (within, behind) = after.split_once(close).unwrap();
        left.push_str(before);
        left.push(' ');
        inside.push(within.to_owned());
        rest = behind;
    }
    left.push_str(rest);
    (left, inside)
}

/// The words of a human language in a template itself: as text, as a literal in its code, or in an attribute that is
/// read to people.
fn words(template: &str) -> Vec<String> {
    let (rest, _) = cut(template, "{#", "#}");
    let (rest, mut code) = cut(&rest, "{%", "%}");
    let (rest, values) = cut(&rest, "{{", "}}");
    code.extend(values);
    let literals = code.iter().flat_map(|code| cut(code, "\"", "\"").1);
    let literals = literals.filter(|literal| !["mailto:", "tel:"].contains(&literal.as_str()));
    let literals = literals.filter(|literal| Path::new(literal).extension().is_none());

    let (rest, _) = cut(&rest, "<style>", "</style>");
    let (rest, _) = cut(&rest, "<!--", "-->");
    let (text, tags) = cut(&rest, "<", ">");
    let (text, _) = cut(&text, "&", ";");
    let read = ["alt=\"", "aria-label=\"", "title=\"", "placeholder=\"", "summary=\""];
    let attributes = tags.iter().flat_map(|tag| read.iter().flat_map(|name| cut(tag, name, "\"").1));

    let all = literals.chain(attributes).chain([text]).collect::<Vec<_>>().join(" ");
    let words = all.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

#[test]
fn no_word_stands_in_a_template() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let mut seen = 0;
    for file in fs::read_dir(directory).unwrap() {
        let path = file.unwrap().path();
        let found = words(&fs::read_to_string(&path).unwrap());
        assert!(found.is_empty(), "{}: {found:?}", path.display());
        seen += 1;
    }
    assert_eq!(seen, 22, "all kinds, the parts and the layout, each as HTML and as text");
}

#[test]
fn the_search_for_words_finds_them() {
    let table = [
        ("<p class=\"x\">{{ a }} · &nbsp; {# a comment #}{% if a %}2 × 3{% endif %}</p>", &[][..]),
        ("{% extends \"layout.html\" %}{{ way(\"mailto:\" ~ a, b.replace(' ', \"\")) }}", &[]),
        ("<style>.a { color: red }</style><!--[if mso]>b<![endif]-->", &[]),
        ("<p>Hello {{ name }}, <strong>Größe</strong></p>", &["Hello", "Größe"]),
        ("{{ way(\"Telephone\", a) }}{% call item(\"Qty \" ~ n) %}", &["Qty", "Telephone"]),
        ("<td aria-label=\"Order {{ n }}\" alt=\"Logo\">", &["Order", "Logo"]),
    ];
    for (template, expected) in table {
        let mut found = words(template);
        found.sort_unstable();
        let mut expected = expected.to_vec();
        expected.sort_unstable();
        assert_eq!(found, expected, "{template}");
    }
}
