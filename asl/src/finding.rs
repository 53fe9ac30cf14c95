//! Findings of the parsers and of the validator about a definition.

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;
use serde::ser::SerializeStruct;

use crate::SyntaxError;
use crate::fix::Fix;
use crate::json::{Document, DuplicateKey, Position};

/// The name of the rule about texts that are not JSON.
const INVALID_JSON: &str = "invalid-json";
/// AWS's code for a text that is not JSON.
const NOT_JSON: &str = "INVALID_JSON_DESCRIPTION";

/// One error or warning, with its location.
///
/// `Display` prints it as a line. It serializes in the format of a diagnostic of AWS's `ValidateStateMachineDefinition`, with additional fields:
///
/// ```
/// use stepwright_asl::{Finding, Severity};
///
/// let finding = Finding::new("ACME001", Severity::Warning, "the state has no `Comment`")
///     .at("/States/Charge")
///     .suggest("say in a sentence what the state does");
/// assert_eq!(
///     finding.to_string(),
///     "1:1: ACME001: the state has no `Comment` at /States/Charge; say in a sentence what the state does",
/// );
/// let json = serde_json::to_value(&finding)?;
/// assert_eq!(json["severity"], "WARNING");
/// assert_eq!(json["location"], "/States/Charge");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Finding {
    /// The rule's id, such as `SW020`.
    pub rule: &'static str,
    /// The rule's name, such as `missing-transition-target`; `None` for user-defined rules.
    pub name: Option<&'static str>,
    /// The code of AWS's `ValidateStateMachineDefinition`, such as `MISSING_TRANSITION_TARGET`; `None` if AWS has no such diagnostic.
    pub code: Option<&'static str>,
    /// Whether the definition can be used.
    pub severity: Severity,
    /// The message: AWS's text if it is known.
    pub message: String,
    /// RFC 6901 pointer to the location; empty for the whole definition.
    pub pointer: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The offset in bytes, from 0.
    pub offset: usize,
    /// A likely fix, such as "did you mean `Charge`?".
    pub suggestion: Option<String>,
    /// An automatic fix, which [`Fixer`](crate::fix::Fixer) makes.
    pub fix: Option<Fix>,
}

/// The severity of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The definition can be used, but may not do what its author intended.
    Warning,
    /// The definition cannot be used.
    Error,
}

impl Severity {
    /// AWS's name: `WARNING` or `ERROR`.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Warning => "WARNING",
            Severity::Error => "ERROR",
        }
    }
}

/// AWS's name.
impl Serialize for Severity {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Finding {
    /// Creates a finding about the whole definition, at the start of its text, without a code of AWS.
    pub fn new(rule: &'static str, severity: Severity, message: impl Into<String>) -> Finding {
        Finding {
            rule,
            name: None,
            code: None,
            severity,
            message: message.into(),
            pointer: String::new(),
            line: 1,
            column: 1,
            offset: 0,
            suggestion: None,
            fix: None,
        }
    }

    /// Sets the RFC 6901 pointer to the node. Set the line with [`position`](Finding::position); otherwise the
    /// [`Validator`](crate::validate::Validator) finds it when a rule reports the finding.
    #[must_use]
    pub fn at(mut self, pointer: impl fmt::Display) -> Finding {
        self.pointer = pointer.to_string();
        self
    }

    /// Sets the position in the text.
    #[must_use]
    pub fn position(mut self, position: Position) -> Finding {
        self.line = position.line;
        self.column = position.column;
        self.offset = position.offset;
        self
    }

    /// Sets the suggestion.
    #[must_use]
    pub fn suggest(mut self, suggestion: impl Into<String>) -> Finding {
        self.suggestion = Some(suggestion.into());
        self
    }

    /// Sets the fix.
    #[must_use]
    pub fn with_fix(mut self, fix: Fix) -> Finding {
        self.fix = Some(fix);
        self
    }

    /// Sets the rule's name.
    #[must_use]
    pub(crate) fn with_name(mut self, name: &'static str) -> Finding {
        self.name = Some(name);
        self
    }

    /// Sets AWS's code.
    #[must_use]
    pub(crate) fn with_code(mut self, code: Option<&'static str>) -> Finding {
        self.code = code;
        self
    }

    /// Sets the position to the start of the pointer's node.
    #[must_use]
    pub(crate) fn placed(self, document: &Document) -> Finding {
        let position = document
            .position(&self.pointer)
            .unwrap_or_else(|| document.position_at(0));
        self.position(position)
    }

    /// The error for a text that is not valid JSON or YAML.
    pub(crate) fn not_json(error: &SyntaxError) -> Finding {
        let finding = Finding::new("SW001", Severity::Error, error.message.as_str());
        let finding = finding.with_name(INVALID_JSON);
        Finding {
            line: error.position.map_or(1, |position| position.line),
            column: error.position.map_or(1, |position| position.column),
            offset: error.offset,
            ..finding.with_code(Some(NOT_JSON))
        }
    }

    /// The error for a duplicate key in an object.
    pub(crate) fn duplicate(duplicate: &DuplicateKey) -> Finding {
        let message = format!(
            "duplicate key `{}` in an object; its first occurrence is at line {}, column {}",
            duplicate.key, duplicate.first.line, duplicate.first.column
        );
        Finding::new("SW001", Severity::Error, message)
            .with_name(INVALID_JSON)
            .with_code(Some(NOT_JSON))
            .at(&duplicate.pointer)
            .position(duplicate.again)
    }

    /// The location in AWS's format: `/` for the whole definition, `None` for a finding that AWS reports without a location.
    pub fn location(&self) -> Option<Cow<'_, str>> {
        match (self.code, self.pointer.as_str()) {
            (Some("MISSING_END_STATE"), _) => None,
            (_, "") => Some(Cow::Borrowed("/")),
            (_, pointer) => Some(Cow::Borrowed(pointer)),
        }
    }
}

/// `2:14: SW020 MISSING_TRANSITION_TARGET: message at /States/A/Next`; without the code if AWS has none.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.rule)?;
        if let Some(code) = self.code {
            write!(f, " {code}")?;
        }
        write!(f, ": {}", self.message)?;
        if let Some(location) = self.location() {
            write!(f, " at {location}")?;
        }
        match &self.suggestion {
            Some(suggestion) => write!(f, "; {suggestion}"),
            None => Ok(()),
        }
    }
}

/// AWS's `severity`, `code`, `message` and `location`; and `rule`, `name`, `pointer`, `line`, `column`, `offset`, `suggestion` and `fix`.
impl Serialize for Finding {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut diagnostic = serializer.serialize_struct("Finding", 12)?;
        diagnostic.serialize_field("severity", &self.severity)?;
        diagnostic.serialize_field("code", &self.code)?;
        diagnostic.serialize_field("message", &self.message)?;
        diagnostic.serialize_field("location", &self.location())?;
        diagnostic.serialize_field("rule", &self.rule)?;
        diagnostic.serialize_field("name", &self.name)?;
        diagnostic.serialize_field("pointer", &self.pointer)?;
        diagnostic.serialize_field("line", &self.line)?;
        diagnostic.serialize_field("column", &self.column)?;
        diagnostic.serialize_field("offset", &self.offset)?;
        diagnostic.serialize_field("suggestion", &self.suggestion)?;
        diagnostic.serialize_field("fix", &self.fix)?;
        diagnostic.end()
    }
}

/// All findings about one definition, in document order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Findings {
    all: Vec<Finding>,
    truncated: bool,
}

impl Findings {
    /// Sorts findings into document order; `truncated` if there were more.
    pub(crate) fn of(mut all: Vec<Finding>, truncated: bool) -> Findings {
        all.sort_by_key(|finding| finding.offset);
        Findings { all, truncated }
    }

    /// Whether findings were omitted. Findings with up to about 16 MiB of text are retained, including at least one error if there is any.
    pub fn is_truncated(&self) -> bool {
        self.truncated
    }

    /// Whether there are no findings.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The number of findings.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// All findings.
    pub fn iter(&self) -> std::slice::Iter<'_, Finding> {
        self.all.iter()
    }

    /// The findings that are errors.
    pub fn errors(&self) -> impl Iterator<Item = &Finding> {
        self.iter()
            .filter(|finding| finding.severity == Severity::Error)
    }

    /// Whether there is an error.
    pub fn has_errors(&self) -> bool {
        self.errors().next().is_some()
    }
}

/// The finding for a text that cannot be parsed.
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

/// A list of findings.
impl Serialize for Findings {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

/// One finding per line.
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
