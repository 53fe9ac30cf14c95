//! State machines as tools: `stepwright mcp --machines`.
//!
//! Each state machine is a tool whose arguments are its input. A call starts an execution, in
//! process (`in_process`) or on a server (`on_server`), and waits for its end (`execution`).

mod execution;
mod in_process;
mod input_schema;
mod machine;
mod mock_file;
mod on_server;

use rmcp::model::{JsonObject, Tool, ToolAnnotations};

use self::execution::ended_schema;
use self::in_process::InProcess;
use self::input_schema::InputSchema;
use self::machine::Machine;
use self::mock_file::MockFile;
use self::on_server::OnServer;
use super::refusal::Refusal;
use super::tool::Session;
use super::working_folder::WorkingFolder;
use crate::args::McpArguments;
use crate::failure::Failure;
use crate::terminal::diagnostics;

pub(super) use self::execution::EndedExecution;

/// The most characters of a tool's name.
const NAME_LENGTH: usize = 64;

/// Where the state machines are.
pub(super) enum MachineTools {
    InProcess(InProcess),
    OnServer(Box<OnServer>),
}

impl MachineTools {
    /// The tools that the arguments ask for; `None` for those of an author.
    ///
    /// # Errors
    ///
    /// If the mock file does not fit the state machines in the folder.
    pub(super) fn of(
        arguments: &McpArguments,
        folder: &WorkingFolder,
    ) -> Result<Option<MachineTools>, Failure> {
        if !arguments.machines {
            return Ok(None);
        }
        if let Some(url) = &arguments.server {
            return Ok(Some(MachineTools::OnServer(Box::new(OnServer::new(url)))));
        }
        let mocks = match (&arguments.mocks, &arguments.case) {
            (Some(file), Some(case)) => Some(MockFile::read(file, case)?),
            _ => None,
        };
        if let Some(mocks) = &mocks {
            mocks.check(&in_process::machines(folder.root())?)?;
        }
        Ok(Some(MachineTools::InProcess(InProcess { mocks })))
    }

    /// The descriptions of all tools.
    pub(super) async fn all(&self, session: Session<'_>) -> Result<Vec<Tool>, Refusal> {
        let calls_services = session.command.endpoint_options().next().is_some();
        let is_harmless = matches!(self, MachineTools::InProcess(_)) && !calls_services;
        let mut tools = Vec::new();
        for (name, machine) in self.machines(session).await? {
            let schema = match InputSchema::of(session, &machine).await {
                Ok(schema) => schema,
                Err(reason) => {
                    diagnostics::note(&format!("{} is no tool: {reason}", machine.place));
                    continue;
                }
            };
            let comment = machine.comment.as_deref().unwrap_or_default();
            let description = format!(
                "{comment}{}Starts the state machine `{}` with the arguments as its input, and waits for its output.",
                if comment.is_empty() { "" } else { "\n\n" },
                machine.name
            );
            let mut tool =
                Tool::new(name, description, schema.arguments()).with_title(machine.name);
            tool.output_schema = Some(ended_schema());
            tools.push(tool.with_annotations(ToolAnnotations::new().read_only(is_harmless)));
        }
        Ok(tools)
    }

    /// Starts an execution and waits for its end; `None` if no tool has the name.
    pub(super) async fn call(
        &self,
        session: Session<'_>,
        tool: &str,
        arguments: JsonObject,
    ) -> Option<Result<EndedExecution, Refusal>> {
        let machines = match self.machines(session).await {
            Ok(machines) => machines,
            Err(reason) => return Some(Err(reason)),
        };
        let (_, machine) = machines.into_iter().find(|(name, _)| name == tool)?;
        Some(self.start(session, &machine, arguments).await)
    }

    async fn start(
        &self,
        session: Session<'_>,
        machine: &Machine,
        arguments: JsonObject,
    ) -> Result<EndedExecution, Refusal> {
        let input = InputSchema::of(session, machine).await?.input(arguments)?;
        match self {
            MachineTools::InProcess(run) => run.start(session, machine, &input).await,
            MachineTools::OnServer(server) => server.start(session, machine, &input).await,
        }
    }

    /// The state machines with the names of their tools.
    async fn machines(&self, session: Session<'_>) -> Result<Vec<(String, Machine)>, Refusal> {
        let machines = match self {
            MachineTools::InProcess(_) => in_process::machines(session.folder.root())?,
            MachineTools::OnServer(server) => server.machines().await?,
        };
        let mut tools: Vec<(String, Machine)> = Vec::new();
        for machine in machines {
            let name = tool_name(&machine.name, |name| {
                tools.iter().any(|(known, _)| known == name)
            });
            tools.push((name, machine));
        }
        Ok(tools)
    }
}

/// A name that the protocol allows and no other tool has.
fn tool_name(machine: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let allowed = |c: char| match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '_' | '-' => c,
        _ => '_',
    };
    let name: String = machine.chars().map(allowed).take(NAME_LENGTH).collect();
    if !is_taken(&name) {
        return name;
    }
    let numbered = (2_u32..).map(|number| {
        let ending = format!("_{number}");
        let start = name.len().min(NAME_LENGTH - ending.len());
        format!("{}{ending}", &name[..start])
    });
    let mut free = numbered.skip_while(|name| is_taken(name));
    free.next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::tool_name;

    #[test]
    fn the_names_of_tools_have_the_allowed_characters_and_differ() {
        let long = "x".repeat(80);
        for (machine, taken, expected) in [
            ("orders", &[][..], "orders"),
            ("Büro \u{2603}", &[], "B_ro__"),
            ("orders", &["orders"], "orders_2"),
            ("orders", &["orders", "orders_2"], "orders_3"),
            (&long, &[], &long[..64]),
            (&long, &[&long[..64]], &format!("{}_2", &long[..62])),
        ] {
            assert_eq!(tool_name(machine, |name| taken.contains(&name)), expected);
        }
    }
}
