//! Workflows as types, and what they hand to whoever runs them.

mod binder;
mod definition;
mod fault;
mod place;
mod schemas;

pub use self::binder::Binder;
pub use self::definition::Definition;
pub(crate) use self::definition::Results;
pub use self::fault::{Fault, Faults};
pub use self::place::Place;
pub use self::schemas::{Schemas, TaskSchemas};

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
    /// What an execution is started with.
    type Input: Payload;
    /// What it gives.
    type Output: Payload;
    /// The name of the state machine.
    const NAME: &'static str;
    /// Standard or Express.
    const TYPE: MachineType;

    /// Hands every task and nested workflow to a runtime.
    fn bind<B: Binder>(binder: &mut B);

    /// Makes the ASL.
    ///
    /// # Errors
    ///
    /// Everything that could not be said in ASL, all at once.
    fn build() -> Result<Definition, Faults>;

    /// The JSON Schemas of what the workflow and each of its tasks take and give.
    fn schemas() -> Schemas
    where
        Self: Sized,
    {
        Schemas::of::<Self>()
    }

    /// Makes the ASL.
    ///
    /// # Panics
    ///
    /// With the list of faults where [`build`](Workflow::build) gives one. A test that calls this once keeps it from
    /// happening anywhere else.
    fn definition() -> Definition {
        match Self::build() {
            Ok(definition) => definition,
            Err(faults) => panic!("{faults}"),
        }
    }

    /// The least-privilege IAM policy of the workflow's state machine, in any region and account;
    /// [`Definition::policy_with`] has options.
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
    /// As [`definition`](Workflow::definition).
    #[cfg(feature = "policy")]
    fn policy() -> stepwright_asl::policy::Policy {
        let definition = Self::definition();
        let options = stepwright_asl::policy::PolicyOptions::new(definition.name());
        definition.policy_with(&options)
    }
}

impl Address {
    /// The address of a nested workflow.
    #[must_use]
    pub fn of_workflow<W: Workflow>() -> Address {
        Address::of_machine(W::NAME, W::TYPE, true)
    }
}
