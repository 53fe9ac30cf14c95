//! The forms about one state, made from the table of its fields.

mod arguments;
mod conditions;
mod control;
mod form_actions;
mod handlers;
mod rules;
mod test_values;

use std::collections::BTreeSet;

use maud::{Markup, html};
use stepwright_asl::graph::{Graph, State};
use stepwright_asl::json::{Json, Object};
use stepwright_asl::model::{FieldInfo, QueryLanguage, StateKind};
use stepwright_editor::{Definition, call_errors, field_meaning};
use stepwright_history::timeline::Timeline;

use crate::digest::digest;
use crate::edit::field_input::FieldKind;
use crate::run::condition_value::ConditionValues;
use crate::run::test_data::TestData;
use crate::run::trial::is_start;
use control::control;
use form_actions::FormActions;

/// Fields that have their own part, or that other parts of the page change.
const OWN_PARTS: [&str; 10] = [
    "Next",
    "End",
    "Default",
    "Retry",
    "Catch",
    "Choices",
    "Branches",
    "ItemProcessor",
    "Iterator",
    "Type",
];

/// The groups of fields, with the fields that are always shown.
const GROUPS: [(&str, &[&str], &[&str]); 4] = [
    (
        "Configuration",
        &[
            "Comment",
            "QueryLanguage",
            "Resource",
            "Credentials",
            "TimeoutSeconds",
            "TimeoutSecondsPath",
            "HeartbeatSeconds",
            "HeartbeatSecondsPath",
            "Seconds",
            "SecondsPath",
            "Timestamp",
            "TimestampPath",
            "Error",
            "ErrorPath",
            "Cause",
            "CausePath",
            "MaxConcurrency",
            "MaxConcurrencyPath",
        ],
        &["Comment", "Resource", "Error", "Cause"],
    ),
    (
        "Input",
        &[
            "InputPath",
            "Parameters",
            "Arguments",
            "Items",
            "ItemsPath",
            "ItemSelector",
            "ItemReader",
            "ItemBatcher",
            "Result",
        ],
        &["Arguments", "Parameters", "Items", "ItemsPath"],
    ),
    (
        "Output",
        &[
            "ResultSelector",
            "ResultPath",
            "OutputPath",
            "Output",
            "ResultWriter",
        ],
        &["Output", "ResultPath"],
    ),
    ("Variables", &["Assign"], &["Assign"]),
];

/// What the form of a state shows in addition to the definition.
pub(crate) struct FormContext<'c> {
    /// The data of tests.
    pub(crate) data: &'c TestData,
    /// What happened in the last run.
    pub(crate) last: Option<&'c Timeline>,
    /// The values of the conditions of a Choice.
    pub(crate) values: &'c ConditionValues,
    /// The name of the file, with which a nested start has a link to its state machine.
    pub(crate) file: Option<String>,
}

/// Renders the forms of a state; `None` if the definition lacks it.
pub(crate) fn render(
    definition: &Definition,
    number: usize,
    pointer: &str,
    context: FormContext<'_>,
) -> Option<Markup> {
    let FormContext {
        data,
        last,
        values,
        file,
    } = context;
    let graph = definition.graph();
    let state = state_at(&graph, pointer)?;
    let language = definition.language_at(pointer);
    let targets = graph.containers()[state.container].states.iter();
    let targets: Vec<&str> = targets.map(|state| graph.states()[*state].name).collect();
    let actions = FormActions { definition: number };
    let form = StateForm {
        actions,
        pointer,
        object: state.object,
        kind: state.kind,
        language,
        own_name: state.name,
        file,
        values,
        fail: targets_of_kind(&graph, state.container, StateKind::Fail),
        targets,
        errors: error_names(state.object),
    };
    Some(html! {
        div class="form" data-state=(pointer) data-digest=(digest_of(state)) {
            label class="field" {
                span { "Name" }
                input type="text" value=(state.name) data-rename data-actions=(actions.rename_typed(pointer)) maxlength="80";
            }
            p class="kind" { (state.kind.map_or("unknown type", StateKind::as_str)) " · " (language.as_ref()) }
            (form.exits())
            (test_values::render(&form, is_start(definition, state.name), data, last))
            @for (title, fields, always) in GROUPS { (form.group(title, fields, always)) }
            (rules::render(&form))
            (handlers::render(&form))
            (form.more())
            datalist id="error-names" {
                @for name in &form.errors { option value=(name) {} }
            }
            details {
                summary { "JSON of the state" }
                div data-whole { (form.field_control("", FieldKind::Json, &Json::Object(state.object.clone()), "JSON of the state")) }
            }
        }
    })
}

/// The digest of a state, with which a form of it is current; `None` if the definition lacks it.
pub(crate) fn digest_of_state(definition: &Definition, pointer: &str) -> Option<String> {
    state_at(&definition.graph(), pointer).map(digest_of)
}

fn digest_of(state: &State<'_>) -> String {
    digest(Json::Object(state.object.clone()).to_string().as_bytes())
}

fn state_at<'g, 'd>(graph: &'g Graph<'d>, pointer: &str) -> Option<&'g State<'d>> {
    let state = &graph.states()[graph.state_at(pointer)?];
    (state.pointer.to_string() == pointer).then_some(state)
}

/// The name of a state of a type in a body.
fn targets_of_kind<'d>(graph: &Graph<'d>, container: usize, kind: StateKind) -> Option<&'d str> {
    let mut states = graph.containers()[container].states.iter();
    let found = states.find(|state| graph.states()[**state].kind == Some(kind))?;
    Some(graph.states()[*found].name)
}

/// The names of the errors that a Retrier or a Catcher of a state may name.
fn error_names(state: &Object) -> Vec<String> {
    let mut names: BTreeSet<String> = stepwright_asl::errors::RESERVED
        .iter()
        .map(|name| (*name).to_owned())
        .collect();
    if let Some(resource) = state.get("Resource").and_then(Json::as_str) {
        names.extend(call_errors(resource));
    }
    names.into_iter().collect()
}

/// The forms of one state.
struct StateForm<'d> {
    actions: FormActions,
    pointer: &'d str,
    object: &'d Object,
    kind: Option<StateKind>,
    language: QueryLanguage,
    /// The names of the states of the same body.
    targets: Vec<&'d str>,
    own_name: &'d str,
    file: Option<String>,
    values: &'d ConditionValues,
    /// A Fail of the same body.
    fail: Option<&'d str>,
    errors: Vec<String>,
}

impl StateForm<'_> {
    /// The fields that the state may have in its query language.
    fn fields(&self) -> impl Iterator<Item = &'static FieldInfo> {
        let language = self.language;
        let fields = self.kind.map_or(&[][..], |kind| kind.schema().fields);
        fields
            .iter()
            .filter(move |field| field.language.is_none_or(|own| own == language))
    }

    fn structure(&self) -> &'static str {
        self.kind.map_or("", |kind| kind.schema().name)
    }

    /// A field of a form for a pointer relative to the state.
    fn field_control(&self, path: &str, kind: FieldKind, value: &Json, name: &str) -> Markup {
        let pointer = format!("{}{path}", self.pointer);
        control(self.actions, &pointer, kind, Some(value), name, &[])
    }

    fn group(&self, title: &str, names: &[&str], always: &[&str]) -> Markup {
        let shown: Vec<&FieldInfo> = self
            .fields()
            .filter(|field| names.contains(&field.name))
            .filter(|field| {
                self.object.contains_key(field.name)
                    || field.required
                    || always.contains(&field.name)
            })
            .collect();
        html! {
            @if !shown.is_empty() {
                fieldset {
                    legend { (title) }
                    @for field in shown {
                        (self.field(field))
                        @if field.name == "Resource" {
                            (arguments::pattern(self))
                            (arguments::child(self))
                        }
                        @if matches!(field.name, "Arguments" | "Parameters") { (arguments::members(self, field.name)) }
                    }
                }
            }
        }
    }

    fn field(&self, field: &FieldInfo) -> Markup {
        let pointer = format!("{}/{}", self.pointer, field.name);
        control::of_field(
            self.actions,
            &pointer,
            self.structure(),
            field,
            self.object.get(field.name),
        )
    }

    /// Where the state leads to.
    fn exits(&self) -> Markup {
        let next = self.object.get("Next").and_then(Json::as_str);
        let ends = self.object.get("End").and_then(Json::as_bool) == Some(true);
        html! {
            @match self.kind {
                Some(StateKind::Choice) => {
                    (self.target_select("/Default", "If no rule is true", self.object.get("Default").and_then(Json::as_str)))
                }
                Some(StateKind::Succeed | StateKind::Fail) | None => {}
                _ => @if next.is_some() || ends {
                    (self.target_select(if ends { "/End" } else { "/Next" }, "Next state", next))
                }
            }
        }
    }

    /// A list of the states that a transition may lead to.
    fn target_select(&self, path: &str, label: &str, current: Option<&str>) -> Markup {
        let is_exit = matches!(path, "/Next" | "/End");
        let transition = format!("{}{path}", self.pointer);
        let exists = current.is_some() || path == "/End";
        let none = self.actions.remove_transition(&transition, exists);
        let none_text = if is_exit { "(end)" } else { "(none)" };
        html! {
            label class="field" {
                span { (label) }
                // A definition may have hundreds of states: the page adds the others when the user
                // goes to the list.
                select data-targets data-actions=(self.actions.retarget_typed(&transition, exists)) {
                    option value="" data-actions=(none) selected[current.is_none()] { (none_text) }
                    @match current {
                        Some(current) if self.targets.contains(&current) => option value=(current) selected { (current) },
                        Some(current) => option value=(current) data-actions="[]" selected { (current) " (missing)" },
                        None => {}
                    }
                }
            }
        }
    }

    /// The state that continues after a new Catcher or rule.
    fn likely_target(&self) -> &str {
        let mut others = self
            .targets
            .iter()
            .filter(|target| **target != self.own_name);
        self.fail
            .or(others.next_back().copied())
            .unwrap_or(self.own_name)
    }

    /// The fields that are absent.
    fn more(&self) -> Markup {
        let grouped = |field: &&FieldInfo| {
            let always = GROUPS
                .iter()
                .any(|(.., always)| always.contains(&field.name));
            !self.object.contains_key(field.name)
                && !OWN_PARTS.contains(&field.name)
                && !always
                && !field.required
        };
        let absent: Vec<&FieldInfo> = self.fields().filter(grouped).collect();
        let unknown = self.object.keys().filter(|key| {
            let is_known = self.kind.is_some_and(|kind| kind.schema().has(key));
            !is_known && *key != "Type"
        });
        let ungrouped = self.fields().filter(|field| {
            let is_grouped = GROUPS
                .iter()
                .any(|(_, names, _)| names.contains(&field.name));
            self.object.contains_key(field.name) && !is_grouped && !OWN_PARTS.contains(&field.name)
        });
        html! {
            @for field in ungrouped { (self.field(field)) }
            @for key in unknown {
                @if let Some(value) = self.object.get(key) {
                    (self.field_control(&format!("/{}", stepwright_asl::json::escape(key)), FieldKind::Json, value, key))
                }
            }
            @if !absent.is_empty() {
                label class="field" {
                    span { "Add a field" }
                    select {
                        option data-actions="[]" { "…" }
                        @for field in absent {
                            @let pointer = format!("{}/{}", self.pointer, field.name);
                            @let set = self.actions.set(&pointer, FieldKind::of(field.kind), control::first_text(field.kind));
                            option data-actions=(form_actions::written(&[set]))
                                title=[field_meaning(self.structure(), field.name).map(|meaning| meaning.replace('`', ""))] { (field.name) }
                        }
                    }
                }
            }
        }
    }
}
