use std::fmt;
use std::sync::{Arc, OnceLock};

use smol_str::SmolStr;
use uuid::Uuid;

use crate::clock::Timestamp;
use crate::query::Entropy;
use crate::record::{Damaged, Reader, Record, Writer, record};
use crate::value::Value;

/// What an execution is: what the context object shows as `Execution` and `StateMachine`.
#[derive(Clone)]
pub struct ExecutionInfo {
    pub(crate) names: Names,
    /// The execution at the top of those that started it; `None` when that is this one.
    pub(crate) root: Option<Box<SmolStr>>,
    pub(crate) machine: Arc<MachineInfo>,
    pub(crate) started: Timestamp,
    pub(crate) input: Value,
    /// Whether the context object says how often it was redriven.
    pub(crate) counts_redrives: bool,
    pub(crate) redriven: Option<Box<Redriven>>,
    /// How many executions stand above it and wait for it.
    pub(crate) depth: u32,
}

/// An execution that goes on where it did not succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Redriven {
    /// How often.
    count: u32,
    /// When last.
    at: Timestamp,
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
    /// Whether its executions are Express ones.
    pub(crate) is_express: bool,
    /// How they were asked for, where a server starts them.
    pub(crate) origin: Option<Arc<Origin>>,
    /// The test case that answers their tasks: the state machine of the mock file, `#` and the case.
    pub(crate) test_case: Option<SmolStr>,
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

/// An execution's ARN and name. Those that are drawn are numbers of a stream until somebody asks for their texts.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    texts: OnceLock<Box<Texts>>,
    /// Where the stream of drawn names stood.
    drawn: u64,
}

#[derive(Clone, Debug)]
struct Texts {
    id: SmolStr,
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
}

/// Finds an execution by its ARN: equal ARNs have equal keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum NameKey<'a> {
    /// The last part of the ARN is this UUID.
    Uuid(u128),
    /// It is another text.
    Text(&'a str),
}

impl<'a> NameKey<'a> {
    pub(crate) fn of(id: &'a str) -> Self {
        let last = id.rsplit(':').next().unwrap_or_default();
        uuid_of(last).map_or(Self::Text(last), Self::Uuid)
    }
}

/// The UUID whose text in lower case, with hyphens, this is.
fn uuid_of(text: &str) -> Option<u128> {
    let uuid = Uuid::try_parse(text).ok()?;
    let is_same = uuid
        .as_hyphenated()
        .encode_lower(&mut Uuid::encode_buffer())
        == text;
    is_same.then(|| uuid.as_u128())
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
            test_case: self.test_case.clone(),
            is_express: self.is_express,
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
        Self::of(Texts { id, name })
    }

    /// Of an execution whose ARN is a prefix that ends with a colon, and its name, which has none.
    pub(crate) fn ending(prefix: &str, name: &str) -> Self {
        Self::of(Texts {
            id: [prefix, name].concat().into(),
            name: Name::Last,
        })
    }

    fn of(texts: Texts) -> Self {
        Self {
            texts: Box::new(texts).into(),
            drawn: 0,
        }
    }

    /// Of an execution whose ARN is the machine's prefix with the next UUID of a stream, which is its name, or with the next two for an
    /// Express execution.
    pub(crate) fn drawn(entropy: &Entropy) -> Self {
        Self {
            texts: OnceLock::new(),
            drawn: entropy.state(),
        }
    }

    /// The texts, where drawn ones are of this machine.
    fn texts(&self, machine: &MachineInfo) -> &Texts {
        self.texts
            .get_or_init(|| Box::new(self.made_texts(machine)))
    }

    fn made_texts(&self, machine: &MachineInfo) -> Texts {
        let entropy = Entropy::new(self.drawn);
        let (prefix, name) = (&*machine.prefix, entropy.uuid());
        match machine.is_express {
            true => Texts {
                id: [prefix, &name, ":", &entropy.uuid()].concat().into(),
                name: Name::BeforeLast,
            },
            false => Texts {
                id: [prefix, &name].concat().into(),
                name: Name::Last,
            },
        }
    }

    /// The ARN.
    pub(crate) fn id(&self, machine: &MachineInfo) -> &SmolStr {
        &self.texts(machine).id
    }

    /// The same, which is not kept where it was not asked for before.
    pub(crate) fn to_id(&self, machine: &MachineInfo) -> SmolStr {
        match self.texts.get() {
            Some(texts) => texts.id.clone(),
            None => self.made_texts(machine).id,
        }
    }

    /// The name.
    pub(crate) fn name(&self, machine: &MachineInfo) -> &str {
        let texts = self.texts(machine);
        let part = |place| texts.id.rsplit(':').nth(place).unwrap_or_default();
        match &texts.name {
            Name::Own(name) => name,
            Name::Last => part(0),
            Name::BeforeLast => part(1),
        }
    }

    /// The key of the ARN.
    fn key(&self, machine: &MachineInfo) -> NameKey<'_> {
        match self.texts.get() {
            Some(texts) => NameKey::of(&texts.id),
            None => {
                let entropy = Entropy::new(self.drawn);
                if machine.is_express {
                    entropy.next_uuid();
                }
                NameKey::Uuid(entropy.next_uuid().as_u128())
            }
        }
    }

    /// Whether this is the ARN.
    fn is(&self, machine: &MachineInfo, id: &str) -> bool {
        match self.texts.get() {
            Some(texts) => texts.id == id,
            None => {
                // One that has the same end is as good as never another.
                NameKey::of(id) == self.key(machine) && self.made_texts(machine).id == id
            }
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
        self.names.name(&self.machine)
    }

    /// The same for a log: a name that was drawn is made where it is written down.
    pub(crate) fn shown_name(&self) -> impl fmt::Display {
        ShownName(self)
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
        let count = self.redriven.as_ref().map_or(0, |redriven| redriven.count);
        self.counts_redrives.then_some(count)
    }

    /// When it was redriven last.
    pub fn redriven(&self) -> Option<Timestamp> {
        self.redriven.as_ref().map(|redriven| redriven.at)
    }

    /// The same, redriven.
    pub(crate) fn redriven_at(&self, at: Timestamp) -> Self {
        let before = self.redriven.as_ref().map_or(0, |redriven| redriven.count);
        let count = before.saturating_add(1);
        Self {
            redriven: Some(Box::new(Redriven { count, at })),
            ..self.clone()
        }
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
        self.names.id(&self.machine)
    }

    /// The ARN of the execution at the top, to be shared.
    pub(crate) fn root_arn(&self) -> &SmolStr {
        self.root.as_deref().unwrap_or_else(|| self.arn())
    }

    /// The ARN for somebody who keeps it.
    pub(crate) fn to_arn(&self) -> SmolStr {
        self.names.to_id(&self.machine)
    }

    /// The key of the ARN.
    pub(crate) fn name_key(&self) -> NameKey<'_> {
        self.names.key(&self.machine)
    }

    /// Whether this is the ARN.
    pub(crate) fn has_arn(&self, id: &str) -> bool {
        self.names.is(&self.machine, id)
    }

    /// Whether both have the same ARN.
    pub(crate) fn is_namesake_of(&self, other: &Self) -> bool {
        self.name_key() == other.name_key() && self.has_arn(&other.to_arn())
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

struct ShownName<'a>(&'a ExecutionInfo);

impl fmt::Display for ShownName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name())
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
    test_case: Option<SmolStr>,
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
            redrive_count: self.redrive_count(),
            redriven: self.redriven(),
            depth: self.depth,
            origin: machine.origin.clone(),
            test_case: machine.test_case.clone(),
        };
        kept.write(to);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Damaged> {
        let kept = Kept::read(from)?;
        Ok(Self {
            root: Some(kept.root)
                .filter(|root| *root != kept.id)
                .map(Box::new),
            names: Names::new(kept.id, kept.name),
            machine: Arc::new(MachineInfo {
                id: kept.machine_id,
                name: kept.machine_name,
                role_arn: kept.role_arn,
                prefix: SmolStr::default(),
                origin: kept.origin,
                test_case: kept.test_case,
                is_express: false,
            }),
            started: kept.started,
            input: kept.input,
            counts_redrives: kept.redrive_count.is_some(),
            redriven: kept.redriven.map(|at| {
                let count = kept.redrive_count.unwrap_or_default();
                Box::new(Redriven { count, at })
            }),
            depth: kept.depth,
        })
    }
}

record!(struct Kept {
    id, root, name, role_arn, machine_id, machine_name, started, input, redrive_count, redriven, depth, origin, test_case,
});
record!(struct Origin { revision, version, alias, trace, input });

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn machine(prefix: &str, is_express: bool) -> MachineInfo {
        MachineInfo {
            id: SmolStr::default(),
            name: SmolStr::default(),
            role_arn: SmolStr::default(),
            prefix: prefix.into(),
            origin: None,
            test_case: None,
            is_express,
        }
    }

    proptest! {
        /// Whatever an ARN and a name are, both are what they were.
        #[test]
        fn names_are_what_they_were_given(id in "[a:é]{0,12}", name in "[a:é]{0,4}") {
            let names = Names::new(id.as_str(), name.as_str());
            let machine = machine("", false);
            prop_assert_eq!(names.id(&machine), &id);
            prop_assert_eq!(names.name(&machine), name);
            prop_assert_eq!(names.key(&machine), NameKey::of(&id));
            prop_assert!(names.is(&machine, &id));
        }

        /// An ARN that is made of a name ends with it.
        #[test]
        fn an_arn_ends_with_its_name(prefix in "[a:é]{0,12}", name in "[aé-]{0,4}") {
            let names = Names::ending(&format!("{prefix}:"), &name);
            let machine = machine("", false);
            prop_assert_eq!(names.id(&machine), &format!("{prefix}:{name}"));
            prop_assert_eq!(names.name(&machine), name);
        }

        /// Names that are made later are those of the stream's next UUIDs, and are found by their texts before they are made.
        #[test]
        fn drawn_names_are_those_of_the_stream(state in any::<u64>(), is_express in any::<bool>()) {
            let names = Names::drawn(&Entropy::new(state));
            let entropy = Entropy::new(state);
            let (name, unique) = (entropy.uuid(), entropy.uuid());
            let machine = machine("arn:m:", is_express);
            let id = match is_express {
                true => format!("arn:m:{name}:{unique}"),
                false => format!("arn:m:{name}"),
            };
            prop_assert_eq!(names.key(&machine), NameKey::of(&id));
            prop_assert!(names.is(&machine, &id));
            prop_assert!(!names.is(&machine, &id.replace("arn", "ARN")));
            prop_assert!(!names.is(&machine, &id.to_uppercase()));
            prop_assert!(names.texts.get().is_none());
            prop_assert_eq!(names.name(&machine), &name);
            prop_assert_eq!(names.id(&machine), &id);
        }
    }

    #[test]
    fn only_the_text_of_a_uuid_in_lower_case_is_its_key() {
        let text = "0198c5a2-0000-4000-8000-00000000abcd";
        assert!(matches!(
            NameKey::of(&format!("a:{text}")),
            NameKey::Uuid(_)
        ));
        for other in [
            text.to_uppercase(),
            text.replace('-', ""),
            format!("{{{text}}}"),
        ] {
            assert_eq!(NameKey::of(&other), NameKey::Text(&other));
        }
    }
}
