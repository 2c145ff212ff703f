//! Bytes to text: UTF-8, or what banks wrote before.

use std::borrow::Cow;

/// The letters that Windows-1252 has where ISO 8859-1 has control characters. Five places are empty.
const WINDOWS: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// The text of a file. What is no UTF-8 is Windows-1252, which contains all that ISO 8859-1 can print.
pub(crate) fn decode(bytes: &[u8]) -> Cow<'_, str> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let wide = |pair: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes[2..].chunks_exact(2).map(|two| pair([two[0], two[1]])).collect();
        Cow::Owned(String::from_utf16_lossy(&units))
    };
    match bytes {
        [0xff, 0xfe, ..] => wide(u16::from_le_bytes),
        [0xfe, 0xff, ..] => wide(u16::from_be_bytes),
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => Cow::Owned(bytes.iter().map(|&byte| windows(byte)).collect()),
        },
    }
}

fn windows(byte: u8) -> char {
    match byte {
        0x80..=0x9f => WINDOWS[usize::from(byte) - 0x80],
        _ => char::from(byte),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_in_the_encodings_that_banks_use() {
        let table: [(&[u8], &str); 6] = [
            ("Müller € 5".as_bytes(), "Müller € 5"),
            (b"\xef\xbb\xbfM\xc3\xbcller", "Müller"),
            (b"M\xfcller \x80 5", "Müller € 5"),
            (b"\xff\xfeM\0\xfc\0", "Mü"),
            (b"\xfe\xff\0M\0\xfc", "Mü"),
            (b"", ""),
        ];
        for (bytes, text) in table {
            assert_eq!(decode(bytes), text);
        }
    }
}
