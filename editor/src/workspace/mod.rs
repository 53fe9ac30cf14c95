//! The state machines of a workspace, and the calls between them.

mod machine;
mod machine_name;
mod machine_site;
mod project;

use std::collections::BTreeMap;
use std::ops::Range;

use crate::Document;
use crate::value_shape::{NestedOutputs, ValueShape};

use machine::{Machine, machines_of};
use machine_name::{CalledMachine, key_of};

pub use machine_site::MachineSite;
pub use project::{NestedStart, ProjectMachine};

/// The state machines in the files of a workspace.
///
/// A Task calls a state machine by the name of its file, by its logical id in a template, or by its
/// name. A placeholder such as `${RefundArn}` is the machine `refund`, unless the
/// `DefinitionSubstitutions` of the template name another one.
///
/// ```
/// use stepwright_editor::{Document, WorkspaceMachines};
///
/// let refund = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": {"id": 1}, "End": true}}}"#;
/// let order = r#"{"StartAt": "A", "States": {"A": {"Type": "Task", "End": true,
///   "Resource": "arn:aws:states:::states:startExecution.sync:2", "Parameters": {"StateMachineArn": "${RefundArn}"}}}}"#;
/// let mut machines = WorkspaceMachines::default();
/// let order = Document::open("order.asl.json", order, 1);
/// machines.update(&Document::open("refund.asl.json", refund, 1));
/// machines.update(&order);
/// let called = machines.declarations(&order, order.text().find("Refund").unwrap());
/// assert_eq!(called[0].file, "refund.asl.json");
/// ```
#[derive(Debug, Clone, Default)]
pub struct WorkspaceMachines {
    /// The machines by the name of their file.
    files: BTreeMap<String, Vec<Machine>>,
}

impl WorkspaceMachines {
    /// Reads the machines of a file again.
    pub fn update(&mut self, document: &Document) {
        let machines = machines_of(document);
        if machines.is_empty() {
            self.remove(document.name())
        } else {
            self.files.insert(document.name().to_owned(), machines);
        }
    }

    /// Forgets the machines of a file.
    pub fn remove(&mut self, file: &str) {
        self.files.remove(file);
    }

    /// The declarations of the machine that the call at an offset names: definitions, and the
    /// resources of templates that name their files.
    pub fn declarations(&self, document: &Document, offset: usize) -> Vec<MachineSite> {
        let called = self.called_at(document, offset);
        let called = called.into_iter().flatten();
        called.map(|(file, machine)| machine.site(file)).collect()
    }

    /// The declarations and calls of the machine that is declared or called at an offset.
    pub fn references(&self, document: &Document, offset: usize) -> Vec<MachineSite> {
        let declared = || {
            let mut own = self.files.get(document.name())?.iter();
            let machine = own.find(|one| touches(&one.declaration, offset))?;
            Some(self.named(document.name(), &machine.keys))
        };
        let Some(machines) = self.called_at(document, offset).or_else(declared) else {
            return Vec::new();
        };
        let mut sites: Vec<MachineSite> = machines
            .iter()
            .map(|(file, machine)| machine.site(file))
            .collect();
        for (file, callers) in &self.files {
            for (caller, call) in callers
                .iter()
                .flat_map(|one| one.calls.iter().map(move |call| (one, call)))
            {
                let called = self.called(file, caller.name.as_deref(), &call.machine);
                let is_same = |(file, one): &(&str, &Machine)| {
                    machines
                        .iter()
                        .any(|(other_file, other)| file == other_file && std::ptr::eq(*one, *other))
                };
                if called.iter().any(is_same) {
                    sites.push(MachineSite {
                        file: file.clone(),
                        range: call.range.clone(),
                        is_declaration: false,
                    });
                }
            }
        }
        sites
    }

    /// The machines that the call at an offset may mean; `None` if there is no call.
    fn called_at(&self, document: &Document, offset: usize) -> Option<Vec<(&str, &Machine)>> {
        let machines = self.files.get(document.name())?;
        machines.iter().find_map(|caller| {
            let mut calls = caller.calls.iter();
            let call = calls.find(|call| touches(&call.range, offset))?;
            Some(self.called(document.name(), caller.name.as_deref(), &call.machine))
        })
    }

    /// The machines that a name in a definition may mean.
    fn called(
        &self,
        file: &str,
        name: Option<&str>,
        called: &CalledMachine,
    ) -> Vec<(&str, &Machine)> {
        if let CalledMachine::Placeholder(placeholder) = called
            && let Some((template, key)) = self.substitution(file, name, placeholder)
        {
            return self.named(template, std::slice::from_ref(key));
        }
        self.named(file, &[key_of(called.name())])
    }

    /// The value that a template has for a placeholder of a definition, with the template.
    fn substitution(
        &self,
        file: &str,
        name: Option<&str>,
        placeholder: &str,
    ) -> Option<(&str, &String)> {
        self.files.iter().find_map(|(template, machines)| {
            let is_own = |one: &&Machine| match &one.definition_file {
                Some(path) => path == file && name.is_none(),
                None => template == file && one.name.as_deref() == name,
            };
            let mut own = machines.iter().filter(is_own);
            let value = own.find_map(|one| one.substitutions.get(placeholder))?;
            Some((template.as_str(), value))
        })
    }

    /// The machines with one of these keys. Those of the file itself have priority: other templates
    /// may have the same logical ids.
    fn named(&self, file: &str, keys: &[String]) -> Vec<(&str, &Machine)> {
        let has_key = |one: &Machine| one.keys.iter().any(|key| keys.contains(key));
        let all = || {
            let files = self.files.iter();
            files.flat_map(|(name, machines)| machines.iter().map(move |one| (name.as_str(), one)))
        };
        let mut found: Vec<(&str, &Machine)> = all()
            .filter(|(name, one)| *name == file && has_key(one))
            .collect();
        if found.is_empty() {
            found = all().filter(|(_, one)| has_key(one)).collect();
        }
        // The files that resources name as their definitions.
        let named_files: Vec<&String> = found
            .iter()
            .filter_map(|(_, one)| one.definition_file.as_ref())
            .collect();
        let is_new = |file: &str| !found.iter().any(|(other, _)| *other == file);
        let definitions: Vec<(&str, &Machine)> = all()
            .filter(|(name, _)| named_files.iter().any(|file| file == name) && is_new(name))
            .collect();
        found.extend(definitions);
        found
    }

    /// The machines that a definition calls.
    pub(crate) fn callees<'w>(&'w self, file: &'w str, name: Option<&'w str>) -> Callees<'w> {
        Callees {
            machines: self,
            file,
            name,
        }
    }
}

/// The machines that a definition calls.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Callees<'w> {
    machines: &'w WorkspaceMachines,
    /// The file and the name of the definition.
    file: &'w str,
    name: Option<&'w str>,
}

impl Callees<'_> {
    /// The errors that the machine with an ARN raises.
    pub(crate) fn errors(&self, arn: &str) -> Vec<String> {
        let called = self.called(arn).into_iter();
        let mut errors: Vec<String> = called.flat_map(|one| one.errors.clone()).collect();
        errors.sort();
        errors.dedup();
        errors
    }

    fn called(&self, arn: &str) -> Vec<&Machine> {
        let Some(called) = CalledMachine::of(arn) else {
            return Vec::new();
        };
        let found = self.machines.called(self.file, self.name, &called);
        found.into_iter().map(|(_, machine)| machine).collect()
    }
}

impl NestedOutputs for Callees<'_> {
    fn output(&self, arn: &str) -> Vec<ValueShape<'static>> {
        let mut called = self.called(arn).into_iter();
        let found = called.find(|one| one.definition_file.is_none());
        found.map_or_else(Vec::new, |one| one.output.clone())
    }
}

fn touches(range: &Range<usize>, offset: usize) -> bool {
    range.start <= offset && offset <= range.end
}
