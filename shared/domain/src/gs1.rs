//! GS1: the check digit of its numbers, for products and for parcels, and the element strings of its larger barcodes.

/// What ends an element that has no length of its own. In a barcode it is the sign FNC1, which scanners tell as this one.
pub(crate) const SEPARATOR: char = '\u{1d}';

/// Whether all digits, weighted 1, 3, 1, 3 from the right, make a multiple of ten. Zeros before a number do not matter.
pub(crate) fn is_right(number: &str) -> bool {
    let digits = number.chars().rev().map(|c| c.to_digit(10).unwrap_or(0));
    digits.zip([1, 3].into_iter().cycle()).map(|(digit, weight)| digit * weight).sum::<u32>().is_multiple_of(10)
}

/// The product's number (GTIN, element 01) in an element string, which may have others before it: a lot, a day. None: it is no
/// element string, or tells of no product.
pub(crate) fn gtin(text: &str) -> Option<&str> {
    let mut rest = text;
    loop {
        rest = rest.strip_prefix(SEPARATOR).unwrap_or(rest);
        let element = rest.get(..2).filter(|element| element.bytes().all(|byte| byte.is_ascii_digit()))?;
        if element == "01" {
            let is_number = |number: &&str| number.bytes().all(|byte| byte.is_ascii_digit()) && is_right(number);
            return rest.get(2..16).filter(is_number);
        }
        rest = match length(element) {
            Some(length) => rest.get(length..)?,
            None => rest.split_once(SEPARATOR)?.1,
        };
    }
}

/// How long an element is, its two digits included, if that is fixed for ever (GS1 General Specifications, predefined lengths).
fn length(element: &str) -> Option<usize> {
    Some(match element {
        "00" => 20,
        "01" | "02" | "03" | "41" => 16,
        "04" => 18,
        "11" | "12" | "13" | "14" | "15" | "16" | "17" | "18" | "19" => 8,
        "20" => 4,
        "31" | "32" | "33" | "34" | "35" | "36" => 10,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_the_product_is_found_among_other_elements() {
        for text in [
            "0104006381333931",
            "010400638133393110LOT-7",
            "0104006381333931172701311037",
            "172701310104006381333931",
            "10LOT-7\u{1d}0104006381333931",
            "21S/N 5\u{1d}310300150001040063813339311\u{1d}",
            "\u{1d}0104006381333931",
        ] {
            assert_eq!(gtin(text), Some("04006381333931"), "{text:?}");
        }
    }

    #[test]
    fn what_tells_of_no_product_has_no_number() {
        for text in [
            "",
            "01",
            "4006381333931",
            "MUG-BLUE",
            "0104006381333930",
            "01040063813339",
            "01ABCDEFGHIJKLMN",
            "00340434161094042557",
            "10LOT-7",
            "17270131",
            "10é\u{1d}01é",
        ] {
            assert_eq!(gtin(text), None, "{text:?}");
        }
    }
}
