//! The outcomes of each call: results, errors, timeouts, missing answers.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::fmt;
use std::rc::Rc;

use stepwright_asl::errors;
use stepwright_asl::integrations::lookup;
use stepwright_asl::json::Json;
use stepwright_interpreter::task::{IntegrationPattern, Resource, ResourceKind, TaskFailure};
use stepwright_interpreter::value::{Object, Value};

use crate::budget::SearchBudget;
use crate::event::TaskNames;
use crate::handled_errors::HandledErrors;
use crate::pattern::Pattern;
use crate::settings::{Settings, TaskSettings};
use crate::values::{LiveValues, MachineValues, SampleSet};

/// The error that represents all errors that only `States.ALL` or `States.TaskFailed` match.
pub const ANY_OTHER_ERROR: &str = "AnyOtherError";

/// The outcome of one call of a task.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// It succeeds with the result of this number, from 0.
    Success(usize),
    /// It fails with this error.
    Failure(String),
    /// It does not answer in time. If it has a heartbeat, too, its heartbeats continue.
    Timeout,
    /// Its heartbeats stop before its timeout.
    MissedHeartbeat,
    /// Its token is answered after its timeout.
    LateAnswer,
    /// Its token is answered twice.
    SecondAnswer,
    /// It is never answered.
    Silence,
}

impl Outcome {
    /// Returns whether it is not a success.
    pub fn is_fault(&self) -> bool {
        !matches!(self, Self::Success(_))
    }

    /// Returns whether it is an error that nothing names or declares.
    pub(crate) fn is_unexpected(&self) -> bool {
        matches!(self, Self::Failure(error) if error == ANY_OTHER_ERROR)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Success(_) => f.write_str("succeeds"),
            Self::Failure(error) => write!(f, "fails with `{error}`"),
            Self::Timeout => f.write_str("times out"),
            Self::MissedHeartbeat => f.write_str("stops its heartbeats"),
            Self::LateAnswer => f.write_str("is answered after its timeout"),
            Self::SecondAnswer => f.write_str("is answered twice"),
            Self::Silence => f.write_str("is never answered"),
        }
    }
}

/// One call of a task, as far as its outcomes depend on it.
#[derive(Clone, Debug)]
pub(crate) struct CalledTask {
    pub(crate) state: String,
    pub(crate) resource: Resource,
    pub(crate) names: TaskNames,
    /// Whether the holder of a token answers it.
    pub(crate) has_token: bool,
    pub(crate) has_timeout: bool,
    pub(crate) has_heartbeat: bool,
}

impl CalledTask {
    /// Returns whether a timer ends the task if it is not answered.
    pub(crate) fn is_timed(&self) -> bool {
        self.has_timeout || self.has_heartbeat
    }
}

/// The outcomes that a search combines.
#[derive(Clone, Debug)]
pub(crate) struct Outcomes {
    /// The name of the state machine.
    machine: String,
    handled: HandledErrors,
    values: MachineValues,
    inputs: SampleSet,
    /// The results of each state's task that are made up. All paths share them.
    results: HashMap<String, OnceCell<Rc<SampleSet>>>,
    budget: Rc<SearchBudget>,
    /// Whether all inputs were given.
    has_given_inputs: bool,
}

impl Outcomes {
    pub(crate) fn of(
        (machine, definition): (&str, &Json),
        values: MachineValues,
        settings: &Settings,
        budget: &Rc<SearchBudget>,
    ) -> Self {
        let has_given_inputs = !settings.inputs.is_empty();
        let inputs = if has_given_inputs {
            SampleSet {
                values: settings.inputs.clone(),
                is_complete: true,
            }
        } else {
            object_samples(values.input().samples(budget))
        };
        Self {
            machine: machine.to_owned(),
            handled: HandledErrors::of(definition),
            results: values
                .results()
                .map(|state| (state.to_owned(), OnceCell::new()))
                .collect(),
            budget: Rc::clone(budget),
            values,
            inputs,
            has_given_inputs,
        }
    }

    /// Returns the parts of values that make a difference for later states.
    pub(crate) fn live(&self) -> &LiveValues {
        self.values.live()
    }

    pub(crate) fn inputs(&self) -> &SampleSet {
        &self.inputs
    }

    /// Returns whether an absent value at this state is a finding: the input was given, or the
    /// definition itself leaves the value out. Otherwise the made-up values may lack it.
    pub(crate) fn may_lack_a_value(&self, state: &str) -> bool {
        self.has_given_inputs || self.values.may_lack_a_value(state)
    }

    /// Returns whether all values that a state reads were combined: it reads no computed value, and
    /// no value that was given.
    pub(crate) fn combines_reads(&self, state: &str, is_given: impl Fn(&str) -> bool) -> bool {
        match self.values.known_reads(state) {
            Some((results, reads_input)) => {
                let is_input_given = reads_input && self.has_given_inputs;
                !is_input_given && !results.iter().any(|state| is_given(state))
            }
            None => false,
        }
    }

    /// Returns whether all values that a state reads were given, or computed from such values: an
    /// expression that fails with them fails in an execution, too.
    pub(crate) fn reads_given_values(&self, state: &str, is_given: impl Fn(&str) -> bool) -> bool {
        match self.values.sources(state) {
            Some((results, reads_input)) => {
                (self.has_given_inputs || !reads_input)
                    && results.iter().all(|state| is_given(state))
            }
            None => false,
        }
    }

    /// Returns whether an error of a state is named by a handler around it.
    pub(crate) fn is_named(&self, state: &str, error: &str) -> bool {
        self.handled.mean(state, error)
    }

    /// Returns the items of readers: for each choice of them, those of each Map.
    pub(crate) fn read_items(
        &self,
        settings: &Settings,
        readers: &[String],
    ) -> Vec<Vec<(String, Value)>> {
        let lists: Vec<Vec<Value>> = readers
            .iter()
            .map(|reader| {
                let names = TaskNames::of_function(reader);
                let given = settings.of_task(&self.machine, reader, &names);
                let given: Vec<Value> = given.flat_map(|task| task.results.clone()).collect();
                if !given.is_empty() {
                    return given;
                }
                if let Some(demand) = self.values.result(reader) {
                    return demand.samples(&self.budget).values;
                }
                let list = |count: usize| {
                    let items = std::iter::repeat_n(Value::empty_object(), count);
                    items.collect::<Value>()
                };
                vec![list(2), list(1), list(0)]
            })
            .collect();
        let choices = lists.iter().map(Vec::len).max().unwrap_or_default();
        let choice = |number: usize| {
            let lists = readers.iter().zip(&lists);
            lists
                .filter_map(|(reader, lists)| {
                    let list = lists.get(number % lists.len().max(1))?;
                    let list = match list {
                        Value::Array(_) => list.clone(),
                        item => [item.clone()].into_iter().collect(),
                    };
                    Some((reader.clone(), list))
                })
                .collect()
        };
        (0..choices).map(choice).collect()
    }

    /// Returns the results of a call; the first one is the plainest.
    pub(crate) fn results(&self, settings: &Settings, call: &CalledTask) -> Rc<SampleSet> {
        let given = settings.of_task(&self.machine, &call.state, &call.names);
        let given: Vec<&TaskSettings> = given.filter(|task| !task.results.is_empty()).collect();
        // The holder of a token answers to the state, not the function that gets it.
        let has_own = given.iter().any(|task| task.target == call.state);
        let given: Vec<Value> = given
            .into_iter()
            .filter(|task| !has_own || task.target == call.state)
            .flat_map(|task| {
                let has_envelope = !has_own && call.resource.is_lambda_invoke();
                let results = task.results.iter().cloned();
                results.map(move |result| {
                    if has_envelope {
                        envelope(result)
                    } else {
                        result
                    }
                })
            })
            .collect();
        if !given.is_empty() {
            return Rc::new(SampleSet {
                values: given,
                is_complete: true,
            });
        }
        let made_up = self
            .results
            .get(&call.state)
            .zip(self.values.result(&call.state));
        match made_up {
            Some((samples, demand)) => {
                let samples = samples.get_or_init(|| Rc::new(demand.samples(&self.budget)));
                Rc::clone(samples)
            }
            None => Rc::new(SampleSet {
                values: vec![if call.resource.is_lambda_invoke() {
                    envelope(Value::empty_object())
                } else {
                    Value::empty_object()
                }],
                is_complete: true,
            }),
        }
    }

    /// Returns the failure of a call with an error. A Lambda function reports an error with a JSON
    /// text as its cause.
    pub(crate) fn failure(
        &self,
        settings: &Settings,
        call: &CalledTask,
        error: &str,
    ) -> TaskFailure {
        let mut tasks = settings.of_task(&self.machine, &call.state, &call.names);
        let cause = tasks.find_map(|task| task.causes.get(error));
        let cause = cause
            .cloned()
            .unwrap_or_else(|| format!(r#"{{"errorType":"{error}","errorMessage":"explored"}}"#));
        TaskFailure::new(error, cause)
    }

    /// Returns the outcomes of a call, the successes first.
    pub(crate) fn of_call(
        &self,
        settings: &Settings,
        call: &CalledTask,
        results: usize,
    ) -> Vec<Outcome> {
        let mut options: Vec<Outcome> = (0..results.max(1)).map(Outcome::Success).collect();
        let declared: Vec<&String> = settings
            .of_task(&self.machine, &call.state, &call.names)
            .flat_map(|task| &task.errors)
            .collect();
        let named = self.handled.of_state(&call.state);
        let is_of_other = |error: &String| {
            let mut tasks = settings.tasks.iter();
            tasks.any(|task| task.errors.contains(error))
        };
        // A handler of a container names errors of all tasks inside it. A task that may use any
        // name does not use those that only others declare.
        let possible = named.iter().filter(|error| {
            may_fail_with(&call.resource, error).unwrap_or_else(|| !is_of_other(error))
        });
        let properties = settings.properties.iter();
        let triggers = properties.flat_map(|property| property.formula.triggers());
        let triggers = triggers.filter(|pattern| {
            let target = pattern.target();
            target.is_some_and(|target| call.state == target || call.names.contain(target))
        });
        let of_properties: Vec<String> = triggers
            .filter_map(Pattern::failure)
            .filter(|error| may_fail_with(&call.resource, error).unwrap_or(true))
            .collect();
        // A task whose errors are declared fails with no other one, except when it is lost.
        let possible: Vec<&String> = if declared.is_empty() || settings.undeclared_errors {
            possible.chain(&of_properties).collect()
        } else {
            possible
                .filter(|error| error.starts_with("States."))
                .collect()
        };
        if settings.undeclared_errors || declared.is_empty() && named.is_empty() {
            add(&mut options, Outcome::Failure(ANY_OTHER_ERROR.to_owned()));
        }
        for error in declared.iter().copied().chain(possible) {
            let outcome = match error.as_str() {
                errors::ALL | errors::TASK_FAILED if !declared.is_empty() => continue,
                errors::ALL | errors::TASK_FAILED => Outcome::Failure(ANY_OTHER_ERROR.to_owned()),
                errors::HEARTBEAT_TIMEOUT if call.has_heartbeat && call.has_timeout => {
                    Outcome::MissedHeartbeat
                }
                errors::TIMEOUT | errors::HEARTBEAT_TIMEOUT => Outcome::Timeout,
                error if fails_no_task(error) => continue,
                error => Outcome::Failure(error.to_owned()),
            };
            add(&mut options, outcome);
        }
        if call.is_timed() {
            add(&mut options, Outcome::Timeout);
        } else if call.has_token {
            add(&mut options, Outcome::Silence);
        }
        if call.has_timeout && call.has_heartbeat {
            add(&mut options, Outcome::MissedHeartbeat);
        }
        if call.has_token {
            if call.is_timed() {
                add(&mut options, Outcome::LateAnswer);
            }
            add(&mut options, Outcome::SecondAnswer);
        }
        options
    }
}

/// Returns the values, of which each is an object: the input of an execution.
fn object_samples(samples: SampleSet) -> SampleSet {
    let is_plain_text = |value: &Value| value.as_str() == Some("sample");
    let values = samples.values.into_iter();
    let values = values.map(|value| {
        if is_plain_text(&value) {
            Value::empty_object()
        } else {
            value
        }
    });
    SampleSet {
        values: values.collect(),
        is_complete: samples.is_complete,
    }
}

/// Returns the response of `lambda:invoke` with this payload.
fn envelope(payload: Value) -> Value {
    let mut response = Object::new();
    response.insert("ExecutedVersion", Value::from("$LATEST"));
    response.insert("Payload", payload);
    response.insert("StatusCode", Value::from(200));
    Value::from(response)
}

/// Returns whether a task can fail with an error that a handler names; `None` if it may use any
/// name, as a Lambda function, an activity and a worker with a token do. A request to a service
/// fails with the errors of that service: the integration tables have the prefix of their names. A
/// service that the tables do not have can fail with all.
fn may_fail_with(resource: &Resource, error: &str) -> Option<bool> {
    let is_http = resource.service() == "http";
    if error.starts_with(errors::HTTP_STATUS_CODE_PREFIX) || error == errors::HTTP_SOCKET {
        return Some(is_http);
    }
    if error.starts_with("States.") {
        return Some(true);
    }
    let waits = resource.pattern() == IntegrationPattern::WaitForTaskToken;
    if resource.kind() != ResourceKind::Service || resource.is_lambda_invoke() || waits {
        return None;
    }
    Some(
        match lookup(resource.as_str()).map(|found| found.error_prefix()) {
            Ok(Some(prefix)) => error.split_once('.').is_some_and(|(own, _)| own == prefix),
            Ok(None) => !is_http,
            Err(_) => true,
        },
    )
}

/// Returns whether no task fails with this error.
fn fails_no_task(error: &str) -> bool {
    [
        errors::RUNTIME,
        errors::BRANCH_FAILED,
        errors::ITEM_READER_FAILED,
        errors::RESULT_WRITER_FAILED,
        errors::EXCEED_TOLERATED_FAILURE_THRESHOLD,
        errors::NO_CHOICE_MATCHED,
        errors::DATA_LIMIT_EXCEEDED,
        errors::QUERY_EVALUATION_ERROR,
    ]
    .contains(&error)
        || error.starts_with("States.ParameterPath")
        || error.starts_with("States.ResultPath")
        || error.starts_with("States.Intrinsic")
}

fn add(options: &mut Vec<Outcome>, outcome: Outcome) {
    if !options.contains(&outcome) {
        options.push(outcome);
    }
}
