//! The definition and the input of a debugger.

use std::collections::BTreeMap;

use stepwright_asl::model::MachineType;
use stepwright_engine::value::Value;
use stepwright_testing::debug::DebugOptions;

use super::frame::Frame;
use super::request::{Breakpoints, DebugRequest};
use super::session::DebugSession;
use super::sessions::{DebugSessions, MOST_SESSIONS};
use crate::arn::StatesArn;
use crate::error::ApiError;
use crate::service::Service;

/// A definition, and the input of an execution of it.
pub(crate) struct DebugSubject {
    /// The name of the state machine.
    pub(super) machine: String,
    pub(super) definition: String,
    pub(super) machine_type: MachineType,
    pub(super) input: Value,
    /// The name of the execution.
    pub(super) name: Option<String>,
    /// The items that the ItemReaders of Distributed Maps read, by the name of the state.
    pub(super) items: BTreeMap<String, Value>,
    breakpoints: Breakpoints,
}

impl DebugSubject {
    /// Returns what a program debugs; `None` if the engine has no such state machine.
    pub(crate) fn of_request(service: &Service, request: DebugRequest) -> Option<Self> {
        let subject = Self::of_machine(service, &request.machine, request.input)?;
        Some(Self {
            name: request.name,
            items: request.items,
            breakpoints: request.breakpoints,
            ..subject
        })
    }

    /// Returns the newest revision of a state machine of the engine, by its name.
    pub(super) fn of_machine(service: &Service, name: &str, input: Value) -> Option<Self> {
        let found = service.engine.machine(name)?;
        Some(Self::new(
            found.name,
            found.definition,
            found.machine_type,
            input,
        ))
    }

    /// Returns the revision that a start of this ARN chooses.
    ///
    /// # Errors
    ///
    /// When there is no such state machine, version or alias.
    pub(super) fn of_arn(service: &Service, arn: &str, input: Value) -> Result<Self, ApiError> {
        let (_, revision) = service.startable(&StatesArn::parse(arn)?, None, None)?;
        let found = revision.describe();
        Ok(Self::new(
            found.name,
            found.definition,
            found.machine_type,
            input,
        ))
    }

    /// Creates a subject.
    pub(super) fn new(
        machine: String,
        definition: String,
        machine_type: MachineType,
        input: Value,
    ) -> Self {
        Self {
            machine,
            definition,
            machine_type,
            input,
            name: None,
            items: BTreeMap::new(),
            breakpoints: Breakpoints::default(),
        }
    }

    /// Creates a debugger, and returns its id.
    ///
    /// # Errors
    ///
    /// The problems of the definition or of the input, and when all debuggers are in use.
    pub(crate) fn open(
        self,
        service: &Service,
        sessions: &DebugSessions,
    ) -> Result<String, String> {
        let mut options = DebugOptions::new().seed(service.engine.draw_below(u64::MAX));
        if let Some(name) = self.name {
            options = options.name(name);
        }
        for (state, items) in self.items {
            options = options.items(state, items);
        }
        let mut frame = Frame::new(
            &self.machine,
            &self.definition,
            self.machine_type,
            self.input,
            options,
            service.now(),
        )?;
        for state in &self.breakpoints.states {
            let set = frame.debugger.break_at(state);
            set.map_err(|error| error.to_string())?;
        }
        for error in self.breakpoints.errors {
            frame.debugger.break_on_error(error);
        }
        let session = DebugSession::new(frame);
        let id = session.id.clone();
        if sessions.insert(session) {
            Ok(id)
        } else {
            Err(format!(
                "{MOST_SESSIONS} debuggers are in use, which is the limit; end one of them, and try again"
            ))
        }
    }
}
