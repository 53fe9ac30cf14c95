//! State machines of files, which run in process.

use std::path::Path;

use serde_json::Value;

use super::execution::EndedExecution;
use super::machine::Machine;
use super::mock_file::MockFile;
use crate::args::MachineType;
use crate::commands::mcp::call_files::CallFiles;
use crate::commands::mcp::refusal::Refusal;
use crate::commands::mcp::tool::Session;
use crate::definitions::definition::LoadedDefinition;
use crate::definitions::embedded_machine::EmbeddedMachine;
use crate::definitions::input::whole;
use crate::definitions::project::{RuleSeverities, SettingsSource, Validators, files_of};
use crate::failure::Failure;
use crate::terminal::diagnostics;

/// How executions run.
pub(in crate::commands::mcp) struct InProcess {
    /// The results of the tasks.
    pub(super) mocks: Option<MockFile>,
}

impl InProcess {
    pub(super) async fn start(
        &self,
        session: Session<'_>,
        machine: &Machine,
        input: &Value,
    ) -> Result<EndedExecution, Refusal> {
        let files = CallFiles::new(session)?;
        let file = machine.place.as_str();
        let mut words = files.run_words(file.into(), machine.is_express);
        if let Some(mocks) = &self.mocks {
            words.extend(mocks.options(machine));
        }
        words.extend(session.command.endpoint_options());
        let (finished, events) = files.run_execution(words, input).await?;
        let last = events.last().cloned().unwrap_or_default();
        let status = match last["type"].as_str().unwrap_or_default() {
            "ExecutionSucceeded" => "SUCCEEDED",
            "ExecutionFailed" => "FAILED",
            "ExecutionTimedOut" => "TIMED_OUT",
            "ExecutionAborted" => "ABORTED",
            // No handler executes a task.
            _ => return Err(Refusal::new(finished.messages)),
        };
        let mut details = last.as_object().cloned().unwrap_or_default();
        details.retain(|name, _| name.ends_with("EventDetails"));
        let details = details.values().next().cloned().unwrap_or_default();
        let text = |name: &str| details[name].as_str().map(str::to_owned);
        Ok(EndedExecution {
            status: status.to_owned(),
            output: serde_json::from_str(&finished.output).ok(),
            error: text("error"),
            cause: text("cause"),
            execution: None,
        })
    }
}

/// The state machines in the files below a folder. Standard error has a note for each that cannot
/// be read or has errors.
pub(super) fn machines(root: &Path) -> Result<Vec<Machine>, Failure> {
    let settings = SettingsSource::of(None, false)?;
    let severities = RuleSeverities::default();
    let mut validators = Validators::of(MachineType::Standard.into(), severities, settings)?;
    let mut failures = Vec::new();
    let files = files_of(&[root.to_owned()], validators.settings(), &mut failures)?;
    let mut found = Vec::new();
    let mut named = Vec::new();
    for file in files {
        let validator = validators.of_file(&file.path);
        let machines = match validator.and_then(|validator| file.machines(&validator)) {
            Ok(machines) => machines,
            Err(failure) => {
                failures.push(failure);
                continue;
            }
        };
        for machine in machines {
            match machine {
                Ok(EmbeddedMachine::Definition(definition, file_of_template)) => {
                    named.extend(file_of_template.as_deref().map(whole));
                    found.push((file.path.clone(), *definition));
                }
                Ok(EmbeddedMachine::Unread { machine, reason }) => diagnostics::note(&format!(
                    "`{machine}` of {} is no tool: {reason}",
                    file.path.display()
                )),
                Err(failure) => failures.push(failure),
            }
        }
    }
    for failure in failures {
        diagnostics::note(&format!("a file has no tools: {}", Refusal::from(failure)));
    }
    // A state machine of a template has the type and the name that the template sets.
    found
        .retain(|(path, definition)| definition.machine.is_some() || !named.contains(&whole(path)));
    let machines = found.iter().filter_map(|(path, definition)| {
        machine_of(path.strip_prefix(root).unwrap_or(path), definition)
    });
    Ok(machines.collect())
}

fn machine_of(path: &Path, definition: &LoadedDefinition) -> Option<Machine> {
    let mut place = path.display().to_string();
    if let Some(machine) = &definition.machine {
        place = format!("{place}#{machine}");
    }
    if definition.diagnostics.has_errors() {
        let errors = definition.diagnostics.errors().count();
        diagnostics::note(&format!("{place} is no tool: it has {errors} errors"));
        return None;
    }
    let comment = definition.document().and_then(|document| {
        let comment = document.json().get("Comment")?;
        comment.as_str().map(str::to_owned)
    });
    Some(Machine {
        name: definition.name().to_owned(),
        comment,
        place,
        text: None,
        is_express: definition.machine_type == Some(stepwright_asl::MachineType::Express),
    })
}
