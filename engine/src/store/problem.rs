//! Problems of the content of a store.

use super::StoreError;

/// A problem of a store that [`StoredExecutions::check`](crate::StoredExecutions::check) found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoreProblem {
    /// The damaged part.
    pub kind: ProblemKind,
    /// Its name: the ARN of an execution or of a Map Run, the name of a state machine, the key of a
    /// document.
    pub subject: Option<String>,
    /// The reason.
    pub why: String,
}

/// The part of a store that has a problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProblemKind {
    /// The file, or a table of the database, is damaged.
    Database,
    /// The log of the file is damaged, is missing or belongs to another file. An engine refuses the
    /// store.
    Log,
    /// An open execution cannot be read. An engine skips it and continues the others.
    OpenExecution,
    /// A closed execution cannot be described.
    ClosedExecution,
    /// The row of an execution or of an activity cannot be interpreted. An engine may refuse the
    /// store.
    Row,
    /// The definition of a state machine's version has changed since it was written, or cannot be
    /// parsed.
    Definition,
    /// A Map Run cannot be described.
    MapRun,
    /// A document cannot be read.
    Document,
    /// A row refers to a missing row.
    Reference,
}

impl StoreProblem {
    /// Creates a problem.
    pub fn new(kind: ProblemKind, subject: Option<String>, why: String) -> Self {
        Self { kind, subject, why }
    }
}

/// The problems that a check has found.
#[derive(Default)]
pub(crate) struct Problems {
    pub(crate) all: Vec<StoreProblem>,
}

impl Problems {
    pub(crate) fn add(&mut self, kind: ProblemKind, subject: Option<String>, why: String) {
        self.all.push(StoreProblem::new(kind, subject, why));
    }

    /// Adds an error of reading a table as a problem of the file, unless the file could not be read
    /// at all.
    pub(crate) fn of_database(&mut self, result: Result<(), StoreError>) -> Result<(), StoreError> {
        if let Err(error) = result {
            let why = reason(error)?;
            let is_new = |problem: &StoreProblem| problem.why != why;
            if self.all.iter().all(is_new) {
                self.add(ProblemKind::Database, None, why);
            }
        }
        Ok(())
    }
}

/// Returns the reason why content of the store cannot be read. Other errors are returned as errors.
pub(crate) fn reason(error: StoreError) -> Result<String, StoreError> {
    match error {
        StoreError::Corrupt { why, .. } => Ok(why),
        StoreError::Unreadable { .. } => Ok(error.to_string()),
        other => Err(other),
    }
}
