//! The identity of an execution: its names, input, state machine, origin and redrives.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use smol_str::SmolStr;
use uuid::Uuid;

use crate::query::Entropy;
use crate::record::{DamagedRecord, Record, RecordReader, RecordWriter, record};
use crate::task::TraceContext;
use crate::timestamp::Timestamp;
use crate::value::Value;

/// The identity of an execution: the `Execution` and `StateMachine` of its context object.
#[derive(Clone)]
pub struct ExecutionInfo {
    /// The ARN and the name.
    pub names: Names,
    /// The root of the chain of executions that started it; `None` when it is the root itself.
    pub root: Option<Box<SmolStr>>,
    /// The state machine.
    pub machine: Arc<MachineInfo>,
    /// When it started.
    pub started: Timestamp,
    /// The input.
    pub input: Value,
    /// Whether the context object has its number of redrives.
    pub counts_redrives: bool,
    /// Its redrives, if there were any.
    pub redriven: Option<Box<RedriveInfo>>,
    /// How many ancestors wait for it.
    pub depth: u32,
}

/// The redrives of an execution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedriveInfo {
    /// Their number.
    count: u32,
    /// The time of the last one.
    at: Timestamp,
    /// The last ones that clients requested with a token, oldest first.
    tokens: Vec<RedriveToken>,
}

/// A redrive that a client requested with a token.
#[derive(Clone, Debug, PartialEq, Eq)]
struct RedriveToken {
    token: SmolStr,
    at: Timestamp,
}

/// How many client tokens of redrives an execution remembers, as AWS documents it.
const REDRIVE_TOKENS: usize = 10;

/// How long a client token of a redrive is valid, as AWS documents it.
const REDRIVE_TOKEN_TIME: Duration = Duration::from_secs(15 * 60);

/// Shared by the executions of a state machine.
#[derive(Clone, Debug)]
pub struct MachineInfo {
    /// The ARN.
    pub id: SmolStr,
    /// The name.
    pub name: SmolStr,
    /// The role of the executions.
    pub role_arn: SmolStr,
    /// The prefix of generated ARNs.
    pub prefix: SmolStr,
    /// Whether its executions are Express ones.
    pub is_express: bool,
    /// The origin of the executions, if a server starts them.
    pub origin: Option<Arc<Origin>>,
    /// The test case for their tasks: the state machine of the mock file, `#` and the case.
    pub test_case: Option<SmolStr>,
    /// The trace that the executions continue. Only executions of one trace share it.
    pub trace: Option<Arc<TraceContext>>,
}

/// The server's data of an execution, for DescribeExecution and DescribeStateMachineForExecution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The id of the state machine's revision.
    pub revision: SmolStr,
    /// The ARN of its version, if a version was started.
    pub version: Option<SmolStr>,
    /// The ARN of the alias that chose the version.
    pub alias: Option<SmolStr>,
    /// The trace header that came with the start.
    pub trace: Option<SmolStr>,
    /// The original text of the input, if it differs from the printed one.
    pub input: Option<Arc<str>>,
}

/// An execution's ARN and name. Generated names are stored as numbers of a random stream until
/// their texts are requested.
#[derive(Clone, Debug)]
pub struct Names {
    texts: OnceLock<Box<Texts>>,
    /// The state of the random stream from which the names are generated.
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
    /// A name that is not part of the ARN.
    Own(SmolStr),
    /// The last part of the ARN.
    Last,
    /// The part before the last one.
    BeforeLast,
}

/// The key of an execution in maps by ARN: equal ARNs have equal keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NameKey<'a> {
    /// The last part of the ARN is this UUID.
    Uuid(u128),
    /// The last part of the ARN is any other text.
    Text(&'a str),
}

impl<'a> NameKey<'a> {
    /// Returns the key for an ARN.
    pub fn of(id: &'a str) -> Self {
        let last = id.rsplit(':').next().unwrap_or_default();
        uuid_of(last).map_or(Self::Text(last), Self::Uuid)
    }
}

/// Parses a UUID in lower case, with hyphens.
fn uuid_of(text: &str) -> Option<u128> {
    let uuid = Uuid::try_parse(text).ok()?;
    let is_same = uuid
        .as_hyphenated()
        .encode_lower(&mut Uuid::encode_buffer())
        == text;
    is_same.then(|| uuid.as_u128())
}

impl ExecutionInfo {
    /// Creates the identity of an execution that no other execution started.
    pub fn new(machine: Arc<MachineInfo>, names: Names, input: Value, started: Timestamp) -> Self {
        Self {
            names,
            root: None,
            machine,
            started,
            input,
            counts_redrives: true,
            redriven: None,
            depth: 0,
        }
    }
}

impl MachineInfo {
    /// Creates a Standard state machine from its ARN, which ends with its name, and the prefix of
    /// the ARNs that are generated for its executions.
    pub fn new(id: impl Into<SmolStr>, prefix: impl Into<SmolStr>) -> Self {
        let id = id.into();
        Self {
            name: id.rsplit(':').next().unwrap_or_default().into(),
            id,
            role_arn: SmolStr::default(),
            prefix: prefix.into(),
            origin: None,
            test_case: None,
            trace: None,
            is_express: false,
        }
    }

    /// Returns a copy with another role, ARN or name.
    pub fn with_names(
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
            trace: self.trace.clone(),
            is_express: self.is_express,
        }
    }
}

impl Names {
    /// The names of an execution with this ARN.
    pub fn new(id: impl Into<SmolStr>, name: impl Into<SmolStr>) -> Self {
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

    /// The names of an execution whose ARN is a prefix that ends with a colon, and its name, which
    /// has no colon.
    pub fn with_prefix(prefix: &str, name: &str) -> Self {
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

    /// The names of an execution whose ARN is the machine's prefix and the next UUID of a stream,
    /// which is also its name. For an Express execution, the ARN has the next two UUIDs.
    pub fn generated(entropy: &Entropy) -> Self {
        Self {
            texts: OnceLock::new(),
            drawn: entropy.state(),
        }
    }

    /// Returns the texts; generated ones have the prefix of this machine.
    fn texts(&self, machine: &MachineInfo) -> &Texts {
        self.texts
            .get_or_init(|| Box::new(self.made_texts(machine)))
    }

    fn made_texts(&self, machine: &MachineInfo) -> Texts {
        let entropy = Entropy::new(self.drawn);
        let (prefix, name) = (&*machine.prefix, entropy.uuid());
        if machine.is_express {
            Texts {
                id: [prefix, &name, ":", &entropy.uuid()].concat().into(),
                name: Name::BeforeLast,
            }
        } else {
            Texts {
                id: [prefix, &name].concat().into(),
                name: Name::Last,
            }
        }
    }

    /// Returns the ARN.
    pub fn id(&self, machine: &MachineInfo) -> &SmolStr {
        &self.texts(machine).id
    }

    /// Returns the ARN without caching it.
    pub(crate) fn to_id(&self, machine: &MachineInfo) -> SmolStr {
        match self.texts.get() {
            Some(texts) => texts.id.clone(),
            None => self.made_texts(machine).id,
        }
    }

    /// Returns the name.
    pub fn name(&self, machine: &MachineInfo) -> &str {
        let texts = self.texts(machine);
        let part = |place| texts.id.rsplit(':').nth(place).unwrap_or_default();
        match &texts.name {
            Name::Own(name) => name,
            Name::Last => part(0),
            Name::BeforeLast => part(1),
        }
    }

    /// Returns the key of the ARN.
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
                // Compare the keys first, so that the text is rarely generated.
                NameKey::of(id) == self.key(machine) && self.made_texts(machine).id == id
            }
        }
    }
}

impl ExecutionInfo {
    /// Returns the execution's ARN, `$$.Execution.Id`.
    pub fn id(&self) -> &str {
        self.arn()
    }

    /// Returns the ARN of the root execution, which was started from outside: this one, or its
    /// first ancestor.
    pub fn root(&self) -> &str {
        self.root_arn()
    }

    /// Returns its name.
    pub fn name(&self) -> &str {
        self.names.name(&self.machine)
    }

    /// Returns its name for a log: a generated name is formatted only when it is written.
    pub fn shown_name(&self) -> impl fmt::Display {
        ShownName(self)
    }

    /// Returns its ARN for a log: a generated ARN is formatted only when it is written.
    pub fn shown_arn(&self) -> impl fmt::Display {
        ShownArn(self)
    }

    /// Returns its role.
    pub fn role_arn(&self) -> &str {
        &self.machine.role_arn
    }

    /// Returns the state machine's ARN, `$$.StateMachine.Id`.
    pub fn machine_id(&self) -> &str {
        &self.machine.id
    }

    /// Returns the state machine's name.
    pub fn machine_name(&self) -> &str {
        &self.machine.name
    }

    /// Returns when it started.
    pub fn started(&self) -> Timestamp {
        self.started
    }

    /// Returns its input.
    pub fn input(&self) -> &Value {
        &self.input
    }

    /// Returns how many times it was redriven; `None` for synchronous Express executions.
    pub fn redrive_count(&self) -> Option<u32> {
        let count = self.redriven.as_ref().map_or(0, |redriven| redriven.count);
        self.counts_redrives.then_some(count)
    }

    /// Returns when it was last redriven.
    pub fn redriven(&self) -> Option<Timestamp> {
        self.redriven.as_ref().map(|redriven| redriven.at)
    }

    /// Returns when a client redrove it with this token, if the token is still valid.
    pub fn redriven_with(&self, token: &str, now: Timestamp) -> Option<Timestamp> {
        let tokens = &self.redriven.as_ref()?.tokens;
        let known = tokens.iter().rev().find(|known| known.token == token)?;
        (now - known.at <= REDRIVE_TOKEN_TIME).then_some(known.at)
    }

    /// Returns a copy with one more redrive, which a client may have requested with a token.
    pub fn redriven_at(&self, at: Timestamp, token: Option<&str>) -> Self {
        let before = self.redriven.as_deref();
        let mut tokens = before.map_or_else(Vec::new, |before| before.tokens.clone());
        tokens.extend(token.map(|token| RedriveToken {
            token: token.into(),
            at,
        }));
        tokens.drain(..tokens.len().saturating_sub(REDRIVE_TOKENS));
        Self {
            redriven: Some(Box::new(RedriveInfo {
                count: before.map_or(0, |before| before.count).saturating_add(1),
                at,
                tokens,
            })),
            ..self.clone()
        }
    }

    /// Returns its origin, if a server started it.
    pub fn origin(&self) -> Option<&Origin> {
        self.machine.origin.as_deref()
    }

    /// Returns its position in a distributed trace, if its start was part of one.
    pub fn trace_context(&self) -> Option<&TraceContext> {
        self.machine.trace.as_deref()
    }

    /// Returns its input as JSON: the original text, if a server started it.
    pub fn input_text(&self) -> String {
        // Its nested executions have the same origin, but other inputs.
        let written = self.origin().filter(|_| self.root.is_none());
        match written.and_then(|origin| origin.input.as_ref()) {
            Some(text) => text.to_string(),
            None => self.input.to_text(),
        }
    }

    /// Returns the ARN as a shared text.
    pub fn arn(&self) -> &SmolStr {
        self.names.id(&self.machine)
    }

    /// Returns the ARN of the root execution as a shared text.
    pub fn root_arn(&self) -> &SmolStr {
        self.root.as_deref().unwrap_or_else(|| self.arn())
    }

    /// Returns the ARN for a caller that stores it.
    pub fn to_arn(&self) -> SmolStr {
        self.names.to_id(&self.machine)
    }

    /// Returns the key of the ARN.
    pub fn name_key(&self) -> NameKey<'_> {
        self.names.key(&self.machine)
    }

    /// Whether this is the ARN.
    pub fn has_arn(&self, id: &str) -> bool {
        self.names.is(&self.machine, id)
    }

    /// Whether both have the same ARN.
    pub fn is_namesake_of(&self, other: &Self) -> bool {
        self.name_key() == other.name_key() && self.has_arn(&other.to_arn())
    }

    /// Returns a copy for an Express execution that starts again.
    pub(crate) fn begun_anew(&self, now: Timestamp) -> Self {
        Self {
            started: now,
            ..self.clone()
        }
    }

    /// Returns the region in the execution's ARN.
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

struct ShownArn<'a>(&'a ExecutionInfo);

impl fmt::Display for ShownArn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.arn())
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

/// The stored fields of an [`ExecutionInfo`].
struct StoredInfo {
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
    redrive_tokens: Vec<RedriveToken>,
    depth: u32,
    origin: Option<Arc<Origin>>,
    test_case: Option<SmolStr>,
    trace: Option<StoredTrace>,
}

/// The stored fields of a [`TraceContext`].
struct StoredTrace {
    traceparent: String,
    tracestate: Option<String>,
}

impl StoredTrace {
    fn of(trace: &TraceContext) -> Self {
        Self {
            traceparent: trace.traceparent().to_owned(),
            tracestate: trace.tracestate().map(str::to_owned),
        }
    }

    fn into_context(self) -> Option<Arc<TraceContext>> {
        TraceContext::new(&self.traceparent, self.tracestate.as_deref()).map(Arc::new)
    }
}

impl Record for ExecutionInfo {
    fn write(&self, to: &mut RecordWriter) {
        let machine = &self.machine;
        let stored = StoredInfo {
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
            redrive_tokens: (self.redriven.as_ref())
                .map_or_else(Vec::new, |redriven| redriven.tokens.clone()),
            depth: self.depth,
            origin: machine.origin.clone(),
            test_case: machine.test_case.clone(),
            trace: machine.trace.as_deref().map(StoredTrace::of),
        };
        stored.write(to);
    }

    fn read(from: &mut RecordReader<'_>) -> Result<Self, DamagedRecord> {
        let stored = StoredInfo::read(from)?;
        Ok(Self {
            root: Some(stored.root)
                .filter(|root| *root != stored.id)
                .map(Box::new),
            names: Names::new(stored.id, stored.name),
            machine: Arc::new(MachineInfo {
                id: stored.machine_id,
                name: stored.machine_name,
                role_arn: stored.role_arn,
                prefix: SmolStr::default(),
                origin: stored.origin,
                test_case: stored.test_case,
                trace: stored.trace.and_then(StoredTrace::into_context),
                is_express: false,
            }),
            started: stored.started,
            input: stored.input,
            counts_redrives: stored.redrive_count.is_some(),
            redriven: stored.redriven.map(|at| {
                Box::new(RedriveInfo {
                    count: stored.redrive_count.unwrap_or_default(),
                    at,
                    tokens: stored.redrive_tokens,
                })
            }),
            depth: stored.depth,
        })
    }
}

record!(struct StoredInfo {
    1 => id, 2 => root, 3 => name, 4 => role_arn, 5 => machine_id, 6 => machine_name, 7 => started, 8 => input,
    9 => redrive_count, 10 => redriven, 11 => depth, 12 => origin, 13 => test_case,
    14 => trace, 15 => redrive_tokens,
});
record!(struct RedriveToken { 1 => token, 2 => at });
record!(struct StoredTrace { 1 => traceparent, 2 => tracestate });
record!(struct Origin { 1 => revision, 2 => version, 3 => alias, 4 => trace, 5 => input });

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::record::{ReadNodes, TEST_VERSION};

    fn machine(prefix: &str, is_express: bool) -> MachineInfo {
        MachineInfo {
            is_express,
            ..MachineInfo::new("", prefix)
        }
    }

    #[test]
    fn a_record_has_the_trace_of_the_execution() {
        let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        for trace in [
            None,
            TraceContext::new(parent, None),
            TraceContext::new(parent, Some("a=1")),
        ] {
            let about = ExecutionInfo {
                names: Names::new("arn:e", "e"),
                root: None,
                machine: Arc::new(MachineInfo {
                    trace: trace.clone().map(Arc::new),
                    ..machine("", false)
                }),
                started: Timestamp::default(),
                input: Value::Null,
                counts_redrives: true,
                redriven: None,
                depth: 0,
            };
            let mut record = RecordWriter::default();
            about.write(&mut record);
            let bytes = record.finish(TEST_VERSION);
            let reader = RecordReader::new(ReadNodes::default(), &bytes, TEST_VERSION);
            let read = ExecutionInfo::read(&mut reader.unwrap()).unwrap();
            assert_eq!(read.trace_context(), trace.as_ref());
        }
    }

    #[test]
    fn the_last_ten_tokens_of_redrives_are_known_for_fifteen_minutes() {
        let at = |minutes: u64| Timestamp::default() + Duration::from_secs(minutes * 60);
        let mut about = ExecutionInfo {
            names: Names::new("arn:e", "e"),
            root: None,
            machine: Arc::new(machine("", false)),
            started: Timestamp::default(),
            input: Value::Null,
            counts_redrives: true,
            redriven: None,
            depth: 0,
        };
        assert_eq!(about.redriven_with("t0", at(0)), None);
        for number in 0..11 {
            about = about.redriven_at(at(number), Some(&format!("t{number}")));
        }
        about = about.redriven_at(at(11), None);
        let mut record = RecordWriter::default();
        about.write(&mut record);
        let bytes = record.finish(TEST_VERSION);
        let reader = RecordReader::new(ReadNodes::default(), &bytes, TEST_VERSION);
        let about = ExecutionInfo::read(&mut reader.unwrap()).unwrap();
        assert_eq!(about.redrive_count(), Some(12));
        assert_eq!(about.redriven_with("t0", at(11)), None, "ten are later");
        assert_eq!(about.redriven_with("t1", at(16)), Some(at(1)));
        assert_eq!(about.redriven_with("t1", at(17)), None, "it is too old");
        assert_eq!(about.redriven_with("t10", at(16)), Some(at(10)));
        assert_eq!(about.redriven_with("t", at(11)), None);
    }

    proptest! {
        /// Any ARN and name are returned unchanged.
        #[test]
        fn explicit_names_are_returned_unchanged(id in "[a:é]{0,12}", name in "[a:é]{0,4}") {
            let names = Names::new(id.as_str(), name.as_str());
            let machine = machine("", false);
            prop_assert_eq!(names.id(&machine), &id);
            prop_assert_eq!(names.name(&machine), name);
            prop_assert_eq!(names.key(&machine), NameKey::of(&id));
            prop_assert!(names.is(&machine, &id));
        }

        /// An ARN that is built from a name ends with it.
        #[test]
        fn an_arn_ends_with_its_name(prefix in "[a:é]{0,12}", name in "[aé-]{0,4}") {
            let names = Names::with_prefix(&format!("{prefix}:"), &name);
            let machine = machine("", false);
            prop_assert_eq!(names.id(&machine), &format!("{prefix}:{name}"));
            prop_assert_eq!(names.name(&machine), name);
        }

        /// Generated names contain the next UUIDs of the stream, and can be found by their texts
        /// before these are generated.
        #[test]
        fn generated_names_follow_the_random_stream(state in any::<u64>(), is_express in any::<bool>()) {
            let names = Names::generated(&Entropy::new(state));
            let entropy = Entropy::new(state);
            let (name, unique) = (entropy.uuid(), entropy.uuid());
            let machine = machine("arn:m:", is_express);
            let id = if is_express {
                format!("arn:m:{name}:{unique}")
            } else {
                format!("arn:m:{name}")
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
    fn only_a_lower_case_uuid_becomes_a_uuid_key() {
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
