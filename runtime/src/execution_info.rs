use std::fmt;
use std::sync::{Arc, OnceLock};

use smol_str::SmolStr;

use crate::clock::Timestamp;
use crate::query::Entropy;
use crate::record::{Damaged, Reader, Record, Writer, record};
use crate::value::Value;

/// What an execution is: what the context object shows as `Execution` and `StateMachine`.
#[derive(Clone)]
pub struct ExecutionInfo {
    pub(crate) names: Names,
    /// The execution at the top of those that started it; `None` when that is this one.
    pub(crate) root: Option<SmolStr>,
    pub(crate) machine: Arc<MachineInfo>,
    pub(crate) started: Timestamp,
    pub(crate) input: Value,
    pub(crate) redrive_count: Option<u32>,
    pub(crate) redriven: Option<Timestamp>,
    /// How many executions stand above it and wait for it.
    pub(crate) depth: u32,
}

/// What the executions of a state machine have in common.
#[derive(Clone, Debug)]
pub(crate) struct MachineInfo {
    pub(crate) id: SmolStr,
    pub(crate) name: SmolStr,
    /// The role that they run under.
    pub(crate) role_arn: SmolStr,
    /// What ARNs begin with that are drawn.
    pub(crate) prefix: SmolStr,
    /// How they were asked for, where a server starts them.
    pub(crate) origin: Option<Arc<Origin>>,
}

/// What a server knows of the executions that it starts: what DescribeExecution and DescribeStateMachineForExecution tell of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    /// The id of the state machine's revision.
    pub(crate) revision: SmolStr,
    /// The ARN of its version, where one was started.
    pub(crate) version: Option<SmolStr>,
    /// The ARN of the alias that chose the version.
    pub(crate) alias: Option<SmolStr>,
    /// The trace header that came with the start.
    pub(crate) trace: Option<SmolStr>,
    /// The input as it was written, where that is not how it is printed.
    pub(crate) input: Option<Arc<str>>,
}

/// An execution's ARN and name.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    /// The ARN, once somebody has asked for it.
    id: OnceLock<SmolStr>,
    name: Name,
}

/// The name of an execution.
#[derive(Clone, Debug)]
enum Name {
    /// It is not in the ARN.
    Own(SmolStr),
    /// The last part of the ARN.
    Last,
    /// The part before the last one.
    BeforeLast,
    /// The same, and the ARN is the machine's prefix with the next two UUIDs of a stream.
    Drawn { state: u64 },
}

impl MachineInfo {
    /// The same, but for what is given.
    pub(crate) fn but(
        &self,
        role_arn: Option<String>,
        id: Option<String>,
        name: Option<String>,
    ) -> Self {
        let or =
            |given: Option<String>, own: &SmolStr| given.map_or_else(|| own.clone(), Into::into);
        Self {
            id: or(id, &self.id),
            name: or(name, &self.name),
            role_arn: or(role_arn, &self.role_arn),
            prefix: self.prefix.clone(),
            origin: self.origin.clone(),
        }
    }
}

impl Names {
    /// Of an execution that has this ARN.
    pub(crate) fn new(id: impl Into<SmolStr>, name: impl Into<SmolStr>) -> Self {
        let (id, name) = (id.into(), name.into());
        let mut parts = id.rsplit(':');
        let (last, before) = (parts.next(), parts.next());
        let name = match Some(name.as_str()) {
            own if own == last => Name::Last,
            own if own == before => Name::BeforeLast,
            _ => Name::Own(name),
        };
        Self {
            id: id.into(),
            name,
        }
    }

    /// Of an execution whose ARN is a prefix that ends with a colon, and its name, which has none.
    pub(crate) fn ending(prefix: &str, name: &str) -> Self {
        Self {
            id: SmolStr::from([prefix, name].concat()).into(),
            name: Name::Last,
        }
    }

    /// Of an execution whose ARN is the machine's prefix with the next two UUIDs of a stream. Both are made when somebody asks.
    pub(crate) fn drawn(entropy: &Entropy) -> Self {
        Self {
            id: OnceLock::new(),
            name: Name::Drawn {
                state: entropy.state(),
            },
        }
    }

    /// The ARN, where drawn ones begin with `prefix`.
    pub(crate) fn id(&self, prefix: &str) -> &SmolStr {
        self.id.get_or_init(|| match &self.name {
            Name::Drawn { state } => {
                let entropy = Entropy::new(*state);
                let (name, unique) = (entropy.uuid(), entropy.uuid());
                [prefix, &name, ":", &unique].concat().into()
            }
            // Only a drawn ARN is not there from the beginning.
            Name::Own(_) | Name::Last | Name::BeforeLast => SmolStr::default(),
        })
    }

    /// The name.
    pub(crate) fn name(&self, prefix: &str) -> &str {
        let part = |place| self.id(prefix).rsplit(':').nth(place).unwrap_or_default();
        match &self.name {
            Name::Own(name) => name,
            Name::Last => part(0),
            Name::BeforeLast | Name::Drawn { .. } => part(1),
        }
    }
}

impl ExecutionInfo {
    /// The execution's ARN, `$$.Execution.Id`.
    pub fn id(&self) -> &str {
        self.arn()
    }

    /// The ARN of the execution that was started from outside: this one, or the one at the top of those that started it.
    pub fn root(&self) -> &str {
        self.root_arn()
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.names.name(&self.machine.prefix)
    }

    /// The role that it runs under.
    pub fn role_arn(&self) -> &str {
        &self.machine.role_arn
    }

    /// The state machine's ARN, `$$.StateMachine.Id`.
    pub fn machine_id(&self) -> &str {
        &self.machine.id
    }

    /// The state machine's name.
    pub fn machine_name(&self) -> &str {
        &self.machine.name
    }

    /// When it started.
    pub fn started(&self) -> Timestamp {
        self.started
    }

    /// Its input.
    pub fn input(&self) -> &Value {
        &self.input
    }

    /// How often it was redriven; absent for synchronous Express executions.
    pub fn redrive_count(&self) -> Option<u32> {
        self.redrive_count
    }

    /// When it was redriven last.
    pub fn redriven(&self) -> Option<Timestamp> {
        self.redriven
    }

    /// How it was asked for, where a server started it.
    pub(crate) fn origin(&self) -> Option<&Origin> {
        self.machine.origin.as_deref()
    }

    /// Its input as JSON: as it was written, where a server started it.
    pub(crate) fn input_text(&self) -> String {
        // Executions below it have its origin, and inputs of their own.
        let written = self.origin().filter(|_| self.root.is_none());
        match written.and_then(|origin| origin.input.as_ref()) {
            Some(text) => text.to_string(),
            None => self.input.to_text(),
        }
    }

    /// The ARN, to be shared.
    pub(crate) fn arn(&self) -> &SmolStr {
        self.names.id(&self.machine.prefix)
    }

    /// The ARN of the execution at the top, to be shared.
    pub(crate) fn root_arn(&self) -> &SmolStr {
        self.root.as_ref().unwrap_or_else(|| self.arn())
    }

    /// The same Express execution, which begins once more.
    pub(crate) fn begun_anew(&self, now: Timestamp) -> Self {
        Self {
            started: now,
            ..self.clone()
        }
    }

    /// The region in the execution's ARN.
    pub(crate) fn region(&self) -> &str {
        self.id().split(':').nth(3).unwrap_or_default()
    }
}

impl fmt::Debug for ExecutionInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExecutionInfo")
            .field("id", &self.id())
            .field("name", &self.name())
            .field("machine", &self.machine)
            .field("started", &self.started)
            .field("input", &self.input)
            .finish_non_exhaustive()
    }
}

/// The fields of an [`ExecutionInfo`] as they are kept.
struct Kept {
    id: SmolStr,
    root: SmolStr,
    name: SmolStr,
    role_arn: SmolStr,
    machine_id: SmolStr,
    machine_name: SmolStr,
    started: Timestamp,
    input: Value,
    redrive_count: Option<u32>,
    redriven: Option<Timestamp>,
    depth: u32,
    origin: Option<Arc<Origin>>,
}

impl Record for ExecutionInfo {
    fn write(&self, to: &mut Writer) {
        let machine = &self.machine;
        let kept = Kept {
            id: self.arn().clone(),
            root: self.root_arn().clone(),
            name: self.name().into(),
            role_arn: machine.role_arn.clone(),
            machine_id: machine.id.clone(),
            machine_name: machine.name.clone(),
            started: self.started,
            input: self.input.clone(),
            redrive_count: self.redrive_count,
            redriven: self.redriven,
            depth: self.depth,
            origin: machine.origin.clone(),
        };
        kept.write(to);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Damaged> {
        let kept = Kept::read(from)?;
        Ok(Self {
            root: Some(kept.root).filter(|root| *root != kept.id),
            names: Names::new(kept.id, kept.name),
            machine: Arc::new(MachineInfo {
                id: kept.machine_id,
                name: kept.machine_name,
                role_arn: kept.role_arn,
                prefix: SmolStr::default(),
                origin: kept.origin,
            }),
            started: kept.started,
            input: kept.input,
            redrive_count: kept.redrive_count,
            redriven: kept.redriven,
            depth: kept.depth,
        })
    }
}

record!(struct Kept {
    id, root, name, role_arn, machine_id, machine_name, started, input, redrive_count, redriven, depth, origin,
});
record!(struct Origin { revision, version, alias, trace, input });

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever an ARN and a name are, both are what they were.
        #[test]
        fn names_are_what_they_were_given(id in "[a:é]{0,12}", name in "[a:é]{0,4}") {
            let names = Names::new(id.as_str(), name.as_str());
            prop_assert_eq!(names.id(""), &id);
            prop_assert_eq!(names.name(""), name);
        }

        /// An ARN that is made of a name ends with it.
        #[test]
        fn an_arn_ends_with_its_name(prefix in "[a:é]{0,12}", name in "[aé-]{0,4}") {
            let names = Names::ending(&format!("{prefix}:"), &name);
            prop_assert_eq!(names.id(""), &format!("{prefix}:{name}"));
            prop_assert_eq!(names.name(""), name);
        }

        /// Names that are made later are those of the stream's next UUIDs.
        #[test]
        fn drawn_names_are_those_of_the_stream(state in any::<u64>()) {
            let names = Names::drawn(&Entropy::new(state));
            let entropy = Entropy::new(state);
            let (name, unique) = (entropy.uuid(), entropy.uuid());
            prop_assert_eq!(names.name("arn:express:m:"), &name);
            prop_assert_eq!(names.id("arn:express:m:"), &format!("arn:express:m:{name}:{unique}"));
        }
    }
}
