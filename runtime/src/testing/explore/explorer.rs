use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use stepwright_asl::model::{MachineType, StateMachine};
use tokio::runtime::Runtime;

use super::bounds::Bounds;
use super::declared::Declared;
use super::exploration::{Bound, Exploration};
use super::outcomes::Outcomes;
use super::script::Script;
use crate::engine::{BuildError, Engine, ExecutionReport, Observer, StartOptions};
use crate::execution_info::ExecutionInfo;
use crate::interpret::Failure;
use crate::limits::Limits;
use crate::program::Program;
use crate::task::TaskCall;
use crate::testing::coverage::Coverage;
use crate::value::Value;

/// The name of the machine while it is explored.
const MACHINE: &str = "explored";

/// The most turns of the scheduler in which the children of a Map Run have to end after they were stopped.
const TURNS: u32 = 100_000;

/// A machine, the workflows that it starts, and those that these start.
pub(super) struct Family {
    pub(super) bounds: Bounds,
    /// The exploration of each nested workflow, by its name.
    pub(super) found: BTreeMap<String, Exploration>,
    /// The workflows whose nested workflows are being explored.
    pub(super) open: Vec<&'static str>,
    /// Set when the caller no longer waits for the result.
    pub(super) is_given_up: Arc<AtomicBool>,
    pub(super) runtime: Runtime,
}

impl Family {
    /// Explores the workflows that a machine starts, and then the machine.
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
        let outcomes = Outcomes::new(self.bounds.clone(), machine, declared, &self.found);
        let explorer = Explorer {
            bounds: &self.bounds,
            outcomes: Arc::new(outcomes),
            is_given_up: &self.is_given_up,
        };
        let run = explorer.run(machine, machine_type, inputs);
        self.runtime.block_on(run)
    }
}

/// Runs one machine with all combinations of the outcomes.
struct Explorer<'a> {
    bounds: &'a Bounds,
    outcomes: Arc<Outcomes>,
    is_given_up: &'a AtomicBool,
}

impl Explorer<'_> {
    async fn run(
        &self,
        machine: &StateMachine,
        machine_type: MachineType,
        inputs: Vec<Value>,
    ) -> Result<Exploration, BuildError> {
        let watch = Arc::new(Watch::default());
        let engine = self.engine(machine, machine_type, watch.clone())?;
        let mut found = Exploration::new(Coverage::of(machine));
        let mut open: VecDeque<(usize, Vec<usize>)> =
            (0..inputs.len()).map(|input| (input, Vec::new())).collect();
        while let Some((input, prefix)) = open.pop_front() {
            if found.runs >= self.bounds.runs || self.is_given_up.load(Ordering::Relaxed) {
                found.reached(Bound::MapRuns);
                break;
            }
            let script = Script::new(self.outcomes.clone(), prefix.clone());
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
            // Children that were stopped need some turns to end.
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
            found.judge(&report, &taken, &self.outcomes.names, self.bounds.events);
            let choices = taken.choices.iter().enumerate().skip(prefix.len());
            for (place, (options, _)) in choices {
                if *options > 1 && place >= self.bounds.calls {
                    found.reached(Bound::Calls);
                    break;
                }
                for option in 1..*options {
                    // Combinations beyond the bound will not run and are not stored.
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
}

/// The observer of the engine, which reports to the script of the current run.
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

    fn evaluation_failed(&self, execution: &ExecutionInfo, state: &str, failure: &Failure) {
        if let Some(script) = self.script() {
            script.evaluation_failed(execution, state, failure);
        }
    }

    fn items(&self, execution: &ExecutionInfo, state: &str) -> Option<Result<Value, String>> {
        self.script()?.items(execution, state)
    }

    fn results_written(
        &self,
        execution: &ExecutionInfo,
        state: &str,
    ) -> Option<Result<(), String>> {
        self.script()?.results_written(execution, state)
    }
}
