//! Lists of the console: they find executions of any age, and count all of a store.

use std::sync::Arc;

use serde_json::json;
use stepwright_engine::clock::{Clock, Timestamp};
use stepwright_engine::search::ExecutionIndex;
use stepwright_engine::store::{MemoryStore, SqliteStore};
use stepwright_engine::{Engine, MachineType, StartOptions};
use stepwright_server::ConsoleMode;

use crate::support::Api;

/// Fails for the input `true`.
const MACHINE: &str = r#"{"StartAt": "Odd?", "States": {
    "Odd?": {"Type": "Choice", "Choices": [{"Variable": "$", "BooleanEquals": true, "Next": "Fail"}], "Default": "Fine"},
    "Fail": {"Type": "Fail", "Error": "Shop.IsOdd"},
    "Fine": {"Type": "Succeed"}
}}"#;

/// More executions than a list reads at once.
const MANY: usize = 5_200;

/// The report: lists said "none" after 5,000 rows although the execution exists, and counts were
/// zero after a restart.
#[test]
fn an_old_execution_is_found_by_its_name_its_error_and_its_time() {
    let from = Timestamp::parse("2026-01-31T12:00:00.123Z").expect("it is a time");
    let (clock, store) = (Clock::virtual_from(from), MemoryStore::new());
    let builder = || {
        Engine::builder()
            .clock(clock.clone())
            .register_json("m", MACHINE, MachineType::Standard)
            .store(store.clone())
    };
    let mut api = Api::with(builder(), |server| server.console(ConsoleMode::On));
    let start = |api: &Api, name: String, is_odd: bool| {
        let options = StartOptions::new().name(name);
        let run = api.engine.start_machine("m", json!(is_odd), options);
        let run = api.wait(run).expect("it is started");
        api.wait(run.report());
    };
    start(&api, "the-needle".to_owned(), true);
    drop(api.wait(clock.sleep(std::time::Duration::from_secs(3_600))));
    for number in 0..MANY {
        start(&api, format!("straw-{number}"), false);
    }
    let next = Api::with(builder(), |server| server.console(ConsoleMode::On));
    std::mem::replace(&mut api, next).end();
    let counts = api.send("/console", &[], None);
    assert!(
        counts.body().contains(&format!(">{MANY}<")),
        "{}",
        counts.body()
    );
    for filter in [
        "name=needle",
        "error=IsOdd",
        "error=Shop&status=FAILED",
        "to=2026-01-31+12:30",
        "from=2026-01-31&to=2026-01-31+12:00:00.123",
        "from=2026-01-31T12:00:00.123Z&to=2026-01-31T12:00:00.123Z",
        "name=needle&error=IsOdd&from=2026-01-31",
        "name=needle&started=12h",
        "name=needle&started=today&from=2026-01-31",
        "name=needle&started=today&zone=Pacific/Kiritimati",
        "name=needle&from=2026-01-31+13:00&to=2026-01-31+13:01&zone=Europe/Berlin",
    ] {
        let page = api.send(&format!("/console/executions?{filter}"), &[], None);
        assert!(
            page.body().contains("the-needle</a>"),
            "{filter}: {}",
            page.body()
        );
        assert!(!page.body().contains("straw-0<"), "{filter}");
    }
    for filter in [
        "name=pin",
        "error=IsEven",
        "to=2026-01-30",
        "from=2026-02-01",
        "error=IsOdd&status=SUCCEEDED",
        "name=needle&started=yesterday",
        "name=needle&started=12h&from=2026-01-31+12:30",
        "name=needle&to=2026-01-31+12:30&zone=Europe/Berlin",
    ] {
        let page = api.send(&format!("/console/executions?{filter}"), &[], None);
        assert!(
            page.body().contains("No execution passes these filters"),
            "{filter}"
        );
    }
    let page = api.send("/console/executions?started=today&zone=Moon", &[], None);
    assert!(page.body().contains("`Moon` is not a time zone"));
    assert!(page.body().contains("Correct the filters"));
    assert!(!page.body().contains("straw-0<"));
    // The filters are in the addresses of the next page and of the file.
    let page = api.send("/console/executions?started=12h&zone=Asia/Tokyo", &[], None);
    for link in ["rel=\"next\" href=\"", "Older"] {
        assert!(page.body().contains(link), "{}", page.body());
    }
    assert!(
        page.body()
            .matches("started=12h&amp;zone=Asia%2FTokyo")
            .count()
            >= 2
    );
    api.end();
}

#[test]
fn a_text_of_an_error_or_a_cause_is_found_with_and_without_an_index() {
    let failing = r#"{"StartAt": "Fail", "States": {"Fail": {
        "Type": "Fail", "Error": "Shop.Declined", "Cause": "no \"funds\" on 17"}}}"#;
    let late = r#"{"StartAt": "Wait", "TimeoutSeconds": 1, "States": {"Wait": {
        "Type": "Wait", "Seconds": 60, "End": true}}}"#;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("orders.db");
    drop(SqliteStore::open(&path).expect("a store"));
    for with_index in [false, true] {
        let builder = Engine::builder()
            .virtual_time()
            .register_json("failing", failing, MachineType::Standard)
            .register_json("late", late, MachineType::Standard)
            .register_json("m", MACHINE, MachineType::Standard)
            .store(SqliteStore::open(&path).expect("a store"));
        let index = Arc::new(ExecutionIndex::open(&path).expect("an index"));
        let api = Api::with(builder, |server| {
            let server = server.console(ConsoleMode::On);
            if with_index {
                server.execution_search(index.clone())
            } else {
                server
            }
        });
        for machine in ["failing", "late", "m"] {
            let options = StartOptions::new().name(format!("{machine}-{with_index}"));
            let run = api.engine.start_machine(machine, json!({}), options);
            let run = api.wait(run).expect("it is started");
            api.wait(run.report());
        }
        index.catch_up().expect("it works");
        for (filter, found) in [
            ("text=Shop.Decl", "failing"),
            ("text=no+%22funds%22", "failing"),
            ("text=on+17&error=Declined&status=FAILED", "failing"),
            ("text=States.Timeout", "late"),
        ] {
            let page = api.send(&format!("/console/executions?{filter}"), &[], None);
            let page = page.body();
            for machine in ["failing", "late", "m"] {
                let row = format!(">{machine}-{with_index}</a>");
                assert_eq!(page.contains(&row), machine == found, "{filter}: {page}");
            }
            assert_eq!(page.contains("compared by the index"), with_index, "{page}");
        }
        api.end();
    }
}

/// A Distributed Map whose children have an output that their parent does not have.
const MAPPING: &str = r#"{"StartAt": "Each", "States": {"Each": {
    "Type": "Map", "ResultPath": null, "End": true,
    "ItemProcessor": {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "Note", "States": {"Note": {"Type": "Pass", "Result": "of-a-child", "End": true}}
    }
}}}"#;

#[test]
fn a_text_of_a_child_is_found_with_and_without_an_index() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("orders.db");
    drop(SqliteStore::open(&path).expect("a store"));
    for with_index in [false, true] {
        let store = SqliteStore::open(&path).expect("a store");
        let builder = Engine::builder()
            .register_json("m", MACHINE, MachineType::Standard)
            .register_json("maps", MAPPING, MachineType::Standard)
            .store(store);
        let index = Arc::new(ExecutionIndex::open(&path).expect("an index"));
        let api = Api::with(builder, |server| {
            if with_index {
                server
                    .console(ConsoleMode::On)
                    .execution_search(index.clone())
            } else {
                server.console(ConsoleMode::On)
            }
        });
        for (machine, input) in [("maps", json!([1, 2])), ("m", json!("of-a-child"))] {
            let options = StartOptions::new().name(format!("{machine}-{with_index}"));
            let run = api.engine.start_machine(machine, input, options);
            let run = api.wait(run).expect("it is started");
            api.wait(run.report());
        }
        index.catch_up().expect("it works");
        let found = |filters: &str| {
            let page = api.send(&format!("/console/executions?{filters}"), &[], None);
            page.into_body()
        };
        let link = format!("Map Run of maps-{with_index}");
        for filters in [
            "text=of-a-child",
            "text=of-a-child&machine=maps",
            "text=of-a-child&name=maps",
        ] {
            assert!(found(filters).contains(&link), "{filters}");
        }
        assert!(found("text=of-a-child").contains(&format!(">m-{with_index}<")));
        for filters in [
            "text=of-no-child",
            "text=of-a-child&machine=m",
            "text=of-a-child&name=m-",
            "text=of-a-child&status=FAILED",
        ] {
            assert!(!found(filters).contains(&link), "{filters}");
        }
        api.end();
    }
}
