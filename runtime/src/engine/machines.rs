use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::{ArcSwap, Guard};
use indexmap::IndexMap;
use smol_str::SmolStr;
use stepwright_asl::model::MachineType;
use stepwright_asl::placeholder::fill;

use super::handlers::Handlers;
use super::input::CheckInput;
use super::registry::PendingMachine;
use crate::execution_info::MachineInfo;
use crate::program::Program;
use crate::query::digest::sha256;
use crate::task::{DefinedState, ResourceKind};

/// One version of a state machine. Executions go on with the version that they started with.
#[derive(Clone)]
pub(super) struct Machine {
    /// What it is to its executions.
    pub(super) info: Arc<MachineInfo>,
    /// The definition, with the values of its placeholders.
    pub(super) text: Arc<str>,
    /// SHA-256 of the text.
    pub(super) hash: SmolStr,
    pub(super) program: Arc<Program>,
    /// Whether an input is one of the workflow's type, where it has one.
    pub(super) check_input: Option<CheckInput>,
}

/// A state machine in its newest version, as DescribeStateMachine tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MachineDescription {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// Standard or Express.
    pub machine_type: MachineType,
    /// The definition, with the values of its placeholders.
    pub definition: String,
    /// SHA-256 of the definition, in hexadecimal digits: the same in each engine that has this version.
    pub hash: String,
}

impl MachineDescription {
    /// The ARN of the Standard execution of this machine that has this name, as [`Engine::execution`](crate::Engine::execution) takes it. It says
    /// nothing about whether there is one.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use serde_json::json;
    /// use stepwright_runtime::{Engine, MachineType, StartOptions};
    ///
    /// let text = r#"{"StartAt": "Greet", "States": {"Greet": {"Type": "Pass", "End": true}}}"#;
    /// let engine = Engine::builder().definition_json("greet", text, MachineType::Standard).build()?;
    /// let run = engine.start_machine("greet", json!({}), StartOptions::new().name("Ada")).await?;
    /// let machine = engine.machine("greet").expect("it is there");
    /// assert_eq!(machine.execution_arn("Ada"), run.id());
    /// # Ok(()) }
    /// ```
    pub fn execution_arn(&self, name: &str) -> String {
        let arn = self.arn.replacen(":stateMachine:", ":execution:", 1);
        format!("{arn}:{name}")
    }
}

impl Machine {
    pub(super) fn describe(&self) -> MachineDescription {
        MachineDescription {
            name: self.info.name.to_string(),
            arn: self.info.id.to_string(),
            machine_type: self.program.entry().machine_type,
            definition: self.text.to_string(),
            hash: self.hash.to_string(),
        }
    }
}

/// What a definition is compiled with.
pub(super) struct Setting {
    pub(super) region: String,
    pub(super) account: String,
    /// The role that executions run under, where they are started with no other.
    pub(super) role: SmolStr,
    /// The values of placeholders.
    pub(super) substitutions: HashMap<String, String>,
    /// Which resources are activities or functions.
    pub(super) families: IndexMap<String, ResourceKind>,
    pub(super) handlers: Handlers,
}

impl Setting {
    /// Compiles a definition.
    ///
    /// # Errors
    ///
    /// All that is wrong with it, a sentence each.
    pub(super) fn compile(
        &self,
        name: &str,
        pending: &PendingMachine,
    ) -> Result<Machine, Vec<String>> {
        let value = |name: &str| self.substitutions.get(name).cloned();
        let filled = fill(&pending.machine, pending.addresses.as_ref(), &value).map_err(|findings| {
            vec![format!(
                "state machine `{name}`: a field does not take its placeholder's value: {findings}"
            )]
        })?;
        let compiled = Program::compile(&filled.machine, pending.machine_type, &self.families);
        let mut program = compiled.map_err(|error| {
            let problems = error.problems().iter();
            let problems = problems.map(|problem| format!("state machine `{name}`: {problem}"));
            problems.collect::<Vec<_>>()
        })?;
        if pending.addresses.is_some() {
            program.lacks(&filled.missing);
        }
        program.resolve(|resource, target| self.handlers.resolve(resource, target));
        let text = filled.machine.to_json();
        let executions = match pending.machine_type {
            MachineType::Express => "express",
            MachineType::Standard => "execution",
        };
        Ok(Machine {
            info: Arc::new(MachineInfo {
                id: self.arn("stateMachine", name),
                name: name.into(),
                role_arn: self.role.clone(),
                prefix: self.arn(executions, &format!("{name}:")),
                origin: None,
                is_express: pending.machine_type == MachineType::Express,
            }),
            hash: sha256(text.as_bytes()).into(),
            text: text.into(),
            program: Arc::new(program),
            check_input: pending.check_input,
        })
    }

    pub(super) fn arn(&self, kind: &str, name: &str) -> SmolStr {
        format!(
            "arn:aws:states:{}:{}:{kind}:{name}",
            self.region, self.account
        )
        .into()
    }
}

/// The state machines of an engine. They are read with each start, and that shares nothing that threads would wait for.
pub(super) struct Machines {
    newest: ArcSwap<Newest>,
}

/// State machines, of which one is chosen each time, and the weight of each.
type Weighted = Arc<[(u32, Arc<Machine>)]>;

/// The state machines of an engine, each in its newest version.
#[derive(Clone, Default)]
pub(super) struct Newest {
    by_name: HashMap<SmolStr, Arc<Machine>>,
    /// Names by the text of StateMachineArn.
    by_target: Arc<HashMap<String, String>>,
    /// What the ARNs of versions and aliases stand for, and the weight of each.
    qualified: HashMap<SmolStr, Weighted>,
    /// The states of all of them.
    defined: Arc<[DefinedState]>,
}

impl Newest {
    fn put(&mut self, machines: impl IntoIterator<Item = Arc<Machine>>) {
        let named = machines.into_iter();
        self.by_name
            .extend(named.map(|machine| (machine.info.name.clone(), machine)));
        let machines = self.by_name.values();
        let states = machines.flat_map(|machine| machine.program.defined(&machine.info.name));
        self.defined = states.collect();
    }

    /// The machine of a name, an ARN or a workflow's placeholder.
    pub(super) fn find(&self, text: &str) -> Option<&Arc<Machine>> {
        let of_name = |name: &str| self.by_name.get(name);
        of_name(text)
            .or_else(|| of_name(self.by_target.get(text)?))
            .or_else(|| {
                let (_, name) = text.split_once(":stateMachine:")?;
                of_name(name.split(':').next()?)
            })
    }
}

impl Machines {
    pub(super) fn new(machines: Vec<Machine>, by_target: HashMap<String, String>) -> Self {
        let mut newest = Newest {
            by_target: Arc::new(by_target),
            ..Newest::default()
        };
        newest.put(machines.into_iter().map(Arc::new));
        Self {
            newest: ArcSwap::from_pointee(newest),
        }
    }

    /// All of them as they are now.
    pub(super) fn newest(&self) -> Guard<Arc<Newest>> {
        self.newest.load()
    }

    /// The machine of a name, an ARN or a workflow's placeholder.
    pub(super) fn find(&self, text: &str) -> Option<Arc<Machine>> {
        self.newest().find(text).cloned()
    }

    /// Adds a machine, or a new version of one.
    pub(super) fn put(&self, machine: Arc<Machine>) {
        self.newest.rcu(|before| {
            let mut newest = Newest::clone(before);
            newest.put([machine.clone()]);
            newest
        });
    }

    /// Forgets a machine. Gives whether it was there.
    pub(super) fn remove(&self, name: &str) -> bool {
        let before = self.newest.rcu(|before| {
            let mut newest = Newest::clone(before);
            newest.by_name.remove(name);
            let prefix = format!(":stateMachine:{name}:");
            newest.qualified.retain(|arn, _| !arn.contains(&prefix));
            newest.put([]);
            newest
        });
        before.by_name.contains_key(name)
    }

    /// What the ARN of a version or an alias stands for: machines, and the weight of each; none when there is no such one any more.
    #[cfg(feature = "serve")]
    pub(super) fn qualify(&self, arn: &str, machines: Weighted) {
        self.newest.rcu(|before| {
            let mut newest = Newest::clone(before);
            match machines.is_empty() {
                true => newest.qualified.remove(arn),
                false => newest.qualified.insert(arn.into(), machines.clone()),
            };
            newest
        });
    }

    /// The machine that the ARN of a version or an alias stands for this time; `chance` is a random number.
    pub(super) fn qualified(
        &self,
        arn: &str,
        chance: impl FnOnce() -> u64,
    ) -> Option<Arc<Machine>> {
        let newest = self.newest();
        let machines = newest.qualified.get(arn)?;
        let all: u64 = machines.iter().map(|(weight, _)| u64::from(*weight)).sum();
        let mut left = if all == 0 { 0 } else { chance() % all };
        let mut chosen = machines
            .iter()
            .filter(|(weight, _)| *weight > 0 || all == 0);
        let found = chosen.find(|(weight, _)| {
            let weight = u64::from(*weight);
            let is_it = left < weight || all == 0;
            left = left.saturating_sub(weight);
            is_it
        });
        found.map(|(_, machine)| machine.clone())
    }

    /// The states that sources of answers are held against.
    pub(super) fn defined(&self) -> Arc<[DefinedState]> {
        self.newest().defined.clone()
    }

    pub(super) fn names(&self) -> Vec<SmolStr> {
        let mut names: Vec<_> = self.newest().by_name.keys().cloned().collect();
        names.sort_unstable();
        names
    }
}
