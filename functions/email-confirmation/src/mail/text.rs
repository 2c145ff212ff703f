//! The layout of plain text: paragraphs that fit any window.

/// The width that RFC 3676 recommends.
const WIDTH: usize = 72;

/// Breaks long lines at spaces, keeps their indentation, and reduces several empty lines from a template's tags to one.
/// A word longer than a line, such as a URL, stays whole.
pub(super) fn wrap(text: &str) -> String {
    let mut wrapped = String::with_capacity(text.len());
    let mut blank = false;
    for line in text.lines().map(str::trim_end) {
        if line.is_empty() {
            blank = !wrapped.is_empty();
            continue;
        }
        if std::mem::take(&mut blank) {
            wrapped.push('\n');
        }
        wrap_line(line, &mut wrapped);
    }
    wrapped
}

fn wrap_line(line: &str, wrapped: &mut String) {
    if line.chars().count() <= WIDTH {
        wrapped.push_str(line);
        wrapped.push('\n');
        return;
    }
    let words = line.trim_start();
    let indent = &line[..line.len() - words.len()];
    let mut width = 0;
    for word in words.split(' ').filter(|word| !word.is_empty()) {
        let length = word.chars().count();
        if width == 0 {
            wrapped.push_str(indent);
            width = indent.len();
        } else if width + 1 + length > WIDTH {
            wrapped.push('\n');
            wrapped.push_str(indent);
            width = indent.len();
        } else {
            wrapped.push(' ');
            width += 1;
        }
        wrapped.push_str(word);
        width += length;
    }
    wrapped.push('\n');
}

/// Joins the words with single spaces. No-break spaces stay.
pub(super) fn one_line(text: &str) -> String {
    text.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_break_at_spaces() {
        let words = "word ".repeat(40);
        let wrapped = wrap(&format!("  {words}"));
        assert_eq!(wrapped.lines().count(), 3);
        assert!(wrapped.lines().all(|line| line.starts_with("  word") && line.len() <= WIDTH));
        assert_eq!(one_line(&wrapped), words.trim_end());
    }

    #[test]
    fn an_amount_stays_on_one_line() {
        let line = format!("{}1.234,50\u{a0}€", "x".repeat(63).as_str().to_owned() + " ");
        assert_eq!(wrap(&line), format!("{}\n1.234,50\u{a0}€\n", "x".repeat(63)));
        assert_eq!(one_line(" 1,00\u{a0}€ \n zurück"), "1,00\u{a0}€ zurück");
    }

    #[test]
    fn short_lines_keep_their_columns_and_long_words_stay_whole() {
        let columns = "Subtotal    €24.00\nTax          €3.00\n";
        assert_eq!(wrap(columns), columns);
        let address = format!("https://track.example/{}", "1".repeat(100));
        assert_eq!(wrap(&address), format!("{address}\n"));
        assert_eq!(wrap(&format!("Track: {address} end")), format!("Track:\n{address}\nend\n"));
    }

    #[test]
    fn empty_lines_come_singly_and_never_first_or_last() {
        assert_eq!(wrap("\n\n  \na  \n\n\t\n\nb\n\n"), "a\n\nb\n");
        assert_eq!(wrap(""), "");
    }
}
