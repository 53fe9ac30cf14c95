use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use stepwright_asl::errors;
use stepwright_asl::graph::Graph;
use stepwright_asl::json::Json as Asl;
use stepwright_asl::model::{MachineType, StateMachine};

use super::declared::{Declaration, Declared};
use super::{ANY_OTHER_ERROR, Bounds, Decision, Exploration, Outcome};
use crate::engine::{BuildError, Engine, StartOptions, request_id};
use crate::limits::Limits;
use crate::task::{Answer, TaskCall, TaskSource, envelope};
use crate::testing::coverage::Coverage;
use crate::testing::matcher::Matcher;
use crate::value::Value;

/// What is the same in all runs.
pub(super) struct Explorer {
    bounds: Bounds,
    errors: Vec<(Matcher, Declaration)>,
    /// What tasks give that the bounds have no samples of.
    samples: Vec<(Matcher, Value)>,
    /// The names in Retry and Catch of each state and of what is around it.
    named: HashMap<String, Vec<String>>,
}

/// The tasks of one run.
struct Script {
    explorer: Arc<Explorer>,
    /// What the first calls do, by the number of the option; later ones do the first.
    prefix: Vec<usize>,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    /// For each call, how many options there were and which was taken.
    choices: Vec<(usize, usize)>,
    decisions: Vec<Decision>,
    /// What the last attempt of a visit came to.
    last: HashMap<(String, Vec<String>, String), Outcome>,
}

impl Explorer {
    pub(super) fn new(machine: &StateMachine, bounds: &Bounds, declared: Declared) -> Arc<Self> {
        let definition = machine.to_value();
        let graph = Graph::of(&definition);
        let mut named = HashMap::new();
        for state in graph.states() {
            let mut names = Vec::new();
            let mut around = Some(state);
            while let Some(state) = around {
                for field in ["Retry", "Catch"] {
                    names.extend(error_names(state.object.get(field)));
                }
                let parent = graph.containers()[state.container].parent;
                around = parent.map(|parent| &graph.states()[parent]);
            }
            named.insert(state.name.to_owned(), names);
        }
        let mut bounds = bounds.clone();
        if bounds.inputs.is_empty() {
            bounds.inputs.push(Value::empty_object());
        }
        let given = bounds.errors.iter().cloned();
        let given = given.map(|(matcher, error)| (matcher, Declaration::new(error)));
        Arc::new(Self {
            errors: given.chain(declared.errors).collect(),
            samples: declared.samples,
            bounds,
            named,
        })
    }

    pub(super) async fn run(
        self: Arc<Self>,
        machine: &StateMachine,
    ) -> Result<Exploration, BuildError> {
        const MACHINE: &str = "explored";
        let limits = Limits {
            events: self.bounds.events,
            ..Limits::default()
        };
        let engine = Engine::builder()
            .definition(MACHINE, machine, MachineType::Standard)
            .tasks(|_: &TaskCall<'_>| None)
            .limits(limits)
            .retention(0)
            .virtual_time()
            .build()?;
        let mut found = Exploration {
            runs: 0,
            is_complete: true,
            uncaught: Vec::new(),
            stuck: Vec::new(),
            coverage: Coverage::of(machine),
        };
        let mut open: VecDeque<(usize, Vec<usize>)> = (0..self.bounds.inputs.len())
            .map(|input| (input, Vec::new()))
            .collect();
        while let Some((input, prefix)) = open.pop_front() {
            if found.runs >= self.bounds.runs {
                found.is_complete = false;
                break;
            }
            let script = Arc::new(Script {
                explorer: self.clone(),
                prefix: prefix.clone(),
                taken: Mutex::default(),
            });
            let source = script.clone();
            let options = StartOptions::new().tasks(move |call: &TaskCall<'_>| source.answer(call));
            let started = self.bounds.inputs[input].clone();
            let report = engine.execute_machine(MACHINE, started, options).await;
            let Ok(report) = report else {
                // An input that is too large for any execution.
                found.is_complete = false;
                continue;
            };
            let taken = std::mem::take(&mut *script.lock());
            found.runs += 1;
            found.coverage.add(&report.history);
            found.judge(&report, taken.decisions, self.bounds.events);
            let choices = taken.choices.iter().enumerate().skip(prefix.len());
            for (place, (options, _)) in choices {
                if *options > 1 && place >= self.bounds.calls {
                    found.is_complete = false;
                    break;
                }
                for option in 1..*options {
                    // What will not be run need not be remembered.
                    if found.runs + open.len() > self.bounds.runs {
                        found.is_complete = false;
                        break;
                    }
                    let before = taken.choices[..place].iter().map(|(_, choice)| *choice);
                    open.push_back((input, before.chain([option]).collect()));
                }
            }
        }
        Ok(found)
    }

    /// What a call may come to, the usual first.
    fn options(&self, call: &TaskCall<'_>, samples: usize) -> Vec<Outcome> {
        let mut options: Vec<Outcome> = (0..samples.max(1)).map(Outcome::Success).collect();
        let none = Vec::new();
        let named = self.named.get(call.state()).unwrap_or(&none);
        let declared = self
            .errors
            .iter()
            .filter(|(matcher, _)| matcher.is_for_call(call))
            .map(|(_, declared)| &declared.error);
        let is_timed = call.timeout().is_some() || call.heartbeat().is_some();
        for error in declared.chain(named) {
            let outcome = match error.as_str() {
                errors::ALL | errors::TASK_FAILED => Outcome::Failure(ANY_OTHER_ERROR.to_owned()),
                errors::TIMEOUT | errors::HEARTBEAT_TIMEOUT => Outcome::Timeout,
                // Nothing matches it, or no task fails with it.
                errors::RUNTIME
                | errors::BRANCH_FAILED
                | errors::ITEM_READER_FAILED
                | errors::RESULT_WRITER_FAILED
                | errors::EXCEED_TOLERATED_FAILURE_THRESHOLD => continue,
                error => Outcome::Failure(error.to_owned()),
            };
            if !options.contains(&outcome) {
                options.push(outcome);
            }
        }
        if is_timed && !options.contains(&Outcome::Timeout) {
            options.push(Outcome::Timeout);
        }
        if call.token().is_some() && !is_timed {
            options.push(Outcome::Silence);
        }
        options
    }
}

impl Script {
    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TaskSource for Script {
    fn answer(&self, call: &TaskCall<'_>) -> Option<Answer> {
        let explorer = &self.explorer;
        let mut samples = fitting(&explorer.bounds.samples, call);
        if samples.is_empty() {
            samples = fitting(&explorer.samples, call);
        }
        let mut options = explorer.options(call, samples.len());
        let mut taken = self.lock();
        let visit = (
            call.execution().id.to_string(),
            call.scope(),
            call.state().to_owned(),
        );
        let usual = options[0].clone();
        if call.attempt() > 0
            && let Some(last) = taken.last.get(&visit)
            && let Some(place) = options.iter().position(|option| option == last)
        {
            options[..=place].rotate_right(1);
        }
        let number = taken.choices.len();
        let choice = self.prefix.get(number).copied().unwrap_or(0);
        let outcome = options.get(choice).unwrap_or(&usual).clone();
        taken.choices.push((options.len(), choice));
        let decision = Decision {
            state: call.state().to_owned(),
            outcome: outcome.clone(),
        };
        // A retry that goes on as before is told once.
        if outcome != usual && !(call.attempt() > 0 && choice == 0) {
            taken.decisions.push(decision);
        }
        taken.last.insert(visit, outcome.clone());
        drop(taken);
        Some(match outcome {
            Outcome::Success(number) => {
                let sample = samples.get(number);
                let result = sample.map_or_else(Value::empty_object, |(_, value)| value.clone());
                let is_raw = sample.is_some_and(|(matcher, _)| !matcher.is_function());
                if call.resource().is_lambda_invoke() && !is_raw {
                    Answer::output(envelope::lambda(result, request_id(call)))
                } else {
                    Answer::output(result)
                }
            }
            Outcome::Failure(error) => {
                let mut declared = explorer
                    .errors
                    .iter()
                    .filter(|(_, found)| found.error == error);
                let cause = declared.find(|(matcher, _)| matcher.is_for_call(call));
                let cause = cause.map_or("explored", |(_, declared)| &declared.cause);
                Answer::failure(error, cause)
            }
            Outcome::Timeout if call.timeout().is_none() && call.heartbeat().is_none() => {
                Answer::failure(errors::TIMEOUT, "explored")
            }
            Outcome::Timeout | Outcome::Silence => Answer::never(),
        })
    }
}

fn fitting<'a>(rows: &'a [(Matcher, Value)], call: &TaskCall<'_>) -> Vec<&'a (Matcher, Value)> {
    let rows = rows.iter();
    rows.filter(|(matcher, _)| matcher.is_for_call(call))
        .collect()
}

fn error_names(list: Option<&Asl>) -> Vec<String> {
    let entries = list.and_then(Asl::as_array).into_iter().flatten();
    let names = entries.filter_map(|entry| entry.get("ErrorEquals")?.as_array());
    names
        .flatten()
        .filter_map(Asl::as_str)
        .map(str::to_owned)
        .collect()
}
