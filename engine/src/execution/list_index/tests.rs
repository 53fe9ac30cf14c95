//! Proves that the pages of the index equal those of a sorted map.

use std::collections::BTreeMap;

use proptest::prelude::*;
use stepwright_interpreter::value::Value;
use stepwright_interpreter::{ExecutionInfo, MachineInfo, Names};

use super::*;
use crate::clock::Clock;

const MACHINES: [&str; 3] = ["a", "b", "c"];

fn state(machine: &str, started: i64, name: usize) -> Arc<ExecutionState> {
    let machine = MachineInfo {
        id: SmolStr::default(),
        name: machine.into(),
        role_arn: SmolStr::default(),
        prefix: SmolStr::default(),
        is_express: false,
        origin: None,
        test_case: None,
        trace: None,
    };
    let about = ExecutionInfo {
        names: Names::new(format!("arn:{name}"), name.to_string()),
        root: None,
        machine: Arc::new(machine),
        started: Timestamp::from_unix_micros(started),
        input: Value::empty_object(),
        counts_redrives: true,
        redriven: None,
        depth: 0,
    };
    ExecutionState::new(Arc::new(about), &Clock::real())
}

/// Reads all pages of a list. Names with an even number pass the filter, if there is one.
fn pages(
    index: &ListIndex,
    machine: Option<&str>,
    limit: usize,
    scan: usize,
    is_filtered: bool,
) -> Vec<String> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = index.page(machine, after, (limit, scan), |state| {
            !is_filtered || number(state.about.name()).is_multiple_of(2)
        });
        let (rows, next) = page.cut(limit);
        assert!(rows.len() <= limit);
        all.extend(rows.iter().map(|(_, state)| state.about.name().to_owned()));
        after = next;
        if after.is_none() {
            return all;
        }
    }
}

fn number(name: &str) -> usize {
    name.parse().expect("a number")
}

proptest! {
    /// Executions start at any time, also before those that started earlier; some are removed,
    /// others replaced.
    #[test]
    fn pages_equal_those_of_a_sorted_map(
        steps in prop::collection::vec((0_usize..8, 0_usize..3, 0_i64..6, any::<prop::sample::Index>()), 0..160),
        limit in 1_usize..5,
        scan in 1_usize..40,
    ) {
        let mut index = ListIndex::default();
        let mut model: BTreeMap<(i64, u64), Arc<ExecutionState>> = BTreeMap::new();
        for (name, (what, machine, started, which)) in steps.into_iter().enumerate() {
            let keys: Vec<(i64, u64)> = model.keys().copied().collect();
            let key = (!keys.is_empty()).then(|| keys[which.index(keys.len())]);
            match (what, key) {
                (0..=2, Some(key)) => {
                    let removed = model.remove(&key).expect("it is there");
                    index.remove(&removed);
                    // A second removal does nothing.
                    index.remove(&removed);
                }
                (3, Some(key)) => {
                    let before = model[&key].clone();
                    let machine = before.about.machine.name.as_str();
                    let again = state(machine, key.0, number(before.about.name()));
                    index.replace(&before, &again);
                    prop_assert_eq!(again.sequence(), before.sequence());
                    model.insert(key, again);
                }
                _ => {
                    let started = state(MACHINES[machine], started, name);
                    index.insert(&started);
                    let key = (started.about.started.unix_micros(), started.sequence());
                    model.insert(key, started);
                }
            }
        }
        for machine in MACHINES.map(Some).into_iter().chain([None]) {
            for is_filtered in [false, true] {
                let of_machine = model.values().rev().filter(|state| {
                    machine.is_none_or(|machine| state.about.machine.name == machine)
                });
                let names = of_machine.map(|state| state.about.name().to_owned());
                let expected: Vec<String> = names
                    .filter(|name| !is_filtered || number(name).is_multiple_of(2))
                    .collect();
                prop_assert_eq!(pages(&index, machine, limit, scan, is_filtered), expected);
            }
        }
        // Removed executions take a bounded part of the entries.
        let entries: usize = index.by_machine.values().map(|one| one.entries.len()).sum();
        prop_assert!(entries <= 2 * model.len() + 3 * (FEW_HOLES + 1), "{entries} entries of {}", model.len());
    }
}

#[test]
fn an_index_is_empty_after_all_executions_are_removed() {
    let mut index = ListIndex::default();
    let all: Vec<_> = (0..1_000).map(|name| state("a", 7, name)).collect();
    all.iter().for_each(|state| index.insert(state));
    all.iter().step_by(2).for_each(|state| index.remove(state));
    all.iter().for_each(|state| index.remove(state));
    assert!(index.by_machine.is_empty());
}
