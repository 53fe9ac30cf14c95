use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use stepwright_asl::model::{MachineType, StateMachine};
use tokio::runtime::Runtime;

use super::declared::{Declaration, Declared};
use super::found::{Bound, Exploration};
use super::names::Names;
use super::nested::{Nested, names_machine};
use super::script::Script;
use super::{Bounds, Items};
use crate::about::About;
use crate::engine::{BuildError, Engine, ExecutionReport, Observer, StartOptions};
use crate::interpret::Failure;
use crate::limits::Limits;
use crate::program::Program;
use crate::task::TaskCall;
use crate::testing::coverage::Coverage;
use crate::testing::matcher::Matcher;
use crate::value::Value;

/// The name of the machine while it is explored.
const MACHINE: &str = "explored";

/// The most turns that children of a Map Run are given to end in once they were told to stop.
const TURNS: u32 = 100_000;

/// What is the same in all runs.
pub(super) struct Explorer {
    bounds: Bounds,
    pub(super) errors: Vec<(Matcher, Declaration)>,
    /// What tasks give that the bounds have no samples of.
    pub(super) samples: Vec<(Matcher, Value)>,
    /// What readers give, by the types of their items.
    items: Vec<(String, Value)>,
    pub(super) names: Names,
    pub(super) nested: Vec<Nested>,
}

/// A machine, the workflows that it starts, and those that these start.
pub(super) struct Family {
    pub(super) bounds: Bounds,
    /// What was found of each, by its name.
    pub(super) found: BTreeMap<String, Exploration>,
    /// Those that wait for what they start.
    pub(super) open: Vec<&'static str>,
    /// Whether nobody wants to know any more.
    pub(super) is_given_up: Arc<AtomicBool>,
    pub(super) runtime: Runtime,
}

impl Family {
    /// Explores what a machine starts, and then the machine.
    pub(super) fn explore(
        &mut self,
        machine: &StateMachine,
        machine_type: MachineType,
        inputs: Vec<Value>,
        declared: Declared,
    ) -> Result<Exploration, BuildError> {
        for workflow in &declared.workflows {
            if self.found.contains_key(workflow.name) || self.open.contains(&workflow.name) {
                continue;
            }
            let definition = (workflow.build)().map_err(|faults| {
                BuildError::new(format!("workflow `{}`: {faults}", workflow.name))
            })?;
            let mut inner = Declared::default();
            (workflow.bind)(&mut inner);
            self.open.push(workflow.name);
            let input = vec![(workflow.input)().into()];
            let found = self.explore(
                definition.machine(),
                definition.machine_type(),
                input,
                inner,
            );
            self.open.pop();
            self.found.insert(workflow.name.to_owned(), found?);
        }
        let nested = declared
            .workflows
            .iter()
            .map(|workflow| Nested::new(workflow, self.found.get(workflow.name)))
            .collect();
        let given = self.bounds.errors.iter().cloned();
        let given = given.map(|(matcher, error)| (matcher, Declaration::new(error)));
        let explorer = Arc::new(Explorer {
            bounds: self.bounds.clone(),
            errors: given.chain(declared.errors).collect(),
            samples: declared.samples,
            items: declared.items,
            names: Names::of(&machine.to_value()),
            nested,
        });
        let run = explorer.run(machine, machine_type, inputs, &self.is_given_up);
        self.runtime.block_on(run)
    }
}

impl Explorer {
    async fn run(
        self: Arc<Self>,
        machine: &StateMachine,
        machine_type: MachineType,
        inputs: Vec<Value>,
        is_given_up: &AtomicBool,
    ) -> Result<Exploration, BuildError> {
        let watch = Arc::new(Watch::default());
        let engine = self.engine(machine, machine_type, watch.clone())?;
        let mut found = Exploration::new(Coverage::of(machine));
        let mut open: VecDeque<(usize, Vec<usize>)> =
            (0..inputs.len()).map(|input| (input, Vec::new())).collect();
        while let Some((input, prefix)) = open.pop_front() {
            if found.runs >= self.bounds.runs || is_given_up.load(Ordering::Relaxed) {
                found.reached(Bound::MapRuns);
                break;
            }
            let script = Script::new(self.clone(), prefix.clone());
            watch.follow(script.clone());
            let source = script.clone();
            let options = StartOptions::new()
                .tasks(move |call: &TaskCall<'_>| crate::task::TaskSource::answer(&*source, call));
            let started = inputs[input].clone();
            let report = engine.execute_machine(MACHINE, started, options).await;
            let Ok(report) = report else {
                found.reached(Bound::Input);
                continue;
            };
            // Children that were told to stop end in their own time.
            let mut turns = 0;
            while script.is_at_work() && turns < TURNS {
                tokio::task::yield_now().await;
                turns += 1;
            }
            let taken = std::mem::take(&mut *script.lock());
            found.runs += 1;
            found.coverage.add(&report.history);
            for child in &taken.children {
                found.coverage.add_child(&child.history);
            }
            if taken.is_cut {
                found.reached(Bound::Events);
                continue;
            }
            found.judge(&report, &taken, &self.names, self.bounds.events);
            let choices = taken.choices.iter().enumerate().skip(prefix.len());
            for (place, (options, _)) in choices {
                if *options > 1 && place >= self.bounds.calls {
                    found.reached(Bound::Calls);
                    break;
                }
                for option in 1..*options {
                    // What will not be run need not be remembered.
                    if found.runs + open.len() > self.bounds.runs {
                        found.reached(Bound::MapRuns);
                        break;
                    }
                    let before = taken.choices[..place].iter().map(|(_, choice)| *choice);
                    open.push_back((input, before.chain([option]).collect()));
                }
            }
        }
        Ok(found)
    }

    fn engine(
        &self,
        machine: &StateMachine,
        machine_type: MachineType,
        watch: Arc<Watch>,
    ) -> Result<Engine, BuildError> {
        let limits = Limits {
            events: self.bounds.events,
            express_transitions: self.bounds.events.into(),
            ..Limits::default()
        };
        let mut builder = Engine::builder()
            .definition(MACHINE, machine, machine_type)
            .tasks(|_: &TaskCall<'_>| None)
            .limits(limits)
            .retention(0)
            .virtual_time()
            .observer(watch);
        if let Some(objects) = &self.bounds.objects {
            builder = builder.shared_objects(objects.0.clone());
        }
        builder.build()
    }

    pub(super) fn most_events(&self) -> usize {
        self.bounds.events as usize
    }

    pub(super) fn given_samples(&self) -> &[(Matcher, Value)] {
        &self.bounds.samples
    }

    /// What a machine gives: what the bounds say, or values of its type.
    pub(super) fn outputs_of(&self, target: &str, nested: Option<&Nested>) -> Vec<Value> {
        let given = self.bounds.machines.iter();
        let given = given.filter(|(name, _)| names_machine(name, target));
        let given: Vec<Value> = given.map(|(_, output)| output.clone()).collect();
        match nested {
            Some(nested) if given.is_empty() => nested.outputs.clone(),
            _ => given,
        }
    }

    /// What the bounds say that the reader of a Map gives.
    pub(super) fn given_items(&self, state: &str) -> Option<&Value> {
        let mut given = self.bounds.items.iter();
        let found = given.find(|(name, _)| name == state);
        found.map(|(_, Items(items))| items)
    }

    /// Items of the type that the reader of a Map gives.
    pub(super) fn typed_items(&self, state: &str) -> Option<&Value> {
        let mut typed = self.items.iter();
        typed
            .find(|(name, _)| name == state)
            .map(|(_, items)| items)
    }

    /// Whether readers read objects.
    pub(super) fn has_objects(&self) -> bool {
        self.bounds.objects.is_some()
    }
}

/// Tells each run what its executions do.
#[derive(Default)]
struct Watch {
    script: Mutex<Option<Arc<Script>>>,
}

impl Watch {
    fn follow(&self, script: Arc<Script>) {
        *self.script.lock().unwrap_or_else(PoisonError::into_inner) = Some(script);
    }

    fn script(&self) -> Option<Arc<Script>> {
        let script = self.script.lock().unwrap_or_else(PoisonError::into_inner);
        script.clone()
    }
}

impl Observer for Watch {
    fn child_starts(&self) -> Result<(), String> {
        self.script().map_or(Ok(()), |script| script.child_starts())
    }

    fn child_goes_on(&self, written: u32) -> bool {
        let script = self.script();
        script.is_none_or(|script| script.child_goes_on(written))
    }

    fn ended(&self, program: &Arc<Program>, report: &Arc<ExecutionReport>, is_child: bool) {
        if let Some(script) = self.script() {
            script.ended(program, report, is_child);
        }
    }

    fn evaluation_failed(&self, execution: &About, state: &str, failure: &Failure) {
        if let Some(script) = self.script() {
            script.evaluation_failed(execution, state, failure);
        }
    }

    fn items(&self, execution: &About, state: &str) -> Option<Result<Value, String>> {
        self.script()?.items(execution, state)
    }

    fn results_written(&self, execution: &About, state: &str) -> Option<Result<(), String>> {
        self.script()?.results_written(execution, state)
    }
}
