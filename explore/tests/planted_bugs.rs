//! Definitions with a bug on a rare path, and the same corrected: each file in `planted` has both.

use std::collections::BTreeMap;
use std::path::Path;

use stepwright_asl::json::{Json, Object};
use stepwright_asl::yaml::Format;
use stepwright_asl::{MachineType, StateMachine};
use stepwright_explore::{NestedMachine, PathStep, Report, Settings, explore};

/// A file of the folder `planted`.
struct PlantedBug {
    name: String,
    /// The name of the finding.
    finding: String,
    /// The faults of its path.
    faults: u32,
    /// The states whose calls end on its path, in their order.
    calls: Vec<String>,
    settings: Json,
    correct: Definitions,
    broken: Definitions,
}

/// A definition, and those that it starts.
struct Definitions {
    machine: Json,
    nested: Vec<(String, Json)>,
}

fn planted() -> Vec<PlantedBug> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/planted");
    let files = std::fs::read_dir(folder).expect("the folder exists");
    let mut planted: Vec<PlantedBug> = files
        .map(|file| {
            let path = file.expect("a file").path();
            let text = std::fs::read_to_string(&path).expect("the file is readable");
            let document = Format::Yaml.parse(&text).expect("the file is YAML");
            let json = document.json();
            let part = |name: &str| {
                json.get(name)
                    .cloned()
                    .unwrap_or_else(|| panic!("{path:?} has `{name}`"))
            };
            let machine = part("correct");
            let mut broken_machine = machine.clone();
            merge(&mut broken_machine, &part("broken"));
            let nested = json.get("nested").cloned().unwrap_or_default();
            let mut broken_nested = nested.clone();
            if let Some(patch) = json.get("brokenNested") {
                merge(&mut broken_nested, patch);
            }
            let definitions = |machine: Json, nested: &Json| Definitions {
                machine,
                nested: nested
                    .as_object()
                    .into_iter()
                    .flatten()
                    .map(|(name, json)| (name.clone(), json.clone()))
                    .collect(),
            };
            PlantedBug {
                name: path
                    .file_stem()
                    .expect("a name")
                    .to_string_lossy()
                    .into_owned(),
                finding: part("finding").as_str().expect("a name").to_owned(),
                faults: part("faults").as_i64().expect("a number") as u32,
                calls: part("calls")
                    .as_array()
                    .expect("a list")
                    .iter()
                    .map(|call| call.as_str().expect("a state").to_owned())
                    .collect(),
                settings: part("settings"),
                correct: definitions(machine, &nested),
                broken: definitions(broken_machine, &broken_nested),
            }
        })
        .collect();
    planted.sort_by(|left, right| left.name.cmp(&right.name));
    planted
}

/// Replaces members as a JSON merge patch does, but keeps what a member has next to the patch.
fn merge(json: &mut Json, patch: &Json) {
    let Some(patch) = patch.as_object() else {
        *json = patch.clone();
        return;
    };
    if json.as_object().is_none() {
        *json = Json::Object(Object::new());
    }
    let members = json.as_object_mut().expect("an object");
    for (name, value) in patch {
        match value {
            Json::Null => drop(members.shift_remove(name)),
            value => merge(members.entry(name.clone()).or_default(), value),
        }
    }
}

fn machine(definition: &Json) -> StateMachine {
    StateMachine::from_value(definition).expect("the definition is valid")
}

fn explored(definitions: &Definitions, settings: &Json, faults: u32) -> Report {
    let mut all = settings_of(definitions, settings);
    all.faults = faults;
    explore(&machine(&definitions.machine), &all).expect("the definition can run")
}

fn settings_of(definitions: &Definitions, settings: &Json) -> Settings {
    let mut all = Settings::new();
    all.add_file("settings.json", &settings.to_string())
        .expect("the settings are valid");
    let nested = definitions.nested.iter();
    all.nested = nested
        .map(|(name, definition)| NestedMachine {
            name: name.clone(),
            machine: machine(definition),
            machine_type: MachineType::Standard,
        })
        .collect();
    all
}

fn calls_of(steps: &[PathStep]) -> Vec<&str> {
    let calls = steps.iter().filter_map(|step| match step {
        PathStep::Succeed { state, .. }
        | PathStep::Fail { state, .. }
        | PathStep::Open { state, .. } => Some(state.as_str()),
        _ => None,
    });
    calls.collect()
}

#[test]
fn each_planted_bug_is_found_on_a_shortest_path() {
    let mut problems = BTreeMap::new();
    for bug in planted() {
        for faults in 0..=2 {
            let report = explored(&bug.broken, &bug.settings, faults);
            let names: Vec<&str> = report
                .findings()
                .iter()
                .map(|finding| finding.name())
                .collect();
            let is_within_bound =
                bug.faults <= faults && !(bug.finding == "state-not-reached" && faults == 0);
            let expected: &[&str] = if is_within_bound {
                &[&bug.finding]
            } else {
                &[]
            };
            if names != expected {
                problems.insert(
                    format!("{} with {faults} faults", bug.name),
                    report.to_string(),
                );
                continue;
            }
            for example in report
                .findings()
                .iter()
                .filter_map(|finding| finding.counterexample())
            {
                if (example.faults(), calls_of(example.steps()))
                    != (bug.faults, bug.calls.iter().map(String::as_str).collect())
                {
                    problems.insert(
                        format!("{} with {faults} faults", bug.name),
                        report.to_string(),
                    );
                }
            }
        }
    }
    assert!(problems.is_empty(), "{}", listed(&problems));
}

/// A property that observes the values of all events: then no value is left out of the comparison
/// of points.
const OBSERVES_ALL: &str =
    "properties: [{ name: all, always: { exited: '*', where: '{% true %}' } }]";

#[test]
fn findings_do_not_depend_on_the_values_that_are_left_out() {
    for bug in planted() {
        for definitions in [&bug.broken, &bug.correct] {
            let names = |observes_all: bool| {
                let mut settings = settings_of(definitions, &bug.settings);
                if observes_all {
                    settings
                        .add_file("p.yaml", OBSERVES_ALL)
                        .expect("the property is valid");
                }
                let machine = machine(&definitions.machine);
                let report = explore(&machine, &settings).expect("the definition can run");
                let findings = report.findings().iter().map(|finding| {
                    let example = finding.counterexample();
                    let faults = example.map(|example| example.faults());
                    (
                        finding.name().to_owned(),
                        finding.message().to_owned(),
                        faults,
                    )
                });
                findings.collect::<Vec<_>>()
            };
            assert_eq!(names(false), names(true), "{}", bug.name);
        }
    }
}

#[test]
fn a_corrected_definition_has_no_findings() {
    let mut problems = BTreeMap::new();
    for bug in planted() {
        for faults in 0..=3 {
            let report = explored(&bug.correct, &bug.settings, faults);
            if !report.findings().is_empty()
                || !report.notes().iter().all(|note| note.starts_with("after "))
            {
                problems.insert(
                    format!("{} with {faults} faults", bug.name),
                    report.to_string(),
                );
            }
        }
    }
    assert!(problems.is_empty(), "{}", listed(&problems));
}

fn listed(problems: &BTreeMap<String, String>) -> String {
    let texts = problems
        .iter()
        .map(|(name, report)| format!("=== {name}\n{report}"));
    texts.collect::<Vec<_>>().join("\n")
}
