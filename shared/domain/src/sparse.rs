//! Fields that are not stored while they say nothing.

/// The default of a field that is almost always true.
pub(crate) fn yes() -> bool {
    true
}

/// Whether such a field says nothing.
#[allow(clippy::trivially_copy_pass_by_ref)] // serde's signature
pub(crate) fn is_yes(value: &bool) -> bool {
    *value
}

/// Whether a number is zero, for `skip_serializing_if`.
pub(crate) fn is_zero<T: Default + PartialEq>(number: &T) -> bool {
    *number == T::default()
}
