//! What stands in the place of Typst where it is not compiled.

use crate::{Error, Paper};

/// Refuses every paper.
#[derive(Debug, Default)]
pub struct Typesetter;

impl Typesetter {
    pub fn new() -> Self {
        Self
    }

    pub fn pdf(&self, _: &Paper) -> Result<Vec<u8>, Error> {
        Err(Error::NotCompiled)
    }
}
