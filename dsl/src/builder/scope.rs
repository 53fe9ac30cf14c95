//! Collects the states of one body.

use super::handle::StateHandle;
use super::to::Route;
use crate::expr::{Expr, Text};
use crate::flow::{Body, State, VariableOf, Variables};
use crate::shape::Shape;
use crate::task::{Address, Deploy, Task};
use crate::workflow::{Binder, SourceLocation, Workflow};
use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The states of a body while it is built. Nothing here fails: `build` reports the faults.
pub(super) struct BuilderScope {
    pub(super) id: u64,
    /// The caller's location where it was created.
    pub(super) place: SourceLocation,
    pub(super) declared: RefCell<Vec<DeclaredState>>,
    /// In the order of their definitions. An entry is `None` while the state is changed.
    pub(super) states: RefCell<Vec<Option<StateDefinition>>>,
    pub(super) start: Cell<Option<usize>>,
    pub(super) mistakes: RefCell<Vec<StateFault>>,
    pub(super) binds: RefCell<Vec<Bind>>,
    /// The branches and bodies inside of its states.
    pub(super) inner: RefCell<Vec<Rc<BuilderScope>>>,
    pub(super) variables: RefCell<Vec<DeclaredVariable>>,
    /// The indices of the variables.
    variables_by_name: RefCell<HashMap<Text, usize>>,
    /// Verbatim fields.
    pub(super) raw: RefCell<Vec<(Text, serde_json::Value)>>,
    /// The variables of included fragments.
    included: RefCell<Variables>,
    /// The variables that its expressions read and that its states assign.
    pub(super) used: RefCell<Vec<UsedVariable>>,
    /// The name of the Map's item, or of the workflow's input.
    pub(super) given: RefCell<Option<Text>>,
}

/// A declared variable.
#[derive(Debug)]
pub(super) struct DeclaredVariable {
    pub(super) name: Text,
    pub(super) shape: fn() -> Shape,
    pub(super) place: SourceLocation,
}

impl fmt::Debug for BuilderScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Scope").field(&self.declared).finish()
    }
}

/// A declared state.
#[derive(Debug)]
pub(super) struct DeclaredState {
    pub(super) name: Rc<str>,
    pub(super) place: SourceLocation,
    pub(super) definitions: usize,
    /// The state ignores its input.
    pub(super) is_step: bool,
}

/// A state with data about its definition.
#[derive(Debug)]
pub(super) struct StateDefinition {
    /// The index of its declaration; `None` where its handle belongs to another body.
    pub(super) handle: Option<usize>,
    pub(super) state: State,
    /// The declarations of its targets.
    pub(super) targets: Vec<usize>,
    /// It has a transition or ends the body.
    pub(super) closed: bool,
    /// It goes to a state of another body.
    pub(super) astray: bool,
    pub(super) is_choice: bool,
}

impl StateDefinition {
    fn mended(&self) -> State {
        let state = self.state.clone();
        match (self.closed, self.is_choice) {
            (true, _) => state,
            (false, true) => state.no_default(),
            (false, false) => state.end(),
        }
    }
}

/// A fault of a state that is already defined.
#[derive(Debug)]
pub(super) struct StateFault {
    pub(super) state: Option<Rc<str>>,
    pub(super) place: SourceLocation,
    pub(super) message: String,
}

/// Adds a task or a nested workflow to the bindings.
pub(super) type Bind = Box<dyn Fn(&mut super::Bindings, Option<Deploy>)>;

impl BuilderScope {
    #[track_caller]
    pub(super) fn new() -> BuilderScope {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        BuilderScope {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            place: SourceLocation::caller(),
            declared: RefCell::default(),
            states: RefCell::default(),
            start: Cell::new(None),
            mistakes: RefCell::default(),
            binds: RefCell::default(),
            inner: RefCell::default(),
            variables: RefCell::default(),
            variables_by_name: RefCell::default(),
            raw: RefCell::default(),
            included: RefCell::default(),
            used: RefCell::default(),
            given: RefCell::default(),
        }
    }

    #[track_caller]
    pub(super) fn declare<T>(&self, name: String, is_step: bool) -> StateHandle<T> {
        let name: Rc<str> = name.into();
        let mut declared = self.declared.borrow_mut();
        declared.push(DeclaredState {
            name: name.clone(),
            place: SourceLocation::caller(),
            definitions: 0,
            is_step,
        });
        StateHandle::new(self.id, name, declared.len() - 1)
    }

    #[track_caller]
    pub(super) fn start_at(&self, route: &Route) {
        if let Some(earlier) = self.start.get()
            && earlier != route.index
        {
            let earlier = self.declared.borrow()[earlier].name.clone();
            self.mistake(
                Some(&route.name),
                format!("the start is set twice; it was `{earlier}` before"),
            );
        }
        if self.own(route, None, SourceLocation::caller()) {
            self.start.set(Some(route.index));
        }
    }

    /// Adds a state; returns its index.
    #[track_caller]
    pub(super) fn define<T>(
        &self,
        handle: &StateHandle<T>,
        state: State,
        is_choice: bool,
    ) -> usize {
        let own = handle.body == self.id;
        if own {
            let mut declared = self.declared.borrow_mut();
            let declared = &mut declared[handle.index];
            declared.definitions += 1;
            if declared.definitions == 2 {
                self.mistake(
                    Some(&handle.name),
                    "it is defined twice; declare a state for each".to_owned(),
                );
            }
        } else {
            self.mistake(
                Some(&handle.name),
                "it is defined in another body than it was declared in; declare it in the body that defines it".to_owned(),
            );
        }
        let mut states = self.states.borrow_mut();
        states.push(Some(StateDefinition {
            handle: own.then_some(handle.index),
            state: state.placed(SourceLocation::caller()),
            targets: Vec::new(),
            closed: false,
            astray: false,
            is_choice,
        }));
        states.len() - 1
    }

    /// Changes a state.
    pub(super) fn edit(&self, index: usize, change: impl FnOnce(State) -> State) {
        let taken = self.states.borrow_mut()[index].take();
        // `change` may borrow this body again.
        let changed = taken.map(|defined| StateDefinition {
            state: change(defined.state),
            ..defined
        });
        self.states.borrow_mut()[index] = changed;
    }

    /// Records that a state has a transition or ends the body.
    pub(super) fn close(&self, index: usize) {
        if let Some(defined) = &mut self.states.borrow_mut()[index] {
            defined.closed = true;
        }
    }

    /// The name of a defined state.
    pub(super) fn name_of(&self, index: usize) -> Rc<str> {
        match &self.states.borrow()[index] {
            Some(defined) => Rc::from(&*defined.state.name),
            None => Rc::from(""),
        }
    }

    /// The variables of this body that a fragment's body also assigns.
    pub(super) fn taken_by(&self, body: &Body) -> Vec<Text> {
        let own = self.variables_by_name.borrow();
        let names = body.variables.iter().map(|variable| &variable.name);
        names
            .filter(|name| own.contains_key(*name))
            .cloned()
            .collect()
    }

    /// Inserts the states of a fragment at the index of its first state, which is already defined.
    pub(super) fn put(&self, index: usize, body: Body) {
        self.included.borrow_mut().extend(body.variables);
        let mut states = body.states.into_iter();
        let first = states.next();
        self.edit(index, |stub| match first {
            Some(first) => State {
                place: stub.place,
                ..first
            },
            None => stub,
        });
        self.close(index);
        let others = states.map(|state| {
            Some(StateDefinition {
                handle: None,
                state,
                targets: Vec::new(),
                closed: true,
                astray: false,
                is_choice: false,
            })
        });
        // The other states follow the first.
        self.states.borrow_mut().extend(others);
    }

    /// Names the item of a Map, or the workflow's input. Only one name is allowed.
    #[track_caller]
    pub(super) fn name_input(&self, name: Text) -> Text {
        let mut given = self.given.borrow_mut();
        match &*given {
            Some(known) if *known != name => {
                let message = format!(
                    "the input of this body has two names, `{known}` and `{name}`; name it once and clone its handle"
                );
                drop(given);
                self.mistake(None, message);
                name
            }
            _ => {
                *given = Some(name.clone());
                name
            }
        }
    }

    /// The name of the item. An item that nothing reads by name is named after the whole workflow
    /// is built.
    pub(super) fn item_name(&self) -> Text {
        let given = self.given.borrow();
        given.clone().unwrap_or_default()
    }

    /// Declares a variable.
    #[track_caller]
    pub(super) fn variable(&self, name: Text, shape: fn() -> Shape) {
        let place = SourceLocation::caller();
        let mut variables = self.variables.borrow_mut();
        let mut by_name = self.variables_by_name.borrow_mut();
        if let Some(earlier) = by_name.get(&name) {
            let message = format!(
                "the variable `{name}` is declared twice, first at {}; declare it once and clone its handle",
                variables[*earlier].place
            );
            drop(variables);
            self.mistake(None, message);
            return;
        }
        by_name.insert(name.clone(), variables.len());
        variables.push(DeclaredVariable { name, shape, place });
    }

    /// The target's name for a transition. A state of another body is a fault, and the state then
    /// has no transition.
    pub(super) fn target(&self, from: usize, to: &Route, place: SourceLocation) -> String {
        let name = self.name_of(from);
        let own = self.own(to, Some(&name), place);
        if let Some(defined) = &mut self.states.borrow_mut()[from] {
            if own {
                defined.targets.push(to.index);
            } else {
                defined.astray = true;
            }
        }
        if own {
            to.name.to_string()
        } else {
            name.to_string()
        }
    }

    /// Whether a state belongs to this body.
    fn own(&self, to: &Route, from: Option<&str>, place: SourceLocation) -> bool {
        if to.body == self.id {
            return true;
        }
        let (state, message) = match from {
            Some(from) => (
                Rc::from(from),
                format!(
                    "it goes to `{}`, a state of another body; a transition stays in its workflow, branch or map",
                    to.name
                ),
            ),
            None => (
                to.name.clone(),
                "the start is a state of another body".to_owned(),
            ),
        };
        self.mistake_at(Some(&state), message, place);
        false
    }

    #[track_caller]
    pub(super) fn mistake(&self, state: Option<&Rc<str>>, message: String) {
        self.mistake_at(state, message, SourceLocation::caller());
    }

    fn mistake_at(&self, state: Option<&Rc<str>>, message: String, place: SourceLocation) {
        self.mistakes.borrow_mut().push(StateFault {
            state: state.cloned(),
            place,
            message,
        });
    }

    /// Records a fault of a state that is already defined.
    #[track_caller]
    pub(super) fn mistake_in(&self, index: usize, message: String) {
        let name = self.name_of(index);
        self.mistake(Some(&name), message);
    }

    /// The states: the start state first, the others in the order of their definitions.
    ///
    /// Problems that [`faults`](super::diagnostics) reports are repaired here arbitrarily, so that
    /// lowering reports only further ones.
    pub(super) fn to_lower(&self) -> Vec<State> {
        let mut start = Vec::new();
        let mut others = Vec::new();
        let mut seen = HashSet::new();
        for defined in self.states.borrow().iter().flatten() {
            if let Some(handle) = defined.handle
                && !seen.insert(handle)
            {
                continue;
            }
            let is_start = defined.handle.is_some() && defined.handle == self.start.get();
            let list = if is_start { &mut start } else { &mut others };
            list.push(defined.mended());
        }
        for (index, declared) in self.declared.borrow().iter().enumerate() {
            if declared.definitions == 0 {
                let stub = State::succeed(declared.name.to_string()).placed(declared.place);
                let is_start = self.start.get() == Some(index);
                let list = if is_start { &mut start } else { &mut others };
                list.push(stub);
            }
        }
        start.append(&mut others);
        if start.is_empty() {
            let name = format!("state_{}", self.id);
            start.push(State::succeed(name).placed(self.place));
        }
        start
    }

    /// The flow tree of this body with its variables.
    pub(super) fn body(&self) -> Body {
        let body = Body::new(self.to_lower()).declared(self.shapes());
        let raw = self.raw.borrow();
        raw.iter().fold(body, |body, (key, value)| {
            body.raw(key.clone(), Expr::literal(value.clone()))
        })
    }

    /// The variables with their shapes.
    pub(super) fn shapes(&self) -> Variables {
        let variables = self.variables.borrow();
        let variables = variables.iter();
        let variables = variables.map(|one| VariableOf {
            name: one.name.clone(),
            shape: one.shape,
            place: Some(one.place),
        });
        variables
            .chain(self.included.borrow().iter().cloned())
            .collect()
    }

    /// Whether the first state reads its input.
    pub(super) fn start_is_typed(&self) -> bool {
        let declared = self.declared.borrow();
        let start = self.start.get();
        start.is_some_and(|start| !declared[start].is_step)
    }

    pub(super) fn bind_task<T: Task>(&self) {
        self.bind(|bindings, deploy| T::bind(bindings, Address::of::<T>(deploy)));
    }

    pub(super) fn bind_workflow<W: Workflow>(&self) {
        self.bind(|bindings, _| bindings.workflow::<W>(Address::of_workflow::<W>()));
    }

    pub(super) fn bind(&self, bind: impl Fn(&mut super::Bindings, Option<Deploy>) + 'static) {
        self.binds.borrow_mut().push(Box::new(bind));
    }
}

/// A variable in use.
#[derive(Debug)]
pub(super) struct UsedVariable {
    pub(super) scope: u64,
    pub(super) name: Text,
    pub(super) state: Option<Rc<str>>,
    pub(super) place: SourceLocation,
    pub(super) is_assigned: bool,
}
