//! The files of one workflow.

use crate::workflow::{Definition, Schemas};
use stepwright_asl::json::Json;
use stepwright_asl::placeholder;

/// The files of one workflow: their names and contents.
#[derive(Debug)]
pub(super) struct Files {
    pub(super) workflow: String,
    pub(super) files: Vec<(String, String)>,
    /// The name of the file with the ASL, and where each state is declared.
    pub(super) sources: (String, Json),
}

impl Files {
    /// The files of a workflow.
    pub(super) fn of(definition: &Definition, schemas: Option<&Schemas>) -> Files {
        let substitutions = placeholder::to_json(&definition.placeholders());
        let texts = [
            ("asl", Some(definition.to_json_pretty())),
            ("schemas", schemas.map(Schemas::to_json_pretty)),
            ("substitutions", Some(substitutions.to_pretty())),
            ("policy", policy(definition)),
        ];
        let stem = stem(definition.name());
        let states = definition.sources().iter();
        let states = states.map(|(state, place)| (state.to_owned(), place.to_string().into()));
        let sources = Json::Object(states.collect());
        let named = texts
            .into_iter()
            .filter_map(|(kind, text)| Some((format!("{stem}.{kind}.json"), text? + "\n")));
        Files {
            workflow: definition.name().to_owned(),
            files: named.collect(),
            sources: (format!("{stem}.asl.json"), sources),
        }
    }
}

/// The IAM policy, with the feature `policy`.
#[cfg(feature = "policy")]
fn policy(definition: &Definition) -> Option<String> {
    let options = stepwright_tools::policy::PolicyOptions::new(definition.name());
    Some(definition.policy_with(&options).to_json_pretty())
}

#[cfg(not(feature = "policy"))]
fn policy(_: &Definition) -> Option<String> {
    None
}

/// The file name prefix of a workflow: its name in lower case, with a dash before each word.
///
/// ```
/// use stepwright::emit::stem;
///
/// assert_eq!(stem("OrderProcessing"), "order-processing");
/// assert_eq!(stem("HTTPProbe_v2"), "http-probe-v2");
/// ```
#[must_use]
pub fn stem(workflow: &str) -> String {
    let mut stem = String::new();
    let mut chars = workflow.chars().peekable();
    let mut before = '-';
    while let Some(char) = chars.next() {
        let char = if char == '_' { '-' } else { char };
        let ends_capitals =
            before.is_uppercase() && chars.peek().is_some_and(|next| next.is_lowercase());
        if char.is_uppercase() && before != '-' && (!before.is_uppercase() || ends_capitals) {
            stem.push('-');
        }
        stem.extend(char.to_lowercase());
        before = char;
    }
    stem
}
