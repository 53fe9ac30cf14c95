//! The columns of executions that lists read.

use std::sync::Arc;

use stepwright_interpreter::ExecutionInfo;
use stepwright_interpreter::value::Value;

use crate::store::{StoredExecution, StoredListing, StoredOrigin};

impl StoredListing {
    /// Returns the columns of an execution.
    pub(crate) fn of(about: &ExecutionInfo) -> Self {
        let origin = about.origin();
        let machine = (!has_derived_machine(about)).then(|| about.machine_id().into());
        let text = |text: &smol_str::SmolStr| Arc::from(text.as_str());
        let origin = StoredOrigin {
            machine,
            version: origin.and_then(|origin| origin.version.as_ref().map(text)),
            alias: origin.and_then(|origin| origin.alias.as_ref().map(text)),
        };
        // The state machine of a child is `<machine>/<label>`.
        let is_child = about.machine_name().contains('/');
        let items = about.input().get("Items").filter(|_| is_child);
        let items = items.and_then(Value::as_array).map(|items| items.len());
        Self {
            origin: (origin != StoredOrigin::default()).then(|| Arc::new(origin)),
            redrive_count: about.redrive_count().unwrap_or_default(),
            redriven: about.redriven(),
            items: items.map(|items| u32::try_from(items).unwrap_or(u32::MAX)),
        }
    }
}

/// Whether the ARN of the state machine follows from that of the execution.
fn has_derived_machine(about: &ExecutionInfo) -> bool {
    let (id, machine) = (about.id(), about.machine_id());
    let Some((prefix, rest)) = id.split_once(EXECUTION) else {
        return false;
    };
    let Some((machine_prefix, machine)) = machine.split_once(MACHINE) else {
        return false;
    };
    prefix == machine_prefix && rest.split(':').next() == Some(machine)
}

const EXECUTION: &str = ":execution:";
const MACHINE: &str = ":stateMachine:";

/// Returns the ARN of the state machine of an execution in the store.
pub(crate) fn machine_arn(row: &StoredExecution) -> String {
    let origin = row.listing.origin.as_ref();
    if let Some(machine) = origin.and_then(|origin| origin.machine.as_deref()) {
        return machine.to_owned();
    }
    let (prefix, rest) = row.arn.split_once(EXECUTION).unwrap_or((&row.arn, ""));
    let machine = rest.split(':').next().unwrap_or_default();
    [prefix, MACHINE, machine].concat()
}
