//! Runs a single state for a test, as `TestState` does on AWS.

use std::sync::Arc;

use indexmap::IndexMap;
use smol_str::SmolStr;
use stepwright_interpreter::execution::{Failure, Inspection, InspectionStart};
use stepwright_interpreter::program::Program;
use stepwright_interpreter::query::Entropy;
use stepwright_interpreter::{ExecutionInfo, MachineInfo, Names, Status};

use crate::Engine;
use crate::drive::execution_task::ExecutionTask;
use crate::execution::execution_state::ExecutionState;
use crate::execution::pending_execution::{ChildKind, PendingExecution, StartPoint};
use crate::task::{LinkedProgram, ResourceKind, TaskSource};

/// The result of the test of one state.
#[derive(Debug)]
pub struct InspectionResult {
    /// The inspected state.
    pub inspection: Box<Inspection>,
    /// The test timed out.
    pub is_timed_out: bool,
}

impl Engine {
    /// Runs one state on the caller's own task, as a synchronous Express execution with an internal
    /// name. `source` is consulted before the engine's own sources and handlers.
    #[doc(hidden)]
    pub async fn inspect(
        &self,
        program: Arc<Program>,
        role: Option<&str>,
        start: InspectionStart,
        inspection: Inspection,
        source: Option<Arc<dyn TaskSource>>,
    ) -> InspectionResult {
        let engine = &self.shared;
        let seed = engine.entropy.draw(1).next_u64();
        let names = Entropy::new(seed);
        let (machine, name) = (names.uuid(), names.uuid());
        let about = Arc::new(ExecutionInfo {
            names: Names::new(engine.arn("express", &format!("{machine}:{name}")), name),
            root: None,
            machine: Arc::new(MachineInfo {
                id: engine.arn("stateMachine", &machine),
                name: machine.into(),
                role_arn: role.unwrap_or_default().into(),
                prefix: SmolStr::default(),
                origin: None,
                test_case: None,
                trace: None,
                is_express: true,
            }),
            started: engine.clock.now(),
            input: start.input.clone(),
            counts_redrives: false,
            redriven: None,
            depth: 0,
        });
        let state = ExecutionState::new(about, &engine.clock);
        let pending_execution = PendingExecution {
            state: state.clone(),
            entry: program.entry(),
            program: Arc::new(LinkedProgram::unlinked(program)),
            child: ChildKind::None,
            source,
            begin: StartPoint::Inspect(Box::new((start, inspection)), seed),
            journaled: None,
        };
        let mut drive = ExecutionTask::new(engine.clone(), pending_execution);
        (&mut drive).await;
        let report = state.report();
        let inspection = drive.take_inspected().unwrap_or_else(|| {
            // The interpreter stopped early; its report has the reason.
            let text = |text: Option<&String>| text.map(SmolStr::from);
            let error = text(report.and_then(|report| report.error.as_ref()));
            let cause = text(report.and_then(|report| report.cause.as_ref()));
            Box::new(Inspection {
                failure: Some(Failure::stopped(error, cause)),
                ..Inspection::default()
            })
        });
        InspectionResult {
            inspection,
            is_timed_out: report.is_some_and(|report| report.status == Status::TimedOut),
        }
    }

    /// Returns which resources are activities or functions where their text does not determine it.
    #[doc(hidden)]
    pub fn families(&self) -> &IndexMap<String, ResourceKind> {
        &self.shared.compile_settings.families
    }
}
