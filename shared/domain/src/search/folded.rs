//! Names as they are compared: without case, accents and punctuation.

use icu_normalizer::DecomposingNormalizerBorrowed;

/// The name in lower case, without accents, its words parted by one blank.
pub(super) fn folded(name: &str) -> String {
    let decomposed = DecomposingNormalizerBorrowed::new_nfkd().normalize(name);
    let mut folded = String::with_capacity(name.len());
    for c in decomposed.chars().flat_map(char::to_lowercase) {
        match c {
            // Unicode takes these for letters of their own. People write them so where keyboards lack them.
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'ø' => folded.push('o'),
            'ł' => folded.push('l'),
            'đ' | 'ð' => folded.push('d'),
            'þ' => folded.push_str("th"),
            'ı' => folded.push('i'),
            // O'Brien, O’Brien and OBrien are one.
            '\'' | '’' | 'ʼ' => {}
            c if c.is_alphanumeric() => folded.push(c),
            c if is_written_onto_letters(c) => {}
            _ if folded.ends_with(' ') || folded.is_empty() => {}
            _ => folded.push(' '),
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

fn is_written_onto_letters(c: char) -> bool {
    use icu_properties::{
        CodePointMapData,
        props::GeneralCategory::{self, EnclosingMark, NonspacingMark, SpacingMark},
    };
    matches!(CodePointMapData::<GeneralCategory>::new().get(c), NonspacingMark | SpacingMark | EnclosingMark)
}

/// A folded name with its last word first.
pub(super) fn surname_first(folded: &str) -> String {
    match folded.rsplit_once(' ') {
        Some((others, last)) => format!("{last} {others}"),
        None => folded.to_owned(),
    }
}
