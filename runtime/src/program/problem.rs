use std::fmt;

/// A definition does not compile. All of its problems are listed, each with the state that has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ProgramError {
    problems: Vec<String>,
}

impl ProgramError {
    pub(super) fn new(problems: Vec<String>) -> Self {
        Self { problems }
    }

    /// The problems, each a sentence.
    pub(crate) fn problems(&self) -> &[String] {
        &self.problems
    }
}

impl fmt::Display for ProgramError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problems.join("\n"))
    }
}

impl std::error::Error for ProgramError {}
