//! Labels as PDF.

use std::fmt::Write as _;

/// 100 x 150 mm, in points.
const PAGE: &str = "0 0 283.46 425.2";

/// A page with these lines. The file has no compression, so tests find the lines in it.
pub(super) fn pdf(lines: &[&str]) -> Vec<u8> {
    let mut text = "BT /F1 14 Tf 20 TL 20 390 Td\n".to_owned();
    for line in lines {
        let plain: String = line.chars().filter(|c| c.is_ascii() && !c.is_control() && !"()\\".contains(*c)).collect();
        let _ = writeln!(text, "({plain}) Tj T*");
    }
    text += "ET";
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [{PAGE}] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
        ),
        format!("<< /Length {} >>\nstream\n{text}\nendstream", text.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut file = "%PDF-1.4\n".to_owned();
    let mut places = String::new();
    for (number, object) in objects.iter().enumerate() {
        let _ = writeln!(places, "{:010} 00000 n ", file.len());
        let _ = write!(file, "{} 0 obj\n{object}\nendobj\n", number + 1);
    }
    let (table, size) = (file.len(), objects.len() + 1);
    let _ = write!(file, "xref\n0 {size}\n0000000000 65535 f \n{places}");
    let _ = write!(file, "trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n");
    file.into_bytes()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_object_is_where_the_table_says() {
        let file = String::from_utf8(pdf(&["USPS", "94 (001)\n\u{e4}"])).unwrap();
        let (_, table) = file.split_once("xref\n0 6\n").unwrap();
        let places = table.lines().skip(1).take(5).map(|line| line[..10].parse::<usize>().unwrap());
        for (index, place) in places.enumerate() {
            assert!(file[place..].starts_with(&format!("{} 0 obj", index + 1)));
        }
        let start: usize = file.split("startxref\n").nth(1).unwrap().lines().next().unwrap().parse().unwrap();
        assert!(file[start..].starts_with("xref"));
        assert!(file.contains("(94 001) Tj"));
    }
}
