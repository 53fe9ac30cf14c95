//! The features that need a Standard execution.

use crate::limits::AwaitedEvent;

/// The executions that are Express.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpressPart {
    /// Those of the workflow.
    Workflow,
    /// The children of a Distributed Map.
    Children,
}

/// Something that needs a Standard execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StandardFeature {
    /// To wait for something.
    Wait(AwaitedEvent),
    /// A Distributed Map.
    DistributedMap,
}

impl ExpressPart {
    /// The message about a feature that Express executions do not have. The help depends on the
    /// front end.
    pub fn message(self, feature: StandardFeature) -> String {
        let part = match self {
            ExpressPart::Workflow => "an Express workflow",
            ExpressPart::Children => "the Express children of a Distributed Map",
        };
        let verb = match feature {
            StandardFeature::Wait(AwaitedEvent::Token) => "wait for a task token",
            StandardFeature::Wait(AwaitedEvent::Job) => "wait for a job or a child execution",
            StandardFeature::Wait(AwaitedEvent::Activity) => "use an activity",
            StandardFeature::DistributedMap => "run a Distributed Map",
        };
        format!("{part} cannot {verb}")
    }
}

impl StandardFeature {
    /// The code of the rule for the same problem in ASL.
    pub fn code(self) -> &'static str {
        match self {
            StandardFeature::Wait(_) => "SW046",
            StandardFeature::DistributedMap => "SW108",
        }
    }
}
