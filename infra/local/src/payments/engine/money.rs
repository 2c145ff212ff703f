//! Amounts as decimals in a text, which some providers write.

/// How many decimals ISO 4217 gives to a currency.
pub(in crate::payments) fn decimals(currency: &str) -> u32 {
    match currency {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "UYI" | "VND"
        | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        _ => 2,
    }
}

/// `14.50` for 1450 with two decimals. `amount` is not negative.
pub(in crate::payments) fn decimal(amount: i64, decimals: u32) -> String {
    let one = 10_i64.pow(decimals);
    match decimals {
        0 => amount.to_string(),
        _ => format!("{}.{:0width$}", amount / one, amount % one, width = decimals as usize),
    }
}

/// The minor units of a text with exactly so many decimals. None: it is another text.
pub(in crate::payments) fn minor_units(text: &str, decimals: u32) -> Option<i64> {
    let (whole, part) = match (text.split_once('.'), decimals) {
        (None, 0) => (text, ""),
        (Some((whole, part)), 1..) if part.len() == decimals as usize => (whole, part),
        _ => return None,
    };
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_digits(whole) || !is_digits(part) {
        return None;
    }
    format!("{whole}{part}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_written_and_read_with_its_currency_s_decimals() {
        for (amount, currency, text) in
            [(1450, "EUR", "14.50"), (5, "EUR", "0.05"), (1450, "JPY", "1450"), (1450, "KWD", "1.450")]
        {
            assert_eq!(decimal(amount, decimals(currency)), text, "{currency}");
            assert_eq!(minor_units(text, decimals(currency)), Some(amount), "{currency}");
        }
    }

    #[test]
    fn a_text_with_other_decimals_is_no_amount() {
        for text in ["", "14", "14.5", "14.500", ".50", "-1.00", "1e3", "1,00", "99999999999999999999.00"] {
            assert_eq!(minor_units(text, 2), None, "{text}");
        }
        assert_eq!(minor_units("14.00", 0), None);
    }
}
