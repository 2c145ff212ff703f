//! Hostile input, as broken programs and attackers would make it from good JSON.
//!
//! All of it starts from good documents, because only nearly valid input reaches a parser's depths. Edits are made on
//! the text, because much harmful input (a duplicate name, `1e999`, half a surrogate pair) cannot be written by a JSON
//! library.

mod tree;
mod values;

use proptest::{collection::vec, prelude::*, sample::Index};
use serde_json::Value;
use tree::{Edit, Node};
use values::any_value;

/// The document with every single edit: each value that has broken parsers, in each place.
pub fn each_edit(good: &Value) -> impl Iterator<Item = Vec<u8>> + use<> {
    let document = Node::from(good);
    let replaced = values::all().into_iter().map(Edit::Replace);
    let contradicted = values::short().map(Edit::Contradict);
    let edits: Vec<Edit> = replaced.chain(contradicted).chain([Edit::Delete, Edit::Double, Edit::Wrap]).collect();
    (0..=document.places()).flat_map(move |place| {
        let edited = |edit: &Edit| {
            let mut document = document.clone();
            document.edit(place, edit);
            document.to_string().into_bytes()
        };
        edits.iter().map(edited).collect::<Vec<_>>()
    })
}

/// Documents like `good`, with a few edits, and sometimes with damage after which they are no JSON.
pub fn json(good: Vec<Value>) -> impl Strategy<Value = Vec<u8>> {
    let edits = vec((any::<Index>(), edit()), 0..4);
    (prop::sample::select(good), edits, damage()).prop_map(|(good, edits, damage)| {
        let mut document = Node::from(&good);
        for (place, edit) in &edits {
            document.edit(place.index(1 + document.places()), edit);
        }
        damage.done_to(document.to_string().into_bytes())
    })
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        4 => any_value().prop_map(Edit::Replace),
        1 => Just(Edit::Delete),
        1 => Just(Edit::Double),
        1 => any_value().prop_map(Edit::Contradict),
        1 => any_value().prop_map(Edit::Rename),
        1 => Just(Edit::Wrap),
    ]
}

/// Damage to the bytes.
#[derive(Debug, Clone)]
enum Damage {
    None,
    Flip(Index, u8),
    Truncate(Index),
    /// Bytes in the middle: halves of UTF-8, control characters, a byte order mark.
    Insert(Index, &'static [u8]),
    /// The same bytes at the start, where a byte order mark may be.
    Begin(&'static [u8]),
}

const BYTES: [&[u8]; 9] =
    [b"\xef\xbb\xbf", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\0", b"\x0b", b",", b"{}", b"\xf4\x90\x80\x80"];

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        6 => Just(Damage::None),
        1 => (any::<Index>(), 0..8_u8).prop_map(|(at, bit)| Damage::Flip(at, bit)),
        1 => any::<Index>().prop_map(Damage::Truncate),
        1 => (any::<Index>(), prop::sample::select(BYTES.to_vec())).prop_map(|(at, bytes)| Damage::Insert(at, bytes)),
        1 => prop::sample::select(BYTES.to_vec()).prop_map(Damage::Begin),
    ]
}

impl Damage {
    fn done_to(&self, mut bytes: Vec<u8>) -> Vec<u8> {
        match self {
            Self::Flip(at, bit) if !bytes.is_empty() => {
                let at = at.index(bytes.len());
                bytes[at] ^= 1 << bit;
            }
            Self::None | Self::Flip(..) => {}
            Self::Truncate(at) => bytes.truncate(at.index(bytes.len() + 1)),
            Self::Insert(at, more) => {
                let at = at.index(bytes.len() + 1);
                bytes.splice(at..at, more.iter().copied());
            }
            Self::Begin(more) => bytes = [*more, &bytes].concat(),
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use proptest::{strategy::ValueTree, test_runner::TestRunner};
    use serde_json::json;

    /// Tests that use the generator would pass silently if it made only good documents, or only unreadable ones.
    #[test]
    fn some_of_it_is_still_json_and_some_is_not() {
        let good = json!({"a": [1, {"b": "c"}], "d": null});
        let strategy = super::json(vec![good.clone()]);
        let mut runner = TestRunner::deterministic();
        let made: Vec<Vec<u8>> = (0..500).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect();
        let read: Vec<Value> = made.iter().filter_map(|bytes| serde_json::from_slice(bytes).ok()).collect();
        assert!(read.len() > 100 && made.len() - read.len() > 100, "{} of {} are JSON", read.len(), made.len());
        assert!(read.iter().filter(|value| **value != good).count() > 50);
        assert!(made.iter().any(|bytes| bytes.len() > 100_000));
        assert!(made.iter().any(|bytes| std::str::from_utf8(bytes).is_err()));
        for edited in [
            r#"{"a":[1,{"b":NaN}],"d":null}"#,
            r#"{"a":[1,{"b":"c"}],"d":null,"a":1e999}"#,
            r#"{"a":[{"b":"c"}],"d":null}"#,
        ] {
            assert!(each_edit(&good).any(|bytes| bytes == edited.as_bytes()), "{edited}");
        }
    }
}
