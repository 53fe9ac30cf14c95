//! One engine writes, and no commit is lost or applied twice, whatever breaks between the engine
//! and the database.

use std::thread;
use std::time::{Duration, Instant};

use bytes::Bytes;
use stepwright_engine::Status;
use stepwright_engine::clock::Timestamp;
use stepwright_engine::store::{Change, Store, StoreError, StoredExecution, StoredListing};
use stepwright_postgres::PostgresStore;

use crate::proxy::Proxy;
use crate::server::{Server, until};

pub(crate) fn start(key: u64) -> Change {
    let execution = StoredExecution {
        key,
        arn: format!("arn:{key}").into(),
        name: format!("o-{key}").into(),
        machine: "orders".into(),
        machine_hash: "5f70bf18".into(),
        status: Status::Running,
        started: Timestamp::from_unix_micros(1),
        stopped: None,
        child_of: None,
        listing: StoredListing::default(),
    };
    Change::Start {
        execution,
        data: Bytes::from_static(b"it starts"),
    }
}

pub(crate) fn append(key: u64, seq: u32) -> Change {
    Change::Append {
        key,
        seq,
        data: Bytes::from(seq.to_le_bytes().to_vec()),
    }
}

pub(crate) fn keys(store: &PostgresStore) -> Vec<u64> {
    let mut reader = store.reader().expect("a reader");
    let open = reader.open_executions().expect("executions");
    open.iter().map(|row| row.key).collect()
}

/// Ends the lease of an engine, as if it had been stopped for longer than that.
fn end_lease(server: &Server, schema: &str) {
    server.sql(&format!("UPDATE {schema}.lease SET expires = '-infinity'"));
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn an_engine_that_was_stopped_for_too_long_cannot_commit() {
    let server = Server::start();
    let mut stopped = server.store("orders");
    stopped.commit(&[start(1)]).expect("it is committed");
    end_lease(&server, "orders");
    let mut next = server.store("orders");
    let late = stopped.commit(&[start(2)]);
    assert!(
        matches!(late, Err(StoreError::TakenOver { .. })),
        "{late:?}"
    );
    next.commit(&[start(3)]).expect("it is committed");
    // It does not take turns with the next engine.
    let late = stopped.commit(&[start(4)]);
    assert!(
        matches!(late, Err(StoreError::TakenOver { .. })),
        "{late:?}"
    );
    assert_eq!(keys(&next), [1, 3]);
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn an_execution_that_ends_before_its_start_in_one_commit_is_refused() {
    let server = Server::start();
    let mut store = server.store("orders");
    let close = Change::Close {
        key: 1,
        status: Status::Failed,
        stopped: Timestamp::from_unix_micros(2),
    };
    let refused = store.commit(&[close, start(1)]);
    assert!(
        matches!(refused, Err(StoreError::Conflict { .. })),
        "{refused:?}"
    );
    assert_eq!(keys(&store), [0; 0]);
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn an_engine_whose_lease_ended_before_its_first_commit_comes_too_late() {
    let server = Server::start();
    drop(server.store("orders"));
    // The engine takes the lease, and an engine with a later lease makes the last commit before it
    // reads that.
    server
        .sql("UPDATE orders.commits SET epoch = 99 WHERE n = (SELECT max(n) FROM orders.commits)");
    let late = PostgresStore::open_with(server.options("orders"));
    assert!(
        matches!(late, Err(StoreError::TakenOver { .. })),
        "{late:?}"
    );
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn lost_commits_are_found_although_another_engine_has_made_as_many() {
    let server = Server::start();
    for epoch in [0, 1] {
        let schema = format!("orders_{epoch}");
        let mut store = server.store(&schema);
        store.commit(&[start(1)]).expect("it is committed");
        // A failover lost the last commit, and an engine with the same or an earlier epoch has made
        // one under its number.
        server.sql(&format!(
            "UPDATE {schema}.commits SET owner = gen_random_uuid(), epoch = {epoch} \
             WHERE n = (SELECT max(n) FROM {schema}.commits)"
        ));
        let lost = store.commit(&[start(2)]);
        assert!(matches!(lost, Err(StoreError::Replaced { .. })), "{lost:?}");
        assert_eq!(keys(&store), [1]);
    }
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn a_second_engine_is_refused_while_the_first_one_runs() {
    let server = Server::start();
    let mut first = server.store("orders");
    let second = PostgresStore::open_with(server.options("orders"));
    assert!(
        matches!(second, Err(StoreError::InUse { .. })),
        "{second:?}"
    );
    first.commit(&[start(1)]).expect("it is committed");
    // Each schema has a separate store.
    assert_eq!(keys(&server.store("other")), [0; 0]);
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn the_next_engine_waits_only_for_an_engine_that_died() {
    let server = Server::start();
    let mut first = server.store("orders");
    first.commit(&[start(1)]).expect("it is committed");
    drop(first);
    assert_eq!(server.sql("SELECT expires FROM orders.lease"), "-infinity");
    assert_eq!(keys(&server.store("orders")), [1]);
    server.sql("UPDATE orders.lease SET holder = 'a dead one', expires = clock_timestamp() + interval '1 second'");
    let began = Instant::now();
    assert_eq!(keys(&server.store("orders")), [1]);
    assert!(began.elapsed() > Duration::from_millis(500));
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn a_database_without_the_last_commits_is_found() {
    let server = Server::start();
    let mut store = server.store("orders");
    store.commit(&[start(1)]).expect("it is committed");
    // The content of a replica that did not receive the last commit.
    server.sql(
        "DELETE FROM orders.commits WHERE n = (SELECT max(n) FROM orders.commits);
         DELETE FROM orders.executions; DELETE FROM orders.records; DELETE FROM orders.open",
    );
    let lost = store.commit(&[start(2)]);
    assert!(matches!(lost, Err(StoreError::Replaced { .. })), "{lost:?}");
    assert_eq!(keys(&store), [0; 0]);
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn commits_are_applied_once_while_connections_break() {
    let server = Server::start();
    let mut store = server.store("orders");
    store.commit(&[start(1)]).expect("it is committed");
    thread::scope(|scope| {
        let breaking = scope.spawn(|| {
            for _ in 0..60 {
                server.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'stepwright'");
            }
        });
        let mut seq = 1;
        while !breaking.is_finished() {
            match store.commit(&[append(1, seq)]) {
                Ok(()) => seq += 1,
                Err(error) => {
                    assert!(error.may_pass(), "{error}");
                    // As the journal does: the outcome is read after it is final.
                    until("the database answers", || store.settle().is_ok());
                    let mut reader = store.reader().expect("a reader");
                    let mut records = None;
                    until("the records can be read", || {
                        records = reader.records(1).ok();
                        records.is_some()
                    });
                    seq = records.map_or(seq, |records| records.len() as u32);
                }
            }
        }
        assert!(seq > 10, "{seq}");
        until("the database answers", || store.settle().is_ok());
        let mut reader = store.reader().expect("a reader");
        let records = reader.records(1).expect("records");
        assert_eq!(records.len(), seq as usize);
        for (seq, record) in (1_u32..).zip(&records[1..]) {
            assert_eq!(**record, seq.to_le_bytes());
        }
    });
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn a_commit_whose_answer_is_lost_is_applied_once() {
    let server = Server::start();
    let proxy = Proxy::start(server.port());
    let options = Server::through(proxy.port, "orders");
    let mut store = PostgresStore::open_with(options).expect("it opens");
    store.commit(&[start(1)]).expect("it is committed");
    let rare = Change::DeleteActivity {
        arn: "none".to_owned(),
    };
    // Frequent changes are sent at once, and others in steps.
    for changes in [vec![append(1, 1)], vec![append(1, 2), rare]] {
        proxy.lose_answer();
        let done = store.commit(&changes);
        assert!(proxy.has_lost());
        if let Err(error) = done {
            assert!(error.may_pass(), "{error}");
            store.settle().expect("the outcome is known");
        }
    }
    let mut reader = store.reader().expect("a reader");
    assert_eq!(reader.records(1).expect("records").len(), 3);
    store.commit(&[append(1, 3)]).expect("it is committed");
    assert_eq!(reader.records(1).expect("records").len(), 4);
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn a_commit_that_does_not_reach_the_server_is_sent_again_with_all_of_its_rows() {
    let server = Server::start();
    let proxy = Proxy::start(server.port());
    let options = Server::through(proxy.port, "orders");
    let mut store = PostgresStore::open_with(options).expect("it opens");
    proxy.lose_commit();
    // It also adds the version of its state machine.
    store.commit(&[start(1)]).expect("it is committed");
    assert_eq!(keys(&store), [1]);
    proxy.lose_commit();
    proxy.close(true);
    let Change::Start {
        mut execution,
        data,
    } = start(2)
    else {
        unreachable!("it is a start");
    };
    execution.machine_hash = "another version".into();
    let change = Change::Start { execution, data };
    let out = store.commit(std::slice::from_ref(&change));
    assert!(out.as_ref().is_err_and(StoreError::may_pass), "{out:?}");
    proxy.close(false);
    store.settle().expect("the outcome is known");
    assert_eq!(keys(&store), [1]);
    store.commit(&[change]).expect("it is committed");
    assert_eq!(keys(&store), [1, 2]);
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn a_lost_answer_is_not_taken_for_that_of_the_next_commit() {
    let server = Server::start();
    let proxy = Proxy::start(server.port());
    let options = Server::through(proxy.port, "orders");
    let mut store = PostgresStore::open_with(options).expect("it opens");
    store.commit(&[start(1)]).expect("it is committed");
    proxy.close(true);
    proxy.lose_answer();
    let out = store.commit(&[start(2)]);
    assert!(out.as_ref().is_err_and(StoreError::may_pass), "{out:?}");
    assert!(store.settle().is_err());
    proxy.close(false);
    // The second start is in the database, under the number that the third would have.
    store.commit(&[start(3)]).expect("it is committed");
    assert_eq!(keys(&store), [1, 2, 3]);
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn a_server_that_is_killed_and_starts_again_is_an_outage() {
    let server = Server::start();
    let mut store = server.store("orders");
    let mut reader = store.reader().expect("a reader");
    store.commit(&[start(1)]).expect("it is committed");
    server.kill();
    let out = store.commit(&[start(2)]);
    assert!(out.as_ref().is_err_and(StoreError::may_pass), "{out:?}");
    assert!(reader.open_executions().is_err());
    server.begin();
    store.settle().expect("the outcome is known");
    assert_eq!(keys(&store), [1]);
    store.commit(&[start(2)]).expect("it is committed");
    assert_eq!(reader.open_executions().expect("executions").len(), 2);
}

/// Adds 30,000 numbers before the first one, as if the store were older.
fn add_old_numbers(server: &Server) {
    server.sql(
        "INSERT INTO orders.commits (n, epoch, owner, changed)
         SELECT n, 0, gen_random_uuid(), '{}' FROM generate_series(-30000, -1) AS n",
    );
}

fn count_numbers(server: &Server) -> u32 {
    let count = server.sql("SELECT count(*) FROM orders.commits");
    count.parse().expect("a number")
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn old_numbers_are_deleted_and_the_fence_still_holds() {
    let server = Server::start();
    let mut stopped = server.store("orders");
    end_lease(&server, "orders");
    let mut store = server.store("orders");
    add_old_numbers(&server);
    for _ in 0..1_010 {
        store.probe().expect("it commits");
    }
    let count = count_numbers(&server);
    assert!((20_000..20_100).contains(&count), "{count}");
    // The number after the last one of the stopped engine is not there any more, nor is the last.
    server.sql("DELETE FROM orders.commits WHERE n < (SELECT max(n) FROM orders.commits)");
    let late = stopped.commit(&[start(2)]);
    assert!(
        matches!(late, Err(StoreError::TakenOver { .. })),
        "{late:?}"
    );
    store.commit(&[start(3)]).expect("it is committed");
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn old_numbers_are_not_deleted_while_another_transaction_writes() {
    let server = Server::start();
    let mut store = server.store("orders");
    for _ in 0..990 {
        store.probe().expect("it commits");
    }
    add_old_numbers(&server);
    thread::scope(|scope| {
        // A transaction that has not ended, with a separate number.
        let writing = scope.spawn(|| {
            server.sql(
                "BEGIN; INSERT INTO orders.commits VALUES (-99999, 0, gen_random_uuid(), '{}'); SELECT pg_sleep(3); ROLLBACK",
            )
        });
        thread::sleep(Duration::from_millis(500));
        for _ in 0..20 {
            store.probe().expect("it commits");
        }
        let count = count_numbers(&server);
        assert!(count > 30_000, "{count}");
        writing.join().expect("it ends");
    });
}
