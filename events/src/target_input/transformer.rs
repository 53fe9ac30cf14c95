//! A template with parts of an event.

use std::borrow::Cow;
use std::fmt::{self, Write};

use stepwright_asl::json::Json;
use stepwright_asl::similar::did_you_mean;

use super::path::EventValue;
use super::{EventPath, InputText, MAX_TEXT_CHARS, RuleContext, TargetInputError};
use crate::event::Event;

/// The maximum number of variables in `InputPathsMap`.
///
/// Source: <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_InputTransformer.html>
const MAX_VARIABLES: usize = 100;

/// The maximum length of a variable's name. Source: as for [`MAX_VARIABLES`].
const MAX_NAME_CHARS: usize = 256;

/// The names of the reserved variables.
///
/// Source:
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html>
const RESERVED_VARIABLES: [&str; 5] = [
    "aws.events.rule-arn",
    "aws.events.rule-name",
    "aws.events.event.ingestion-time",
    WITHOUT_DETAIL,
    WHOLE_EVENT,
];
const WITHOUT_DETAIL: &str = "aws.events.event";
const WHOLE_EVENT: &str = "aws.events.event.json";

/// An `InputTransformer`: a template of JSON with variables as `<name>`.
///
/// | `<name>` | string | object or array | other values | path finds nothing |
/// |---|---|---|---|---|
/// | without quotes | JSON string | JSON | JSON | `""` |
/// | in quotes, in an object or array | its text | error | JSON | nothing |
/// | in quotes, in a template that is a string | its text | JSON without quotes | JSON | nothing |
///
/// Inserted values are not searched for variables.
///
/// EventBridge does not escape a value in quotes, so that a quote, a backslash or a control
/// character in the value changes the JSON or makes it invalid. This is an error here. Without
/// quotes, each value is possible.
///
/// ```
/// use stepwright_events::event::{Event, EventFields};
/// use stepwright_events::target_input::{InputTransformer, RuleContext, TargetInput};
///
/// let fields = EventFields {
///     id: "7bf73129-1428-4cd3-a780-95db273d1602",
///     source: "shop.orders",
///     detail_type: "OrderPlaced",
///     account: "123456789012",
///     region: "eu-central-1",
///     time: "2026-12-01T08:00:00Z",
///     resources: &[],
/// };
/// let event = Event::new(&fields, r#"{"order": 7, "customer": "Ada"}"#.parse()?);
/// let context = RuleContext {
///     rule_arn: "arn:aws:events:eu-central-1:123456789012:rule/orders",
///     rule_name: "orders",
///     ingestion_time: "2026-12-01T08:00:01Z",
/// };
/// let paths = [("order", "$.detail.order"), ("customer", "$.detail.customer")];
/// let paths = paths.map(|(name, path)| (name.to_owned(), path.to_owned()));
/// let template = r#"{"order": <order>, "by": <customer>, "note": "<aws.events.rule-name>: <order>"}"#;
/// let input = TargetInput::Transformed(InputTransformer::new(paths, template)?);
/// assert_eq!(input.print(&event, &context)?, r#"{"order": 7, "by": "Ada", "note": "orders: 7"}"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputTransformer {
    template: String,
    /// The variables of `InputPathsMap`, then the reserved variables of the template.
    variables: Vec<Variable>,
    parts: Vec<TemplatePart>,
    /// Whether the template is a string, and not an object or an array.
    is_string: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Variable {
    name: String,
    /// `None` if the variable is reserved.
    path: Option<EventPath>,
}

/// A part of a template. The numbers are indices of variables.
#[derive(Debug, Clone, PartialEq, Eq)]
enum TemplatePart {
    Text(String),
    /// A variable without quotes.
    Value(usize),
    /// A variable in quotes.
    Embedded(usize),
}

impl InputTransformer {
    /// Creates a transformer of `InputPathsMap` and `InputTemplate`.
    ///
    /// # Errors
    ///
    /// If a name or a path is invalid, if there are more than 100 variables, or if the template has
    /// more than 8,192 characters, uses a variable that is not defined, or is not JSON.
    pub fn new(
        paths: impl IntoIterator<Item = (String, String)>,
        template: impl Into<String>,
    ) -> Result<Self, TargetInputError> {
        let template = template.into();
        let mut variables: Vec<Variable> = Vec::new();
        for (name, path) in paths {
            if variables.len() == MAX_VARIABLES {
                return Err(TargetInputError::TooManyVariables);
            }
            check_name(&name, &variables)?;
            let path = Some(path.parse()?);
            variables.push(Variable { name, path });
        }
        let parts = parse_template(&template, &mut variables)?;
        Ok(Self {
            is_string: template.trim_start().starts_with('"'),
            template,
            variables,
            parts,
        })
    }

    /// `InputTemplate`.
    pub fn template(&self) -> &str {
        &self.template
    }

    /// `InputPathsMap`: names with their paths.
    pub fn paths(&self) -> impl Iterator<Item = (&str, &EventPath)> {
        let variables = self.variables.iter();
        variables.filter_map(|variable| Some((variable.name.as_str(), variable.path.as_ref()?)))
    }

    pub(super) fn print(
        &self,
        event: &Event,
        context: &RuleContext<'_>,
    ) -> Result<String, TargetInputError> {
        // Each path is evaluated once, even if the template uses its variable many times.
        let variables = self.variables.iter();
        let values: Vec<_> = variables
            .map(|variable| variable.value(event, context))
            .collect();
        let value = |index: usize| values.get(index).and_then(Option::as_ref);
        let mut input = InputText::default();
        for part in &self.parts {
            let written = match part {
                TemplatePart::Text(text) => input.write_str(text),
                TemplatePart::Value(index) => match value(*index) {
                    Some(value) => write!(input, "{value}"),
                    // The user guide has only "that variable isn't created and won't appear in the
                    // output". LocalStack's test
                    // `test_put_events_with_input_transformer_input_template_json`, recorded this
                    // value on AWS.
                    None => input.write_str("\"\""),
                },
                TemplatePart::Embedded(index) => {
                    if let Some(value) = value(*index) {
                        self.embed(*index, value, &mut input)?;
                    }
                    Ok(())
                }
            };
            written.map_err(|_| TargetInputError::TooLong)?;
        }
        // The template and each value are JSON, but both together may nest too deep.
        match input.text.parse::<Json>() {
            Ok(_) => Ok(input.text),
            Err(error) => Err(TargetInputError::NotJson {
                message: error.to_string(),
            }),
        }
    }

    /// Writes a value into a string of the template.
    ///
    /// Assumption: AWS does not document `null` in quotes. It is written like `true`, which
    /// LocalStack's test `test_input_transformer_nested_keys_replacement` recorded on AWS.
    fn embed(
        &self,
        index: usize,
        value: &EventValue<'_>,
        input: &mut InputText,
    ) -> Result<(), TargetInputError> {
        let error = |reason, help| {
            let variable = self.variables.get(index);
            let name = variable.map(|variable| variable.name.clone());
            TargetInputError::NotEmbeddable {
                name: name.unwrap_or_default(),
                reason,
                help,
            }
        };
        // The user guide removes the quotes of the value "to ensure a valid string". LocalStack's
        // tests `test_input_transformer_nested_keys_replacement` and `.._not_valid`, run on AWS,
        // show that it does so only if the whole template is a string; otherwise the target is not
        // invoked.
        if value.is_container() && !self.is_string {
            return Err(error(
                "its value is an object or an array, which EventBridge does not deliver",
                "remove the quotes",
            ));
        }
        let mut text = UnquotedText {
            input,
            has_escape: false,
        };
        match write!(text, "{value}") {
            Ok(()) => Ok(()),
            // Assumption: the user guide has "EventBridge doesn't escape values extracted by Input
            // Path". The result would be invalid or different JSON, so it is an error. To escape
            // the value would hide in a test that the start fails on AWS.
            Err(_) if text.has_escape => Err(error(
                "its value contains a quote, a backslash or a control character, which EventBridge does not escape",
                "put the variable without quotes into an object, as in `{\"text\": <name>}`",
            )),
            Err(_) => Err(TargetInputError::TooLong),
        }
    }
}

impl Variable {
    fn value<'e>(&self, event: &'e Event, context: &RuleContext<'_>) -> Option<EventValue<'e>> {
        if let Some(path) = &self.path {
            return path.find(event.json());
        }
        let text = match self.name.as_str() {
            "aws.events.rule-arn" => context.rule_arn,
            "aws.events.rule-name" => context.rule_name,
            "aws.events.event.ingestion-time" => context.ingestion_time,
            WITHOUT_DETAIL => {
                return Some(EventValue::One(Cow::Owned(without_detail(event.json()))));
            }
            _ => return Some(EventValue::One(Cow::Borrowed(event.json()))),
        };
        Some(EventValue::One(Cow::Owned(Json::String(text.to_owned()))))
    }
}

/// The value of `<aws.events.event>`.
///
/// LocalStack's test `test_input_transformer_predefined_variables`, run on AWS, has the key
/// `detailType` instead of `detail-type`. Assumption: `time` is the text of the event; the test
/// does not record its format on AWS.
fn without_detail(event: &Json) -> Json {
    let members = event.as_object().into_iter().flatten();
    let members = members.filter(|(key, _)| *key != "detail");
    let renamed = members.map(|(key, value)| match key.as_str() {
        "detail-type" => ("detailType".to_owned(), value.clone()),
        _ => (key.clone(), value.clone()),
    });
    Json::Object(renamed.collect())
}

/// Writes JSON without its quotes. It fails at a character that JSON escapes.
struct UnquotedText<'t> {
    input: &'t mut InputText,
    has_escape: bool,
}

impl Write for UnquotedText<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        // In JSON, a backslash is always the beginning of an escape.
        if text.contains('\\') {
            self.has_escape = true;
            return Err(fmt::Error);
        }
        text.split('"')
            .try_for_each(|run| self.input.write_str(run))
    }
}

fn check_name(name: &str, variables: &[Variable]) -> Result<(), TargetInputError> {
    let message = if RESERVED_VARIABLES.contains(&name) {
        "is reserved; remove it, and use it in the template"
    } else if name.is_empty() || name.len() > MAX_NAME_CHARS {
        "has an invalid name; use 1 to 256 characters"
    } else if !name.bytes().all(|byte| is_name_byte(byte) && byte != b'.') {
        "has an invalid name; use letters, digits, `-` and `_`"
    } else if variables.iter().any(|variable| variable.name == name) {
        "is defined twice; remove or rename one"
    } else {
        return Ok(());
    };
    Err(TargetInputError::InvalidVariable {
        name: name.to_owned(),
        message,
    })
}

/// Whether a name of a variable, reserved or not, can contain this byte.
fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
}

/// Splits a template at its variables. Adds the reserved variables that it uses to `variables`.
fn parse_template(
    template: &str,
    variables: &mut Vec<Variable>,
) -> Result<Vec<TemplatePart>, TargetInputError> {
    let invalid = |message: String| TargetInputError::InvalidTemplate { message };
    let length = template.chars().count();
    if length > MAX_TEXT_CHARS {
        let message = format!("has {length} characters, and 8,192 are allowed; shorten it");
        return Err(invalid(message));
    }
    let mut parts = Vec::new();
    // The template with a string of the same length for each variable without quotes. It is JSON if
    // the template with its values is, and a syntax error has the same position in both.
    let mut sample = template.to_owned();
    let mut is_in_string = false;
    // The offset of a variable in the current string.
    let mut variable_in_string = None;
    let mut text_start = 0;
    let mut offset = 0;
    while let Some(found) = template[offset..].find(['"', '\\', '<']) {
        let start = offset + found;
        offset = start + 1;
        let rest = &template[offset..];
        if template[start..].starts_with('"') {
            is_in_string = !is_in_string;
            let variable = variable_in_string.take();
            if let Some(variable) = variable.filter(|_| is_key(rest)) {
                return Err(invalid(key_message(template, variable)));
            }
            continue;
        }
        if !template[start..].starts_with('<') {
            // An escaped quote does not end its string.
            offset += usize::from(rest.starts_with(['"', '\\']));
            continue;
        }
        let name = rest.split_once('>').map(|(name, _)| name);
        let name = name.filter(|name| !name.is_empty() && name.bytes().all(is_name_byte));
        let Some(name) = name else {
            // The user guide's tutorial: "The characters < and > can't be escaped."
            let location = position(template, start);
            return Err(invalid(format!(
                "has `<` without a variable at {location}; write `<name>`, or `\\u003c` for this character in a string"
            )));
        };
        let index = variable_index(name, variables)?;
        offset += name.len() + 1;
        parts.push(TemplatePart::Text(template[text_start..start].to_owned()));
        text_start = offset;
        if !is_in_string {
            if is_key(&template[offset..]) {
                return Err(invalid(key_message(template, start)));
            }
            sample.replace_range(start..=start, "\"");
            sample.replace_range(offset - 1..offset, "\"");
            parts.push(TemplatePart::Value(index));
            continue;
        }
        // The user guide: "Can only be used as a value for a JSON field, as its contents are not
        // escaped."
        if [WITHOUT_DETAIL, WHOLE_EVENT].contains(&name) {
            return Err(TargetInputError::NotEmbeddable {
                name: name.to_owned(),
                reason: "EventBridge supports it only as a JSON value",
                help: "remove the quotes",
            });
        }
        variable_in_string = Some(start);
        parts.push(TemplatePart::Embedded(index));
    }
    parts.push(TemplatePart::Text(template[text_start..].to_owned()));
    if let Err(error) = sample.parse::<Json>() {
        // This includes lines of several strings, which other targets receive as text.
        return Err(invalid(format!(
            "is not JSON: {error}; an execution's input is one JSON value"
        )));
    }
    // Assumption: the user guide has "if you want to output a JSON object based on a single JSON
    // path variable, you must place it as a key". The result for other values is not documented.
    if template.trim_start().starts_with('<') {
        let message = "is only a variable; put it into an object, as in `{\"detail\": <detail>}`, or use `InputPath`";
        return Err(invalid(message.to_owned()));
    }
    Ok(parts)
}

/// Returns the index of a variable. Adds it if it is reserved.
fn variable_index(name: &str, variables: &mut Vec<Variable>) -> Result<usize, TargetInputError> {
    let known = variables.iter().position(|variable| variable.name == name);
    if let Some(index) = known {
        return Ok(index);
    }
    if !RESERVED_VARIABLES.contains(&name) {
        let defined = variables.iter().map(|variable| variable.name.as_str());
        let help = did_you_mean(name, defined.chain(RESERVED_VARIABLES));
        return Err(TargetInputError::UnknownVariable {
            name: name.to_owned(),
            help: help.unwrap_or_else(|| "add its path".to_owned()),
        });
    }
    variables.push(Variable {
        name: name.to_owned(),
        path: None,
    });
    Ok(variables.len() - 1)
}

/// Whether the token before this text is the key of an object.
fn is_key(rest: &str) -> bool {
    rest.trim_start().starts_with(':')
}

fn key_message(template: &str, offset: usize) -> String {
    let location = position(template, offset);
    format!("has a variable in a key at {location}, and EventBridge supports them only in values")
}

/// The line and the column of an offset, for messages.
fn position(text: &str, offset: usize) -> String {
    let before = &text[..offset];
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
    format!("line {line}, column {column}")
}
