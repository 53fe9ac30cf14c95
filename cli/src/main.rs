//! The `stepwright` command: check, run and inspect AWS Step Functions definitions.
//!
//! Results go to standard output, everything else to standard error. Exit status: 0 done, 1 the definition or the execution failed, 2 wrong usage.

mod args;
mod bench;
mod comments;
mod completions;
mod console;
mod coverage;
mod debug;
mod definition;
mod diff;
mod embedded;
mod estimate;
mod execution_report;
mod executions;
mod explanation;
mod failure;
mod graph;
mod group;
mod heading;
mod history;
mod import;
mod input;
mod listener;
mod log;
mod mock_case;
mod named_file;
mod objects;
#[cfg(feature = "otlp")]
mod otlp;
#[cfg(not(feature = "otlp"))]
#[path = "without_otlp.rs"]
mod otlp;
mod output;
mod placeholders;
mod policy;
mod progress;
mod replace_file;
mod replay;
mod report;
mod rule;
mod run;
mod schedules;
mod serve;
mod service_calls;
mod settings;
mod signals;
mod source;
mod store;
mod store_check;
mod store_execution;
mod store_export;
mod store_file;
mod store_info;
mod store_quarantine;
mod store_row;
mod stored_run;
mod table;
mod tasks;
mod template;
mod terraform;
mod test_state;
mod validate;
mod visible;

use std::process::ExitCode;

use clap::Parser;

use args::{Arguments, Command};

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    arguments.color.apply();
    let done = match arguments.command {
        Command::Validate(arguments) => validate::validate(&arguments),
        Command::Rule(arguments) => rule::rule(&arguments),
        Command::Run(arguments) => run::run(arguments).await,
        Command::Debug(arguments) => debug::debug(arguments).await,
        Command::Serve(arguments) => serve::serve(*arguments).await,
        Command::Executions(arguments) => executions::executions(&arguments),
        Command::History(arguments) => history::history(&arguments).await,
        Command::Store(arguments) => store_file::store(&arguments.command),
        Command::Console(arguments) => console::console(arguments).await,
        Command::Bench(arguments) => bench::bench(&arguments),
        Command::TestState(arguments) => test_state::test(arguments).await,
        Command::Replay(arguments) => replay::replay(&arguments).await,
        Command::Coverage(arguments) => coverage::coverage(&arguments),
        Command::Graph(arguments) => graph::graph(&arguments),
        Command::Report(arguments) => execution_report::report(&arguments),
        Command::Diff(arguments) => diff::diff(&arguments),
        Command::Policy(arguments) => policy::policy(&arguments),
        Command::Estimate(arguments) => estimate::estimate(&arguments),
        Command::Placeholders(arguments) => placeholders::placeholders(&arguments),
        Command::Import(arguments) => import::import(&arguments),
        Command::Completions(arguments) => completions::completions(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            report::failure(&failure);
            failure.exit_code()
        }
    }
}
