//! What a reader or the validator has to say about a definition.

use std::borrow::Cow;
use std::fmt;

use crate::SyntaxError;
use crate::json::{Document, Duplicate, Position};

/// One fault or doubt, at its place.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The rule's id, such as `SW020`.
    pub rule: &'static str,
    /// The code of AWS's `ValidateStateMachineDefinition`, such as `MISSING_TRANSITION_TARGET`.
    pub code: &'static str,
    /// Whether AWS would refuse the definition.
    pub severity: Severity,
    /// What is wrong: AWS's words where they are known.
    pub message: String,
    /// RFC 6901 pointer to the place; empty for the whole definition.
    pub pointer: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The offset in bytes, from 0.
    pub offset: usize,
    /// A mend, where one is likely, such as "did you mean `Charge`?".
    pub suggestion: Option<String>,
}

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The definition can be used, and does perhaps not do what was meant.
    Warning,
    /// The definition cannot be used.
    Error,
}

impl Severity {
    /// AWS's word: `WARNING` or `ERROR`.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Warning => "WARNING",
            Severity::Error => "ERROR",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Finding {
    /// An error about the node at `pointer`.
    pub(crate) fn error(
        document: &Document,
        rule: &'static str,
        code: &'static str,
        pointer: String,
        message: impl Into<String>,
    ) -> Finding {
        let position = document
            .position(&pointer)
            .unwrap_or_else(|| document.position_at(0));
        Finding {
            rule,
            code,
            severity: Severity::Error,
            message: message.into(),
            pointer,
            line: position.line,
            column: position.column,
            offset: position.offset,
            suggestion: None,
        }
    }

    /// The error that a text is no JSON, or no YAML.
    pub(crate) fn not_json(error: &SyntaxError) -> Finding {
        Finding {
            rule: "SW001",
            code: "INVALID_JSON_DESCRIPTION",
            severity: Severity::Error,
            message: error.message.clone(),
            pointer: String::new(),
            line: error.position.map_or(1, |position| position.line),
            column: error.position.map_or(1, |position| position.column),
            offset: error.offset,
            suggestion: None,
        }
    }

    /// The error that a key stands twice in one object.
    pub(crate) fn duplicate(document: &Document, duplicate: &Duplicate) -> Finding {
        let message = format!(
            "the key `{}` stands twice in one object; it first stands at line {}, column {}",
            duplicate.key, duplicate.first.line, duplicate.first.column
        );
        let pointer = duplicate.pointer.clone();
        Finding::error(
            document,
            "SW001",
            "INVALID_JSON_DESCRIPTION",
            pointer,
            message,
        )
        .at(duplicate.again)
    }

    /// The same finding at another place of the text, with the same pointer.
    pub(crate) fn at(mut self, position: Position) -> Finding {
        self.line = position.line;
        self.column = position.column;
        self.offset = position.offset;
        self
    }

    /// The location as AWS gives it: `/` for the whole definition, `None` for a finding that AWS gives no location.
    pub fn location(&self) -> Option<Cow<'_, str>> {
        match (self.code, self.pointer.as_str()) {
            ("MISSING_END_STATE", _) => None,
            (_, "") => Some(Cow::Borrowed("/")),
            (_, pointer) => Some(Cow::Borrowed(pointer)),
        }
    }
}

/// `2:14: SW020 MISSING_TRANSITION_TARGET: message at /States/A/Next`
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}: {} {}: {}",
            self.line, self.column, self.rule, self.code, self.message
        )?;
        if let Some(location) = self.location() {
            write!(f, " at {location}")?;
        }
        match &self.suggestion {
            Some(suggestion) => write!(f, "; {suggestion}"),
            None => Ok(()),
        }
    }
}

/// All findings about one definition, in the order of the text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    all: Vec<Finding>,
    truncated: bool,
}

impl Findings {
    /// Puts findings into the order of the text; `truncated` when there were more.
    pub(crate) fn of(mut all: Vec<Finding>, truncated: bool) -> Findings {
        all.sort_by_key(|finding| finding.offset);
        Findings { all, truncated }
    }

    /// Whether findings were left out: texts of about 16 MiB are kept, and an error where there is one.
    pub fn is_truncated(&self) -> bool {
        self.truncated
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// All of them.
    pub fn iter(&self) -> std::slice::Iter<'_, Finding> {
        self.all.iter()
    }

    /// Those for which AWS would refuse the definition.
    pub fn errors(&self) -> impl Iterator<Item = &Finding> {
        self.iter()
            .filter(|finding| finding.severity == Severity::Error)
    }

    /// Whether AWS would refuse the definition.
    pub fn has_errors(&self) -> bool {
        self.errors().next().is_some()
    }
}

/// The finding that a text cannot be read.
impl From<SyntaxError> for Findings {
    fn from(error: SyntaxError) -> Findings {
        Findings::from_iter([Finding::not_json(&error)])
    }
}

impl FromIterator<Finding> for Findings {
    fn from_iter<I: IntoIterator<Item = Finding>>(findings: I) -> Findings {
        Findings::of(findings.into_iter().collect(), false)
    }
}

impl IntoIterator for Findings {
    type Item = Finding;
    type IntoIter = std::vec::IntoIter<Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.all.into_iter()
    }
}

impl<'a> IntoIterator for &'a Findings {
    type Item = &'a Finding;
    type IntoIter = std::slice::Iter<'a, Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// One finding a line.
impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, finding) in self.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            finding.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Findings {}
