//! A database that was restored to an earlier state.

use stepwright_engine::store::{Store, StoreError};
use stepwright_postgres::PostgresStore;

use crate::server::Server;

#[test]
#[ignore = "needs a PostgreSQL server"]
fn no_engine_from_before_a_declared_restore_commits() {
    let server = Server::start();
    // The old engine has a higher epoch than the first ones after the restore would have.
    for _ in 0..5 {
        drop(server.store("orders"));
    }
    let mut old = server.store("orders");
    for _ in 0..3 {
        old.probe().expect("it commits");
    }
    let declared = || PostgresStore::declare_restored(server.options("orders"));
    let in_use = declared();
    assert!(
        matches!(in_use, Err(StoreError::InUse { .. })),
        "{in_use:?}"
    );
    // The backup is from the time of the first engine.
    server.sql(
        "DELETE FROM orders.commits WHERE n > 1;
         UPDATE orders.lease SET epoch = 1, expires = '-infinity'",
    );
    let epoch = declared().expect("no engine has the lease");
    assert!(epoch > 1_000_000, "{epoch}");
    // The new engine makes as many commits as the old one had made.
    let mut new = server.store("orders");
    let last = || server.sql("SELECT max(n) FROM orders.commits");
    while last() != "9" {
        new.probe().expect("it commits");
    }
    let late = old.probe();
    assert!(
        matches!(late, Err(StoreError::TakenOver { .. })),
        "{late:?}"
    );
    new.probe().expect("it commits");
}
