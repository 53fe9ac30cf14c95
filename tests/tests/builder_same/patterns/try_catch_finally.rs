use super::super::domain::same;
use stepwright::builder::{AnyInput, Body, FlowBuilder, Lint, Retry, States};
use stepwright::{ErrorOutput, arms, errors, expr};
use stepwright_examples::patterns::try_catch_finally::{
    DatabaseError, Migration, Outcome, SchemaMigration, apply, enter_maintenance,
    leave_maintenance, make_snapshot,
};

#[test]
fn try_catch_finally_is_the_same() {
    let flow = FlowBuilder::<Migration, u32>::new("SchemaMigration")
        .comment("Migrates a database, and reopens it in any case.")
        .allow(Lint::UnusedVariables)
        .timeout(3 * 60 * 60)
        .lambda_retries();
    let migration = flow.parameter("migration");
    let (tables, outcome) = (
        flow.variable::<u32>("tables"),
        flow.variable::<Outcome>("outcome"),
    );
    let left = flow.variable::<ErrorOutput>("left");
    let (error, cause) = (
        flow.variable::<String>("error"),
        flow.variable::<String>("cause"),
    );
    let (all, last, how) = (
        flow.step("Try"),
        flow.step("Finally"),
        flow.step("HowDidItGo"),
    );
    let (done, failed, still_closed) = (
        flow.step("Done"),
        flow.step("Failed"),
        flow.step("StillClosed"),
    );
    flow.start_at(&all);

    let body = Body::<AnyInput, u32>::new();
    let snapshot = body.variable::<String>("snapshot");
    let (enter, snap, run) = (
        body.step("EnterMaintenance"),
        body.step("MakeSnapshot"),
        body.step("Apply"),
    );
    body.start_at(&enter);
    body.task_with(
        &enter,
        enter_maintenance {},
        expr!([migration] || migration.database),
    )
    .retry(
        Retry::on(errors!(DatabaseError::Locked))
            .interval(60)
            .max_attempts(10),
    )
    .next(&snap);
    body.task_with(
        &snap,
        make_snapshot {},
        expr!([migration] || migration.database),
    )
    .bind(&snapshot)
    .timeout(60 * 60)
    .next(&run);
    body.task_with(
        &run,
        apply {},
        expr!([migration, snapshot] || (migration, snapshot)),
    )
    .timeout(60 * 60)
    .end();
    flow.parallel(&all, (body,))
        .bind((&tables,))
        .assign(
            &outcome,
            expr!(|_: AnyInput, results: (u32,)| Outcome::Migrated { tables: results.0 }),
        )
        .catch(
            States::ALL,
            last.assigning(
                &outcome,
                expr!(|_: AnyInput, failure: ErrorOutput| Outcome::Failed {
                    error: failure.error.unwrap_or_default(),
                    cause: failure.cause.unwrap_or_default()
                }),
            ),
        )
        .next(&last);
    flow.task_with(
        &last,
        leave_maintenance {},
        expr!([migration] || migration.database),
    )
    .comment("Retries for long: a database that stays closed is worse than a failed migration.")
    .retry(
        Retry::on(States::ALL)
            .interval(10)
            .max_attempts(10)
            .backoff_rate(2.0)
            .max_delay(300),
    )
    .catch(States::ALL, still_closed.binding(&left))
    .next(&how);
    flow.choice(&how).match_on(arms!(
        [outcome]
            || match outcome {
                Outcome::Migrated { tables } => &done,
                Outcome::Failed { error, cause } => &failed,
            }
    ));
    flow.succeed_with(&done, expr!([tables] || tables));
    flow.fail(&failed, expr!([error] || error), expr!([cause] || cause));
    flow.fail(
        &still_closed,
        "StillClosed",
        expr!(
            [migration, left]
                || format!(
                    "{} takes no writes: {}",
                    migration.database,
                    left.error.unwrap_or_default()
                )
        ),
    );
    same::<SchemaMigration, _, _>(&flow.build().unwrap());
}
