//! The errors that stop the local stack from starting.

use crate::{
    files::KeepError,
    payments::BooksError,
    services::{BindError, ServicesError},
    template::TemplateError,
};
use std::{io, path::PathBuf};

/// Why the stack cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StackError {
    #[error(transparent)]
    Bind(#[from] BindError),
    #[error("{}: {source}", template.display())]
    Template {
        template: PathBuf,
        #[source]
        source: Box<TemplateError>,
    },
    #[error(transparent)]
    Services(#[from] ServicesError),
    #[error(transparent)]
    Keep(#[from] KeepError),
    #[error("cannot write {}: {source}", path.display())]
    Log {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("cannot start the Lambda Runtime API: {0}")]
    Lambda(#[source] io::Error),
    #[error(transparent)]
    Books(#[from] BooksError),
    #[error("cannot store the operator key: {0}")]
    Key(#[from] store::StoreError),
}
