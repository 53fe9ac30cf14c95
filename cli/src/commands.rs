//! Tasks that are answered by commands: `--task 'NAME=COMMAND'`.

use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};

use stepwright_asl::model::{State, StateMachine, States};
use stepwright_asl::placeholder;
use stepwright_asl::resource::Resource;
use stepwright_runtime::task::{Answer, DefinedState, TaskCall, TaskFailure, TaskSource};
use stepwright_runtime::value::Value;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::failure::Failure;
use crate::group::Groups;

/// The commands, by the state that each answers, and which state went without an answer.
#[derive(Debug, Clone)]
pub(crate) struct Commands {
    states: Arc<Vec<(String, String)>>,
    unanswered: Arc<Mutex<Option<String>>>,
    groups: Groups,
}

impl Commands {
    /// Finds the Task states that each NAME means: a state's name, else a function's name, else a resource.
    pub(crate) fn new(machine: &StateMachine, tasks: &[(String, String)]) -> Result<Self, Failure> {
        let mut known = Vec::new();
        collect(&machine.states, &mut known);
        let mut states = Vec::new();
        for (name, command) in tasks {
            let found = find(&known, name)?;
            if let Some((state, _)) = states.iter().find(|(state, _)| *state == found.state) {
                return Err(Failure::Usage(format!(
                    "two --task options mean the state `{state}`"
                )));
            }
            states.push((found.state.clone(), command.clone()));
        }
        Ok(Self {
            states: Arc::new(states),
            unanswered: Arc::default(),
            groups: Groups::default(),
        })
    }

    /// What an execution comes to, unless the user or the system ends this program first: then it is parked, where that can be done, and the
    /// commands that run are told. What they answer to that counts no more.
    pub(crate) async fn unless_interrupted<T>(
        &self,
        execution: impl Future<Output = T>,
        park: Option<impl Future<Output = ()>>,
    ) -> Result<T, Failure> {
        if self.states.is_empty() && park.is_none() {
            // The signals do what they always do.
            return Ok(execution.await);
        }
        let interrupted = tokio::select! {
            // In this order: signals are heard before a command runs that they have to reach.
            biased;
            interrupted = self.groups.interrupted() => interrupted,
            done = execution => return Ok(done),
        };
        if let Some(park) = park {
            park.await;
        }
        Err(match interrupted {
            Ok(interrupted) => Failure::Interrupted(interrupted.passed_on().await),
            Err(error) => Failure::Failed(format!("cannot listen for signals: {error}")),
        })
    }

    /// The Task state that no `--task` and no mock answered.
    pub(crate) fn unanswered(&self) -> Option<String> {
        self.unanswered
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// A Task state of the definition, and the names that may mean it.
#[derive(Debug)]
struct Known {
    state: String,
    functions: Vec<String>,
    resource: String,
}

fn collect(states: &States, known: &mut Vec<Known>) {
    for (name, state) in states {
        match state {
            State::Task(task) => {
                let arguments = task.arguments.as_ref().or(task.parameters.as_ref());
                let target = |key| {
                    arguments.and_then(|arguments| arguments.get(key)?.as_str().map(str::to_owned))
                };
                let target = target("FunctionName").or_else(|| target("StateMachineArn"));
                let functions = target
                    .iter()
                    .chain([&task.resource])
                    .flat_map(|text| names(text))
                    .collect();
                known.push(Known {
                    state: name.clone(),
                    functions,
                    resource: task.resource.clone(),
                });
            }
            State::Parallel(parallel) => parallel
                .branches
                .iter()
                .for_each(|branch| collect(&branch.states, known)),
            State::Map(map) => map
                .processor()
                .iter()
                .for_each(|processor| collect(&processor.states, known)),
            _ => {}
        }
    }
}

/// What a function may be called: `ChargeCard` for `${ChargeCardArn}`, the last part of an ARN, the text itself.
fn names(text: &str) -> Vec<String> {
    let mut names = vec![text.to_owned()];
    if let Some(name) = placeholder::whole(text) {
        names.push(name.strip_suffix("Arn").unwrap_or(name).to_owned());
    } else if let Some(name) = Resource::parse(text).name() {
        names.push(name.to_owned());
    }
    names
}

fn find<'a>(known: &'a [Known], name: &str) -> Result<&'a Known, Failure> {
    let by: [fn(&Known, &str) -> bool; 3] = [
        |known, name| known.state == name,
        |known, name| known.functions.iter().any(|function| function == name),
        |known, name| known.resource == name,
    ];
    for is_meant in by {
        let found: Vec<&Known> = known.iter().filter(|known| is_meant(known, name)).collect();
        match found.as_slice() {
            [] => {}
            [only] => return Ok(only),
            several => {
                let states = list(several.iter().map(|known| &known.state));
                return Err(Failure::Usage(format!(
                    "--task: `{name}` means the states {states}; name one of them"
                )));
            }
        }
    }
    let states = list(known.iter().map(|known| &known.state));
    Err(Failure::Usage(format!(
        "--task: `{name}` is no task of this definition; its Task states are {states}"
    )))
}

fn list<'a>(names: impl Iterator<Item = &'a String>) -> String {
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(", ")
    }
}

impl TaskSource for Commands {
    fn may_answer(&self, state: &DefinedState) -> bool {
        self.states.iter().any(|(name, _)| name == state.name())
    }

    fn answer(&self, call: &TaskCall<'_>) -> Option<Answer> {
        let Some((_, command)) = self.states.iter().find(|(state, _)| state == call.state()) else {
            *self
                .unanswered
                .lock()
                .unwrap_or_else(PoisonError::into_inner) = Some(call.state().to_owned());
            return None;
        };
        // The command stands for the function; the integration answers with more than its result.
        let invocation = call.invocation();
        let input = match &invocation {
            Some(invocation) => invocation.payload().to_text(),
            None => call.parameters().to_text(),
        };
        let (command, groups) = (command.clone(), self.groups.clone());
        Some(Answer::later(async move {
            let output = execute(&groups, &command, input).await?;
            Ok(match invocation {
                Some(invocation) => invocation.response(output),
                None => output,
            })
        }))
    }
}

/// Runs a command with the input on its standard input and gives what it prints. Dropped before that, it ends the command and whatever the command
/// started.
async fn execute(groups: &Groups, command: &str, input: String) -> Result<Value, TaskFailure> {
    let failed = |cause: String| TaskFailure::new("CommandFailed", cause);
    let (shell, flag) = if cfg!(windows) {
        ("cmd", "/C")
    } else {
        ("sh", "-c")
    };
    let mut shell = Command::new(shell);
    shell
        .args([flag, command])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let (mut child, group) = groups
        .spawn(&mut shell)
        .map_err(|error| failed(format!("cannot start `{command}`: {error}")))?;
    let stdin = child.stdin.take();
    let write = async move {
        if let Some(mut stdin) = stdin {
            // A command need not read its input; then the pipe is closed before all is written.
            let _ = stdin.write_all(input.as_bytes()).await;
        }
    };
    let ((), output) = tokio::join!(write, child.wait_with_output());
    let output = output.map_err(|error| failed(format!("`{command}`: {error}")))?;
    group.release();
    if output.status.success() {
        let read = match std::str::from_utf8(&output.stdout) {
            Ok(text) => Value::from_text(text).map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        return read.map_err(|error| {
            failed(format!(
                "`{command}` did not print JSON on standard output: {error}"
            ))
        });
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(match said.trim().split_once(':') {
        Some((error, cause)) if is_error_name(error) => TaskFailure::new(error, cause.trim()),
        _ => failed(format!(
            "`{command}` ended with {}: {}",
            output.status,
            said.trim()
        )),
    })
}

fn is_error_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '.' | '_'))
}
