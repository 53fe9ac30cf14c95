//! The fixes for definitions with one random fault.

use std::sync::OnceLock;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use stepwright_asl::fix::Safety;
use stepwright_asl::validate::{MachineType, Severity, Validator};
use stepwright_editor::{Document, EditorDiagnostic, TextEdit};

/// Definitions without errors.
fn valid() -> &'static [(MachineType, Value)] {
    static ALL: OnceLock<Vec<(MachineType, Value)>> = OnceLock::new();
    ALL.get_or_init(|| {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../asl/rules");
        let entries = folder.read_dir().expect("the folder can be read");
        let mut paths: Vec<_> = entries
            .map(|entry| entry.expect("the entry can be read").path())
            .filter(|path| path.to_string_lossy().ends_with(".fixed.json"))
            .collect();
        paths.sort();
        let files = paths.into_iter().filter_map(|path| {
            let text = std::fs::read_to_string(&path).expect("the file can be read");
            let machine_type = if path.to_string_lossy().contains(".express.") {
                MachineType::Express
            } else {
                MachineType::Standard
            };
            let found = Validator::new(machine_type).check_text(&text);
            let is_valid = found.errors().next().is_none();
            is_valid.then(|| (machine_type, serde_json::from_str(&text).expect("is JSON")))
        });
        files.collect()
    })
}

/// Pointers to all values inside of a value.
fn pointers(value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![(String::new(), value)];
    while let Some((pointer, value)) = open.pop() {
        let children: Vec<(String, &Value)> = match value {
            Value::Object(members) => members
                .iter()
                .map(|(key, value)| {
                    (
                        format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1")),
                        value,
                    )
                })
                .collect(),
            Value::Array(items) => items
                .iter()
                .enumerate()
                .map(|(at, item)| (format!("{pointer}/{at}"), item))
                .collect(),
            _ => Vec::new(),
        };
        found.extend(children.iter().map(|(pointer, _)| pointer.clone()));
        open.extend(children);
    }
    found
}

/// A change of one value.
#[derive(Debug, Clone)]
enum Fault {
    Remove,
    Replace(Value),
    RenameKey(String),
    /// The value of another pointer, such as the type of another state.
    CopyOf(prop::sample::Index),
    /// A further member.
    Add(String, Value),
}

fn fault() -> impl Strategy<Value = Fault> {
    let values = prop::sample::select(vec![
        json!(null),
        json!(true),
        json!(false),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(1e30),
        json!(""),
        json!("x"),
        json!("$.a"),
        json!("{% $x %}"),
        json!("{%"),
        json!("States.Format('{}')"),
        json!([]),
        json!([1]),
        json!({}),
        json!({"a": 1}),
        json!({"a.$": "b"}),
        json!("Pass"),
        json!("Choice"),
        json!("Map"),
        json!("Parallel"),
        json!("Succeed"),
        json!("Fail"),
        json!("Task"),
        json!("Wait"),
        json!("é\"/~\u{1d11e}"),
        json!("Next"),
        json!("JSONata"),
        json!("JSONPath"),
    ]);
    let fields = prop::sample::select(
        [
            "Next",
            "End",
            "Type",
            "Default",
            "Retry",
            "Catch",
            "Comment",
            "Result",
            "ResultPath",
            "InputPath",
            "Output",
            "OutputPath",
            "Arguments",
            "Parameters",
            "Assign",
            "Seconds",
            "SecondsPath",
            "Timestamp",
            "TimeoutSeconds",
            "HeartbeatSeconds",
            "Error",
            "ErrorPath",
            "Cause",
            "Branches",
            "Items",
            "ItemsPath",
            "Iterator",
            "ItemProcessor",
            "MaxConcurrency",
            "Choices",
            "Condition",
            "Variable",
            "QueryLanguage",
            "Nxet",
            "Resource",
            "ResultSelector",
            "a/b~",
            "",
        ]
        .map(str::to_owned)
        .to_vec(),
    );
    prop_oneof![
        Just(Fault::Remove),
        values.clone().prop_map(Fault::Replace),
        fields.clone().prop_map(Fault::RenameKey),
        any::<prop::sample::Index>().prop_map(Fault::CopyOf),
        (fields, values).prop_map(|(field, value)| Fault::Add(field, value)),
    ]
}

fn with_fault(definition: &Value, at: prop::sample::Index, fault: &Fault) -> Value {
    let all = pointers(definition);
    let mut definition = definition.clone();
    let pointer: &String = at.get(&all);
    let (parent, key) = pointer.rsplit_once('/').expect("it has a parent");
    let key = key.replace("~1", "/").replace("~0", "~");
    match fault {
        Fault::Replace(value) => {
            *definition.pointer_mut(pointer).expect("the value") = value.clone()
        }
        Fault::CopyOf(other) => {
            let value = definition
                .pointer(other.get(&all).as_str())
                .cloned()
                .expect("the value");
            *definition.pointer_mut(pointer).expect("the value") = value;
        }
        Fault::Add(field, new) => {
            if let Some(Value::Object(members)) = definition.pointer_mut(pointer) {
                members.insert(field.clone(), new.clone());
            }
        }
        Fault::Remove | Fault::RenameKey(_) => {
            match definition.pointer_mut(parent).expect("the parent") {
                Value::Object(members) => {
                    let value = members.remove(&key).expect("the member");
                    if let Fault::RenameKey(name) = fault {
                        members.insert(name.clone(), value);
                    }
                }
                Value::Array(items) => {
                    items.remove(key.parse().expect("an index"));
                }
                _ => unreachable!("it has children"),
            }
        }
    }
    definition
}

/// The errors without their positions, which change with the position of an item.
fn errors(diagnostics: &[EditorDiagnostic]) -> Vec<String> {
    let errors = diagnostics
        .iter()
        .filter(|one| one.severity == Severity::Error);
    let mut errors: Vec<String> = errors
        .map(|one| format!("{:?} {}", one.code, one.message))
        .collect();
    errors.sort();
    errors
}

/// The errors that are not among others, each as often as it occurs.
fn without<'e>(errors: &'e [String], others: &[String]) -> Vec<&'e String> {
    let mut others = others.to_vec();
    let mut rest = Vec::new();
    for error in errors {
        match others.iter().position(|other| other == error) {
            Some(at) => drop(others.swap_remove(at)),
            None => rest.push(error),
        }
    }
    rest
}

/// Each offered fix removes its diagnostic, and adds no error.
fn check(machine_type: MachineType, text: &str) -> Result<usize, TestCaseError> {
    let validator = Validator::new(machine_type);
    let document = Document::open("a.asl.json", text, 1);
    let before = document.diagnostics(&validator);
    let fixes = document.offered_fixes(before.iter(), &before, &validator);
    let count = fixes.len();
    for offered in fixes {
        let fixed = TextEdit::apply(text, &offered.edits);
        let after = document.with_text(&fixed, 2).diagnostics(&validator);
        let same = |all: &[EditorDiagnostic]| {
            let is_same = |one: &&EditorDiagnostic| {
                (one.code, &one.message) == (offered.diagnostic.code, &offered.diagnostic.message)
            };
            all.iter().filter(is_same).count()
        };
        let title = &offered.fix.title;
        prop_assert!(
            same(&after) < same(&before),
            "`{title}` does not remove its diagnostic:\n{text}\n{fixed}"
        );
        // The next round fixes the consequences of a safe fix.
        let (old, new) = (errors(&before), errors(&after));
        let new = without(&new, &old);
        prop_assert!(
            offered.fix.safety == Safety::Safe || new.is_empty(),
            "`{title}` adds {new:?}:\n{text}\n{fixed}"
        );
    }
    Ok(count)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn each_fix_for_one_fault_removes_it_and_adds_no_error(
        which in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        fault in fault(),
    ) {
        let (machine_type, definition) = which.get(valid());
        check(*machine_type, &with_fault(definition, at, &fault).to_string())?;
    }
}

/// Faults without an offered fix are rare.
#[test]
fn most_faults_have_a_fix() {
    let mut runner = TestRunner::deterministic();
    let strategy = (
        any::<prop::sample::Index>(),
        any::<prop::sample::Index>(),
        fault(),
    );
    let (mut faulty, mut fixable) = (0, 0);
    for _ in 0..1_000 {
        let (which, at, fault) = strategy.new_tree(&mut runner).expect("a value").current();
        let (machine_type, definition) = which.get(valid());
        let text = with_fault(definition, at, &fault).to_string();
        let document = Document::open("a.asl.json", &text, 1);
        let validator = Validator::new(*machine_type);
        let all = document.diagnostics(&validator);
        let mut errors = all.iter().filter(|one| one.severity == Severity::Error);
        if errors.clone().next().is_none() {
            continue;
        }
        faulty += 1;
        let has_fix = errors.any(|one| {
            !document
                .offered_fixes([one].into_iter(), &all, &validator)
                .is_empty()
        });
        fixable += usize::from(has_fix);
    }
    println!("{fixable} of {faulty}");
    assert!(
        fixable * 100 > faulty * 70,
        "{fixable} of {faulty} faults have a fix"
    );
}
