//! A workflow as a graph: states and scopes by number, edges between them, variables.
//!
//! It holds all that is known of a workflow, and borrows from nothing: [`syntax`](crate::syntax) reads it, [`check`](crate::check)
//! holds it against the rules and fills in what they learn, [`expand`](crate::expand) writes it.

mod edge;
mod error;
mod expression;
mod matches;
mod pattern;
mod place;
mod state;
mod term;
mod walk;
mod workflow;

pub(crate) use self::edge::{Condition, Edge, EdgeKind, cases};
pub(crate) use self::error::{CatchEvery, ErrorPattern, Retry};
pub(crate) use self::expression::{
    Amount, Binding, Json, Let, Object, ObjectValue, RawFields, Setting, SettingValue, UserExpr,
};
pub(crate) use self::matches::Matches;
pub(crate) use self::pattern::{Pattern, error_fields, error_path, is_bound, own_name};
pub(crate) use self::place::{Expected, Place};
pub(crate) use self::state::{
    Access, Application, Batch, BatchInput, Call, Callee, Choice, Distributed, Exit, Fail, For,
    Include, Kind, Map, State, StateOptions, Subject, Wait, Way,
};
pub(crate) use self::term::{
    Align, Earlier, ItemRead, Piece, Read, Record, Rewritten, Spec, Term, Warning, Witness,
};
pub(crate) use self::workflow::{LINTS, Workflow, WorkflowOptions};

use crate::check::UsedNames;
use crate::name::text;
use proc_macro2::{Ident, Span};
use std::collections::{HashMap, HashSet};
use stepwright_asl::model::MachineType;

/// What is known about a workflow.
pub(crate) struct Machine {
    pub(crate) workflow: Workflow,
    /// The workflow's own body first; a scope comes after the one around it.
    pub(crate) scopes: Vec<Scope>,
    pub(crate) states: Vec<Node>,
    pub(crate) variables: Vec<Variable>,
    /// What each expression lowers to, by its number.
    pub(crate) terms: Vec<Option<Term>>,
    /// Expressions with a mistake of their own, which rustc shall not report a second time.
    pub(crate) faulty: Vec<bool>,
    /// Expressions as rustc takes them, where that is not as they stand.
    pub(crate) rewritten: Vec<Option<Rewritten>>,
    /// What is asked of the types of expressions.
    pub(crate) witnesses: Vec<Witness>,
    /// The names in its expressions that must have their usual meaning.
    pub(crate) used_names: UsedNames,
    pub(crate) reads: Vec<Read>,
    pub(crate) item_reads: Vec<ItemRead>,
    /// The texts with `${Name}` in them, and the names.
    pub(crate) placeholder_texts: Vec<(Span, String)>,
    /// The names of a state's own that it reads, by its number: earlier `let`s.
    pub(crate) local_reads: HashSet<(usize, String)>,
    /// What there is to say that is no mistake.
    pub(crate) warnings: Vec<Warning>,
    /// States by name.
    pub(crate) by_name: HashMap<String, usize>,
}

/// States in braces, as they are read: a workflow's, a branch's, a map's.
pub(crate) struct Body {
    /// Fields of a branch or of an ItemProcessor as they stand in ASL.
    pub(crate) raw: RawFields,
    pub(crate) states: Vec<Draft>,
    pub(crate) span: Span,
    /// Something in it was skipped, so that a state may be missing here that the user wrote.
    pub(crate) broken: bool,
}

/// A state with its edges and with what is inside of it, before it has a place among the others.
pub(crate) struct Draft {
    pub(crate) state: State,
    pub(crate) edges: Vec<Edge>,
    pub(crate) bodies: Vec<Body>,
}

/// The states of one body, between which transitions go.
pub(crate) struct Scope {
    pub(crate) raw: RawFields,
    pub(crate) span: Span,
    /// A state may be missing that the user wrote.
    pub(crate) broken: bool,
    /// The parallel or map around it.
    pub(crate) owner: Option<usize>,
    /// The states, in the order of the source.
    pub(crate) states: Vec<usize>,
    /// The item, of a map's body.
    pub(crate) item: Option<Ident>,
    /// What runs the body, where its map is distributed.
    pub(crate) children: Option<MachineType>,
    pub(crate) variables: HashMap<String, usize>,
    /// The states in reverse postorder, those that nothing reaches last.
    pub(crate) order: Vec<usize>,
}

/// One state in the graph.
pub(crate) struct Node {
    pub(crate) state: State,
    pub(crate) name: String,
    pub(crate) scope: usize,
    /// The ways out of it: `next` first, then in the order of the source.
    pub(crate) edges: Vec<Edge>,
    /// The scopes of its branches or of its body.
    pub(crate) inner: Vec<usize>,
    /// An earlier state has the name already.
    pub(crate) duplicate: bool,
}

/// A workflow variable.
pub(crate) struct Variable {
    pub(crate) name: Ident,
    pub(crate) text: String,
    pub(crate) scope: usize,
    /// Its type, where a `let` ascribes one.
    pub(crate) ty: Option<syn::Type>,
}

/// Which execution is Express.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Express {
    /// The workflow's own.
    Workflow,
    /// Those of a Distributed Map's children.
    Children,
}

impl Machine {
    /// The graph of a workflow with so many expressions. Edges lead nowhere yet, and nobody assigns anything.
    pub(crate) fn new(workflow: Workflow, body: Body, expressions: usize) -> Machine {
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
            warnings: Vec::new(),
            by_name: HashMap::new(),
        };
        machine.terms.resize_with(expressions, || None);
        machine.rewritten.resize_with(expressions, || None);
        machine.add_scope(body, None);
        machine
    }

    fn add_scope(&mut self, body: Body, owner: Option<usize>) -> usize {
        let scope = self.scopes.len();
        let map = owner.and_then(|owner| match &self.states[owner].state.kind {
            Kind::Map(map) => Some(&**map),
            _ => None,
        });
        self.scopes.push(Scope {
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
            self.states.push(Node {
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

    /// The scope around a scope.
    pub(crate) fn parent(&self, scope: usize) -> Option<usize> {
        self.scopes[scope]
            .owner
            .map(|owner| self.states[owner].scope)
    }

    /// The scope and all around it, the innermost first.
    pub(crate) fn scopes_around(&self, scope: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(Some(scope), |scope| self.parent(*scope))
    }

    /// The state of `scope` that `state` is, or is inside of.
    pub(crate) fn state_in(&self, mut state: usize, scope: usize) -> Option<usize> {
        while self.states[state].scope != scope {
            state = self.scopes[self.states[state].scope].owner?;
        }
        Some(state)
    }

    /// The variables of a scope, in the order of their numbers.
    pub(crate) fn variables_of(&self, scope: usize) -> impl Iterator<Item = &Variable> {
        let variables = self.variables.iter();
        variables.filter(move |variable| variable.scope == scope)
    }

    /// Whether the states of a scope run in an Express execution, and whose fault that is.
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

    /// Whether `query_language JSONPath;` holds for a state.
    pub(crate) fn is_jsonpath(&self, state: &State) -> bool {
        let own = state.options.query_language.as_ref();
        let language = own.or(self.workflow.options.query_language.as_ref());
        language.is_some_and(|language| language == "JSONPath")
    }
}

impl Node {
    /// What each single `catch` names, in their order; the arms of `catch { .. }` are not among them.
    pub(crate) fn catches(&self) -> impl Iterator<Item = &[ErrorPattern]> {
        self.edges.iter().filter_map(|edge| match &edge.kind {
            EdgeKind::Catch { errors, .. } => Some(errors.as_slice()),
            _ => None,
        })
    }
}

impl Scope {
    /// Whether the item has this name.
    pub(crate) fn has_item(&self, name: &Ident) -> bool {
        self.item.as_ref().is_some_and(|item| item == name)
    }
}
