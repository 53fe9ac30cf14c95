//! Lists of the console: they find executions of any age, and count all of a store.

use serde_json::json;
use stepwright_runtime::clock::{Clock, Timestamp};
use stepwright_runtime::store::MemoryStore;
use stepwright_runtime::{Engine, MachineType, StartOptions};
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

/// The report: lists said "none" after 5,000 rows although the execution exists, and counts were zero after a restart.
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
    ] {
        let page = api.send(&format!("/console/executions?{filter}"), &[], None);
        assert!(
            page.body().contains("No execution passes these filters"),
            "{filter}"
        );
    }
    api.end();
}
