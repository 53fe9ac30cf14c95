//! A workflow as a graph: states and scopes by index, edges between them, variables.
//!
//! It contains all data about a workflow, and borrows nothing: [`syntax`](crate::syntax) parses it,
//! [`check`](crate::check) checks it against the rules and adds their results,
//! [`expand`](crate::expand) writes it.

mod edge;
mod error;
mod expression;
mod expression_position;
mod json;
mod matches;
mod pattern;
mod state;
mod term;
mod used_names;
mod walk;
mod workflow;

pub(crate) use self::edge::{Condition, Edge, EdgeKind, cases};
pub(crate) use self::error::{CatchEvery, ErrorPattern, Retry};
pub(crate) use self::expression::{
    Amount, JsonLiteral, Let, LetBinding, ObjectLiteral, ObjectValue, RawFields, Setting,
    SettingValue, UserExpr,
};
pub(crate) use self::expression_position::{ExpectedType, ExpressionPosition};
pub(crate) use self::json::{JsonArgument, JsonStruct, json_call};
pub(crate) use self::matches::Matches;
pub(crate) use self::pattern::{
    MatchPattern, error_fields, error_path, is_bound, is_of_prelude, own_name,
};
pub(crate) use self::state::request_argument;
pub(crate) use self::state::{
    Access, Application, Batch, BatchInput, Call, Callee, ChoiceState, Distributed, Exit, Fail,
    Include, Map, MapLoop, Raised, State, StateExit, StateOptions, StateWork, Subject, Wait,
};
pub(crate) use self::term::{
    Align, EarlierLet, FormatPiece, ItemRead, Record, RewrittenExpression, Spec, Term, UPDATE,
    VariableRead, Warning, Witness,
};
pub(crate) use self::used_names::UsedNames;
pub(crate) use self::workflow::{Workflow, WorkflowOptions};

use crate::checked_type::DeclaredType;
use crate::name::text;
use proc_macro2::{Ident, Span};
use std::collections::{HashMap, HashSet};
use stepwright_asl::model::MachineType;

/// All data about a workflow.
pub(crate) struct Machine {
    pub(crate) workflow: Workflow,
    /// The workflow's own body first; a scope comes after its outer scope.
    pub(crate) scopes: Vec<MachineScope>,
    pub(crate) states: Vec<StateNode>,
    pub(crate) variables: Vec<MachineVariable>,
    /// The term that each expression lowers to, by its number.
    pub(crate) terms: Vec<Option<Term>>,
    /// Expressions with an error, which rustc must not report a second time.
    pub(crate) faulty: Vec<bool>,
    /// Expressions that are rewritten for rustc.
    pub(crate) rewritten: Vec<Option<RewrittenExpression>>,
    /// The requests about the types of expressions.
    pub(crate) witnesses: Vec<Witness>,
    /// The names in its expressions that must have their standard meaning.
    pub(crate) used_names: UsedNames,
    pub(crate) reads: Vec<VariableRead>,
    pub(crate) item_reads: Vec<ItemRead>,
    /// The texts that contain `${Name}`, and the names.
    pub(crate) placeholder_texts: Vec<(Span, String)>,
    /// Reads of a state's locals, which are earlier `let`s, by the state's index.
    pub(crate) local_reads: HashSet<(usize, String)>,
    /// The variables whose values may panic in Rust, each with its state.
    pub(crate) panicking_values: HashSet<(usize, String)>,
    /// Warnings.
    pub(crate) warnings: Vec<Warning>,
    /// States by name.
    pub(crate) by_name: HashMap<String, usize>,
}

/// States in braces, as parsed: of a workflow, a branch or a map.
pub(crate) struct MachineBody {
    /// Verbatim fields of a branch or of an ItemProcessor.
    pub(crate) raw: RawFields,
    pub(crate) states: Vec<Draft>,
    pub(crate) span: Span,
    /// The parser skipped something, so that a state of the user may be missing.
    pub(crate) broken: bool,
}

/// A state with its edges and everything inside of it, before it is added to the graph.
pub(crate) struct Draft {
    pub(crate) state: State,
    pub(crate) edges: Vec<Edge>,
    pub(crate) bodies: Vec<MachineBody>,
}

/// The states of one body; transitions connect only states of the same scope.
pub(crate) struct MachineScope {
    pub(crate) raw: RawFields,
    pub(crate) span: Span,
    /// A state of the user may be missing.
    pub(crate) broken: bool,
    /// The parallel or map that contains it.
    pub(crate) owner: Option<usize>,
    /// The states, in source order.
    pub(crate) states: Vec<usize>,
    /// The item, for a map's body.
    pub(crate) item: Option<Ident>,
    /// The type of the child executions, if its map is distributed.
    pub(crate) children: Option<MachineType>,
    pub(crate) variables: HashMap<String, usize>,
    /// The states in reverse postorder, with unreachable states last.
    pub(crate) order: Vec<usize>,
}

/// A state in the graph.
pub(crate) struct StateNode {
    pub(crate) state: State,
    pub(crate) name: String,
    pub(crate) scope: usize,
    /// Its outgoing edges: `next` first, then in source order.
    pub(crate) edges: Vec<Edge>,
    /// The scopes of its branches or of its body.
    pub(crate) inner: Vec<usize>,
    /// An earlier state has the same name.
    pub(crate) duplicate: bool,
}

/// A workflow variable.
pub(crate) struct MachineVariable {
    pub(crate) name: Ident,
    pub(crate) text: String,
    pub(crate) scope: usize,
    /// Its type, if a `let` ascribes one.
    pub(crate) ty: Option<DeclaredType>,
    /// Whether its name has a diagnostic.
    pub(crate) is_refused: bool,
}

/// The execution that is Express.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Express {
    /// The execution of the workflow itself.
    Workflow,
    /// The child executions of a Distributed Map.
    Children,
}

impl Machine {
    /// The graph of a workflow with this number of expressions. Edge targets and assignments are
    /// not resolved yet.
    pub(crate) fn new(workflow: Workflow, body: MachineBody, expressions: usize) -> Machine {
        let mut machine = Machine {
            workflow,
            scopes: Vec::new(),
            states: Vec::new(),
            variables: Vec::new(),
            terms: Vec::new(),
            faulty: vec![false; expressions],
            rewritten: Vec::new(),
            witnesses: Vec::new(),
            used_names: UsedNames::default(),
            reads: Vec::new(),
            item_reads: Vec::new(),
            placeholder_texts: Vec::new(),
            local_reads: HashSet::new(),
            panicking_values: HashSet::new(),
            warnings: Vec::new(),
            by_name: HashMap::new(),
        };
        machine.terms.resize_with(expressions, || None);
        machine.rewritten.resize_with(expressions, || None);
        machine.add_scope(body, None);
        machine
    }

    fn add_scope(&mut self, body: MachineBody, owner: Option<usize>) -> usize {
        let scope = self.scopes.len();
        let map = owner.and_then(|owner| match &self.states[owner].state.kind {
            StateWork::Map(map) => Some(&**map),
            _ => None,
        });
        self.scopes.push(MachineScope {
            raw: body.raw,
            span: body.span,
            broken: body.broken,
            owner,
            states: Vec::new(),
            item: map
                .and_then(|map| map.run.as_ref())
                .map(|run| run.item.clone()),
            children: map.and_then(Map::children),
            variables: HashMap::new(),
            order: Vec::new(),
        });
        for draft in body.states {
            let index = self.states.len();
            let name = text(&draft.state.name);
            let duplicate = self.by_name.contains_key(&name);
            if !duplicate {
                self.by_name.insert(name.clone(), index);
            }
            self.scopes[scope].states.push(index);
            self.states.push(StateNode {
                state: draft.state,
                name,
                scope,
                edges: draft.edges,
                inner: Vec::new(),
                duplicate,
            });
            let bodies = draft.bodies.into_iter();
            let inner = bodies.map(|body| self.add_scope(body, Some(index)));
            self.states[index].inner = inner.collect();
        }
        scope
    }

    /// The same expression under another number, for an edge on which its names have other terms.
    pub(crate) fn same_expression(&mut self, expression: &UserExpr) -> UserExpr {
        self.terms.push(None);
        self.rewritten.push(None);
        self.faulty.push(false);
        UserExpr {
            id: self.terms.len() - 1,
            syn: expression.syn.clone(),
        }
    }

    /// The outer scope of a scope.
    pub(crate) fn parent(&self, scope: usize) -> Option<usize> {
        self.scopes[scope]
            .owner
            .map(|owner| self.states[owner].scope)
    }

    /// The scope and all its outer scopes, the innermost first.
    pub(crate) fn scopes_around(&self, scope: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(Some(scope), |scope| self.parent(*scope))
    }

    /// The state of `scope` that is `state` or contains it.
    pub(crate) fn state_in(&self, mut state: usize, scope: usize) -> Option<usize> {
        while self.states[state].scope != scope {
            state = self.scopes[self.states[state].scope].owner?;
        }
        Some(state)
    }

    /// The variables of a scope, in the order of their numbers.
    pub(crate) fn variables_of(&self, scope: usize) -> impl Iterator<Item = &MachineVariable> {
        let variables = self.variables.iter();
        variables.filter(move |variable| variable.scope == scope)
    }

    /// Whether the states of a scope run in an Express execution, and in which one.
    pub(crate) fn express(&self, scope: usize) -> Option<Express> {
        let children = self
            .scopes_around(scope)
            .find_map(|scope| self.scopes[scope].children);
        match children {
            Some(MachineType::Express) => Some(Express::Children),
            Some(MachineType::Standard) => None,
            None => self
                .workflow
                .options
                .express
                .is_some()
                .then_some(Express::Workflow),
        }
    }

    /// Whether `query_language JSONPath;` applies to a state.
    pub(crate) fn is_jsonpath(&self, state: &State) -> bool {
        let own = state.options.query_language.as_ref();
        let language = own.or(self.workflow.options.query_language.as_ref());
        language.is_some_and(|language| language == "JSONPath")
    }
}

impl StateNode {
    /// The patterns of each single `catch`, in order, without the arms of `catch { .. }`.
    pub(crate) fn catches(&self) -> impl Iterator<Item = &[ErrorPattern]> {
        self.edges.iter().filter_map(|edge| match &edge.kind {
            EdgeKind::Catch { errors, .. } => Some(errors.as_slice()),
            _ => None,
        })
    }
}

impl MachineScope {
    /// Whether the item has this name.
    pub(crate) fn has_item(&self, name: &Ident) -> bool {
        self.item.as_ref().is_some_and(|item| item == name)
    }
}
