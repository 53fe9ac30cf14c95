//! Workflows to emit files for.

use super::files::Files;
use crate::builder::BuiltWorkflow;
use crate::shape::Payload;
use crate::workflow::{Definition, InvalidWorkflow, Workflow};
use std::fmt;

/// Workflows that belong together, such as all of a crate; [`workflows!`](crate::workflows!)
/// creates a list of them.
#[derive(Default)]
#[must_use = "nothing is written yet"]
pub struct Workflows {
    pub(super) files: Vec<Result<Files, InvalidWorkflow>>,
}

impl Workflows {
    /// Creates an empty list.
    pub fn new() -> Workflows {
        Workflows::default()
    }

    /// Adds a workflow.
    pub fn workflow<W: Workflow>(self) -> Workflows {
        self.and(W::build().map(|definition| Files::of(&definition, Some(&W::schemas()))))
    }

    /// Adds a workflow that the [builder](crate::builder) built.
    pub fn built<In: Payload, Out: Payload>(self, built: &BuiltWorkflow<In, Out>) -> Workflows {
        self.and(Ok(Files::of(built.definition(), Some(&built.schemas()))))
    }

    /// Adds a workflow of which only the definition is known: no schemas are written for it.
    pub fn definition(self, definition: &Definition) -> Workflows {
        self.and(Ok(Files::of(definition, None)))
    }

    /// Adds all workflows of another list.
    pub fn workflows(mut self, others: Workflows) -> Workflows {
        self.files.extend(others.files);
        self
    }

    fn and(mut self, one: Result<Files, InvalidWorkflow>) -> Workflows {
        self.files.push(one);
        self
    }
}

impl fmt::Debug for Workflows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.files.iter().map(|one| match one {
            Ok(files) => files.workflow.as_str(),
            Err(faults) => faults.workflow(),
        });
        f.debug_list().entries(names).finish()
    }
}

/// A function that lists workflows, such as all of a crate.
///
/// ```
/// use stepwright::prelude::*;
///
/// workflow! { pub workflow Checkout(id: String) -> String { succeed Done { id } } }
/// workflow! { pub workflow Refund(id: String) -> String { succeed Done { id } } }
///
/// stepwright::workflows! {
///     /// All workflows of this crate.
///     pub fn workflows: Checkout, Refund
/// }
///
/// assert_eq!(format!("{:?}", workflows()), r#"["Checkout", "Refund"]"#);
/// ```
///
/// Use it in a build script: `build_script().workflows(orders::workflows()).write()?`.
#[macro_export]
macro_rules! workflows {
    ($(#[$attribute:meta])* $visibility:vis fn $name:ident : $($workflow:path),+ $(,)?) => {
        $(#[$attribute])*
        $visibility fn $name() -> $crate::emit::Workflows {
            $crate::emit::Workflows::new()$(.workflow::<$workflow>())+
        }
    };
}
