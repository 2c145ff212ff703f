//! The check digit of GS1's numbers: barcodes of products, and of parcels.

/// Whether all digits, weighted 1, 3, 1, 3 from the right, make a multiple of ten. Zeros before a number do not matter.
pub(crate) fn is_right(number: &str) -> bool {
    let digits = number.chars().rev().map(|c| c.to_digit(10).unwrap_or(0));
    digits.zip([1, 3].into_iter().cycle()).map(|(digit, weight)| digit * weight).sum::<u32>().is_multiple_of(10)
}
