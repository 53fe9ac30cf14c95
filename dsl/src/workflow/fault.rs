//! Faults: parts of a workflow that ASL cannot express.

use super::source_location::SourceLocation;
use std::fmt;

/// A part of a workflow that could not be lowered: its location, the problem, and the fix.
#[derive(Clone, PartialEq, Eq)]
pub struct Fault {
    state: Option<String>,
    place: Option<SourceLocation>,
    code: Option<&'static str>,
    message: String,
}

impl Fault {
    pub(crate) fn new(state: Option<&str>, message: impl Into<String>) -> Fault {
        Fault {
            state: state.map(str::to_owned),
            place: None,
            code: None,
            message: message.into(),
        }
    }

    /// Sets the fault's source location.
    pub(crate) fn at(self, place: Option<SourceLocation>) -> Fault {
        Fault { place, ..self }
    }

    /// Sets the rule that the fault breaks.
    pub(crate) fn breaks(self, code: &'static str) -> Fault {
        let code = Some(code);
        Fault { code, ..self }
    }

    /// The code of the rule that the workflow breaks, such as `SW130`, as `stepwright validate` reports it for ASL.
    /// [`RULES`](stepwright_asl::validate::RULES) explains it. `None` for a problem that only workflows in Rust have.
    pub fn code(&self) -> Option<&'static str> {
        self.code
    }

    /// The state; `None` for the workflow itself.
    pub fn state(&self) -> Option<&str> {
        self.state.as_deref()
    }

    /// The problem and its fix, in one sentence.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The source location: the expression, else the state. `None` if it is not known, for example for a definition
    /// that was parsed from a text.
    pub fn place(&self) -> Option<SourceLocation> {
        self.place
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = self.place {
            write!(f, "{place}: ")?;
        }
        match &self.state {
            Some(state) => write!(f, "in state `{state}`: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

/// Prints the same text as `Display`, because `unwrap` prints `Debug`.
impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Fault {}

/// All faults of one workflow.
///
/// As text it is a list with a line for each fault. `Debug` is the same, so that `unwrap` shows all faults.
///
/// ```
/// use stepwright::builder::FlowBuilder;
///
/// let flow = FlowBuilder::<(), ()>::new("Empty");
/// let lost = flow.declare::<()>("Lost");
/// flow.start_at(&lost);
/// let faults = flow.build().expect_err("the state is never defined");
/// for fault in &faults {
///     assert_eq!(fault.state(), Some("Lost"));
///     assert!(fault.place().is_some());
/// }
/// assert!(faults.to_string().starts_with("workflow `Empty` cannot become ASL:\n  - "));
/// ```
#[derive(Clone, PartialEq, Eq)]
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

    /// The number of faults; never 0.
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

impl IntoIterator for Faults {
    type Item = Fault;
    type IntoIter = std::vec::IntoIter<Fault>;

    fn into_iter(self) -> Self::IntoIter {
        self.faults.into_iter()
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

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Faults {}
