//! The result of the builder.

use super::bindings::{Bindings, BoundWorkflow};
use crate::shape::Payload;
use crate::workflow::{Definition, Schemas, WorkflowDiagnostic};
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

/// A built workflow: its [`Definition`], which it derefs to, and its tasks, for a runtime.
pub struct BuiltWorkflow<In, Out> {
    definition: Definition,
    bindings: Bindings,
    warnings: Vec<WorkflowDiagnostic>,
    types: PhantomData<fn(In) -> Out>,
}

impl<In, Out> BuiltWorkflow<In, Out> {
    pub(super) fn new(
        definition: Definition,
        bindings: Bindings,
        warnings: Vec<WorkflowDiagnostic>,
    ) -> Self {
        BuiltWorkflow {
            definition,
            bindings,
            warnings,
            types: PhantomData,
        }
    }

    /// The definition.
    #[must_use]
    pub fn definition(&self) -> &Definition {
        &self.definition
    }

    /// The diagnostics of [lints](super::Lint) that are neither allowed nor denied, and the
    /// validator's warnings SW054 (an error that is never caught) and SW133 (an assignment that
    /// reads a variable of the same state), each with its state and location.
    ///
    /// `stepwright: allow SW133` in the comment of a state suppresses such a warning.
    pub fn warnings(&self) -> &[WorkflowDiagnostic] {
        &self.warnings
    }

    /// The tasks and nested workflows that it calls.
    #[must_use]
    pub fn bindings(&self) -> &Bindings {
        &self.bindings
    }
}

impl<In: Payload, Out: Payload> BuiltWorkflow<In, Out> {
    /// This workflow as a nested workflow of another one.
    pub(super) fn as_child(&self) -> BoundWorkflow {
        BoundWorkflow::of_built::<In, Out>(&self.definition, &self.bindings)
    }

    /// The JSON Schemas of the inputs and outputs of the workflow and of each of its tasks.
    #[must_use]
    pub fn schemas(&self) -> Schemas {
        let tasks = self.bindings.tasks().iter();
        Schemas::with::<In, Out>(tasks.map(|task| (task.schemas)()).collect())
    }
}

impl<In, Out> Deref for BuiltWorkflow<In, Out> {
    type Target = Definition;

    fn deref(&self) -> &Definition {
        &self.definition
    }
}

impl<In, Out> Clone for BuiltWorkflow<In, Out> {
    fn clone(&self) -> Self {
        BuiltWorkflow::new(
            self.definition.clone(),
            self.bindings.clone(),
            self.warnings.clone(),
        )
    }
}

impl<In, Out> fmt::Debug for BuiltWorkflow<In, Out> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BuiltWorkflow")
            .field("definition", &self.definition.name())
            .field("bindings", &self.bindings)
            .finish()
    }
}
