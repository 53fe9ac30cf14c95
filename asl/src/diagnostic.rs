//! Problems that are reported to a user.

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;
use serde::ser::SerializeStruct;

use crate::SyntaxError;
use crate::fix::Fix;
use crate::json::{Document, DuplicateKey, Position};
use crate::service_text::ServiceForm;
use crate::setters;

/// The name of the rule about texts that are not JSON.
const INVALID_JSON: &str = "invalid-json";
/// AWS's code for a text that is not JSON.
const NOT_JSON: &str = "INVALID_JSON_DESCRIPTION";

/// A problem that is reported to a user: an error or a warning, with its location.
///
/// The type `L` of locations depends on what is checked: a [`TextLocation`] in the text of a
/// definition, a line of Rust for a workflow that a program builds, tokens in a macro.
///
/// `Display` prints the diagnostic of a text as a line. It serializes in the format of a diagnostic
/// of AWS's `ValidateStateMachineDefinition`, with additional fields:
///
/// ```
/// use stepwright_asl::{Diagnostic, Severity};
///
/// let diagnostic = Diagnostic::new("ACME001", Severity::Warning, "the state has no `Comment`")
///     .at("/States/Charge")
///     .with_help("say in a sentence what the state does");
/// assert_eq!(
///     diagnostic.to_string(),
///     "1:1: ACME001: the state has no `Comment` at /States/Charge; say in a sentence what the state does",
/// );
/// let json = serde_json::to_value(&diagnostic)?;
/// assert_eq!(json["severity"], "WARNING");
/// assert_eq!(json["location"], "/States/Charge");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
#[must_use]
pub struct Diagnostic<L = TextLocation> {
    /// The code of the rule, such as `SW020`; `None` for a problem that no rule of the validator is
    /// about.
    pub code: Option<&'static str>,
    /// The name of the rule, such as `missing-transition-target`; `None` without a code, and for
    /// user-defined rules.
    pub name: Option<&'static str>,
    /// The code of AWS's `ValidateStateMachineDefinition`, such as `MISSING_TRANSITION_TARGET`;
    /// `None` if AWS has no such diagnostic.
    pub aws_code: Option<&'static str>,
    /// Whether the definition can be used.
    pub severity: Severity,
    /// The message: AWS's text if it is known.
    pub message: String,
    /// The location of the problem.
    pub location: L,
    /// Other locations that explain the problem, such as the first of two states with the same
    /// name.
    pub related: Vec<RelatedLocation<L>>,
    /// How to solve the problem, such as "did you mean `Charge`?".
    pub help: Option<String>,
    /// An automatic fix, which [`Fixer`](crate::fix::Fixer) makes. Only diagnostics of texts have
    /// one.
    pub fix: Option<Fix>,
    /// Further fixes, the most likely one first. A person chooses one of them, so
    /// [`Fixer`](crate::fix::Fixer) makes none.
    pub choices: Vec<Fix>,
    /// AWS's form, if it differs from the message or the location.
    pub(crate) service: Option<Box<ServiceForm>>,
}

/// Another location that explains a problem.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RelatedLocation<L = TextLocation> {
    /// The location.
    pub location: L,
    /// Its part in the problem, such as "the first state with this name".
    pub message: String,
}

/// A location in the text of a definition.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TextLocation {
    /// RFC 6901 pointer to the node; empty for the whole definition.
    pub pointer: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The offset in bytes, from 0.
    pub offset: usize,
}

impl TextLocation {
    /// The start of the text.
    fn start() -> TextLocation {
        TextLocation {
            pointer: String::new(),
            line: 1,
            column: 1,
            offset: 0,
        }
    }

    /// The start of a node's value. If the node does not exist, the start of the text.
    #[doc(hidden)]
    pub fn of(document: &Document, pointer: String) -> TextLocation {
        let position = document.position(&pointer);
        TextLocation {
            pointer,
            ..TextLocation::start()
        }
        .with_position(position.unwrap_or_else(|| document.position_at(0)))
    }

    /// The start of a node's key, or of its value if it has no key.
    pub(crate) fn of_key(document: &Document, pointer: String) -> TextLocation {
        match document.key_position(&pointer) {
            Some(position) => TextLocation {
                pointer,
                ..TextLocation::start()
            }
            .with_position(position),
            None => TextLocation::of(document, pointer),
        }
    }

    /// Sets the position in the text.
    fn with_position(self, position: Position) -> TextLocation {
        TextLocation {
            pointer: self.pointer,
            line: position.line,
            column: position.column,
            offset: position.offset,
        }
    }
}

/// `line:column`.
impl fmt::Display for TextLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// The severity of a diagnostic.
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

impl<L> Diagnostic<L> {
    /// Creates an error at a location, without a code.
    pub fn error(location: L, message: impl Into<String>) -> Diagnostic<L> {
        Diagnostic {
            code: None,
            name: None,
            aws_code: None,
            severity: Severity::Error,
            message: message.into(),
            location,
            related: Vec::new(),
            help: None,
            fix: None,
            choices: Vec::new(),
            service: None,
        }
    }

    setters! { self:
        /// Sets the code of the rule.
        with_code(code: &'static str) => self.code = Some(code);
        /// Sets the help.
        with_help(help: impl Into<String>) => self.help = Some(help.into());
        /// Adds a location that explains the problem.
        with_related(location: L, message: impl Into<String>) => {
            self.related.push(RelatedLocation { location, message: message.into() });
        };
    }

    /// All fixes: the automatic one, then the choices.
    pub fn fixes(&self) -> impl Iterator<Item = &Fix> {
        self.fix.iter().chain(&self.choices)
    }

    /// The same problem with locations of another kind, without the fixes, which belong to the old
    /// kind.
    pub fn relocated<M>(self, locate: impl Fn(&L) -> M) -> Diagnostic<M> {
        let related = self.related.into_iter().map(|related| RelatedLocation {
            location: locate(&related.location),
            message: related.message,
        });
        Diagnostic {
            code: self.code,
            name: self.name,
            aws_code: self.aws_code,
            severity: self.severity,
            message: self.message,
            location: locate(&self.location),
            related: related.collect(),
            help: self.help,
            fix: None,
            choices: Vec::new(),
            service: None,
        }
    }

    /// Sets the rule's name.
    pub(crate) fn with_name(mut self, name: &'static str) -> Diagnostic<L> {
        self.name = Some(name);
        self
    }

    /// Sets AWS's code.
    pub(crate) fn with_aws_code(mut self, code: Option<&'static str>) -> Diagnostic<L> {
        self.aws_code = code;
        self
    }
}

impl Diagnostic {
    /// Creates a diagnostic about the whole definition, at the start of its text, without a code of
    /// AWS.
    pub fn new(code: &'static str, severity: Severity, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            severity,
            ..Diagnostic::error(TextLocation::start(), message).with_code(code)
        }
    }

    setters! { self:
        /// Sets the RFC 6901 pointer to the node. Set the line with
        /// [`position`](Diagnostic::position); otherwise the
        /// [`Validator`](crate::validate::Validator) finds it when a rule reports the diagnostic.
        at(pointer: impl fmt::Display) => self.location.pointer = pointer.to_string();
        /// Sets the position in the text.
        position(position: Position) => self.location = self.location.with_position(position);
        /// Sets the fix.
        with_fix(fix: Fix) => self.fix = Some(fix);
        /// Adds a fix that a person may choose.
        with_choice(fix: Fix) => self.choices.push(fix);
    }

    /// The error for a text that is not valid JSON or YAML.
    pub(crate) fn not_json(error: &SyntaxError) -> Diagnostic {
        let mut diagnostic = Diagnostic::new("SW001", Severity::Error, error.message.as_str())
            .with_name(INVALID_JSON)
            .with_aws_code(Some(NOT_JSON));
        diagnostic.location.offset = error.offset;
        if let Some(position) = error.position {
            diagnostic.location.line = position.line;
            diagnostic.location.column = position.column;
        }
        diagnostic
    }

    /// The error for a duplicate key in an object.
    pub(crate) fn duplicate(duplicate: &DuplicateKey) -> Diagnostic {
        let message = format!(
            "duplicate key `{}` in an object; its first occurrence is at line {}, column {}",
            duplicate.key, duplicate.first.line, duplicate.first.column
        );
        let diagnostic = Diagnostic::new("SW001", Severity::Error, message)
            .with_name(INVALID_JSON)
            .with_aws_code(Some(NOT_JSON))
            .at(&duplicate.pointer)
            .position(duplicate.again);
        let first = diagnostic.location.clone().with_position(duplicate.first);
        diagnostic.with_related(first, "the first occurrence")
    }

    /// The location in AWS's format: `/` for the whole definition, `None` for a diagnostic that AWS
    /// reports without a location.
    pub fn aws_location(&self) -> Option<Cow<'_, str>> {
        match (self.aws_code, self.location.pointer.as_str()) {
            (Some("MISSING_END_STATE"), _) => None,
            (_, "") => Some(Cow::Borrowed("/")),
            (_, pointer) => Some(Cow::Borrowed(pointer)),
        }
    }
}

/// The location of a diagnostic, which knows how people read the diagnostics of its kind.
pub trait DiagnosticLocation: Sized {
    /// Writes a diagnostic as a line, for `Display`.
    ///
    /// # Errors
    ///
    /// If the formatter fails.
    fn format(diagnostic: &Diagnostic<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result;
}

impl<L: DiagnosticLocation> fmt::Display for Diagnostic<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        L::format(self, f)
    }
}

impl<L: DiagnosticLocation + fmt::Debug> std::error::Error for Diagnostic<L> {}

/// `2:14: SW020 MISSING_TRANSITION_TARGET: message at /States/A/Next`; without AWS's code if it has
/// none.
impl DiagnosticLocation for TextLocation {
    fn format(diagnostic: &Diagnostic, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = diagnostic.code.unwrap_or_default();
        write!(f, "{}: {code}", diagnostic.location)?;
        if let Some(aws_code) = diagnostic.aws_code {
            write!(f, " {aws_code}")?;
        }
        write!(f, ": {}", diagnostic.message)?;
        if let Some(location) = diagnostic.aws_location() {
            write!(f, " at {location}")?;
        }
        match &diagnostic.help {
            Some(help) => write!(f, "; {help}"),
            None => Ok(()),
        }
    }
}

/// AWS's `severity`, `code`, `message` and `location`; and `rule`, `name`, `pointer`, `line`,
/// `column`, `offset`, `suggestion`, `related`, `fix` and `choices`.
impl Serialize for Diagnostic {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut diagnostic = serializer.serialize_struct("Diagnostic", 14)?;
        diagnostic.serialize_field("severity", &self.severity)?;
        diagnostic.serialize_field("code", &self.aws_code)?;
        diagnostic.serialize_field("message", &self.message)?;
        diagnostic.serialize_field("location", &self.aws_location())?;
        diagnostic.serialize_field("rule", &self.code)?;
        diagnostic.serialize_field("name", &self.name)?;
        diagnostic.serialize_field("pointer", &self.location.pointer)?;
        diagnostic.serialize_field("line", &self.location.line)?;
        diagnostic.serialize_field("column", &self.location.column)?;
        diagnostic.serialize_field("offset", &self.location.offset)?;
        diagnostic.serialize_field("suggestion", &self.help)?;
        diagnostic.serialize_field("related", &self.related)?;
        diagnostic.serialize_field("fix", &self.fix)?;
        diagnostic.serialize_field("choices", &self.choices)?;
        diagnostic.end()
    }
}

/// `message`, `pointer`, `line`, `column` and `offset`.
impl Serialize for RelatedLocation {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut related = serializer.serialize_struct("RelatedLocation", 5)?;
        related.serialize_field("message", &self.message)?;
        related.serialize_field("pointer", &self.location.pointer)?;
        related.serialize_field("line", &self.location.line)?;
        related.serialize_field("column", &self.location.column)?;
        related.serialize_field("offset", &self.location.offset)?;
        related.end()
    }
}

/// All diagnostics about one definition, in document order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Diagnostics {
    all: Vec<Diagnostic>,
    truncated: bool,
}

impl Diagnostics {
    /// Sorts diagnostics into document order; `truncated` if there were more.
    pub(crate) fn of(mut all: Vec<Diagnostic>, truncated: bool) -> Diagnostics {
        all.sort_by_key(|diagnostic| diagnostic.location.offset);
        Diagnostics { all, truncated }
    }

    /// Whether diagnostics were omitted. Diagnostics with up to about 16 MiB of text are retained,
    /// including at least one error if there is any.
    pub fn is_truncated(&self) -> bool {
        self.truncated
    }

    /// Whether there are no diagnostics.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The number of diagnostics.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// All diagnostics.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.all.iter()
    }

    /// The diagnostics that are errors.
    pub fn errors(&self) -> impl Iterator<Item = &Diagnostic> {
        self.iter()
            .filter(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Whether there is an error.
    pub fn has_errors(&self) -> bool {
        self.errors().next().is_some()
    }
}

/// The diagnostic for a text that cannot be parsed.
impl From<SyntaxError> for Diagnostics {
    fn from(error: SyntaxError) -> Diagnostics {
        Diagnostics::from_iter([Diagnostic::not_json(&error)])
    }
}

impl FromIterator<Diagnostic> for Diagnostics {
    fn from_iter<I: IntoIterator<Item = Diagnostic>>(diagnostics: I) -> Diagnostics {
        Diagnostics::of(diagnostics.into_iter().collect(), false)
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.all.into_iter()
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// A list of diagnostics.
impl Serialize for Diagnostics {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

/// One diagnostic per line.
impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, diagnostic) in self.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            diagnostic.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostics {}
