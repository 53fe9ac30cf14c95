//! What the thing at an offset means.

mod member;
mod word;

use std::fmt::Write;
use std::ops::Range;

use serde::Serialize;
use stepwright_asl::condition::readable;
use stepwright_asl::graph::{EdgeKind, Graph};
use stepwright_asl::integrations::{IntegrationPattern, ResolvedResource, lookup};
use stepwright_asl::json::{Json, segments};
use stepwright_asl::jsonata::strip;
use stepwright_asl::model::{MachineType, Operator, StateKind, ValueKind};
use stepwright_asl::words::first_of;
use stepwright_asl::{StateMachine, json};
use stepwright_tools::estimate::prices_of;
use stepwright_tools::policy::{Policy, PolicyOptions};

use crate::definition::NodeAt;
use crate::names::state_names::named_state;
use crate::string_text::StringText;
use crate::structure::{DefinitionPart, PartKind, part_at};
use crate::workspace::Callees;
use crate::{Definition, Document, NodePart, WorkspaceMachines, reference};

/// How many names of a list are shown.
pub(crate) const MOST_NAMES: usize = 6;

/// An explanation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Hover {
    /// The range that it explains.
    pub range: Range<usize>,
    /// The explanation in Markdown.
    pub text: String,
}

impl Document {
    /// Explains what is at an offset: a field, a state, a resource, the name of an error, a
    /// function or a variable.
    ///
    /// ```
    /// use stepwright_editor::Document;
    ///
    /// let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 5, "End": true}}}"#;
    /// let document = Document::open("a.asl.json", text, 1);
    /// let hover = document.hover(text.find("Seconds").unwrap()).expect("a field");
    /// assert_eq!(&text[hover.range], "\"Seconds\"");
    /// assert!(hover.text.starts_with("**Seconds**: a number\n"), "{}", hover.text);
    /// ```
    pub fn hover(&self, offset: usize) -> Option<Hover> {
        self.hover_in(offset, &WorkspaceMachines::default())
    }

    /// Explains what is at an offset ([`hover`](Document::hover)). The outputs of the state
    /// machines that the document calls are known.
    pub fn hover_in(&self, offset: usize, machines: &WorkspaceMachines) -> Option<Hover> {
        let definition = self.definition_at(offset)?;
        let node = definition.node_at(offset)?;
        let part = part_at(definition, &node.pointer)?;
        let graph = definition.graph();
        let callees = machines.callees(self.name(), definition.name());
        if let Some(state) = named_state(&graph, &node) {
            let range = match node.part {
                NodePart::Key => definition.key_range(&node.pointer)?,
                NodePart::Value => definition.range(&node.pointer)?,
            };
            return Some(Hover {
                range,
                text: of_state(definition, &graph, state),
            });
        }
        match node.part {
            NodePart::Key => {
                let (parent, _) = node.pointer.rsplit_once('/')?;
                let parent = part_at(definition, parent)?;
                let key = segments(&node.pointer)?.last()?.into_owned();
                Some(Hover {
                    range: definition.key_range(&node.pointer)?,
                    text: match parent.kind {
                        PartKind::Field(..) => {
                            member::of_member(definition, &graph, callees, &parent, &key)?
                        }
                        _ => of_field(&parent, &key)?,
                    },
                })
            }
            NodePart::Value => {
                let texts = ValueTexts {
                    definition,
                    graph: &graph,
                    callees,
                };
                texts.of_value(&node, &part, offset)
            }
        }
    }
}

/// The definition whose values are explained.
struct ValueTexts<'h, 'd> {
    definition: &'h Definition,
    graph: &'h Graph<'d>,
    callees: Callees<'h>,
}

impl ValueTexts<'_, '_> {
    fn of_value(&self, node: &NodeAt, part: &DefinitionPart, offset: usize) -> Option<Hover> {
        let definition = self.definition;
        let text = definition.json().pointer(&node.pointer)?.as_str()?;
        let whole = |text: String| {
            Some(Hover {
                range: definition.range(&node.pointer)?,
                text,
            })
        };
        match part.kind {
            PartKind::Field(_, field) if field.name == "Resource" => {
                return whole(of_resource(definition, part, text));
            }
            PartKind::Field(_, field)
                if matches!(field.name, "ErrorEquals" | "Error") && strip(text).is_none() =>
            {
                return whole(format!("`{text}`: {}", reference::error_meaning(text)));
            }
            PartKind::Other if node.pointer.ends_with("/Type") => {
                let kind = StateKind::from_word(text)?;
                return whole(format!("**{text}**: {}", reference::state_type(kind)));
            }
            _ => {}
        }
        let string = StringText::at(definition, &node.pointer)?;
        let at = string.index_at(definition, offset)?;
        let state = self.graph.state_at(&node.pointer)?;
        let (range, text) = word::of_word(self.graph, self.callees, state, text, at)?;
        let range = string.in_file(definition, range);
        (range.start <= offset && offset <= range.end).then_some(Hover { range, text })
    }
}

fn of_field(parent: &DefinitionPart, key: &str) -> Option<String> {
    match parent.kind {
        PartKind::Structure(schema) => {
            let name = if schema.name == "StateMachine" {
                "the state machine"
            } else {
                schema.name
            };
            if let Some(field) = schema.field(key) {
                let mut text = format!("**{key}**: {}", field.kind.noun());
                if field.required {
                    text.push_str(", required");
                }
                if let Some(language) = field.language {
                    write!(text, ", only in {}", language.as_ref()).ok()?;
                }
                text.push('\n');
                if let Some(meaning) = reference::field(schema.name, key) {
                    write!(text, "\n{meaning}").ok()?;
                }
                if let ValueKind::Word(words) = field.kind {
                    write!(text, "\n\nOne of: {}", words.join(", ")).ok()?;
                }
                write!(text, "\n\n{}", link(schema.name, key)).ok()?;
                return Some(text);
            }
            if key == "Type" {
                let meaning = reference::field(schema.name, key)?;
                let link = link(schema.name, key);
                return Some(format!(
                    "**Type**: a string, required\n\n{meaning}\n\n{link}"
                ));
            }
            let operator = Operator::from_name(key).filter(|_| schema.name == "ChoiceRule");
            operator.map(|operator| {
                let rule = json!({"Variable": "value", (operator.name()): "operand"});
                format!("**{key}** of {name}: `{}`", readable(&rule))
            })
        }
        PartKind::UntypedState if key == "Type" => reference::field("", key),
        _ => None,
    }
}

fn link(structure: &str, field: &str) -> String {
    format!(
        "[AWS's documentation]({})",
        reference::page(structure, field)
    )
}

fn of_state(definition: &Definition, graph: &Graph<'_>, index: usize) -> String {
    let state = &graph.states()[index];
    let kind = state
        .kind
        .map_or("a state without a type", reference::state_type);
    let name = state.kind.map_or("State", StateKind::as_str);
    let mut text = format!("**{}** ({name}): {kind}\n", state.name);
    if let Some(comment) = state.object.get("Comment").and_then(Json::as_str) {
        let _ = write!(text, "\n{comment}\n");
    }
    let mut from: Vec<&str> = graph
        .predecessors(index)
        .map(|(from, _)| graph.states()[from].name)
        .collect();
    from.dedup();
    let container = &graph.containers()[state.container];
    if container.start_at == Some(state.name) {
        from.insert(0, "the start");
    }
    if !from.is_empty() {
        let _ = write!(text, "\n- entered from {}", first_of(&from, MOST_NAMES));
    }
    for edge in &state.edges {
        let how = match edge.kind {
            EdgeKind::Next => "next".to_owned(),
            EdgeKind::Default => "otherwise".to_owned(),
            EdgeKind::Choice(rule) => {
                let rule = state
                    .object
                    .get("Choices")
                    .and_then(|rules| rules.as_array()?.get(rule));
                format!("if `{}`", rule.map_or_else(String::new, readable))
            }
            EdgeKind::Catch(catcher) => {
                let catcher = state
                    .object
                    .get("Catch")
                    .and_then(|all| all.as_array()?.get(catcher));
                let names = catcher.and_then(|one| one.get("ErrorEquals")?.as_array());
                let names = names.into_iter().flatten().filter_map(Json::as_str);
                format!("after {}", names.collect::<Vec<_>>().join(", "))
            }
            _ => continue,
        };
        let _ = write!(text, "\n- {how}: {}", edge.target);
    }
    if state.is_terminal() {
        text.push_str("\n- ends here");
    }
    if let Some(cost) = cost(definition.machine_type()) {
        let _ = write!(text, "\n\n{cost}");
    }
    if state.kind == Some(StateKind::Task)
        && let Some(resource) = state.object.get("Resource").and_then(Json::as_str)
    {
        let part = part_at(definition, &state.pointer.to_string());
        if let Some(part) = part {
            let _ = write!(text, "\n\n{}", of_resource(definition, &part, resource));
        }
    }
    text
}

/// The price of a state.
fn cost(machine_type: MachineType) -> Option<String> {
    const REGION: &str = "us-east-1";
    match machine_type {
        MachineType::Standard => {
            let price = prices_of(REGION)?.per_thousand_transitions;
            Some(format!(
                "Each run and each retry is a state transition: ${price} for 1,000 in {REGION}"
            ))
        }
        MachineType::Express => {
            Some("An Express workflow pays for time and memory, not for states".to_owned())
        }
    }
}

fn of_resource(definition: &Definition, part: &DefinitionPart, resource: &str) -> String {
    let mut text = format!("`{resource}`\n");
    match lookup(resource) {
        Ok(found) => {
            let kind = match found.kind() {
                ResolvedResource::Optimized(_) => "optimized integration",
                ResolvedResource::Sdk(_) => "integration of the AWS SDK",
                _ => "task",
            };
            let waits = match found.pattern() {
                IntegrationPattern::RequestResponse => "continues after the response",
                IntegrationPattern::Sync | IntegrationPattern::Sync2 => "waits for the job",
                IntegrationPattern::WaitForTaskToken => "waits until its token is answered",
                _ => "runs",
            };
            let _ = write!(
                text,
                "\n{kind}: {} {}, {waits}",
                found.service(),
                found.action()
            );
            if let Some(prefix) = found.error_prefix() {
                let _ = write!(text, "\n\nIts errors begin with `{prefix}.`");
            }
        }
        Err(unknown) => {
            if let Some(suggestion) = unknown.suggestion {
                let _ = write!(text, "\n{suggestion}");
            }
        }
    }
    let actions = actions_of(definition, part);
    if !actions.is_empty() {
        let _ = write!(text, "\n\nThe role needs: {}", actions.join(", "));
    }
    text
}

/// The IAM actions that a Task needs.
fn actions_of(definition: &Definition, part: &DefinitionPart) -> Vec<String> {
    let found = || {
        let state = definition.json().pointer(part.state.as_deref()?)?;
        let mut state = state.as_object()?.clone();
        for field in ["Next", "Catch", "Retry"] {
            state.shift_remove(field);
        }
        state.insert("End".to_owned(), true.into());
        let language = part.language.as_ref().to_owned();
        let machine = json!({
            "StartAt": "State",
            "QueryLanguage": (language.as_str()),
            "States": {"State": (Json::Object(state))},
        });
        let machine = StateMachine::from_value(&machine).ok()?;
        let policy = Policy::of(&machine, &PolicyOptions::new("StateMachine"));
        let mut actions: Vec<String> = policy
            .statements()
            .iter()
            .flat_map(|statement| statement.actions.iter().map(|action| format!("`{action}`")))
            .collect();
        actions.sort();
        actions.dedup();
        Some(actions)
    };
    found().unwrap_or_default()
}
