//! The server: lists the tools and resources, and makes the calls.

use std::sync::Arc;

use rmcp::ErrorData;
use rmcp::handler::server::ServerHandler;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, Implementation,
    JsonObject, ListResourceTemplatesResult, ListResourcesResult, ListToolsResult,
    PaginatedRequestParams, ReadResourceRequestParams, ReadResourceResponse, ServerCapabilities,
    ServerConfig,
};
use rmcp::service::{RequestContext, RoleServer};
use serde_json::Value;

use super::machines::MachineTools;
use super::own_command::OwnCommand;
use super::refusal::Refusal;
use super::resources;
use super::tool::{Session, outcome_value};
use super::tools;
use super::working_folder::WorkingFolder;

const MACHINE_INSTRUCTIONS: &str = "Each tool starts an execution of a state machine with the arguments as its input, and returns its output or error.";

const INSTRUCTIONS: &str = "Tools for AWS Step Functions workflows in files below the working folder. Use `check` after each edit of a definition, `edit` for changes that keep comments and layout, and `run` or `test_state` to see what it does. Nothing is sent to AWS, unless the server was started with an endpoint.";

/// The tools of one agent.
pub(super) struct AgentServer {
    pub(super) folder: WorkingFolder,
    pub(super) command: OwnCommand,
    /// The tools are state machines.
    pub(super) machines: Option<MachineTools>,
}

impl AgentServer {
    fn session(&self) -> Session<'_> {
        Session {
            folder: &self.folder,
            command: &self.command,
        }
    }
}

impl AgentServer {
    /// The result of a call, and whether it succeeded; `None` without such a tool.
    async fn call(
        &self,
        tool: &str,
        arguments: JsonObject,
    ) -> Option<Result<(Value, bool), Refusal>> {
        let Some(machines) = &self.machines else {
            let call = tools::call(self.session(), tool, Arc::new(arguments));
            return Some(call.await?.map(|outcome| (outcome, true)));
        };
        let ended = machines.call(self.session(), tool, arguments).await?;
        Some(ended.and_then(|ended| {
            let is_success = !ended.is_failure();
            Ok((outcome_value(ended)?, is_success))
        }))
    }
}

impl ServerHandler for AgentServer {
    fn get_info(&self) -> ServerConfig {
        let instructions = match self.machines {
            Some(_) => MACHINE_INSTRUCTIONS,
            None => INSTRUCTIONS,
        };
        let capabilities = ServerCapabilities::builder()
            .enable_tools()
            .enable_resources()
            .build();
        ServerConfig::new(capabilities)
            .with_server_info(Implementation::new("stepwright", env!("CARGO_PKG_VERSION")))
            .with_instructions(instructions)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let Some(machines) = &self.machines else {
            return Ok(ListToolsResult::with_all_items(tools::all()));
        };
        let all = machines.all(self.session()).await;
        let all = all.map_err(|refusal| ErrorData::internal_error(refusal.to_string(), None))?;
        Ok(ListToolsResult::with_all_items(all))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let arguments = request.arguments.unwrap_or_default();
        let call = self.call(&request.name, arguments);
        let done = tokio::select! {
            done = call => done,
            // The agent gets no answer; the process ends, because the call is dropped.
            () = context.ct.cancelled() => Some(Err(Refusal::new("the call was cancelled"))),
        };
        let unknown = || {
            let message = format!("there is no tool `{}`", request.name);
            ErrorData::invalid_params(message, None)
        };
        let result = match done.ok_or_else(unknown)? {
            Ok((outcome, true)) => CallToolResult::structured(outcome),
            Ok((outcome, false)) => CallToolResult::structured_error(outcome),
            Err(refusal) => CallToolResult::error(vec![ContentBlock::text(refusal.to_string())]),
        };
        Ok(result.into())
    }

    async fn list_resources(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        Ok(ListResourcesResult::with_all_items(resources::all()))
    }

    async fn list_resource_templates(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        let templates = resources::templates();
        Ok(ListResourceTemplatesResult::with_all_items(templates))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let read = resources::read(self.session(), &request.uri).await;
        read.map(Into::into)
            .map_err(|refusal| ErrorData::resource_not_found(refusal.to_string(), None))
    }
}
