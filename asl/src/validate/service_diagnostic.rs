//! Diagnostics as AWS's `CreateStateMachine` and `ValidateStateMachineDefinition` report them.

use std::fmt;

use crate::diagnostic::{Diagnostic, Severity};
use crate::json::{Document, Json, segments};
use crate::model::MachineType;
use crate::service_text::ServiceLocation;

use super::validator::Validator;

/// A diagnostic of AWS's `ValidateStateMachineDefinition`: with AWS's text and location.
///
/// `Display` prints it as the error of `CreateStateMachine` does.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServiceDiagnostic {
    /// Whether the definition can be used.
    pub severity: Severity,
    /// AWS's code, such as `MISSING_TRANSITION_TARGET`, or the code of the rule if AWS has none.
    pub code: &'static str,
    /// Whether the code is AWS's.
    pub is_of_service: bool,
    /// AWS's text, as far as it is known.
    pub message: String,
    /// The location in AWS's syntax, such as `/States/Pick/Choices[0]/Next`; `None` if AWS reports
    /// none.
    pub location: Option<String>,
    /// RFC 6901 pointer to the reported node.
    pub pointer: String,
}

/// All diagnostics about one definition, in AWS's order.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServiceDiagnostics {
    /// The diagnostics.
    pub all: Vec<ServiceDiagnostic>,
    /// Whether diagnostics were omitted.
    pub is_truncated: bool,
}

/// Checks the text of a definition as AWS does: with its texts, its locations and its order.
///
/// ```
/// use stepwright_asl::validate::{MachineType, service_diagnostics};
///
/// let text = r#"{"StartAt": "Pick", "States": {"Pick": {"Type": "Choice", "Default": "Done",
///     "Choices": [{"Variable": "$.a", "IsNull": true, "Next": "Lost"}]}, "Done": {"Type": "Succeed"}}}"#;
/// let diagnostics = service_diagnostics(text, MachineType::Standard);
/// assert_eq!(
///     diagnostics.all[0].to_string(),
///     "MISSING_TRANSITION_TARGET: Missing 'Next' target: Lost at /States/Pick/Choices[0]/Next",
/// );
/// ```
pub fn service_diagnostics(text: &str, machine_type: MachineType) -> ServiceDiagnostics {
    if text.trim().is_empty() {
        return of_document(&Document::unparsed(text), machine_type);
    }
    match Document::parse(text) {
        Ok(document) => of_document(&document, machine_type),
        Err(error) => {
            let diagnostic = Diagnostic::not_json(&error);
            ServiceDiagnostics {
                all: vec![ServiceDiagnostic::of(&diagnostic, &Document::unparsed(""))],
                is_truncated: false,
            }
        }
    }
}

fn of_document(document: &Document, machine_type: MachineType) -> ServiceDiagnostics {
    let diagnostics = Validator::new(machine_type)
        .with_consequences()
        .check(document);
    let ends = |diagnostic: &&Diagnostic| diagnostic.aws_code == Some(MISSING_END);
    let endless: Vec<&str> = diagnostics
        .iter()
        .filter(ends)
        .map(|diagnostic| diagnostic.location.pointer.as_str())
        .collect();
    let mut shown: Vec<(Order, &Diagnostic)> = diagnostics
        .iter()
        .filter(|diagnostic| !is_unreachable_in(diagnostic, &endless))
        .map(|diagnostic| (Order::of(diagnostic, document), diagnostic))
        .collect();
    shown.sort_by_key(|(order, _)| *order);
    let shown = shown.into_iter();
    ServiceDiagnostics {
        all: shown
            .map(|(_, diagnostic)| ServiceDiagnostic::of(diagnostic, document))
            .collect(),
        is_truncated: diagnostics.is_truncated(),
    }
}

/// AWS's code for a machine that no state ends.
const MISSING_END: &str = "MISSING_END_STATE";
/// The rule about states that no transition names.
const UNREACHABLE: &str = "SW021";
/// The rule about `StartAt`.
const START: &str = "SW012";

/// Whether a diagnostic is about an unreachable state of a container without a terminal state. AWS
/// reports only the missing terminal state (<https://github.com/floci-io/floci/pull/2786>).
fn is_unreachable_in(diagnostic: &Diagnostic, endless: &[&str]) -> bool {
    let mut parents = diagnostic.location.pointer.rsplitn(3, '/').skip(2);
    diagnostic.code == Some(UNREACHABLE)
        && parents
            .next()
            .is_some_and(|container| endless.contains(&container))
}

/// The position of a diagnostic in AWS's list: faults of the schema, missing targets, unreachable
/// states, missing terminal states, each in the order of the definition. AWS follows `StartAt`
/// before it follows the states.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Order {
    step: u8,
    offset: usize,
}

impl Order {
    fn of(diagnostic: &Diagnostic, document: &Document) -> Order {
        let location = &diagnostic.location;
        let step = match (diagnostic.aws_code, diagnostic.code) {
            (_, Some(UNREACHABLE)) => 2,
            (Some("MISSING_TRANSITION_TARGET"), _) => 1,
            (Some(MISSING_END), _) => 3,
            _ => 0,
        };
        let container = location.pointer.rsplit_once('/').map(|(before, _)| before);
        let start = container.filter(|_| diagnostic.code == Some(START));
        let offset = start
            .and_then(|container| document.position(container))
            .map_or(location.offset, |position| position.offset);
        Order { step, offset }
    }
}

impl ServiceDiagnostic {
    fn of(diagnostic: &Diagnostic, document: &Document) -> ServiceDiagnostic {
        let pointer = diagnostic.location.pointer.as_str();
        let form = diagnostic.service.as_deref();
        let message = form.map_or_else(|| diagnostic.message.clone(), |form| form.text.to_string());
        let has_location = diagnostic.aws_code != Some(MISSING_END);
        let node = form.map_or(ServiceLocation::Node, |form| form.location);
        ServiceDiagnostic {
            severity: diagnostic.severity,
            code: diagnostic.aws_code.or(diagnostic.code).unwrap_or_default(),
            is_of_service: diagnostic.aws_code.is_some(),
            message,
            location: has_location.then(|| location(pointer, node, document)),
            pointer: pointer.to_owned(),
        }
    }
}

/// `CODE: message at /States/A/Next`. AWS prints a missing location as `null`
/// (<https://github.com/floci-io/floci/issues/2735>).
impl fmt::Display for ServiceDiagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let location = self.location.as_deref().unwrap_or("null");
        write!(f, "{}: {} at {location}", self.code, self.message)
    }
}

/// The pointer to the node that contains another one.
fn pointer_above(pointer: &str) -> &str {
    pointer.rsplit_once('/').map_or("", |(parent, _)| parent)
}

/// Writes a location in AWS's syntax: items in brackets, and names without escapes.
fn location(pointer: &str, node: ServiceLocation, document: &Document) -> String {
    let levels = match node {
        ServiceLocation::Parent => 1,
        ServiceLocation::Ancestor(levels) => levels,
        ServiceLocation::Node | ServiceLocation::Item(_) => 0,
    };
    let above = |pointer, _| pointer_above(pointer);
    let pointer = (0..levels).fold(pointer, above);
    let mut written = String::new();
    let mut value = Some(document.json());
    for segment in segments(pointer).into_iter().flatten() {
        match value {
            Some(Json::Array(items)) => {
                written.push_str(&format!("[{segment}]"));
                let index = segment.parse().ok();
                value = index.and_then(|index: usize| items.get(index));
            }
            _ => {
                written.push('/');
                written.push_str(&segment);
                value = value.and_then(|value| value.get(&segment));
            }
        }
    }
    if let ServiceLocation::Item(index) = node {
        written.push_str(&format!("[{index}]"));
    }
    if written.is_empty() {
        "/".to_owned()
    } else {
        written
    }
}
