//! The page of all files: their state machines, and the executions that they start.

use maud::{Markup, PreEscaped, html};
use stepwright_diagram::{Diagram, MachineBox, MachineStart, StateLink, page_text};
use stepwright_editor::{NestedStart, ProjectMachine, WorkspaceMachines};

use crate::page;
use crate::studio_state::StudioState;

/// The state machines of all files of a studio.
pub(crate) struct Project {
    machines: Vec<ProjectMachine>,
    /// The address of each machine, relative to that of the studio.
    addresses: Vec<String>,
    /// The names of the machines. Each is unique.
    names: Vec<String>,
    /// The files without a definition that can be read.
    others: Vec<OtherFile>,
}

/// A file without a definition that can be read.
struct OtherFile {
    name: String,
    reason: String,
    /// The address of the file, if the studio can open it.
    address: Option<String>,
}

impl Project {
    /// Reads all files. An open file has the text of its page.
    pub(crate) fn of(studio: &StudioState) -> Project {
        let mut workspace = WorkspaceMachines::default();
        let mut others = Vec::new();
        for (index, file) in studio.files.iter().enumerate() {
            match studio.file(index) {
                Ok(open) => {
                    open.look_at_disk();
                    workspace.update(open.state().session.document());
                }
                Err(error) => others.push(OtherFile {
                    name: file.name.clone(),
                    reason: error.to_string(),
                    address: None,
                }),
            }
        }
        let machines = workspace.project();
        for file in &studio.files {
            let is_listed = machines.iter().any(|machine| machine.file == file.name)
                || others.iter().any(|other| other.name == file.name);
            if !is_listed {
                others.push(OtherFile {
                    name: file.name.clone(),
                    reason: "it contains no definition".to_owned(),
                    address: Some(file_address(&file.identity(), 0)),
                });
            }
        }
        let addresses = machines.iter().map(|machine| address(studio, machine));
        Project {
            addresses: addresses.collect(),
            names: unique_names(&machines),
            machines,
            others,
        }
    }

    /// The address of the machine that a state of a definition starts.
    pub(crate) fn child(&self, file: &str, definition: usize, state: &str) -> Option<&str> {
        let mut machines = self.machines.iter();
        let machine = machines.find(|one| one.file == file && one.definition == definition)?;
        let mut starts = machine.starts.iter();
        let target = starts.find(|start| start.state == state)?.targets.first()?;
        Some(&self.addresses[*target])
    }

    /// The picture. A machine is a link to its page, and a state that starts executions one to the
    /// page of the started machine.
    fn picture(&self) -> String {
        let boxes = self.machines.iter().enumerate().map(|(index, machine)| {
            let starts = machine.starts.iter().map(|start| MachineStart {
                state: start.state.clone(),
                called: start.called.clone(),
                targets: start.targets.clone(),
            });
            MachineBox {
                name: self.names[index].clone(),
                detail: count(machine.state_count),
                starts: starts.collect(),
            }
        });
        let boxes: Vec<MachineBox> = boxes.collect();
        Diagram::of_machines(&boxes).to_inline_svg(|name| self.link(name))
    }

    fn link(&self, name: &str) -> Option<StateLink> {
        let mut names = self.names.iter();
        if let Some(machine) = names.position(|own| own == name) {
            return Some(StateLink::new(&self.addresses[machine]));
        }
        let mut all = self.names.iter().zip(&self.machines);
        let start = all.find_map(|(own, machine)| {
            let state = name.strip_prefix(own)?.strip_prefix(": ")?;
            machine.starts.iter().find(|start| start.state == state)
        })?;
        let target = start.targets.first()?;
        Some(StateLink::new(&self.addresses[*target]))
    }

    pub(crate) fn render(&self) -> Markup {
        page::frame(
            "Project · Stepwright",
            &["viewer.js"],
            html! {
                header class="top" {
                    h1 { "Stepwright studio" }
                    span class="name" { (self.machines.len()) " state machines" }
                }
                main class="project" {
                    diagram-view id="project" fills map tabindex="0" role="group" aria-label="State machines"
                        hint="The wheel zooms, a drag moves. A click on a state machine opens it." {
                        (PreEscaped(self.picture()))
                    }
                    h2 { "State machines" }
                    ul {
                        @for (index, machine) in self.machines.iter().enumerate() {
                            li {
                                a href=(self.addresses[index]) { (self.names[index]) }
                                small { " " (machine.file) ", " (count(machine.state_count)) }
                                @if !machine.starts.is_empty() {
                                    ul { @for start in &machine.starts { li { (self.start(start)) } } }
                                }
                            }
                        }
                    }
                    @if !self.others.is_empty() {
                        h2 { "Other files" }
                        ul { @for other in &self.others {
                                li {
                                    @match &other.address {
                                        Some(address) => a href=(address) { (other.name) },
                                        None => (other.name),
                                    }
                                    ": " (PreEscaped(page_text(&other.reason)))
                                }
                            } }
                    }
                }
            },
        )
    }

    fn start(&self, start: &NestedStart) -> Markup {
        html! {
            (start.state) " starts "
            @for (index, target) in start.targets.iter().enumerate() {
                @if index > 0 { " or " }
                a href=(self.addresses[*target]) { (self.names[*target]) }
            }
            @if start.targets.is_empty() { code { (start.called) } ", which is not in these files" }
        }
    }
}

fn address(studio: &StudioState, machine: &ProjectMachine) -> String {
    let mut files = studio.files.iter();
    let file = files.find(|file| file.name == machine.file);
    let identity = file.map(|file| file.identity()).unwrap_or_default();
    file_address(&identity, machine.definition)
}

/// The address of a definition of a file, relative to that of the studio.
fn file_address(identity: &str, definition: usize) -> String {
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("file", identity)
        .append_pair("definition", &definition.to_string())
        .finish();
    format!("./?{query}")
}

/// The names of machines: that in the file or the name of the file, and both if several have it.
fn unique_names(machines: &[ProjectMachine]) -> Vec<String> {
    let short = |machine: &ProjectMachine| {
        let file = machine.file.rsplit(['/', '\\']).next().unwrap_or_default();
        let stem = file.split(".asl.").next().unwrap_or_default();
        machine.name.clone().unwrap_or_else(|| stem.to_owned())
    };
    let names: Vec<String> = machines.iter().map(short).collect();
    let full = names.iter().zip(machines).map(|(name, machine)| {
        match names.iter().filter(|other| *other == name).count() {
            1 => name.clone(),
            _ => format!("{name} ({}, {})", machine.file, machine.definition + 1),
        }
    });
    full.collect()
}

fn count(states: usize) -> String {
    match states {
        1 => "1 state".to_owned(),
        states => format!("{states} states"),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use stepwright_asl::MachineType;
    use stepwright_asl::validate::Validator;

    use super::*;
    use crate::file::StudioFile;

    #[test]
    fn a_file_without_a_definition_is_a_link() {
        let folder = tempfile::tempdir().expect("there is a folder");
        let machine = r#"{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}"#;
        let files = [("a.asl.json", machine), ("empty.asl.json", "")].map(|(name, text)| {
            let path = folder.path().join(name);
            fs::write(&path, text).expect("it is written");
            StudioFile {
                path,
                name: name.to_owned(),
                validator: Validator::new(MachineType::Standard),
            }
        });
        let empty = file_address(&files[1].identity(), 0);
        let studio = StudioState::of(files.into(), None, None);
        let page = Project::of(&studio).render().into_string();
        let link = empty.replace('&', "&amp;");
        let link = format!("<a href=\"{link}\">empty.asl.json</a>");
        assert!(page.contains(&link), "{page}");
    }
}
