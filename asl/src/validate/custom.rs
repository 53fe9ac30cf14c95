//! Rules of users, beside the built-in ones.

use super::definition::Definition;
use crate::finding::Finding;
use crate::graph::Graph;
use crate::json::{Document, Json, Object, Pointer, Position};
use crate::model::{MachineType, QueryLanguage, StateKind};
use crate::resource::Resource;

/// A rule of your own: what a team asks of its definitions and AWS does not.
///
/// A rule sees the machine, each state, or both, and adds its findings to those that are there. They carry the rule's
/// [`id`](CustomRule::id), whatever id they were made with. One without a place stands where the node of its pointer is written: at the key
/// of an object or array, and at the value of anything else. [`Validator::with_rule`](super::Validator::with_rule) adds the rule.
///
/// ```
/// use stepwright_asl::model::StateKind;
/// use stepwright_asl::validate::{CustomRule, Finding, MachineType, Severity, StateView, Validator};
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
///     fn check_state(&self, state: &StateView<'_>, findings: &mut Vec<Finding>) {
///         if state.kind() == Some(StateKind::Task) && state.get("Comment").is_none() {
///             let finding = Finding::new(self.id(), Severity::Warning, format!("task `{}` has no `Comment`", state.name()));
///             findings.push(finding.at(state.pointer()).suggest("say in a sentence what the task does"));
///         }
///     }
/// }
/// # use stepwright_asl::validate::RuleIdError;
///
/// let text = r#"{"StartAt": "Ask", "States": {
///   "Ask": {"Type": "Task", "Resource": "${AskFunctionArn}", "End": true}
/// }}"#;
/// let validator = Validator::new(MachineType::Standard).allow("SW142")?.with_rule(Commented)?;
/// let findings = validator.check_text(text);
/// assert_eq!(
///     findings.to_string(),
///     "2:3: ACME001: task `Ask` has no `Comment` at /States/Ask; say in a sentence what the task does",
/// );
/// assert!(validator.deny("acme001")?.check_text(text).has_errors());
/// # Ok::<(), RuleIdError>(())
/// ```
pub trait CustomRule: Send + Sync {
    /// Its id, by which it is denied, allowed or left out. No other rule has it, also in other capitals.
    fn id(&self) -> &'static str;

    /// Checks the machine as a whole, once.
    fn check_machine(&self, machine: &MachineView<'_>, findings: &mut Vec<Finding>) {
        let _ = (machine, findings);
    }

    /// Checks one state, in whatever branch or processor it stands.
    fn check_state(&self, state: &StateView<'_>, findings: &mut Vec<Finding>) {
        let _ = (state, findings);
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

    /// The definition with the place of every node; a [`StateMachine`](crate::StateMachine) that is checked has no text and no places.
    pub fn document(&self) -> &'d Document {
        self.definition.document
    }

    /// What the machine will be created as.
    pub fn machine_type(&self) -> MachineType {
        self.definition.machine_type
    }

    /// The query language of states that do not name theirs.
    pub fn query_language(&self) -> QueryLanguage {
        self.definition.language
    }

    /// The states, transitions and containers.
    pub fn graph(&self) -> &'d Graph<'d> {
        &self.definition.graph
    }

    /// All states, those of inner containers behind the state they stand in.
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

    /// The machine it stands in.
    pub fn machine(&self) -> MachineView<'d> {
        MachineView::of(self.definition)
    }

    /// Its number in [`MachineView::graph`].
    pub fn number(&self) -> usize {
        self.number
    }

    /// Its name.
    pub fn name(&self) -> &'d str {
        self.state().name
    }

    /// Its type, when `Type` names one.
    pub fn kind(&self) -> Option<StateKind> {
        self.state().kind
    }

    /// Its members.
    pub fn object(&self) -> &'d Object {
        self.state().object
    }

    /// The value of one of its fields.
    pub fn get(&self, field: &str) -> Option<&'d Json> {
        self.object().get(field)
    }

    /// What its `Resource` names, when it is a text.
    pub fn resource(&self) -> Option<Resource<'d>> {
        let text = self.get("Resource")?.as_str()?;
        Some(Resource::parse(text))
    }

    /// The query language that holds in it.
    pub fn query_language(&self) -> QueryLanguage {
        self.definition.languages[self.number]
    }

    /// Where it stands: `/States/Charge`.
    pub fn pointer(&self) -> Pointer<'d> {
        self.state().pointer.clone()
    }

    /// Where one of its fields stands: `/States/Charge/Retry`.
    pub fn at(&self, field: &'d str) -> Pointer<'d> {
        self.state().pointer.key(field)
    }

    /// The place of its name in the text; `None` where there is no text.
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
