//! Moves a group of states to a separate state machine.

use std::collections::BTreeMap;

use serde::Serialize;
use stepwright_asl::edit::{Edit, Editor, InsertPosition};
use stepwright_asl::json;
use stepwright_asl::json::{Json, Object};
use stepwright_asl::model::QueryLanguage;
use stepwright_asl::placeholder;
use stepwright_asl::yaml::Format;

use super::computed::{name_of, substituted};
use super::group::StateGroup;
use super::nesting::Wrapper;
use super::{Operation, OperationError, OperationTarget};
use crate::joined_text::MarkedText;
use crate::{Document, TextEdit};

/// The service integration that calls a state machine and waits for its output.
const CALL: &str = "arn:aws:states:::states:startExecution.sync:2";

/// The result of [`Operation::ExtractStates`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Extraction {
    /// The edits that replace the states by a call.
    pub edits: Vec<TextEdit>,
    /// The text of the new state machine, in the format of the definition. Values that a template
    /// computes are placeholders.
    pub definition: String,
    /// What each placeholder of a computed value stands for, as the template writes it:
    /// `!Ref Table` for `Table`. They are the `DefinitionSubstitutions` of the new state machine.
    pub substitutions: BTreeMap<String, String>,
}

impl Document {
    /// The new definition of an [`Operation::ExtractStates`], with the edits of this document.
    ///
    /// ```
    /// use stepwright_editor::{Document, Operation};
    ///
    /// let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Succeed"}}}"#;
    /// let document = Document::open("order.asl.json", text, 1);
    /// let operation = Operation::ExtractStates {
    ///     states: vec!["/States/A".to_owned()],
    ///     name: "Call".to_owned(),
    ///     state_machine: "${Inner}".to_owned(),
    /// };
    /// let extraction = document.extraction(0, &operation)?;
    /// let inner = Document::open("inner.asl.json", &extraction.definition, 1);
    /// assert_eq!(
    ///     inner.definitions()[0].json().to_string(),
    ///     r#"{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}"#,
    /// );
    /// # Ok::<(), stepwright_editor::OperationError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the operation is of another kind, or it is refused.
    pub fn extraction(
        &self,
        definition: usize,
        operation: &Operation,
    ) -> Result<Extraction, OperationError> {
        let Operation::ExtractStates {
            states,
            name,
            state_machine,
        } = operation
        else {
            let reason = "only `extractStates` makes a new definition";
            return Err(OperationError::refused(reason));
        };
        self.target(definition)?
            .extract_states(definition, states, name, state_machine)
    }
}

impl OperationTarget<'_> {
    pub(super) fn extract_states(
        &self,
        definition: usize,
        states: &[String],
        name: &str,
        state_machine: &str,
    ) -> Result<Extraction, OperationError> {
        let group = self.group(states)?;
        self.check_variables(&group, true)?;
        if state_machine.is_empty() {
            let reason = "the call needs the ARN of the new state machine, or a placeholder of it";
            return Err(OperationError::refused(reason));
        }
        self.check_new_name(group.container, name)?;
        let mut branch = None;
        let edits = self.document.in_rounds(definition, &states[0], |rounds| {
            // A branch of a Parallel has the text of the new definition.
            let call = self.wrap(rounds, definition, &group, name, Wrapper::Parallel)?;
            branch = rounds.unindented(&format!("{call}/Branches/0"));
            rounds.apply(&[Edit::replace(&call, self.call(state_machine, group.exit))])
        })?;
        self.check_result(definition, &edits)?;
        let text = branch.ok_or_else(|| OperationError::missing("the text of the states"))?;
        let mut substitutions = BTreeMap::new();
        Ok(Extraction {
            edits,
            definition: self.new_definition(&text, &group, &mut substitutions)?,
            substitutions,
        })
    }

    /// The text of a branch as a definition: with the query language, placeholders for computed
    /// values, and a line end.
    fn new_definition(
        &self,
        text: &str,
        group: &StateGroup<'_>,
        substitutions: &mut BTreeMap<String, String>,
    ) -> Result<String, OperationError> {
        let unreadable = |source| stepwright_asl::edit::EditError::Unreadable {
            pointer: String::new(),
            source,
        };
        let format = Format::of_text(text);
        let text = &match MarkedText::of(self.definition) {
            None => text.to_owned(),
            Some(marked) => marked.replace(text, |value, written| {
                let name = name_of(value, written.to_owned(), substitutions);
                placeholder::text(&name)
            })?,
        };
        let editor = match format {
            Format::Json => Editor::parse_any_dialect(text),
            // The text still has the tags of the template.
            Format::Yaml => Editor::parse_template(text),
        };
        let mut editor = editor.map_err(unreadable)?;
        if let Some(language) = self.definition.json().get("QueryLanguage") {
            editor.apply(&[Edit::Insert {
                pointer: "/QueryLanguage".to_owned(),
                value: language.clone(),
                position: InsertPosition::Before("StartAt".to_owned()),
            }])?;
        }
        let outer = self.graph.containers()[group.container].pointer.to_string();
        for state in &group.states {
            let state = self.graph.states()[*state].pointer.to_string();
            for value in self.computed(&state) {
                let text = substituted(&value, format, substitutions);
                let inner = value.pointer.strip_prefix(&outer).unwrap_or_default();
                editor.apply(&[Edit::replace(inner, text)])?;
            }
        }
        let text = editor.text().trim_end();
        let text = if text.contains('\n') {
            text.to_owned()
        } else {
            on_lines(text)?
        };
        Ok(format!("{text}\n"))
    }

    /// The state that calls the new state machine with the input of the first state.
    fn call(&self, state_machine: &str, next: Option<&str>) -> Json {
        let mut state = Object::new();
        let mut set = |field: &str, value: Json| {
            state.insert(field.to_owned(), value);
        };
        set("Type", "Task".into());
        set("Resource", CALL.into());
        match self.definition.language_at("") {
            QueryLanguage::Jsonata => {
                let arguments =
                    json!({"StateMachineArn": state_machine, "Input": "{% $states.input %}"});
                set("Arguments", arguments);
                set("Output", "{% $states.result.Output %}".into());
            }
            QueryLanguage::JsonPath => {
                let parameters = json!({"StateMachineArn": state_machine, "Input.$": "$"});
                set("Parameters", parameters);
                set("OutputPath", "$.Output".into());
            }
        }
        match next {
            Some(next) => set("Next", next.into()),
            None => set("End", true.into()),
        }
        Json::Object(state)
    }
}

/// A definition on one line as a text with a line for each field and each state.
fn on_lines(text: &str) -> Result<String, OperationError> {
    let name = "new.asl.json";
    let document = Document::open(name, text, 0);
    let starts = document.definitions().iter().flat_map(|definition| {
        ["", "/States"]
            .into_iter()
            .filter_map(|pointer| definition.range(pointer))
    });
    let breaks: Vec<TextEdit> = starts
        .map(|value| TextEdit {
            range: value.start + 1..value.start + 1,
            text: "\n".to_owned(),
        })
        .collect();
    if breaks.is_empty() {
        return Ok(text.to_owned());
    }
    let broken = Document::open(name, &TextEdit::apply(text, &breaks), 0);
    let format = Operation::Format {
        range: None,
        indentation: None,
    };
    let edits = broken.edits(0, &format)?;
    Ok(TextEdit::apply(broken.text(), &edits))
}
