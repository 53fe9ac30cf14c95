//! The errors in a document of schedules, with their positions and messages.

use std::error::Error;
use std::fmt;

use stepwright_asl::SyntaxError;
use stepwright_asl::json::Position;

/// A problem in a list of schedules.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ScheduleProblem {
    /// The line and the column in the text.
    pub position: Option<Position>,
    /// The name of the schedule, or its position in the list.
    pub schedule: Option<String>,
    /// The path of the field, such as `Target.Arn`.
    pub field: Option<String>,
    /// The problem, and how to fix it.
    pub message: String,
}

/// The problems of a list of schedules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchedulesError {
    pub(super) problems: Vec<ScheduleProblem>,
}

impl SchedulesError {
    /// Returns the problems, in the order of the text. There is at least one.
    pub fn problems(&self) -> &[ScheduleProblem] {
        &self.problems
    }
}

impl From<SyntaxError> for SchedulesError {
    fn from(error: SyntaxError) -> Self {
        let problem = ScheduleProblem {
            position: error.position,
            schedule: None,
            field: None,
            message: error.message,
        };
        Self {
            problems: vec![problem],
        }
    }
}

/// Formats the problem without its position.
impl fmt::Display for ScheduleProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.schedule, &self.field) {
            (Some(schedule), Some(field)) => write!(f, "schedule `{schedule}`, `{field}`: ")?,
            (Some(schedule), None) => write!(f, "schedule `{schedule}`: ")?,
            (None, Some(field)) => write!(f, "`{field}`: ")?,
            (None, None) => {}
        }
        f.write_str(&self.message)
    }
}

/// Formats each problem with its position, in a separate line.
impl fmt::Display for SchedulesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            if let Some(position) = problem.position {
                write!(f, "line {}, column {}: ", position.line, position.column)?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl Error for SchedulesError {}
