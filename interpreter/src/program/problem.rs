//! The error of a definition that cannot be compiled.

use std::fmt;

/// A definition does not compile. Lists all problems, each with its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgramError {
    problems: Vec<String>,
}

impl ProgramError {
    /// Creates it from problems, each a sentence.
    pub fn new(problems: Vec<String>) -> Self {
        Self { problems }
    }

    /// Returns the problems, each a sentence.
    pub fn problems(&self) -> &[String] {
        &self.problems
    }
}

impl fmt::Display for ProgramError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problems.join("\n"))
    }
}

impl std::error::Error for ProgramError {}
