//! Children of Map Runs that a restart has recovered and that no parent has taken yet.

use std::collections::{HashMap, VecDeque};

use smol_str::SmolStr;

use crate::execution::pending_execution::PendingExecution;

/// Children of Map Runs that an earlier process was running.
#[derive(Default)]
pub(crate) struct RecoveredChildren {
    by_arn: HashMap<SmolStr, PendingExecution>,
    /// Their ARNs. A child comes before its own children.
    order: VecDeque<SmolStr>,
}

impl RecoveredChildren {
    pub(super) fn add(&mut self, child: PendingExecution) {
        let arn = child.state.about.arn().clone();
        self.order.push_back(arn.clone());
        self.by_arn.insert(arn, child);
    }

    /// Takes a child by its ARN.
    pub(crate) fn take(&mut self, arn: &str) -> Option<PendingExecution> {
        self.by_arn.remove(arn)
    }

    /// Takes the next child that its parent did not take.
    pub(crate) fn take_next(&mut self) -> Option<PendingExecution> {
        while let Some(arn) = self.order.pop_front() {
            if let Some(child) = self.by_arn.remove(&arn) {
                return Some(child);
            }
        }
        None
    }
}
