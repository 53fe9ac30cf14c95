//! The search index and the logs of handlers, which are stored next to the store.

use serde_json::{Value as Json, json};
use stepwright_engine::handler_logs::HandlerLogs;
use stepwright_engine::search::ExecutionIndex;
use stepwright_engine::store::StoreError;
use stepwright_engine::task::TaskFailure;
use stepwright_engine::{Engine, MachineType, Redaction, StartOptions};
use stepwright_postgres::{PostgresIndex, PostgresLogs};
use stepwright_testing::store::{self, TestedDerivedData};
use tokio::runtime::Builder;
use tracing_subscriber::layer::SubscriberExt as _;

use crate::server::until;
use crate::stores::{Schemas, cases, schemas};

impl TestedDerivedData for Schemas {
    fn index(
        &mut self,
        number: u32,
        engine: &Engine,
        masked: &Redaction,
    ) -> Result<ExecutionIndex, StoreError> {
        let index = PostgresIndex::new(self.options(number), engine.store_lease())?;
        ExecutionIndex::open_in(index, masked)
    }

    fn keep_logs(&mut self, number: u32, logs: &HandlerLogs) {
        logs.keep_in(PostgresLogs::new(self.options(number)).expect("logs"));
    }
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn the_index_finds_what_a_scan_of_all_finds() {
    store::random_searches(&mut schemas("searches"), cases());
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn the_index_follows_ends_deletions_and_restarts() {
    store::indexed_changes(&mut schemas("changed"));
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn an_index_has_no_masked_field_and_no_task_token() {
    let mut schemas = schemas("masks");
    store::indexed_masks(&mut schemas);
    let masked = Redaction::new().path("card.number").expect("a path");
    let index = PostgresIndex::new(schemas.options(1), None).expect("an index");
    let index = ExecutionIndex::open_in(index, &masked).expect("an index");
    index.catch_up().expect("it has not stopped");
    let count = "SELECT count(*) FROM masks_1.search_entries WHERE position('4929123456781234'::bytea IN input) > 0";
    assert_eq!(schemas.server.sql(count), "0");
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn logs_survive_a_restart_and_end_with_their_executions() {
    store::handler_logs(&mut schemas("logs"));
}

/// A handler never waits for the database, and an end of the program waits only for one attempt.
#[test]
#[ignore = "needs a PostgreSQL server"]
fn lines_are_lost_and_counted_while_the_database_is_away() {
    let schemas = schemas("away");
    drop(schemas.server.store("away_1"));
    let logs = HandlerLogs::new();
    logs.keep_in(PostgresLogs::new(schemas.options(1)).expect("logs"));
    let run = |count: u64| {
        let subscriber = tracing_subscriber::registry().with(logs.layer());
        let _guard = tracing::subscriber::set_default(subscriber);
        let runtime = Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let state = json!({"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:log", "End": true});
            let machine = json!({"StartAt": "Log", "States": {"Log": state}});
            // Its executions are in memory only.
            let engine = Engine::builder()
                .register_json("logs", &machine.to_string(), MachineType::Standard)
                .function("log", move |_: Json| async move {
                    (0..count).for_each(|line| tracing::info!("line {line}"));
                    Ok::<_, TaskFailure>(json!({}))
                })
                .build()
                .expect("an engine");
            let start = engine.start_machine("logs", json!({}), StartOptions::new());
            start.await.expect("it starts").report().await;
        });
    };
    let stored = || schemas.server.sql("SELECT count(*) FROM away_1.log_lines");
    run(3);
    logs.flush();
    assert_eq!((stored().as_str(), logs.lost_lines()), ("3", 0));
    schemas.server.kill();
    run(5);
    logs.flush();
    assert_eq!(logs.lost_lines(), 5);
    schemas.server.begin();
    run(7);
    until("the lines after the outage are stored", || {
        schemas
            .server
            .sql("SELECT coalesce(max(last), 0) FROM away_1.logs")
            == "15"
    });
    assert_eq!(logs.lost_lines(), 5);
}
