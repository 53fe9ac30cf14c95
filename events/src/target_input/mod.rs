//! The input that a state machine receives from an event.
//!
//! | file | content |
//! |---|---|
//! | `path.rs` | `InputPath`: EventBridge's part of JSONPath |
//! | `transformer.rs` | `InputTransformer`: variables and a template |
//!
//! The facts are from the EventBridge user guide, "Amazon EventBridge input transformation", and
//! from tests that LocalStack ran on AWS. Where neither has an answer, an `Assumption:` next to the
//! code names the choice.

mod path;
#[cfg(test)]
mod tests;
mod transformer;

use std::fmt::{self, Write};

use stepwright_asl::json::Json;
use stepwright_asl::limits::MAX_PAYLOAD_BYTES;

pub use self::path::EventPath;
pub use self::transformer::InputTransformer;
use crate::event::Event;

/// The maximum length of `Input` and `InputTemplate` in characters.
///
/// Source: <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Target.html>
const MAX_TEXT_CHARS: usize = 8192;

/// The input that an execution receives from an event.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum TargetInput {
    /// The whole event.
    Event,
    /// `Input`: the text of a JSON value. [`TargetInput::constant`] checks it.
    Constant(String),
    /// `InputPath`: a part of the event.
    Part(EventPath),
    /// `InputTransformer`: a template with parts of the event.
    Transformed(InputTransformer),
}

/// The values of EventBridge's reserved variables, in addition to the event itself.
#[derive(Debug, Clone, Copy)]
pub struct RuleContext<'c> {
    /// `<aws.events.rule-arn>`: the ARN of the rule.
    pub rule_arn: &'c str,
    /// `<aws.events.rule-name>`: the name of the rule.
    pub rule_name: &'c str,
    /// `<aws.events.event.ingestion-time>`: when the bus received the event, in ISO 8601.
    pub ingestion_time: &'c str,
}

impl TargetInput {
    /// Creates a constant input.
    ///
    /// ```
    /// use stepwright_events::target_input::TargetInput;
    ///
    /// assert!(TargetInput::constant(r#"{"full": true}"#).is_ok());
    /// let error = TargetInput::constant("full").unwrap_err();
    /// assert!(error.to_string().starts_with("`Input` is not valid"), "{error}");
    /// ```
    ///
    /// # Errors
    ///
    /// If the text is not JSON or has more than 8,192 characters.
    pub fn constant(text: impl Into<String>) -> Result<Self, TargetInputError> {
        let text = text.into();
        check_constant(&text)?;
        Ok(Self::Constant(text))
    }

    /// Prints the input for an event. It is JSON of at most 262,144 bytes, the limit of an
    /// execution's input.
    ///
    /// # Errors
    ///
    /// If `InputPath` finds nothing, if a variable's value does not fit its location in the
    /// template, or if the input is too long.
    pub fn print(
        &self,
        event: &Event,
        context: &RuleContext<'_>,
    ) -> Result<String, TargetInputError> {
        match self {
            Self::Event => print_value(event.json()),
            Self::Constant(text) => {
                // The variant is public, so the text may be unchecked.
                check_constant(text)?;
                Ok(text.clone())
            }
            // Assumption: AWS does not document an `InputPath` that finds nothing. LocalStack sends
            // nothing to the target; here it is an error, so that the failed start is reported.
            Self::Part(path) => match path.find(event.json()) {
                Some(value) => print_value(&value),
                None => Err(TargetInputError::NotFound {
                    path: path.to_string(),
                }),
            },
            Self::Transformed(transformer) => transformer.print(event, context),
        }
    }
}

fn check_constant(text: &str) -> Result<(), TargetInputError> {
    let invalid = |message| Err(TargetInputError::InvalidConstant { message });
    let length = text.chars().count();
    if length > MAX_TEXT_CHARS {
        return invalid(format!("it has {length} characters, and 8,192 are allowed"));
    }
    match text.parse::<Json>() {
        Ok(_) => Ok(()),
        Err(error) => invalid(format!("{error}; write a JSON value, as in `{{}}`")),
    }
}

fn print_value(value: &impl fmt::Display) -> Result<String, TargetInputError> {
    let mut input = InputText::default();
    write!(input, "{value}").map_err(|_| TargetInputError::TooLong)?;
    Ok(input.text)
}

/// The text of an input. Writing beyond the limit of an execution's input fails before the text
/// grows.
#[derive(Debug, Default)]
struct InputText {
    text: String,
}

impl Write for InputText {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if text.len() > (MAX_PAYLOAD_BYTES as usize).saturating_sub(self.text.len()) {
            return Err(fmt::Error);
        }
        self.text.push_str(text);
        Ok(())
    }
}

/// A target's input that is invalid, or that an event cannot fill.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TargetInputError {
    /// A path that is not in EventBridge's part of JSONPath.
    #[error("path `{path}` is not supported: {message}")]
    UnsupportedPath {
        /// The path.
        path: String,
        /// The unsupported syntax with its position, and how to write it.
        message: String,
    },
    /// A variable that `InputPathsMap` cannot define.
    #[error("variable `{name}` of `InputPathsMap` {message}")]
    InvalidVariable {
        /// The name.
        name: String,
        /// The broken rule.
        message: &'static str,
    },
    /// `InputPathsMap` has more than 100 variables.
    #[error(
        "`InputPathsMap` has more than 100 variables; define one for an object that contains several values"
    )]
    TooManyVariables,
    /// `InputTemplate` uses a variable that is not defined.
    ///
    /// The message of EventBridge's `ValidationException` is
    /// ``InputTemplate for target <ID> contains invalid placeholder <name>.``
    #[error("`InputTemplate` uses `<{name}>`, which `InputPathsMap` does not define; {help}")]
    UnknownVariable {
        /// The name.
        name: String,
        /// The most similar name, or how to define the variable.
        help: String,
    },
    /// `InputTemplate` is no template of JSON.
    #[error("`InputTemplate` {message}")]
    InvalidTemplate {
        /// The error with its position, and how to fix it.
        message: String,
    },
    /// `Input` is not JSON or too long.
    #[error("`Input` is not valid: {message}")]
    InvalidConstant {
        /// The error with its position, and how to fix it.
        message: String,
    },
    /// `InputPath` finds nothing in the event.
    #[error(
        "`InputPath` `{path}` finds nothing in the event; add the field to the rule's pattern with `exists`, or change the path"
    )]
    NotFound {
        /// The path.
        path: String,
    },
    /// The value of a variable cannot be part of a string.
    #[error("`InputTemplate` has `<{name}>` in quotes, and {reason}; {help}")]
    NotEmbeddable {
        /// The name of the variable.
        name: String,
        /// The property of its value.
        reason: &'static str,
        /// How to change the template.
        help: &'static str,
    },
    /// The input exceeds the limit of an execution's input.
    #[error(
        "the input is longer than 262,144 bytes, the limit of an execution's input; select a smaller part of the event"
    )]
    TooLong,
    /// The transformed text is not JSON that an execution can read.
    #[error(
        "the text of `InputTemplate` with its values is not valid as an execution's input: {message}"
    )]
    NotJson {
        /// The syntax error with its position.
        message: String,
    },
}
