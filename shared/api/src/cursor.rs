//! Where the next page of a list begins. Clients keep a cursor as it is, and it can stand in a URL as it is.

use data_encoding::BASE64URL_NOPAD;
use domain::ids::OrderId;

/// The cursor of a place in a list.
pub fn next_cursor(place: Option<String>) -> Option<String> {
    place.map(|place| BASE64URL_NOPAD.encode(place.as_bytes()))
}

/// The place that a cursor tells: a time and an order's id. Any well-formed one is valid.
pub(crate) fn place_of_order(cursor: &str) -> Option<String> {
    place(cursor).filter(|found| found.split_once('#').is_some_and(|(_, order)| order.parse::<OrderId>().is_ok()))
}

/// The place that a cursor tells: a time and a name.
pub(crate) fn place(cursor: &str) -> Option<String> {
    /// An order's id with the name of one of its items, or a payment's id.
    const MAX_NAME: usize = 200;
    let place = String::from_utf8(BASE64URL_NOPAD.decode(cursor.as_bytes()).ok()?).ok()?;
    let (time, name) = place.split_once('#')?;
    let is_time = time.len() == 14 && time.bytes().all(|b| b.is_ascii_digit());
    (is_time && (1..=MAX_NAME).contains(&name.len())).then_some(place)
}

/// The place that the cursor of a search tells, whatever it is. Why it is none, otherwise.
pub fn cursor_of_any(cursor: &str) -> Result<String, &'static str> {
    let decoded = BASE64URL_NOPAD.decode(cursor.as_bytes()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    decoded.ok_or("must be the next_cursor of an earlier answer, as it is")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_can_stand_in_a_url_and_reads_back() {
        let place = "00001764000000#ord_1".to_owned();
        let cursor = next_cursor(Some(place.clone())).unwrap();
        assert!(cursor.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'), "{cursor}");
        assert_eq!(place_of_order(&cursor), Some(place));
        assert_eq!(next_cursor(None), None);
        for bad in ["", "00001764000000#ord_1", "?", "AAAA", &cursor[1..], &BASE64URL_NOPAD.encode(b"1#ord_1")] {
            assert_eq!(place_of_order(bad), None, "{bad}");
        }
    }
}
