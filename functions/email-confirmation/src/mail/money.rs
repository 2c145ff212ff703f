//! An amount with its currency, and how languages write numbers and amounts.

use domain::money::{Amount, Currency};

/// An amount of money. It has no `Display`, because only a language knows how it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Money {
    pub amount: Amount,
    pub currency: Currency,
}

/// How a language writes numbers.
#[derive(Debug)]
pub struct Numbers {
    /// Comes before the decimals.
    pub decimal: &'static str,
    /// Separates groups of three digits.
    pub group: &'static str,
    /// Currencies whose symbol everybody knows. Any other has its ISO 4217 code, which is never wrong.
    pub symbols: &'static [(&'static str, &'static str)],
    /// Joins a number and its currency.
    pub money: fn(&str, Unit<'_>) -> String,
}

/// The name of a currency next to an amount.
#[derive(Debug, Clone, Copy)]
pub enum Unit<'a> {
    Symbol(&'a str),
    Code(&'a str),
}

impl Numbers {
    /// A number of units.
    pub(super) fn whole(&self, number: u64) -> String {
        let digits = number.to_string();
        let mut grouped = String::with_capacity(digits.len() * 4 / 3);
        for (n, digit) in digits.chars().enumerate() {
            if n > 0 && (digits.len() - n).is_multiple_of(3) {
                grouped.push_str(self.group);
            }
            grouped.push(digit);
        }
        grouped
    }

    /// An amount with the decimals of its currency.
    pub(super) fn money(&self, money: Money) -> String {
        let Money { amount, currency } = money;
        let digits = currency.exponent() as usize;
        let unit = 10_u64.pow(currency.exponent());
        let mut number = self.whole(amount.unsigned_abs() / unit);
        if digits > 0 {
            let rest = amount.unsigned_abs() % unit;
            number = format!("{number}{}{rest:0digits$}", self.decimal);
        }
        let code = currency.as_str();
        let symbol = self.symbols.iter().find(|(known, _)| *known == code).map(|(_, symbol)| *symbol);
        let text = (self.money)(&number, symbol.map_or(Unit::Code(code), Unit::Symbol));
        // A minus sign and not a hyphen, because a line may break at a hyphen.
        if amount < 0 { format!("\u{2212}{text}") } else { text }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::mail::messages::{Messages, english::ENGLISH, german::GERMAN};

    #[test]
    fn each_language_writes_money_in_its_own_form() {
        let table = [
            // amount, currency, in English, in German; `_` is a no-break space
            (123_450, "EUR", "€1,234.50", "1.234,50_€"),
            (0, "USD", "$0.00", "0,00_$"),
            (5, "GBP", "£0.05", "0,05_£"),
            (-4_525, "EUR", "−€45.25", "−45,25_€"),
            (100_000, "CHF", "CHF_1,000.00", "1.000,00_CHF"),
            (-1, "SEK", "−SEK_0.01", "−0,01_SEK"),
            (1_234_567, "JPY", "¥1,234,567", "1.234.567_¥"),
            (999, "KRW", "KRW_999", "999_KRW"),
            (1_005, "KWD", "KWD_1.005", "1,005_KWD"),
            (i64::MIN, "USD", "−$92,233,720,368,547,758.08", "−92.233.720.368.547.758,08_$"),
        ];
        for (amount, currency, english, german) in table {
            let money = Money { amount, currency: currency.parse().unwrap() };
            let written = |messages: &Messages| messages.numbers.money(money).replace('\u{a0}', "_");
            assert_eq!((written(&ENGLISH).as_str(), written(&GERMAN).as_str()), (english, german));
        }
    }

    #[test]
    fn each_language_groups_the_digits_of_numbers_in_its_own_way() {
        let table = [
            (0, "0", "0"),
            (12, "12", "12"),
            (999, "999", "999"),
            (1_000, "1,000", "1.000"),
            (12_345, "12,345", "12.345"),
            (u64::from(u32::MAX), "4,294,967,295", "4.294.967.295"),
        ];
        for (number, english, german) in table {
            let written = [&ENGLISH, &GERMAN].map(|messages| messages.numbers.whole(number));
            assert_eq!(written, [english, german]);
        }
    }
}
