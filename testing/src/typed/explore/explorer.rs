use std::collections::{BTreeMap, HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use stepwright_asl::model::{MachineType, StateMachine};
use stepwright_history::coverage::Coverage;
use stepwright_interpreter::execution::Failure;
use stepwright_interpreter::program::Program;
use stepwright_interpreter::value::Value;
use stepwright_interpreter::{ExecutionInfo, Limits};
use tokio::runtime::Runtime;

use super::bounds::Bounds;
use super::declarations::{Declarations, input_of};
use super::exploration::{Bound, Exploration};
use super::outcomes::Outcomes;
use super::run_record::{Cost, RunRecord};
use super::script::Script;
use stepwright_engine::task::TaskCall;
use stepwright_engine::test_support::Observer;
use stepwright_engine::{BuildError, Engine, ExecutionReport, StartOptions};

/// The name of the machine while it is explored.
const MACHINE: &str = "explored";

/// The maximum number of scheduler turns in which the children of a Map Run must end after they
/// were stopped.
const TURNS: u32 = 100_000;

/// A machine, and all workflows that it starts directly or indirectly.
pub(super) struct MachineFamily {
    pub(super) bounds: Bounds,
    /// The exploration of each nested workflow, by its name.
    pub(super) found: BTreeMap<String, Exploration>,
    /// The workflows whose nested workflows are being explored.
    pub(super) open: Vec<String>,
    /// Set when the result is not awaited any more.
    pub(super) is_given_up: Arc<AtomicBool>,
    pub(super) runtime: Runtime,
}

impl MachineFamily {
    /// Explores the workflows that a machine starts, and then the machine.
    pub(super) fn explore(
        &mut self,
        machine: &StateMachine,
        machine_type: MachineType,
        inputs: Vec<Value>,
        declared: Declarations,
    ) -> Result<Exploration, BuildError> {
        for workflow in &declared.workflows {
            let name = workflow.name.to_string();
            if self.found.contains_key(&name) || self.open.contains(&name) {
                continue;
            }
            let definition = workflow
                .build()
                .map_err(|faults| BuildError::new(format!("workflow `{name}`: {faults}")))?;
            let inner = Declarations::of(&definition, &workflow.bindings());
            self.open.push(name.clone());
            let input = vec![input_of(workflow.input).into()];
            let found = self.explore(
                definition.machine(),
                definition.machine_type(),
                input,
                inner,
            );
            self.open.pop();
            self.found.insert(name, found?);
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
        let watch = Arc::new(ScriptObserver::default());
        let engine = self.engine(machine, machine_type, watch.clone())?;
        let mut found = Exploration::new(Coverage::of(machine), self.bounds.faults);
        let mut open = CombinationQueue::default();
        for input in 0..inputs.len() {
            open.push(0, Combination::of_input(input));
        }
        let mut samples = Samples::default();
        while let Some((queued, combination)) = open.pop() {
            if found.runs >= self.bounds.runs || self.is_given_up.load(Ordering::Relaxed) {
                found.left_out(queued);
                break;
            }
            let Combination {
                input,
                prefix,
                sample,
            } = combination;
            let script = Script::new(self.outcomes.clone(), prefix.clone());
            watch.follow(script.clone());
            let source = script.clone();
            let options = StartOptions::new().tasks(move |call: &TaskCall<'_>| {
                stepwright_engine::task::TaskSource::answer(&*source, call)
            });
            let started = inputs[input].clone();
            let report = engine.execute_machine(MACHINE, started, options).await;
            let Ok(report) = report else {
                found.reached(Bound::Input);
                continue;
            };
            // Children that were stopped need some turns to end.
            let mut turns = 0;
            while script.has_running_children() && turns < TURNS {
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
            found.add_run(&report, &taken, &self.outcomes.names, self.bounds.events);
            let path = path(&report, &taken);
            let faults = match sample {
                Some(sample) => samples.faults(sample, path),
                None => queued,
            };
            let choices = taken.choices.iter().enumerate().skip(prefix.len());
            for (position, choice) in choices {
                if choice.options.len() > 1 && position >= self.bounds.calls {
                    found.reached(Bound::Calls);
                    break;
                }
                for (option, cost) in choice.options.iter().enumerate().skip(1) {
                    let mut sample = None;
                    let level = match cost {
                        Cost::Nothing => faults,
                        Cost::Fault => faults.saturating_add(1),
                        Cost::Sample(number) => {
                            let key = (choice.state.clone(), *number);
                            let level = samples.level(&key, faults);
                            let base = faults;
                            sample = Some(OtherSample { key, base, path });
                            level
                        }
                    };
                    if level > self.bounds.faults {
                        found.has_more_faults = true;
                        continue;
                    }
                    let before = taken.choices[..position].iter().map(|choice| choice.taken);
                    let next = Combination {
                        input,
                        prefix: before.chain([option]).collect(),
                        sample,
                    };
                    open.push(level, next);
                    // Combinations beyond the bound will not run and are not stored.
                    if found.runs + open.len() > self.bounds.runs
                        && let Some(dropped) = open.drop_last()
                    {
                        found.left_out(dropped);
                    }
                }
            }
        }
        Ok(found)
    }

    fn engine(
        &self,
        machine: &StateMachine,
        machine_type: MachineType,
        watch: Arc<ScriptObserver>,
    ) -> Result<Engine, BuildError> {
        let limits = Limits::new()
            .events(self.bounds.events)
            .express_transitions(self.bounds.events.into());
        let mut builder = Engine::builder()
            .register_definition(MACHINE, machine, machine_type)
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

/// A combination to run: an input, and the options of the first calls.
struct Combination {
    input: usize,
    prefix: Vec<usize>,
    /// The last option of the prefix, where it is a sample other than the first.
    sample: Option<OtherSample>,
}

impl Combination {
    fn of_input(input: usize) -> Self {
        Self {
            input,
            prefix: Vec::new(),
            sample: None,
        }
    }
}

/// A sample other than the first, and the run with the first one in its position.
struct OtherSample {
    key: SampleKey,
    /// The number of faults of that run.
    base: usize,
    /// The path of that run.
    path: u64,
}

/// A state, and the number of a sample.
type SampleKey = (String, usize);

/// The samples that were tried so far, and whether one of the runs took another path than with the
/// first sample.
#[derive(Default)]
struct Samples(HashMap<SampleKey, bool>);

impl Samples {
    /// Returns the number of faults at which a sample is tried after a run with this number. For a
    /// new sample it is not known whether it changes the path, so it is tried at the same number of
    /// faults, also at the bound.
    fn level(&self, key: &SampleKey, faults: usize) -> usize {
        match self.0.get(key) {
            Some(false) => faults.saturating_add(1),
            Some(true) | None => faults,
        }
    }

    /// Returns the number of faults of a run with a sample: one more if the sample did not change
    /// the path.
    fn faults(&mut self, sample: OtherSample, path: u64) -> usize {
        let is_changed = sample.path != path;
        *self.0.entry(sample.key).or_default() |= is_changed;
        sample.base.saturating_add(usize::from(!is_changed))
    }
}

/// Returns a hash of the states that a run and the children of its Map Runs entered, and of their
/// ends.
fn path(report: &ExecutionReport, taken: &RunRecord) -> u64 {
    let mut hasher = DefaultHasher::new();
    let children = taken.children.iter().map(|child| &**child);
    for report in std::iter::once(report).chain(children) {
        report.history.path().hash(&mut hasher);
        report.status.as_str().hash(&mut hasher);
        report.error.hash(&mut hasher);
    }
    hasher.finish()
}

/// The combinations that remain to be run, those with fewer faults first, in the order in which
/// they were found.
#[derive(Default)]
struct CombinationQueue(BTreeMap<usize, VecDeque<Combination>>);

impl CombinationQueue {
    fn push(&mut self, faults: usize, combination: Combination) {
        self.0.entry(faults).or_default().push_back(combination);
    }

    /// Takes the first one, with its number of faults.
    fn pop(&mut self) -> Option<(usize, Combination)> {
        let mut first = self.0.first_entry()?;
        let faults = *first.key();
        let combination = first.get_mut().pop_front()?;
        if first.get().is_empty() {
            first.remove();
        }
        Some((faults, combination))
    }

    /// Drops the last one. Returns its number of faults.
    fn drop_last(&mut self) -> Option<usize> {
        let mut last = self.0.last_entry()?;
        let faults = *last.key();
        last.get_mut().pop_back();
        if last.get().is_empty() {
            last.remove();
        }
        Some(faults)
    }

    fn len(&self) -> usize {
        self.0.values().map(VecDeque::len).sum()
    }
}

/// The observer of the engine, which reports to the script of the current run.
#[derive(Default)]
struct ScriptObserver {
    script: Mutex<Option<Arc<Script>>>,
}

impl ScriptObserver {
    fn follow(&self, script: Arc<Script>) {
        *self.script.lock().unwrap_or_else(PoisonError::into_inner) = Some(script);
    }

    fn script(&self) -> Option<Arc<Script>> {
        let script = self.script.lock().unwrap_or_else(PoisonError::into_inner);
        script.clone()
    }
}

impl Observer for ScriptObserver {
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
