//! `stepwright completions`: shell completions for the command.

use clap::CommandFactory;

use crate::args::{Arguments, CompletionsArguments};
use crate::failure::Failure;
use crate::terminal::output;

/// Prints the shell's script.
pub(crate) fn completions(arguments: &CompletionsArguments) -> Result<(), Failure> {
    let mut script = Vec::new();
    let mut command = Arguments::command();
    clap_complete::generate(arguments.shell, &mut command, "stepwright", &mut script);
    output::document(&String::from_utf8_lossy(&script));
    Ok(())
}
