//! `stepwright run`: one execution of a definition, in process.

mod stored_run;

use std::path::Path;
use std::time::Duration;

use serde_json::Value as Json;
use stepwright_asl::validate::Validator;
use stepwright_engine::clock::{self, Timestamp};
use stepwright_engine::history::{History, HistoryQuery};
use stepwright_engine::private_file;
use stepwright_engine::store::StoreError;
use stepwright_engine::value::Value;
use stepwright_engine::{
    Engine, EngineBuilder, ExecutionReport, Redaction, StartError, StartOptions, Status,
    UnhandledTask,
};
use stepwright_testing::coverage_observer;

use self::stored_run::StoredRun;
use crate::args::{MachineType, RunArguments};
use crate::definitions::definition::LoadedDefinition;
use crate::definitions::input;
use crate::engine::log::{self, DefaultLog};
use crate::engine::mock_case;
use crate::engine::objects;
use crate::engine::otlp::Otlp;
use crate::engine::service_calls::{Place, service_calls};
use crate::engine::signals::survive_size_limit;
use crate::engine::tasks::DefinitionTasks;
use crate::failure::Failure;
use crate::terminal::diagnostics;
use crate::terminal::progress::{self, Destination};
use crate::terminal::visible::visible_data;

/// The region and the account of an engine without others.
const HERE: Place<'_> = Place {
    region: "us-east-1",
    account: "123456789012",
    own_port: None,
    own_events: None,
};
/// Polling interval for tasks that wait without a handler.
const LOOK: Duration = Duration::from_millis(50);
/// The start of the runtime's message that there is no object store.
const NO_STORE: &str = "The engine has no object store";

/// Runs the definition and prints the execution's output.
pub(crate) async fn run(arguments: RunArguments) -> Result<(), Failure> {
    let otlp = Otlp::start(&arguments.otlp)?;
    log::start_with(&arguments.log, DefaultLog::Warnings, otlp.layers())?;
    let result = run_with(arguments, &otlp).await;
    otlp.finish().await;
    result
}

async fn run_with(arguments: RunArguments, otlp: &Otlp) -> Result<(), Failure> {
    survive_size_limit();
    let input = input::json("--input", &arguments.input)?;
    let validator = Validator::new(arguments.machine_type.into());
    let definition = LoadedDefinition::read(&arguments.file, &validator)?;
    let machine = definition.runnable()?;
    // The context object's `StateMachine.Id` ends with its `Name`.
    let name = definition.name();
    let (redaction, fields) = (arguments.redact.redaction(), arguments.redact.fields());
    let stored = stored(&arguments, name, &input)?;
    if let Some(over) = stored
        .as_ref()
        .and_then(|stored| stored.ended_execution(&machine))
    {
        if let Some(file) = &arguments.history {
            write(file, &redacted(&over.history, &redaction)?)?;
        }
        let status = over.summary.status;
        let (error, cause) = (over.error.as_deref(), over.cause.as_deref());
        return tell(&fields, status, over.output.as_ref(), error, cause, None);
    }
    let tasks = &arguments.tasks;
    let answers = match &stored {
        Some(stored) => DefinitionTasks::new(name, &stored.definition(&machine)?, tasks)?,
        None => DefinitionTasks::new(name, &machine, tasks)?,
    };
    let services = service_calls(&arguments.services, HERE).await?;
    let answers = answers.before(services.clone());

    let mut builder = Engine::builder()
        .register_definition(name, &machine, arguments.machine_type.into())
        .create_observer(false, coverage_observer(None))
        .redact(&fields);
    if let Some(case) = mock_case::chosen(&arguments.mocks, &definition)? {
        builder = builder.tasks(case);
    }
    builder = builder.check_arguments();
    builder = builder.tasks(answers.clone());
    builder = objects::connect(builder, arguments.objects.as_deref(), services.as_ref())?;
    if let Some(services) = services {
        builder = builder.fallback_tasks(services);
    }
    if arguments.history.is_some() {
        // The histories of all items are written.
        builder = builder.retention(usize::MAX);
    }
    if !arguments.real_time {
        builder = builder.virtual_time();
    }
    let mut options = StartOptions::new();
    if let Some(name) = &arguments.name {
        options = options.name(name);
    }
    let mut known = None;
    if let Some(stored) = stored {
        (builder, known) = continued(builder, stored, &arguments, name);
    }
    let engine = otlp
        .connect(builder)
        .build()
        .map_err(|error| Failure::Failed(error.to_string()))?;

    let goes_on = known.is_some();
    let destination = Destination::of(arguments.progress.choice);
    let execution = async {
        if arguments.store.is_none() && destination == Destination::Nowhere {
            return engine.execute_machine(name, input, options).await;
        }
        let known = match &known {
            Some(id) => engine.execution(id).await.map_err(StartError::Store)?,
            None => None,
        };
        let run = match known {
            Some(run) => run,
            None => engine.start_machine(name, input, options).await?,
        };
        match destination {
            Destination::Nowhere => Ok(run.report().await),
            shown => Ok(progress::follow(&engine, &run, shown).await),
        }
    };
    let execution = async {
        tokio::select! {
            report = execution => Ok(report),
            task = waits_for_handler(&engine), if goes_on => Err(task),
        }
    };
    let park = arguments.store.as_ref().map(|store| async {
        engine.shutdown(Duration::ZERO).await;
        stored_run::tell_parked(store, arguments.name.as_deref().unwrap_or_default());
    });
    let report = match answers.unless_interrupted(execution, park).await? {
        Ok(report) => report,
        Err(task) => {
            engine.shutdown(Duration::ZERO).await;
            return Err(no_handler(&task));
        }
    };
    let report = report.map_err(|error| match error {
        StartError::Unavailable(_) | StartError::Store(_) => Failure::Failed(error.to_string()),
        _ => Failure::Usage(error.to_string()),
    })?;
    if let Some(file) = &arguments.history {
        write_history(file, &report, &engine, &redaction).await?;
    }
    let (error, cause) = (report.error.as_deref(), report.cause.as_deref());
    let output = report.output.as_ref();
    let unanswered = answers.unanswered();
    tell(&fields, report.status, output, error, cause, unanswered)
}

/// Sets a store on an engine, and returns the execution that the engine continues, if the store has
/// it.
fn continued(
    mut builder: EngineBuilder,
    stored: StoredRun<'_>,
    arguments: &RunArguments,
    name: &str,
) -> (EngineBuilder, Option<String>) {
    let StoredRun { store, found, .. } = stored;
    if !arguments.real_time {
        // Virtual time starts at the present, so that timestamps in the store are meaningful,
        // and never before the last event of a resumed execution.
        let last = found
            .as_ref()
            .and_then(|found| found.history.events().last());
        let last = last.map_or_else(Timestamp::default, |event| event.timestamp());
        builder = builder.virtual_time_from(clock::system_time().max(last));
        // Skipped time must not expire other executions.
        builder = builder.retention_time(Duration::MAX);
    }
    if arguments.confirm_clock {
        builder = builder.confirm_clock();
    }
    let execution = arguments.name.as_deref().unwrap_or_default();
    let builder = builder.store(store).resume_execution_only(name, execution);
    (builder, found.map(|found| found.summary.id))
}

/// The failure of an execution whose task has no handler here.
fn no_handler(task: &UnhandledTask) -> Failure {
    let hint = diagnostics::hint(&format!(
        "{}; the execution is stored, and continues then",
        missing_handler_hint(&task.state)
    ));
    Failure::Failed(format!(
        "no handler runs the task of the state `{}`{hint}",
        task.state
    ))
}

/// Waits until a resumed execution has a task without a handler here, and returns that task.
async fn waits_for_handler(engine: &Engine) -> UnhandledTask {
    loop {
        if let Some(task) = engine.unhandled_tasks().into_iter().next() {
            return task;
        }
        tokio::time::sleep(LOOK).await;
    }
}

fn missing_handler_hint(state: &str) -> String {
    format!(
        "run the task with a command or an endpoint (--task '{state}=COMMAND|URL'), or with a mock file (--mocks FILE --case NAME)"
    )
}

/// The store in the arguments, and its record of the execution.
fn stored<'a>(
    arguments: &'a RunArguments,
    machine: &str,
    input: &Value,
) -> Result<Option<StoredRun<'a>>, Failure> {
    let (Some(path), Some(name)) = (&arguments.store, &arguments.name) else {
        return Ok(None);
    };
    if arguments.machine_type == MachineType::Express {
        return Err(Failure::Usage(
            "--store needs a Standard execution: Express executions cannot be stored".to_owned(),
        ));
    }
    StoredRun::open(path, machine, name, input).map(Some)
}

/// Writes the history and, next to it, those of the children of Map Runs, if there are any.
async fn write_history(
    file: &Path,
    report: &ExecutionReport,
    engine: &Engine,
    redaction: &Redaction,
) -> Result<(), Failure> {
    let mut history = redacted(&report.history, redaction)?;
    let mut children = Vec::new();
    let mut executions = vec![report.execution().id().to_string()];
    let cannot = |error: StoreError| Failure::Failed(error.to_string());
    while let Some(execution) = executions.pop() {
        for map_run in engine.map_runs(&execution).await.map_err(cannot)? {
            let all = engine.map_run_executions(&map_run.arn).await;
            for child in all.map_err(cannot)? {
                if let Some(child) = engine.execution(&child.id).await.map_err(cannot)? {
                    children.push(redacted(&child.history().await, redaction)?);
                }
                executions.push(child.id);
            }
        }
    }
    if !children.is_empty() {
        history["children"] = children.into();
    }
    write(file, &history)
}

fn write(file: &Path, history: &Json) -> Result<(), Failure> {
    private_file::write(file, None, format!("{history:#}\n").as_bytes())
        .map_err(|error| Failure::Usage(format!("cannot write {}: {error}", file.display())))
}

/// A history as GetExecutionHistory returns it, with masked fields.
fn redacted(history: &History, redaction: &Redaction) -> Result<Json, Failure> {
    let page = history.page(&HistoryQuery::new().redact(redaction));
    let page = page.map_err(|error| Failure::Failed(error.to_string()))?;
    Ok(page.to_json())
}

/// Prints the output on standard output, or the reason why there is none.
fn tell(
    redaction: &Redaction,
    status: Status,
    output: Option<&Value>,
    error: Option<&str>,
    cause: Option<&str>,
    unanswered: Option<String>,
) -> Result<(), Failure> {
    if let (Status::Succeeded, Some(output)) = (status, output) {
        if redaction.is_empty() {
            crate::terminal::output::line(format_args!("{output:#}"))
        } else {
            let output = redaction.value(&output.to_json());
            crate::terminal::output::line(format_args!("{output:#}"));
        }
        return Ok(());
    }
    let shown = |text: &str| visible_data(&redaction.text(text)).into_owned();
    let (cause, shown_error) = (cause.map(shown), error.map(shown));
    let cause = cause.as_deref();
    let mut text = match (shown_error.as_deref(), cause) {
        (Some(error), Some(cause)) => format!("{error}: {cause}"),
        (Some(only), None) | (None, Some(only)) => only.to_owned(),
        (None, None) => format!("the execution ended with status {status}"),
    };
    match error {
        Some("Stepwright.TaskLost") => text.push_str(&diagnostics::hint(
            "add Stepwright.TaskLost to a Retry of the state if its command may run twice, or to a Catch if it may not",
        )),
        Some("Stepwright.CommitFailed") => text.push_str(&diagnostics::hint(
            "the store has the execution as of its last commit; free disk space, then run the same command to resume it",
        )),
        _ => {}
    }
    let needs_objects = [error, cause]
        .into_iter()
        .flatten()
        .any(|text| text.contains(NO_STORE));
    if needs_objects {
        text.push_str(&diagnostics::hint(
            "use --objects DIR, a directory with a subdirectory for each bucket, or --aws-endpoint s3=URL, an endpoint of S3",
        ));
    }
    if let Some(state) = unanswered {
        text.push_str(&diagnostics::hint(&missing_handler_hint(&state)));
    }
    Err(Failure::Failed(text))
}
