//! `stepwright mcp`: tools for agents over standard input and output, by the Model Context
//! Protocol.
//!
//! A tool (`tools` has a file for each) reads its arguments and runs this command as a process of
//! its own (`own_command`), which gets a small environment and a time limit. So a tool does exactly
//! what the command does, a hostile definition ends only its call, and no variable of the
//! environment leads a call to AWS. With --machines, state machines are the tools (`machines`).
//! Files are those below the working folder (`working_folder`), and those with the texts and values
//! of the call (`call_files`).

mod call_files;
mod documentation;
mod machines;
mod own_command;
mod page;
mod refusal;
mod resources;
mod server;
mod tool;
mod tools;
mod working_folder;

use rmcp::ServiceExt;
use rmcp::transport::stdio;

use crate::args::McpArguments;
use crate::definitions::input;
use crate::failure::Failure;
use machines::MachineTools;
use own_command::OwnCommand;
use server::AgentServer;
use working_folder::WorkingFolder;

/// Serves one agent until it closes standard input.
pub(crate) async fn mcp(arguments: McpArguments) -> Result<(), Failure> {
    let folder = WorkingFolder::open(&arguments.folder, arguments.allow_write)?;
    let machines = MachineTools::of(&arguments, &folder)?;
    input::read_only_below(&[folder.root().to_owned()]);
    let server = AgentServer {
        folder,
        machines,
        command: OwnCommand::new(arguments.time_limit, arguments.aws_endpoints)?,
    };
    let lost = |error: &dyn std::fmt::Display| {
        Failure::Failed(format!("the connection to the agent failed: {error}"))
    };
    let running = server.serve(stdio()).await.map_err(|error| lost(&error))?;
    running.waiting().await.map_err(|error| lost(&error))?;
    Ok(())
}
