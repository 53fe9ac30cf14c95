//! An engine on the store.

use std::time::{Duration, Instant};

use serde_json::json;
use stepwright_engine::store::{StoreError, StoreReader};
use stepwright_engine::{Engine, MachineType, StartOptions, Status};
use tokio::runtime::Runtime;

use crate::server::Server;

fn engine(server: &Server, schema: &str) -> Engine {
    let definition =
        json!({"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 2, "End": true}}});
    Engine::builder()
        .register_json("orders", &definition.to_string(), MachineType::Standard)
        .store(server.store(schema))
        .build()
        .expect("it is built")
}

async fn status(engine: &Engine, id: &str) -> Status {
    let execution = engine.blocking_execution(id).expect("it is read");
    let report = execution.expect("it is there").report().await;
    report.status
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn executions_continue_on_the_next_engine() {
    let server = Server::start();
    let mut ids: Vec<String> = Vec::new();
    for is_first in [true, false] {
        Runtime::new().expect("a runtime").block_on(async {
            let engine = engine(&server, "orders");
            if !is_first {
                for id in &ids {
                    assert_eq!(status(&engine, id).await, Status::Succeeded);
                }
                return;
            }
            for number in 0..50 {
                let start = engine.start_machine("orders", json!(number), StartOptions::new());
                ids.push(start.await.expect("it starts").id().to_owned());
            }
        });
    }
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn an_engine_that_lost_its_lease_ends_its_journal_and_the_next_one_continues() {
    let server = Server::start();
    let runtime = Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let old = engine(&server, "orders");
        let start = old.start_machine("orders", json!({}), StartOptions::new().name("o-1"));
        let id = start.await.expect("it starts").id().to_owned();
        server.sql("UPDATE orders.lease SET expires = '-infinity'");
        let next = engine(&server, "orders");
        let late = old.start_machine("orders", json!({}), StartOptions::new().name("o-2"));
        let late = late.await.map(|started| started.id().to_owned());
        assert!(
            late.as_ref()
                .is_err_and(|error| error.to_string().contains("taken over")),
            "{late:?}"
        );
        assert_eq!(status(&next, &id).await, Status::Succeeded);
    });
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn executions_wait_while_the_database_is_away() {
    let server = Server::start();
    let runtime = Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let engine = engine(&server, "orders");
        let start = engine.start_machine("orders", json!({}), StartOptions::new());
        let id = start.await.expect("it starts").id().to_owned();
        server.kill();
        // The Wait ends during the outage.
        tokio::time::sleep(Duration::from_secs(3)).await;
        let began = Instant::now();
        server.begin();
        assert_eq!(status(&engine, &id).await, Status::Succeeded);
        assert!(began.elapsed() < Duration::from_secs(20));
    });
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn a_schema_without_a_store_and_a_newer_store_are_refused() {
    let server = Server::start();
    let none = server.reader("none").err();
    assert!(
        matches!(none, Some(StoreError::NotAStore { .. })),
        "{none:?}"
    );
    drop(server.store("orders"));
    assert!(server.reader("orders").is_ok());
    server.sql("UPDATE orders.layout SET version = 99");
    let newer = server.reader("orders").err();
    assert!(
        matches!(newer, Some(StoreError::NewerVersion { .. })),
        "{newer:?}"
    );
    let newer = stepwright_postgres::PostgresStore::open_with(server.options("orders"));
    assert!(
        matches!(newer, Err(StoreError::NewerVersion { .. })),
        "{newer:?}"
    );
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn a_role_that_owns_its_schema_needs_no_other_right() {
    let server = Server::start();
    server.sql(
        "CREATE ROLE limited LOGIN; CREATE SCHEMA orders AUTHORIZATION limited;
         REVOKE ALL ON DATABASE postgres FROM PUBLIC; GRANT CONNECT ON DATABASE postgres TO limited",
    );
    let address = format!("postgres://limited@127.0.0.1:{}/postgres", server.port());
    let options: stepwright_postgres::PostgresOptions = address.parse().expect("an address");
    let open =
        |schema| stepwright_postgres::PostgresStore::open_with(options.clone().schema(schema));
    drop(open("orders").expect("it opens"));
    let error = open("other").expect_err("it may not create a schema");
    assert!(error.to_string().contains("permission denied"), "{error}");
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn a_role_that_only_reads_opens_a_reader_and_no_store() {
    let server = Server::start();
    drop(server.store("orders"));
    // The statements of docs/guides/postgres.md.
    server.sql(
        "CREATE ROLE stepwright_reader LOGIN; GRANT USAGE ON SCHEMA orders TO stepwright_reader;
         GRANT SELECT ON ALL TABLES IN SCHEMA orders TO stepwright_reader",
    );
    let address = format!(
        "postgres://stepwright_reader@127.0.0.1:{}/postgres",
        server.port()
    );
    let options: stepwright_postgres::PostgresOptions = address.parse().expect("an address");
    let options = options.schema("orders");
    let mut reader = stepwright_postgres::PostgresReader::open(options.clone()).expect("it opens");
    assert!(reader.open_executions().expect("it reads").is_empty());
    let error = stepwright_postgres::PostgresStore::open_with(options).expect_err("it only reads");
    assert!(error.to_string().contains("permission denied"), "{error}");
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn a_database_that_does_not_answer_is_an_error_with_its_name() {
    let options = "postgres://secret-user:secret@127.0.0.1:1/orders";
    let error = stepwright_postgres::PostgresStore::open(options).expect_err("the port is closed");
    assert!(matches!(error, StoreError::Io { .. }), "{error:?}");
    let text = error.to_string();
    assert!(
        text.contains("127.0.0.1:1/orders") && !text.contains("secret"),
        "{text}"
    );
}
