//! What ASL cannot say.

use std::fmt;

/// One thing that could not be lowered: where, what, and the way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    state: Option<String>,
    message: String,
}

impl Fault {
    pub(crate) fn new(state: Option<&str>, message: impl Into<String>) -> Fault {
        Fault {
            state: state.map(str::to_owned),
            message: message.into(),
        }
    }

    /// The state; `None` for the workflow itself.
    pub fn state(&self) -> Option<&str> {
        self.state.as_deref()
    }

    /// A sentence that says what is wrong and how to mend it.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.state {
            Some(state) => write!(f, "in state `{state}`: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for Fault {}

/// All faults of one workflow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Faults {
    workflow: String,
    faults: Vec<Fault>,
}

impl Faults {
    pub(crate) fn new(workflow: &str, faults: Vec<Fault>) -> Faults {
        Faults {
            workflow: workflow.to_owned(),
            faults,
        }
    }

    /// The workflow's name.
    pub fn workflow(&self) -> &str {
        &self.workflow
    }

    /// The faults, in the order of the states.
    pub fn iter(&self) -> std::slice::Iter<'_, Fault> {
        self.faults.iter()
    }

    /// How many there are; never 0.
    #[allow(clippy::len_without_is_empty, reason = "there is always one")]
    pub fn len(&self) -> usize {
        self.faults.len()
    }
}

impl<'a> IntoIterator for &'a Faults {
    type Item = &'a Fault;
    type IntoIter = std::slice::Iter<'a, Fault>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "workflow `{}` cannot become ASL:", self.workflow)?;
        for fault in &self.faults {
            write!(f, "\n  - {fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}
