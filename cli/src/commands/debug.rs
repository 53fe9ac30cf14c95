//! `stepwright debug`: the debugger of the console for one execution of a definition.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use stepwright_asl::StateMachine;
use stepwright_asl::validate::Validator;
use stepwright_engine::Engine;
use stepwright_engine::value::Value;
use stepwright_server::{ConsoleMode, DebugRequest, Server};

use crate::args::DebugArguments;
use crate::definitions::definition::{LoadedDefinition, state_of};
use crate::definitions::input;
use crate::definitions::written_schemas;
use crate::engine::listener::listen;
use crate::engine::log::{self, DefaultLog};
use crate::engine::mock_case;
use crate::engine::signals::Signals;
use crate::engine::tasks::DefinitionTasks;
use crate::failure::Failure;
use crate::terminal::diagnostics;
use crate::terminal::output;

/// Serves the page of the debugger until the user or the system ends the process.
pub(crate) async fn debug(arguments: DebugArguments) -> Result<(), Failure> {
    log::start(&arguments.log, DefaultLog::Warnings)?;
    let signals = Signals::listen(false);
    let validator = Validator::new(arguments.machine_type.into());
    let definition = LoadedDefinition::read(&arguments.file, &validator)?;
    let machine = definition.runnable()?;
    let request = request(&arguments, definition.name(), &machine)?;
    let engine = engine(&arguments, &definition, &machine)?;
    let cannot = |error: &dyn std::error::Error| Failure::Failed(error.to_string());
    let server = Server::builder()
        .engine(engine.clone())
        .console(ConsoleMode::On)
        .shutdown(signals.wait(1))
        .build()
        .map_err(|error| cannot(&error))?;
    let schemas = written_schemas::of_definition(&arguments.file, &definition)?;
    if let Some(schema) = schemas.and_then(|schemas| schemas.input) {
        let client = server.local_client();
        let set = client.set_input_schema(definition.name(), Some((&schema).into()));
        set.map_err(|error| cannot(&error))?;
    }
    let page = server.debug_with(request).map_err(|error| cannot(&error))?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, arguments.port));
    let (listener, address) = listen(address).await?;
    diagnostics::note(&format!(
        "the debugger of `{}` is at this address until Ctrl-C",
        definition.name()
    ));
    output::line(format_args!("http://{address}{page}"));
    let served = tokio::select! {
        served = server.serve(listener) => served,
        () = signals.wait(2) => Ok(()),
    };
    // Executions of the console's other pages end with the process.
    engine.shutdown(Duration::ZERO).await;
    served.map_err(|error| Failure::Failed(error.to_string()))
}

/// What the arguments debug.
fn request(
    arguments: &DebugArguments,
    name: &str,
    machine: &StateMachine,
) -> Result<DebugRequest, Failure> {
    let input = input::json("--input", &arguments.input)?;
    let mut request = DebugRequest::new(name, input);
    if let Some(name) = &arguments.name {
        request = request.name(name);
    }
    for state in &arguments.break_states {
        request = request.break_at(state_of(machine, "--break", state)?);
    }
    for error in &arguments.break_errors {
        request = request.break_on_error(error);
    }
    if let Some(items) = &arguments.items {
        let items = input::json("--items", items)?;
        let items = items.as_object().ok_or_else(|| {
            Failure::Usage(
                "--items: expected an object with an array for each Distributed Map, as in '{\"Each order\": [1, 2]}'"
                    .to_owned(),
            )
        })?;
        for (state, items) in items.iter() {
            let state = state_of(machine, "--items", state)?;
            request = request.items(state, Value::clone(items));
        }
    }
    Ok(request)
}

/// The engine with the definition and the handlers of its tasks. It runs nothing unless a page
/// starts an execution.
fn engine(
    arguments: &DebugArguments,
    definition: &LoadedDefinition,
    machine: &StateMachine,
) -> Result<Engine, Failure> {
    let name = definition.name();
    let mut builder =
        Engine::builder().register_definition(name, machine, arguments.machine_type.into());
    if let Some(case) = mock_case::chosen(&arguments.mocks, definition)? {
        builder = builder.tasks(case);
    }
    builder = builder.check_arguments();
    builder = builder.tasks(DefinitionTasks::new(name, machine, &arguments.tasks)?);
    builder
        .build()
        .map_err(|error| Failure::Failed(error.to_string()))
}
