//! The states of a machine on every level.

use indexmap::map;

use crate::json::Pointer;
use crate::route::{Body, Route};

use super::{State, StateMachine, States};

/// A state of a machine, on whatever level.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct StateRef<'m> {
    /// Its name.
    pub name: &'m str,
    /// The state.
    pub state: &'m State,
    /// Pointer to it.
    pub pointer: Pointer<'m>,
    /// What it stands in.
    pub container: Container<'m>,
}

/// What states stand in: the machine, a branch of a Parallel or a processor of a Map.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Container<'m> {
    /// Pointer to the object that has `StartAt` and `States`.
    pub pointer: Pointer<'m>,
    /// The name in `StartAt`.
    pub start_at: &'m str,
    /// Its states.
    pub states: &'m States,
    /// The name of the Parallel or Map that it is a part of; `None` for the machine.
    pub parent: Option<&'m str>,
}

/// A state of a machine, on whatever level, to be changed.
#[derive(Debug)]
#[non_exhaustive]
pub struct StateMut<'m, 's> {
    /// Its name.
    pub name: &'m str,
    /// The state. The states inside it come next, as they are after this turn.
    pub state: &'s mut State,
    /// Pointer to it.
    pub pointer: Pointer<'m>,
    /// Pointer to what it stands in: the object that has `StartAt` and `States`.
    pub container: Pointer<'m>,
    /// The name in that object's `StartAt`.
    pub start_at: &'m str,
    /// The name of the Parallel or Map that it stands in; `None` for the states of the machine itself.
    pub parent: Option<&'m str>,
}

/// The states of a machine on every level; [`StateMachine::states`] makes it.
#[derive(Debug, Clone)]
pub struct AllStates<'m> {
    /// The containers that are not done yet, the innermost last.
    open: Vec<(Container<'m>, map::Iter<'m, String, State>)>,
}

/// The states of a machine on every level, to be changed; [`StateMachine::states_mut`] makes it.
///
/// It is no `Iterator`, because a state and the states inside it cannot be borrowed at once: `while let` takes one after the other.
#[derive(Debug)]
pub struct AllStatesMut<'m> {
    open: Vec<OpenMut<'m>>,
    /// The state whose turn it is. What is inside it is entered after the turn.
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
    /// The states on every level: those of the machine, and behind each Parallel or Map those inside it.
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
    /// # Ok::<(), stepwright_asl::Findings>(())
    /// ```
    pub fn states(&self) -> AllStates<'_> {
        let mut all = AllStates { open: Vec::new() };
        all.enter(Pointer::ROOT, &self.start_at, &self.states, None);
        all
    }

    /// The states on every level, to be changed, in the order of [`StateMachine::states`].
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
    /// # Ok::<(), stepwright_asl::Findings>(())
    /// ```
    pub fn states_mut(&mut self) -> AllStatesMut<'_> {
        let mut all = AllStatesMut {
            open: Vec::new(),
            current: None,
        };
        all.enter(Pointer::ROOT, &self.start_at, &mut self.states, None);
        all
    }

    /// The innermost state that a pointer leads to or into, as the pointers of findings do; `None` when it leads to no state.
    ///
    /// ```
    /// use stepwright_asl::StateMachine;
    ///
    /// let machine = StateMachine::from_json(r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}}}"#)?;
    /// assert_eq!(machine.state_at("/States/A/Next"), Some(&machine.states["A"]));
    /// assert_eq!(machine.state_at("/StartAt"), None);
    /// # Ok::<(), stepwright_asl::Findings>(())
    /// ```
    pub fn state_at(&self, pointer: &str) -> Option<&State> {
        Some(self.follow(&Route::of(pointer)?)?.0)
    }

    /// The same, to be changed.
    pub fn state_at_mut(&mut self, pointer: &str) -> Option<&mut State> {
        let route = Route::of(pointer)?;
        let (_, depth) = self.follow(&route)?;
        let mut found = self.states.get_mut(&*route.first)?;
        for (body, name) in &route.inner[..depth] {
            found = states_in_mut(found, *body)?.get_mut(&**name)?;
        }
        Some(found)
    }

    /// The last state of the route that is there, and how many states of it that one is inside of.
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

/// The states inside a state: where each part of them stands, its `StartAt` and its `States`.
pub(crate) fn bodies(state: &State) -> Vec<(Body, &str, &States)> {
    match state {
        State::Parallel(parallel) => {
            let branches = parallel.branches.iter().enumerate();
            let bodies = branches.map(|(index, branch)| {
                let place = Body::Branch(index);
                (place, branch.start_at.as_str(), &branch.states)
            });
            bodies.collect()
        }
        State::Map(map) => {
            let processors = [
                (Body::ItemProcessor, &map.item_processor),
                (Body::Iterator, &map.iterator),
            ];
            let bodies = processors.into_iter().filter_map(|(place, processor)| {
                let processor = processor.as_ref()?;
                Some((place, processor.start_at.as_str(), &processor.states))
            });
            bodies.collect()
        }
        _ => Vec::new(),
    }
}

/// The same, to be changed.
fn bodies_mut(state: &mut State) -> Vec<(Body, &str, &mut States)> {
    match state {
        State::Parallel(parallel) => {
            let branches = parallel.branches.iter_mut().enumerate();
            let bodies = branches.map(|(index, branch)| {
                let place = Body::Branch(index);
                (place, branch.start_at.as_str(), &mut branch.states)
            });
            bodies.collect()
        }
        State::Map(map) => {
            let processors = [
                (Body::ItemProcessor, &mut map.item_processor),
                (Body::Iterator, &mut map.iterator),
            ];
            let bodies = processors.into_iter().filter_map(|(place, processor)| {
                let processor = processor.as_mut()?;
                Some((place, processor.start_at.as_str(), &mut processor.states))
            });
            bodies.collect()
        }
        _ => Vec::new(),
    }
}

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
            // What stands inside the state is next: it is put on top, the first on the very top.
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
    /// The next state.
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

    /// Calls a function with each state that is left.
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
