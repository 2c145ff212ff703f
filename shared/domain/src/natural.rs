//! The order in which people walk: `A-2` comes before `A-10`.

/// The sort key of a place's name: zone, aisle and bin, each as a number where it is one.
pub(crate) fn natural(name: &str) -> Natural<'_> {
    let mut parts = Vec::new();
    let mut rest = name;
    while let Some(first) = rest.chars().next() {
        let is_number = first.is_ascii_digit();
        let end = rest.find(|c: char| c.is_ascii_digit() != is_number).unwrap_or(rest.len());
        let (part, after) = rest.split_at(end);
        parts.push(if is_number {
            let digits = part.trim_start_matches('0');
            Part::Number(digits.len(), digits)
        } else {
            Part::Text(part)
        });
        rest = after;
    }
    Natural(parts, name)
}

/// A name by its parts. Names that differ in leading zeros alone are still two.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Natural<'a>(Vec<Part<'a>>, &'a str);

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part<'a> {
    /// Without leading zeros, a number with more digits is the larger one, however long it is.
    Number(usize, &'a str),
    Text(&'a str),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_are_sorted_as_people_walk() {
        let huge = format!("B-{}", "9".repeat(60));
        let walk = [
            "", "1", "2-9", "10", "A", "A1", "A-1-2", "A-01-3", "A-1-10", "A-2", "A-10", "B-7", &huge, "É", "棚1",
            "棚12",
        ];
        let mut sorted: Vec<&str> = walk.iter().rev().copied().collect();
        sorted.sort_by(|a, b| natural(a).cmp(&natural(b)));
        assert_eq!(sorted, walk);
        assert_ne!(natural("A-01"), natural("A-1"));
    }
}
