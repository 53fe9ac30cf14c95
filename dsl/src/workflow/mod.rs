//! Workflows as types, and the data that a runtime needs.

pub(super) mod answer;
mod binder;
mod definition;
mod invalid_workflow;
mod schemas;

pub use self::binder::Binder;
pub use self::definition::Definition;
pub(crate) use self::definition::Results;
pub(crate) use self::invalid_workflow::{AtSource, problem};
pub use self::invalid_workflow::{InvalidWorkflow, WorkflowDiagnostic, WorkflowLocation};
pub use self::schemas::{Schemas, TaskSchemas};
pub use stepwright_asl::source::{SourceLocation, StateSources};

use crate::shape::Payload;
use crate::task::Address;
use stepwright_asl::model::MachineType;

/// A workflow, as `workflow!` declares it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a workflow",
    label = "this is not a workflow",
    note = "declare it with `workflow! {{ workflow {Self}(..) {{ .. }} }}`"
)]
pub trait Workflow: 'static {
    /// The input of an execution.
    type Input: Payload;
    /// The output of an execution.
    type Output: Payload;
    /// The name of the state machine.
    const NAME: &'static str;
    /// Standard or Express.
    const TYPE: MachineType;

    /// Registers every task and nested workflow with a runtime.
    fn bind<B: Binder>(binder: &mut B);

    /// Builds the ASL.
    ///
    /// # Errors
    ///
    /// Returns everything that ASL cannot express, in one list.
    fn build() -> Result<Definition, InvalidWorkflow>;

    /// Returns the JSON Schemas of the inputs and outputs of the workflow and of each of its tasks.
    fn schemas() -> Schemas
    where
        Self: Sized,
    {
        Schemas::of::<Self>()
    }

    /// Builds the ASL.
    ///
    /// # Panics
    ///
    /// With the list of faults if [`build`](Workflow::build) returns an error. Call this once in a
    /// test, so that it cannot panic anywhere else.
    fn definition() -> Definition {
        match Self::build() {
            Ok(definition) => definition,
            Err(faults) => panic!("{faults}"),
        }
    }

    /// Returns the least-privilege IAM policy of the workflow's state machine, in any region and
    /// account; [`Definition::policy_with`] has options.
    ///
    /// ```
    /// use stepwright::prelude::*;
    ///
    /// workflow! {
    ///     workflow Telling(order: String) {
    ///         task Tell {
    ///             service "arn:aws:states:::sns:publish" { TopicArn: placeholder!("TopicArn"), Message: order };
    ///             end;
    ///         }
    ///     }
    /// }
    ///
    /// let policy = Telling::policy();
    /// assert_eq!(policy.statements()[0].actions, ["sns:Publish"]);
    /// assert_eq!(policy.statements()[0].resources, ["${TopicArn}"]);
    /// ```
    ///
    /// # Panics
    ///
    /// Like [`definition`](Workflow::definition).
    #[cfg(feature = "policy")]
    fn policy() -> stepwright_tools::policy::Policy {
        let definition = Self::definition();
        let options = stepwright_tools::policy::PolicyOptions::new(definition.name());
        definition.policy_with(&options)
    }
}

impl Address {
    /// Returns the address of a nested workflow.
    #[must_use]
    pub fn of_workflow<W: Workflow>() -> Address {
        Address::of_machine(W::NAME, W::TYPE, true)
    }
}
