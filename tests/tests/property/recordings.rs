//! Random changes of the recorded definitions. The recordings are outside of the repository.

use std::sync::OnceLock;

use proptest::prelude::*;
use serde_json::{Value as Json, json};
use stepwright_runtime::MachineType;

use crate::property::run::runs_well;

/// Returns the recorded rows.
fn rows() -> &'static [Json] {
    static ROWS: OnceLock<Vec<Json>> = OnceLock::new();
    ROWS.get_or_init(|| {
        let path = crate::recordings::folder().join("cases.jsonl");
        let text = std::fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let rows = text.lines().map(serde_json::from_str);
        rows.collect::<Result<_, _>>().unwrap()
    })
}

/// Changes the `at`-th node of a document.
fn change(document: &mut Json, at: usize, what: usize, with: &Json) {
    let mut pointers = vec![String::new()];
    collect(document, "", &mut pointers);
    let pointer = pointers[at % pointers.len()].clone();
    if what == 0
        && let Some((parent, key)) = pointer.rsplit_once('/')
        && let Some(parent) = document.pointer_mut(parent)
    {
        match parent {
            Json::Object(members) => {
                drop(members.shift_remove(&key.replace("~1", "/").replace("~0", "~")))
            }
            Json::Array(items) => drop(key.parse().ok().map(|index: usize| items.remove(index))),
            _ => {}
        }
        return;
    }
    let other = pointers[(at / 7 + what) % pointers.len()].clone();
    let copied = document.pointer(&other).cloned().unwrap_or_default();
    if let Some(node) = document.pointer_mut(&pointer) {
        *node = if what == 1 { copied } else { with.clone() };
    }
}

fn collect(node: &Json, pointer: &str, out: &mut Vec<String>) {
    let mut visit = |key: &str, child: &Json| {
        let pointer = format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"));
        out.push(pointer.clone());
        collect(child, &pointer, out);
    };
    match node {
        Json::Object(members) => members.iter().for_each(|(key, child)| visit(key, child)),
        Json::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(index, child)| visit(&index.to_string(), child)),
        _ => {}
    }
}

fn replacement() -> impl Strategy<Value = Json> {
    prop::sample::select(vec![
        Json::Null,
        json!(true),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(9e300),
        json!(99_999_999),
        json!(""),
        json!("$"),
        json!("$.a.b"),
        json!("$$.Execution"),
        json!("$..*"),
        json!("{% $states.input %}"),
        json!("{% [1..100] %}"),
        json!("States.UUID()"),
        json!([]),
        json!({}),
        json!([{}]),
        json!({"a": [1, 2]}),
        json!("Pass"),
        json!("JSONata"),
        json!("2016-03-14T01:59:00Z"),
    ])
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    #[ignore = "needs the recordings in STEPWRIGHT_RECORDINGS"]
    fn a_changed_recording_is_refused_or_ends(
        row in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<usize>(), 0..4usize, replacement(), any::<bool>()), 0..4),
        seed in any::<u64>(),
    ) {
        let row = row.get(rows());
        let (mut definition, mut input) = (row["definition"].clone(), row["input"].clone());
        for (at, what, with, is_input) in &changes {
            let document = if *is_input { &mut input } else { &mut definition };
            change(document, *at, *what, with);
        }
        let machine_type = match row["type"].as_str() {
            Some("EXPRESS") => MachineType::Express,
            _ => MachineType::Standard,
        };
        let ran = runs_well(&definition, machine_type, &input, seed);
        prop_assert!(ran.is_ok(), "{}: {:?}", row["id"], ran);
        if changes.is_empty() {
            prop_assert_eq!(ran, Ok(true), "{}", &row["id"]);
        }
    }
}
