//! The `stepwright` command: check, run and inspect AWS Step Functions definitions.
//!
//! Results go to standard output, everything else to standard error. Exit status: 0 done, 1 the
//! definition or the execution failed, 2 wrong usage.
//!
//! # Boundary
//!
//! - It depends on `stepwright-asl`, `stepwright-diagram`, `stepwright-editor`,
//!   `stepwright-explore`, `stepwright-review`, `stepwright-studio`, `stepwright-runtime`,
//!   `stepwright-integrations` and `stepwright-server`. It compiles neither the macros nor
//!   `stepwright-aws`, and no package depends on it.
//! - It has no rules about definitions and no semantics of executions: a command reads its
//!   arguments, calls a library and prints the outcome.
//! - Imports lead downwards: `commands`, `engine` (what a command sets on an engine), `definitions`
//!   (where definitions come from), `terminal` (what is printed).
//! - It prints control characters of its input in escaped form.

mod args;
mod async_runtime;
mod commands;
mod definitions;
mod engine;
mod failure;
mod source;
mod store_file;
mod store_place;
mod terminal;

use std::process::ExitCode;

use clap::Parser;

use args::{Arguments, Command};
use commands::{
    bench, completions, console, convert, coverage, debug, diff, estimate, executions, explore,
    graph, health, history, import, lsp, mcp, placeholders, policy, rehearse, replay, report,
    review, rule, run, serve, store, studio, test_state, types, validate,
};
use definitions::input;
use failure::Failure;
use terminal::{diagnostics, standard_error};

// musl's allocator has one lock for all threads: with two threads the engine executes about 0.6 of
// the executions that it executes with glibc's.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    arguments.color.apply();
    input::read_only_below(&arguments.read_below);
    if arguments.command.is_server() {
        standard_error::detach();
    }
    let exit_code = match async_runtime::start() {
        // Reported before the runtime ends, which can wait for a read of standard input.
        Ok(runtime) => runtime.block_on(async { report(execute(arguments.command).await) }),
        Err(failure) => report(Err(failure)),
    };
    standard_error::finish();
    exit_code
}

/// Prints the failure of a command.
fn report(done: Result<(), Failure>) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            diagnostics::failure(&failure);
            failure.exit_code()
        }
    }
}

async fn execute(command: Command) -> Result<(), Failure> {
    match command {
        Command::Validate(arguments) => validate::validate(&arguments),
        Command::Convert(arguments) => convert::convert(&arguments),
        Command::Rule(arguments) => rule::rule(&arguments),
        Command::Studio(arguments) => studio::studio(arguments).await,
        Command::Run(arguments) => run::run(arguments).await,
        Command::Debug(arguments) => debug::debug(arguments).await,
        Command::Serve(arguments) => serve::serve(*arguments).await,
        Command::Health(arguments) => health::health(arguments).await,
        Command::Executions(arguments) => executions::executions(&arguments),
        Command::History(arguments) => history::history(&arguments).await,
        Command::Store(arguments) => store::store(&arguments.command),
        Command::Console(arguments) => console::console(arguments).await,
        Command::Bench(arguments) => bench::bench(arguments),
        Command::TestState(arguments) => test_state::test(arguments).await,
        Command::Replay(arguments) => replay::replay(&arguments).await,
        Command::Explore(arguments) => explore::explore(&arguments).await,
        Command::Rehearse(arguments) => rehearse::rehearse(&arguments).await,
        Command::Review(arguments) => review::review(&arguments).await,
        Command::Coverage(arguments) => coverage::coverage(&arguments),
        Command::Graph(arguments) => graph::graph(&arguments),
        Command::Report(arguments) => report::report(&arguments),
        Command::Diff(arguments) => diff::diff(&arguments),
        Command::Policy(arguments) => policy::policy(&arguments),
        Command::Estimate(arguments) => estimate::estimate(&arguments),
        Command::Placeholders(arguments) => placeholders::placeholders(&arguments),
        Command::Lsp(arguments) => lsp::lsp(&arguments),
        Command::Mcp(arguments) => mcp::mcp(arguments).await,
        Command::Types(arguments) => types::types(&arguments),
        Command::Import(arguments) => import::import(&arguments),
        Command::Completions(arguments) => completions::completions(&arguments),
    }
}
