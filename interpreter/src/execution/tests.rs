//! Executions without an engine: a test performs the commands in random orders.

use std::sync::Arc;

use indexmap::IndexMap;
use proptest::prelude::*;
use smol_str::SmolStr;
use stepwright_asl::model::{MachineType, StateMachine};

use super::{
    Caller, Calls, Command, CommandQueue, Environment, Execution, Input, Outcome, RecordDecoder,
    RecordEncoder, ResolvedExecutor, ResolvedTask, Step, TaskCommand, TaskRequest,
};
use crate::distributed::TransferError;
use crate::execution_info::{ExecutionInfo, MachineInfo, Names};
use crate::limits::Limits;
use crate::program::{Program, StateIx};
use crate::task::{TaskFailure, TaskResult};
use crate::timestamp::Timestamp;
use crate::value::Value;
use crate::wait_id::{TimerKind, WaitId};

/// A Parallel with a retried task, a Wait, a token and a Map, and a task whose failure is caught.
const DEFINITION: &str = r#"{
  "StartAt": "Both",
  "States": {
    "Both": {
      "Type": "Parallel",
      "Branches": [
        {
          "StartAt": "Flaky",
          "States": {
            "Flaky": {
              "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:flaky", "TimeoutSeconds": 50,
              "Retry": [{ "ErrorEquals": ["Flaky"], "IntervalSeconds": 2, "MaxAttempts": 3 }], "Next": "Pause"
            },
            "Pause": { "Type": "Wait", "Seconds": 3, "Next": "Ask" },
            "Ask": {
              "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "HeartbeatSeconds": 90,
              "Parameters": { "QueueUrl": "q", "MessageBody.$": "$$.Task.Token" }, "End": true
            }
          }
        },
        {
          "StartAt": "Each",
          "States": {
            "Each": {
              "Type": "Map", "ItemsPath": "$.items", "MaxConcurrency": 2, "End": true,
              "ItemProcessor": {
                "StartAt": "Double",
                "States": {
                  "Double": {
                    "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:double", "End": true
                  }
                }
              }
            }
          }
        }
      ],
      "ResultPath": "$.both", "Next": "Refused"
    },
    "Refused": {
      "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:refused",
      "Catch": [{ "ErrorEquals": ["Refused"], "ResultPath": "$.refused", "Next": "Done" }], "Next": "Done"
    },
    "Done": { "Type": "Succeed" }
  }
}"#;

fn result_of(execution: &Execution, request: &TaskRequest) -> TaskResult {
    let result = execution.with_call(request, None, |call| match call.state() {
        "Flaky" if call.call() < 2 => Err(TaskFailure::new("Flaky", "again")),
        "Refused" => Err(TaskFailure::new("Refused", "no")),
        "Double" => Ok(Value::Int(
            call.parameters().as_f64().unwrap_or_default() as i64 * 2,
        )),
        state => Ok(Value::from(state)),
    });
    result.unwrap()
}

struct FixedValues;

impl Caller for FixedValues {
    fn has_handler(&self, state: StateIx) -> bool {
        // The first half of the states, so that both ways are tried.
        state.index() < 5
    }

    fn new_token(&self, _: &ExecutionInfo, state: &str, _: u32) -> SmolStr {
        format!("token of {state}").into()
    }

    fn items_of_reader(&self, _: &ExecutionInfo, _: &str) -> Option<Result<Value, TransferError>> {
        None
    }
}

/// An execution, and what its caller must still deliver.
struct Driver {
    program: Arc<Program>,
    execution: Execution,
    now: Timestamp,
    commands: CommandQueue,
    /// The results of handlers and tokens that were not delivered.
    results: Vec<Input>,
    timers: Vec<(WaitId, TimerKind, Timestamp)>,
    /// Each wait that the execution ever had.
    waits: Vec<WaitId>,
    records: RecordEncoder,
    written: Vec<Vec<u8>>,
}

fn new_execution(program: &Arc<Program>, about: Arc<ExecutionInfo>) -> Execution {
    Execution::new(
        program.clone(),
        about,
        Arc::new(Limits::default()),
        25_000,
        7,
    )
}

impl Driver {
    fn new() -> Self {
        let machine: StateMachine = serde_json::from_str(DEFINITION).unwrap();
        let program = Program::compile(&machine, MachineType::Standard, &IndexMap::new());
        let program = Arc::new(program.unwrap());
        let now = Timestamp::from_unix_micros(1_700_000_000_000_000);
        let about = Arc::new(ExecutionInfo {
            names: Names::new("arn:execution", "test"),
            root: None,
            machine: Arc::new(MachineInfo::new("", "arn:machine")),
            input: Value::from_text(r#"{"items": [1, 2, 3, 4]}"#).unwrap(),
            started: now,
            counts_redrives: false,
            redriven: None,
            depth: 0,
        });
        let mut execution = new_execution(&program, about);
        execution.begin();
        Self {
            program,
            execution,
            now,
            commands: CommandQueue::default(),
            results: Vec::new(),
            timers: Vec::new(),
            waits: Vec::new(),
            records: RecordEncoder::default(),
            written: Vec::new(),
        }
    }

    fn receive(&mut self, input: Input) -> bool {
        let environment = Environment {
            program: &self.program,
            now: self.now,
            caller: &FixedValues,
            has_spans: false,
        };
        self.execution
            .receive(input, environment, &mut self.commands)
    }

    /// Steps until all cursors wait. `is_immediate` decides for each task whether its result is
    /// there at once.
    fn step(&mut self, is_immediate: &mut impl FnMut() -> bool) -> Step {
        loop {
            let environment = Environment {
                program: &self.program,
                now: self.now,
                caller: &FixedValues,
                has_spans: false,
            };
            let step = self.execution.step(
                None,
                &mut 1_000,
                Calls::Made,
                environment,
                &mut self.commands,
            );
            self.perform(is_immediate);
            if step != Step::Replies {
                return step;
            }
        }
    }

    fn perform(&mut self, is_immediate: &mut impl FnMut() -> bool) {
        loop {
            while let Some(command) = self.commands.pop() {
                self.perform_command(command);
            }
            let Some((command, request)) = self.commands.pop_task() else {
                return;
            };
            match command {
                TaskCommand::Resolve => {
                    let state = self
                        .execution
                        .with_call(request, None, |call| call.state().to_owned());
                    let submits = state.unwrap() == "Ask";
                    self.waits.push(request.wait_id);
                    let resolved = ResolvedTask {
                        executor: ResolvedExecutor::Handler {
                            submits,
                            by_fallback: false,
                        },
                        details: None,
                    };
                    self.commands.set_resolved(resolved);
                    self.receive(Input::Resolved);
                }
                TaskCommand::Perform | TaskCommand::Call => {
                    let wait_id = request.wait_id;
                    let result = result_of(&self.execution, request);
                    self.waits.push(wait_id);
                    if is_immediate() {
                        self.commands.set_result(Some(result));
                        self.receive(Input::Performed);
                    } else {
                        self.receive(Input::Performed);
                        self.results.push(Input::WorkCompleted(wait_id, result));
                    }
                }
            }
        }
    }

    fn perform_command(&mut self, command: Command) {
        match command {
            Command::OpenToken { wait_id, token, .. } => {
                let answer = Ok(Value::from(token.as_str()));
                self.results.push(Input::Answered(wait_id, answer));
            }
            Command::Arm { wait_id, kind, at } => {
                self.waits.push(wait_id);
                self.timers.push((wait_id, kind, at));
            }
            Command::Disarm { wait_id, kind } => self
                .timers
                .retain(|(other, of, _)| (*other, *of) != (wait_id, kind)),
            Command::Release { wait_id } => {
                self.timers.retain(|(other, ..)| *other != wait_id);
            }
            other => panic!("unexpected: {other:?}"),
        }
    }

    /// Delivers one result or the next timer. Returns `false` if nothing is left.
    fn deliver(&mut self, choice: usize) -> bool {
        // A timeout that fires before a result would change the outcome, so timers fire when no
        // result is left.
        if !self.results.is_empty() {
            let input = self.results.swap_remove(choice % self.results.len());
            let is_token = matches!(input, Input::Answered(..));
            assert!(self.receive(input) || is_token);
            return true;
        }
        let first = (0..self.timers.len()).min_by_key(|index| self.timers[*index].2);
        let Some((wait_id, kind, at)) = first.map(|index| self.timers.remove(index)) else {
            return false;
        };
        self.now = self.now.max(at);
        self.receive(Input::Timer(wait_id, kind));
        true
    }

    /// Delivers inputs for waits that have ended, and checks that none is accepted.
    fn deliver_stale(&mut self, choice: usize) {
        let is_open = |wait_id: &WaitId| {
            self.results.iter().any(|input| match input {
                Input::WorkCompleted(open, _) | Input::Answered(open, _) => open == wait_id,
                _ => false,
            }) || self.timers.iter().any(|(open, ..)| open == wait_id)
        };
        let ended: Vec<WaitId> = self
            .waits
            .iter()
            .filter(|wait| !is_open(wait))
            .copied()
            .collect();
        if ended.is_empty() {
            return;
        }
        let wait_id = ended[choice % ended.len()];
        assert!(!self.receive(Input::Answered(wait_id, Ok(Value::Null))));
        assert!(!self.receive(Input::Heartbeat(wait_id)));
        assert!(!self.receive(Input::WorkerStarted(wait_id, None)));
        self.receive(Input::WorkCompleted(wait_id, Ok(Value::Null)));
        for kind in [
            TimerKind::Wait,
            TimerKind::Timeout,
            TimerKind::Heartbeat,
            TimerKind::Answer,
        ] {
            self.receive(Input::Timer(wait_id, kind));
        }
        self.receive(Input::HandlerFound(wait_id));
        assert!(self.commands.pop().is_none());
    }

    fn fingerprint(&self) -> String {
        let mut fingerprint = String::new();
        let whole = |_, _, value: &Value, to: &mut String| value.write_to(to);
        self.execution
            .write_fingerprint(self.now, None, &whole, &mut fingerprint);
        fingerprint
    }

    /// Writes the execution, and continues with what its records say. All timers are armed again.
    fn restart(&mut self) {
        let before = self.fingerprint();
        self.written.push(self.records.record(&mut self.execution));
        let mut decoder = RecordDecoder::default();
        for record in &self.written {
            let program = &self.program;
            decoder
                .read(record, |about| new_execution(program, about))
                .unwrap();
        }
        (self.execution, _) = decoder.finish().unwrap();
        assert_eq!(
            self.fingerprint(),
            before,
            "records contain all that decides how it continues"
        );
        self.timers.clear();
        self.results
            .retain(|input| !matches!(input, Input::Answered(..)));
        let environment = Environment {
            program: &self.program,
            now: self.now,
            caller: &FixedValues,
            has_spans: false,
        };
        self.execution
            .reattach(true, environment, &mut self.commands);
        let mut queued = CommandQueue::default();
        while let Some(command) = self.commands.pop() {
            match command {
                // The handler of this test still runs.
                Command::ResumeTask(_) => {}
                other => queued.push(other),
            }
        }
        self.commands = queued;
        self.perform(&mut || false);
    }
}

/// Runs the execution and returns its outcome. The choices decide when results arrive, in which
/// order, and what happens between them.
fn outcome_with(choices: &[u8]) -> String {
    let mut caller = Driver::new();
    let mut choices = choices.iter().copied();
    for _ in 0..1_000 {
        let mut is_immediate = || choices.next().is_none_or(|choice| choice % 2 == 0);
        match caller.step(&mut is_immediate) {
            Step::Ended => {
                return match caller.execution.take_outcome() {
                    Some(Outcome::Succeeded(output)) => output.to_text(),
                    other => format!("{other:?}"),
                };
            }
            Step::Replies | Step::Budget => continue,
            Step::Waits | Step::Held => {}
        }
        match choices.next().unwrap_or_default() % 4 {
            0 => caller.deliver_stale(choices.next().unwrap_or_default().into()),
            1 => caller.restart(),
            _ => {}
        }
        let choice = choices.next().unwrap_or_default();
        assert!(caller.deliver(choice.into()), "nothing ends this execution");
    }
    panic!("the execution does not end")
}

#[test]
fn an_execution_needs_no_engine() {
    let output = r#"{"items":[1,2,3,4],"both":["token of Ask",[2,4,6,8]],"refused":{"Error":"Refused","Cause":"no"}}"#;
    assert_eq!(outcome_with(&[]), output);
}

/// Runs both tasks of the Parallel in one order or the other, up to the task after it.
fn fingerprint_after(orders: [usize; 2]) -> String {
    let mut caller = Driver::new();
    caller.step(&mut || false);
    for order in orders {
        caller.deliver(order);
        caller.step(&mut || false);
    }
    caller.fingerprint()
}

#[test]
fn the_order_of_independent_results_does_not_change_the_fingerprint() {
    // The iterations of the Map are the last two results.
    assert_eq!(fingerprint_after([1, 1]), fingerprint_after([2, 1]));
    assert_ne!(fingerprint_after([1, 1]), fingerprint_after([0, 1]));
}

proptest! {
    #[test]
    fn the_order_of_results_and_restarts_do_not_change_the_outcome(
        choices in proptest::collection::vec(any::<u8>(), 0..80),
    ) {
        prop_assert_eq!(outcome_with(&choices), outcome_with(&[]));
    }

    #[test]
    fn commands_are_taken_in_their_order(acts in proptest::collection::vec(any::<bool>(), 0..60)) {
        let (mut commands, mut model) = (CommandQueue::default(), std::collections::VecDeque::new());
        for (number, pushes) in (0_u32..).zip(acts) {
            let wait_id = WaitId { cursor: crate::wait_id::CursorId::at(0), wait: number };
            if pushes {
                commands.push(Command::Release { wait_id });
                model.push_back(number);
            } else {
                let taken = commands.pop().map(|command| match command {
                    Command::Release { wait_id } => wait_id.wait,
                    other => panic!("unexpected: {other:?}"),
                });
                prop_assert_eq!(taken, model.pop_front());
            }
        }
    }
}
