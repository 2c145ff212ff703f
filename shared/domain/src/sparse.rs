//! Fields that are not stored while they say nothing.

/// Whether a number is zero, for `skip_serializing_if`.
pub(crate) fn is_zero<T: Default + PartialEq>(number: &T) -> bool {
    *number == T::default()
}
