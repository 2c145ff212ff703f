//! Letters of all Europe in the letters that SEPA transfers.
//!
//! The conversion follows the advice of the European Payments Council (EPC217-08), letter by letter: accents go,
//! other alphabets are written in Latin letters, anything else is a point. Banks do the same to names, so names are
//! compared in this form. Of the two forms of umlauts there, it takes the one that German banks write: `ae`.

use icu_normalizer::DecomposingNormalizerBorrowed;
use std::fmt::Write;

/// Letters that do not decompose into a Latin one and an accent.
const LETTERS: &[(&str, &str)] = &[
    ("ßẞ", "ss"),
    ("æ", "ae"),
    ("œ", "oe"),
    ("ø", "o"),
    ("ł", "l"),
    ("đð", "d"),
    ("þ", "th"),
    ("ħ", "h"),
    ("ı", "i"),
    ("ŋ", "n"),
    // Greek, without accents.
    ("α", "a"),
    ("β", "v"),
    ("γ", "g"),
    ("δ", "d"),
    ("ε", "e"),
    ("ζ", "z"),
    ("ηι", "i"),
    ("θ", "th"),
    ("κ", "k"),
    ("λ", "l"),
    ("μ", "m"),
    ("ν", "n"),
    ("ξ", "x"),
    ("ο", "o"),
    ("π", "p"),
    ("ρ", "r"),
    ("σς", "s"),
    ("τ", "t"),
    ("υ", "y"),
    ("φ", "f"),
    ("χ", "ch"),
    ("ψ", "ps"),
    ("ω", "o"),
    // Cyrillic, as Bulgaria writes it.
    ("а", "a"),
    ("б", "b"),
    ("в", "v"),
    ("г", "g"),
    ("д", "d"),
    ("еэ", "e"),
    ("ж", "zh"),
    ("з", "z"),
    ("и", "i"),
    ("й", "y"),
    ("к", "k"),
    ("л", "l"),
    ("м", "m"),
    ("н", "n"),
    ("о", "o"),
    ("п", "p"),
    ("р", "r"),
    ("с", "s"),
    ("т", "t"),
    ("у", "u"),
    ("ф", "f"),
    ("х", "h"),
    ("ц", "ts"),
    ("ч", "ch"),
    ("ш", "sh"),
    ("щ", "sht"),
    ("ъ", "a"),
    ("ь", "y"),
    ("ы", "y"),
    ("ю", "yu"),
    ("я", "ya"),
    ("ё", "e"),
    ("і", "i"),
    ("ї", "yi"),
    ("є", "ye"),
    ("ј", "j"),
    ("љ", "lj"),
    ("њ", "nj"),
    ("ћ", "c"),
    ("ђ", "dj"),
    ("џ", "dz"),
];

/// Signs that have a likeness among the ones that SEPA transfers.
const SIGNS: &[(&str, &str)] = &[
    ("&", "+"),
    ("_‐‑–—−~", "-"),
    ("\"`´‘’‚‛“”„«»", "'"),
    ("[{<", "("),
    ("]}>", ")"),
    ("\\|", "/"),
    (";", ","),
    ("€", "EUR"),
    ("@", "(at)"),
    ("\u{a0}\t\r\n", " "),
];

/// A text in the characters that SEPA transfers. What has no likeness there is a point, and a letter that another one
/// is written onto is left alone.
pub(crate) fn latin(text: &str) -> String {
    let mut latin = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '/' | '-' | '?' | ':' | '(' | ')' | '.' | ',' | '\'' | '+' | ' ' => {
                latin.push(c);
            }
            'ä' => latin.push_str("ae"),
            'ö' => latin.push_str("oe"),
            'ü' => latin.push_str("ue"),
            'Ä' => latin.push_str("Ae"),
            'Ö' => latin.push_str("Oe"),
            'Ü' => latin.push_str("Ue"),
            c => convert(c, &mut latin),
        }
    }
    latin
}

fn convert(c: char, latin: &mut String) {
    let find =
        |table: &'static [(&str, &str)], c: char| table.iter().find(|(from, _)| from.contains(c)).map(|(_, to)| *to);
    if let Some(sign) = find(SIGNS, c) {
        latin.push_str(sign);
        return;
    }
    // й is и with an accent, and a letter of its own in the table.
    if let Some(letter) = c.to_lowercase().next().and_then(|lower| find(LETTERS, lower)) {
        push(letter, c.is_uppercase(), latin);
        return;
    }
    let mut buffer = [0; 4];
    let decomposed = DecomposingNormalizerBorrowed::new_nfkd().normalize(c.encode_utf8(&mut buffer)).into_owned();
    let mut known = false;
    for part in decomposed.chars() {
        if part.is_ascii_alphanumeric() || part == ' ' {
            latin.push(part);
            known = true;
        } else if let Some(letter) = part.to_lowercase().next().and_then(|lower| find(LETTERS, lower)) {
            push(letter, part.is_uppercase(), latin);
            known = true;
        }
    }
    let is_accent = ('\u{300}'..='\u{36f}').contains(&c);
    if !known && !is_accent {
        latin.push('.');
    }
}

fn push(letter: &str, upper: bool, latin: &mut String) {
    let mut letters = letter.chars();
    if let Some(first) = letters.next().filter(|_| upper) {
        let _ = write!(latin, "{}{}", first.to_ascii_uppercase(), letters.as_str());
    } else {
        latin.push_str(letter);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_written_in_the_letters_of_sepa() {
        let table = [
            ("Jürgen Groß-Weiß", "Juergen Gross-Weiss"),
            ("ÄÖÜäöü", "AeOeUeaeoeue"),
            ("Åsa Łukasz Đorđe Þór Øyvind", "Asa Lukasz Dorde Thor Oyvind"),
            ("François Čapek Nuñez", "Francois Capek Nunez"),
            ("Zoe\u{301}", "Zoe"),
            ("Γιώργος Παππάς", "Giorgos Pappas"),
            ("Иван Щербаков Стойчев", "Ivan Shterbakov Stoychev"),
            ("Müller & Söhne_GmbH", "Mueller + Soehne-GmbH"),
            ("\"A\" <b@c.de>; 5 €", "'A' (b(at)c.de), 5 EUR"),
            ("ﬁne №½", "fine No12"),
            ("李", "."),
            ("a\u{0}b", "a.b"),
        ];
        for (from, to) in table {
            assert_eq!(latin(from), to);
        }
    }

    proptest! {
        #[test]
        fn any_text_becomes_one_that_sepa_transfers(text in "\\PC{0,40}") {
            let latin = latin(&text);
            prop_assert!(latin.chars().all(|c| c.is_ascii_alphanumeric() || "/-?:().,'+ ".contains(c)), "{}", latin);
            prop_assert_eq!(super::latin(&latin), latin);
        }
    }
}
