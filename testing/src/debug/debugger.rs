//! The debugger: steps, runs to breakpoints, answers calls, and returns to earlier positions.

use std::sync::Arc;
use std::time::Duration;

use indexmap::IndexMap;
use stepwright_asl::model::{MachineType, StateMachine};
use stepwright_asl::placeholder::fill;
use stepwright_engine::BuildError;
use stepwright_engine::task::{TaskCall, TaskFailure, TaskResult};
use stepwright_engine::test_support::nested_result;
use stepwright_interpreter::evaluate::EvaluateError;
use stepwright_interpreter::execution::{ChangeError, Execution};
use stepwright_interpreter::history::History;
use stepwright_interpreter::program::Program;
use stepwright_interpreter::query::Entropy;
use stepwright_interpreter::task::Integration;
use stepwright_interpreter::value::Value;
use stepwright_interpreter::{CursorId, ExecutionInfo, MachineInfo, Names};

use super::breakpoints::Breakpoints;
use super::error::DebugError;
use super::options::DebugOptions;
use super::position::{ExecutionEnd, Position, PositionKind};
use super::saved_position::SavedPosition;
use super::session::{DebugAnswer, Session, StateFailure};
use super::stop::Stop;

/// Where a run ends, unless a breakpoint, a call or the end comes first.
#[derive(Clone, Copy)]
enum RunGoal<'a> {
    /// The next position of this scope, or of a scope around it.
    Scope(&'a [String]),
    /// The next position of any scope.
    Any,
    /// The next entry of this state.
    State(&'a str),
    /// Nowhere else.
    None,
}

impl RunGoal<'_> {
    fn is_reached(self, position: &PositionKind) -> bool {
        match self {
            Self::Scope(scope) => scope.starts_with(position.scope()),
            Self::Any => true,
            Self::State(state) => {
                matches!(position, PositionKind::Entering(visit) if visit.state == state)
            }
            Self::None => false,
        }
    }
}

/// Steps one execution by hand, forwards and backwards; see the [module](super).
///
/// Each call that continues the execution adds the position at which it stops to
/// [`positions`](Self::positions). A clone is an independent debugger at the same position.
#[derive(Clone, Debug)]
pub struct Debugger {
    options: Arc<DebugOptions>,
    program: Arc<Program>,
    breakpoints: Breakpoints,
    /// The positions before the current one.
    past: Vec<SavedPosition>,
    current: SavedPosition,
}

impl Debugger {
    /// Creates an execution of a definition, and stops before its first state.
    ///
    /// # Errors
    ///
    /// All problems of the definition, or that of the input.
    pub fn new(
        definition: &StateMachine,
        machine_type: MachineType,
        input: impl Into<Value>,
    ) -> Result<Self, BuildError> {
        Self::with_options(definition, machine_type, input, DebugOptions::new())
    }

    /// Does the same as [`new`](Self::new), with options.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new), and when a field does not take the value of its placeholder.
    pub fn with_options(
        definition: &StateMachine,
        machine_type: MachineType,
        input: impl Into<Value>,
        options: DebugOptions,
    ) -> Result<Self, BuildError> {
        let input = input.into();
        let limits = &options.limits;
        if input.json_len() > limits.payload_bytes || input.depth() > limits.value_depth {
            let problem = "the input has too many bytes or levels; choose a smaller one";
            return Err(BuildError::new(problem.to_owned()));
        }
        let value = |name: &str| options.substitutions.get(name).cloned();
        let filled = fill(definition, None, &value).map_err(|diagnostics| {
            let problem = format!("a field does not take its placeholder's value: {diagnostics}");
            BuildError::new(problem)
        })?;
        let compiled = Program::compile(&filled.machine, machine_type, &IndexMap::new());
        let mut program = compiled.map_err(|error| BuildError::of(error.problems().to_vec()))?;
        program.definition = Some(filled.machine.to_json().into());
        let program = Arc::new(program);
        let session = session(&program, machine_type, input, &options);
        Ok(Self {
            options: Arc::new(options),
            program,
            breakpoints: Breakpoints::default(),
            past: Vec::new(),
            current: SavedPosition::of(session),
        })
    }

    /// Returns the current position.
    pub fn position(&self) -> &Position {
        &self.current.position
    }

    /// Returns the positions so far, the current one last.
    pub fn positions(&self) -> impl Iterator<Item = &Position> {
        let past = self.past.iter().map(|saved| &saved.position);
        past.chain([&self.current.position])
    }

    /// Returns the history of the execution so far.
    pub fn history(&self) -> History {
        self.current.session.execution.history()
    }

    /// Continues to the next position of the same scope, or of the scope around it if it ends: over
    /// the states inside of a Parallel or Map. Calls with a [default answer](DebugOptions::answer)
    /// get it.
    pub fn step(&mut self) -> Stop {
        let scope = self.position().scope().to_vec();
        self.run(RunGoal::Scope(&scope), None)
    }

    /// Continues to the next position of any scope: into the branches of a Parallel or the
    /// iterations of a Map. It also stops at a call with a default answer, so that the caller can
    /// choose another one; the next step uses the default answer.
    pub fn step_into(&mut self) -> Stop {
        self.run(RunGoal::Any, None)
    }

    /// Continues until a state of this name is about to be entered, in any scope.
    ///
    /// # Errors
    ///
    /// When the definition has no such state.
    pub fn run_to(&mut self, state: &str) -> Result<Stop, DebugError> {
        self.check_state(state)?;
        Ok(self.run(RunGoal::State(state), None))
    }

    /// Continues until a breakpoint, a call that needs an answer, or the end.
    pub fn resume(&mut self) -> Stop {
        self.run(RunGoal::None, None)
    }

    /// Answers the pending call or child with its result, and continues like [`step`](Self::step).
    ///
    /// # Errors
    ///
    /// When no call is pending.
    pub fn answer(&mut self, result: TaskResult) -> Result<Stop, DebugError> {
        self.answer_after(Duration::ZERO, result)
    }

    /// Answers the pending call or child with a result that takes this long. A task whose timeout
    /// is shorter times out. For a child, the time passes at once.
    ///
    /// # Errors
    ///
    /// When no call is pending.
    pub fn answer_after(
        &mut self,
        delay: Duration,
        result: TaskResult,
    ) -> Result<Stop, DebugError> {
        if !self.position().needs_answer() {
            return Err(DebugError::NoPendingCall);
        }
        let scope = self.position().scope().to_vec();
        let answer = DebugAnswer { result, delay };
        Ok(self.run(RunGoal::Scope(&scope), Some(answer)))
    }

    /// Answers the pending call or child with the end of the execution that it starts, after the
    /// time that the execution takes, and continues like [`step`](Self::step). The result has the
    /// form that the state's `Resource` defines.
    ///
    /// # Errors
    ///
    /// When no call is pending, and when it does not wait for an execution that it starts.
    pub fn answer_with_end(
        &mut self,
        delay: Duration,
        end: &ExecutionEnd,
    ) -> Result<Stop, DebugError> {
        let made = match &end.output {
            Some(output) => Ok(output.clone()),
            None => {
                let error = end.error.as_deref().unwrap_or(end.status.as_str());
                let cause = end.cause.as_deref().unwrap_or_default();
                Err((error.to_owned(), cause.to_owned()))
            }
        };
        let result = match &self.position().kind {
            PositionKind::Child(..) => made.map_err(|_| TaskFailure {
                error: end.error.clone(),
                cause: end.cause.clone(),
            }),
            _ => {
                let result = self.with_call(|call| {
                    let integration = Integration::of(call.resource())?;
                    let is_waiting = integration.waits();
                    is_waiting.then(|| nested_result(integration, call, &self.options.name, made))
                });
                let result = result.ok_or(DebugError::NoPendingCall)?;
                result.ok_or(DebugError::NoPendingExecution)?
            }
        };
        self.answer_after(delay, result)
    }

    /// Applies a function to the pending call, as a
    /// [`TaskSource`](stepwright_engine::task::TaskSource) gets it. Returns `None` if no call is
    /// pending.
    pub fn with_call<T>(&self, read: impl FnOnce(&TaskCall<'_>) -> T) -> Option<T> {
        self.current.session.with_call(read)
    }

    /// Replaces the raw input of the state that is about to be entered.
    ///
    /// # Errors
    ///
    /// When no state is about to be entered here, and when the input exceeds the limits.
    pub fn set_input(&mut self, input: impl Into<Value>) -> Result<(), ChangeError> {
        let cursor = self.cursor().ok_or(ChangeError::StateHasBegun)?;
        let execution = &mut self.current.session.execution;
        execution.set_input(cursor, input.into())?;
        self.current.position = self.current.session.position();
        Ok(())
    }

    /// Sets a variable of the scope of the state that is about to be entered, by its name without
    /// the `$`.
    ///
    /// # Errors
    ///
    /// When no state is about to be entered here, the definition does not name the variable, and
    /// when the value exceeds the limits.
    pub fn set_variable(&mut self, name: &str, value: impl Into<Value>) -> Result<(), ChangeError> {
        let cursor = self.cursor().ok_or(ChangeError::StateHasBegun)?;
        let execution = &mut self.current.session.execution;
        execution.set_variable(cursor, name, value.into())?;
        self.current.position = self.current.session.position();
        Ok(())
    }

    /// Evaluates an expression in the scope of the current state: a JSONata expression, with or
    /// without its `{%` and `%}`, in a JSONata state; a path or a call of an intrinsic function in
    /// a JSONPath state. With the delimiters it is JSONata in every state. `$` and `$states.input`
    /// are the raw input of the state. The execution does not change.
    ///
    /// # Errors
    ///
    /// When the execution has ended, the expression does not parse, or it fails.
    pub fn evaluate(&self, expression: &str) -> Result<Value, EvaluateError> {
        let ended = || EvaluateError::Refused("there is no state here; go back to one".to_owned());
        let cursor = self.cursor().ok_or_else(ended)?;
        let execution = &self.current.session.execution;
        execution.evaluate_in(cursor, expression)
    }

    /// Returns to the previous position, as it was when the execution continued from there. Returns
    /// whether there was one.
    pub fn back(&mut self) -> bool {
        let previous = self.past.pop();
        let is_moved = previous.is_some();
        if let Some(previous) = previous {
            self.current = previous;
        }
        is_moved
    }

    /// Returns to the position with this index in [`positions`](Self::positions), and forgets the
    /// later ones.
    ///
    /// # Errors
    ///
    /// When there is no such position.
    pub fn go_back_to(&mut self, index: usize) -> Result<(), DebugError> {
        let last = self.past.len();
        if index > last {
            return Err(DebugError::UnknownPosition { index, last });
        }
        if index < last {
            self.past.truncate(index + 1);
            self.back();
        }
        Ok(())
    }

    /// Stops before a state of this name is entered, in any scope.
    ///
    /// # Errors
    ///
    /// When the definition has no such state.
    pub fn break_at(&mut self, state: &str) -> Result<(), DebugError> {
        self.check_state(state)?;
        self.breakpoints.states.insert(state.to_owned());
        Ok(())
    }

    /// Stops after a state failed with this error, also if it is retried or caught; `States.ALL`
    /// stops after each failure.
    pub fn break_on_error(&mut self, error: impl Into<String>) {
        self.breakpoints.errors.insert(error.into());
    }

    /// Returns the states with a breakpoint, sorted.
    pub fn state_breakpoints(&self) -> impl Iterator<Item = &str> {
        self.breakpoints.states.iter().map(String::as_str)
    }

    /// Returns the errors with a breakpoint, sorted.
    pub fn error_breakpoints(&self) -> impl Iterator<Item = &str> {
        self.breakpoints.errors.iter().map(String::as_str)
    }

    /// Removes a breakpoint of a state. Returns whether there was one.
    pub fn remove_break_at(&mut self, state: &str) -> bool {
        self.breakpoints.states.remove(state)
    }

    /// Removes a breakpoint of an error. Returns whether there was one.
    pub fn remove_break_on_error(&mut self, error: &str) -> bool {
        self.breakpoints.errors.remove(error)
    }

    fn check_state(&self, state: &str) -> Result<(), DebugError> {
        match self.program.find(state) {
            Some(_) => Ok(()),
            None => Err(DebugError::UnknownState(state.to_owned())),
        }
    }

    fn cursor(&self) -> Option<CursorId> {
        self.current.position.cursor
    }

    /// Continues the execution, and saves the position at which it stops.
    fn run(&mut self, goal: RunGoal<'_>, answer: Option<DebugAnswer>) -> Stop {
        let position = self.position();
        if matches!(position.kind, PositionKind::Ended(_)) {
            return Stop::Ended;
        }
        let mut answer = answer.or_else(|| self.default_answer(&position.kind));
        if position.needs_answer() && answer.is_none() {
            return Stop::Call;
        }
        let mut session = self.current.session.clone();
        let mut steps = 0;
        let stop = loop {
            let failures = session.advance(&self.options.items, answer.take());
            steps += 1;
            let (_, position) = session.position_kind();
            if let Some(stop) = self.stop_at(goal, &position, &failures) {
                break stop;
            }
            if steps >= self.options.step_limit {
                break Stop::Limit;
            }
            answer = self.default_answer(&position);
        };
        let next = SavedPosition::of(session);
        self.past.push(std::mem::replace(&mut self.current, next));
        stop
    }

    /// Returns why the execution stops at a position, if it does.
    fn stop_at(
        &self,
        goal: RunGoal<'_>,
        position: &PositionKind,
        failures: &[StateFailure],
    ) -> Option<Stop> {
        let mut failures = failures.iter();
        let failed = failures.find(|failed| self.breakpoints.has_error(&failed.failure));
        if let Some(StateFailure { state, failure }) = failed {
            return Some(Stop::Error {
                state: self.program.state(*state).name.to_string(),
                error: failure.error.as_deref().unwrap_or_default().to_owned(),
                cause: failure.cause.as_deref().map(str::to_owned),
            });
        }
        match position {
            PositionKind::Ended(_) => Some(Stop::Ended),
            PositionKind::Call(..) | PositionKind::Child(..) => {
                let stops = matches!(goal, RunGoal::Any) || self.default_answer(position).is_none();
                stops.then_some(Stop::Call)
            }
            PositionKind::Entering(visit) if self.breakpoints.has_state(&visit.state) => {
                let state = visit.state.clone();
                Some(Stop::Breakpoint { state })
            }
            _ => goal.is_reached(position).then_some(Stop::Step),
        }
    }

    fn default_answer(&self, position: &PositionKind) -> Option<DebugAnswer> {
        let PositionKind::Call(visit, call) = position else {
            return None;
        };
        let result = self.options.default_answer(visit, call)?;
        Some(DebugAnswer {
            result,
            delay: Duration::ZERO,
        })
    }
}

/// Starts the execution, with the names and random numbers of the first execution in an engine.
fn session(
    program: &Arc<Program>,
    machine_type: MachineType,
    input: Value,
    options: &DebugOptions,
) -> Session {
    let DebugOptions { machine, name, .. } = options;
    let entropy = Entropy::new(options.seed);
    let seed = entropy.next_u64();
    let arn =
        |kind: &str, name: &str| format!("arn:aws:states:us-east-1:123456789012:{kind}:{name}");
    let (prefix, id) = match machine_type {
        MachineType::Standard => {
            let prefix = arn("execution", &format!("{machine}:"));
            let id = format!("{prefix}{name}");
            (prefix, id)
        }
        MachineType::Express => {
            let prefix = arn("express", &format!("{machine}:"));
            let id = format!("{prefix}{name}:{}", entropy.uuid());
            (prefix, id)
        }
    };
    let info = MachineInfo {
        id: arn("stateMachine", machine).into(),
        name: machine.into(),
        role_arn: "arn:aws:iam::123456789012:role/stepwright".into(),
        prefix: prefix.into(),
        is_express: machine_type == MachineType::Express,
        origin: None,
        test_case: None,
        trace: None,
    };
    let names = Names::new(id, name.as_str());
    let about = ExecutionInfo::new(Arc::new(info), names, input, options.start);
    let limits = Arc::new(options.limits.clone());
    let lifetime = match machine_type {
        MachineType::Standard => limits.standard_duration,
        MachineType::Express => limits.express_duration,
    };
    let history = match machine_type {
        MachineType::Standard => u32::MAX,
        MachineType::Express => limits.events,
    };
    let timeout = program.entry().timeout;
    let deadline = match machine_type {
        MachineType::Standard => timeout,
        MachineType::Express => Some(timeout.map_or(lifetime, |timeout| timeout.min(lifetime))),
    };
    let started = options.start;
    let execution = Execution::new(program.clone(), Arc::new(about), limits, history, seed);
    Session::begin(
        execution,
        deadline.map(|deadline| started + deadline),
        started + lifetime,
    )
}
