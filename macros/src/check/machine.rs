//! A workflow as a graph: states and scopes by number, edges between them, variables.

use super::lints::Warning;
use super::values::{ItemRead, Read, Rewritten, Value, Witness};
use crate::name::text;
use crate::syntax::{
    Body, Catch, CatchArm, Children, ExitArm, Kind, Let, State, StateOption, Target, Transition,
    Workflow, WorkflowOption,
};
use proc_macro2::{Ident, Span};
use std::collections::{HashMap, HashSet};

/// What the rules know about a workflow.
pub(crate) struct Machine<'a> {
    pub(crate) workflow: &'a Workflow,
    /// The workflow's own body first; a scope comes after the one around it.
    pub(crate) scopes: Vec<Scope<'a>>,
    pub(crate) states: Vec<Node<'a>>,
    pub(crate) variables: Vec<Variable<'a>>,
    /// What each expression lowers to, by its number.
    pub(crate) values: Vec<Option<Value>>,
    /// Expressions with a mistake of their own, which rustc shall not report a second time.
    pub(crate) faulty: Vec<bool>,
    /// Expressions as the type check takes them, where that is not as they stand, see [`values`](super::values).
    pub(crate) rewritten: Vec<Option<Rewritten>>,
    /// What is asked of the types of expressions, see [`values`](super::values).
    pub(crate) witnesses: Vec<Witness>,
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

/// The states of one body, between which transitions go.
pub(crate) struct Scope<'a> {
    pub(crate) body: &'a Body,
    /// The parallel or map around it.
    pub(crate) owner: Option<usize>,
    /// The states, in the order of the source.
    pub(crate) states: Vec<usize>,
    /// The item, of a map's body.
    pub(crate) item: Option<&'a Ident>,
    /// What runs the body, where its map is distributed.
    pub(crate) children: Option<Children>,
    pub(crate) variables: HashMap<String, usize>,
    /// The states in reverse postorder, those that nothing reaches last.
    pub(crate) order: Vec<usize>,
}

/// One state.
pub(crate) struct Node<'a> {
    pub(crate) state: &'a State,
    pub(crate) name: String,
    pub(crate) scope: usize,
    pub(crate) edges: Vec<Edge<'a>>,
    /// The scopes of its branches or of its body.
    pub(crate) inner: Vec<usize>,
    /// An earlier state has the name already.
    pub(crate) duplicate: bool,
}

/// A way from one state to another.
pub(crate) struct Edge<'a> {
    pub(crate) kind: EdgeKind<'a>,
    pub(crate) name: &'a Ident,
    pub(crate) to: Option<usize>,
    /// The variables that are assigned on it.
    pub(crate) assigns: Vec<usize>,
}

/// What an edge comes from.
#[derive(Clone, Copy)]
pub(crate) enum EdgeKind<'a> {
    /// `next`: carries what the state's `let`s assign.
    Next,
    Rule(&'a Target),
    Otherwise(&'a Target),
    Arm(&'a crate::syntax::Arm),
    Catch(&'a Catch),
    CatchArm(&'a CatchArm),
    /// An exit of the fragment that an include puts in place.
    Exit(&'a ExitArm),
}

/// A workflow variable.
pub(crate) struct Variable<'a> {
    pub(crate) name: &'a Ident,
    pub(crate) text: String,
    pub(crate) scope: usize,
    /// Its type, where a `let` ascribes one.
    pub(crate) ty: Option<&'a syn::Type>,
}

/// Which execution is Express.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Express {
    /// The workflow's own.
    Workflow,
    /// Those of a Distributed Map's children.
    Children,
}

impl<'a> Machine<'a> {
    pub(super) fn new(workflow: &'a Workflow, expressions: usize) -> Machine<'a> {
        let mut machine = Machine {
            workflow,
            scopes: Vec::new(),
            states: Vec::new(),
            variables: Vec::new(),
            values: Vec::new(),
            faulty: vec![false; expressions],
            rewritten: Vec::new(),
            witnesses: Vec::new(),
            reads: Vec::new(),
            item_reads: Vec::new(),
            placeholder_texts: Vec::new(),
            local_reads: HashSet::new(),
            warnings: Vec::new(),
            by_name: HashMap::new(),
        };
        machine.values.resize_with(expressions, || None);
        machine.rewritten.resize_with(expressions, || None);
        machine.add_scope(&workflow.body, None, None, None);
        machine
    }

    fn add_scope(
        &mut self,
        body: &'a Body,
        owner: Option<usize>,
        item: Option<&'a Ident>,
        children: Option<Children>,
    ) -> usize {
        let scope = self.scopes.len();
        self.scopes.push(Scope {
            body,
            owner,
            states: Vec::new(),
            item,
            children,
            variables: HashMap::new(),
            order: Vec::new(),
        });
        for state in &body.states {
            let index = self.states.len();
            let name = text(&state.name);
            let duplicate = self.by_name.contains_key(&name);
            if !duplicate {
                self.by_name.insert(name.clone(), index);
            }
            self.scopes[scope].states.push(index);
            self.states.push(Node {
                state,
                name,
                scope,
                edges: state.edges(),
                inner: Vec::new(),
                duplicate,
            });
            let mut inner = Vec::new();
            match &state.kind {
                Kind::Parallel(runs) => {
                    for branch in runs.iter().flat_map(|run| &run.branches) {
                        inner.push(self.add_scope(branch, Some(index), None, None));
                    }
                }
                Kind::Map(map) => {
                    for run in &map.runs {
                        let item = Some(&run.item);
                        inner.push(self.add_scope(&run.body, Some(index), item, map.children()));
                    }
                }
                _ => {}
            }
            self.states[index].inner = inner;
        }
        scope
    }

    /// The parameters, where this is a fragment; none, where it is a workflow.
    pub(crate) fn parameters(&self) -> &'a [(Ident, syn::Type)] {
        self.workflow.fragment.as_deref().unwrap_or_default()
    }

    /// What this is, in words.
    pub(crate) fn what(&self) -> &'static str {
        if self.workflow.fragment.is_some() {
            "fragment"
        } else {
            "workflow"
        }
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

    /// Whether the states of a scope run in an Express execution, and whose fault that is.
    pub(crate) fn express(&self, scope: usize) -> Option<Express> {
        let children = self
            .scopes_around(scope)
            .find_map(|scope| self.scopes[scope].children);
        match children {
            Some(Children::Express) => Some(Express::Children),
            Some(Children::Standard) => None,
            None => self
                .workflow
                .options
                .iter()
                .any(|option| matches!(option, WorkflowOption::Express(_)))
                .then_some(Express::Workflow),
        }
    }

    /// Whether `query_language JSONPath;` holds for a state.
    pub(crate) fn is_jsonpath(&self, state: &State) -> bool {
        let own = state.options.iter().rev().find_map(|option| match option {
            StateOption::QueryLanguage(_, language) => Some(language),
            _ => None,
        });
        let whole = self
            .workflow
            .options
            .iter()
            .rev()
            .find_map(|option| match option {
                WorkflowOption::QueryLanguage(_, language) => Some(language),
                _ => None,
            });
        own.or(whole).is_some_and(|language| language == "JSONPath")
    }
}

impl State {
    /// The ways out of it, in the order of the source.
    fn edges(&self) -> Vec<Edge<'_>> {
        let mut edges = Vec::new();
        let mut add = |kind, name| {
            edges.push(Edge {
                kind,
                name,
                to: None,
                assigns: Vec::new(),
            });
        };
        for transition in self.transitions.iter().take(1) {
            if let Transition::Next(_, name) = transition {
                add(EdgeKind::Next, name);
            }
        }
        if let Kind::Choice(choice) = &self.kind {
            for rule in &choice.rules {
                add(EdgeKind::Rule(&rule.target), &rule.target.name);
            }
            for arm in choice.matches.iter().flat_map(|one| &one.arms) {
                add(EdgeKind::Arm(arm), &arm.target.name);
            }
            for target in choice
                .otherwise
                .iter()
                .filter_map(|one| one.target.as_ref())
            {
                add(EdgeKind::Otherwise(target), &target.name);
            }
        }
        if let Kind::Include(include) = &self.kind {
            for exit in &include.exits {
                add(EdgeKind::Exit(exit), &exit.target.name);
            }
        }
        for option in &self.options {
            match option {
                StateOption::Catch(_, catch) => add(EdgeKind::Catch(catch), &catch.target.name),
                StateOption::CatchEvery(every) => {
                    for arm in &every.arms {
                        add(EdgeKind::CatchArm(arm), &arm.target.name);
                    }
                }
                _ => {}
            }
        }
        edges
    }

    /// Whether it hands on with `end`.
    pub(crate) fn ends(&self) -> bool {
        matches!(self.transitions.first(), Some(Transition::End(..)))
    }

    /// What its own `let` of a call, of branches or of a map names.
    pub(crate) fn result(&self) -> Option<&crate::syntax::Binding> {
        match &self.kind {
            Kind::Task(calls) => calls.first().and_then(|call| call.binding.as_ref()),
            Kind::Parallel(runs) => runs.first().and_then(|run| run.binding.as_ref()),
            Kind::Map(map) => map.runs.first().and_then(|run| run.binding.as_ref()),
            Kind::Include(include) => include.calls.first().and_then(|call| call.binding.as_ref()),
            _ => None,
        }
    }

    /// The `let`s of a pass or a wait, and those behind the result of another state.
    pub(crate) fn lets(&self) -> &[Let] {
        match &self.kind {
            Kind::Pass(lets) | Kind::Wait(_, lets) => lets,
            _ => &self.then,
        }
    }

    /// The name by which the first `let` of a task reads the call in it.
    pub(crate) fn called(&self) -> Option<&Ident> {
        match &self.kind {
            Kind::Task(calls) => calls.first()?.called.as_ref(),
            _ => None,
        }
    }
}

impl<'a> EdgeKind<'a> {
    /// The target with its `let`s, of an edge that may have some.
    pub(crate) fn target(self) -> Option<&'a Target> {
        match self {
            EdgeKind::Next => None,
            EdgeKind::Rule(target) | EdgeKind::Otherwise(target) => Some(target),
            EdgeKind::Arm(arm) => Some(&arm.target),
            EdgeKind::Catch(catch) => Some(&catch.target),
            EdgeKind::CatchArm(arm) => Some(&arm.target),
            EdgeKind::Exit(exit) => Some(&exit.target),
        }
    }

    /// Whether a failure takes it, so that the state's own assignments are not there.
    pub(crate) fn is_catch(self) -> bool {
        matches!(self, EdgeKind::Catch(_) | EdgeKind::CatchArm(_))
    }
}
