//! User-defined rules, which run together with the built-in ones.

use super::definition::Definition;
use crate::diagnostic::Diagnostic;
use crate::graph::Graph;
use crate::json::{Document, Json, Object, Pointer, Position};
use crate::model::{MachineType, QueryLanguage, StateKind};
use crate::resource::Resource;

/// A user-defined rule: a requirement of a team on its definitions that AWS does not have.
///
/// A rule checks the machine, each state, or both, and appends its diagnostics to the list. Each
/// diagnostic gets the rule's [`id`](CustomRule::id), even if it was created with another id. A
/// diagnostic without a position is reported at the node of its pointer: at the key of an object or
/// array, and at the value of anything else. [`Validator::with_rule`](super::Validator::with_rule)
/// adds the rule.
///
/// ```
/// use stepwright_asl::model::StateKind;
/// use stepwright_asl::validate::{CustomRule, Diagnostic, MachineType, Severity, StateView, Validator};
///
/// /// Each Task says what it is for.
/// #[derive(Debug)]
/// struct Commented;
///
/// impl CustomRule for Commented {
///     fn id(&self) -> &'static str {
///         "ACME001"
///     }
///
///     fn check_state(&self, state: &StateView<'_>, diagnostics: &mut Vec<Diagnostic>) {
///         if state.kind() == Some(StateKind::Task) && state.get("Comment").is_none() {
///             let diagnostic = Diagnostic::new(self.id(), Severity::Warning, format!("task `{}` has no `Comment`", state.name()));
///             diagnostics.push(diagnostic.at(state.pointer()).with_help("say in a sentence what the task does"));
///         }
///     }
/// }
/// # use stepwright_asl::validate::RuleIdError;
///
/// let text = r#"{"StartAt": "Ask", "States": {
///   "Ask": {"Type": "Task", "Resource": "${AskFunctionArn}", "End": true}
/// }}"#;
/// let validator = Validator::new(MachineType::Standard).allow("SW142")?.with_rule(Commented)?;
/// let diagnostics = validator.check_text(text);
/// assert_eq!(
///     diagnostics.to_string(),
///     "2:3: ACME001: task `Ask` has no `Comment` at /States/Ask; say in a sentence what the task does",
/// );
/// assert!(validator.deny("acme001")?.check_text(text).has_errors());
/// # Ok::<(), RuleIdError>(())
/// ```
pub trait CustomRule: Send + Sync {
    /// The rule's id, which [`Validator`](super::Validator) uses to deny, allow or remove the rule.
    /// It must be unique, regardless of case.
    fn id(&self) -> &'static str;

    /// Checks the machine as a whole, once.
    fn check_machine(&self, machine: &MachineView<'_>, diagnostics: &mut Vec<Diagnostic>) {
        let _ = (machine, diagnostics);
    }

    /// Checks one state, at any nesting level.
    fn check_state(&self, state: &StateView<'_>, diagnostics: &mut Vec<Diagnostic>) {
        let _ = (state, diagnostics);
    }
}

/// A machine as a [`CustomRule`] sees it, however broken its definition is.
#[derive(Clone, Copy)]
pub struct MachineView<'d> {
    definition: &'d Definition<'d>,
}

impl<'d> MachineView<'d> {
    pub(super) fn of(definition: &'d Definition<'d>) -> MachineView<'d> {
        MachineView { definition }
    }

    /// The definition.
    pub fn json(&self) -> &'d Json {
        self.definition.document.json()
    }

    /// The definition with the position of each node. A [`StateMachine`](crate::StateMachine) has
    /// no text, so its nodes have no positions.
    pub fn document(&self) -> &'d Document {
        self.definition.document
    }

    /// The type of the machine, Standard or Express.
    pub fn machine_type(&self) -> MachineType {
        self.definition.machine_type
    }

    /// The query language of states without a `QueryLanguage` field.
    pub fn query_language(&self) -> QueryLanguage {
        self.definition.language
    }

    /// The states, transitions and containers.
    pub fn graph(&self) -> &'d Graph<'d> {
        &self.definition.graph
    }

    /// All states. States of an inner container follow the state that contains them.
    pub fn states(&self) -> impl Iterator<Item = StateView<'d>> + use<'d> {
        let definition = self.definition;
        (0..definition.graph.states().len()).map(move |number| StateView { definition, number })
    }
}

impl std::fmt::Debug for MachineView<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MachineView").finish_non_exhaustive()
    }
}

/// A state as a [`CustomRule`] sees it, however broken it is.
#[derive(Clone, Copy)]
pub struct StateView<'d> {
    definition: &'d Definition<'d>,
    number: usize,
}

impl<'d> StateView<'d> {
    fn state(&self) -> &'d crate::graph::State<'d> {
        &self.definition.graph.states()[self.number]
    }

    /// The machine that contains the state.
    pub fn machine(&self) -> MachineView<'d> {
        MachineView::of(self.definition)
    }

    /// Its number in [`MachineView::graph`].
    pub fn number(&self) -> usize {
        self.number
    }

    /// The state's name.
    pub fn name(&self) -> &'d str {
        self.state().name
    }

    /// The state's type; `None` if `Type` is missing or unknown.
    pub fn kind(&self) -> Option<StateKind> {
        self.state().kind
    }

    /// The state's members.
    pub fn object(&self) -> &'d Object {
        self.state().object
    }

    /// The value of one of the state's fields.
    pub fn get(&self, field: &str) -> Option<&'d Json> {
        self.object().get(field)
    }

    /// The parsed `Resource`; `None` if it is not a string.
    pub fn resource(&self) -> Option<Resource<'d>> {
        let text = self.get("Resource")?.as_str()?;
        Some(Resource::parse(text))
    }

    /// The query language of the state.
    pub fn query_language(&self) -> QueryLanguage {
        self.definition.languages[self.number]
    }

    /// Pointer to the state, such as `/States/Charge`.
    pub fn pointer(&self) -> Pointer<'d> {
        self.state().pointer.clone()
    }

    /// Pointer to one of the state's fields, such as `/States/Charge/Retry`.
    pub fn at(&self, field: &'d str) -> Pointer<'d> {
        self.state().pointer.key(field)
    }

    /// The position of the state's name in the text; `None` without a text.
    pub fn position(&self) -> Option<Position> {
        let document = self.definition.document;
        document.key_position(&self.pointer().to_string())
    }
}

impl std::fmt::Debug for StateView<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut view = f.debug_struct("StateView");
        view.field("name", &self.name()).finish_non_exhaustive()
    }
}
