//! What the states of one body are collected in.

use super::handle::Handle;
use crate::flow::State;
use crate::task::{Address, Deploy, Task};
use crate::workflow::{Binder, Place, Workflow};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The states of a body while it is built. Nothing here fails: what is wrong is found by `build`.
#[derive(Debug)]
pub(super) struct Scope {
    pub(super) id: u64,
    pub(super) declared: RefCell<Vec<Declared>>,
    /// In the order in which they are defined. A state is away while it is changed.
    pub(super) states: RefCell<Vec<Option<Defined>>>,
    pub(super) start: Cell<Option<usize>>,
    pub(super) mistakes: RefCell<Vec<Mistake>>,
    pub(super) binds: RefCell<Vec<Bind>>,
    /// The branches and bodies inside of its states.
    pub(super) inner: RefCell<Vec<Scope>>,
}

/// A handle that was given out.
#[derive(Debug)]
pub(super) struct Declared {
    pub(super) name: Rc<str>,
    pub(super) place: Place,
    pub(super) definitions: usize,
}

/// A state with what is known of it.
#[derive(Debug)]
pub(super) struct Defined {
    /// The declaration that it belongs to; `None` where its handle was another body's.
    pub(super) handle: Option<usize>,
    pub(super) state: State,
    /// The declarations that it goes to.
    pub(super) targets: Vec<usize>,
    /// It goes somewhere or ends.
    pub(super) closed: bool,
    /// It goes to a state of another body.
    pub(super) astray: bool,
    pub(super) is_choice: bool,
}

impl Defined {
    fn mended(&self) -> State {
        let state = self.state.clone();
        match (self.closed, self.is_choice) {
            (true, _) => state,
            (false, true) => state.no_default(),
            (false, false) => state.end(),
        }
    }
}

/// Something that is wrong already.
#[derive(Debug)]
pub(super) struct Mistake {
    pub(super) state: Option<Rc<str>>,
    pub(super) place: Place,
    pub(super) message: String,
}

/// Hands a task or a nested workflow to whoever collects them.
pub(super) type Bind = fn(&mut super::Bindings, Option<Deploy>);

impl Scope {
    pub(super) fn new() -> Scope {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Scope {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            declared: RefCell::default(),
            states: RefCell::default(),
            start: Cell::new(None),
            mistakes: RefCell::default(),
            binds: RefCell::default(),
            inner: RefCell::default(),
        }
    }

    #[track_caller]
    pub(super) fn declare<T>(&self, name: String) -> Handle<T> {
        let name: Rc<str> = name.into();
        let mut declared = self.declared.borrow_mut();
        declared.push(Declared {
            name: name.clone(),
            place: Place::caller(),
            definitions: 0,
        });
        Handle::new(self.id, name, declared.len() - 1)
    }

    #[track_caller]
    pub(super) fn start_at<T>(&self, handle: &Handle<T>) {
        if let Some(earlier) = self.start.get()
            && earlier != handle.index
        {
            let earlier = self.declared.borrow()[earlier].name.clone();
            self.mistake(
                Some(&handle.name),
                format!("the start is set twice; it was `{earlier}` before"),
            );
        }
        if self.own(handle, None) {
            self.start.set(Some(handle.index));
        }
    }

    /// Adds a state; gives its place.
    #[track_caller]
    pub(super) fn define<T>(&self, handle: &Handle<T>, state: State, is_choice: bool) -> usize {
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
        states.push(Some(Defined {
            handle: own.then_some(handle.index),
            state: state.placed(Place::caller()),
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
        // `change` may look at this body again.
        let changed = taken.map(|defined| Defined {
            state: change(defined.state),
            ..defined
        });
        self.states.borrow_mut()[index] = changed;
    }

    /// Says that a state goes somewhere or ends.
    pub(super) fn close(&self, index: usize) {
        if let Some(defined) = &mut self.states.borrow_mut()[index] {
            defined.closed = true;
        }
    }

    /// The name to go to from a state. A handle of another body is a mistake, and the state goes nowhere instead.
    #[track_caller]
    pub(super) fn target<T>(&self, from: usize, to: &Handle<T>) -> String {
        let name = match &self.states.borrow()[from] {
            Some(defined) => defined.state.name.to_string(),
            None => String::new(),
        };
        let own = self.own(to, Some(&name));
        if let Some(defined) = &mut self.states.borrow_mut()[from] {
            if own {
                defined.targets.push(to.index);
            } else {
                defined.astray = true;
            }
        }
        if own { to.name.to_string() } else { name }
    }

    /// Whether a handle is one of this body's.
    #[track_caller]
    fn own<T>(&self, handle: &Handle<T>, from: Option<&str>) -> bool {
        if handle.body == self.id {
            return true;
        }
        let (state, message) = match from {
            Some(from) => (
                Rc::from(from),
                format!(
                    "it goes to `{}`, a state of another body; a transition stays in its workflow, branch or map",
                    handle.name
                ),
            ),
            None => (
                handle.name.clone(),
                "the start is a state of another body".to_owned(),
            ),
        };
        self.mistake(Some(&state), message);
        false
    }

    #[track_caller]
    fn mistake(&self, state: Option<&Rc<str>>, message: String) {
        self.mistakes.borrow_mut().push(Mistake {
            state: state.cloned(),
            place: Place::caller(),
            message,
        });
    }

    /// The states, the start first, the others as they were defined.
    ///
    /// What [`faults`](super::faults) finds is mended here in any way that works, so that lowering reports only what it
    /// finds itself.
    pub(super) fn to_lower(&self) -> Vec<State> {
        let mut start = Vec::new();
        let mut others = Vec::new();
        let mut seen = Vec::new();
        for defined in self.states.borrow().iter().flatten() {
            if let Some(handle) = defined.handle {
                if seen.contains(&handle) {
                    continue;
                }
                seen.push(handle);
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
        start
    }

    pub(super) fn bind_task<T: Task>(&self) {
        self.bind(|bindings, deploy| T::bind(bindings, Address::of::<T>(deploy)));
    }

    pub(super) fn bind_workflow<W: Workflow>(&self) {
        self.bind(|bindings, _| bindings.workflow::<W>(Address::of_workflow::<W>()));
    }

    fn bind(&self, bind: Bind) {
        self.binds.borrow_mut().push(bind);
    }
}
