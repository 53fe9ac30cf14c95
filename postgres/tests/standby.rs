//! A standby takes over what its engine committed, and an engine acts only while it has the lease.

use std::collections::HashMap;
use std::process::Child;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde_json::json;
use stepwright_engine::store::{Change, Store, StoreError, StoreReader, StoredDocument};
use stepwright_engine::task::TaskFailure;
use stepwright_engine::{Engine, MachineType, StartOptions};
use stepwright_postgres::{PostgresStandby, PostgresStore, StandbyWatch};
use stepwright_testing::store::{self, TestedStore};
use tokio::runtime::Runtime;

use crate::server::{Server, until};
use crate::stores::cases;

/// A standby that waits for its turn.
struct Waiting {
    watch: StandbyWatch,
    thread: JoinHandle<Result<PostgresStore, StoreError>>,
}

impl Waiting {
    fn start(server: &Server, schema: &str) -> Self {
        let standby = PostgresStandby::open(server.options(schema)).expect("it opens");
        let watch = standby.watch();
        let thread = thread::spawn(move || {
            let runtime = Runtime::new().expect("a runtime");
            runtime.block_on(standby.take_over())
        });
        Self { watch, thread }
    }

    /// Waits until it has read everything.
    fn has_read(self) -> Self {
        until("it reads everything", || {
            let state = self.watch.state();
            state.read > 0 && state.behind() == 0
        });
        self
    }

    fn store(self) -> PostgresStore {
        self.thread
            .join()
            .expect("no panic")
            .expect("it takes over")
    }
}

/// Stores that are opened again by a standby, which has followed their commits.
struct StandbySchemas {
    server: Server,
    waiting: HashMap<u32, Waiting>,
}

impl TestedStore for StandbySchemas {
    type Store = PostgresStore;

    fn open(&mut self, number: u32) -> Result<PostgresStore, StoreError> {
        let schema = format!("standby_{number}");
        let opened = match self.waiting.remove(&number) {
            Some(waiting) => waiting.store(),
            // Standbys of earlier cases take over at their ends.
            None => {
                self.waiting.clear();
                PostgresStore::open_with(self.server.options(&schema))?
            }
        };
        let waiting = Waiting::start(&self.server, &schema);
        self.waiting.insert(number, waiting);
        Ok(opened)
    }

    fn reader(&mut self, number: u32) -> Option<Result<Box<dyn StoreReader>, StoreError>> {
        let store = self.waiting.remove(&number)?.store();
        Some(store.reader())
    }
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn a_standby_has_the_open_executions_of_random_changes() {
    let mut schemas = StandbySchemas {
        server: Server::start(),
        waiting: HashMap::new(),
    };
    // The store of each case waits for the lease of the one before.
    store::random_changes(&mut schemas, cases().min(96));
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn an_engine_and_its_standby_wait_for_a_server_that_starts() {
    let server = Server::start();
    server.kill();
    server.begin_closed();
    let options = |schema| server.options(schema);
    let refused = server
        .reader("a")
        .map(|_| ())
        .map_err(|error| error.to_string());
    let why = refused.expect_err("it is closed");
    assert!(why.contains("not accepting connections"), "{why}");
    thread::scope(|scope| {
        let engine = scope.spawn(|| PostgresStore::open_with(options("a")));
        let standby = scope.spawn(|| PostgresStandby::open(options("b")));
        // Their first attempts are refused.
        thread::sleep(Duration::from_millis(300));
        assert!(!engine.is_finished() && !standby.is_finished());
        server.promote();
        engine.join().expect("no panic").expect("it opens");
        standby.join().expect("no panic").expect("it opens");
    });
}

fn document(number: u32) -> Change {
    Change::Document(StoredDocument {
        key: format!("d-{number}"),
        data: b"it is here".as_slice().into(),
    })
}

fn count(store: &PostgresStore) -> usize {
    let mut reader = store.reader().expect("a reader");
    reader.documents().expect("documents").len()
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn a_standby_takes_over_while_the_other_engine_still_commits() {
    let server = Server::start();
    let mut leader = server.store("orders");
    let waiting = Waiting::start(&server, "orders").has_read();
    let committing = thread::spawn(move || {
        let mut committed = 0;
        loop {
            match leader.commit(&[document(committed)]) {
                Ok(()) => committed += 1,
                Err(error) => return (committed, error),
            }
        }
    });
    thread::sleep(Duration::from_millis(300));
    server.sql("UPDATE orders.lease SET expires = '-infinity'");
    let next = waiting.store();
    let (committed, error) = committing.join().expect("no panic");
    assert!(matches!(error, StoreError::TakenOver { .. }), "{error:?}");
    assert_eq!(count(&next), committed as usize);
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn a_standby_waits_while_the_other_engine_renews_its_lease() {
    let server = Server::start();
    let leader = server.store("orders");
    let waiting = Waiting::start(&server, "orders").has_read();
    // Longer than two leases.
    thread::sleep(Duration::from_millis(1_500));
    assert!(!waiting.thread.is_finished());
    assert!(waiting.watch.state().leader.starts_with("process "));
    let ended = Instant::now();
    drop(leader);
    drop(waiting.store());
    assert!(
        ended.elapsed() < Duration::from_secs(1),
        "{:?}",
        ended.elapsed()
    );
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn a_standby_forgets_executions_whose_commits_a_failover_lost() {
    let server = Server::start();
    let mut leader = server.store("orders");
    let started = crate::numbers::start(1);
    leader.commit(&[started]).expect("it is committed");
    let waiting = Waiting::start(&server, "orders").has_read();
    assert_eq!(waiting.watch.state().executions, 1);
    // The commit is lost, and another engine has made its number.
    server.sql(
        "DELETE FROM orders.open; DELETE FROM orders.records; DELETE FROM orders.executions;
         UPDATE orders.commits SET owner = '00000000-0000-0000-0000-000000000001' WHERE n = (SELECT max(n) FROM orders.commits);
         UPDATE orders.lease SET expires = '-infinity'",
    );
    let next = waiting.store();
    let open = next
        .reader()
        .and_then(|mut reader| reader.open_executions());
    assert_eq!(open, Ok(Vec::new()));
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn an_engine_that_is_stopped_inside_a_transaction_does_not_delay_the_next_one() {
    let server = Server::start();
    drop(server.store("orders"));
    let waits = "BEGIN; INSERT INTO orders.commits SELECT max(n) + 1, max(epoch), '00000000-0000-0000-0000-000000000001', '{}' FROM orders.commits; SELECT pg_sleep(60)";
    let _stopped = Ended(server.spawn_sql(waits));
    until("it holds the number", || {
        server.sql("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)' AND state = 'active' AND pid <> pg_backend_pid()") == "1"
    });
    let began = Instant::now();
    let mut next = Waiting::start(&server, "orders").store();
    next.commit(&[document(1)]).expect("it is committed");
    assert!(
        began.elapsed() < Duration::from_secs(5),
        "{:?}",
        began.elapsed()
    );
}

/// A program that ends with the test.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        // It may have ended already.
        let _ended = self.0.kill();
        let _waited = self.0.wait();
    }
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn an_engine_calls_no_task_while_it_cannot_renew_its_lease() {
    let server = Server::start();
    Runtime::new().expect("a runtime").block_on(async {
        let called = Arc::new(AtomicU32::new(0));
        let counted = called.clone();
        let definition = json!({"StartAt": "Pay", "States": {"Pay": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:pay", "End": true}}});
        let engine = Engine::builder()
            .register_json("orders", &definition.to_string(), MachineType::Standard)
            .function("pay", move |_: serde_json::Value| {
                counted.fetch_add(1, Ordering::SeqCst);
                async { Ok::<_, TaskFailure>(json!("paid")) }
            })
            .store(server.store("orders"))
            .build()
            .expect("it is built");
        let lease = engine.store_lease().expect("a lease").clone();
        assert!(lease.is_trusted());
        let _blocked = Ended(server.spawn_sql("BEGIN; SELECT 1 FROM orders.lease FOR UPDATE; SELECT pg_sleep(3)"));
        until("the lease ends", || !lease.is_trusted());
        let starter = engine.clone();
        let starting = tokio::spawn(async move {
            let options = StartOptions::new().name("o-1");
            starter.start_machine("orders", json!({}), options).await
        });
        // It is durable, but the engine may not act on it.
        until("it is stored", || server.sql("SELECT count(*) FROM orders.executions") == "1");
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert!(!starting.is_finished());
        assert_eq!(called.load(Ordering::SeqCst), 0);
        let started = starting.await.expect("no panic").expect("it starts");
        assert_eq!(started.await.expect("it succeeds").to_text(), "\"paid\"");
        assert_eq!(called.load(Ordering::SeqCst), 1);
    });
}
