//! The definitions that a definition starts: those that the arguments name, those of the same
//! template, and files of their names in the same folder.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use stepwright_asl::MachineType;
use stepwright_asl::json::Json;
use stepwright_asl::template;
use stepwright_asl::validate::Validator;
use stepwright_asl::words::quoted_or_none;
use stepwright_explore::{NestedMachine, started_machines};

use super::definition::LoadedDefinition;
use super::{embedded, input};
use crate::failure::Failure;

/// The endings of files with definitions, the usual ones first.
const ENDINGS: [&str; 6] = ["asl.json", "asl.yaml", "asl.yml", "json", "yaml", "yml"];

/// The definitions that a definition starts.
pub(crate) struct StartedDefinitions {
    pub(crate) machines: Vec<NestedMachine>,
    /// The files that were found without an argument, with the names of their state machines.
    pub(crate) found: Vec<(String, String)>,
    /// The names of state machines whose definitions are not at hand.
    pub(crate) missing: Vec<String>,
}

/// Reads the definitions that a definition starts, and those that these start. The executions of a
/// name that was given are those of its file.
///
/// # Errors
///
/// If a file that is given or found has no valid definition, or if a given name is not started.
pub(crate) fn started_definitions(
    path: &Path,
    (name, definition): (&str, &Json),
    given: &[(String, PathBuf)],
) -> Result<StartedDefinitions, Failure> {
    let (file, _) = embedded::split(path);
    let mut started = StartedDefinitions {
        machines: Vec::new(),
        found: Vec::new(),
        missing: Vec::new(),
    };
    let mut open: Vec<String> = started_machines(definition).into_iter().collect();
    let mut seen: BTreeSet<String> = [name.to_owned()].into();
    while let Some(name) = open.pop() {
        if !seen.insert(name.clone()) {
            continue;
        }
        let path = match given.iter().find(|(given, _)| *given == name) {
            Some((_, path)) => Some(path.clone()),
            None => found(&file, &name),
        };
        let Some(path) = path else {
            started.missing.push(name);
            continue;
        };
        if !given.iter().any(|(given, _)| *given == name) {
            started
                .found
                .push((name.clone(), path.display().to_string()));
        }
        let validator = Validator::new(MachineType::Standard);
        let loaded = LoadedDefinition::read(&path, &validator)?;
        let machine = loaded.runnable()?;
        open.extend(started_machines(&machine.to_value()));
        started.machines.push(NestedMachine {
            name,
            machine,
            machine_type: loaded.machine_type.unwrap_or(MachineType::Standard),
        });
    }
    match given.iter().find(|(given, _)| !seen.contains(given)) {
        None => Ok(started),
        Some((given, _)) => Err(Failure::Usage(format!(
            "--with {given}: the definition starts no state machine of this name; it starts {}",
            quoted_or_none(seen.iter().filter(|known| *known != name))
        ))),
    }
}

/// Returns the definition of a name that is at hand: a state machine of the same template, or a
/// file in the same folder.
fn found(file: &Path, name: &str) -> Option<PathBuf> {
    if file == Path::new("-") {
        return None;
    }
    if let Some(machine) = in_template(file, name) {
        return Some(PathBuf::from(format!("{}#{machine}", file.display())));
    }
    let folder = file.parent().unwrap_or(Path::new(""));
    // A name is no path.
    if name.contains(['/', '\\']) {
        return None;
    }
    let mut files = ENDINGS
        .iter()
        .map(|ending| folder.join(format!("{name}.{ending}")));
    // A link may lead out of the folder to which an agent is restricted.
    files.find(|path| path.symlink_metadata().is_ok_and(|found| found.is_file()))
}

/// Returns the state machine of a template that has a name, or to whose ARN the template sets the
/// placeholder of that name.
fn in_template(file: &Path, name: &str) -> Option<String> {
    let text = input::read(file).ok()?;
    let document = template::read(file, &text).ok()?;
    let machines = template::machines(&document)?;
    let is_machine = |name: &str| machines.iter().any(|machine| machine.name == name);
    if is_machine(name) {
        return Some(name.to_owned());
    }
    let resources = document.json().get("Resources").and_then(Json::as_object)?;
    let substitutions = resources.values().filter_map(|resource| {
        let properties = resource.get("Properties")?;
        properties.get("DefinitionSubstitutions")?.get(name)
    });
    let mut targets = substitutions.filter_map(|value| {
        let reference = value.get("Ref").and_then(Json::as_str);
        let attribute = value.get("Fn::GetAtt");
        let parts = attribute.and_then(Json::as_array);
        let first = parts.and_then(|parts| parts.first()?.as_str());
        let text = attribute.and_then(Json::as_str);
        let text = text.and_then(|text| text.split('.').next());
        reference.or(first).or(text)
    });
    let target = targets.find(|target| is_machine(target))?;
    Some(target.to_owned())
}
