use std::sync::Arc;

use indexmap::IndexMap;

use super::Engine;
use super::cell::RunCell;
use super::drive::Drive;
use super::report::Status;
use crate::about::About;
use crate::interpret::{Inspection, Start};
use crate::program::Program;
use crate::query::Entropy;
use crate::task::{Family, TaskSource};

/// What a test of one state came to.
#[derive(Debug)]
pub(crate) struct Inspected {
    pub(crate) inspection: Box<Inspection>,
    /// The test's time ran out.
    pub(crate) is_timed_out: bool,
}

impl Engine {
    /// Runs one state on the caller's own task, as a synchronous Express execution that has no name anybody knows.
    /// `source` answers before whoever else does.
    pub(crate) async fn inspect(
        &self,
        program: Arc<Program>,
        role: Option<&str>,
        start: Start,
        inspection: Inspection,
        source: Option<Arc<dyn TaskSource>>,
    ) -> Inspected {
        let engine = &self.shared;
        let seed = engine.executions().entropy.next_u64();
        let names = Entropy::new(seed);
        let (machine, name) = (names.uuid(), names.uuid());
        let about = Arc::new(About {
            id: engine.arn("express", &format!("{machine}:{name}")),
            name: name.into(),
            role_arn: role.unwrap_or_default().into(),
            machine_id: engine.arn("stateMachine", &machine),
            machine_name: machine.into(),
            started: engine.clock.now(),
            input: start.input.clone(),
            redrive_count: None,
        });
        let cell = RunCell::new(about, engine.clock.clone());
        let drive = Drive::new(engine.clone(), cell.clone(), program, source, seed, 0);
        let mut drive = drive.of_state(start, inspection);
        (&mut drive).await;
        let status = cell.report().map(|report| report.status);
        Inspected {
            // It is there unless the interpreter broke off, which is a failure without any detail.
            inspection: drive.inspected.take().unwrap_or_default(),
            is_timed_out: status == Some(Status::TimedOut),
        }
    }

    /// Which resources are activities or functions where their text does not say it.
    pub(crate) fn families(&self) -> &IndexMap<String, Family> {
        &self.shared.registry.families
    }
}
