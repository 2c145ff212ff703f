//! Names of payers, as they are compared.

use crate::latin::latin;
use std::collections::BTreeSet;

/// The words of a name that tell people apart, in any order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Payer(BTreeSet<String>);

/// Forms of companies, titles, and words between names.
const LEFT_OUT: &str = "ab ag and aps as bv co corp dr ek eg ev family familie frau gbr gmbh herr inc ing kft kg kgaa limited llc \
    llp ltd mag mr mrs ms nv ohg oy plc prof sa sarl se spa srl ug und";

impl Payer {
    /// Nothing, if the name has no word that tells anybody apart.
    pub(super) fn named(name: &str) -> Option<Self> {
        let name = latin(name).to_ascii_lowercase().replace(['.', '\''], "");
        let words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        let left_out = |word: &&str| LEFT_OUT.split_ascii_whitespace().any(|known| known == *word);
        let words: BTreeSet<String> = words.filter(|word| !left_out(word)).map(without_umlauts).collect();
        (!words.is_empty()).then_some(Self(words))
    }

    pub(super) fn words(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether both may be one: the same words; all words of one among the other's, at least two; or the same surname
    /// with a fitting initial.
    pub(super) fn fits(&self, other: &Self) -> bool {
        let common = self.0.intersection(&other.0).count();
        let shorter = self.0.len().min(other.0.len());
        if common == shorter {
            return self.0.len() == other.0.len() || common >= 2;
        }
        let (mine, theirs) = (self.0.difference(&other.0), other.0.difference(&self.0));
        let initial = |(a, b): (&String, &String)| {
            let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
            short.len() == 1 && long.starts_with(short.as_str())
        };
        common + 1 == shorter && self.0.len() == other.0.len() && common >= 1 && mine.zip(theirs).all(initial)
    }
}

/// `Müller` is `Mueller` to some and `Muller` to others.
fn without_umlauts(word: &str) -> String {
    word.replace("ae", "a").replace("oe", "o").replace("ue", "u")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_same_whatever_their_order_accents_and_forms() {
        let table = [
            ("Ada Lovelace", "LOVELACE, ADA", true),
            ("Jürgen Müller", "MUELLER JUERGEN", true),
            ("Jürgen Müller", "Jurgen Muller", true),
            ("François Nuñez", "Francois Nunez", true),
            ("Dr. Eva Weiß", "Eva Weiss", true),
            ("Beispiel Handels GmbH & Co. KG", "Beispiel Handels", true),
            ("Beispiel e.V.", "Beispiel", true),
            ("Anna Maria Beispiel", "Anna Beispiel", true),
            ("Anna und Karl Beispiel", "Karl Beispiel", true),
            ("A. Beispiel", "Anna Beispiel", true),
            ("O'Brien Pat", "Pat OBrien", true),
            ("B. Beispiel", "Anna Beispiel", false),
            ("Anna Beispiel", "Karl Beispiel", false),
            ("Beispiel", "Anna Beispiel", false),
            ("Ada Lovelace", "Ada Byron", false),
        ];
        for (one, other, fits) in table {
            let (one, other) = (Payer::named(one).unwrap(), Payer::named(other).unwrap());
            assert_eq!(one.fits(&other), fits, "{one:?} {other:?}");
            assert_eq!(other.fits(&one), fits, "{other:?} {one:?}");
        }
        assert_eq!(Payer::named("GmbH & Co. KG"), None);
        assert_eq!(Payer::named(" "), None);
    }
}
