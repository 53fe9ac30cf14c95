//! Histories in pages: joined, they equal the history, in both orders, for every page size, from
//! memory and from a store.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value as Json, json};
use stepwright_engine::history::{History, HistoryQuery};
use stepwright_engine::store::{MemoryStore, Store as _};
use stepwright_engine::{
    Engine, EngineBuilder, ExecutionFilter, HistoryError, Limits, MachineType, StartOptions,
    StoredExecutions,
};

use crate::durable::support::{Done, process};

/// Returns a machine with events in separate chains, so that `previousEventId` needs all events
/// before.
fn machine() -> Json {
    json!({"StartAt": "Each", "States": {"Each": {"Type": "Map", "End": true, "ItemProcessor": {
        "StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Wait", "Seconds": 1, "End": true}},
    }}}})
}

fn builder(machine_type: MachineType) -> EngineBuilder {
    let text = machine().to_string();
    let limits = Limits::new().events(60);
    let builder = Engine::builder().register_json("m", &text, machine_type);
    match machine_type {
        // The first events of a long history are dropped.
        MachineType::Express => builder.limits(limits).virtual_time(),
        MachineType::Standard => builder.virtual_time(),
    }
}

/// Returns all pages of a history, formatted and joined.
fn joined(history: &History, query: &HistoryQuery) -> Vec<Json> {
    let mut events = Vec::new();
    let mut query = query.clone();
    loop {
        let page = history.page(&query).unwrap();
        let printed = page.to_json();
        events.extend(printed["events"].as_array().unwrap().clone());
        assert_eq!(
            printed.get("nextToken").and_then(Json::as_str),
            page.next.as_deref()
        );
        match page.next {
            Some(next) => {
                assert!(!page.events.is_empty());
                query = query.after(next);
            }
            None => return events,
        }
    }
}

fn check(history: &History, limit: usize) {
    let mut whole = history.to_json()["events"].as_array().unwrap().clone();
    assert_eq!(joined(history, &HistoryQuery::new().limit(limit)), whole);
    let first = history.page(&HistoryQuery::new().limit(limit)).unwrap();
    assert_eq!(
        first.events.len(),
        limit.clamp(1, whole.len().max(1)).min(whole.len())
    );
    whole.reverse();
    assert_eq!(
        joined(history, &HistoryQuery::new().limit(limit).reverse()),
        whole
    );
    let all = history.page(&HistoryQuery::new().reverse()).unwrap();
    assert_eq!((all.events.len(), all.next), (whole.len(), None));
}

/// Returns about how many bytes the texts of a page have, without those of the last event.
fn bytes_before_last(page: &Json) -> usize {
    let events = page["events"].as_array().unwrap();
    let before_last = &events[..events.len().saturating_sub(1)];
    before_last
        .iter()
        .map(|event| event.to_string().len())
        .sum()
}

proptest! {
    /// Pages are limited in bytes: joined, they equal the history, in both orders. A page ends at
    /// the limit, or has one event.
    #[test]
    fn joined_pages_of_limited_bytes_equal_the_history(
        items in proptest::collection::vec(0_usize..400, 0..12), bytes in 0_u64..6_000, is_reversed in any::<bool>(), has_data in any::<bool>(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let engine = builder(MachineType::Standard).build().unwrap();
            let input = items.iter().map(|length| "\"ü".repeat(*length)).collect::<Json>();
            let run = engine.start_machine("m", input, StartOptions::new()).await.unwrap();
            let history = run.report().await.history.clone();
            let mut query = HistoryQuery::new().bytes(bytes);
            let mut all = HistoryQuery::new();
            if is_reversed {
                (query, all) = (query.reverse(), all.reverse());
            }
            if !has_data {
                (query, all) = (query.without_data(), all.without_data());
            }
            let whole = history.page(&all).unwrap().to_json();
            assert_eq!(Json::from(joined(&history, &query)), whole["events"]);
            loop {
                let page = history.page(&query).unwrap();
                // Each event counts as 256 bytes and its data; printed, it has up to 200 more
                // bytes, and escaped data.
                let printed = page.to_json();
                assert!(bytes_before_last(&printed) as u64 <= 2 * bytes, "{printed}");
                match page.next {
                    Some(next) => query = query.after(next),
                    None => break,
                }
            }
            // Without a limit of the number, a page takes as many events as fit.
            let large = history.page(&HistoryQuery::new().bytes(u64::MAX)).unwrap();
            assert_eq!((large.events.len(), large.next), (history.len(), None));
        });
    }

    #[test]
    fn joined_pages_equal_the_history(items in 0_usize..40, limit in 0_usize..200, is_express in any::<bool>()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let store = MemoryStore::new();
            let machine_type = if is_express { MachineType::Express } else { MachineType::Standard };
            let engine = builder(machine_type).store(store.clone()).build().unwrap();
            let input = json!((0..items).collect::<Vec<_>>());
            let run = engine.start_machine("m", input, StartOptions::new()).await.unwrap();
            let report = run.report().await;
            check(&report.history, limit);
            if is_express {
                return;
            }
            let mut stored = StoredExecutions::new(Box::new(store.clone()));
            let described = stored.describe(run.id()).unwrap().unwrap();
            assert_eq!(described.history.to_json(), report.history.to_json());
            check(&described.history, limit);
        });
    }
}

#[test]
fn a_page_of_a_growing_history_continues_at_the_previous_end() {
    process(async {
        let engine = builder(MachineType::Standard).build().unwrap();
        let hold = engine.clock().hold();
        let run = engine.start_machine("m", json!([1, 2]), StartOptions::new());
        let run = run.await.unwrap();
        while run.history().await.len() < 8 {
            tokio::task::yield_now().await;
        }
        let query = HistoryQuery::new().limit(4);
        let first = engine.history(run.id(), &query).await.unwrap();
        let back = query.clone().reverse();
        let last = engine.history(run.id(), &back).await.unwrap();
        drop(hold);
        let report = run.report().await;
        let rest = query.clone().after(first.next.unwrap());
        let rest = joined(&report.history, &rest);
        assert_eq!(rest.len() + 4, report.history.len());
        assert_eq!(rest[0]["id"], 5);
        // Backwards, new events do not appear in later pages.
        let before = back.after(last.next.clone().unwrap());
        let before = joined(&report.history, &before);
        assert_eq!(before.len() as u32 + 1, last.events.last().unwrap().id());
    });
}

#[test]
fn an_invalid_page_token_is_refused() {
    process(async {
        let engine = builder(MachineType::Standard).build().unwrap();
        let run = engine.start_machine("m", json!([1, 2]), StartOptions::new());
        let run = run.await.unwrap();
        run.report().await;
        let one = HistoryQuery::new().limit(1);
        let page = engine.history(run.id(), &one).await.unwrap();
        let next = page.next.unwrap();
        for (token, reverse) in [
            ("", false),
            ("5", false),
            ("after-x", false),
            ("before-5", false),
            (&*next, true),
        ] {
            let mut query = HistoryQuery::new().after(token);
            if reverse {
                query = query.reverse();
            }
            let refused = engine.history(run.id(), &query).await.unwrap_err();
            assert!(
                matches!(refused, HistoryError::InvalidToken(_)),
                "{refused}"
            );
        }
        // After the end there are no events yet.
        for token in ["after-99999", "before-0", "before-1"] {
            let mut query = HistoryQuery::new().after(token);
            if token.starts_with("before") {
                query = query.reverse();
            }
            let page = engine.history(run.id(), &query).await.unwrap();
            assert_eq!((page.events.len(), page.next), (0, None));
        }
        let unknown = engine.history("arn:of:nobody", &HistoryQuery::new()).await;
        assert!(matches!(
            unknown,
            Err(HistoryError::ExecutionDoesNotExist(_))
        ));
    });
}

#[test]
fn a_history_without_data_has_no_inputs_and_outputs() {
    process(async {
        let machine = json!({"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": "note", "Payload": {"a": 1}}, "End": true}}});
        let engine = crate::durable::support::builder(
            &[("m", machine)],
            &MemoryStore::new(),
            &Done::default(),
        );
        let engine = engine.build().unwrap();
        let run = engine.start_machine("m", json!({"secret": 1}), StartOptions::new());
        let run = run.await.unwrap();
        run.report().await;
        let query = HistoryQuery::new().without_data();
        let page = engine.history(run.id(), &query).await.unwrap();
        let mut names = BTreeSet::new();
        for event in page.to_json()["events"].as_array().unwrap() {
            let details = event
                .as_object()
                .unwrap()
                .values()
                .filter_map(Json::as_object);
            names.extend(details.flat_map(|details| details.keys().cloned()));
        }
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        assert_eq!(
            names,
            [
                "name",
                "parameters",
                "region",
                "resource",
                "resourceType",
                "roleArn"
            ]
        );
    });
}

#[test]
fn executions_are_listed_by_the_arn_of_their_machine() {
    process(async {
        let engine = builder(MachineType::Standard).build().unwrap();
        let run = engine.start_machine("m", json!([]), StartOptions::new());
        run.await.unwrap().report().await;
        let arn = engine.machine("m").unwrap().arn;
        for (machine, count) in [
            (&*arn, 1),
            ("m", 1),
            ("n", 0),
            ("arn:aws:states:::stateMachine:n", 0),
        ] {
            let filter = ExecutionFilter::new().machine(machine);
            let page = engine.blocking_executions(&filter).unwrap();
            assert_eq!(page.executions.len(), count, "{machine}");
        }
    });
}

#[tokio::test]
async fn a_record_has_the_events_of_few_transitions_over_large_values() {
    let definition = json!({"StartAt": "Count", "States": {
        "Count": {"Type": "Pass", "Parameters": {"n.$": "States.MathAdd($.n, 1)", "text.$": "$.text"}, "Next": "Again"},
        "Again": {"Type": "Choice", "Default": "Done", "Choices": [{"Variable": "$.n", "NumericLessThan": 100, "Next": "Count"}]},
        "Done": {"Type": "Succeed"},
    }});
    let store = MemoryStore::new();
    let engine = Engine::builder()
        .register_json("m", &definition.to_string(), MachineType::Standard)
        .virtual_time()
        .store(store.clone())
        .build()
        .unwrap();
    let input = json!({"n": 0, "text": "x".repeat(200_000)});
    let execution = engine.start_machine("m", input, StartOptions::new()).await;
    let execution = execution.unwrap();
    let arn = execution.id().to_owned();
    execution.await.unwrap();
    engine.shutdown(std::time::Duration::ZERO).await;
    let mut reader = store.clone().reader().unwrap();
    let row = reader.execution(&arn).unwrap().expect("it is stored");
    let records = reader.records(row.key).unwrap();
    let largest = records.iter().map(|record| record.len()).max();
    // All events have 80 MB.
    assert!(largest < Some(10_000_000), "{largest:?}");
}
