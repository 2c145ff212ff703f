//! How numbers, amounts, moments and ages are written.

use crate::words::Words;
use domain::money::{Amount, Currency, MAX_AMOUNT, decimal};
use jiff::Timestamp;

/// Currencies whose symbol everybody knows. Any other has its code, which is never wrong.
const SYMBOLS: [(&str, &str); 3] = [("EUR", "€"), ("USD", "$"), ("GBP", "£")];

/// An amount as the language writes it: `€1,234.50`, `1.234,50 €`.
pub fn money(words: &Words, amount: Amount, currency: Currency) -> String {
    let is_german = words.tag == "de";
    let plain = decimal(amount, currency.exponent());
    let (sign, plain) = plain.strip_prefix('-').map_or(("", plain.as_str()), |rest| ("\u{2212}", rest));
    let (whole, rest) = plain.split_once('.').map_or((plain, None), |(whole, rest)| (whole, Some(rest)));
    let (group, point) = if is_german { ('.', ',') } else { (',', '.') };
    let mut number = String::new();
    for (n, digit) in whole.chars().enumerate() {
        if n > 0 && (whole.len() - n).is_multiple_of(3) {
            number.push(group);
        }
        number.push(digit);
    }
    if let Some(rest) = rest {
        number.push(point);
        number.push_str(rest);
    }
    let symbol = SYMBOLS.iter().find(|(code, _)| *code == currency.as_str()).map(|(_, symbol)| *symbol);
    match (symbol, is_german) {
        (Some(symbol), false) => format!("{sign}{symbol}{number}"),
        (Some(symbol), true) => format!("{sign}{number}\u{a0}{symbol}"),
        (None, false) => format!("{sign}{currency}\u{a0}{number}"),
        (None, true) => format!("{sign}{number}\u{a0}{currency}"),
    }
}

/// An amount as people type it, mostly in either language: `12.50`, `12,5`, `1 200`. None: it is none.
pub fn read_money(words: &Words, text: &str, currency: Currency) -> Option<Amount> {
    let text: String = text.chars().filter(|sign| !sign.is_whitespace()).collect();
    let decimals = usize::try_from(currency.exponent()).ok()?;
    // With three decimals `1,234` is a thousand in one language and one and a bit in the other: each reads its own sign only.
    let points: &[char] = match (decimals, words.tag) {
        (..=2, _) => &['.', ','],
        (_, "de") => &[','],
        _ => &['.'],
    };
    let (whole, rest) = text.rsplit_once(points).unwrap_or((&text, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    // `1.234` could mean two things, so it means neither.
    if whole.is_empty() || !is_number(whole) || !is_number(rest) || rest.len() > decimals {
        return None;
    }
    let units: Amount = format!("{whole}{rest:0<decimals$}").parse().ok()?;
    (units <= MAX_AMOUNT).then_some(units)
}

/// An amount as a field shows it for typing.
pub fn typed_money(words: &Words, amount: Amount, currency: Currency) -> String {
    let plain = decimal(amount, currency.exponent());
    if words.tag == "de" { plain.replace('.', ",") } else { plain }
}

/// A moment as a `time` element. The browser shows it in its own time zone; without scripts it stays UTC.
pub fn time(words: &Words, at: Timestamp) -> String {
    let form = if words.tag == "de" { "%d.%m.%Y, %H:%M UTC" } else { "%d %b %Y, %H:%M UTC" };
    format!("<time datetime=\"{}\">{}</time>", at.strftime("%Y-%m-%dT%H:%M:%SZ"), at.strftime(form))
}

/// How long ago it was, as a `time` element.
pub fn age(words: &Words, at: Timestamp, now: Timestamp) -> String {
    let seconds = now.as_second().saturating_sub(at.as_second()).max(0);
    let (hours, days) = if words.tag == "de" { ("Std.", "Tg.") } else { ("h", "d") };
    let text = match seconds {
        ..60 => "< 1 min".to_owned(),
        60..3_600 => format!("{} min", seconds / 60),
        3_600..172_800 => format!("{} {hours}", seconds / 3_600),
        _ => format!("{} {days}", seconds / 86_400),
    };
    let text = text.replace('<', "&lt;").replace(' ', "\u{a0}");
    format!("<time data-age datetime=\"{}\">{text}</time>", at.strftime("%Y-%m-%dT%H:%M:%SZ"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::words::{ENGLISH, GERMAN};

    #[test]
    fn each_language_writes_money_in_its_own_form() {
        for (amount, currency, english, german) in [
            (123_450, "EUR", "€1,234.50", "1.234,50_€"),
            (-5, "USD", "−$0.05", "−0,05_$"),
            (100_000, "CHF", "CHF_1,000.00", "1.000,00_CHF"),
            (1_234_567, "JPY", "JPY_1,234,567", "1.234.567_JPY"),
            (1_005, "KWD", "KWD_1.005", "1,005_KWD"),
        ] {
            let written = |words| money(words, amount, currency.parse().unwrap()).replace('\u{a0}', "_");
            assert_eq!((written(&ENGLISH).as_str(), written(&GERMAN).as_str()), (english, german));
        }
    }

    #[test]
    fn money_reads_back_as_it_is_typed_and_what_is_unclear_is_refused() {
        let euros = |text: &str| read_money(&ENGLISH, text, "EUR".parse().unwrap());
        for (text, amount) in [("12.50", 1250), ("12,5", 1250), ("7", 700), ("1 200,00", 120_000), ("0", 0)] {
            assert_eq!(euros(text), Some(amount), "{text}");
        }
        for bad in ["", "-1", "1.234", "1.2.3", "12.505", "1e3", ",5", "€5", "99999999999999999999"] {
            assert_eq!(euros(bad), None, "{bad}");
        }
        assert_eq!(read_money(&ENGLISH, "500", "JPY".parse().unwrap()), Some(500));
        assert_eq!(read_money(&ENGLISH, "5.5", "JPY".parse().unwrap()), None);
        for words in [&ENGLISH, &GERMAN] {
            assert_eq!(euros(&typed_money(words, 1_234_505, "EUR".parse().unwrap())), Some(1_234_505));
        }
    }

    #[test]
    fn with_three_decimals_each_language_reads_its_own_sign_only() {
        let dinars: Currency = "KWD".parse().unwrap();
        for (words, text, amount) in [
            (&ENGLISH, "1.234", Some(1_234)),
            (&ENGLISH, "1,234", None),
            (&GERMAN, "1,234", Some(1_234)),
            (&GERMAN, "1.234", None),
            (&GERMAN, "1234", Some(1_234_000)),
        ] {
            assert_eq!(read_money(words, text, dinars), amount, "{text} in {}", words.tag);
        }
    }

    #[test]
    fn an_age_is_told_in_its_largest_unit() {
        let at = |second| Timestamp::from_second(second).unwrap();
        for (seconds, text) in [(0, "&lt;_1_min"), (60, "1_min"), (7_300, "2_h"), (172_800, "2_d"), (-9, "&lt;_1_min")]
        {
            let written = age(&ENGLISH, at(0), at(seconds)).replace('\u{a0}', "_");
            assert!(written.contains(&format!(">{text}<")), "{written}");
        }
    }
}
