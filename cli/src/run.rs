//! `stepwright run`: one execution of a definition, in process.

use std::path::Path;
use std::sync::Arc;

use stepwright_asl::validate::Validator;
use stepwright_runtime::objects::Folder;
use stepwright_runtime::testing::{MockCase, MockConfig};
use stepwright_runtime::{Engine, ExecutionReport, StartError, StartOptions, Status};

use crate::args::RunArguments;
use crate::commands::Commands;
use crate::definition::Definition;
use crate::failure::Failure;
use crate::input;
use crate::progress;
use crate::report;

/// How the runtime begins to say that there are no objects.
const NO_STORE: &str = "The engine has no object store";

/// Runs the definition and prints the execution's output.
pub(crate) async fn run(arguments: RunArguments) -> Result<(), Failure> {
    let input = input::json("--input", &arguments.input)?;
    let validator = Validator::new(arguments.machine_type.into());
    let definition = Definition::read(&arguments.file, &validator)?;
    let machine = definition.machine()?;
    // The context object's `StateMachine.Id` ends with its `Name`.
    let name = definition.source.stem();
    let commands = Commands::new(&machine, &arguments.tasks)?;

    let mut builder = Engine::builder().definition(name, &machine, arguments.machine_type.into());
    if let Some(case) = mocks(&arguments, &definition)? {
        builder = builder.tasks(case);
    }
    builder = builder.tasks(commands.clone());
    if let Some(folder) = &arguments.objects {
        if !folder.is_dir() {
            return Err(Failure::Usage(format!(
                "--objects {}: there is no such folder; it has a folder for each bucket",
                folder.display()
            )));
        }
        builder = builder.objects(Folder::new(folder));
    }
    if !arguments.real_time {
        builder = builder.virtual_time();
    }
    if arguments.history.is_some() {
        // The histories of all items are written.
        builder = builder.retention(usize::MAX);
    }
    let engine = builder
        .build()
        .map_err(|error| Failure::Failed(error.to_string()))?;

    let mut options = StartOptions::new();
    if let Some(name) = &arguments.name {
        options = options.name(name);
    }
    let execution = async {
        if progress::is_watched() {
            let run = engine.start_machine(name, input, options).await?;
            Ok(progress::follow(&run).await)
        } else {
            engine.execute_machine(name, input, options).await
        }
    };
    let report: Result<_, StartError> = commands.unless_interrupted(execution).await?;
    let report = report.map_err(|error| Failure::Usage(error.to_string()))?;
    if let Some(file) = &arguments.history {
        write_history(file, &report, &engine).await?;
    }
    tell(&report, &commands)
}

/// The case of the mock file that the arguments name.
fn mocks(arguments: &RunArguments, definition: &Definition) -> Result<Option<MockCase>, Failure> {
    let (Some(file), Some(case)) = (&arguments.mocks, &arguments.case) else {
        return Ok(None);
    };
    let wrong = |error: String| Failure::Usage(format!("{}: {error}", file.display()));
    let config =
        MockConfig::parse(&input::read(file)?).map_err(|error| wrong(error.to_string()))?;
    let machines: Vec<&str> = config.machines().collect();
    let machine = match (&arguments.machine, machines.as_slice()) {
        (Some(machine), _) => machine.as_str(),
        (None, machines) if machines.contains(&definition.source.stem()) => {
            definition.source.stem()
        }
        (None, [only]) => only,
        (None, _) => {
            return Err(wrong(format!(
                "the machines are {}, and none is named `{}` as the definition is; choose one with --machine",
                machines
                    .iter()
                    .map(|name| format!("`{name}`"))
                    .collect::<Vec<_>>()
                    .join(", "),
                definition.source.stem()
            )));
        }
    };
    config
        .case(machine, case)
        .map(Some)
        .map_err(|error| wrong(error.to_string()))
}

/// Writes the history, and beside it those of the children of Map Runs, where there are any.
async fn write_history(
    file: &Path,
    report: &ExecutionReport,
    engine: &Engine,
) -> Result<(), Failure> {
    let mut history = report.history.to_json();
    let mut children = Vec::new();
    let mut executions = vec![report.execution().id().to_string()];
    while let Some(execution) = executions.pop() {
        for map_run in engine.map_runs(&execution) {
            for child in engine.map_run_executions(&map_run.arn) {
                let known = engine.execution(&child.id);
                let known = known.map_err(|error| Failure::Failed(error.to_string()))?;
                if let Some(child) = known {
                    children.push(child.history().await.to_json());
                }
                executions.push(child.id);
            }
        }
    }
    if !children.is_empty() {
        history["children"] = children.into();
    }
    let text = format!("{history:#}\n");
    std::fs::write(file, text)
        .map_err(|error| Failure::Usage(format!("cannot write {}: {error}", file.display())))
}

/// Prints the output on standard output, or says why there is none.
fn tell(report: &Arc<ExecutionReport>, commands: &Commands) -> Result<(), Failure> {
    if let (Status::Succeeded, Some(output)) = (report.status, &report.output) {
        crate::output::line(format_args!("{output:#}"));
        return Ok(());
    }
    let mut text = match (&report.error, &report.cause) {
        (Some(error), Some(cause)) => format!("{error}: {cause}"),
        (Some(only), None) | (None, Some(only)) => only.clone(),
        (None, None) => format!("the execution ended with status {}", report.status),
    };
    let needs_objects = [&report.error, &report.cause]
        .into_iter()
        .flatten()
        .any(|text| text.contains(NO_STORE));
    if needs_objects {
        text.push_str(&report::hint(
            "give the objects with --objects DIR, a folder with a folder for each bucket",
        ));
    }
    if let Some(state) = commands.unanswered() {
        text.push_str(&report::hint(&format!(
            "answer the task with a command (--task '{state}=COMMAND'), or with a mock file (--mocks FILE --case NAME)"
        )));
    }
    Err(Failure::Failed(text))
}
