//! Errors, warnings and changes of a database that a store must expect.

use std::thread;

use bytes::Bytes;
use stepwright_engine::Status;
use stepwright_engine::clock::Timestamp;
use stepwright_engine::store::{Change, Store, StoreError};
use stepwright_postgres::PostgresStore;

use crate::numbers::{append, keys, start};
use crate::proxy::Proxy;
use crate::server::{Server, until};

/// A store with one execution, whose transactions the proxy can refuse.
fn store(server: &Server) -> (Proxy, PostgresStore) {
    let proxy = Proxy::start(server.port());
    let options = Server::through(proxy.port, "orders");
    let mut store = PostgresStore::open_with(options).expect("it opens");
    store.commit(&[start(1)]).expect("it is committed");
    (proxy, store)
}

fn records(store: &PostgresStore) -> Vec<Bytes> {
    let mut reader = store.reader().expect("a reader");
    reader.records(1).expect("records")
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn a_refusal_that_may_pass_has_no_effect_and_the_next_attempt_succeeds() {
    let server = Server::start();
    let (proxy, mut store) = store(&server);
    // A deadlock, a serialization failure, a cancelled statement, a server without connections,
    // without memory, with a full disk, and without write access.
    let codes = [
        "40P01", "40001", "57014", "53300", "53200", "53100", "25006",
    ];
    for (seq, code) in (1..).zip(codes) {
        proxy.refuse(0, code);
        let refused = store.commit(&[append(1, seq)]);
        let error = refused.expect_err(code);
        assert!(error.may_pass(), "{code}: {error:?}");
        let is_full = matches!(error, StoreError::Full { .. });
        assert_eq!(is_full, code == "53100", "{error:?}");
        assert_eq!(records(&store).len(), seq as usize, "{code}");
        store.commit(&[append(1, seq)]).expect(code);
    }
    assert_eq!(records(&store).len(), codes.len() + 1);
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn a_transaction_of_a_server_that_ends_or_begins_is_sent_again() {
    let server = Server::start();
    let (proxy, mut store) = store(&server);
    let codes = ["57P01", "57P02", "57P03", "08006", "08003"];
    for (seq, code) in (1..).zip(codes) {
        proxy.refuse(0, code);
        store.commit(&[append(1, seq)]).expect(code);
    }
    assert_eq!(records(&store).len(), codes.len() + 1);
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn a_damaged_or_missing_table_is_no_outage() {
    let server = Server::start();
    let (proxy, mut store) = store(&server);
    for code in ["XX001", "XX002", "42P01", "3F000"] {
        proxy.refuse(0, code);
        let error = store.commit(&[append(1, 1)]).expect_err(code);
        assert!(error.is_lasting(), "{code}: {error:?}");
    }
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn a_server_without_write_access_gets_a_new_connection() {
    let server = Server::start();
    let (proxy, mut store) = store(&server);
    let before = proxy.connections();
    proxy.refuse(0, "25006");
    let refused = store.commit(&[append(1, 1)]);
    assert!(
        refused.as_ref().is_err_and(StoreError::may_pass),
        "{refused:?}"
    );
    store.commit(&[append(1, 1)]).expect("it is committed");
    assert!(proxy.connections() > before);
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn a_full_disk_says_nothing_about_the_answer_that_was_lost_before() {
    let server = Server::start();
    let (proxy, mut store) = store(&server);
    proxy.lose_answer();
    proxy.refuse(1, "53100");
    let full = store.commit(&[append(1, 1)]);
    assert!(matches!(full, Err(StoreError::Full { .. })), "{full:?}");
    assert!(proxy.has_lost());
    store.settle().expect("the outcome is known");
    assert_eq!(records(&store).len(), 2);
    store.commit(&[append(1, 2)]).expect("it is committed");
    assert_eq!(records(&store).len(), 3);
}

/// Sets the replica for which COMMIT waits.
fn set_replica(server: &Server, name: &str) {
    server.sql(&format!(
        "ALTER SYSTEM SET synchronous_standby_names = '{name}'"
    ));
    server.sql("SELECT pg_reload_conf()");
    until("the server has read its settings", || {
        server.sql("SHOW synchronous_standby_names") == name
    });
}

/// Commits while the synchronous replica is away, and ends each wait for it with this function.
fn commit_without_replica(function: &str) {
    let server = Server::start();
    let mut store = server.store("orders");
    store.commit(&[start(1)]).expect("it is committed");
    set_replica(&server, "away");
    let out = thread::scope(|scope| {
        let committing = scope.spawn(|| store.commit(&[append(1, 1)]));
        while !committing.is_finished() {
            server.sql(&format!(
                "SELECT {function}(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
            ));
        }
        committing.join().expect("it returns")
    });
    set_replica(&server, "");
    // The row is in the database, and the replica did not have it.
    assert!(out.as_ref().is_err_and(StoreError::may_pass), "{out:?}");
    assert_eq!(records(&store).len(), 2);
    until("the outcome is known", || store.settle().is_ok());
    assert_eq!(records(&store).len(), 2);
    store.commit(&[append(1, 2)]).expect("it is committed");
    assert_eq!(records(&store).len(), 3);
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn a_commit_whose_wait_for_a_replica_is_cancelled_is_not_acknowledged() {
    commit_without_replica("pg_cancel_backend");
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn a_commit_whose_server_process_is_ended_in_its_wait_for_a_replica_is_not_acknowledged() {
    commit_without_replica("pg_terminate_backend");
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn new_columns_do_not_break_connections_that_are_open() {
    let server = Server::start();
    let mut store = server.store("orders");
    let mut reader = store.reader().expect("a reader");
    store.commit(&[start(1)]).expect("it is committed");
    assert_eq!(reader.records(1).expect("records").len(), 1);
    server.sql(
        "DO $$ DECLARE one regclass; BEGIN
             FOR one IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = 'orders'::regnamespace LOOP
                 EXECUTE format('ALTER TABLE %s ADD COLUMN later text', one);
             END LOOP;
         END $$",
    );
    store.commit(&[append(1, 1)]).expect("it is committed");
    store.commit(&[start(2)]).expect("it is committed");
    assert_eq!(reader.records(1).expect("records").len(), 2);
    assert_eq!(keys(&store), [1, 2]);
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn an_engine_stops_at_its_next_commit_after_a_newer_version_has_changed_the_tables() {
    let server = Server::start();
    let mut store = server.store("orders");
    store.commit(&[start(1)]).expect("it is committed");
    // As each later layout does.
    server.sql(
        "ALTER TABLE orders.commits ADD COLUMN layout integer NOT NULL DEFAULT 1;
         ALTER TABLE orders.commits ALTER COLUMN layout DROP DEFAULT;
         UPDATE orders.layout SET version = 2",
    );
    for change in [start(2), Change::DeleteActivity { arn: String::new() }] {
        let newer = store.commit(&[change]);
        assert!(
            matches!(newer, Err(StoreError::NewerVersion { .. })),
            "{newer:?}"
        );
    }
    assert_eq!(server.sql("SELECT count(*) FROM orders.executions"), "1");
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn an_engine_that_ends_late_does_not_end_the_lease_of_the_next_one() {
    let server = Server::start();
    let old = server.store("orders");
    server.sql("UPDATE orders.lease SET expires = '-infinity'");
    let mut next = server.store("orders");
    drop(old);
    assert_ne!(server.sql("SELECT expires FROM orders.lease"), "-infinity");
    next.commit(&[start(1)]).expect("it is committed");
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn names_with_any_character_are_stored() {
    let server = Server::start();
    let mut store = server.store("orders");
    let Change::Start {
        mut execution,
        data,
    } = start(1)
    else {
        unreachable!("it is a start");
    };
    execution.name = "zero \0, and \u{1F980}".into();
    let change = Change::Start { execution, data };
    store.commit(&[change]).expect("it is committed");
    let mut reader = store.reader().expect("a reader");
    let open = reader.open_executions().expect("executions");
    assert_eq!(&*open[0].name, "zero \0, and \u{1F980}");
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn commits_find_rows_by_their_keys_also_when_the_tables_grow() {
    const EXECUTIONS: u64 = 2000;
    let server = Server::start();
    server.sql("ALTER SYSTEM SET autovacuum = off");
    server.sql("SELECT pg_reload_conf()");
    let mut store = server.store("orders");
    store
        .commit(&[start(EXECUTIONS + 1)])
        .expect("it is committed");
    drop(store);
    // Now the server knows that the tables are small.
    server.sql("VACUUM ANALYZE");
    let mut store = server.store("orders");
    let close = |key| Change::Close {
        key,
        status: Status::Succeeded,
        stopped: Timestamp::from_unix_micros(2),
    };
    let changes: [&dyn Fn(u64) -> Change; 3] = [&start, &|key| append(key, 1), &close];
    for first in (1..EXECUTIONS).step_by(50) {
        for change in changes {
            let batch: Vec<Change> = (first..first + 50).map(change).collect();
            store.commit(&batch).expect("it is committed");
        }
    }
    drop(store);
    // The server counts when the connection ends.
    let counted = "SELECT n_tup_ins FROM pg_stat_user_tables WHERE schemaname = 'orders' AND relname = 'ends'";
    until("the server has counted", || {
        server.sql(counted) == EXECUTIONS.to_string()
    });
    let read = server.sql(
        "SELECT (SELECT sum(seq_tup_read) FROM pg_stat_user_tables WHERE schemaname = 'orders')
             + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE schemaname = 'orders')",
    );
    let read: u64 = read.parse().expect("a number");
    assert!(read < 30 * EXECUTIONS, "{read} rows were read");
}
