use std::time::Duration;

use stepwright_examples::patterns::try_catch_finally::{
    DatabaseError, Migration, SchemaMigration, apply, enter_maintenance, leave_maintenance,
    make_snapshot,
};
use stepwright_runtime::testing::{Mock, Mocks, expect};

use super::run;

fn migration() -> Migration {
    Migration {
        database: "orders".to_owned(),
        version: 7,
    }
}

/// A database without failures; a test replaces the parts that should fail.
fn database() -> Mocks {
    Mocks::new()
        .task::<enter_maintenance>(Mock::returns(()))
        .task::<make_snapshot>(Mock::returns("s-1".to_owned()).optional())
        .task::<apply>(Mock::returns(3).optional())
        .task::<leave_maintenance>(Mock::returns(()))
}

#[tokio::test]
async fn a_successful_migration_reopens_the_database() {
    let report = run::<SchemaMigration>(database(), migration()).await;
    expect(&report)
        .path([
            "Try",
            "EnterMaintenance",
            "MakeSnapshot",
            "Apply",
            "Finally",
            "HowDidItGo",
            "Done",
        ])
        .output(3)
        .task_calls::<apply>([(migration(), "s-1".to_owned())]);
}

#[tokio::test]
async fn a_failed_statement_reopens_the_database_and_keeps_its_error() {
    let broken = || DatabaseError::Statement {
        statement: 2,
        reason: "no such table".to_owned(),
    };
    let mocks = database().task::<apply>(Mock::fails(broken()));
    let report = run::<SchemaMigration>(mocks, migration()).await;
    expect(&report)
        .path([
            "Try",
            "EnterMaintenance",
            "MakeSnapshot",
            "Apply",
            "Finally",
            "HowDidItGo",
            "Failed",
        ])
        .failed_with(broken())
        .task_calls::<leave_maintenance>(["orders".to_owned()]);
}

#[tokio::test]
async fn a_hanging_step_times_out_and_the_database_is_reopened() {
    let mocks = database().task::<make_snapshot>(Mock::never());
    let report = run::<SchemaMigration>(mocks, migration()).await;
    expect(&report)
        .not_entered("Apply")
        .failed("States.Timeout")
        .task_called::<leave_maintenance>(1)
        .took(Duration::from_secs(3_600));
}

#[tokio::test]
async fn a_locked_database_is_retried() {
    let mocks = database().task::<enter_maintenance>(
        Mock::fails(DatabaseError::Locked)
            .times(2)
            .then(Mock::returns(())),
    );
    let report = run::<SchemaMigration>(mocks, migration()).await;
    // The second pause is twice the first: 2 is the backoff rate where none is given.
    expect(&report)
        .output(3)
        .took(Duration::from_secs(60 + 120));
}

#[tokio::test]
async fn a_database_that_stays_locked_fails_with_still_closed() {
    let mocks = database().task::<leave_maintenance>(Mock::fails(DatabaseError::Locked));
    let report = run::<SchemaMigration>(mocks, migration()).await;
    expect(&report)
        .failed("StillClosed")
        .cause("orders takes no writes: DatabaseError.Locked")
        .task_called::<leave_maintenance>(11);
}
