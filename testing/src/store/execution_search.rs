//! An index finds the same executions as a scan of all.

use std::cell::RefCell;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;
use stepwright_engine::search::{ExecutionIndex, ExecutionSearch as _};
use stepwright_engine::{ExecutionFilter, MachineType, Redaction, StartOptions, Status};

use super::engine_of_store::{EngineOfStore, TestedDerivedData};

/// Parts of texts: quotes and operators of queries, wildcards, escapes of JSON, characters of one
/// to four bytes, and a long text.
const PARTS: [&str; 23] = [
    "a", "A", "b", "ab", "abc", "\"", "'", "%", "_", "*", "\\", "\n", "\u{0}", "é", "e\u{301}",
    "日本", "😀", " AND ", " OR ", "-", "(", "^", LONG,
];
const LONG: &str = match std::str::from_utf8(&[b'x'; 3_000]) {
    Ok(text) => text,
    Err(_) => "",
};

fn text() -> impl Strategy<Value = String> {
    vec(select(&PARTS[..]), 0..8).prop_map(|parts| parts.concat())
}

/// Returns the executions of all pages of a search.
fn search(index: &ExecutionIndex, filter: &ExecutionFilter, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut next = filter.clone().limit(3);
    loop {
        let page = index.page(&next, text).expect("a page").page;
        assert!(page.executions.len() <= 3);
        found.extend(page.executions.into_iter().map(|execution| execution.id));
        match page.next {
            Some(after) => next = filter.clone().limit(3).after(after),
            None => return found,
        }
    }
}

/// A random execution: its text and its kind.
fn execution() -> impl Strategy<Value = (String, &'static str)> {
    (text(), select(&["reply", "fail", "wait"][..]))
}

/// Parts of texts, which are found more often than random ones.
fn parts<'t>(texts: impl Iterator<Item = &'t String>) -> impl Iterator<Item = String> {
    let texts = texts.flat_map(|text| [json!(text).to_string(), text.clone()]);
    texts.flat_map(|text| {
        let text: Vec<char> = text.chars().collect();
        let middle = text.len() / 2;
        [&text[..middle], &text[middle..]].map(String::from_iter)
    })
}

fn filters() -> [ExecutionFilter; 3] {
    [
        ExecutionFilter::new(),
        ExecutionFilter::new().status(Status::Succeeded),
        ExecutionFilter::new().machine("none"),
    ]
}

/// Random executions, some of which start while the index is open, are found by random texts and by
/// parts of their texts. Opens a store for each case.
///
/// # Panics
///
/// With the difference.
pub fn random_searches(tested: &mut impl TestedDerivedData, cases: u32) {
    let given = (
        vec(execution(), 0..12),
        vec(text(), 0..3),
        vec(text(), 1..12),
    );
    let mut runner = TestRunner::new(Config::with_cases(cases));
    let tested = RefCell::new((tested, 0));
    let checked = runner.run(&given, |(executions, later, needles)| {
        let mut tested = tested.borrow_mut();
        let (tested, number) = &mut *tested;
        *number += 1;
        let mut world = EngineOfStore::open(&mut **tested, *number);
        for (text, kind) in &executions {
            world.start(json!({"text": text, "kind": kind}));
        }
        let index = world.index(&Redaction::new());
        for text in &later {
            world.start(json!({"text": text, "kind": "reply"}));
        }
        index.catch_up().expect("it has not stopped");
        let parts = parts(executions.iter().map(|(text, _)| text).chain(&later));
        let needles: Vec<String> = needles.iter().cloned().chain(parts).collect();
        for filter in filters() {
            for needle in needles.iter().filter(|needle| !needle.is_empty()) {
                let found = search(&index, &filter, needle);
                prop_assert_eq!(found, world.scan(&filter, needle), "{:?}", needle);
            }
        }
        Ok(())
    });
    if let Err(error) = checked {
        panic!("{error}");
    }
}

/// The indexes of two kinds of stores have the same pages, and compare the same executions.
///
/// # Panics
///
/// With the difference.
pub fn same_searches(
    first: &mut impl TestedDerivedData,
    second: &mut impl TestedDerivedData,
    cases: u32,
) {
    let given = (vec(execution(), 0..20), vec(text(), 1..20));
    let mut runner = TestRunner::new(Config::with_cases(cases));
    let stores = RefCell::new((first, second, 0));
    let checked = runner.run(&given, |(executions, needles)| {
        let mut stores = stores.borrow_mut();
        let (first, second, number) = &mut *stores;
        *number += 1;
        let mut first = EngineOfStore::open(&mut **first, *number);
        let mut second = EngineOfStore::open(&mut **second, *number);
        for (number, (text, kind)) in executions.iter().enumerate() {
            let input = json!({"text": text, "kind": kind});
            let options = || StartOptions::new().name(format!("e-{number}"));
            first.start_with(input.clone(), options());
            second.start_with(input, options());
        }
        let first = first.index(&Redaction::new());
        let second = second.index(&Redaction::new());
        let parts = parts(executions.iter().map(|(text, _)| text));
        for needle in needles.iter().cloned().chain(parts) {
            for filter in filters() {
                prop_assert_eq!(
                    pages(&first, &filter, &needle),
                    pages(&second, &filter, &needle),
                    "{:?}",
                    needle
                );
            }
        }
        Ok(())
    });
    if let Err(error) = checked {
        panic!("{error}");
    }
}

/// Returns the names of each page of a search, and how many executions it compared.
fn pages(
    index: &ExecutionIndex,
    filter: &ExecutionFilter,
    text: &str,
) -> Vec<(Vec<String>, usize)> {
    let mut pages = Vec::new();
    let mut next = filter.clone().limit(3);
    loop {
        let found = index.page(&next, text).expect("a page");
        let executions = found.page.executions.into_iter();
        let names = executions.map(|execution| execution.name).collect();
        pages.push((names, found.compared));
        match found.page.next {
            Some(after) => next = filter.clone().limit(3).after(after),
            None => return pages,
        }
    }
}

/// The index follows ends, deletions and Distributed Maps, and continues after a restart.
///
/// # Panics
///
/// With the difference.
pub fn indexed_changes(tested: &mut impl TestedDerivedData) {
    let all = ExecutionFilter::new();
    let mut world = EngineOfStore::open(tested, 1);
    world.start(json!({"text": "first order", "kind": "reply"}));
    world.start(json!({"text": "no \"funds\"\non 17", "kind": "fail"}));
    world.start(json!({"text": "after\u{0}the end", "kind": "fail"}));
    let index = world.index(&Redaction::new());
    for (text, count) in [
        (r#"{"reply":"first order"}"#, 1),
        ("Refused", 2),
        ("efuse", 2),
        ("no \"funds\"\non", 1),
        ("the end", 1),
        ("\u{0}", 0),
    ] {
        let found = search(&index, &all, text);
        assert_eq!(found.len(), count, "{text}");
        assert_eq!(found, world.scan(&all, text), "{text}");
    }
    world.start(json!({"text": "second order", "kind": "reply"}));
    index.catch_up().expect("it has not stopped");
    let both = search(&index, &all, "order");
    assert_eq!(both.len(), 2);
    let page = index.page(&all, "order").expect("a page");
    let newest = page.indexed_to.expect("it has executions");
    assert_eq!((&newest.id, newest.is_newest), (&both[0], true));
    world.delete(&both[1]);
    assert_eq!(search(&index, &all, "order"), both[..1]);
    distributed_map(&world, &index);
    drop(index);

    // Without an index, an execution starts and another one is deleted.
    let third = world.start(json!({"text": "third order", "kind": "reply"}));
    world.delete(&both[0]);
    drop(world);
    let mut world = EngineOfStore::open(tested, 1);
    let index = world.index(&Redaction::new());
    assert_eq!(search(&index, &all, "order"), [third]);
}

/// The index is at rest after a Distributed Map, whose children have no entries.
fn distributed_map<T: TestedDerivedData>(world: &EngineOfStore<'_, T>, index: &ExecutionIndex) {
    let machine = r#"{"StartAt": "Each", "States": {"Each": {
        "Type": "Map", "ItemsPath": "$.items", "End": true, "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "Fine", "States": {"Fine": {"Type": "Succeed"}}
        }
    }}}"#;
    let engine = &world.engine;
    let registered = engine.register_json("each", machine, MachineType::Standard);
    registered.expect("it is valid");
    world.runtime.block_on(async {
        let input = json!({"text": "parent", "items": (0..600).collect::<Vec<_>>()});
        let started = engine.start_machine("each", input, StartOptions::new());
        let report = started.await.expect("it starts").report().await;
        assert_eq!(report.status, Status::Succeeded, "{report:?}");
    });
    index.catch_up().expect("it has not stopped");
    let all = ExecutionFilter::new();
    assert_eq!(search(index, &all, "parent").len(), 1);
    world.start(json!({"text": "later"}));
    index.catch_up().expect("it has not stopped");
    assert_eq!(search(index, &all, "later").len(), 1);
}

/// The index has no masked fields and no task tokens, and is built again for other masks.
///
/// # Panics
///
/// With the difference.
pub fn indexed_masks(tested: &mut impl TestedDerivedData) {
    let mut world = EngineOfStore::open(tested, 1);
    let number = "4929123456781234";
    let token = "0123456789ab4def8123456789abcdef".repeat(2);
    let url = format!("https://x/{token}");
    world.start(json!({"kind": "wait", "text": "rent", "card": {"number": number}, "url": url}));
    let redaction = Redaction::new().path("card.number").expect("a path");
    for is_masked in [false, true, false] {
        let masked = if is_masked {
            redaction.clone()
        } else {
            Redaction::new()
        };
        let index = world.index(&masked);
        let found = |text: &str| search(&index, &ExecutionFilter::new(), text).len();
        assert_eq!(found("rent"), 1);
        assert_eq!(found("https://x/"), 1);
        for part in [&token[..8], &token[20..50], &token] {
            assert_eq!(found(part), 0, "{part}");
        }
        assert_eq!(found(&number[..6]), usize::from(!is_masked));
        assert_eq!(found("\"number\":\"4"), usize::from(!is_masked));
        assert_eq!(index.masks(&redaction), is_masked);
        assert!(index.masks(&Redaction::new().task_tokens()));
    }
}
