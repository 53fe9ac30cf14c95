//! A database that was restored to an earlier state.

use stepwright_engine::store::{Store, StoreError};

use crate::server::Server;

#[test]
#[ignore = "needs a PostgreSQL server"]
fn no_engine_from_before_a_restore_commits() {
    let server = Server::start();
    // The old engine has a higher epoch than the first ones after the restore have.
    for _ in 0..5 {
        drop(server.store("orders"));
    }
    let mut old = server.store("orders");
    for _ in 0..3 {
        old.probe().expect("it commits");
    }
    // The backup is from the time of the first engine.
    server.sql(
        "DELETE FROM orders.commits WHERE n > 1;
         UPDATE orders.lease SET epoch = 1, expires = '-infinity'",
    );
    // The new engine makes as many commits as the old one had made.
    let mut new = server.store("orders");
    let last = || server.sql("SELECT max(n) FROM orders.commits");
    while last() != "9" {
        new.probe().expect("it commits");
    }
    let late = old.probe();
    assert!(matches!(late, Err(StoreError::Replaced { .. })), "{late:?}");
    new.probe().expect("it commits");
}
