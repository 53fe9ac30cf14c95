//! An example tool for many definitions, in JSON and in YAML. It adds a timeout to each Task
//! without one and changes no other byte, reports the effects, lists the called resources, draws
//! the definition to a file next to it, and checks custom rules:
//! `cargo run -p stepwright-diagram --example fleet -- definitions/*.asl.*`

use std::{env, error::Error, fs, path::Path};

use stepwright_asl::diff::Diff;
use stepwright_asl::edit::{EditError, Editor};
use stepwright_asl::graph::Graph;
use stepwright_asl::model::{MachineType::Standard, StateKind};
use stepwright_asl::resource::ResourceKind;
use stepwright_asl::validate::{CustomRule, Diagnostic, Severity, StateView, Validator};
use stepwright_diagram::Diagram;

/// A custom rule: its id, its message about a state, and the predicate that selects the states.
struct Rule(&'static str, &'static str, fn(&StateView<'_>) -> bool);

const CAUGHT: Rule = Rule("FLEET001", "nothing catches its errors", |state| {
    let errors = state.machine().graph().uncaught().into_iter();
    let mut own = errors.filter(|error| error.state == state.number());
    state.kind() == Some(StateKind::Task) && own.any(|error| error.error().is_none())
});

const INTEGRATED: Rule = Rule("FLEET002", "not called by `lambda:invoke`", |state| {
    let resource = state.resource();
    resource.is_some_and(|resource| resource.kind() == ResourceKind::Lambda)
});

impl CustomRule for Rule {
    fn id(&self) -> &'static str {
        self.0
    }

    fn check_state(&self, state: &StateView<'_>, diagnostics: &mut Vec<Diagnostic>) {
        if self.2(state) {
            diagnostics.push(Diagnostic::new(self.0, Severity::Error, self.1).at(state.pointer()));
        }
    }
}

/// Adds a timeout to each Task without one. It is inserted before another member, so that no
/// previous line needs a comma.
fn add_timeouts(editor: &mut Editor) -> Result<(), EditError> {
    let definition = editor.document().json().clone();
    for state in Graph::of(&definition).states() {
        let has = |field: &&str| state.object.contains_key(*field);
        let has_timeout = has(&"TimeoutSeconds") || has(&"TimeoutSecondsPath");
        if state.kind == Some(StateKind::Task) && !has_timeout {
            let next = ["Next", "End"].into_iter().find(has).unwrap_or("Type");
            editor.insert_before(&format!("{}/TimeoutSeconds", state.pointer), next, 300)?;
        }
    }
    Ok(())
}

/// Processes one file.
pub(crate) fn tend(file: &Path) -> Result<(), Box<dyn Error>> {
    let mut editor = Editor::parse_yaml(&fs::read_to_string(file)?)?;
    let old = editor.document().clone();
    add_timeouts(&mut editor)?;
    let new = editor.document();
    fs::write(file, new.source())?;
    fs::write(file.with_extension("svg"), Diagram::of(new).to_svg())?;
    println!("{}:\n{}", file.display(), Diff::of(&old, new));
    for state in Graph::of(new.json()).states() {
        if let Some(resource) = state.object.get("Resource") {
            println!("{} calls {resource}", state.pointer);
        }
    }
    let rules = Validator::new(Standard).with_rule(CAUGHT)?;
    println!("{}", rules.with_rule(INTEGRATED)?.check(new));
    Ok(())
}

fn main() -> Result<(), String> {
    for file in env::args_os().skip(1) {
        let file = Path::new(&file);
        tend(file).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    Ok(())
}
