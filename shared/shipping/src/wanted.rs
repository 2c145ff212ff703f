//! A parcel that is to be followed, and what becomes of that.

use crate::told::Told;

/// A parcel that is to be followed.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// Whoever carries it, as the warehouse has written it.
    pub carrier: &'a str,
    pub number: &'a str,
    /// Of its address.
    pub postal_code: Option<&'a str>,
}

/// What a service says of a parcel that it is asked to follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Followed {
    /// It follows it, and this is what it knows now.
    Known(Told),
    /// It cannot follow it, and asking again changes nothing. Why, for people.
    Not(String),
}
