//! Files that tools write next to definitions.

use std::fmt;
use std::path::Path;

use super::find::is_definition;
use crate::json::{Document, Json, Object};

/// A file that is certainly no definition, such as a schema that is emitted next to one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum OtherFile {
    /// A JSON Schema, or the schemas of a workflow and its tasks.
    JsonSchema,
    /// The placeholders of a definition, for the template that replaces them.
    Substitutions,
    /// The lines of Rust that declare states.
    Sources,
    /// An IAM policy.
    Policy,
    /// The test cases of Step Functions Local.
    MockFile,
    /// The output of `aws stepfunctions get-execution-history`.
    History,
}

impl OtherFile {
    /// The kind of a file that is certainly no definition. `None` for a definition, also a damaged
    /// one, and for all files that are not known.
    ///
    /// ```
    /// use stepwright_asl::json::Document;
    /// use stepwright_asl::template::OtherFile;
    ///
    /// let policy = Document::parse(r#"{"Version": "2012-10-17", "Statement": []}"#)?;
    /// assert_eq!(OtherFile::of("orders.policy.json", &policy), Some(OtherFile::Policy));
    /// let damaged = Document::parse(r#"{"Version": "1.0", "StartAt": "A", "Sates": {}}"#)?;
    /// assert_eq!(OtherFile::of("orders.json", &damaged), None);
    /// # Ok::<(), stepwright_asl::SyntaxError>(())
    /// ```
    #[must_use]
    pub fn of(name: impl AsRef<Path>, file: &Document) -> Option<OtherFile> {
        let name = name.as_ref();
        let members = file.json().as_object()?;
        if is_definition(name, Some(file), file.source()) {
            return None;
        }
        let kinds = [
            (OtherFile::JsonSchema, is_schema(members)),
            (OtherFile::Substitutions, is_substitutions(name, members)),
            (OtherFile::Sources, is_sources(name, members)),
            (OtherFile::Policy, is_policy(members)),
            (OtherFile::MockFile, is_mock_file(members)),
            (OtherFile::History, is_history(members)),
        ];
        let found = kinds.into_iter().find(|(_, is_kind)| *is_kind);
        found.map(|(kind, _)| kind)
    }
}

/// The kind with its article, for messages: `a JSON Schema`.
impl fmt::Display for OtherFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            OtherFile::JsonSchema => "a JSON Schema",
            OtherFile::Substitutions => "a list of placeholders",
            OtherFile::Sources => "a list of the sources of states",
            OtherFile::Policy => "an IAM policy",
            OtherFile::MockFile => "a mock file",
            OtherFile::History => "a history of an execution",
        })
    }
}

fn is_schema(members: &Object) -> bool {
    let is_whole = |schema: &Object| {
        let dialect = schema.get("$schema").and_then(Json::as_str);
        dialect.is_some_and(|dialect| dialect.contains("//json-schema.org/"))
    };
    let is_part = |key: &str| {
        let schema = members.get(key).and_then(Json::as_object);
        schema.is_some_and(is_whole)
    };
    is_whole(members) || members.contains_key("tasks") && is_part("input") && is_part("output")
}

fn is_substitutions(name: &Path, members: &Object) -> bool {
    let is_placeholder = |value: &Json| {
        value
            .get("standsFor")
            .is_some_and(|text| text.as_str().is_some())
            && value
                .get("states")
                .is_some_and(|states| states.as_array().is_some())
    };
    // A workflow without placeholders has the object without members.
    let is_named = ends_with(name, ".substitutions.json");
    (is_named || !members.is_empty()) && members.values().all(is_placeholder)
}

fn is_sources(name: &Path, members: &Object) -> bool {
    let is_named = ends_with(name, "stepwright.sources.json");
    (is_named || !members.is_empty())
        && members.iter().all(|(key, states)| {
            let mut states = states.as_object().into_iter().flat_map(Object::values);
            key.ends_with(".asl.json") && states.all(|place| place.as_str().is_some())
        })
}

fn ends_with(name: &Path, ending: &str) -> bool {
    name.to_string_lossy().ends_with(ending)
}

fn is_policy(members: &Object) -> bool {
    let version = members.get("Version").and_then(Json::as_str);
    matches!(version, Some("2012-10-17" | "2008-10-17")) && members.contains_key("Statement")
}

fn is_mock_file(members: &Object) -> bool {
    let is_object = |key: &str| {
        members
            .get(key)
            .is_some_and(|value| value.as_object().is_some())
    };
    is_object("StateMachines") && is_object("MockedResponses")
}

fn is_history(members: &Object) -> bool {
    let events = members.get("events").and_then(Json::as_array);
    events.is_some_and(|events| {
        let is_event = |event: &Json| event.get("id").is_some() && event.get("type").is_some();
        !events.is_empty() && events.iter().all(is_event)
    })
}
