//! Iteration over the states of a machine on all levels.

use indexmap::map;

use crate::json::Pointer;
use crate::route::{Body, Route};

use super::{State, StateMachine, States};

/// A state of a machine, at any nesting level.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct StateRef<'m> {
    /// The state's name.
    pub name: &'m str,
    /// The state.
    pub state: &'m State,
    /// Pointer to the state.
    pub pointer: Pointer<'m>,
    /// The container of the state.
    pub container: Container<'m>,
}

/// A container of states: the machine, a branch of a Parallel or a processor of a Map.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Container<'m> {
    /// Pointer to the object with `StartAt` and `States`.
    pub pointer: Pointer<'m>,
    /// The name in `StartAt`.
    pub start_at: &'m str,
    /// The states of the container.
    pub states: &'m States,
    /// The name of the Parallel or Map that contains it; `None` for the machine.
    pub parent: Option<&'m str>,
}

/// A mutable state of a machine, at any nesting level.
#[derive(Debug)]
#[non_exhaustive]
pub struct StateMut<'m, 's> {
    /// The state's name.
    pub name: &'m str,
    /// The state. The next items are its nested states, as they are after your changes.
    pub state: &'s mut State,
    /// Pointer to the state.
    pub pointer: Pointer<'m>,
    /// Pointer to the state's container: the object with `StartAt` and `States`.
    pub container: Pointer<'m>,
    /// The name in the container's `StartAt`.
    pub start_at: &'m str,
    /// The name of the Parallel or Map that contains the state; `None` for the machine's own
    /// states.
    pub parent: Option<&'m str>,
}

/// Iterator over the states of a machine on all levels, see [`StateMachine::states`].
#[derive(Debug, Clone)]
pub struct AllStates<'m> {
    /// The unfinished containers, the innermost last.
    open: Vec<(Container<'m>, map::Iter<'m, String, State>)>,
}

/// Mutable traversal of the states of a machine on all levels, see [`StateMachine::states_mut`].
///
/// It is not an `Iterator`, because a state and its nested states cannot be borrowed at the same
/// time. Use `while let`.
#[derive(Debug)]
pub struct AllStatesMut<'m> {
    open: Vec<OpenMut<'m>>,
    /// The state that was returned last. Its nested states are entered at the next call.
    current: Option<Current<'m>>,
}

#[derive(Debug)]
struct OpenMut<'m> {
    pointer: Pointer<'m>,
    start_at: &'m str,
    parent: Option<&'m str>,
    states: map::IterMut<'m, String, State>,
}

#[derive(Debug)]
struct Current<'m> {
    name: &'m str,
    pointer: Pointer<'m>,
    state: &'m mut State,
}

impl StateMachine {
    /// Iterates over the states on all levels. The nested states of a Parallel or Map follow it
    /// directly.
    ///
    /// ```
    /// use stepwright_asl::StateMachine;
    ///
    /// let machine = StateMachine::from_json(r#"{"StartAt": "Each", "States": {"Each": {"Type": "Map", "End": true, "ItemProcessor": {
    ///     "StartAt": "Charge", "States": {"Charge": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true}}}}}}"#)?;
    /// let found: Vec<_> = machine.states().map(|found| (found.name, found.pointer.to_string())).collect();
    /// assert_eq!(found, [
    ///     ("Each", "/States/Each".to_owned()),
    ///     ("Charge", "/States/Each/ItemProcessor/States/Charge".to_owned()),
    /// ]);
    /// # Ok::<(), stepwright_asl::Diagnostics>(())
    /// ```
    pub fn states(&self) -> AllStates<'_> {
        let mut all = AllStates { open: Vec::new() };
        all.enter(Pointer::ROOT, &self.start_at, &self.states, None);
        all
    }

    /// Traverses the states on all levels mutably, in the order of [`StateMachine::states`].
    ///
    /// ```
    /// use stepwright_asl::StateMachine;
    ///
    /// let mut machine = StateMachine::from_json(r#"{"StartAt": "Each", "States": {"Each": {"Type": "Map", "End": true, "ItemProcessor": {
    ///     "StartAt": "Charge", "States": {"Charge": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true}}}}}}"#)?;
    /// let mut states = machine.states_mut();
    /// while let Some(found) = states.next_state() {
    ///     if let Some(task) = found.state.as_task_mut() {
    ///         task.timeout_seconds.get_or_insert(300.into());
    ///     }
    /// }
    /// assert!(machine.to_json().contains(r#""TimeoutSeconds":300"#));
    /// # Ok::<(), stepwright_asl::Diagnostics>(())
    /// ```
    pub fn states_mut(&mut self) -> AllStatesMut<'_> {
        let mut all = AllStatesMut {
            open: Vec::new(),
            current: None,
        };
        all.enter(Pointer::ROOT, &self.start_at, &mut self.states, None);
        all
    }

    /// The innermost state that a pointer refers to or into, such as the pointer of a diagnostic;
    /// `None` if the pointer is outside of all states.
    ///
    /// ```
    /// use stepwright_asl::StateMachine;
    ///
    /// let machine = StateMachine::from_json(r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}}}"#)?;
    /// assert_eq!(machine.state_at("/States/A/Next"), Some(&machine.states["A"]));
    /// assert_eq!(machine.state_at("/StartAt"), None);
    /// # Ok::<(), stepwright_asl::Diagnostics>(())
    /// ```
    pub fn state_at(&self, pointer: &str) -> Option<&State> {
        Some(self.follow(&Route::of(pointer)?)?.0)
    }

    /// The mutable form of [`StateMachine::state_at`].
    pub fn state_at_mut(&mut self, pointer: &str) -> Option<&mut State> {
        let route = Route::of(pointer)?;
        let (_, depth) = self.follow(&route)?;
        let mut found = self.states.get_mut(&*route.first)?;
        for (body, name) in &route.inner[..depth] {
            found = states_in_mut(found, *body)?.get_mut(&**name)?;
        }
        Some(found)
    }

    /// The last existing state of the route, and its nesting depth.
    fn follow(&self, route: &Route<'_>) -> Option<(&State, usize)> {
        let mut found = self.states.get(&*route.first)?;
        for (depth, (body, name)) in route.inner.iter().enumerate() {
            match states_in(found, *body).and_then(|states| states.get(&**name)) {
                Some(state) => found = state,
                None => return Some((found, depth)),
            }
        }
        Some((found, route.inner.len()))
    }
}

/// Defines a function that returns the containers in a state: the location of each, its `StartAt`
/// and its `States`.
macro_rules! bodies {
    ($name:ident, $iter:ident, $as_ref:ident, $($reference:tt)+) => {
        pub(crate) fn $name(state: $($reference)+ State) -> Vec<(Body, &str, $($reference)+ States)> {
            match state {
                State::Parallel(parallel) => {
                    let branches = parallel.branches.$iter().enumerate();
                    let bodies = branches.map(|(index, branch)| {
                        let place = Body::Branch(index);
                        (place, branch.start_at.as_str(), $($reference)+ branch.states)
                    });
                    bodies.collect()
                }
                State::Map(map) => {
                    let processors = [
                        (Body::ItemProcessor, $($reference)+ map.item_processor),
                        (Body::Iterator, $($reference)+ map.iterator),
                    ];
                    let bodies = processors.into_iter().filter_map(|(place, processor)| {
                        let processor = processor.$as_ref()?;
                        Some((place, processor.start_at.as_str(), $($reference)+ processor.states))
                    });
                    bodies.collect()
                }
                _ => Vec::new(),
            }
        }
    };
}

bodies!(bodies, iter, as_ref, &);
bodies!(bodies_mut, iter_mut, as_mut, &mut);

fn states_in(state: &State, body: Body) -> Option<&States> {
    let found = bodies(state).into_iter().find(|(place, ..)| *place == body);
    found.map(|(.., states)| states)
}

fn states_in_mut(state: &mut State, body: Body) -> Option<&mut States> {
    let mut found = bodies_mut(state).into_iter();
    let found = found.find(|(place, ..)| *place == body);
    found.map(|(.., states)| states)
}

impl<'m> AllStates<'m> {
    fn enter(
        &mut self,
        pointer: Pointer<'m>,
        start_at: &'m str,
        states: &'m States,
        parent: Option<&'m str>,
    ) {
        let container = Container {
            pointer,
            start_at,
            states,
            parent,
        };
        self.open.push((container, states.iter()));
    }
}

impl<'m> Iterator for AllStates<'m> {
    type Item = StateRef<'m>;

    fn next(&mut self) -> Option<StateRef<'m>> {
        loop {
            let (container, states) = self.open.last_mut()?;
            let Some((name, state)) = states.next() else {
                self.open.pop();
                continue;
            };
            let container = container.clone();
            let pointer = container.pointer.key("States").key(name);
            // The nested states come next: pushed on the stack in reverse order, so that the first
            // one is on top.
            for (body, start_at, states) in bodies(state).into_iter().rev() {
                self.enter(body.pointer(&pointer), start_at, states, Some(name));
            }
            return Some(StateRef {
                name,
                state,
                pointer,
                container,
            });
        }
    }
}

impl<'m> AllStatesMut<'m> {
    /// Returns the next state.
    pub fn next_state(&mut self) -> Option<StateMut<'m, '_>> {
        if let Some(done) = self.current.take() {
            for (body, start_at, states) in bodies_mut(done.state).into_iter().rev() {
                self.enter(
                    body.pointer(&done.pointer),
                    start_at,
                    states,
                    Some(done.name),
                );
            }
        }
        loop {
            let open = self.open.last_mut()?;
            let Some((name, state)) = open.states.next() else {
                self.open.pop();
                continue;
            };
            let container = open.pointer.clone();
            let pointer = container.key("States").key(name);
            let (start_at, parent) = (open.start_at, open.parent);
            let current = self.current.insert(Current {
                name,
                pointer: pointer.clone(),
                state,
            });
            return Some(StateMut {
                name,
                state: current.state,
                pointer,
                container,
                start_at,
                parent,
            });
        }
    }

    /// Calls a function with each remaining state.
    pub fn for_each(mut self, mut each: impl FnMut(StateMut<'m, '_>)) {
        while let Some(found) = self.next_state() {
            each(found);
        }
    }

    fn enter(
        &mut self,
        pointer: Pointer<'m>,
        start_at: &'m str,
        states: &'m mut States,
        parent: Option<&'m str>,
    ) {
        self.open.push(OpenMut {
            pointer,
            start_at,
            parent,
            states: states.iter_mut(),
        });
    }
}
