//! AWS's texts for problems of a definition, where the texts of `validate` say more.
//!
//! The API of the server answers with these texts, and a report of the validator has its own. A
//! problem without a text here has the same text in both.

use std::fmt;

/// AWS's text for a problem. Each variant names the report or the recording that quotes the text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ServiceText {
    /// A transition names no state. The text says `Next` for each field
    /// (<https://github.com/aws-cloudformation/cfn-lint/issues/4074> for `StartAt`,
    /// <https://github.com/floci-io/floci/pull/2786> for `Default` and `Catch`).
    MissingTarget(Box<str>),
    /// No state ends the machine (<https://github.com/floci-io/floci/issues/2735>).
    NoTerminalState,
    /// An object has a field that its type does not have
    /// (<https://github.com/floci-io/floci/issues/2735>).
    UnsupportedField(Box<str>),
    /// A field belongs to the other query language
    /// (<https://github.com/floci-io/floci/issues/2968>).
    ForeignField {
        field: Box<str>,
        language: &'static str,
        only: &'static str,
    },
    /// A value has another JSON type (<https://github.com/serverless/serverless/issues/6041>).
    WrongType(&'static str),
    /// A number is too small (<https://github.com/floci-io/floci/issues/3733>).
    BelowMinimum(NumberText),
    /// A number is too large (<https://github.com/aws-cloudformation/cfn-lint/issues/4075>).
    AboveMaximum(NumberText),
    /// An object has several fields that exclude each other
    /// (<https://github.com/floci-io/floci/issues/3733>).
    OnlyOneOf(Box<[&'static str]>),
    /// `InputPath` or `OutputPath` is not a path
    /// (<https://github.com/aws-cloudformation/cfn-lint/issues/4078>).
    InvalidPath,
    /// A reference path cannot be parsed, or has another root
    /// (<https://github.com/floci-io/floci/issues/3733>).
    InvalidReferencePath,
    /// A reference path does not begin with `$`
    /// (<https://github.com/aws-cloudformation/cfn-lint/issues/4076>).
    ReferenceWithoutDollar,
    /// A map's label is invalid, or another map has it.
    Label(Box<str>),
    /// `States.ALL` is not alone, or not in the last handler
    /// (<https://github.com/aws/aws-cdk/issues/10530>).
    MisplacedCatchAll,
    /// An argument of a service call has the wrong type
    /// (<https://github.com/aws/aws-cdk/issues/31448>).
    #[cfg_attr(
        not(feature = "integrations"),
        expect(dead_code, reason = "arguments are unknown without the tables")
    )]
    WrongArgument(Box<str>),
}

/// A bound as AWS writes it: the bounds of an integer have no decimals.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum NumberText {
    Integer(u64),
    Decimal(f64),
}

/// The node that AWS names as the location of a problem, relative to the node that the validator
/// reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ServiceLocation {
    /// The node itself.
    Node,
    /// The object that contains the node.
    Parent,
    /// The node that is so many levels above.
    #[cfg_attr(
        not(feature = "integrations"),
        expect(dead_code, reason = "only arguments are nested so deep")
    )]
    Ancestor(usize),
    /// An item of the node.
    Item(usize),
}

/// AWS's form of a diagnostic.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ServiceForm {
    pub(crate) text: ServiceText,
    pub(crate) location: ServiceLocation,
}

impl ServiceText {
    /// The approximate memory of the text, in bytes.
    pub(crate) fn size(&self) -> usize {
        match self {
            ServiceText::MissingTarget(text)
            | ServiceText::UnsupportedField(text)
            | ServiceText::Label(text)
            | ServiceText::WrongArgument(text)
            | ServiceText::ForeignField { field: text, .. } => text.len(),
            _ => 0,
        }
    }
}

impl fmt::Display for ServiceText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ServiceText::MissingTarget(target) => write!(f, "Missing 'Next' target: {target}"),
            ServiceText::NoTerminalState => f.write_str("Workflow has no terminal state"),
            ServiceText::UnsupportedField(field) => write!(f, "Field '{field}' is not supported"),
            ServiceText::ForeignField {
                field,
                language,
                only,
            } => write!(
                f,
                "The QueryLanguage is set to '{language}', but field '{field}' is only supported for the '{only}' QueryLanguage"
            ),
            ServiceText::WrongType(wanted) => write!(f, "Expected value of type {wanted}"),
            ServiceText::BelowMinimum(least) => write!(f, "Minimum value is {least}"),
            ServiceText::AboveMaximum(most) => write!(f, "Maximum value is {most}"),
            ServiceText::OnlyOneOf(fields) => write!(
                f,
                "There should only be one of the following fields: [{}]",
                fields.join(", ")
            ),
            ServiceText::InvalidPath => f.write_str("Value must be a valid JSONPath."),
            ServiceText::InvalidReferencePath => f.write_str("Value is not a Reference Path"),
            ServiceText::ReferenceWithoutDollar => {
                f.write_str("Value is not a Reference Path: Reference path didn't start with '$'")
            }
            ServiceText::MisplacedCatchAll => {
                f.write_str("States.ALL must appear alone and at end of list")
            }
            ServiceText::Label(text) | ServiceText::WrongArgument(text) => f.write_str(text),
        }
    }
}

impl fmt::Display for NumberText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NumberText::Integer(number) => write!(f, "{number}"),
            NumberText::Decimal(number) => write!(f, "{number:?}"),
        }
    }
}
