//! State machines: their versions, and the registry of an engine's builder.

pub(super) mod input;
mod machine_operations;
pub(super) mod registry;

use std::collections::HashMap;
use std::sync::Arc;

use indexmap::IndexMap;
use smol_str::SmolStr;
use stepwright_asl::model::MachineType;
use stepwright_asl::placeholder::fill;
use stepwright_asl::redaction::Redaction;
use stepwright_interpreter::MachineInfo;
use stepwright_interpreter::program::Program;
use stepwright_interpreter::query::digest::sha256;

use self::registry::PendingMachine;
use super::dispatch::handlers::Handlers;
use crate::machines::input::InputType;
use crate::statistics::EngineMeter;
use crate::task::{DefinedState, LinkedProgram, ResourceKind};

/// One version of a state machine. Executions continue with the version that they started with.
#[derive(Clone)]
pub(super) struct Machine {
    /// The information that its executions use.
    pub(super) info: Arc<MachineInfo>,
    /// The definition, with the values of its placeholders.
    pub(super) text: Arc<str>,
    /// SHA-256 of the text.
    pub(super) hash: SmolStr,
    pub(super) program: Arc<LinkedProgram>,
    /// The type of the workflow's input, where it has one.
    pub(super) input_type: Option<InputType>,
}

/// The newest version of a state machine, as DescribeStateMachine describes it.
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
    /// SHA-256 of the definition, in hexadecimal digits: the same in each engine that has this
    /// version.
    pub hash: String,
}

impl MachineDescription {
    /// Returns the ARN that a Standard execution of this machine has under this name, as
    /// [`Engine::execution`](crate::Engine::execution) takes it. It does not check that the
    /// execution exists.
    ///
    /// ```
    /// # extern crate stepwright_engine as stepwright_runtime;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use serde_json::json;
    /// use stepwright_runtime::{Engine, MachineType, StartOptions};
    ///
    /// let text = r#"{"StartAt": "Greet", "States": {"Greet": {"Type": "Pass", "End": true}}}"#;
    /// let engine = Engine::builder().register_json("greet", text, MachineType::Standard).build()?;
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

/// The settings for the compilation of definitions.
pub(super) struct CompileSettings {
    pub(super) region: String,
    pub(super) account: String,
    /// The role of executions that are started without another role.
    pub(super) role: SmolStr,
    /// The values of placeholders.
    pub(super) substitutions: HashMap<String, String>,
    /// Which resources are activities or functions.
    pub(super) families: IndexMap<String, ResourceKind>,
    pub(super) handlers: Handlers,
    /// The fields that messages mask, of all definitions.
    pub(super) redaction: Arc<Redaction>,
    /// Counts the executions of the state machines, and their tasks; `None` for a reader of a
    /// store, which runs none.
    pub(super) meter: Option<Arc<EngineMeter>>,
}

impl CompileSettings {
    /// Compiles a definition.
    ///
    /// # Errors
    ///
    /// All problems of the definition, one sentence each.
    pub(super) fn compile(
        &self,
        name: &str,
        pending: &PendingMachine,
    ) -> Result<Machine, Vec<String>> {
        self.compile_like(name, pending, None)
    }

    /// Compiles a definition that differs from `other` in some states. States with the same names
    /// expect the same types of answers, and lack the same values of placeholders.
    pub(super) fn compile_like(
        &self,
        name: &str,
        pending: &PendingMachine,
        other: Option<&Program>,
    ) -> Result<Machine, Vec<String>> {
        let value = |name: &str| self.substitutions.get(name).cloned();
        let filled = fill(&pending.machine, pending.addresses.as_ref(), &value).map_err(|diagnostics| {
            vec![format!(
                "state machine `{name}`: a field does not take its placeholder's value: {diagnostics}"
            )]
        })?;
        let compiled = Program::compile(&filled.machine, pending.machine_type, &self.families);
        let mut program = compiled.map_err(|error| {
            let problems = error.problems().iter();
            let problems = problems.map(|problem| format!("state machine `{name}`: {problem}"));
            problems.collect::<Vec<_>>()
        })?;
        if pending.addresses.is_some() {
            program.set_missing_values(&filled.missing);
        }
        program.expect_answers(&pending.answers);
        program.sources = pending.sources.clone();
        if let Some(other) = other {
            program.inherit(other);
        }
        let text: Arc<str> = filled.machine.to_json().into();
        program.redaction = self.redaction.clone();
        program.definition = Some(text.clone());
        let mut program = LinkedProgram::unlinked(Arc::new(program));
        program.resolve(|resource, target| self.handlers.resolve(resource, target));
        if let Some(meter) = &self.meter {
            program.count_with(meter, name);
        }
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
                test_case: None,
                trace: None,
                is_express: pending.machine_type == MachineType::Express,
            }),
            hash: sha256(text.as_bytes()).into(),
            text,
            program: Arc::new(program),
            input_type: pending.input_type,
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

/// The newest versions of an engine's state machines. Each start reads them, without a lock that
/// threads would wait for.
pub(super) struct Machines {
    by_name: papaya::HashMap<SmolStr, Arc<Machine>>,
    /// Names by the text of StateMachineArn.
    by_target: HashMap<String, String>,
    /// The machines behind the ARNs of versions and aliases, with their weights.
    qualified: papaya::HashMap<SmolStr, WeightedMachines>,
}

/// State machines with their weights. Each start chooses one of them.
type WeightedMachines = Arc<[(u32, Arc<Machine>)]>;

impl Machines {
    pub(super) fn new(machines: Vec<Machine>, by_target: HashMap<String, String>) -> Self {
        let named = machines.into_iter();
        Self {
            by_name: named
                .map(|machine| (machine.info.name.clone(), Arc::new(machine)))
                .collect(),
            by_target,
            qualified: papaya::HashMap::new(),
        }
    }

    /// Applies a function to the machine of a name, an ARN or a workflow's placeholder, without
    /// cloning its `Arc`.
    pub(super) fn look_up<T>(
        &self,
        text: &str,
        look: impl FnOnce(&Arc<Machine>) -> T,
    ) -> Option<T> {
        let machines = self.by_name.pin();
        let of_name = |name: &str| machines.get(name);
        let found = of_name(text)
            .or_else(|| of_name(self.by_target.get(text)?))
            .or_else(|| {
                let (_, name) = text.split_once(":stateMachine:")?;
                of_name(name.split(':').next()?)
            });
        found.map(look)
    }

    /// Returns the machine of a name, an ARN or a workflow's placeholder.
    pub(super) fn find(&self, text: &str) -> Option<Arc<Machine>> {
        self.look_up(text, Arc::clone)
    }

    /// Adds a machine, or a new version of an existing one.
    pub(super) fn put(&self, machine: Arc<Machine>) {
        self.by_name
            .pin()
            .insert(machine.info.name.clone(), machine);
    }

    /// Removes a machine. Returns whether it existed.
    pub(super) fn remove(&self, name: &str) -> bool {
        let prefix = format!(":stateMachine:{name}:");
        let qualified = self.qualified.pin();
        let of_it = qualified.keys().filter(|arn| arn.contains(&prefix));
        for arn in of_it {
            qualified.remove(arn);
        }
        self.by_name.pin().remove(name).is_some()
    }

    /// Sets the machines behind the ARN of a version or an alias, with their weights; no machines
    /// remove the ARN.
    pub(super) fn qualify(&self, arn: &str, machines: WeightedMachines) {
        let qualified = self.qualified.pin();
        if machines.is_empty() {
            qualified.remove(arn)
        } else {
            qualified.insert(arn.into(), machines)
        };
    }

    /// Chooses a machine for the ARN of a version or an alias; `chance` returns a random number.
    pub(super) fn qualified(
        &self,
        arn: &str,
        chance: impl FnOnce() -> u64,
    ) -> Option<Arc<Machine>> {
        let qualified = self.qualified.pin();
        let machines = qualified.get(arn)?;
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

    /// Returns the states against which sources of task results are checked.
    pub(super) fn defined(&self) -> Vec<DefinedState> {
        let machines = self.by_name.pin();
        let machines = machines.values();
        let states = machines.flat_map(|machine| machine.program.defined(&machine.info.name));
        states.collect()
    }

    pub(super) fn names(&self) -> Vec<SmolStr> {
        let mut names: Vec<_> = self.by_name.pin().keys().cloned().collect();
        names.sort_unstable();
        names
    }
}
